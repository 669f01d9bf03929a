"""How many devices and open findings there were in each scan of the past, kept beside the scans: to count them again, every device would have to be read."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeAlias

import sqlalchemy as sa

from inventory.records import encode
from inventory.tables import TALLIES

Transaction: TypeAlias = Callable[[], AbstractContextManager[sa.Connection]]
Counts: TypeAlias = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """The devices of a scan by band, and their open findings by severity, "critical" to "info"."""

    devices: Counts
    findings: Counts


class StoredTallies:
    """The tallies of an inventory, given its two kinds of transactions and its way to read a record."""

    def __init__(self, reading: Transaction, writing: Transaction, decode: Callable[[str, type[Tally]], Tally]):
        self._reading = reading
        self._writing = writing
        self._decode = decode

    def of(self, scans: Collection[str]) -> Mapping[str, Tally]:
        """What is kept of these scans."""
        with self._reading() as connection:
            rows = connection.execute(sa.select(TALLIES.c.scan, TALLIES.c.record)).all()
        return {row.scan: self._decode(row.record, Tally) for row in rows if row.scan in scans}

    def keep(self, tallies: Mapping[str, Tally]) -> None:
        """Keep these, in the place of what was kept of the same scans."""
        rows = [{"scan": scan, "record": encode(tally)} for scan, tally in sorted(tallies.items())]
        with self._writing() as connection:
            connection.execute(sa.delete(TALLIES).where(TALLIES.c.scan.in_(list(tallies))))
            connection.execute(sa.insert(TALLIES), rows)
