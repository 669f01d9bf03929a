"""SARIF 2.1.0, for code scanning and its viewers: a rule a check, a result a finding, what is accepted suppressed.

OASIS, Static Analysis Results Interchange Format Version 2.1.0 Plus Errata 01. A network has no files, so that a place is a path below `devices/`, made of the
device's identity and the endpoint: relative, because GitHub refuses an absolute one of another scheme than its checkout's, and the same wherever the device
moves. What was found before and could not be examined this time stays a result, of the kind "open": who is told of it no more takes it for fixed.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from checks.standards import techniques, weaknesses
from inventory.diff import FindingState
from inventory.findings import Finding, FleetFinding, Vulnerability
from inventory.model import Device, Endpoint, Status
from inventory.report import Assessment, Report, Scan
from scanner.edition import Edition
from scanner.json_pieces import Many, pieces
from scanner.sarif_rules import LEVELS, in_pascal_case, message, rule_id, rules, severity
from scanner.standings import Change, is_new, standings, unobserved
from scanner.terminal import name_of

SUFFIX = ".sarif"
HISTORY = True
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_NOTICES: Mapping[str, str] = {
    "not-examined": "Something could not be examined; nothing is known of it",
    "check-failed": "A check did not come to its end, by a fault of the scanner",
    "left-alone": "A device fell silent while it was asked, and is left alone until a person releases it",
    "not-ended": "The scan did not end; what it had not reached by then is not in it",
    "scan-note": "What the scan has to say of itself",
}
_LOCATIONS = 1000
"""GitHub refuses a result with more locations; its properties name every device."""


def render(edition: Edition) -> Iterator[str]:
    """One run: its rules, how it went, the devices, and the findings of the devices, worst first, and of the fleet."""
    report = edition.report
    missed = list(unobserved(edition.change))
    found = [one for assessment in report.assessments for one in assessment.findings]
    told = rules([*found, *report.fleet, *(change.finding for change in missed)])
    index = {rule["id"]: place for place, rule in enumerate(told)}
    run = {
        "tool": {"driver": {**_driver(report.scan), "rules": told, "notifications": _descriptors()}},
        "automationDetails": {"id": f"tocsin/{report.scan.site or 'all'}/{report.scan.id}"},
        "invocations": [_invocation(report)],
        "columnKind": "unicodeCodePoints",
        "artifacts": Many(map(_artifact, report.ranked)),
        "results": Many(_results(edition, missed, index)),
        "properties": _about(edition),
    }
    return pieces({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver(scan: Scan) -> dict[str, Any]:
    return {
        "name": "Tocsin",
        "semanticVersion": scan.version,
        "shortDescription": {"text": "Finds the devices of a city that would let a stranger in"},
    }


def _descriptors() -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "name": in_pascal_case(name),
            "shortDescription": {"text": text},
            "fullDescription": {"text": text},
            "help": {"text": text},
        }
        for name, text in _NOTICES.items()
    ]


def _invocation(report: Report) -> dict[str, Any]:
    scan = report.scan
    return {
        "executionSuccessful": scan.ended is not None,
        "startTimeUtc": _moment(scan.started),
        **({"endTimeUtc": _moment(scan.ended)} if scan.ended else {}),
        "toolExecutionNotifications": Many(_notices(report)),
    }


def _notices(report: Report) -> Iterator[dict[str, Any]]:
    if report.scan.ended is None:
        yield _notice("not-ended", "error", "The scan did not end. What it had not reached by then is not in it.")
    for note in report.scan.notes:
        yield _notice("scan-note", "note", note)
    for assessment in report.ranked:
        device = assessment.device
        if assessment.quarantine is not None:
            yield _notice("left-alone", "warning", f"{_called(device)}: {assessment.quarantine}", device)
        for gap in device.gaps:
            text = f"{_called(device)}: {gap.protocol} at {gap.endpoint} was not examined: {gap.reason}"
            yield _notice("not-examined", "warning", text, device, gap.endpoint)
        for status, kind, level in (
            (Status.UNREACHED, "not-examined", "warning"),
            (Status.FAILED, "check-failed", "error"),
        ):
            for reason, checks in _by_reason(assessment, status).items():
                words = "not reached" if status is Status.UNREACHED else "not completed"
                yield _notice(kind, level, f"{_called(device)}: {words}: {', '.join(checks)}: {reason}", device)


def _by_reason(assessment: Assessment, status: Status) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for outcome in sorted(assessment.outcomes, key=lambda outcome: outcome.check):
        if outcome.status is status:
            found.setdefault(outcome.reason, []).append(outcome.check)
    return found


def _notice(
    kind: str, level: str, text: str, device: Device | None = None, endpoint: Endpoint | None = None
) -> dict[str, Any]:
    place = {"locations": [{"physicalLocation": _physical(device.identity, endpoint)}]} if device else {}
    number = list(_NOTICES).index(kind)
    return {"descriptor": {"id": kind, "index": number}, "level": level, "message": {"text": message(text)}, **place}


def _artifact(assessment: Assessment) -> dict[str, Any]:
    """A device, with findings or without."""
    device = assessment.device
    known = ("vendor", "model", "kind", "firmware", "serial", "name")
    claims = {name: claim.value for name in known if (claim := device.claim(name))}
    context = assessment.context
    return {
        "location": {"uri": _uri(device.identity)},
        "description": {"text": message(_called(device))},
        "roles": ["analysisTarget"],
        "properties": {
            "identity": device.identity,
            "addresses": device.addresses,
            **({"mac": device.mac} if device.mac else {}),
            **claims,
            **({"department": context.department} if context.department else {}),
            **({"site": context.site} if context.site else {}),
            "score": round(assessment.score.value, 1),
            "band": assessment.score.band.label,
            **({"due": assessment.score.due} if assessment.score.due else {}),
        },
    }


def _results(edition: Edition, missed: Iterable[Change], index: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    report = edition.report
    known = standings(edition.change)
    devices = {assessment.device.identity: assessment.device for assessment in report.assessments}
    for assessment in report.ranked:
        for one in assessment.findings:
            yield {**_of_device(one, assessment.device, index), **_standing(known.get(one.id))}
    for shared in sorted(report.fleet, key=lambda f: (-f.severity, f.check, f.id)):
        yield {**_of_fleet(shared, devices, index), **_standing(known.get(shared.id))}
    for change in missed:
        finding = change.finding
        if isinstance(finding, Finding):
            yield _open(_of_device(finding, change.device, index), change.reason)  # type: ignore[union-attr]  # a device's finding is a device's change
        else:
            yield _open(_of_fleet(finding, devices, index), change.reason)


def _standing(change: Change | None) -> dict[str, str]:
    if change is None:
        return {}
    same = "unchanged" if change.state is FindingState.STILL_THERE else "updated"
    return {"baselineState": "new" if is_new(change) else same}


def _open(result: dict[str, Any], reason: str) -> dict[str, Any]:
    """What was found before and not examined now: SARIF's word for what nobody can decide."""
    text = f"Not observed this time: {message(reason)}. Before: {result['message']['text']}"
    return {**result, "kind": "open", "level": "none", "message": {"text": text}, "baselineState": "unchanged"}


def _of_device(finding: Finding, device: Device, index: Mapping[str, int]) -> dict[str, Any]:
    properties = {
        "confidence": finding.confidence.label,
        "shifts": [shift.why for shift in finding.shifts],
        "vulnerabilities": [_vulnerability(hole) for hole in finding.vulnerabilities],
        "identity": device.identity,
    }
    return _result(finding, [_location(device, finding)], properties, index, _where(device, finding))


def _of_fleet(finding: FleetFinding, devices: Mapping[str, Device], index: Mapping[str, int]) -> dict[str, Any]:
    members = sorted(finding.devices)
    places = [
        {
            "physicalLocation": _physical(identity, None),
            "logicalLocations": [_logical(identity, None)],
            **({"message": {"text": message(_called(devices[identity]))}} if identity in devices else {}),
        }
        for identity in members[:_LOCATIONS]
    ]
    return _result(finding, places, {"devices": members}, index)


def _result(
    finding: Finding | FleetFinding,
    locations: list[dict[str, Any]],
    properties: dict[str, Any],
    index: Mapping[str, int],
    where: str = "",
) -> dict[str, Any]:
    name = rule_id(finding)
    return {
        "ruleId": name,
        "ruleIndex": index[name],
        "kind": "fail",
        "level": LEVELS[severity(finding)],
        "message": {"text": message(f"{finding.title}{where}. {finding.detail}\n\nFix: {finding.remedy}")},
        "locations": locations,
        # GitHub knows one result again by the second alone, and would make it of the lines of a file if it were not there.
        "partialFingerprints": {"tocsinFinding/v1": finding.id, "primaryLocationLineHash": f"{finding.id}:1"},
        "suppressions": _suppressions(finding),
        "properties": {
            "finding": finding.id,
            "family": finding.family.value,
            "severity": finding.severity.label,
            "countsAs": severity(finding).label,
            "act": finding.act,
            "standards": finding.standards,
            "cwe": weaknesses(finding.standards),
            "techniques": techniques(finding.standards),
            "sources": finding.sources,
            **properties,
        },
    }


def _suppressions(finding: Finding | FleetFinding) -> list[dict[str, str]]:
    """An empty list says that it is not suppressed, which no list leaves open (section 3.27.23)."""
    word = finding.accepted
    if word is None:
        return []
    rule = f" ({word.rule})" if word.rule else ""
    text = f"Accepted by {word.owner} until {word.until.isoformat()}{rule}: {word.reason}"
    return [{"kind": "external", "status": "accepted", "justification": text}]


def _location(device: Device, finding: Finding) -> dict[str, Any]:
    place = finding.endpoint
    return {
        "physicalLocation": _physical(device.identity, place, finding.evidence),
        "logicalLocations": [_logical(device.identity, place)],
        "message": {"text": message(_where(device, finding).removeprefix(": "))},
    }


def _where(device: Device, finding: Finding) -> str:
    place = finding.endpoint
    return f": {name_of(device)} at {place if place.port else place.address}"


def _physical(identity: str, endpoint: Endpoint | None, evidence: str = "") -> dict[str, Any]:
    """GitHub shows no result without a line; what proves it stands there."""
    region = {"startLine": 1, **({"snippet": {"text": evidence[:512]}} if evidence else {})}
    return {"artifactLocation": {"uri": _uri(identity, endpoint)}, "region": region}


def _logical(identity: str, endpoint: Endpoint | None) -> dict[str, str]:
    if endpoint is None or not endpoint.port:
        return {"name": identity, "fullyQualifiedName": identity, "kind": "device"}
    place = f"{endpoint.transport}/{endpoint.port}"
    return {"name": str(endpoint), "fullyQualifiedName": f"{identity}/{place}", "kind": "endpoint"}


def _uri(identity: str, endpoint: Endpoint | None = None) -> str:
    """A relative reference that holds for the device wherever it moves."""
    device = f"devices/{quote(identity.replace(':', '-').encode(errors='backslashreplace'), safe='')}"
    return f"{device}/{endpoint.transport}/{endpoint.port}" if endpoint is not None and endpoint.port else device


def _vulnerability(hole: Vulnerability) -> dict[str, Any]:
    return {"cve": hole.cve, "exploited": hole.exploited, **({"cvss": hole.vector} if hole.vector else {})}


def _called(device: Device) -> str:
    return f"{device.address} {name_of(device)}"


def _about(edition: Edition) -> dict[str, Any]:
    scan, coverage = edition.report.scan, edition.report.coverage
    return {
        "city": edition.city,
        "scan": scan.id,
        "site": scan.site,
        "networks": scan.networks,
        "level": scan.level.label,
        "authorisedBy": scan.authorised_by,
        "addresses": coverage.addresses,
        "devices": len(edition.report.assessments),
        "unreached": coverage.unreached,
    }


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
