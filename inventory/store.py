"""The inventory: every scan, and every device as each scan saw it, in one SQLite file.

Each assessment is its own durable transaction, so what was saved is there after any crash, and another process may read while a scan writes (WAL). One scan
writes at a time: `begin` takes a lock that the kernel drops with the process. A file that is damaged, foreign or newer is never written to.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NoReturn, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from inventory.appearances import Appearance, ports_column, read_appearances
from inventory.book import StoredBook
from inventory.brief import encode_brief
from inventory.coverage import covered
from inventory.database import engine, make_file
from inventory.errors import StoreError
from inventory.findings import FleetFinding
from inventory.fleet import StoredFleet
from inventory.forgetting import StoredPast
from inventory.known import Known
from inventory.lock import Lock
from inventory.model import Device
from inventory.news import ToldNews
from inventory.nights import NightWork
from inventory.quarantine import Quarantine
from inventory.records import decode, encode
from inventory.report import Assessment, Coverage, Report, Scan, under
from inventory.sought import Sought, read_sought
from inventory.tables import ASSESSMENTS, BRIEFS, NEWEST, QUARANTINE, SCANS, layout, migrate
from inventory.tallies import StoredTallies
from inventory.traces import read_traces
from inventory.waivers import Trace

T = TypeVar("T")
PATIENCE = 5.0
"""Seconds to wait for another process that writes."""
_WRITING = ("BEGIN IMMEDIATE",)


class Store:
    """An open inventory; a context manager. Every method raises `StoreError` for what the operator can mend."""

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self._reading = engine(path, patience)
        self._writing = self._reading.execution_options(opening=_WRITING)
        self._read, self._write = partial(self._transaction, self._reading), partial(self._transaction, self._writing)
        meant = path.resolve()  # one inventory has one lock, whatever links lead to it
        self._lock = Lock(meant.with_name(meant.name + ".lock"), patience)

    @classmethod
    def open(cls, location: str | Path, *, create: bool = True, patience: float = PATIENCE) -> "Store":
        """Open the inventory at `location`, made (file 0600, folder 0700) if absent and `create`, and brought to the newest layout."""
        path = Path(location)
        if "://" in str(location):
            raise StoreError(f"the inventory is a file: {location!r} is a URL; give a path")
        if not create and not path.exists():
            raise StoreError(f"there is no inventory at {path} yet; `tocsin scan` makes it")
        make_file(path)
        store = cls(path, patience)
        try:
            store._prepare()
        except BaseException:
            store.close()
            raise
        return store

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file and of the lock."""
        self._reading.dispose()
        self._lock.release()

    def begin(self, scan: Scan, plan: str) -> None:
        """Start `scan`, or go on with it if it was begun before; `plan` is what was asked, the same text for the same question."""
        self._lock.acquire()
        values = {"plan": plan, "started": _moment(scan.started), "finished": False, "record": encode(scan)}
        with self._transaction(self._writing) as connection:
            damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            if damage != "ok":
                self._refuse_damaged(str(damage))
            if not connection.execute(sa.update(SCANS).where(SCANS.c.id == scan.id).values(values)).rowcount:
                connection.execute(sa.insert(SCANS).values(id=scan.id, **values))

    def save(self, scan_id: str, assessment: Assessment) -> None:
        """Keep what was found on one device, durably; a device that was saved before in this scan is replaced."""
        before = (ASSESSMENTS.c.scan == scan_id) & (ASSESSMENTS.c.address == assessment.device.address)
        with self._transaction(self._writing) as connection:
            connection.execute(sa.delete(ASSESSMENTS).where(before))
            _insert(connection, scan_id, assessment)

    def save_lot(self, scan_id: str, assessments: Iterable[Assessment], *, instead: bool = False) -> None:
        """Keep these devices, durably and at once; `instead` of all that were saved before in this scan, else beside them."""
        with self._transaction(self._writing) as connection:
            if instead:
                connection.execute(sa.delete(ASSESSMENTS).where(ASSESSMENTS.c.scan == scan_id))
            for assessment in assessments:
                _insert(connection, scan_id, assessment)

    def finish(self, scan_id: str, scan: Scan, fleet: tuple[FleetFinding, ...], coverage: Coverage) -> None:
        """End a scan that was begun, and let the next one begin."""
        values = {"record": encode(scan), "fleet": encode(fleet), "coverage": encode(coverage), "finished": True}
        with self._transaction(self._writing) as connection:
            connection.execute(sa.update(SCANS).where(SCANS.c.id == scan_id).values(values))
        self._lock.release()

    def unfinished(self, plan: str) -> Scan | None:
        """The newest scan of that plan, if it was not finished; one that a later scan has overtaken is not worth resuming."""
        newest = self.newest(plan)
        return newest if newest is not None and newest.ended is None else None

    def newest(self, plan: str) -> Scan | None:
        """The newest scan of that plan; `ended` is None where it was not finished."""
        query = sa.select(SCANS).where(SCANS.c.plan == plan).order_by(SCANS.c.started.desc(), SCANS.c.id).limit(1)
        with self._transaction(self._reading) as connection:
            if (row := connection.execute(query).first()) is None:
                return None
            scan = self._decode(row.record, Scan)
            return scan if row.finished else replace(scan, ended=None)

    def assessed(self, scan_id: str) -> frozenset[str]:
        """Every address of every device that was saved in that scan."""
        with self._transaction(self._reading) as connection:
            rows = connection.scalars(sa.select(ASSESSMENTS.c.addresses).where(ASSESSMENTS.c.scan == scan_id))
            return frozenset(address for addresses in rows for address in addresses.split())

    def assessment(self, scan_id: str, address: str) -> Assessment | None:
        """What was saved in that scan of the device that was examined at that address."""
        here = (ASSESSMENTS.c.scan == scan_id) & (ASSESSMENTS.c.address == address)
        with self._transaction(self._reading) as connection:
            record = connection.scalar(sa.select(ASSESSMENTS.c.record).where(here))
            return None if record is None else self._decode(record, Assessment)

    def scans(self) -> tuple[Scan, ...]:
        """Every scan, newest first; `ended` is None where it was not finished."""
        with self._transaction(self._reading) as connection:
            rows = connection.scalars(sa.select(SCANS.c.record).order_by(SCANS.c.started.desc(), SCANS.c.id))
            return tuple(self._decode(record, Scan) for record in rows)

    def report(self, scan_id: str | None = None, *, said: bool = True) -> Report:
        """All that one scan found, worst device first, by its id or the beginning of it; None is the newest finished scan, else the newest.

        Without what devices `said`, which is most of a report, there is all that two reports are compared by.
        """
        with self._transaction(self._reading) as connection:
            row = self._scan(connection, scan_id)
            query = sa.select(ASSESSMENTS.c.record).where(ASSESSMENTS.c.scan == row.id).order_by(ASSESSMENTS.c.address)
            found = tuple(_of(self._decode(record, Assessment), said=said) for record in connection.scalars(query))
            scan = self._decode(row.record, Scan)
            if not row.finished:
                report = _unfinished(scan, found)
            else:
                fleet = self._decode(row.fleet, tuple[FleetFinding, ...])
                report = Report(scan, found, fleet, self._decode(row.coverage, Coverage))
        return replace(report, assessments=report.ranked)

    def appearances(self, scans: Iterable[str]) -> tuple[Appearance, ...]:
        """Every device of every one of these scans, without its record."""
        with self._transaction(self._reading) as connection:
            return read_appearances(connection, scans)

    def devices(self) -> tuple[Known, ...]:
        """Every device ever saved, by identity, with the whole record that speaks for it (`inventory.vantages`).

        What was only heard counts as seen, and as assessed where nobody ever asked.
        """
        return self.briefs.whole()

    def device(self, text: str) -> Known:
        """The device that `text` names, by `inventory.known.find`."""
        found = self.briefs.named(text)
        return replace(found, assessment=self.whole(found))

    def whole(self, known: Known) -> Assessment:
        """The record that a brief is of, under the identity that the device is known by."""
        device = known.assessment.device
        found = self.assessment(known.scan, device.address)
        return under(found or self._refuse_damaged("a device has a brief and no record"), device.identity)

    def scan(self, scan_id: str) -> Scan:
        """The scan that this id or the beginning of one names."""
        with self._transaction(self._reading) as connection:
            return self._decode(self._scan(connection, scan_id).record, Scan)

    @property
    def briefs(self) -> StoredFleet:
        """The devices in brief, for as long as the inventory is open."""
        return StoredFleet(self._read, self._decode)

    @contextmanager
    def past(self) -> Iterator[StoredPast]:
        """What can be deleted, while no scan writes; at the end of the block nothing of what was deleted is left in the files."""
        self._lock.acquire()
        try:
            yield StoredPast(self._read, self._write, self._decode)
            self._empty_log()
        finally:
            self._lock.release()

    def traces(self, findings: Collection[str]) -> Mapping[str, Trace]:
        """Where each finding of those ids was seen last, in any scan; without what was never found."""
        with self._transaction(self._reading) as connection:
            return read_traces(connection, self._decode, findings)

    def earlier(self, scans: Sequence[Scan], sought: Sought) -> tuple[Report, ...]:
        """What these scans, newest first, say of what a later one did not have: see `read_sought`."""
        with self._transaction(self._reading) as connection:
            return read_sought(connection, self._decode, scans, sought)

    def quarantine(self, entry: Quarantine, instead_of: str = "") -> None:
        """Put a device into quarantine, durably; in the place of the entry of that identity, if one is named."""
        row = {"identity": entry.identity, "address": entry.address, "mac": entry.mac, "since": _moment(entry.since)}
        before = QUARANTINE.c.identity.in_([entry.identity, instead_of or entry.identity])
        with self._transaction(self._writing) as connection:
            connection.execute(sa.delete(QUARANTINE).where(before))
            connection.execute(sa.insert(QUARANTINE).values(**row, record=encode(entry)))

    def quarantined(self) -> tuple[Quarantine, ...]:
        """Every device that is in quarantine, by identity."""
        with self._transaction(self._reading) as connection:
            records = connection.scalars(sa.select(QUARANTINE.c.record).order_by(QUARANTINE.c.identity))
            return tuple(self._decode(record, Quarantine) for record in records)

    def release(self, identity: str) -> None:
        """Let a device out of quarantine: the next scan asks it again."""
        with self._transaction(self._writing) as connection:
            connection.execute(sa.delete(QUARANTINE).where(QUARANTINE.c.identity == identity))

    @property
    def tallies(self) -> StoredTallies:
        """What was counted in the scans of the past, for as long as the inventory is open."""
        return StoredTallies(self._read, self._write, self._decode)

    @property
    def ledger(self) -> StoredBook:
        """The lockout ledger, for as long as the inventory is open."""
        return StoredBook(self._read, self._write, self._decode)

    @property
    def nights(self) -> NightWork:
        """What nights owe for their scans, for as long as the inventory is open."""
        return NightWork(self._read, self._write)

    @property
    def news(self) -> ToldNews:
        """Who was told what, for as long as the inventory is open."""
        return ToldNews(self._read, self._write, self._decode)

    def _scan(
        self, connection: sa.Connection, scan_id: str | None
    ) -> sa.Row[tuple[str, str, str, bool, str, str, str]]:
        newest_first = (SCANS.c.started.desc(), SCANS.c.id)
        if scan_id is None:
            newest = sa.select(SCANS).order_by(SCANS.c.finished.desc(), *newest_first).limit(1)
            row = connection.execute(newest).first()
            if row is None:
                raise StoreError(f"the inventory {self._path} holds no scan yet; `tocsin scan` makes one")
            return row
        begins = sa.select(SCANS).where(SCANS.c.id.startswith(scan_id, autoescape=True)).order_by(*newest_first)
        rows = connection.execute(begins).all()
        exact = [row for row in rows if row.id == scan_id]
        if len(exact or rows) == 1:
            return (exact or rows)[0]
        if rows:
            raise StoreError(f"{scan_id!r} begins the id of {len(rows)} scans: {', '.join(row.id for row in rows[:6])}")
        known = ", ".join(connection.scalars(sa.select(SCANS.c.id).order_by(*newest_first).limit(3)))
        raise StoreError(f"no scan {scan_id!r} in {self._path}; the newest are: {known or 'none'}")

    def _empty_log(self) -> None:
        """Bring the write-ahead log into the file and cut it off; another process that reads may keep it, and empties it when it closes."""
        try:
            with self._reading.connect() as connection:
                connection.execution_options(opening=()).exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        except DBAPIError as error:
            self._explain(error)

    def _prepare(self) -> None:
        """Look before writing: a database that is foreign or newer is refused untouched; an older one is migrated by one process at a time."""
        if self._layout() == NEWEST:
            return
        self._lock.acquire()
        if self._layout() < NEWEST:
            wal = self._reading.execution_options(opening=("PRAGMA journal_mode = WAL", *_WRITING))
            with self._transaction(wal) as connection:
                migrate(connection)
        self._lock.release()

    def _layout(self) -> str:
        with self._transaction(self._reading) as connection:
            number = layout(connection)
        if number is None:
            raise StoreError(f"{self._path} is a database, but not Tocsin's; it was left as it is. Give another path")
        if number > NEWEST:
            raise StoreError(
                f"{self._path} was written by a newer Tocsin (layout {number}, this one knows up to {NEWEST});"
                " install that version, or give another path"
            )
        return number

    @contextmanager
    def _transaction(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        """A transaction in which what the database complains of becomes `StoreError`."""
        try:
            with engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            self._explain(error)

    def _explain(self, error: DBAPIError) -> NoReturn:
        name = getattr(error.orig, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise StoreError(
                f"the inventory {self._path} is locked by another program; wait until it has ended"
            ) from error
        if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            self._refuse_damaged(str(error.orig))
        if name.startswith("SQLITE_FULL"):
            raise StoreError(f"the disk is full: {self._path} cannot grow; what was saved before is kept") from error
        if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
            raise StoreError(
                f"the inventory {self._path} or its folder cannot be written ({error.orig}); SQLite needs both writable, to read as well"
            ) from error
        if name.startswith("SQLITE_IOERR"):
            raise StoreError(f"the disk under {self._path} fails or is full ({name})") from error
        raise error

    def _refuse_damaged(self, why: str) -> NoReturn:
        raise StoreError(
            f"the inventory {self._path} is damaged ({why}); it was left as it is."
            f" Move it aside (mv '{self._path}' '{self._path}.damaged') and the next scan makes a new one"
        )

    def _decode(self, record: str, kind: type[T]) -> T:
        try:
            return decode(record, kind)
        except ValueError as error:
            self._refuse_damaged(f"a record is no {getattr(kind, '__name__', kind)}: {error}")


def _insert(connection: sa.Connection, scan_id: str, assessment: Assessment) -> None:
    """The record and its brief; what deletes the one deletes the other."""
    device = assessment.device
    row = {
        "scan": scan_id,
        "address": device.address,
        "identity": device.identity,
        "assessed": _moment(assessment.when),
    }
    full = {
        "addresses": " ".join(device.addresses),
        "record": encode(assessment),
        "kind": _kind(device),
        "ports": ports_column(device, left_alone=assessment.quarantine is not None),
    }
    connection.execute(sa.insert(ASSESSMENTS).values(**row, **full))
    connection.execute(sa.insert(BRIEFS).values(**row, record=encode_brief(assessment)))


def _kind(device: Device) -> str:
    kind = device.claim("kind")
    return kind.value if kind else ""


def _of(assessment: Assessment, *, said: bool) -> Assessment:
    """The assessment with what the device said, or without."""
    return assessment if said else replace(assessment, device=replace(assessment.device, observations=()))


def _unfinished(scan: Scan, found: tuple[Assessment, ...]) -> Report:
    """What there is of a scan that did not end; it asked for at least the addresses that answered."""
    note = "this scan did not end: what it had not reached yet is missing here, and no fleet check was made"
    addresses = sum(len(a.device.addresses) for a in found)
    coverage = covered(found, addresses)
    return Report(replace(scan, notes=(*scan.notes, note)), found, (), coverage)


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="microseconds")
