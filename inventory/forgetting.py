"""What the inventory deletes: what devices said once that is old, whole scans once they are, and a device at a person's word.

Deleted pages are overwritten (SQLite's `secure_delete`) and the write-ahead log is emptied, so that what is forgotten cannot be read from the file.
"""

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeAlias

import sqlalchemy as sa

from inventory.findings import Finding, FleetFinding
from inventory.records import encode
from inventory.report import Assessment, Scan
from inventory.tables import ASSESSMENTS, BRIEFS, NEWS_TOLD, SCANS

Transaction: TypeAlias = Callable[[], AbstractContextManager[sa.Connection]]
Decode: TypeAlias = Callable[[str, Any], Any]
_SEVERAL = 2
"""A finding of several devices is one of so many at least."""


@dataclass(frozen=True, slots=True)
class Old:
    """The scans whose evidence has had its time, and those that have had theirs altogether, by id, oldest first."""

    evidence: tuple[str, ...]
    history: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many records of a device there were, in how many scans, and how many findings of several devices named it."""

    records: int
    scans: int
    fleet: int


class StoredPast:
    """The past of an inventory, given its two kinds of transactions and its way to read a record."""

    def __init__(self, reading: Transaction, writing: Transaction, decode: Decode) -> None:
        self._reading = reading
        self._writing = writing
        self._decode = decode

    def old(self, evidence: datetime, history: datetime) -> Old:
        """The scans that began before these moments, of each class of data; what is deleted as a whole loses no evidence first."""
        query = sa.select(SCANS.c.record).order_by(SCANS.c.started, SCANS.c.id)
        with self._reading() as connection:
            scans = [self._decode(record, Scan) for record in connection.scalars(query)]
        gone = tuple(scan.id for scan in scans if scan.started < history)
        said = (scan for scan in scans if history <= scan.started < evidence and scan.evidence_deleted is None)
        return Old(tuple(scan.id for scan in said), gone)

    def strip(self, scan_id: str, today: date) -> int:
        """Delete what devices said in a scan, facts and excerpts; what they are, what is wrong with them and which ports were open stays. Returns how many."""
        here = ASSESSMENTS.c.scan == scan_id
        with self._writing() as connection:
            scan = self._decode(connection.scalars(sa.select(SCANS.c.record).where(SCANS.c.id == scan_id)).one(), Scan)
            rows = connection.execute(sa.select(ASSESSMENTS.c.address).where(here)).scalars().all()
            for address in rows:  # one at a time: all of them at once would take the memory of a whole scan
                one = here & (ASSESSMENTS.c.address == address)
                record = connection.scalars(sa.select(ASSESSMENTS.c.record).where(one)).one()
                bare = encode(without_evidence(self._decode(record, Assessment)))
                connection.execute(sa.update(ASSESSMENTS).where(one).values(record=bare))
            noted = replace(scan, evidence_deleted=today, notes=(*scan.notes, _note(today)))
            connection.execute(sa.update(SCANS).where(SCANS.c.id == scan_id).values(record=encode(noted)))
        return len(rows)

    def drop(self, scan_id: str) -> int:
        """Delete a scan and all that it found, and that somebody was told of what was news before it; returns of how many devices."""
        with self._writing() as connection:
            started = connection.scalar(sa.select(SCANS.c.started).where(SCANS.c.id == scan_id))
            connection.execute(sa.delete(NEWS_TOLD).where(NEWS_TOLD.c.told < started))
            found = connection.execute(sa.delete(ASSESSMENTS).where(ASSESSMENTS.c.scan == scan_id)).rowcount
            connection.execute(sa.delete(SCANS).where(SCANS.c.id == scan_id))
        return found

    def records_of(self, identities: Collection[str]) -> Forgotten:
        """What there is of a device that goes by these identities."""
        here = ASSESSMENTS.c.identity.in_(identities)
        with self._reading() as connection:
            scans = connection.execute(sa.select(ASSESSMENTS.c.scan).where(here)).scalars().all()
            fleet = sum(len(named) for _, _, named in self._fleet(connection, identities))
        return Forgotten(len(scans), len(set(scans)), fleet)

    def forget(self, identities: Collection[str]) -> None:
        """Delete every record of a device that goes by these identities, and its name from what is wrong with several devices together."""
        with self._writing() as connection:
            briefs = connection.scalars(sa.select(BRIEFS.c.record).where(BRIEFS.c.identity.in_(identities)))
            findings = {f.id for record in briefs for f in self._decode(record, Assessment).findings}
            for subject in (*findings, *identities):
                connection.execute(sa.delete(NEWS_TOLD).where(NEWS_TOLD.c.subject == subject))
            connection.execute(sa.delete(ASSESSMENTS).where(ASSESSMENTS.c.identity.in_(identities)))
            for scan, others, named in self._fleet(connection, identities):
                left = (replace(one, devices=_without(one.devices, identities)) for one in named)
                kept = (*others, *(one for one in left if len(one.devices) >= _SEVERAL))
                fleet = encode(tuple(sorted(kept, key=lambda one: one.id)))
                connection.execute(sa.update(SCANS).where(SCANS.c.id == scan).values(fleet=fleet))

    def _fleet(
        self, connection: sa.Connection, identities: Collection[str]
    ) -> Iterable[tuple[str, list[FleetFinding], list[FleetFinding]]]:
        """Each scan with findings of several devices of which some name one of these: its id, those that do not, and those that do."""
        for row in connection.execute(sa.select(SCANS.c.id, SCANS.c.fleet).where(SCANS.c.fleet.is_not(None))).all():
            found = self._decode(row.fleet, tuple[FleetFinding, ...])
            named = [one for one in found if not set(identities).isdisjoint(one.devices)]
            if named:
                yield row.id, [one for one in found if one not in named], named


def without_evidence(assessment: Assessment) -> Assessment:
    """The assessment without what the device said: no facts, no excerpts."""
    device = assessment.device
    mute = tuple(replace(seen, facts={}, evidence=b"") for seen in device.observations)
    outcomes = tuple(replace(one, findings=tuple(map(_unproved, one.findings))) for one in assessment.outcomes)
    return replace(assessment, device=replace(device, observations=mute), outcomes=outcomes)


def _unproved(finding: Finding) -> Finding:
    return replace(finding, evidence="")


def _note(today: date) -> str:
    return (
        f"what the devices said in this scan was deleted on {today}, because it had been kept for as long as it may be"
    )


def _without(devices: Iterable[str], identities: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in devices if name not in identities)
