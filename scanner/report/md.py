"""Markdown for a ticket or a wiki: the summary, what changed, what to fix first, the devices, and each finding with its proof and its remedy."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from inventory.diff import DeviceState, Diff, FindingChange, FindingState, FleetChange
from inventory.findings import Finding, FleetFinding
from inventory.model import Endpoint, Severity, Status
from inventory.report import Assessment, Report
from inventory.text import counted
from scanner.accepted import acceptance_in_words, state_in_words
from scanner.actions import sentence
from scanner.edition import NO_MOMENT, Edition
from scanner.fewest import fewest
from scanner.fewest_page import MEASURE
from scanner.markdown import block, cell, code, prose, row, with_commands
from scanner.score import counts_as, moved_by
from scanner.surroundings import context_in_words
from scanner.terminal import in_turn, name_of
from scanner.timeline import firmware_in_words

SUFFIX = ".md"
HISTORY = True
_ACTIONS, _NAMED, _CHANGES = 5, 8, 20
_EVIDENCE = 512
_WORST_FIRST = sorted(Severity, reverse=True)


def render(edition: Edition) -> Iterator[str]:
    """The whole report, section by section, each device by itself."""
    report = edition.report
    for section in (
        _head(edition),
        _summary(report),
        _changes(edition.change),
        _fix_first(report),
        _devices(report),
        _findings(report),
        _together(report),
        _accepted(report),
        _waivers(report),
        _unseen(report),
        _standards(report),
    ):
        for line in section:
            yield f"{line}\n"


def _head(edition: Edition) -> Iterator[str]:
    scan = edition.report.scan
    place = ", ".join(part for part in (edition.city, scan.place) if part)
    yield f"# Tocsin{f': {prose(place)}' if place else ''}"
    yield ""
    word = "nothing was sent" if scan.is_passive else f"authorised by {scan.authorised_by}"
    looked = f", from {scan.vantage}" if scan.vantage else ""
    yield f"Scan {code(scan.id)} of {prose(', '.join(scan.networks) + looked)}; level {scan.level.label}; {prose(word)}."
    if scan.sites:
        yield ""
        yield from (f"- {prose(str(one))}" for one in scan.sites)
    elif scan.started != NO_MOMENT:
        ended = f" to {scan.ended:%H:%M}" if scan.ended else ""
        yield f"{scan.started:%Y-%m-%d %H:%M}{ended} UTC."
    if scan.ended is None:
        yield ""
        yield "**The scan did not come to its end: what it does not tell of may be there all the same.**"


def _summary(report: Report) -> Iterator[str]:
    bands = Counter(one.score.band for one in report.assessments if one.counted)
    found = [finding for one in report.assessments for finding in one.findings]
    every: list[Finding | FleetFinding] = [*found, *report.fleet]
    unaccepted = Counter(counts_as(finding) for finding in every if finding.accepted is None)
    accepted = Counter(counts_as(finding) for finding in every if finding.accepted is not None)
    yield from _title("Summary")
    yield row("", *(severity.label for severity in _WORST_FIRST), "in all")
    yield row("---", *("--:" for _ in range(len(_WORST_FIRST) + 1)))
    for what, numbers in (("devices", bands), ("open findings", unaccepted), ("accepted findings", accepted)):
        yield row(what, *(f"{numbers[severity]}" for severity in _WORST_FIRST), f"{numbers.total()}")
    if otherwise := sum(counts_as(finding) is not finding.severity for finding in every):
        yield ""
        yield f"Findings are counted as they count here, which for {otherwise:,} of them is not what their check calls them."
    seen, clean = report.coverage, len(report.assessments) - bands.total()
    yield ""
    yield (
        f"{counted(len(report.assessments), 'device')}, {clean} of them without an open finding. {counted(seen.addresses, 'address')} asked,"
        f" {seen.alive} alive, {seen.identified} identified, {seen.unreached} not examined in full."
    )
    for assessment in report.quarantined:
        yield ""
        yield f"**In quarantine:** {prose(f'{assessment.device.address} {name_of(assessment.device)}: {assessment.quarantine}')}"


def _changes(change: Diff | None) -> Iterator[str]:
    if change is None:
        return
    yield from _title("What changed")
    yield f"Since scan {code(change.old.id)} of {change.old.started:%Y-%m-%d %H:%M} UTC."
    if change.elsewhere:
        yield f"{prose(change.elsewhere)}: what is new may be new from there only, and what is missing is not gone."
    found: list[FindingChange | FleetChange] = [*change.findings, *change.fleet]
    for state in FindingState:
        of_state = [each for each in found if each.state is state]
        if of_state and state is not FindingState.STILL_THERE:
            yield from _some(f"Findings: {state.value}", [_changed(each) for each in of_state])
    for device_state in DeviceState:
        devices = [each for each in change.devices if each.state is device_state]
        lines = [
            prose(
                f"{each.device.address} {name_of(each.device)}{': ' if each.changes else ''}{'; '.join(each.changes)}"
            )
            for each in devices
        ]
        yield from _some(f"Devices: {device_state.value}", lines)
    still = sum(each.state is FindingState.STILL_THERE for each in found)
    yield ""
    yield f"{counted(still, 'finding')} {'is' if still == 1 else 'are'} still there."


def _changed(change: FindingChange | FleetChange) -> str:
    finding = change.finding
    if isinstance(change, FindingChange):
        where = f"{change.device.address} {name_of(change.device)}, {_at(change.finding)}"
    else:
        where = f"{len(change.finding.devices)} devices together"
    was = f" (was {change.was.label})" if change.was is not None else ""
    why = f": {change.reason}" if change.reason else ""
    return f"**{finding.severity.label}** {prose(f'{where}: {finding.title}{was}{why}')}"


def _some(title: str, lines: Sequence[str]) -> Iterator[str]:
    """A list under its head that counts it; a ticket holds no thousands."""
    if not lines:
        return
    yield ""
    yield f"**{title} ({len(lines)})**"
    yield ""
    yield from (f"- {line}" for line in lines[:_CHANGES])
    if len(lines) > _CHANGES:
        yield f"- and {len(lines) - _CHANGES} more"


def _fix_first(report: Report) -> Iterator[str]:
    plan = fewest(report.assessments, _ACTIONS, report.fleet)
    if not plan.steps:
        return
    yield from _title("Fix first")
    yield f"Risk is the sum of {MEASURE}."
    yield ""
    for rank, step in enumerate(plan.steps, 1):
        devices = [one.device for one in step.devices]
        addresses = [device.address for device in devices]
        more = f" and {len(addresses) - _NAMED} more" if len(addresses) > _NAMED else ""
        yield f"{rank}. **{prose(sentence(step.action, step.gravest, devices))}**: {counted(len(step.findings), 'finding')},"
        yield f"   risk {step.before:.1f} → {step.after:.1f}; {', '.join(addresses[:_NAMED])}{more}"


def _devices(report: Report) -> Iterator[str]:
    yield from _title("Devices")
    if not report.assessments:
        yield "No device was found."
        return
    yield row("#", "address", "device", "score", "band", "due", "findings", "worst finding")
    yield row("--:", "---", "---", "--:", "---", "---", "--:", "---")
    for place, assessment in enumerate(report.ranked, 1):
        device, score, counted = assessment.device, assessment.score, assessment.counted
        worst = f"{counted[0].title}, {_at(counted[0])}" if counted else _nothing(assessment)
        yield row(
            f"{place}",
            cell(device.address),
            cell(name_of(device)),
            f"{score.value:.1f}",
            f"**{score.band.label}**" if counted else "-",
            cell(score.due) or "-",
            f"{len(counted)}",
            cell(worst),
        )


def _nothing(assessment: Assessment) -> str:
    if assessment.quarantine is not None:
        return "in quarantine"
    if assessment.device.untrusted:
        return f"not believed: {assessment.device.untrusted}"
    undone = sum(outcome.status in (Status.FAILED, Status.UNREACHED) for outcome in assessment.outcomes)
    nothing = f"nothing but what is accepted ({len(assessment.accepted)})" if assessment.accepted else "nothing found"
    return f"{nothing}, but {counted(undone, 'check')} could not judge" if undone else nothing


def _findings(report: Report) -> Iterator[str]:
    ranked = [(place, one) for place, one in enumerate(report.ranked, 1) if one.counted]
    if ranked:
        yield ""
        yield "## Findings"
    for place, assessment in ranked:
        device = assessment.device
        yield ""
        yield f"### {place}: {prose(f'{device.address} {name_of(device)}')}"
        about = (firmware_in_words(assessment), context_in_words(assessment.context, report.scan.vantage))
        for line in filter(None, about):
            yield ""
            yield prose(line)
        for finding in assessment.counted:
            yield from _finding(finding)


def _finding(finding: Finding) -> Iterator[str]:
    yield ""
    yield f"#### {finding.severity.label}: {prose(f'{finding.title}, {_at(finding)}')}"
    for reason in moved_by(finding):
        yield ""
        yield f"*{prose(reason)}*"
    yield from _told(finding)
    if finding.evidence:
        yield ""
        yield "**Proof:**"
        yield ""
        yield from block(finding.evidence, _EVIDENCE)
    yield from _named(finding, [hole.cve for hole in finding.vulnerabilities])


def _told(finding: Finding | FleetFinding) -> Iterator[str]:
    yield ""
    yield prose(finding.detail)
    yield ""
    yield f"**To do:** {prose(finding.remedy)}"


def _named(finding: Finding | FleetFinding, cves: Sequence[str] = ()) -> Iterator[str]:
    yield ""
    holes = f": {prose(', '.join(cves))}" if cves else ""
    yield f"Finding {code(finding.id)} of {code(finding.check)}{holes}"


def _together(report: Report) -> Iterator[str]:
    counted = [finding for finding in report.fleet if finding.accepted is None]
    if counted:
        yield ""
        yield "## Together"
    addresses = {one.device.identity: one.device.address for one in report.assessments}
    for finding in sorted(counted, key=lambda f: (-f.severity, f.check, f.id)):
        yield ""
        yield f"#### {finding.severity.label}: {prose(finding.title)}"
        yield from _told(finding)
        yield ""
        devices = ", ".join(in_turn(addresses.get(identity, identity) for identity in finding.devices))
        yield f"**Devices:** {prose(devices)}"
        yield from _named(finding)


def _accepted(report: Report) -> Iterator[str]:
    of_devices = [(finding, one.device.address) for one in report.ranked for finding in one.accepted]
    together = [(finding, f"{len(finding.devices)} devices together") for finding in report.fleet if finding.accepted]
    lines = [*_in_order(of_devices), *_in_order(together)]
    if lines:
        yield from _title("Accepted, and counted in no score")
        yield from lines


def _in_order(found: Iterable[tuple[Finding | FleetFinding, str]]) -> Iterator[str]:
    for finding, where in sorted(found, key=lambda pair: (-pair[0].severity, pair[0].check, pair[0].id)):
        port = f", {_at(finding)}" if isinstance(finding, Finding) else ""
        if finding.accepted is not None:
            said = f"{where}{port}: {finding.title} ({finding.check}): {acceptance_in_words(finding.accepted)}"
            yield f"- **{finding.severity.label}** {prose(said)}"


def _waivers(report: Report) -> Iterator[str]:
    news = [standing for standing in report.waivers if standing.is_news]
    if news:
        yield from _title("Waivers to look at")
    for standing in news:
        waiver = standing.waiver
        yield f"- {prose(f'{waiver.place} ({waiver}; {waiver.owner}): {state_in_words(standing)}')}"


def _unseen(report: Report) -> Iterator[str]:
    """What the scan could not do, in general and device by device, a line for each reason."""
    lines = [with_commands(note) for note in report.scan.notes]
    for assessment in report.ranked:
        reasons: dict[str, list[str]] = {}
        for outcome in sorted(assessment.outcomes, key=lambda one: one.check):
            if outcome.status in (Status.FAILED, Status.UNREACHED):
                reasons.setdefault(outcome.reason, []).append(outcome.check)
        for reason, checks in reasons.items():
            more = f" and {len(checks) - _NAMED} more" if len(checks) > _NAMED else ""
            lines.append(prose(f"{assessment.device.address}: {reason} ({', '.join(checks[:_NAMED])}{more})"))
    if lines:
        yield from _title("What this scan could not see")
        yield from (f"- {line}" for line in lines)


def _standards(report: Report) -> Iterator[str]:
    """What asks for it, once for each check: most of its findings cite the same."""
    cited: dict[str, dict[str, None]] = {}
    every: list[Finding | FleetFinding] = [*report.fleet, *(f for one in report.ranked for f in one.findings)]
    for finding in sorted(every, key=lambda one: one.check):
        cited.setdefault(finding.check, {}).update(dict.fromkeys(finding.standards))
    if any(cited.values()):
        yield from _title("Which standards ask for it")
        yield from (f"- {code(check)}: {prose('; '.join(clauses))}" for check, clauses in cited.items() if clauses)


def _title(text: str) -> Iterator[str]:
    yield ""
    yield f"## {text}"
    yield ""


def _at(finding: Finding) -> str:
    at: Endpoint = finding.endpoint
    return f"{at.port}/{at.transport}" if at.port else "device"
