"""How old the intelligence is, and what the reader of a report must be told of that."""

from dataclasses import replace
from datetime import date

from checks.intelligence import Intelligence
from inventory.model import Scan

OLD = 45
"""Days after which every report says that what it was judged by is old: CISA's catalogue alone grows by a dozen rows in that time."""
STALE = "the intelligence is old:"
_PERISHABLE = frozenset(("advisories", "exploited", "firmware", "lifecycle", "points"))


def as_of(intelligence: Intelligence) -> date | None:
    """The day up to which the oldest of the sources knows in whose table time leaves holes; None where there is no such source."""
    days = [origin.as_of for origin in intelligence.manifest.origins if origin.table in _PERISHABLE]
    return min(days, default=None)


def judged_by(scan: Scan, intelligence: Intelligence, today: date) -> Scan:
    """The scan with the name of what it is judged by, and with a note where that is old."""
    note = staleness(intelligence, today)
    named = f"{intelligence.manifest.made} sha256:{intelligence.hash}"
    return replace(scan, intel=named, intel_as_of=as_of(intelligence), notes=(*scan.notes, *([note] if note else [])))


def staleness(intelligence: Intelligence, today: date) -> str:
    """Which sources are older than `OLD` days, in a sentence; "" where none is."""
    ages = {
        f"{origin.name} of {origin.as_of}": (today - origin.as_of).days
        for origin in sorted(intelligence.manifest.origins, key=lambda origin: origin.as_of)
        if origin.table in _PERISHABLE
    }
    old = [f"{name} ({age} days)" for name, age in ages.items() if age > OLD]
    if not old:
        return ""
    return f"{STALE} {', '.join(old)}; what has come out since was not judged (`tocsin intel update`)"
