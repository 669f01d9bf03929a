"""What a version is read to, and what a scheme is that reads it.

A scheme is a small pure function over the text of one version. It returns a `Reading`, or None where the text is not written so. It does no I/O, and raises
nothing whatever it is given.

    @scheme("zyxel", vendors=("zyxel",), source="…")
    def zyxel(text: str) -> Reading | None:
        …

Readings are partially ordered: what cannot be said is None, and what is said is transitive. The folder `schemes/` is the registry: `load_schemes` reads
every module of it.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest

from checks.products import plain_vendor

LONGEST = 200
"""Characters of a version that is looked at: a longer text is none."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What follows a version's numbers: "SP1" is ("sp", (1,)).

    `beside` is how a version that has it stands to one that has not: 1 is later (a service pack), -1 earlier (a release candidate), None not comparable (a
    build of it).
    """

    kind: str
    value: tuple[int, ...] = ()
    beside: int | None = None


def build(*value: int) -> Mark:
    """One of the builds of a version."""
    return Mark("build", value)


def after(kind: str, *value: int) -> Mark:
    """Something that was put upon a version: a service pack, a patch."""
    return Mark(kind, value, 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """A version: its numbers, and what follows them.

    Only readings of one `kind` (the way of counting: "date", "ios 15.2E") and one `line` (the hardware or the branch that it is for) are comparable.
    """

    numbers: tuple[int, ...]
    marks: tuple[Mark, ...] = ()
    kind: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one maker writes versions; `vendors` are as `plain_vendor` gives them. `whole` says that nothing is left out: 6.42 is not any 6.42.x."""

    name: str
    read: Callable[[str], Reading | None]
    source: str
    vendors: tuple[str, ...] = ()
    whole: bool = False


def scheme(
    name: str, *, source: str, vendors: tuple[str, ...] = (), whole: bool = False
) -> Callable[[Callable[[str], Reading | None]], Scheme]:
    """Declare the function below it a scheme."""
    return lambda read: Scheme(name, read, source, vendors, whole)


@cache
def load_schemes() -> dict[str, Scheme]:
    """Every scheme of the folder, by its name."""
    import checks.schemes

    found: list[Scheme] = []
    for module in pkgutil.iter_modules(checks.schemes.__path__, "checks.schemes."):
        found += [value for value in vars(importlib.import_module(module.name)).values() if isinstance(value, Scheme)]
    return {each.name: each for each in sorted(found, key=lambda each: each.name)}


@lru_cache(maxsize=1024)
def scheme_of(vendor: str) -> Scheme:
    """The scheme of that name or of that vendor; "dotted" where there is none."""
    schemes, plain = load_schemes(), plain_vendor(vendor)
    if vendor in schemes:
        return schemes[vendor]
    for each in schemes.values():
        if any(plain == name or (len(name) > 5 and name in plain) for name in each.vendors):
            return each
    return schemes["dotted"]


@lru_cache(maxsize=65536)
def _read(text: str, vendor: str) -> Reading | None:
    return scheme_of(vendor).read(text)


def read(text: str, vendor: str = "") -> Reading | None:
    """The version, by its vendor's scheme; None where it is none that the scheme can read."""
    text = text.strip() if len(text) <= 2 * LONGEST else ""
    return _read(text, vendor) if 0 < len(text) <= LONGEST and text.isascii() else None


def order(left: Reading, right: Reading) -> int | None:
    """-1, 0 or 1 as `left` is older than, the same as or newer than `right`; None where they are not comparable."""
    if (left.kind, left.line) != (right.kind, right.line):
        return None
    return order_numbers(left.numbers, right.numbers) or order_marks(left.marks, right.marks)


def order_numbers(left: tuple[int, ...], right: tuple[int, ...]) -> int:
    """The order of two sequences of numbers, what is missing being 0."""
    for ours, theirs in zip_longest(left, right, fillvalue=0):
        if ours != theirs:
            return -1 if ours < theirs else 1
    return 0


def order_marks(left: tuple[Mark, ...], right: tuple[Mark, ...]) -> int | None:
    """The order of what follows equal numbers: the first difference decides."""
    for ours, theirs in zip_longest(left, right):
        if ours != theirs and (found := _order_mark(ours, theirs)) != 0:
            return found
    return 0


def _order_mark(ours: Mark | None, theirs: Mark | None) -> int | None:
    if ours is None or theirs is None:
        missing = ours or theirs
        beside = missing.beside if missing else 0
        return beside if ours or beside is None else -beside
    if ours.kind == theirs.kind and ours.beside == theirs.beside:
        return order_numbers(ours.value, theirs.value)
    # Between an earlier and a later lies the version itself; of two that are both later, nobody says which is.
    return ours.beside if ours.beside and theirs.beside and ours.beside != theirs.beside else None
