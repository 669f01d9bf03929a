"""Begins a night: one at a time, with all that it goes by read before anything is sent."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inventory.lock import Lock
from inventory.model import Severity
from scanner.exits import Exit
from scanner.night import all_sites
from scanner.night.diary import Diary
from scanner.night.heartbeat import Heartbeat
from scanner.night.opening import last_of
from scanner.night.rounds import spend, summary
from scanner.night.shelf import Shelf
from scanner.night.stop import Stop
from scanner.night.telling import Telling
from scanner.night.terms import Terms
from scanner.output import write
from scanner.stopping import Stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inventory.store import Store
    from scanner.config import Settings, Site
    from scanner.notices import Bell
    from scanner.options import Options

_BUSY = (
    "another night (process {holder}, since {since}) is at work on this inventory, so this one does nothing:"
    " wait until it has ended, or end it with SIGTERM"
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator asks of this night: `seconds` at most (None: as many as it takes), and what its exit code goes by. `live` where a person watches.

    `notify` are told besides those of tocsin.toml, from `notify_on` on (None: as it says there).
    """

    seconds: float | None = None
    fail_on: Severity = Severity.HIGH
    max_intel_age: int | None = None
    heartbeat: str | None = None
    notify: tuple[str, ...] = field(default=(), repr=False)
    notify_on: Severity | None = None
    again: bool = False
    live: bool = False
    pace: str | None = None
    shift: int = 0


def begin(options: Options, sites: Sequence[Site], wishes: Wishes, diary: Diary) -> Exit:
    """Spend a night on these sites, say in a line on standard output what it came to, and return its exit code."""
    began = time.monotonic()
    try:
        with Stop() as stop, options.open_store(create=True) as store:
            lock = _lock(options.store_path())
            lock.acquire()
            try:
                if lock.left_by:
                    text = f"an earlier night ({lock.left_by}) was killed; what it left is finished now"
                    diary.warning("stale-lock", text)
                terms = _terms(options, store, stop, wishes, diary)
                course = spend(terms, sites)
            finally:
                lock.release()
    except Stopped:
        diary.warning("stopped", "the night was told to stop before it had begun")
        return Exit.INCOMPLETE
    if course.worked:
        nowhere = "" if terms.shelf else "no reports: tocsin.toml names no folder for them ([night] reports)"
        write(f"{summary(course, nowhere, time.monotonic() - began)}\n")
    else:
        diary.info("nothing-due", "no site is due: each is done for this night, or its window is closed")
    return course.code


def _lock(store: Path) -> Lock:
    """One night an inventory, whatever links lead to it."""
    meant = store.resolve()
    return Lock(meant.with_name(f"{meant.name}.night.lock"), 0.0, _BUSY)


def _terms(options: Options, store: Store, stop: Stop, wishes: Wishes, diary: Diary) -> Terms:
    settings = options.settings()
    policy, intelligence = options.policy(), options.intelligence()
    options.city(policy=policy)  # a register or waivers that cannot be read are said before a packet is sent
    nights = settings.nights
    names = [site.name for site in settings.sites]
    seconds = nights.max_duration if wishes.seconds is None else wishes.seconds
    return Terms(
        options=options,
        settings=settings,
        store=store,
        diary=diary,
        stop=stop,
        telling=Telling(store, diary, _bell(store, settings, wishes, diary)),
        heartbeat=Heartbeat(
            nights.heartbeat if wishes.heartbeat is None else wishes.heartbeat,
            lambda text: diary.warning("heartbeat", text),
        ),
        shelf=Shelf(nights.reports, nights.formats, [*names, all_sites.NAME]) if nights.reports else None,
        policy=policy,
        intelligence=intelligence,
        fail_on=wishes.fail_on,
        max_age=settings.intel_max_age if wishes.max_intel_age is None else wishes.max_intel_age,
        until=None if seconds is None else time.monotonic() + seconds - last_of(seconds),
        grace=0.0 if seconds is None else last_of(seconds),
        again=wishes.again,
        live=wishes.live,
        pace=wishes.pace,
        shift=wishes.shift,
    )


def _bell(store: Store, settings: Settings, wishes: Wishes, diary: Diary) -> Bell | None:
    """The bell, if anybody is to be told."""
    nights = settings.nights
    listeners = (*nights.notify, *wishes.notify)
    if not listeners:
        return None
    from scanner.notices import Bell

    return Bell(
        store,
        listeners,
        nights.notify_on if wishes.notify_on is None else wishes.notify_on,
        lambda problem: diary.warning("not-told", problem),
        city=settings.city,
        details=nights.notify_details,
    )
