"""How it went over the scans of the same networks: for each of them, the devices by band and the open findings by severity.

Each scan of the past is ranked by the waivers of its own day, and by what is known of reach and register when it is counted. What was counted is kept, so
that it does not change any more when the city does. This scan is as its report is ranked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import TypeVar

from inventory.errors import StoreError
from inventory.findings import Finding
from inventory.model import Severity
from inventory.report import Assessment, Report, Scan
from inventory.store import Store
from inventory.tallies import Counts, Tally
from scanner.city import City
from scanner.edition import Past
from scanner.ranking import in_context
from scanner.score import effective

T = TypeVar("T")
MOST = 52
"""Scans in a trend: of more, some are left out evenly."""
READ = 25_000
"""Devices of the past that are counted for one trend: some seconds' work. The scans that are left then, the oldest, are counted for the next one."""


def trend(
    report: Report, past: Sequence[Scan], store: Store, city_on: Callable[[date], City], told: Mapping[str, Tally]
) -> tuple[Past, ...]:
    """The trend that ends with this ranked report, oldest first; `past` are the scans before it, newest first, and `told` the tallies that are at hand."""
    shown = thinned(past, MOST - 1)
    kept = store.tallies.of({scan.id for scan in shown})
    tallies = {**_counted([scan for scan in shown if scan.id not in {*kept, *told}], store, city_on), **told}
    fresh = {scan: tally for scan, tally in tallies.items() if scan not in kept}
    if fresh:
        with suppress(StoreError):  # a scan may be writing: what cannot be kept now is counted again for the next trend
            store.tallies.keep(fresh)
    tallies.update(kept)
    return (*(_past(scan, tallies[scan.id]) for scan in reversed(shown) if scan.id in tallies), this(report))


def this(report: Report) -> Past:
    """The point of a ranked report in a trend."""
    return _past(report.scan, tally(report.assessments))


def tally(assessments: Iterable[Assessment]) -> Tally:
    """What is counted of ranked devices: each in the band of its worst finding, those without one in "info"; what is accepted is not open.

    What is wrong with several devices together is counted with none of them.
    """
    devices, findings = Counter[Severity](), Counter[Severity]()
    for assessment in assessments:
        found = [effective(one) for outcome in assessment.outcomes for one in outcome.findings if _is_open(one)]
        devices[max(found, default=Severity.INFO)] += 1
        findings.update(found)
    return Tally(_counts(devices), _counts(findings))


def added(trends: Sequence[Sequence[Past]]) -> tuple[Past, ...]:
    """The trends of several sites, each oldest first, as one: a point for every day with a scan, of the last one of each site by then.

    It begins on the day on which all of them had been scanned: a site that comes to it would look like a city that got worse.
    """
    found = []
    for day in sorted({_day(past) for trend in trends for past in trend}):
        last = [next((past for past in reversed(trend) if _day(past) <= day), None) for trend in trends]
        there = [past for past in last if past is not None]
        if len(there) == len(trends):
            found.append(_sum(there))
    return thinned(found, MOST)


def _day(past: Past) -> date:
    return past.when.astimezone().date()


def _sum(pasts: Sequence[Past]) -> Past:
    newest = max(pasts, key=attrgetter("when"))
    return replace(
        newest,
        devices=_added([past.devices for past in pasts]),
        findings=_added([past.findings for past in pasts]),
    )


def _added(counts: Sequence[Counts]) -> Counts:
    total: Counter[str] = sum((Counter(dict(each)) for each in counts), Counter())
    return tuple((name, total[name]) for name, _ in counts[0])


def thinned(scans: Sequence[T], most: int) -> tuple[T, ...]:
    """So many of them at most, evenly chosen, the first and the last among them."""
    if len(scans) <= most:
        return tuple(scans)
    return tuple(scans[at * (len(scans) - 1) // (most - 1)] for at in range(most))


def _counted(scans: Iterable[Scan], store: Store, city_on: Callable[[date], City]) -> dict[str, Tally]:
    """The tallies of these scans, newest first, until enough was read."""
    found: dict[str, Tally] = {}
    read = 0
    for scan in scans:
        if read >= READ:
            break
        known = store.briefs.of_scan(scan.id)
        city = city_on(scan.started.astimezone().date())
        found[scan.id] = tally(in_context(one.assessment, city) for one in known)
        read += len(known)
    return found


def _past(scan: Scan, tally: Tally) -> Past:
    return Past(scan.id, scan.ended or scan.started, tally.devices, tally.findings)


def _is_open(finding: Finding) -> bool:
    return finding.accepted is None


def _counts(counts: Mapping[Severity, int]) -> Counts:
    return tuple((severity.label, counts.get(severity, 0)) for severity in reversed(Severity))
