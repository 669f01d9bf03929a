"""A site's part of a night: whether it is due, its scan within its window, and what is made of the scan."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

from inventory.errors import ConfigError, OperatorError, ScopeError
from inventory.model import Level
from inventory.nights import Owed, Step
from scanner.audit import Audit
from scanner.boundary import Failure, contained_work, unheard
from scanner.exits import Exit, exit_for
from scanner.jobs import Request, build, resumed
from scanner.left_behind import left_behind, why_left
from scanner.night.opening import Limit, Opening, limit_of, rested_at
from scanner.night.readiness import require_room, without_way
from scanner.night.tally import Tally, tally
from scanner.scanning import prepared
from scanner.stopping import Stopped

if TYPE_CHECKING:
    from inventory.report import Scan
    from scanner.config import Site
    from scanner.edition import Edition
    from scanner.job import Job
    from scanner.night.terms import Terms
    from scanner.pipeline import Run

OLD = timedelta(days=30)
"""A scan that was begun so long ago is not gone on with: what it found first is no longer so."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of a site in a night: its exit code, and `left`, what was not done and why ("" where all was).

    `failed` says that somebody must mend something; a scan that its window's end interrupted did not fail. `tally` is what was found, `reports` where that is
    told.
    """

    site: str
    code: Exit
    left: str = ""
    failed: bool = False
    tally: Tally | None = None
    scan: str = ""
    reports: str = ""


def visit(terms: Terms, site: Site, opening: Opening) -> Visit | None:
    """Scan the site, or go on with its scan, and deliver what it brought; None where it is done for this night."""
    try:
        done = contained_work(lambda: _visit(terms, site, opening), f"the site {site.name} was scanned")
    except ScopeError as refusal:
        return _failed(terms, site.name, Exit.REFUSED, refusal)
    except OperatorError as error:
        return _failed(terms, site.name, Exit.USAGE, error)
    if isinstance(done, Failure):
        return Visit(site.name, Exit.BUG, done.reason, failed=True)
    return done


def deliver(terms: Terms, owed: Owed) -> Visit:
    """Do what is owed for a scan: write its reports, tell its news. What cannot be written now is owed on."""
    try:
        done = contained_work(lambda: _deliver(terms, owed), f"the scan {owed.scan} was reported")
    except OperatorError as error:
        return _failed(terms, owed.site, Exit.USAGE, error)
    return Visit(owed.site, Exit.BUG, done.reason, failed=True) if isinstance(done, Failure) else done


def _failed(terms: Terms, site: str, code: Exit, why: object) -> Visit:
    terms.diary.error("site-failed", str(why), site, code=int(code))
    return Visit(site, code, str(why), failed=True)


def _visit(terms: Terms, site: Site, opening: Opening) -> Visit | None:
    now = datetime.now().astimezone()
    request = Request(site=site.name, pace=terms.pace, low_ports_at=terms.shift)
    job = build(request, terms.settings, now, terms.intelligence, terms.policy)
    newest = terms.store.newest(job.plan)
    if newest is not None and newest.ended is not None and newest.ended >= opening.opened and not terms.again:
        return _done_already(terms, site, opening, newest)
    if terms.is_over:
        terms.diary.warning("site-not-begun", "the time of the night is over before it was begun", site.name)
        return Visit(site.name, Exit.INCOMPLETE, "not begun, the time of the night is over")
    if _waited_for_logins(terms, site, job, newest, opening):
        return _visit(terms, site, opening)
    terms.heartbeat.begin()
    require_room(terms.options.store_path(), terms.options.audit_path())
    if without := without_way(site):
        text = f"this machine has no route to {', '.join(without)}: is its cable in, and has it an address?"
        if len(without) == len(site.networks):
            return _failed(terms, site.name, Exit.INCOMPLETE, text)
        terms.diary.warning("no-route", text, site.name)
    for note in job.scan.notes:
        terms.diary.warning("note", note, site.name)
    job = _gone_on_with(terms, site, job, newest, now)
    limit = limit_of(opening.closes, now, terms.over)
    if not _scanned(terms, site, job, opening, limit):
        return _paused(terms, site, opening, job.scan.id, limit.why)
    return deliver(terms, Owed(job.scan.id, site.name, opening.night, tuple(Step)))


def _waited_for_logins(terms: Terms, site: Site, job: Job, newest: Scan | None, opening: Opening) -> bool:
    """Whether the night waited, so that no device is told of by last night's answer because it was asked a moment less than a day ago."""
    if job.scan.level < Level.LOGIN or newest is None or newest.ended is None or terms.again:
        return False
    now = datetime.now().astimezone()
    rested = rested_at(newest.started, now, opening.closes)
    seconds = (rested - now).total_seconds() if rested else 0.0
    if not rested or (terms.over and terms.over.seconds is not None and seconds >= terms.over.seconds):
        return False
    text = f"waiting until {rested.astimezone():%H:%M:%S}, when last night's logins are a day old"
    terms.diary.info("logins-rest", text, site.name, seconds=round(seconds))
    Event().wait(seconds)  # which a signal ends
    return True


def _done_already(terms: Terms, site: Site, opening: Opening, scan: Scan) -> Visit | None:
    """The scan was made in this opening, if not by a night: then nothing was made of it yet."""
    terms.diary.debug("site-done", f"it is done for this night, by the scan {scan.id}", site.name, scan=scan.id)
    if terms.telling.has(scan.id):
        return None
    terms.store.nights.owe(scan.id, site.name, opening.night)
    owed = [one for one in terms.store.nights.owed() if one.scan == scan.id]
    return deliver(terms, owed[0]) if owed and not owed[0].is_of_all_only else None


def _gone_on_with(terms: Terms, site: Site, job: Job, newest: Scan | None, now: datetime) -> Job:
    """The job, or what an earlier night left of it."""
    if newest is None or newest.ended is not None:
        if left := left_behind(job.scan, terms.store.scans()):
            terms.diary.warning("scan-left-behind", why_left(job.scan, left), site.name, scan=left.id)
        return job
    if now - newest.started > OLD:
        text = f"the unfinished scan {newest.id} is over {OLD.days} days old: a new one is begun"
        terms.diary.warning("scan-too-old", text, site.name, scan=newest.id)
        return job
    done = terms.store.assessed(newest.id)
    text = f"going on with the scan {newest.id} of {newest.started:%Y-%m-%d %H:%M} UTC: {len(done)} addresses are done"
    terms.diary.info("scan-resumed", text, site.name, scan=newest.id, done=len(done))
    return resumed(job, newest, done)


def _scanned(terms: Terms, site: Site, job: Job, opening: Opening, limit: Limit) -> bool:
    """Whether the scan came to its end, and is ended in the inventory; `Stopped` where the night was told to stop."""
    with (
        terms.options.open_store(create=True) as store,
        Audit(terms.options.audit_path()) as audit,
        terms.observing(site.name) as observe,
    ):
        run = prepared(job, store, audit, observe, limit.grace)
        run.begin()
        terms.store.nights.owe(job.scan.id, site.name, opening.night)
        terms.diary.debug("scan-begun", f"the scan {job.scan.id} is in the inventory", site.name, scan=job.scan.id)
        whole = asyncio.run(_examined(terms, run, limit.seconds))
        if terms.stop.asked:
            raise Stopped
        if whole:
            terms.diary.debug("scan-finishing", "all devices are examined", site.name, scan=job.scan.id)
            run.finish()
    if whole:
        terms.diary.info("scan-ended", f"the scan {job.scan.id} has ended", site.name, scan=job.scan.id)
    return whole


async def _examined(terms: Terms, run: Run, seconds: float | None) -> bool:
    """Examine until the time is over; whether all was examined."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(unheard)
    with terms.stop.gently(run):
        if seconds is not None:
            loop.call_later(max(0.0, seconds), run.interrupted.set)
        return await run.examine()


def _paused(terms: Terms, site: Site, opening: Opening, scan: str, why: str) -> Visit:
    """The time is over: what there is so far is reported as a part, and the next night goes on."""
    text = f"{why}: the next night goes on with the scan {scan}"
    terms.diary.warning("scan-paused", text, site.name, scan=scan)
    visit = deliver(terms, Owed(scan, site.name, opening.night, tuple(Step)))
    return replace(visit, left=visit.left or "unfinished, the next night goes on")


def _deliver(terms: Terms, owed: Owed) -> Visit:
    from scanner.editing import edition
    from scanner.ranking import ranked

    city = terms.options.city(warn=False, policy=terms.policy)
    report = ranked(terms.store.report(owed.scan), city)
    told = edition(report, city, terms.options, history=True)
    problem, place = "", ""
    if Step.REPORTS in owed.steps:
        problem, place = _put(terms, owed, told)
    if Step.NEWS in owed.steps:
        terms.telling.ring(owed.site, told)
        _remember(terms, owed, told, Step.NEWS)
    terms.telling.note(owed.site, told, place)
    code = Exit.USAGE if problem else exit_for(report, terms.fail_on, terms.max_age)
    return Visit(owed.site, code, problem, bool(problem), tally(told), owed.scan, place)


def _put(terms: Terms, owed: Owed, told: Edition) -> tuple[str, str]:
    """Write the reports: what went wrong, and where they are."""
    if terms.shelf is None:
        _remember(terms, owed, told, Step.REPORTS)
        return "", ""
    try:
        paths = terms.shelf.put(owed.site, owed.night, told)
    except ConfigError as error:
        text = f"the reports of the scan {owed.scan} wait for the next night: {error}"
        terms.diary.error("reports-failed", text, owed.site, scan=owed.scan)
        return text, ""
    _remember(terms, owed, told, Step.REPORTS)
    place = str(terms.shelf.place(owed.night))
    text = f"{', '.join(path.name for path in paths)} written into {place}"
    terms.diary.info("reports-written", text, owed.site, scan=owed.scan, folder=place)
    return "", place


def _remember(terms: Terms, owed: Owed, told: Edition, step: Step) -> None:
    """A scan that did not end is owed all of it once more when it does."""
    if told.report.scan.ended is not None:
        terms.store.nights.done(owed.scan, step, datetime.now(UTC))
