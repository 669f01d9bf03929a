"""All devices in brief, read from the inventory in a fraction of a second where their records would take minutes."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa

from inventory.errors import StoreError
from inventory.findings import FleetFinding
from inventory.known import Known, find
from inventory.report import Assessment, Scan
from inventory.tables import BRIEFS, SCANS

Transaction: TypeAlias = Callable[[], AbstractContextManager[sa.Connection]]
Decode: TypeAlias = Callable[[str, Any], Any]
_NAMED = 6


@dataclass(frozen=True, slots=True)
class Brief:
    """A device as `inventory.brief` keeps it, and the scan that its record is in."""

    scan: str
    known: Known

    @property
    def assessment(self) -> Assessment:
        """What is kept of its record."""
        return self.known.assessment


class StoredFleet:
    """The briefs of an inventory, given its reading transactions and its way to read a record."""

    def __init__(self, reading: Transaction, decode: Decode) -> None:
        self._reading = reading
        self._decode = decode

    def newest(self) -> tuple[Brief, ...]:
        """Every device, as it was assessed last, by identity; the same devices of the same scans as `Store.devices`."""
        with self._reading() as connection:
            rows = in_order(connection.execute(newest(self._heard(connection), BRIEFS)))
        return tuple(self._brief(row, row.first_seen, row.last_seen, row.scans) for row in rows)

    def of_scan(self, scan: str) -> tuple[Brief, ...]:
        """The devices of one scan, by identity."""
        query = sa.select(BRIEFS).where(BRIEFS.c.scan == scan).order_by(BRIEFS.c.identity, BRIEFS.c.address)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return tuple(self._brief(row, row.assessed, row.assessed, 1) for row in rows)

    def named(self, text: str) -> Brief:
        """The device that `text` names, by `inventory.known.find`."""
        return device_named(self.newest(), text)

    def findings(self, scans: Iterable[str]) -> tuple[FleetFinding, ...]:
        """The fleet findings of these scans, by id; what several found, as the newest of them did."""
        query = sa.select(SCANS.c.fleet).where(SCANS.c.id.in_(set(scans)) & SCANS.c.fleet.is_not(None))
        with self._reading() as connection:
            texts = connection.scalars(query.order_by(SCANS.c.started, SCANS.c.id)).all()
        found = {one.id: one for text in texts for one in self._decode(text, tuple[FleetFinding, ...])}
        return tuple(one for _, one in sorted(found.items()))

    def _heard(self, connection: sa.Connection) -> list[str]:
        """The scans that only listened."""
        scans = [self._decode(record, Scan) for record in connection.scalars(sa.select(SCANS.c.record))]
        return [scan.id for scan in scans if scan.is_passive]

    def _brief(self, row: sa.Row[Any], first: str, last: str, scans: int) -> Brief:
        assessment = self._decode(row.record, Assessment)
        return Brief(row.scan, Known(assessment, datetime.fromisoformat(first), datetime.fromisoformat(last), scans))


def device_named(briefs: Iterable[Brief], text: str) -> Brief:
    """The one of these devices that `text` names, by `inventory.known.find`."""
    by_identity = {brief.assessment.device.identity: brief for brief in briefs}
    return by_identity[find((brief.known for brief in by_identity.values()), text).assessment.device.identity]


def finding_named(
    briefs: Iterable[Brief], together: Iterable[FleetFinding], beginning: str
) -> tuple[Brief, str] | FleetFinding | None:
    """What has an id that begins so: a finding (its device, and its whole id), or one of several devices; `StoreError` where there are several."""
    found: dict[str, tuple[Brief, str] | FleetFinding] = {
        finding.id: (brief, finding.id)
        for brief in briefs
        for outcome in brief.assessment.outcomes
        for finding in outcome.findings
        if finding.id.startswith(beginning)
    }
    found |= {one.id: one for one in together if one.id.startswith(beginning)}
    if len(found) > 1:
        names = ", ".join(sorted(found)[:_NAMED])
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise StoreError(f"{beginning!r} begins the id of {len(found)} findings: {names}{more}; give more of it")
    return next(iter(found.values()), None)


def newest(heard: list[str], records: sa.Table) -> sa.Select[Any]:
    """Each device's last record, of those tables that have one for each device and scan; what was only `heard` counts as seen, and as assessed
    where nobody ever asked.
    """
    asked = sa.case((BRIEFS.c.scan.not_in(heard), BRIEFS.c.assessed))
    over_time = (
        sa.select(
            BRIEFS.c.identity,
            sa.func.min(BRIEFS.c.assessed).label("first_seen"),
            sa.func.max(BRIEFS.c.assessed).label("last_seen"),
            sa.func.coalesce(sa.func.max(asked), sa.func.max(BRIEFS.c.assessed)).label("newest"),
            sa.func.count(BRIEFS.c.scan.distinct()).label("scans"),
        )
        .group_by(BRIEFS.c.identity)
        .subquery()
    )
    last = (records.c.identity == over_time.c.identity) & (records.c.assessed == over_time.c.newest)
    return sa.select(over_time, records.c.scan, records.c.address, records.c.record).join(records, last)


def in_order(rows: Iterable[sa.Row[Any]]) -> list[sa.Row[Any]]:
    """The rows of `newest` by identity, one for each; sorted here, because a database would carry the long records about in sorting."""
    in_turn = sorted(rows, key=lambda row: (row.identity, row.address))
    return list({row.identity: row for row in in_turn}.values())
