"""Which rows of a table speak of a device, how surely, and which version the device states of what they are about.

A row is a maker's, and names its products. The device's own names are its models, the products of its CPE names and the systems that it names as components
("routeros 6.49"). A system of another maker counts only where the device states no firmware of its own: a router whose maker builds on OpenWrt has that
maker's releases, and not OpenWrt's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic

from checks.name_index import NameIndex, Row
from checks.products import plain, plain_vendor, vendor_of
from inventory.model import Claim, Confidence, Device

_LONGEST_NAME = 100
LONGEST_VERSION = 120
"""The characters a version may have to be looked at: a longer one is no version."""
_FEW = 8
_MOST_VERSIONS = 32
"""How many statements of one version are looked at: each is compared with every release."""


@dataclass(frozen=True, slots=True)
class Name:
    """What the device's product is called, as `plain` writes it, and the claim that says so; `system` marks one that was named with its own version."""

    text: str
    claim: Claim
    system: bool = False


@dataclass(frozen=True, slots=True)
class Match(Generic[Row]):
    """A row and the name by which it is the device's; `exact` where that is no pattern. `pattern` is the row's spelling."""

    row: Row
    name: Name
    pattern: str

    @property
    def exact(self) -> bool:
        """Whether the row names this very product, and not a family by the beginning of its names."""
        return not self.pattern.endswith("*")

    @property
    def confidence(self) -> Confidence:
        """How sure it is that the row speaks of the device: as sure as its name is, and never more than LIKELY by a pattern."""
        return self.name.claim.confidence if self.exact else min(self.name.claim.confidence, Confidence.LIKELY)


def matches(device: Device, table: NameIndex[Row]) -> tuple[Match[Row], ...]:
    """The rows of the table that speak of the device, in the table's order, each by the surest of its names."""
    names = tuple(_names(device))
    vendors = tuple(dict.fromkeys((vendor_of(device),) if vendor_of(device) else _cpe_vendors(device)))
    called = _by_text(names)
    found = [match for row, fits in table.of_vendors(called, vendors) for match in _best(called, fits, row)]
    if not device.claimed("firmware"):
        systems = _by_text(name for name in names if name.system)
        others = table.of_others(systems, vendors)
        found += [match for row, fits in others for match in _best(systems, fits, row) if match.exact]
    return tuple(found)


def versions(device: Device, name: Name) -> tuple[Claim, ...]:
    """The claims that state the version of what is called so, the surest first: the system's own, else the firmware's.

    The value of a claim of a component is its name and version; `version_of` takes the version out.
    """
    own = [claim for claim in device.claimed("component") if name.system and plain(_product(claim)) == name.text]
    stated = sorted(own or device.claimed("firmware"), key=lambda claim: -claim.confidence)
    return tuple(stated[:_MOST_VERSIONS])


def version_of(claim: Claim) -> str:
    """The version that the claim states: all of it, or what follows a component's name."""
    return (claim.value.rsplit(" ", 1)[-1] if claim.name == "component" else claim.value).strip()


def shortened(text: str) -> str:
    """The text, cut to what a sentence bears."""
    return text if len(text) <= LONGEST_VERSION else f"{text[:LONGEST_VERSION]}…"


def few(texts: Iterable[str]) -> str:
    """The texts as a part of a sentence: of many the first, each shortened, and how many more there are."""
    different = list(dict.fromkeys(texts))
    more = f" and {len(different) - _FEW} more" if len(different) > _FEW else ""
    return ", ".join(map(shortened, different[:_FEW])) + more


def _names(device: Device) -> Iterator[Name]:
    for claim in device.claimed("model"):
        yield from _name(claim.value, claim)
    for claim in device.claimed("cpe"):
        parts = claim.value.split(":")
        if len(parts) > 4:
            yield from _name(parts[4], claim)
    for claim in device.claimed("component"):
        if " " in claim.value:
            yield from _name(_product(claim), claim, system=True)


def _name(text: str, claim: Claim, *, system: bool = False) -> Iterator[Name]:
    if len(text) <= _LONGEST_NAME and plain(text):
        yield Name(plain(text), claim, system)


def _product(claim: Claim) -> str:
    return claim.value.rsplit(" ", 1)[0]


def _cpe_vendors(device: Device) -> tuple[str, ...]:
    return tuple(
        plain_vendor(claim.value.split(":")[3]) for claim in device.claimed("cpe") if claim.value.count(":") > 3
    )


def _by_text(names: Iterable[Name]) -> dict[str, list[Name]]:
    found: dict[str, list[Name]] = {}
    for name in names:
        found.setdefault(name.text, []).append(name)
    return found


def _best(called: Mapping[str, list[Name]], fits: Iterable[str], row: Row) -> Iterator[Match[Row]]:
    names = [name for text in fits for name in called[text]]
    exact, families = _spellings(row.names)
    found = [Match(row, name, exact[name.text]) for name in names if name.text in exact]
    found += [Match(row, name, family) for start, family in families for name in names if name.text.startswith(start)]
    if found:
        yield max(found, key=lambda match: (match.exact, match.name.system, match.confidence, len(match.pattern)))


@lru_cache(maxsize=16384)  # a maker has thousands of rows, and each is looked at for each of his devices
def _spellings(names: tuple[str, ...]) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """The exact names as `plain` writes them with the row's spelling, and the beginnings that stand for any ending with theirs."""
    exact = {plain(name): name for name in names if not name.endswith("*")}
    return exact, tuple((plain(name), name) for name in names if name.endswith("*"))
