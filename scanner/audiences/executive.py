"""One page for whoever decides: how it stands, how it changed, three decisions, what is not known, and what it costs to wait. No addresses."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from checks.contract import Act
from inventory.diff import DeviceState, Diff, FindingState
from inventory.model import Severity
from inventory.report import Assessment, Context, Report, Scan
from inventory.text import counted, one_line
from scanner.actions import kinds_of_work
from scanner.audiences.page import (
    Bar,
    Bars,
    Block,
    Figure,
    Figures,
    Heading,
    Page,
    Paragraph,
    Points,
    Table,
    Terms,
    day,
)
from scanner.audiences.plain import days_of, kinds_in_words
from scanner.decisions import TERMS
from scanner.edition import Edition
from scanner.fewest import Plan, Step, fewest
from scanner.news import weight
from scanner.score import effective

_DECISIONS = 3
_PASTS = 6
_PLACES = 5
_SITES = 6
_LONGEST_NAME = 60
_DECIDE = {
    Act.PASSWORD: "Have factory passwords replaced by passwords of our own",
    Act.ACCESS: "Have services closed that let anybody in without an account",
    Act.UPDATE: "Have the maker's newest firmware installed",
    Act.REPLACE: "Put the replacement into the budget",
    Act.ENCRYPT: "Have outdated encryption switched off",
    Act.CERTIFICATE: "Have keys and certificates renewed",
    Act.SWITCH_OFF: "Have services switched off that nobody should use any more",
    Act.SEGMENT: "Have the network closed around devices that anybody in it can reach",
    Act.INVESTIGATE: "Send somebody to look",
}


def page(edition: Edition) -> Page:
    """The page of an edition, whose report is ranked."""
    report = edition.report
    plan = fewest(report.assessments, _DECISIONS, report.fleet, kinds_of_work)
    when = edition.today or (report.scan.started.date() if edition.trend or edition.change else None)
    name = one_line(edition.city, _LONGEST_NAME) or "The city"
    site = one_line(report.scan.site, _LONGEST_NAME)
    return Page(
        "executive",
        f"{name}: how safe its connected devices are",
        f"For the city's leadership{f', {day(when)}' if when else ''}{f'; site {site}' if site else ''}",
        tuple(_blocks(edition, plan, when)),
        (
            "Critical: somebody can take over the device or see all that it sees, with what is publicly known. High: it takes a little more, or does less.",
            f"Scan {report.scan.id}; the security office has every device and finding behind these numbers.",
        ),
    )


def _blocks(edition: Edition, plan: Plan, when: date | None) -> Iterator[Block]:
    report = edition.report
    critical = sum(one.score.band is Severity.CRITICAL for one in report.assessments)
    high = sum(one.score.band is Severity.HIGH for one in report.assessments)
    late = overdue(edition.change, when)
    yield Paragraph(_state(len(report.assessments), critical, high), lead=True)
    yield Figures(
        (
            Figure(f"{len(report.assessments):,}", "devices found"),
            Figure(f"{critical:,}", "of them critical", "critical" if critical else ""),
            Figure(f"{high:,}", "at high risk", "high" if high else ""),
            Figure(
                f"{late:,}" if edition.change else "–",
                "overdue: their time for repair has passed",
                "critical" if late else "",
            ),
        )
    )
    yield Heading("How it changed")
    yield from _trend(edition)
    yield from _change(edition.change)
    yield Heading("Three decisions" if len(plan.steps) == _DECISIONS else "Decisions")
    yield from _decisions(plan)
    yield from _departments(report)
    yield Heading("What it costs to wait")
    yield Points(tuple(_waiting(report.assessments, late, edition.change)))
    yield Heading("What we do not know")
    yield Points(tuple(_unknown(report)))


def _state(devices: int, critical: int, high: int) -> str:
    if not devices:
        return "No device was found."
    if not critical and not high:
        return f"None of the {counted(devices, 'device')} that were found is at critical or high risk."
    whole = (
        f"Of the {counted(devices, 'device')} that were found, " if devices > 1 else "The one device that was found: "
    )
    parts = [*([f"{critical:,} {'is' if critical == 1 else 'are'} critical"] if critical else [])]
    parts += [f"{high:,} {'is' if high == 1 else 'are'} at high risk"] if high else []
    return f"{whole}{' and '.join(parts)}."


def _trend(edition: Edition) -> Iterator[Block]:
    pasts = [(f"{past.when:%-d %b %Y}", dict(past.devices)) for past in edition.trend][-_PASTS:]
    if len(pasts) < 2:
        if edition.change is None:
            yield Paragraph(
                "There is no earlier scan of the same networks to compare with, so nothing can be said of the trend yet."
            )
        return
    yield Bars(
        "Devices that are critical, scan by scan",
        tuple(
            Bar(
                label,
                counts.get("critical", 0),
                f"{counts.get('critical', 0):,} critical, {counts.get('high', 0):,} high",
                "critical",
            )
            for label, counts in pasts
        ),
    )


def _change(change: Diff | None) -> Iterator[Block]:
    if change is None:
        return
    states = Counter(each.state for each in change.findings)
    grave = sum(each.state is FindingState.NEW and weight(each.finding) >= Severity.HIGH for each in change.findings)
    graver = sum(
        each.state is FindingState.CHANGED_SEVERITY and (each.was or 0) < each.finding.severity
        for each in change.findings
    )
    new = sum(each.state is DeviceState.NEW for each in change.devices)
    again = sum(each.state is DeviceState.SEEN_AGAIN for each in change.devices)
    gone = sum(each.state is DeviceState.NOT_OBSERVED for each in change.devices)
    unsure = states[FindingState.NOT_OBSERVED]
    worse = _and(
        (
            states[FindingState.NEW],
            f"{counted(states[FindingState.NEW], 'new flaw')}{f', {grave} of them grave' if grave else ''}",
        ),
        (
            states[FindingState.REGRESSED],
            f"{counted(states[FindingState.REGRESSED], 'flaw')} there again after a repair",
        ),
        (graver, f"{counted(graver, 'flaw')} graver than before"),
        (states[FindingState.BACK], f"{counted(states[FindingState.BACK], 'flaw')} no longer accepted"),
    )
    better = _and(
        (states[FindingState.FIXED], f"{counted(states[FindingState.FIXED], 'flaw')} repaired, as a new test proved")
    )
    rows = [("Worse", worse or "nothing"), ("Better", better or "nothing that a new test has proved")]
    rows.append(
        (
            "Devices",
            _and((new, f"{new:,} new"), (again, f"{again:,} seen again"), (gone, f"{gone:,} not seen this time"))
            or "the same as before",
        )
    )
    if unsure:
        rows.append(("Not tested again", f"{counted(unsure, 'earlier flaw')}: they may still be there"))
    yield Paragraph(f"Since the {_scans(change.old)}:")
    yield Terms(tuple(rows))


def _and(*parts: tuple[int, str]) -> str:
    return "; ".join(said for count, said in parts if count)


def _decisions(plan: Plan) -> Iterator[Block]:
    if not plan.steps:
        yield Paragraph("Nothing was found that calls for one.")
        return
    yield Points(tuple(_decision(step, plan) for step in plan.steps), ordered=True)
    less = round(100 * (plan.risk - plan.steps[-1].after) / plan.risk) if plan.risk else 0
    yield Paragraph(f"Together they take away {less} % of the risk that was measured.", quiet=True)


def _decision(step: Step, plan: Plan) -> str:
    what = _DECIDE[Act(step.action.act)]
    effect = []
    if step.no_longer_critical:
        effect.append(f"{counted(step.no_longer_critical, 'device')} no longer critical")
    if step.no_longer_high:
        effect.append(f"{counted(step.no_longer_high, 'device')} no longer at high risk or worse")
    less = round(100 * (step.before - step.after) / plan.risk) if plan.risk else 0
    effect.append(f"{less} % less risk" if less else f"{counted(len(step.findings), 'flaw')} fewer")
    return f"{what}: {kinds_in_words(step.devices)}. Effect: {', '.join(effect)}."


def _departments(report: Report) -> Iterator[Block]:
    """Where the critical ones are, worst first; only where the city knows whose devices are whose, and of which site each is."""
    if any(one.context.department for one in report.assessments):
        yield _where(report, "department", lambda context: context.department)
    if len(report.scan.sites) > 1:
        yield _where(report, "site", lambda context: context.site)


def _where(report: Report, what: str, name_of: Callable[[Context], str]) -> Table:
    bands: dict[str, Counter[Severity]] = {}
    for one in report.assessments:
        bands.setdefault(name_of(one.context), Counter())[one.score.band] += 1
    worst = sorted(bands, key=lambda name: (-bands[name][Severity.CRITICAL], -bands[name][Severity.HIGH], name))
    rows = [
        (
            one_line(name, _LONGEST_NAME) or "nobody's, as far as is written down",
            *(
                f"{number:,}"
                for number in (bands[name].total(), bands[name][Severity.CRITICAL], bands[name][Severity.HIGH])
            ),
        )
        for name in worst
    ]
    more = f"; {len(rows) - _PLACES} more not shown" if len(rows) > _PLACES else ""
    return Table(f"By {what}, worst first{more}", (what, "devices", "critical", "high"), tuple(rows[:_PLACES]))


def _waiting(assessments: Sequence[Assessment], late: int, change: Diff | None) -> Iterator[str]:
    """How many devices are due when, and how many should have been mended already."""
    terms = Counter(one.score.due for one in assessments)
    for term in sorted((term for term in terms if term in TERMS[2:]), key=TERMS.index, reverse=True):
        days = days_of(term)
        trace = ", with a search for traces of a break-in" if "forensic" in term else ""
        yield f"{counted(terms[term], 'device')}: to be repaired within {days} days of the first report{trace}."
    if change is not None:
        yield (
            f"{counted(late, 'device')} had been due since the {_scans(change.old)} and {'is' if late == 1 else 'are'} not repaired."
            if late
            else "None is overdue since the scan before."
        )
    exploited = sum(
        any(hole.exploited for finding in one.counted for hole in finding.vulnerabilities) for one in assessments
    )
    if exploited:
        yield f"{counted(exploited, 'device')} may have a hole that criminals are known to use today."
    if not terms.keys() - {""}:
        yield "Nothing is due."


def overdue(change: Diff | None, when: date | None) -> int:
    """How many devices have a finding that the scan before had as well, and whose time has run out since then; their true age may be greater."""
    if change is None or when is None:
        return 0
    since = (when - _last(change.old).date()).days
    due = {Severity.CRITICAL: 3, Severity.HIGH: 14, Severity.MEDIUM: 60}
    still = (
        each for each in change.findings if each.state is FindingState.STILL_THERE and each.finding.accepted is None
    )
    return len({each.device.identity for each in still if since > due.get(effective(each.finding), since)})


def _last(scan: Scan) -> datetime:
    """When the scan began; of a report of several sites, when the last of theirs did: none of them is said to be due for longer than it was."""
    return max((one.started for one in scan.sites if one.started), default=scan.started)


def _scans(scan: Scan) -> str:
    first, last = day(scan.started), day(_last(scan))
    return f"scan of {first}" if first == last else f"scans of {first} to {last}"


def _unknown(report: Report) -> Iterator[str]:
    coverage, (known, bounded, nothing) = report.coverage, report.dated
    if unscanned := [one_line(one.site, _LONGEST_NAME) for one in report.scan.sites if not one.scan]:
        more = f" and {len(unscanned) - _SITES} more" if len(unscanned) > _SITES else ""
        yield f"{counted(len(unscanned), 'site')} {'was' if len(unscanned) == 1 else 'were'} never scanned: {', '.join(unscanned[:_SITES])}{more}."
    if report.scan.site:
        yield f"Only the site {one_line(report.scan.site, _LONGEST_NAME)} was looked at: what stands at others is not in these numbers."
    yield f"{counted(coverage.addresses, 'address', 'addresses')} were asked; what was switched off, or in no network that was named, is not in these numbers."
    if coverage.unreached:
        yield f"{counted(coverage.unreached, 'device')} could not be examined in full."
    strangers = coverage.alive - coverage.identified
    if strangers > 0:
        yield f"{counted(strangers, 'device')} could not be identified."
    if known + bounded + nothing:
        yield f"How old the software is, is known of {counted(known, 'device')}, in part of {bounded:,}, and not at all of {nothing:,}."
    register = report.register
    if register is None:
        yield "There is no register of devices to compare with, so nobody can say which are missing or foreign."
    else:
        yield f"{counted(len(register.unknown), 'device')} found that no register has; {counted(len(register.missing), 'device')} of the register not found."
