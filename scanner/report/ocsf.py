"""OCSF 1.8.0 events, one a line, for a SIEM: a device's inventory, and each finding in the class that fits it.

Open Cybersecurity Schema Framework, schema.ocsf.io/1.8.0. What rests on published vulnerabilities, or is of the firmware, is a Vulnerability Finding (2002),
what is set otherwise than standards ask (TLS, ports) a Compliance Finding (2003), and an account that opened a device a Detection Finding (2004). What is
accepted is suppressed, and what is fixed since the scan before is closed. Of what was not observed there is no event: nothing happened to it. Every device is
a Device Inventory Info event (5001) too, so that those without findings are told of.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from checks.standards import techniques, weaknesses
from inventory.findings import Finding, FleetFinding, Vulnerability
from inventory.model import Confidence, Device, Family, Severity
from inventory.report import Assessment, Scan
from inventory.text import one_line, visible
from scanner.edition import Edition
from scanner.intel.cvss import base_score
from scanner.json_pieces import line
from scanner.score import effective, moved_by
from scanner.standings import Change, fixed, is_new, standings
from scanner.terminal import name_of

SUFFIX = ".ocsf.jsonl"
HISTORY = True
VERSION = "1.8.0"
_SPACE = UUID("6f9d2f0c-3c1e-5a53-9a53-0b6a6f7f5a11")
_CREATE, _UPDATE, _CLOSE, _COLLECT = 1, 2, 3, 2
_NEW, _SUPPRESSED, _RESOLVED = 1, 3, 4
_ACTIVITIES = {_CREATE: "Create", _UPDATE: "Update", _CLOSE: "Close"}
_STATUSES = {_NEW: "New", _SUPPRESSED: "Suppressed", _RESOLVED: "Resolved"}
_SEVERITIES: Mapping[Severity, tuple[int, str]] = {
    Severity.INFO: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
_CONFIDENCES: Mapping[Confidence, tuple[int, str]] = {
    Confidence.INFERRED: (1, "Low"),
    Confidence.LIKELY: (2, "Medium"),
    Confidence.CONFIRMED: (3, "High"),
}
_KINDS: Mapping[str, tuple[int, str]] = {
    "server": (1, "Server"),
    "firewall": (9, "Firewall"),
    "switch": (10, "Switch"),
    "router": (12, "Router"),
}
_IOT, _OTHER, _RULE, _FAIL = 7, 99, 1, 3
_MAC = re.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class _Class:
    uid: int
    name: str
    category: int = 2
    category_name: str = "Findings"


_VULNERABILITY = _Class(2002, "Vulnerability Finding")
_COMPLIANCE = _Class(2003, "Compliance Finding")
_DETECTION = _Class(2004, "Detection Finding")
_INVENTORY = _Class(5001, "Device Inventory Info", 5, "Discovery")
_BY_FAMILY = {
    Family.CREDENTIALS: _DETECTION,
    Family.TLS: _COMPLIANCE,
    Family.FIRMWARE: _VULNERABILITY,
    Family.PORTS: _COMPLIANCE,
}


def render(edition: Edition) -> Iterator[str]:
    """An event a line: each device, worst first, and its findings, then the fleet's, then what is fixed."""
    for event in _events(edition):
        yield f"{line(event)}\n"


def _events(edition: Edition) -> Iterator[dict[str, Any]]:
    report, known = edition.report, standings(edition.change)
    devices = {assessment.device.identity: assessment for assessment in report.assessments}
    for assessment in report.ranked:
        yield _inventory(assessment, report.scan)
        for finding in assessment.findings:
            yield _of_device(finding, assessment, assessment.device, report.scan, _activity(known.get(finding.id)))
    for shared in sorted(report.fleet, key=lambda f: (-f.severity, f.check, f.id)):
        yield _of_fleet(shared, devices, report.scan, _activity(known.get(shared.id)))
    for change in fixed(edition.change):
        yield _closed(change, devices, report.scan)


def _activity(change: Change | None) -> int:
    """Whether a finding is new to the reader; without a scan before, everything is."""
    return _CREATE if change is None or is_new(change) else _UPDATE


def _closed(change: Change, devices: Mapping[str, Assessment], scan: Scan) -> dict[str, Any]:
    finding = change.finding
    if isinstance(finding, FleetFinding):
        event = _of_fleet(finding, devices, scan, _CLOSE)
    else:
        device: Device = change.device  # type: ignore[union-attr]  # a device's finding is a device's change
        event = _of_device(finding, devices.get(device.identity), device, scan, _CLOSE)
    return {**event, "status_id": _RESOLVED, "status": _STATUSES[_RESOLVED], "status_detail": change.reason}


def _inventory(assessment: Assessment, scan: Scan) -> dict[str, Any]:
    head = _head(_INVENTORY, _COLLECT, "Collect", Severity.INFO, assessment.when)
    return {
        **head,
        "metadata": _metadata(scan, assessment.device.identity, "inventory"),
        "device": _device(assessment.device, assessment),
        "message": f"{assessment.device.address} {name_of(assessment.device)}",
    }


def _of_device(
    finding: Finding, assessment: Assessment | None, device: Device, scan: Scan, activity: int
) -> dict[str, Any]:
    kind = _VULNERABILITY if finding.vulnerabilities else _BY_FAMILY[finding.family]
    when = assessment.when if assessment else scan.started
    number, caption = _CONFIDENCES[finding.confidence]
    place = finding.endpoint
    return {
        **_common(finding, kind, effective(finding), scan, when, activity),
        "confidence_id": number,
        "confidence": caption,
        "device": _device(device, assessment),
        "message": f"{finding.title}: {name_of(device)} at {place if place.port else place.address}",
        **_particulars(finding, kind),
        **(_evidence(finding, device) if kind is not _VULNERABILITY else {}),
        "unmapped": {
            "endpoint": str(place if place.port else place.address),
            "evidence": finding.evidence[:512],
            "account": finding.account,
            "act": finding.act,
            "severity": finding.severity.label,
            "shifts": moved_by(finding),
        },
    }


def _of_fleet(finding: FleetFinding, devices: Mapping[str, Assessment], scan: Scan, activity: int) -> dict[str, Any]:
    kind = _BY_FAMILY[finding.family]
    resources = [
        {
            "uid": identity,
            "type": "device",
            **({"name": _named(devices[identity].device)} if identity in devices else {}),
        }
        for identity in sorted(finding.devices)
    ]
    return {
        **_common(finding, kind, finding.severity, scan, scan.started, activity),
        "message": f"{finding.title}: {len(resources)} devices",
        "resources": resources,
        **_particulars(finding, kind),
        "unmapped": {"act": finding.act},
    }


def _common(
    finding: Finding | FleetFinding, kind: _Class, counts: Severity, scan: Scan, when: datetime, activity: int
) -> dict[str, Any]:
    status = _SUPPRESSED if finding.accepted else _NEW
    word = finding.accepted
    rule = f" ({word.rule})" if word and word.rule else ""
    accepted = f"Accepted by {word.owner} until {word.until.isoformat()}{rule}: {word.reason}" if word else ""
    return {
        **_head(kind, activity, _ACTIVITIES[activity], counts, when),
        "status_id": status,
        "status": _STATUSES[status],
        **({"status_detail": accepted, "comment": accepted} if accepted else {}),
        "metadata": _metadata(scan, finding.id, finding.check),
        "finding_info": _finding_info(finding),
    }


def _head(kind: _Class, activity: int, activity_name: str, counts: Severity, when: datetime) -> dict[str, Any]:
    number, caption = _SEVERITIES[counts]
    return {
        "class_uid": kind.uid,
        "class_name": kind.name,
        "category_uid": kind.category,
        "category_name": kind.category_name,
        "activity_id": activity,
        "activity_name": activity_name,
        "type_uid": kind.uid * 100 + activity,
        "type_name": f"{kind.name}: {activity_name}",
        "severity_id": number,
        "severity": caption,
        "time": _milliseconds(when),
    }


def _metadata(scan: Scan, uid: str, code: str) -> dict[str, Any]:
    """The event's own id is made of the scan's and the finding's, so that an event that is sent twice is known again."""
    return {
        "version": VERSION,
        "product": {"name": "Tocsin", "vendor_name": "Tocsin", "version": scan.version},
        "uid": str(uuid5(_SPACE, visible(f"{scan.id}\0{code}\0{uid}"))),
        "event_code": code,
        "correlation_uid": scan.id,
        **({"labels": [f"site:{scan.site}"]} if scan.site else {}),
    }


def _finding_info(finding: Finding | FleetFinding) -> dict[str, Any]:
    attacks = [
        {"technique": {"uid": uid, "name": name}}
        for uid, _, name in (technique.partition(" ") for technique in techniques(finding.standards))
    ]
    return {
        "uid": finding.id,
        "title": finding.title,
        "desc": finding.detail,
        "types": [finding.family.value],
        "analytic": {"type_id": _RULE, "type": "Rule", "uid": finding.check, "category": finding.family.value},
        **({"attacks": attacks} if attacks else {}),
        **({"data_sources": list(finding.sources)} if finding.sources else {}),
    }


def _particulars(finding: Finding | FleetFinding, kind: _Class) -> dict[str, Any]:
    """What only this class has."""
    remedy = {"desc": finding.remedy}
    if kind is _COMPLIANCE:
        return {"compliance": _compliance(finding), "remediation": remedy}
    if kind is _VULNERABILITY:
        return {"vulnerabilities": _vulnerabilities(finding)}
    return {"remediation": remedy, "is_alert": finding.accepted is None}


def _compliance(finding: Finding | FleetFinding) -> dict[str, Any]:
    return {
        "control": finding.title,
        "standards": list(dict.fromkeys(clause.rpartition(": ")[0] or clause for clause in finding.standards)),
        "requirements": list(finding.standards),
        "status_id": _FAIL,
        "status": "Fail",
    }


def _vulnerabilities(finding: Finding | FleetFinding) -> list[dict[str, Any]]:
    """Those that are published; where none is, the weakness that the finding is."""
    holes = finding.vulnerabilities if isinstance(finding, Finding) else ()
    common = {"title": finding.title, "desc": finding.detail, "remediation": {"desc": finding.remedy}}
    if holes:
        return [{**common, "cve": _cve(hole), **_exploit(hole)} for hole in holes]
    cwe = [{"cwe": _cwe(weakness)} for weakness in weaknesses(finding.standards)[:1]]
    return [{**common, **(cwe[0] if cwe else {})}]


def _cve(hole: Vulnerability) -> dict[str, Any]:
    score = base_score(hole.vector)
    version = hole.vector.removeprefix("CVSS:").partition("/")[0]
    scored = [{"base_score": score, "version": version, "vector_string": hole.vector}] if score is not None else []
    return {
        "uid": hole.cve,
        **({"cvss": scored} if scored else {}),
        **({"related_cwes": [_cwe(weakness) for weakness in hole.weaknesses]} if hole.weaknesses else {}),
    }


def _exploit(hole: Vulnerability) -> dict[str, bool]:
    """Only what somebody has published of it."""
    if hole.exploited or hole.exploitation in {"poc", "active"}:
        return {"is_exploit_available": True}
    return {"is_exploit_available": False} if hole.exploitation == "none" else {}


def _cwe(weakness: str) -> dict[str, str]:
    return {"uid": weakness, "src_url": f"https://cwe.mitre.org/data/definitions/{weakness.removeprefix('CWE-')}.html"}


def _evidence(finding: Finding, device: Device) -> dict[str, Any]:
    place = finding.endpoint
    spoken = next((seen.protocol for seen in device.observations if seen.endpoint == place), "")
    endpoint = {
        **_ip(place.address),
        "uid": device.identity,
        **({"port": place.port} if place.port else {}),
        **({"svc_name": spoken} if spoken else {}),
    }
    return {"evidences": [{"dst_endpoint": endpoint, "data": {"heard": finding.evidence[:512]}}]}


def _device(device: Device, assessment: Assessment | None) -> dict[str, Any]:
    kind, serial, firmware = device.claim("kind"), device.claim("serial"), device.claim("firmware")
    number, caption = _KINDS.get(kind.value, (_IOT, "IOT")) if kind else (0, "Unknown")
    known = {"vendor_name": device.claim("vendor"), "model": device.claim("model"), "name": device.claim("name")}
    interfaces = [
        {**_ip(address), **({"mac": device.mac} if device.mac else {})}
        for address in device.addresses
        if device.mac or not _MAC.fullmatch(address)
    ]
    return {
        "type_id": number,
        "type": caption,
        "uid": device.identity,
        **_ip(device.address),
        **({"mac": device.mac} if device.mac else {}),
        **({"mac_vendor": device.mac_vendor} if device.mac_vendor else {}),
        **({"desc": kind.value} if kind else {}),
        **{name: claim.value for name, claim in known.items() if claim},
        **({"hw_info": {"serial_number": serial.value}} if serial else {}),
        **(
            {"os": {"name": "firmware", "type_id": _OTHER, "type": "firmware", "version": firmware.value}}
            if firmware
            else {}
        ),
        **({"network_interfaces": interfaces} if interfaces else {}),
        **(_in_city(assessment) if assessment else {}),
    }


def _in_city(assessment: Assessment) -> dict[str, Any]:
    """How urgent it is, and whose it is by the city's register."""
    context, band = assessment.context, assessment.score.band
    return {
        "risk_level_id": int(band),
        "risk_level": "Info" if band is Severity.INFO else band.label.capitalize(),
        "risk_score": round(assessment.score.value),
        **({"owner": {"name": context.owner}} if context.owner else {}),
        **({"groups": [{"name": context.department, "type": "department"}]} if context.department else {}),
        **({"zone": context.site} if context.site else {}),
        **({"name": context.name} if context.name else {}),
    }


def _ip(address: str) -> dict[str, str]:
    """A device that was only heard below IP has none, and is known by its MAC address."""
    return {"mac": address} if _MAC.fullmatch(address) else {"ip": address}


def _named(device: Device) -> str:
    return one_line(f"{device.address} {name_of(device)}")


def _milliseconds(when: datetime) -> int:
    return int(when.timestamp()) * 1000
