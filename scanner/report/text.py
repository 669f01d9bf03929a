"""The report for a reader at a terminal: the ranking, then each device, the fleet, and what the scan could not see."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from inventory.findings import Finding, FleetFinding
from inventory.model import Endpoint, Status
from inventory.report import Assessment, Report
from inventory.text import counted
from scanner.accepted import accepted, to_look_at
from scanner.edition import Edition
from scanner.parts import parts_in_words
from scanner.score import moved_by
from scanner.surroundings import context_in_words
from scanner.terminal import band, cell, in_turn, name_of, printed, table
from scanner.timeline import firmware_in_words

SUFFIX = ".txt"
_WIDE = 140
_NAMED = 6
_ID = 8
_DIGITS = len("sha256:") + 16


def render(edition: Edition, *, width: int = 100, color: bool = False) -> Iterator[str]:
    """The whole report, `width` columns wide, with colour codes if `color`."""
    yield printed(*_parts(edition.report, wide=width >= _WIDE), width=width, color=color)


def _parts(report: Report, *, wide: bool) -> Iterator[RenderableType]:
    yield from _head(report)
    yield from _quarantined(report)
    yield from _untrusted(report)
    if report.assessments:
        yield _ranking(report, wide=wide)
    for place, assessment in enumerate(report.ranked, 1):
        if assessment.counted:
            yield Text("")
            device = assessment.device
            yield Text.assemble(f"{place}  ", cell(device.address), "  ", cell(name_of(device), "bold"))
            age = firmware_in_words(assessment)
            if age:
                yield Padding(cell(age), (0, 0, 0, 3))
            place_of_it = context_in_words(assessment.context, report.scan.vantage)
            if place_of_it:
                yield Padding(cell(place_of_it), (0, 0, 0, 3))
            yield from (Padding(_finding(finding), (0, 0, 0, 3)) for finding in assessment.counted)
    yield from _fleet(report)
    yield from accepted(report)
    yield from to_look_at(report.waivers)
    yield from _identities(report)
    yield from _uptimes(report)
    yield from _unseen(report)
    yield from _coverage(report)


def _head(report: Report) -> Iterator[RenderableType]:
    scan = report.scan
    where = f"{scan.place}: {', '.join(scan.networks)}" if scan.place else ", ".join(scan.networks)
    ended = f"{scan.ended:%H:%M} UTC" if scan.ended else "not ended (UTC)"
    yield cell(f"Tocsin {scan.version}, scan {scan.id}", "bold")
    word = "nothing was sent" if scan.is_passive else f"authorised by {scan.authorised_by}"
    where = f"{where}, from {scan.vantage}" if scan.vantage else where
    when = "" if scan.sites else f"{scan.started:%Y-%m-%d %H:%M} to {ended}; "
    yield cell(f"{where}; level {scan.level.label}; {when}{word}")
    yield from (Padding(cell(one), (0, 0, 0, 3)) for one in scan.sites)
    if scan.intel:
        yield cell(f"judged by the intelligence of {_shortened(scan.intel)}")
    yield Text("")
    if not report.assessments:
        yield Text("No device was found.")


def _shortened(intel: str) -> str:
    """The day, and of the hash what a person compares; the JSON report has all of it."""
    day, _, hashed = intel.partition(" ")
    return f"{day}, {hashed[:_DIGITS]}"


def _quarantined(report: Report) -> Iterator[RenderableType]:
    """Who is left alone, before everything else: it may need somebody to go there."""
    held = report.quarantined
    if not held:
        return
    yield cell(
        f"IN QUARANTINE: {counted(len(held), 'device')} left alone until a person looks at it and releases it",
        "bold red",
    )
    for assessment in held:
        device = assessment.device
        yield Padding(Text.assemble(cell(device.address), "  ", cell(name_of(device), "bold")), (0, 0, 0, 3))
        yield Padding(cell(assessment.quarantine), (0, 0, 0, 6))
        yield Padding(cell(f"→ tocsin quarantine release {device.identity} --because TEXT"), (0, 0, 0, 6))
    yield Text("")


def _untrusted(report: Report) -> Iterator[RenderableType]:
    """Whose answers prove nothing, one line for all of whom the same is said: behind one firewall there may be hundreds."""
    places: dict[str, list[str]] = {}
    for assessment in sorted(report.assessments, key=lambda a: Endpoint(a.device.address, 0).sort_key):
        if assessment.device.untrusted:
            kind = assessment.device.untrusted.partition(":")[0]
            places.setdefault(kind, []).append(assessment.device.address)
    if not places:
        return
    yield cell(
        f"NOT BELIEVED: what {counted(sum(map(len, places.values())), 'host')} answered proves nothing, and was not judged",
        "bold",
    )
    for kind, addresses in places.items():
        yield Padding(cell(f"{_some(addresses)}: {kind}"), (0, 0, 0, 3))
    yield Text("")


def _uptimes(report: Report) -> Iterator[RenderableType]:
    """What the devices' own counters say of how they came through."""
    lines = [
        f"{assessment.device.address}: {'; '.join(map(str, assessment.uptime))}"
        for assessment in sorted(report.assessments, key=lambda a: Endpoint(a.device.address, 0).sort_key)
        if assessment.uptime
    ]
    if lines:
        yield Text("")
        yield Text("Still up: the devices' own counters before and after they were asked", style="bold")
        yield from (Padding(cell(f"- {line}"), (0, 0, 0, 3)) for line in lines)


def _ranking(report: Report, *, wide: bool) -> RenderableType:
    """Rank, score, band, due, device, worst finding and first remedy; the remedy has a column of its own where there is room."""
    ranking = table("#", "score", "band", "due", "device", "worst finding", *(["first remedy"] if wide else []))
    for column in (0, 1):
        ranking.columns[column].justify = "right"
    for column in range(3):
        ranking.columns[column].no_wrap = True
    ranking.columns[3].max_width = len("next upgrade")
    for place, assessment in enumerate(report.ranked, 1):
        device, score = assessment.device, assessment.score
        worst = assessment.counted[0] if assessment.counted else None
        remedy = cell(_first_sentence(worst.remedy)) if worst else Text("")
        said = cell(_reason(assessment)) if worst else cell(_nothing_found(assessment), "dim")
        ranking.add_row(
            cell(place),
            cell(f"{score.value:.1f}"),
            band(score.band) if worst else Text("-"),
            cell(score.due.replace("forensic investigation", "forensics") or "-"),
            Group(cell(device.address), cell(name_of(device))),
            *((said, remedy) if wide else (Group(said, Text.assemble("→ ", remedy)) if worst else said,)),
        )
    return ranking


def _reason(assessment: Assessment) -> str:
    """The worst finding, where it is, and how many more there are."""
    worst, *more = assessment.counted
    return f"{worst.title}, {_where(worst.endpoint)}" + (f" (and {len(more)} more)" if more else "")


def _nothing_found(assessment: Assessment) -> str:
    if assessment.quarantine is not None:
        return "in quarantine"
    undone = len(_undone(assessment))
    nothing = f"nothing but what is accepted ({len(assessment.accepted)})" if assessment.accepted else "nothing found"
    return f"{nothing}, but {counted(undone, 'check')} could not judge" if undone else nothing


def _undone(assessment: Assessment) -> list[str]:
    """Why checks could not judge the device, one sentence each."""
    unsure = (Status.FAILED, Status.UNREACHED)
    return [f"{outcome.check}: {outcome.reason}" for outcome in assessment.outcomes if outcome.status in unsure]


def _undone_together(assessment: Assessment) -> list[str]:
    """The same, a sentence for each reason: one port that was not examined leaves every check of its protocol without a verdict."""
    checks: dict[str, list[str]] = {}
    for line in _undone(assessment):
        check, _, reason = line.partition(": ")
        checks.setdefault(reason, []).append(check)
    return [f"{_some(names)}: {reason}" for reason, names in checks.items()]


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _finding(finding: Finding) -> RenderableType:
    head = _title(finding, _where(finding.endpoint))
    rest = [
        *(cell(reason) for reason in moved_by(finding)),
        cell(finding.detail),
        Text.assemble("→ ", cell(finding.remedy)),
    ]
    return Group(head, *(Padding(line, (0, 0, 0, 3)) for line in rest))


def _title(finding: Finding | FleetFinding, where: str) -> Text:
    return Text.assemble(
        band(finding.severity), "  ", cell(f"{where} {finding.title} ({finding.check} {finding.id[:_ID]})")
    )


def _where(endpoint: Endpoint) -> str:
    return f"{endpoint.port}/{endpoint.transport}" if endpoint.port else "device"


def _fleet(report: Report) -> Iterator[RenderableType]:
    counted = [finding for finding in report.fleet if finding.accepted is None]
    if not counted:
        return
    addresses = {assessment.device.identity: assessment.device.address for assessment in report.assessments}
    yield Text("")
    yield Text("Together", style="bold")
    for finding in sorted(counted, key=lambda f: (-f.severity, f.check, f.id)):
        devices = ", ".join(in_turn(addresses.get(identity, identity) for identity in finding.devices))
        yield Padding(_title(finding, ""), (0, 0, 0, 3))
        for line in (cell(finding.detail), cell(f"devices: {devices}"), Text.assemble("→ ", cell(finding.remedy))):
            yield Padding(line, (0, 0, 0, 6))


def _identities(report: Report) -> Iterator[RenderableType]:
    """Which addresses are one device, which may be and were kept apart, and what stands behind a gateway."""
    lines: list[str] = []
    for assessment in report.ranked:
        device = assessment.device
        address = device.address
        if len(device.addresses) > 1:
            lines.append(f"{address}: one device with {', '.join(device.addresses[1:])}")
        lines += [f"{address}: {line}" for line in device.conflicts]
        lines += [f"{address}: behind it: {line}" for line in parts_in_words(device)]
    if lines:
        yield Text("")
        yield Text("Which device is which", style="bold")
        yield from (Padding(cell(f"- {line}"), (0, 0, 0, 3)) for line in lines)


def _unseen(report: Report) -> Iterator[RenderableType]:
    """What the scan could not do, in general and device by device."""
    lines = list(report.scan.notes)
    for assessment in report.ranked:
        address = assessment.device.address
        gaps = sorted(assessment.device.gaps, key=lambda gap: (gap.endpoint.sort_key, gap.protocol))
        lines += [f"{address}: {gap.protocol} on {_where(gap.endpoint)}: {gap.reason}" for gap in gaps]
        lines += [f"{address}: {undone}" for undone in sorted(_undone_together(assessment))]
    if lines:
        yield Text("")
        yield Text("What this scan could not see", style="bold")
        yield from (Padding(cell(f"- {line}"), (0, 0, 0, 3)) for line in lines)


def _coverage(report: Report) -> Iterator[RenderableType]:
    seen, sent = report.coverage, report.scan.traffic
    more = f" at {counted(seen.alive_addresses, 'address')}" if seen.alive_addresses > seen.alive else ""
    yield Text("")
    yield from _ages(report)
    yield from _register(report)
    if report.scan.is_passive:
        yield cell(
            f"{counted(seen.alive, 'device')} heard of, {seen.identified} identified; nothing was asked, 0 packets"
        )
        return
    yield cell(
        f"{counted(seen.addresses, 'address')} asked, {seen.alive} alive{more}, {seen.identified} identified, {seen.unreached} not examined in full;"
        f" {counted(sent.packets_sent, 'packet')}, {counted(sent.connections, 'connection')}, {counted(sent.login_attempts, 'login attempt')}"
    )


def _register(report: Report) -> Iterator[RenderableType]:
    """What the city's register has that was not found, and what was found that it does not have."""
    register = report.register
    if register is None:
        return
    addresses = {assessment.device.identity: assessment.device.address for assessment in report.assessments}
    unknown = in_turn(addresses.get(identity, identity) for identity in register.unknown)
    missing = f"; missing: {_some(list(register.missing))}" if register.missing else ""
    strangers = f"; not in it: {_some(unknown)}" if unknown else ""
    known = len(report.assessments) - len(unknown)
    yield cell(
        f"register: {counted(register.rows, 'row')}, {known} of {counted(len(report.assessments), 'device')} in it{missing}{strangers}"
    )


def _ages(report: Report) -> Iterator[RenderableType]:
    """Of how many devices the age is known: a list that left the others out would read as if they were young."""
    known, bounded, unknown = report.dated
    if known or bounded or unknown:
        yield cell(
            f"firmware age: known of {counted(known, 'device')}; of {bounded} only the earliest day is known, of {unknown} nothing"
        )


def _first_sentence(text: str) -> str:
    return text.split(". ", maxsplit=1)[0].rstrip(".")
