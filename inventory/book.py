"""The lockout ledger as it is kept in the inventory: one durable transaction for each attempt, before it is made and after."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, TypeVar

import sqlalchemy as sa

from inventory.ledger import Attempt, Decide, Ruling
from inventory.records import encode
from inventory.tables import ATTEMPT_NAMES, ATTEMPTS

T = TypeVar("T")
Transaction: TypeAlias = Callable[[], AbstractContextManager[sa.Connection]]
KEPT = timedelta(days=90)
"""How long attempts are kept; the audit trail keeps them for good."""


class StoredBook:
    """A `inventory.ledger.Book` in a database, given its two kinds of transactions and its way to read a record."""

    def __init__(self, reading: Transaction, writing: Transaction, decode: Callable[[str, type[Attempt]], Attempt]):
        self._reading = reading
        self._writing = writing
        self._decode = decode

    def enter(self, attempt: Attempt, decide: Decide) -> tuple[int, Ruling]:
        """See `Book`. The past is read in the transaction that writes, so that no two processes can pass the cap together."""
        with self._writing() as connection:
            ruling = decide(self._tried(connection, attempt.names))
            if ruling.barred or ruling.stands is not None:
                return 0, ruling
            values = {"moment": _moment(attempt.when), "record": encode(attempt)}
            number = connection.execute(sa.insert(ATTEMPTS).values(values).returning(ATTEMPTS.c.number)).scalar_one()
            rows = [{"name": name, "attempt": number} for name in dict.fromkeys(attempt.names)]
            connection.execute(sa.insert(ATTEMPT_NAMES), rows)
        return number, ruling

    def settle(self, number: int, attempt: Attempt | None) -> None:
        """See `Book`."""
        here = ATTEMPTS.c.number == number
        with self._writing() as connection:
            if attempt is None:
                connection.execute(sa.delete(ATTEMPTS).where(here))
            else:
                connection.execute(sa.update(ATTEMPTS).where(here).values(record=encode(attempt)))

    def tried(self, names: Iterable[str]) -> Sequence[Attempt]:
        """See `Book`."""
        with self._reading() as connection:
            return self._tried(connection, names)

    def everything(self) -> Sequence[Attempt]:
        """All that is in the ledger, oldest first."""
        with self._reading() as connection:
            return self._decoded(connection.scalars(sa.select(ATTEMPTS.c.record).order_by(ATTEMPTS.c.number)))

    def forget(self, names: Iterable[str], before: datetime | None = None) -> int:
        """Strike out all that was tried (until `before`) on devices that have one of the names; return how many attempts that were."""
        theirs = ATTEMPTS.c.number.in_(_numbers(names))
        old = theirs if before is None else theirs & (ATTEMPTS.c.moment < _moment(before))
        with self._writing() as connection:
            return connection.execute(sa.delete(ATTEMPTS).where(old)).rowcount

    def prune(self, now: datetime) -> None:
        """Strike out what is too old to matter."""
        with self._writing() as connection:
            connection.execute(sa.delete(ATTEMPTS).where(ATTEMPTS.c.moment < _moment(now - KEPT)))

    def _tried(self, connection: sa.Connection, names: Iterable[str]) -> Sequence[Attempt]:
        query = sa.select(ATTEMPTS.c.record).where(ATTEMPTS.c.number.in_(_numbers(names))).order_by(ATTEMPTS.c.number)
        return self._decoded(connection.scalars(query))

    def _decoded(self, records: Iterable[str]) -> Sequence[Attempt]:
        return [self._decode(record, Attempt) for record in records]


def _numbers(names: Iterable[str]) -> sa.Select[tuple[int]]:
    return sa.select(ATTEMPT_NAMES.c.attempt).where(ATTEMPT_NAMES.c.name.in_(tuple(names)))


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="microseconds")
