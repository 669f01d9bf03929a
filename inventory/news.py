"""News: what somebody is told at once. Each has a key, by which it is told once to everyone who is to be told, and a subject, with which it ends."""

import hashlib
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

import sqlalchemy as sa

from inventory.model import Severity
from inventory.records import encode
from inventory.tables import NEWS_TOLD

Transaction: TypeAlias = Callable[[], AbstractContextManager[sa.Connection]]


class Happened(StrEnum):
    """What makes it news."""

    FIRST = "first look"
    NEW = "new"
    REGRESSED = "back"
    LAPSED = "no longer accepted"
    WORSE = "worse"
    QUARANTINED = "quarantined"
    NIGHT = "the night"


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell: what happened (`what`), how bad it is, and `title`, what it is about in a sentence; `since` is the start of the scan that saw it.

    `finding` is the id of the finding, `address`, `where` ("80/tcp"), `kind` and `name` (vendor and model) are those of its device, of which `is_new` says that
    it was not there before; "" is what it has not. Its texts are as devices said them.
    """

    key: str
    subject: str
    what: Happened
    severity: Severity
    title: str
    since: datetime
    finding: str = ""
    address: str = ""
    where: str = ""
    kind: str = ""
    name: str = ""
    is_new: bool = False


def news_key(*parts: str) -> str:
    """A key of news: 16 hexadecimal digits of a SHA-256, the same for the same news of another night."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


class ToldNews:
    """Who was told what, and who is still to be told what, in a database, given its two kinds of transactions and its way to read a record.

    Whoever is told is a `listener`, named by a digest of the address.
    """

    def __init__(self, reading: Transaction, writing: Transaction, decode: Callable[[str, type[News]], News]) -> None:
        self._reading = reading
        self._writing = writing
        self._decode = decode

    def expect(self, listener: str, site: str, news: Iterable[News], now: datetime) -> None:
        """Note that the listener is to be told of these, but for what it was told, or is to be told already."""
        with self._writing() as connection:
            known = set(connection.scalars(sa.select(NEWS_TOLD.c.key).where(NEWS_TOLD.c.listener == listener)))
            rows = [
                {"listener": listener, "key": one.key, "site": site, "subject": one.subject, "first": _moment(now)}
                | {"record": encode(one)}
                for one in {one.key: one for one in news}.values()
                if one.key not in known
            ]
            if rows:
                connection.execute(sa.insert(NEWS_TOLD), rows)

    def untold(self, listener: str, site: str) -> tuple[News, ...]:
        """What the listener is still to be told of a site, in the order in which it became news."""
        mine = (NEWS_TOLD.c.listener == listener) & (NEWS_TOLD.c.site == site) & NEWS_TOLD.c.told.is_(None)
        query = sa.select(NEWS_TOLD.c.record).where(mine).order_by(NEWS_TOLD.c.number)
        with self._reading() as connection:
            return tuple(self._decode(record, News) for record in connection.scalars(query))

    def told(self, listener: str, news: Collection[News], now: datetime) -> None:
        """Note that the listener was told of these; what they said is no longer needed, and is not kept."""
        keys = [one.key for one in news]
        with self._writing() as connection:
            for key in keys:
                here = (NEWS_TOLD.c.listener == listener) & (NEWS_TOLD.c.key == key)
                connection.execute(sa.update(NEWS_TOLD).where(here).values(told=_moment(now), record=""))

    def was_told(self, listener: str, key: str) -> bool:
        """Whether the listener was told of what has that key."""
        here = (NEWS_TOLD.c.listener == listener) & (NEWS_TOLD.c.key == key) & NEWS_TOLD.c.told.is_not(None)
        with self._reading() as connection:
            return connection.execute(sa.select(NEWS_TOLD.c.number).where(here)).first() is not None

    def end(self, subjects: Iterable[str]) -> None:
        """Forget all that was told, or is to be told, of these: when they come back, they are news again."""
        with self._writing() as connection:
            for subject in subjects:
                connection.execute(sa.delete(NEWS_TOLD).where(NEWS_TOLD.c.subject == subject))


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="microseconds")
