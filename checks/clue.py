"""What a clue to the age of firmware is read by.

A method is a small pure function over one text that a device said. It returns the day that the text states (the build lies on it), an interval, or None where
the text says nothing. It does no I/O, and raises nothing whatever it is given: an impossible day is no day (`checks.days`).

    @method("hikvision-build", Confidence.CONFIRMED, facts=("firmware",), vendors=("hikvision",), source="…")
    def hikvision_build(text: str) -> Said:
        …

What each says of the firmware is in what it returns. A day is the build's own. `since(day)` is the day of a part (a kernel, a web server): the firmware that
carries it was put together then or later, and nothing is said of how much later. A method with a `hint` bounds nothing: its day is shown with the hint as the
reason why it is set aside. A method whose day a device's clock may have written (`clock`) is set aside where the clock was never set, or shows the scan's own
day or that of the device's last start.

The folder `clues/` is the registry: `load_methods` reads every module of it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from checks.days import is_unset_clock, named
from checks.products import vendor_of
from inventory.ages import Clue
from inventory.model import Confidence, Device, Endpoint, Observation

LIMIT = 2048
"""How many characters of a text are read: no device states its build behind more."""
_SECONDS = {
    "snmp.sys_uptime": 100,
    "snmp.engine_time": 1,
    "axis.uptime": 1,
    "mndp.uptime": 1,
    "ubiquiti.uptime": 1,
}
"""The facts that say how long a device has been up, and how many of their units are a second."""
_LONGEST = 2**32
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The days between which a build lies, both included; None is an open end."""

    not_before: date | None = None
    not_after: date | None = None


Said = date | Span | None


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that a device said, and the observation that it is a fact of; None for a claim."""

    text: str
    endpoint: Endpoint | None
    sure: Confidence
    seen: Observation | None = None


def since(day: date | None) -> Span | None:
    """Then or later."""
    return Span(day) if day is not None else None


@dataclass(frozen=True, slots=True)
class Method:
    """How one kind of text is read: `facts` are the claims ("firmware") and the facts ("snmp.sys_descr") in which it stands, `vendors` (as `plain_vendor` gives
    them) the makers whose devices write it, () being any.

    `clock` and `hint` are as the module says; `beside` names facts of which one must be true in the same observation.
    """

    name: str
    confidence: Confidence
    facts: tuple[str, ...]
    read: Callable[[str], Said]
    source: str
    vendors: tuple[str, ...] = ()
    clock: bool = False
    hint: str = ""
    beside: tuple[str, ...] = ()

    @property
    def breadth(self) -> tuple[int, str]:
        """The more specific of two methods is the smaller: a maker's own, one of many makers', what a fingerprint has read already."""
        return 0 if self.vendors else 2 if "firmware_date" in self.facts else 1, self.name


def method(
    name: str,
    confidence: Confidence,
    *,
    facts: tuple[str, ...],
    source: str,
    vendors: tuple[str, ...] = (),
    clock: bool = False,
    hint: str = "",
    beside: tuple[str, ...] = (),
) -> Callable[[Callable[[str], Said]], Method]:
    """Declare the function below it a method."""
    return lambda read: Method(name, confidence, facts, read, source, vendors, clock, hint, beside)


@cache
def load_methods() -> tuple[Method, ...]:
    """Every method of the folder, by name."""
    import checks.clues

    found: list[Method] = []
    for module in pkgutil.iter_modules(checks.clues.__path__, "checks.clues."):
        found += [value for value in vars(importlib.import_module(module.name)).values() if isinstance(value, Method)]
    return tuple(sorted(found, key=lambda each: each.name))


def clues_of(device: Device) -> Iterator[Clue]:
    """Everything that any method reads of the device's build, by method; one day that one endpoint tells in two ways is told once, by the more specific.

    What bounds nothing, and what only a clock wrote, is set aside; what contradicts another clue is not set aside here.
    """
    told: dict[tuple[date | None, date | None, bool, Endpoint | None], Clue] = {}
    for clue in _read(device):
        key = clue.not_before, clue.not_after, bool(clue.set_aside), clue.endpoint
        known = told.setdefault(key, clue)
        told[key] = replace(known, confidence=max(known.confidence, clue.confidence))
    yield from sorted(told.values(), key=lambda clue: clue.method)


def _read(device: Device) -> Iterator[Clue]:
    """What each method reads, the most specific first; a text whose day its maker's own method knows is left to that."""
    vendor, clocks = vendor_of(device), _clock_days(device)
    heard = _heard(device)
    parts = set(_days_of_parts(heard, vendor))
    settled: set[tuple[str, Endpoint | None]] = set()
    for each in _from_the_most_specific():
        if each.vendors and vendor not in each.vendors:
            continue
        for text, endpoint, sure in _said(heard, each):
            said = each.read(text[:LIMIT])
            if said is None:
                continue
            exact = isinstance(said, date)
            known = (text, endpoint) in settled or (text, endpoint, said) in parts
            if known and exact and not each.vendors and not each.hint:
                continue
            if exact and each.vendors and not each.hint:
                settled.add((text, endpoint))
            span = Span(said, said) if isinstance(said, date) else said
            clue = Clue(
                each.name, text, span.not_before, span.not_after, min(sure, each.confidence), endpoint, each.hint
            )
            yield _doubted(clue, clocks) if each.clock else clue


@cache
def _from_the_most_specific() -> tuple[Method, ...]:
    return tuple(sorted(load_methods(), key=lambda each: each.breadth))


def _heard(device: Device) -> dict[str, list[_Text]]:
    """What the device said of itself by the name of the claim or the fact, the claims before the facts."""
    heard: dict[str, list[_Text]] = {}
    for claim in device.claims:
        if not claim.behind:
            heard.setdefault(claim.name, []).append(_Text(claim.value, claim.endpoint, claim.confidence))
    for seen in device.observations:
        for name, value in seen.facts.items() if not seen.behind else ():
            for text in value if isinstance(value, tuple) else (str(value),):
                heard.setdefault(name, []).append(_Text(text, seen.endpoint, Confidence.CONFIRMED, seen))
    return heard


def _days_of_parts(heard: dict[str, list[_Text]], vendor: str) -> Iterator[tuple[str, Endpoint | None, Said]]:
    """The days that stand in a text as those of a part: no other method takes them for the firmware's own."""
    for each in load_methods():
        if each.confidence is Confidence.CONFIRMED and (not each.vendors or vendor in each.vendors):
            for text, endpoint, _ in _said(heard, each):
                said = each.read(text[:LIMIT])
                if isinstance(said, Span) and said.not_after is None:
                    yield text, endpoint, said.not_before


def _said(heard: dict[str, list[_Text]], each: Method) -> Iterator[tuple[str, Endpoint | None, Confidence]]:
    """What the device said under each of the method's names."""
    for name in each.facts:
        for one in heard.get(name, ()):
            if each.beside and one.seen and not any(one.seen.facts.get(mark) is True for mark in each.beside):
                continue
            yield one.text, one.endpoint, one.sure


def _doubted(clue: Clue, clocks: Iterable[date]) -> Clue:
    """The clue, set aside where a clock wrote it and not whoever built the firmware."""
    day = clue.not_before or clue.not_after
    if day is None:
        return clue
    if is_unset_clock(day):
        return replace(clue, set_aside="a clock that was never set begins there")
    if any(abs(day - clock) <= _A_DAY for clock in clocks):
        return replace(clue, set_aside="the device's own clock wrote it, at its start or just now")
    return clue


def _clock_days(device: Device) -> frozenset[date]:
    """The days that the device's clock has shown: when it was scanned, what it takes for that day itself, and when it started."""
    own = (seen for seen in device.observations if not seen.behind)
    return frozenset(day for seen in own for day in _shown_days(seen))


def _shown_days(seen: Observation) -> Iterator[date]:
    yield seen.when.date()
    for name in ("http.date", "onvif.time", "sadp.boot_time", "opcua_build.start_time"):
        day = named(str(seen.facts.get(name, ""))[:LIMIT])
        if day is not None:
            yield day
    for name, units in _SECONDS.items():
        up = seen.facts.get(name)
        if isinstance(up, int) and 0 <= up <= _LONGEST:
            yield (seen.when - timedelta(seconds=up // units)).date()
