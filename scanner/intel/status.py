"""How old the parts of the intelligence are."""

from dataclasses import dataclass
from datetime import date

from checks.knowledge import Manifest, Origin

OLD = 45
"""Days after which a part is called old: CISA's catalogue alone grows by a dozen rows in that time."""


@dataclass(frozen=True, slots=True)
class Age:
    """A part of the bundle and its age in days."""

    origin: Origin
    days: int


def ages(manifest: Manifest, today: date) -> tuple[Age, ...]:
    """The parts by table and source."""
    ordered = sorted(manifest.origins, key=lambda origin: (origin.table, origin.name))
    return tuple(Age(origin, (today - origin.as_of).days) for origin in ordered)
