"""All devices over all scans, each by the record that speaks for it: in brief, in a fraction of a second where their records would take minutes, or whole."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa

from inventory.errors import StoreError
from inventory.findings import Finding, FleetFinding
from inventory.known import LEAST_OF_ID, Known, find
from inventory.particulars import Particulars, Record, particulars
from inventory.report import Assessment, Scan, under
from inventory.tables import ASSESSMENTS, BRIEFS, SCANS
from inventory.vantages import Voice, voices

Transaction: TypeAlias = Callable[[], AbstractContextManager[sa.Connection]]
Decode: TypeAlias = Callable[[str, Any], Any]
Place: TypeAlias = tuple[str, str]
"""The scan and the address by which a record is kept."""
Records: TypeAlias = Mapping[Place, str]
Named: TypeAlias = tuple[Finding, Known] | tuple[FleetFinding, None]
"""A finding and the device that has it; none has what is wrong with several together."""
_NAMED = 6
_AT_ONCE = 500


class StoredFleet:
    """The devices of an inventory in brief (`inventory.brief`), given its reading transactions and its way to read a record."""

    def __init__(self, reading: Transaction, decode: Decode) -> None:
        self._reading = reading
        self._decode = decode

    def newest(self) -> tuple[Known, ...]:
        """Every device, by identity, by the record that speaks for it (`inventory.vantages`)."""
        return self._known(BRIEFS)

    def whole(self) -> tuple[Known, ...]:
        """The same devices with their whole records."""
        return self._known(ASSESSMENTS)

    def of_scan(self, scan: str) -> tuple[Known, ...]:
        """The devices of one scan, by identity."""
        query = sa.select(BRIEFS).where(BRIEFS.c.scan == scan).order_by(BRIEFS.c.identity, BRIEFS.c.address)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        moments = [datetime.fromisoformat(row.assessed) for row in rows]
        return tuple(
            Known(self._decode(row.record, Assessment), when, when, 1, scan)
            for row, when in zip(rows, moments, strict=True)
        )

    def named(self, text: str) -> Known:
        """The device that `text` names, by `inventory.known.find`."""
        return find(self.newest(), text)

    def met_in(self, devices: Collection[str]) -> frozenset[str]:
        """The ids of all scans that met one of these devices, by their identities."""
        listed, scans = sorted(devices), set[str]()
        with self._reading() as connection:
            for start in range(0, len(listed), _AT_ONCE):
                here = BRIEFS.c.identity.in_(listed[start : start + _AT_ONCE])
                scans.update(connection.scalars(sa.select(BRIEFS.c.scan).where(here).distinct()))
        return frozenset(scans)

    def particulars(self, known: Iterable[Known]) -> dict[str, Particulars]:
        """What the briefs of these devices leave out and a list shows, by identity; a lot of records at a time, for all of them are many."""
        wanted = {(each.scan, each.assessment.device.address): each.assessment.device.identity for each in known}
        with self._reading() as connection:
            return {
                wanted[place]: particulars(self._decode(record, Record))
                for place, record in _records(connection, ASSESSMENTS, wanted)
                if place in wanted
            }

    def findings(self, known: Iterable[Known]) -> tuple[FleetFinding, ...]:
        """What is wrong with several of these devices together, by id: as the newest scan found it whose record still speaks for one of them.

        So what a newer scan has judged again is gone with the older records, and what it could not see is not.
        """
        speaking = {name: each for each in known for name in (each.assessment.device.identity, *each.names)}
        scans = {each.scan for each in speaking.values()}
        query = sa.select(SCANS.c.id, SCANS.c.fleet).where(SCANS.c.fleet.is_not(None))
        with self._reading() as connection:
            rows = [row for row in connection.execute(query.order_by(SCANS.c.started, SCANS.c.id)) if row.id in scans]
        found: dict[str, FleetFinding] = {}
        for row in rows:
            for one in self._decode(row.fleet, tuple[FleetFinding, ...]):
                theirs = [speaking[name] for name in one.devices if name in speaking]
                if any(each.scan == row.id for each in theirs):
                    found[one.id] = _by_lasting_names(one, speaking)
        return tuple(one for _, one in sorted(found.items()))

    def _known(self, records: sa.Table) -> tuple[Known, ...]:
        with self._reading() as connection:
            scans = [self._decode(record, Scan) for record in connection.scalars(sa.select(SCANS.c.record))]
            rows = in_order(connection.execute(newest([scan.id for scan in scans if scan.is_passive], records)))
            speaking = voices(connection, scans)
            read = {(row.scan, row.address): row.record for row in rows}
            read |= _read(
                connection, records, {(v.chosen.scan, v.chosen.address) for v in speaking.values()} - read.keys()
            )
        by_identity = {row.identity: row for row in rows}
        hidden = {name for voice in speaking.values() for name in voice.names}
        return tuple(
            self._of(row, speaking.get(name), by_identity, read)
            for name, row in by_identity.items()
            if name not in hidden
        )

    def _of(self, row: sa.Row[Any], voice: Voice | None, rows: Mapping[str, sa.Row[Any]], read: Records) -> Known:
        if voice is None:
            first, last = datetime.fromisoformat(row.first_seen), datetime.fromisoformat(row.last_seen)
            return Known(self._decode(row.record, Assessment), first, last, row.scans, row.scan)
        ours, at = [row, *(rows[name] for name in voice.names)], (voice.chosen.scan, voice.chosen.address)
        return Known(
            under(self._decode(read[at], Assessment), row.identity),
            datetime.fromisoformat(min(one.first_seen for one in ours)),
            datetime.fromisoformat(max(one.last_seen for one in ours)),
            sum(one.scans for one in ours),
            voice.chosen.scan,
            voice.last,
            voice.names,
        )


def _by_lasting_names(finding: FleetFinding, speaking: Mapping[str, Known]) -> FleetFinding:
    """The finding of devices under the identities by which they are known, each once."""
    names = (speaking[name].assessment.device.identity if name in speaking else name for name in finding.devices)
    devices = tuple(sorted(set(names)))
    return finding if devices == finding.devices else replace(finding, devices=devices)


def _read(connection: sa.Connection, records: sa.Table, places: Iterable[Place]) -> dict[Place, str]:
    """The records of those scans and addresses."""
    return dict(_records(connection, records, places))


def _records(connection: sa.Connection, records: sa.Table, places: Iterable[Place]) -> Iterator[tuple[Place, str]]:
    wanted: dict[str, list[str]] = {}
    for scan, address in places:
        wanted.setdefault(scan, []).append(address)
    for scan, addresses in wanted.items():
        for some in _lots(sorted(addresses)):
            chosen = (records.c.scan == scan) & records.c.address.in_(some)
            for row in connection.execute(sa.select(records.c.address, records.c.record).where(chosen)):
                yield (scan, row.address), row.record


def _lots(addresses: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many as one statement may name."""
    yield from (addresses[at : at + _AT_ONCE] for at in range(0, len(addresses), _AT_ONCE))


def finding_named(known: Iterable[Known], together: Iterable[FleetFinding], text: str) -> Named | None:
    """The one finding whose id is `text` or begins so, and the device that has it: None for one of several devices together.

    `StoreError` names the candidates where there are several.
    """
    beginning = text.strip().casefold()
    if 0 < len(beginning) < LEAST_OF_ID:
        raise StoreError(f"{text!r} is too little of a finding's id: give at least {LEAST_OF_ID} digits of it")
    found: dict[str, Named] = {
        finding.id: (finding, each)
        for each in known
        for outcome in each.assessment.outcomes
        for finding in outcome.findings
        if finding.id.startswith(beginning)
    }
    found |= {one.id: (one, None) for one in together if one.id.startswith(beginning)}
    if len(found) > 1:
        names = "; ".join(_candidate(*found[id_]) for id_ in sorted(found)[:_NAMED])
        more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise StoreError(f"{text!r} begins the id of {len(found)} findings: {names}{more}; give more of it")
    return next(iter(found.values()), None)


def _candidate(finding: Finding | FleetFinding, device: Known | None) -> str:
    return f"{finding.id} ({finding.check}{f' on {device.assessment.device.address}' if device else ''})"


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
