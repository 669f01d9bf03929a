"""What of a change is news, and what a night comes to. Pure.

News is what got worse, at or above a level: a finding that is new, that was fixed and is back, that nobody accepts any more, or that counts as worse than
before; and every device that was put into quarantine, whatever the level, because it was we who asked it. What is fixed, accepted or not observed is told
in the digest and never rings. A finding that was not observed for a night and is there again is what it was, and no news. A first
scan is one news, not a thousand.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inventory.diff import DeviceState, Diff, FindingChange, FindingState, FleetChange
from inventory.findings import Finding, FleetFinding
from inventory.model import Device, Severity
from inventory.news import Happened, News, news_key
from inventory.report import Report, Scan
from scanner.score import effective

_HAPPENED = {
    FindingState.NEW: Happened.NEW,
    FindingState.REGRESSED: Happened.REGRESSED,
    FindingState.BACK: Happened.LAPSED,
}
_OVER = (FindingState.FIXED, FindingState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What is news, worst first, and the subjects of earlier news that are over: should they come back, they are news again."""

    news: tuple[News, ...] = ()
    over: tuple[str, ...] = ()

    @property
    def worse(self) -> bool:
        """Whether a finding is among the news, and not only a device that is left alone."""
        return any(one.what is not Happened.QUARANTINED for one in self.news)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a night came to at a site: how many findings have each state but "still there", how many devices have each, and what is left by severity.

    `first` says that there was no scan before. `missed` is how many devices were not examined in full, `incomplete` that the scan did not end, and `reports` is
    where its reports are.
    """

    site: str
    scan: str
    findings: tuple[tuple[FindingState, int], ...]
    devices: tuple[tuple[DeviceState, int], ...]
    left: tuple[tuple[Severity, int], ...]
    there: int
    first: bool = False
    missed: int = 0
    incomplete: bool = False
    reports: str = ""


def bulletin(report: Report, change: Diff | None, level: Severity) -> Bulletin:
    """The news of a ranked report, given what changed since the scan before it (None: there was none)."""
    if change is None:
        return Bulletin(tuple(_first_look(report, level)))
    news = [*_of_devices(report, change, level), *_together(change, level), *_left_alone(report, change)]
    over = [c.finding.id for c in change.found if c.state in _OVER]
    return Bulletin(tuple(sorted(news, key=lambda one: -one.severity)), tuple(over))


def summary(site: str, report: Report, change: Diff | None, reports: str = "") -> Summary:
    """What a ranked report comes to, for the digest."""
    found = change.found if change else ()
    states: Counter[FindingState] = Counter(c.state for c in found)
    del states[FindingState.STILL_THERE]
    devices = Counter(c.state for c in change.devices) if change else Counter[DeviceState]()
    left = Counter(_open_severities(report))
    return Summary(
        site,
        report.scan.id,
        tuple((state, states[state]) for state in FindingState if states[state]),
        tuple((state, devices[state]) for state in DeviceState if devices[state]),
        tuple((severity, left[severity]) for severity in sorted(Severity, reverse=True) if left[severity]),
        len(report.assessments),
        change is None,
        report.coverage.unreached,
        report.scan.ended is None,
        reports,
    )


def weight(finding: Finding | FleetFinding) -> Severity:
    """How bad it is: the worse of what its check calls it and of what its surroundings make of it, as `--fail-on` counts."""
    return finding.severity if isinstance(finding, FleetFinding) else max(finding.severity, effective(finding))


def _open_severities(report: Report) -> Iterator[Severity]:
    for assessment in report.assessments:
        yield from map(weight, assessment.counted)
    yield from (finding.severity for finding in report.fleet if finding.accepted is None)


def _first_look(report: Report, level: Severity) -> Iterator[News]:
    left = Counter(severity for severity in _open_severities(report) if severity >= level)
    if left:
        counts = ", ".join(f"{left[severity]} {severity.label}" for severity in sorted(left, reverse=True))
        devices = len(report.assessments)
        title = f"first look: {counts} on {devices} device{'' if devices == 1 else 's'}"
        subject = news_key("scan", _scope(report.scan))
        yield News(subject, subject, Happened.FIRST, max(left), title, report.scan.started)


def _scope(scan: Scan) -> str:
    return "\0".join((scan.site, scan.vantage, *scan.networks))


def _of_devices(report: Report, change: Diff, level: Severity) -> Iterator[News]:
    fresh = {each.device.identity for each in change.devices if each.state is DeviceState.NEW}
    for one in change.findings:
        what = _what(one)
        if what is not None and weight(one.finding) >= level:
            yield _about(one, what, report.scan, is_new=one.device.identity in fresh)


def _together(change: Diff, level: Severity) -> Iterator[News]:
    for one in change.fleet:
        what = _what(one)
        if what is not None and one.finding.severity >= level:
            title = f"{one.finding.title} ({len(one.finding.devices)} devices)"
            key = news_key(one.finding.id, what, one.finding.severity.label)
            severity, since = one.finding.severity, change.new.started
            yield News(key, one.finding.id, what, severity, title, since, one.finding.id)


def _left_alone(report: Report, change: Diff) -> Iterator[News]:
    """Each device in quarantine, by when it came there: that is news once."""
    held = {assessment.device.identity: assessment.quarantine for assessment in report.quarantined}
    for one in change.devices:
        entry = held.get(one.device.identity)
        if one.state is DeviceState.QUARANTINED and entry is not None:
            subject = news_key("quarantine", entry.identity)
            key = news_key(subject, entry.since.isoformat())
            title, since = f"left alone from now on: {entry.reason}", report.scan.started
            address, kind, name = _device(one.device)
            what = Happened.QUARANTINED
            yield News(key, subject, what, Severity.HIGH, title, since, address=address, kind=kind, name=name)


def _what(change: FindingChange | FleetChange) -> Happened | None:
    """What makes a change news; None where it is none."""
    if change.finding.accepted is not None:
        return None
    if change.state in _HAPPENED:
        return _HAPPENED[change.state]
    before = change.before if isinstance(change, FindingChange) else None
    was = weight(before) if before is not None else change.was
    there = change.state in (FindingState.CHANGED_SEVERITY, FindingState.STILL_THERE, FindingState.SEEN_AGAIN)
    return Happened.WORSE if there and was is not None and was < weight(change.finding) else None


def _about(one: FindingChange, what: Happened, scan: Scan, *, is_new: bool) -> News:
    finding, port = one.finding, one.finding.endpoint.port
    _, kind, name = _device(one.device)
    return News(
        key=news_key(finding.id, what, weight(finding).label),
        subject=finding.id,
        what=what,
        severity=weight(finding),
        title=finding.title,
        since=scan.started,
        finding=finding.id,
        address=finding.endpoint.address,
        where=f"{port}/{finding.endpoint.transport}" if port else "",
        kind=kind,
        name=name,
        is_new=is_new,
    )


def _device(device: Device) -> Sequence[str]:
    """Its address, its kind, and its maker and model."""
    kind, maker, model = (claim.value if (claim := device.claim(n)) else "" for n in ("kind", "vendor", "model"))
    return device.address, kind, " ".join(filter(None, (maker, model)))
