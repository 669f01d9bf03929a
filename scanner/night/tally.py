"""What a site's night came to in a few numbers, and a whole night in a line. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from inventory.diff import Diff, FindingState
from inventory.findings import Finding, FleetFinding
from inventory.model import Severity
from scanner.edition import Edition
from scanner.news import weight

_WORSE = (FindingState.NEW, FindingState.REGRESSED, FindingState.BACK)


@dataclass(frozen=True, slots=True)
class Tally:
    """Devices, and findings: new, back or no longer accepted by severity, fixed, and not observed."""

    devices: int
    critical: int = 0
    high: int = 0
    fixed: int = 0
    not_observed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Of both together."""
        return Tally(
            self.devices + other.devices,
            self.critical + other.critical,
            self.high + other.high,
            self.fixed + other.fixed,
            self.not_observed + other.not_observed,
        )

    def __str__(self) -> str:
        """For a sentence."""
        return (
            f"{self.devices:,} device{'' if self.devices == 1 else 's'}; new or back: {self.critical} critical, {self.high} high;"
            f" {self.fixed} fixed, {self.not_observed} not observed"
        )


def tally(edition: Edition) -> Tally:
    """In numbers. Where nothing was scanned before, all is new; of a scan that did not end nobody knows what it would have seen."""
    report, change = edition.report, edition.change
    new = Counter(map(weight, _new(edition)))
    states = Counter(_states(change)) if change else Counter[FindingState]()
    unseen = states[FindingState.NOT_OBSERVED] if report.scan.ended is not None else 0
    counts = (new[Severity.CRITICAL], new[Severity.HIGH], states[FindingState.FIXED], unseen)
    return Tally(len(report.assessments), *counts)


def _new(edition: Edition) -> Iterator[Finding | FleetFinding]:
    if edition.change is None:
        yield from (finding for assessment in edition.report.assessments for finding in assessment.counted)
        yield from (finding for finding in edition.report.fleet if finding.accepted is None)
    else:
        yield from (each.finding for each in edition.change.findings if each.state in _WORSE)
        yield from (each.finding for each in edition.change.fleet if each.state in _WORSE)


def _states(change: Diff) -> Iterator[FindingState]:
    yield from (each.state for each in change.findings)
    yield from (each.state for each in change.fleet)


def duration(seconds: float) -> str:
    """Seconds for a sentence: "2 h 05 min", "3 min 20 s", "12 s"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def listed(left: Iterable[tuple[str, str]], most: int = 8) -> str:
    """What is left, in brackets why; of many the first."""
    told = [f"{site} ({why})" for site, why in left]
    more = f", and {len(told) - most} more" if len(told) > most else ""
    return f"{', '.join(told[:most])}{more}"
