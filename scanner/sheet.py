"""One device on a page: all that is known of it, or why it ranks where it does."""

import re
from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from checks.standards import in_words, whom_they_bind
from inventory.findings import Finding
from inventory.known import Known
from inventory.model import Device, Endpoint
from inventory.report import Assessment
from scanner.accepted import acceptance_in_words
from scanner.parts import parts_in_words
from scanner.score import moved_by
from scanner.surroundings import context_in_words, looks_in_words
from scanner.terminal import band, cell, name_of, table
from scanner.timeline import Timeline

_LONGEST_EVIDENCE = 240
_LISTED, _DIGITS = 8, 32
_LONG_NUMBER = re.compile("[0-9a-f]{65,}")


def sheet(known: Known) -> Iterator[RenderableType]:
    """Who it is and how we know, its services, its findings with their proof, and how each check ended."""
    assessment = known.assessment
    yield _title(assessment)
    yield from identity(known)
    yield from section("Findings")
    if not assessment.findings:
        yield indented(cell("none"))
    for finding in assessment.findings:
        yield from finding_in_words(finding, evidence=True)
    yield from _whom_the_standards_bind(assessment)
    yield from outcomes(assessment)


def identity(known: Known) -> Iterator[RenderableType]:
    """Who it is and how we know, its services, and how old its firmware is."""
    assessment = known.assessment
    device = assessment.device
    yield cell(f"id {device.identity}; addresses {', '.join(device.addresses)}; mac {device.mac or 'unknown'}")
    yield cell(
        f"first seen {known.first_seen:%Y-%m-%d %H:%M}, last {known.last_seen:%Y-%m-%d %H:%M}, scans: {known.scans} (UTC)"
    )
    if seen := looks_in_words(known):
        yield cell(seen)
    if known.names:
        yield cell(f"from elsewhere it goes by {', '.join(known.names)}")
    if assessment.quarantine is not None:
        yield cell(assessment.quarantine, "bold red")
    if place := context_in_words(assessment.context):
        yield cell(place)
    if device.untrusted:
        yield cell(f"what it answers proves nothing: {device.untrusted}", "bold")
    yield from (cell(uptime) for uptime in assessment.uptime)
    traffic = assessment.traffic
    yield cell(
        f"it was sent {traffic.packets_sent} packets in {traffic.connections} connection{'' if traffic.connections == 1 else 's'}, beyond the port sweep"
    )
    if device.noted:
        yield cell(f"also heard at {', '.join(device.noted)}: outside the scope, never asked")
    yield from (cell(f"one device: {line}") for line in device.why)
    yield from (cell(f"not one with another: {line}") for line in device.conflicts)
    yield from (cell(f"behind it: {line}") for line in parts_in_words(device))
    yield from _claims(device)
    yield from _services(device)
    yield from section("Firmware age")
    yield indented(Timeline(assessment.firmware, assessment.when.date()))


def outcomes(assessment: Assessment) -> Iterator[RenderableType]:
    """How each check ended, and what was not examined."""
    device = assessment.device
    yield from section("Checks")
    rows = table("check", "outcome", "why")
    for outcome in sorted(assessment.outcomes, key=lambda outcome: outcome.check):
        rows.add_row(cell(outcome.check), cell(outcome.status), cell(outcome.reason))
    yield indented(rows)
    for gap in sorted(device.gaps, key=lambda gap: (gap.endpoint.sort_key, gap.protocol)):
        yield indented(cell(f"not examined: {gap.protocol} on {_at(device, gap.endpoint)}: {gap.reason}"))


def _whom_the_standards_bind(assessment: Assessment) -> Iterator[RenderableType]:
    """One closing line, where a finding cites what binds somebody else than the city."""
    told = whom_they_bind(clause for finding in assessment.findings for clause in finding.standards)
    if told:
        yield indented(cell(told))


def _clipped(evidence: str) -> str:
    """The beginning of it; the JSON report has more."""
    return evidence if len(evidence) <= _LONGEST_EVIDENCE else f"{evidence[:_LONGEST_EVIDENCE]} …"


def _title(assessment: Assessment) -> RenderableType:
    return Text.assemble(cell(assessment.device.address), "  ", cell(name_of(assessment.device), "bold"))


def section(title: str) -> Iterator[RenderableType]:
    """A heading."""
    yield Text("")
    yield Text(title, style="bold")


def indented(part: RenderableType) -> RenderableType:
    """What stands under a heading."""
    return Padding(part, (0, 0, 0, 3))


def _claims(device: Device) -> Iterator[RenderableType]:
    if not device.claims:
        return
    yield from section("Identity")
    rows = table("", "is", "how sure", "by")
    for claim in device.claims:
        where = f" on {_at(device, claim.endpoint)}" if claim.endpoint else ""
        by = f"{claim.fact}{where} ({claim.fingerprint})" if claim.fact else claim.fingerprint
        name = f"{claim.behind} {claim.name}" if claim.behind else claim.name
        rows.add_row(cell(name), cell(claim.value), cell(claim.confidence.label), cell(by))
    yield indented(rows)


def _services(device: Device) -> Iterator[RenderableType]:
    if not device.open_ports and not device.observations:
        return
    yield from section("Services")
    rows = table("port", "protocol", "facts")
    heard = {seen.endpoint for seen in device.observations}
    for endpoint in sorted(endpoint for endpoint in device.open_ports if endpoint not in heard):
        rows.add_row(cell(_at(device, endpoint)), cell("?"), cell("open, and it said nothing that Tocsin knows"))
    for seen in sorted(device.observations, key=lambda seen: (seen.endpoint.sort_key, seen.protocol, seen.behind)):
        facts = "; ".join(f"{name} {_value(value)}" for name, value in sorted(seen.facts.items()))
        protocol = f"{seen.protocol}, {seen.behind}" if seen.behind else seen.protocol
        rows.add_row(cell(_at(device, seen.endpoint)), cell(protocol), cell(facts))
    yield indented(rows)


def _value(value: object) -> str:
    """A fact as far as a person reads it: the first of a long list, the beginning of a long number. Reports in JSON have all of it."""
    if isinstance(value, tuple):
        more = len(value) - _LISTED
        return ", ".join(value[:_LISTED]) + (f" and {more} more" if more > 0 else "") if value else "none"
    text = str(value)
    return f"{text[:_DIGITS]}… ({len(text)} digits)" if _LONG_NUMBER.fullmatch(text) else text


def finding_in_words(finding: Finding, *, evidence: bool) -> Iterator[RenderableType]:
    """What was found and what to do, and with `evidence` its proof and what says so."""
    head = cell(f"{_where(finding.endpoint)} {finding.title} ({finding.check}, {finding.confidence.label})")
    yield indented(Text.assemble(band(finding.severity), "  ", head))
    lines = [*moved_by(finding), finding.detail, f"→ {finding.remedy}"]
    if finding.accepted is not None:
        lines.insert(0, acceptance_in_words(finding.accepted))
    if evidence:
        lines += [f"id: {finding.id}"]
        lines += [f"heard: {_clipped(finding.evidence)}"] if finding.evidence else []
        lines += [f"judged by: {'; '.join(finding.sources)}"] if finding.sources else []
        lines += [f"standards: {'; '.join(in_words(finding.standards))}"] if finding.standards else []
    for line in lines:
        yield Padding(cell(line), (0, 0, 0, 6))


def _where(endpoint: Endpoint) -> str:
    return f"{endpoint.port}/{endpoint.transport}" if endpoint.port else "the whole device"


def _at(device: Device, endpoint: Endpoint) -> str:
    """The port, and the address too where the device has several."""
    return str(endpoint) if len(device.addresses) > 1 and endpoint.port else _where(endpoint)
