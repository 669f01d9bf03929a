"""What a night goes by: the same for all of its sites."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanner.night.diary import Diary, observer
from scanner.night.opening import TIME_OVER, Limit

if TYPE_CHECKING:
    from checks.intelligence import Intelligence
    from checks.policy import Policy
    from inventory.model import Severity
    from inventory.store import Store
    from scanner.config import Settings
    from scanner.events import Observer
    from scanner.night.heartbeat import Heartbeat
    from scanner.night.shelf import Shelf
    from scanner.night.stop import Stop
    from scanner.night.telling import Telling
    from scanner.options import Options


@dataclass(frozen=True, slots=True)
class Terms:
    """`until` is the moment of the monotonic clock from which on nothing is begun, with `grace` seconds more for what is open. `fail_on` and `max_age` are what
    the exit code goes by, and `again` says whether sites that are done for this night are scanned once more. `live` says that a person watches. `shelf` is
    None where no reports are wanted.
    """

    options: Options
    settings: Settings
    store: Store
    diary: Diary
    stop: Stop
    telling: Telling
    heartbeat: Heartbeat
    shelf: Shelf | None
    policy: Policy
    intelligence: Intelligence
    fail_on: Severity
    max_age: int | None = None
    until: float | None = None
    grace: float = 0.0
    again: bool = False
    live: bool = False
    pace: str | None = None
    shift: int = 0

    @property
    def over(self) -> Limit | None:
        """When the night is over; None where it takes as long as it takes."""
        return None if self.until is None else Limit(max(0.0, self.until - time.monotonic()), self.grace, TIME_OVER)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is begun."""
        return self.until is not None and time.monotonic() >= self.until

    @contextmanager
    def observing(self, site: str) -> Iterator[Observer]:
        """Who is told of a scan of that site."""
        if not self.live:
            yield observer(self.diary, site)
            return
        from scanner.progress import watch

        with watch(quiet=not self.diary.tells("info")) as shown:
            yield shown
