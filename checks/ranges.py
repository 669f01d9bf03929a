"""Whether a version lies in a range as advisories write them ("< V1.2", "All versions prior to 3.4", "vers:all/<V2.0"); None where that cannot be said."""

import re
from enum import Enum, auto

from checks.range_text import Bound, Range, parse
from checks.scheme import LONGEST, Mark, Reading, order_marks, order_numbers, read, scheme_of

_BRANCH = re.compile(r"(.*\d)((?:\.[x*]){1,4})", re.IGNORECASE)
_WITHIN = re.compile(r"([vr]?\d{1,6})\.x\.(\d{1,6})", re.IGNORECASE)
_DISTRIBUTION = re.compile(r"debian|ubuntu|raspbian|\+?deb\d|dfsg|~bpo|\.el\d|\.fc\d\d|\.amzn", re.IGNORECASE)
"""What a distribution adds to the version of a component: it mends holes without changing the version before it."""


class _Place(Enum):
    """Where a version stands to a bound."""

    BEFORE = auto()
    AT = auto()
    AFTER = auto()
    FINER = auto()  # the bound names fewer numbers, or no service pack: "2.5" may mean 2.5.0, or every 2.5
    WITHIN = auto()  # the bound is a branch, "2.x", and the version is of it


_FULFILLED = {
    "<": {_Place.BEFORE: True, _Place.AT: False, _Place.AFTER: False, _Place.FINER: False},
    "<=": {_Place.BEFORE: True, _Place.AT: True, _Place.AFTER: False, _Place.WITHIN: True},
    "<?": {_Place.BEFORE: True, _Place.AFTER: False},
    ">": {_Place.BEFORE: False, _Place.AT: False, _Place.AFTER: True},
    ">=": {_Place.BEFORE: False, _Place.AT: True, _Place.AFTER: True, _Place.FINER: True, _Place.WITHIN: True},
    "=": {_Place.BEFORE: False, _Place.AT: True, _Place.AFTER: False, _Place.WITHIN: True},
}


def affects(affected: str, version: str, vendor: str = "") -> bool | None:
    """Whether `version` is among those that `affected` describes; None where it cannot be said, as under a condition. `vendor` is as for `compare`."""
    described = parse(affected)
    if described is None:
        return None
    if any(not span for span in described.spans) and not described.excluded:
        return None if described.conditional else True
    said = read(version, vendor)
    if said is None:
        return None
    verdict = _among(described, said, vendor)
    return None if verdict and (described.conditional or _DISTRIBUTION.search(version[:LONGEST])) else verdict


def fixed_in(affected: str) -> str:
    """The first version that is not affected, as the text writes it; "" where it names none, or several."""
    described = parse(affected)
    if described is None or described.ladder:
        return ""
    ends = [span[-1] for span in described.spans if span and span[-1].sign == "<"]
    return ends[0].version if len(ends) == len(described.spans) == 1 else ""


def understood(affected: str) -> bool:
    """Whether the text can be read at all, be it for some versions only."""
    return parse(affected) is not None


def _among(described: Range, said: Reading, vendor: str) -> bool | None:
    """Whether the version is in any of the spans and not excluded."""
    spans = [_all([_fulfils(said, bound, vendor) for bound in span]) for span in described.spans]
    if described.ladder:
        steps = {_fulfils(said, bound, vendor) for bound in described.ladder}
        spans.append(steps.pop() if len(steps) == 1 else None)
    excluded = [_fulfils(said, Bound("=", bound.version), vendor) for bound in described.excluded]
    return _all([_any(spans), *(None if each is None else not each for each in excluded)])


def _all(verdicts: list[bool | None]) -> bool | None:
    return False if False in verdicts else None if None in verdicts else True


def _any(verdicts: list[bool | None]) -> bool | None:
    return True if True in verdicts else None if None in verdicts else False


def _fulfils(said: Reading, bound: Bound, vendor: str) -> bool | None:
    place = _place(said, bound.version, vendor)
    return None if place is None else _FULFILLED[bound.sign].get(place)


def _place(said: Reading, bound: str, vendor: str) -> _Place | None:
    if within := _WITHIN.fullmatch(bound):
        return _place_within(said, within)
    branch = _BRANCH.fullmatch(bound)
    named = read(branch[1] if branch else bound, vendor)
    if named is None or named.kind != said.kind or (named.line and named.line != said.line):
        return None
    order = order_numbers(said.numbers, named.numbers)
    if said.numbers[: len(named.numbers)] == named.numbers or order == 0:
        if branch:
            return _Place.WITHIN
        if order:
            return _Place.AFTER if scheme_of(vendor).whole else _Place.FINER
        return _place_of_marks(said.marks, named.marks)
    return _Place.BEFORE if order < 0 else _Place.AFTER


def _place_within(said: Reading, match: re.Match[str]) -> _Place | None:
    """Siemens' "V3.X.17": the X is the processor's, the numbers around it count."""
    first, third = int(match[1].lstrip("vVrR")), int(match[2])
    if said.kind or said.line or len(said.numbers) < 3:
        return None
    order = order_numbers((said.numbers[0], *said.numbers[2:]), (first, third))
    return _Place.BEFORE if order < 0 else _Place.AT if order == 0 and not said.marks else _Place.AFTER


def _place_of_marks(said: tuple[Mark, ...], named: tuple[Mark, ...]) -> _Place | None:
    """Where equal numbers stand by what follows them: a bound that names no build means every build."""
    if said[: len(named)] == named and len(said) > len(named):
        more = said[len(named)]
        return (
            _Place.FINER
            if more.beside == 1
            else _Place.BEFORE
            if more.beside
            else _Place.AT
            if more.kind.startswith("build")
            else None
        )
    order = order_marks(said, named)
    return None if order is None else {-1: _Place.BEFORE, 0: _Place.AT, 1: _Place.AFTER}[order]
