"""What earlier scans say of what the last one did not have: whether it is new, was fixed and is back, or was only out of sight."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa

from inventory.findings import FleetFinding
from inventory.report import Assessment, Coverage, Report, Scan
from inventory.tables import ASSESSMENTS, BRIEFS, SCANS

Decode: TypeAlias = Callable[[str, Any], Any]
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sought:
    """Findings whose past is sought, by the identity of their device; fleet findings, with their devices; and devices that are sought themselves."""

    devices: Mapping[str, frozenset[str]]
    together: Mapping[str, tuple[str, ...]]
    themselves: frozenset[str] = frozenset()


def read_sought(connection: sa.Connection, decode: Decode, scans: Sequence[Scan], sought: Sought) -> tuple[Report, ...]:
    """Of each of these scans, newest first, what it says of what is sought, back to where all of it was seen last.

    A report holds only the devices of which that scan, or one before it, found something that is sought: what was never found is read from the briefs alone,
    because one piece of new intelligence can be news of thousands of devices.
    """
    if not (sought.devices or sought.together):
        return ()
    fleets = {scan.id: _fleet(connection, decode, scan) for scan in scans}
    depth = _depths(connection, scans, sought)
    for number, scan in enumerate(scans):
        for finding in fleets[scan.id]:
            for name in sought.together.get(finding.id, ()):
                depth[name] = max(depth.get(name, 0), number)
    reports = []
    for number, scan in enumerate(scans[: max(depth.values(), default=-1) + 1]):
        names = [name for name, back in depth.items() if back >= number]
        found = tuple(decode(record, Assessment) for record in _records(connection, ASSESSMENTS, scan, names).values())
        reports.append(Report(scan, found, fleets[scan.id], Coverage()))
    return tuple(reports)


def _depths(connection: sa.Connection, scans: Sequence[Scan], sought: Sought) -> dict[str, int]:
    """How many scans back one has to look for each device, to see all that is sought of it; without what was never there."""
    left = dict(sought.devices)
    depth: dict[str, int] = {}
    for number, scan in enumerate(scans):
        for name, text in _records(connection, BRIEFS, scan, left).items():
            found = {finding for finding in left[name] if f'"{finding}"' in text}
            if found or (name in sought.themselves and name not in depth):
                depth[name] = number
            left[name] -= found
            if not left[name]:
                del left[name]
    return depth


def _records(connection: sa.Connection, table: sa.Table, scan: Scan, names: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for lot in _lots(names):
        here = (table.c.scan == scan.id) & table.c.identity.in_(lot)
        rows = connection.execute(sa.select(table.c.identity, table.c.record).where(here).order_by(table.c.address))
        found |= {row.identity: row.record for row in rows}
    return found


def _lots(names: Collection[str]) -> Iterator[list[str]]:
    listed = sorted(names)
    yield from (listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE))


def _fleet(connection: sa.Connection, decode: Decode, scan: Scan) -> tuple[FleetFinding, ...]:
    text = connection.scalar(sa.select(SCANS.c.fleet).where(SCANS.c.id == scan.id))
    return decode(text, tuple[FleetFinding, ...]) if text else ()
