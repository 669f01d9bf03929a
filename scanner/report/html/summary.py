"""What the page says before its devices: numbers, steps, dates, and what nobody could see."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from checks.standards import Framework, cited
from inventory.findings import Finding, FleetFinding
from inventory.model import Endpoint, Severity, Status
from inventory.report import Assessment, Report
from inventory.text import counted, one_line
from scanner.accepted import acceptance_in_words, state_in_words
from scanner.actions import sentence
from scanner.edition import NO_MOMENT, Edition
from scanner.expiry import calendar, name_in
from scanner.fewest import Plan, fewest
from scanner.report.html import records
from scanner.report.html.records import where
from scanner.report.html.words import Place, days, place, some

STEPS = 10
SOON = timedelta(days=90)
LISTED = 60
"""Rows of a table before the devices; the rest is counted."""
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Tile:
    """A band, how many devices are in it, and the words that filter for them."""

    band: str
    devices: int
    query: str


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the fix-first list, and what it does."""

    order: str
    remedy: str
    severity: Severity
    places: tuple[Place, ...]
    devices: int
    findings: int
    before: float
    after: float
    no_longer_critical: int
    no_longer_high: int
    ends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Something of several devices: how bad (None where it is not), what, by whom or why, and where."""

    severity: Severity | None
    what: str
    why: str = ""
    places: tuple[Place, ...] = ()
    devices: int = 0


@dataclass(frozen=True, slots=True)
class Short:
    """Findings of a device that are called alike: how bad the worst is, what they are, where, and what to do."""

    severity: Severity
    title: str
    where: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """One row of the calendar; `state` is ended, soon or later."""

    ends: date
    off: str
    state: str
    name: str
    issuer: str
    places: tuple[Place, ...]
    devices: int
    endpoints: str


def tiles(report: Report) -> Iterator[Tile]:
    """The bands, worst first, and the devices of which nothing counts."""
    counts = Counter(one.score.band if one.counted else None for one in report.assessments)
    for band in sorted(Severity, reverse=True):
        yield Tile(band.label, counts[band], f"band:{band.label}")
    yield Tile("none", counts[None], 'band:""')


def moments(report: Report) -> str:
    """When the scan began and ended; "" where moments are left out."""
    scan = report.scan
    if scan.started == NO_MOMENT:
        return ""
    ended = f"{scan.ended:%Y-%m-%d %H:%M} UTC" if scan.ended else "not ended: it was cut short"
    return f"{scan.started:%Y-%m-%d %H:%M} to {ended}"


def plan(report: Report) -> tuple[Plan, tuple[Step, ...]]:
    """The risk of the fleet, and the first steps that lower it."""
    found = fewest(report.assessments, STEPS, report.fleet)
    return found, tuple(
        Step(
            order := sentence(step.action, step.gravest, [one.device for one in step.devices]),
            _more(step.gravest.remedy, order),
            step.gravest.severity,
            tuple(place(one.device) for one in step.devices[:_NAMED]),
            len(step.devices),
            len(step.findings),
            step.before,
            step.after,
            step.no_longer_critical,
            step.no_longer_high,
            tuple(dict.fromkeys(f"{one.title} ({counted(len(one.devices), 'device')})" for one in step.fleet)),
        )
        for step in found.steps
    )


def _more(remedy: str, order: str) -> str:
    """The remedy, where it says more than the order that was made of it."""
    return "" if one_line(remedy).rstrip(".") in order else remedy


def certificates(edition: Edition) -> tuple[tuple[Certificate, ...], int]:
    """The certificates that ended or end first, and how many more there are."""
    entries = calendar(one.device for one in edition.report.assessments)
    today = edition.today
    near = [one for one in entries if today is None or one.ends.date() <= today + SOON][:LISTED]
    listed = tuple(
        Certificate(
            one.ends.date(),
            days(one.ends.date(), today),
            _state(one.ends.date(), today),
            name_in(one.shown.subject) or "(no name)",
            "self-signed" if one.shown.self_signed else name_in(one.shown.issuer),
            tuple(map(place, one.devices[:_NAMED])),
            len(one.devices),
            some(list(one.endpoints), 3),
        )
        for one in near
    )
    return listed, len(entries) - len(listed)


def _state(day: date, today: date | None) -> str:
    if today is None or day > today + SOON:
        return "later"
    return "ended" if day < today else "soon"


def together(report: Report) -> Iterator[Line]:
    """What is wrong with several devices together, worst first."""
    known = {one.device.identity: one for one in report.assessments}
    for found in sorted(report.fleet, key=lambda one: (-one.severity, one.check, one.id)):
        if found.accepted is None:
            those = [place(known[name].device) for name in found.devices if name in known]
            why = f"{found.detail} {found.remedy}"
            yield Line(found.severity, found.title, why, tuple(those[:_NAMED]), len(found.devices))


def accepted(report: Report) -> Iterator[Line]:
    """What the city lives with, and by whose word."""
    found: list[tuple[Finding | FleetFinding, tuple[Place, ...]]] = [
        (finding, (place(one.device),)) for one in report.assessments for finding in one.accepted
    ]
    found += [(finding, ()) for finding in report.fleet if finding.accepted is not None]
    for finding, places in sorted(found, key=lambda one: (-one[0].severity, one[0].check, one[0].id)):
        at = f", {where(finding.endpoint)}" if isinstance(finding, Finding) and finding.endpoint.port else ""
        word = acceptance_in_words(finding.accepted) if finding.accepted else ""
        yield Line(finding.severity, f"{finding.title}{at}", word, places, 1)


def waivers(report: Report) -> Iterator[Line]:
    """The waivers that a person should look at."""
    for standing in report.waivers:
        if standing.is_news:
            waiver = standing.waiver
            yield Line(None, f"{waiver.place}: {waiver} ({waiver.owner})", state_in_words(standing))


def quarantined(report: Report) -> Iterator[Line]:
    """Who is left alone, and why."""
    for one in report.quarantined:
        told = f"{records.quarantined(one.quarantine)}. Look at it, then: tocsin quarantine release {one.device.identity} --because TEXT"
        yield Line(None, "", told, (place(one.device),), 1)


def coverage(report: Report) -> Iterator[str]:
    """How far the scan came, in sentences."""
    seen, sent, scan = report.coverage, report.scan.traffic, report.scan
    if scan.is_passive:
        yield f"{counted(seen.alive, 'device')} heard of, {seen.identified:,} identified. Nothing was asked: what nobody said is not known."
    else:
        more = f" at {counted(seen.alive_addresses, 'address')}" if seen.alive_addresses > seen.alive else ""
        yield f"{counted(seen.addresses, 'address')} asked, {counted(seen.alive, 'device')} alive{more}, {seen.identified:,} identified."
        yield f"{counted(seen.unreached, 'device')} could not be examined in full; what could not be examined is not passed."
        yield f"Sent: {counted(sent.packets_sent, 'packet')}, {counted(sent.connections, 'connection')}, {counted(sent.login_attempts, 'login attempt')}."
    known, bounded, unknown = report.dated
    yield f"Age of the firmware: known of {counted(known, 'device')}; of {bounded:,} only the earliest day; of {unknown:,} nothing."


def unseen(report: Report) -> Iterator[Line]:
    """What the scan could not see: its notes, what was left out, whose answers prove nothing, and each reason once with its devices."""
    scan = report.scan
    if scan.ended is None:
        yield Line(None, "The scan did not end: devices that it had not come to are missing here.")
    yield from (Line(None, f"{one}.") for one in scan.sites if not one.scan)
    if scan.left_out:
        yield Line(None, f"Left out by the configuration: {some(list(scan.left_out))}.")
    if scan.ports:
        yield Line(None, f"Only these ports were asked: {scan.ports}.")
    yield from (Line(None, note) for note in scan.notes)
    reasons: dict[str, list[Assessment]] = {}
    ordered = sorted(report.assessments, key=lambda one: Endpoint(one.device.address, 0).sort_key)
    for one in ordered:
        for reason in dict.fromkeys(_undone(one)):
            reasons.setdefault(reason, []).append(one)
    for reason, those in sorted(reasons.items(), key=lambda one: (-len(one[1]), one[0])):
        yield Line(None, reason, "", tuple(place(one.device) for one in those[:_NAMED]), len(those))


def _undone(assessment: Assessment) -> Iterator[str]:
    """Why something of a device was not examined."""
    device = assessment.device
    if device.untrusted:
        yield f"Not believed, and not judged: {device.untrusted.partition(':')[0]}"
    yield from (f"{gap.protocol} on {where(gap.endpoint)}: {gap.reason}" for gap in device.gaps)
    checks: dict[str, list[str]] = {}
    for outcome in assessment.outcomes:
        if outcome.status in (Status.FAILED, Status.UNREACHED):
            checks.setdefault(outcome.reason, []).append(outcome.check)
    told = {f"{gap.protocol} on {where(gap.endpoint)}: {gap.reason}" for gap in device.gaps}
    yield from (f"{reason} (no verdict of {some(names, 3)})" for reason, names in checks.items() if reason not in told)


def uptimes(report: Report) -> Iterator[Line]:
    """The devices whose own counters say how they came through, those that began anew first."""
    for one in sorted(report.assessments, key=lambda one: not any(up.restart for up in one.uptime)):
        if one.uptime:
            yield Line(None, "; ".join(map(str, one.uptime)), "", (place(one.device),), 1)


def briefly(assessment: Assessment) -> tuple[Short, ...]:
    """Its findings by what they are called, worst first, those that are called alike as one."""
    found: dict[str, list[Finding]] = {}
    for finding in assessment.counted:
        found.setdefault(finding.title, []).append(finding)
    return tuple(
        Short(those[0].severity, title, some([where(one.endpoint) for one in those], 3), those[0].remedy)
        for title, those in found.items()
    )


def missing(report: Report) -> tuple[Line, ...]:
    """The devices that are in no row of the city's register."""
    if report.register is None:
        return ()
    known = {one.device.identity: one for one in report.assessments}
    found = [known[name] for name in report.register.unknown if name in known]
    return tuple(Line(None, "", "", (place(one.device),), 1) for one in found)


def standards(report: Report) -> tuple[Framework, ...]:
    """The standards that findings cite."""
    return cited(clause for found in _every(report) for clause in found.standards)


def _every(report: Report) -> Iterable[Finding | FleetFinding]:
    yield from report.fleet
    for one in report.assessments:
        yield from one.findings
