"""How old the intelligence is, and what the reader of a report must be told of that."""

from dataclasses import dataclass, replace
from datetime import date

from checks.intelligence import Intelligence
from checks.knowledge import Manifest, Origin
from inventory.report import Scan

OLD = 45
"""Days after which every report says that what it was judged by is old: CISA's catalogue alone grows by a dozen rows in that time."""
STALE = "the intelligence is old:"
_PERISHABLE = frozenset(("advisories", "exploited", "firmware", "lifecycle", "points"))
"""Tables in which time leaves holes; a component's day of release stays what it is."""
_LISTS = frozenset(("operator", "own", "tocsin"))
"""Lists that are kept by hand: their youngest row says nothing of when somebody last looked."""


@dataclass(frozen=True, slots=True)
class Age:
    """A part of the bundle, its age in days, and whether it grows worse with them."""

    origin: Origin
    days: int
    perishable: bool


def ages(manifest: Manifest, today: date) -> tuple[Age, ...]:
    """The parts by table and source."""
    ordered = sorted(manifest.origins, key=lambda origin: (origin.table, origin.name))
    return tuple(Age(origin, (today - origin.as_of).days, _perishes(origin)) for origin in ordered)


def as_of(intelligence: Intelligence) -> date | None:
    """The day up to which the oldest of the parts that perish knows; None where there is no such part."""
    return min((origin.as_of for origin in intelligence.manifest.origins if _perishes(origin)), default=None)


def judged_by(scan: Scan, intelligence: Intelligence, today: date) -> Scan:
    """The scan with the name of what it is judged by, and with a note where that is old."""
    note = staleness(intelligence, today)
    named = f"{intelligence.manifest.made} sha256:{intelligence.hash}"
    return replace(scan, intel=named, intel_as_of=as_of(intelligence), notes=(*scan.notes, *([note] if note else [])))


def staleness(intelligence: Intelligence, today: date) -> str:
    """Which sources are older than `OLD` days, in a sentence; "" where none is."""
    old = [age for age in ages(intelligence.manifest, today) if age.perishable and age.days > OLD]
    named = {f"{age.origin.name} of {age.origin.as_of} ({age.days} days)": None for age in sorted(old, key=_oldest)}
    if not old:
        return ""
    return f"{STALE} {', '.join(named)}; what has come out since was not judged (`tocsin intel update`)"


def _perishes(origin: Origin) -> bool:
    return origin.table in _PERISHABLE and origin.name not in _LISTS


def _oldest(age: Age) -> tuple[int, str]:
    return -age.days, age.origin.name
