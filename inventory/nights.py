"""What nights owe for their scans, and what of it is done: remembered durably, so that whatever a killed night left is finished by the next one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeAlias

import sqlalchemy as sa

from inventory.tables import NIGHT_WORK, SCANS

Transaction: TypeAlias = Callable[[], AbstractContextManager[sa.Connection]]


class Step(StrEnum):
    """What is done for a scan once it has ended, in this order."""

    REPORTS = "reports"
    NEWS = "news"
    ALL_SITES = "all sites"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Owed:
    """A scan that has ended, the site that it is of, the night that it belongs to, and what was not done for it yet."""

    scan: str
    site: str
    night: date
    steps: tuple[Step, ...]

    @property
    def is_of_all_only(self) -> bool:
        """Whether all that is the site's own is done, and only the report over all sites is to be written."""
        return self.steps == (Step.ALL_SITES,)


class NightWork:
    """The work of the nights in a database, given its two kinds of transactions."""

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading = reading
        self._writing = writing

    def owe(self, scan: str, site: str, night: date) -> None:
        """Note that every step is to be done for the scan, which is of this night; a step that was done stays done."""
        with self._writing() as connection:
            known = set(connection.scalars(sa.select(NIGHT_WORK.c.step).where(NIGHT_WORK.c.scan == scan)))
            rows = [{"scan": scan, "step": step, "site": site, "night": night.isoformat()} for step in Step]
            if missing := [row for row in rows if row["step"] not in known]:
                connection.execute(sa.insert(NIGHT_WORK), missing)
            open_steps = (NIGHT_WORK.c.scan == scan) & NIGHT_WORK.c.done.is_(None)
            connection.execute(sa.update(NIGHT_WORK).where(open_steps).values(night=night.isoformat(), site=site))

    def done(self, scan: str, step: Step, when: datetime) -> None:
        """Note that the step was done."""
        here = (NIGHT_WORK.c.scan == scan) & (NIGHT_WORK.c.step == step)
        with self._writing() as connection:
            moment = when.astimezone(UTC).isoformat(timespec="microseconds")
            connection.execute(sa.update(NIGHT_WORK).where(here).values(done=moment))

    def owed(self) -> tuple[Owed, ...]:
        """What was not done yet for scans that have ended, oldest scan first."""
        query = (
            sa.select(NIGHT_WORK)
            .join(SCANS, SCANS.c.id == NIGHT_WORK.c.scan)
            .where(SCANS.c.finished, NIGHT_WORK.c.done.is_(None))
            .order_by(SCANS.c.started, SCANS.c.id)
        )
        found: dict[str, Owed] = {}
        with self._reading() as connection:
            for row in connection.execute(query):
                before = found[row.scan].steps if row.scan in found else ()
                steps = tuple(step for step in Step if step in before or step == row.step)
                found[row.scan] = Owed(row.scan, row.site, date.fromisoformat(row.night), steps)
        return tuple(found.values())
