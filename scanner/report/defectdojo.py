"""DefectDojo's Generic Findings Import: a finding each, known again by its id, what is accepted as accepted risk.

The fields are those that `dojo/tools/generic/json_parser.py` takes (github.com/DefectDojo/django-DefectDojo), without those that releases before 2025 refuse.
What was found before and could not be examined this time stays in: a re-import closes what it is not told of any more. As it comes, DefectDojo knows a
finding of this format again by title and description, so that these are the same every night, and what a scan saw stands with the steps to reproduce.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from checks.standards import weaknesses
from inventory.findings import Acceptance, Finding, FleetFinding
from inventory.model import Confidence, Device, Endpoint, Severity
from inventory.report import Assessment, Report
from inventory.text import one_line
from scanner.edition import Edition
from scanner.json_pieces import Many, pieces
from scanner.manual import manual
from scanner.markdown_text import block, paragraphs, plain
from scanner.score import effective, moved_by
from scanner.standings import Change, unobserved
from scanner.terminal import name_of

SUFFIX = ".defectdojo.json"
HISTORY = True
_SEVERITIES: Mapping[Severity, str] = {severity: severity.label.capitalize() for severity in Severity}
_CONFIDENCE: Mapping[Confidence, int] = {Confidence.CONFIRMED: 1, Confidence.LIKELY: 4, Confidence.INFERRED: 7}
"""As DefectDojo reads it: up to 2 is certain, up to 5 firm, and more is tentative."""
_TITLE, _WORD = 500, 200
_MAC = re.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")


def render(edition: Edition) -> Iterator[str]:
    """The scan as a test, then the findings of the devices, worst first, of the fleet, and those that were not observed."""
    report = edition.report
    name = " ".join(filter(None, ("Tocsin", edition.city, report.scan.site)))
    return pieces(
        {
            "name": one_line(name, _WORD),
            "type": "Tocsin",
            "version": report.scan.version,
            "description": _about(report),
            "dynamic_tool": True,
            "static_tool": False,
            "findings": Many(_findings(edition)),
        }
    )


def _about(report: Report) -> str:
    """What the scan asked and could not do, and the devices that no finding names."""
    scan, coverage = report.scan, report.coverage
    well = [f"{one.device.address} {name_of(one.device)}" for one in report.ranked if not one.findings]
    unfinished = "The scan did not end: what it had not reached by then is not in it." if scan.ended is None else ""
    said = (
        unfinished,
        f"Scan {plain(scan.id)} of {plain(', '.join(scan.networks))}, level {scan.level.label}, authorised by {plain(scan.authorised_by)}.",
        f"{coverage.addresses} addresses were asked; devices: {len(report.assessments)}, not examined in full: {coverage.unreached}.",
        *map(plain, scan.notes),
        "Devices without a finding:\n\n" + "\n".join(f"- {plain(device)}" for device in well) if well else "",
    )
    return "\n\n".join(filter(None, said))


def _findings(edition: Edition) -> Iterator[dict[str, Any]]:
    report = edition.report
    known = {assessment.device.identity: assessment for assessment in report.assessments}
    for assessment in report.ranked:
        for finding in assessment.findings:
            yield _of_device(finding, assessment.device, assessment, assessment.when)
    for shared in sorted(report.fleet, key=lambda f: (-f.severity, f.check, f.id)):
        yield _of_fleet(shared, known, report.scan.started)
    for change in unobserved(edition.change):
        yield _unobserved(change, known, edition)


def _unobserved(change: Change, known: Mapping[str, Assessment], edition: Edition) -> dict[str, Any]:
    """What was found before, as it was found, and why nobody knows of it now; its date is that of the scan that found it."""
    when = edition.change.old.started if edition.change else edition.report.scan.started
    finding = change.finding
    if isinstance(finding, FleetFinding):
        told = _of_fleet(finding, known, when)
    else:
        device: Device = change.device  # type: ignore[union-attr]  # a device's finding is a device's change
        told = _of_device(finding, device, known.get(device.identity), when)
    why = f"Not observed by the scan of {edition.report.scan.started.date()}: {plain(change.reason)}."
    return {**told, "steps_to_reproduce": f"{why}\n\n{told['steps_to_reproduce']}".strip()}


def _of_device(finding: Finding, device: Device, assessment: Assessment | None, when: datetime) -> dict[str, Any]:
    place, firmware = finding.endpoint, device.claim("firmware")
    where = f"{place.transport}/{place.port}" if place.port else ""
    vector = next((hole.vector for hole in finding.vulnerabilities if hole.vector.startswith("CVSS:3")), "")
    return {
        **_common(finding, effective(finding), ", ".join(filter(None, (name_of(device), where))), when),
        "description": _described(finding, [("Device", device.identity), ("Endpoint", where)]),
        "severity_justification": "\n\n".join(map(plain, moved_by(finding))),
        "steps_to_reproduce": _seen(finding, device),
        "scanner_confidence": _CONFIDENCE[finding.confidence],
        "component_name": one_line(name_of(device), _WORD),
        **({"component_version": one_line(firmware.value, 100)} if firmware else {}),
        **({"cvssv3": vector} if vector else {}),
        **({"vulnerability_ids": holes} if (holes := [hole.cve for hole in finding.vulnerabilities]) else {}),
        "endpoints": list(_endpoints([place])),
        "tags": _tags(_filed(finding, device, assessment)),
    }


def _of_fleet(finding: FleetFinding, known: Mapping[str, Assessment], when: datetime) -> dict[str, Any]:
    members = sorted(finding.devices)
    there = [known[name].device for name in members if name in known]
    lines = [f"- {plain(device.identity)}: {plain(f'{device.address} {name_of(device)}')}" for device in there]
    lines += [f"- {plain(name)}" for name in members if name not in known]
    return {
        **_common(finding, finding.severity, "", when),
        "description": _described(finding, []),
        "steps_to_reproduce": f"{plain(finding.detail)}\n\n" + "\n".join(lines),
        "nb_occurences": len(members),
        "endpoints": list(_endpoints(Endpoint(device.address, 0) for device in there)),
        "tags": _tags([finding.family.value, "fleet"]),
    }


def _described(finding: Finding | FleetFinding, place: Iterable[tuple[str, str]]) -> str:
    """What is the same every night: what is meant, where it is, and which finding it is."""
    told = (*place, ("Finding", finding.id), ("Check", finding.check))
    marks = "\n".join(f"- {name}: {plain(value)}" for name, value in told if value)
    return "\n\n".join(filter(None, (plain(finding.title), paragraphs(manual(finding.check).what), marks)))


def _filed(finding: Finding, device: Device, assessment: Assessment | None) -> Iterator[str]:
    kind = device.claim("kind")
    yield finding.family.value
    yield kind.value if kind else ""
    if assessment is not None:
        yield assessment.context.department
        yield assessment.context.site
    yield "known-exploited" if any(hole.exploited for hole in finding.vulnerabilities) else ""


def _common(finding: Finding | FleetFinding, counts: Severity, what: str, when: datetime) -> dict[str, Any]:
    page, cwe = manual(finding.check), weaknesses(finding.standards)
    return {
        "title": one_line(": ".join(filter(None, (finding.title, what))), _TITLE),
        "severity": _SEVERITIES[counts],
        "date": when.astimezone(UTC).date().isoformat(),
        "mitigation": "\n\n".join(filter(None, (plain(finding.remedy), paragraphs(page.fix)))),
        "impact": paragraphs(page.why),
        "references": _references(finding),
        "active": finding.accepted is None,
        "verified": False,
        "false_p": False,
        "risk_accepted": finding.accepted is not None,
        "dynamic_finding": True,
        "static_finding": False,
        "unique_id_from_tool": finding.id,
        "vuln_id_from_tool": finding.check,
        **({"cwe": int(cwe[0].removeprefix("CWE-"))} if cwe else {}),
    }


def _seen(finding: Finding, device: Device) -> str:
    """What this scan saw: what is wrong, what was heard and where, the account that opened it, and what the device is."""
    place = finding.endpoint
    heard = [f"Heard at {plain(str(place if place.port else place.address))}:", block(finding.evidence)]
    account = [f"Account: {plain(finding.account)}"] if finding.account else []
    return "\n\n".join([plain(finding.detail), *(heard if finding.evidence else []), *account, _of(device)])


def _of(device: Device) -> str:
    """What the device is and where, as a list."""
    named = (("Addresses", ", ".join(device.addresses)), ("MAC address", device.mac or ""))
    words = ("vendor", "model", "kind", "firmware", "serial")
    claims = ((name.capitalize(), claim.value if (claim := device.claim(name)) else "") for name in words)
    return "\n".join(f"- {name}: {plain(value)}" for name, value in chain(named, claims) if value)


def _references(finding: Finding | FleetFinding) -> str:
    """Whose word an acceptance is, then the standards and the sources."""
    lines = [f"- {plain(one)}" for one in dict.fromkeys((*finding.standards, *finding.sources))]
    lines.append(f"- `tocsin checks explain {finding.check}`")
    return "\n\n".join(filter(None, (_word(finding.accepted), "\n".join(lines))))


def _word(word: Acceptance | None) -> str:
    if word is None:
        return ""
    rule = f" ({word.rule})" if word.rule else ""
    return plain(f"Accepted by {word.owner} until {word.until.isoformat()}{rule}: {word.reason}")


def _endpoints(places: Iterable[Endpoint]) -> Iterator[str]:
    """As URIs, or the address where the whole host is meant; a device that was only heard below IP has none."""
    for place in places:
        if _MAC.fullmatch(place.address):
            continue
        host = f"[{place.address}]" if ":" in place.address else place.address
        yield f"{place.transport}://{host}:{place.port}" if place.port else host


def _tags(words: Iterable[str]) -> list[str]:
    """Each one a word: DefectDojo splits tags at commas and blanks, and refuses quotes."""
    made = (re.sub(r"[^\w.-]+", "-", one_line(word, 60)).strip("-") for word in words)
    return list(dict.fromkeys(filter(None, made)))
