"""The course of a night: what an earlier one left, every site that is due, and what is told at the end."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from inventory.errors import ConfigError
from inventory.text import one_line
from scanner.exits import Exit
from scanner.night.all_sites import report_on_all
from scanner.night.opening import Opening, opening
from scanner.night.tally import Tally, duration, listed
from scanner.night.visit import Visit, deliver, visit
from scanner.stopping import Stopped

if TYPE_CHECKING:
    from scanner.config import Site
    from scanner.night.terms import Terms

WORST = (Exit.BUG, Exit.USAGE, Exit.REFUSED, Exit.FINDINGS, Exit.INCOMPLETE, Exit.CLEAN)
"""Which of several exit codes a night ends with: first what somebody must mend, then what was found, then what is missing."""


@dataclass(slots=True)
class Course:
    """What became of the sites so far, and at which the night is. `stopped` says that the operator ended it."""

    visits: list[Visit] = field(default_factory=list)
    at: str = ""
    stopped: bool = False

    @property
    def code(self) -> Exit:
        """The exit code of the night."""
        codes = [each.code for each in self.visits] + ([Exit.INCOMPLETE] if self.stopped else [])
        return min(codes, key=WORST.index, default=Exit.CLEAN)

    @property
    def well(self) -> bool:
        """Whether nobody must mend anything."""
        return not self.stopped and not any(each.failed for each in self.visits)

    @property
    def worked(self) -> bool:
        """Whether anything was to be done."""
        return bool(self.visits) or self.stopped


def spend(terms: Terms, sites: Sequence[Site]) -> Course:
    """The night, from what was left to the digest; what one site cannot do does not keep the others from it."""
    course, began = Course(), time.monotonic()
    try:
        _see_shelf(terms)
        _finish_left(terms, course)
        _visit_all(terms, sites, course)
        if (failed := report_on_all(terms)) is not None:
            course.visits.append(failed)
        if course.worked:
            terms.telling.digest()
            _prune(terms)
    except Stopped:
        course.stopped = True
        terms.diary.warning("stopped", "the night was told to stop: the next one goes on")
    if course.worked:
        terms.heartbeat.begin()
        terms.heartbeat.end(course.code, well=course.well, hurry=course.stopped)
        seconds = round(time.monotonic() - began, 1)
        terms.diary.info(
            "night-ended", f"it ends with exit code {int(course.code)}", code=int(course.code), seconds=seconds
        )
    return course


def summary(course: Course, folder: str, seconds: float) -> str:
    """The night in a line."""
    told = [each.tally for each in course.visits if each.tally is not None]
    sites = {each.site for each in course.visits if each.tally is not None}
    parts = [f"{len(sites)} site{'' if len(sites) == 1 else 's'}, {reduce(add, told, Tally(0))}"]
    left = [(each.site, each.left) for each in course.visits if each.left]
    if course.stopped:
        left.append((course.at or "the rest", "stopped, the next night goes on"))
    if left:
        parts.append(f"left: {listed(left)}")
    places = sorted({each.reports for each in course.visits if each.reports})
    parts.append(f"reports in {', '.join(places)}" if places else folder)
    return one_line(f"night: {'; '.join(filter(None, parts))}; {duration(seconds)}", 4096)


def _see_shelf(terms: Terms) -> None:
    """Say at once what keeps reports from being written; the scans are worth it all the same, and the reports follow when it is mended."""
    if terms.shelf is None:
        return
    try:
        terms.shelf.require()
    except ConfigError as error:
        terms.diary.error("no-shelf", str(error))


def _finish_left(terms: Terms, course: Course) -> None:
    for owed in terms.store.nights.owed():
        if owed.is_of_all_only:
            continue
        terms.heartbeat.begin()
        text = f"an earlier night left undone for the scan {owed.scan}: {', '.join(owed.steps)}"
        terms.diary.warning("left-undone", text, owed.site, scan=owed.scan)
        course.visits.append(deliver(terms, owed))


def _prune(terms: Terms) -> None:
    """Delete what has been kept for as long as it may be; a line for the diary, and one for each thing that could not be deleted."""
    from scanner.pruning import prune

    settings = terms.settings
    places = (terms.options.audit_path(), settings.nights.reports)
    gone = prune(terms.store, *places, settings.retention, datetime.now(UTC))
    counts = (
        f"{gone.evidence} scans lost their evidence, {gone.scans} are gone, and {len(gone.folders)} folders of reports"
    )
    level = "info" if gone.evidence or gone.scans or gone.folders or gone.audit else "debug"
    terms.diary.say(level, "pruned", f"{counts}, and {gone.audit} lines of the audit trail")
    for problem in gone.problems:
        terms.diary.warning("not-pruned", problem)


def _visit_all(terms: Terms, sites: Sequence[Site], course: Course) -> None:
    """Every site that is due, in order; windows that open meanwhile count too."""
    seen: set[str] = set()
    while (due := next(_open(sites, seen), None)) is not None:
        site, its_opening = due
        seen.add(site.name)
        course.at = site.name
        if (made := visit(terms, site, its_opening)) is not None:
            course.visits.append(made)
        course.at = ""


def _open(sites: Iterable[Site], seen: set[str]) -> Iterator[tuple[Site, Opening]]:
    for site in sites:
        if site.name not in seen and (found := opening(site.window, datetime.now().astimezone())):
            yield site, found
