"""The report as JSON: schema `tocsin-report/1`, published beside this file in `schema/`. Keys may be added; none is renamed or removed under this number."""

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from inventory.ages import Clue
from inventory.findings import Finding, FleetFinding
from inventory.model import Device, Endpoint, Observation
from inventory.quarantine import Quarantine, Uptime
from inventory.report import Assessment, Report, Scan, Traffic
from inventory.text import visible

SUFFIX = ".json"
SCHEMA = "tocsin-report/1"
_EVIDENCE = 512
_TEXT = 8192


def render(report: Report) -> str:
    """The whole report, devices worst first, every list in a fixed order."""
    document = {
        "schema": SCHEMA,
        "scan": _scan(report.scan),
        "quarantined": [assessment.device.identity for assessment in report.quarantined],
        "devices": [_device(assessment) for assessment in report.ranked],
        "fleet": [_fleet(f) for f in sorted(report.fleet, key=lambda f: (-f.severity, f.check, f.id))],
        "coverage": _coverage(report),
    }
    return json.dumps(_shown(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _shown(value: Any) -> Any:
    """The same with every text visible and every number one that JSON has."""
    if isinstance(value, str):
        return visible(value, _TEXT)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {visible(key, _TEXT): _shown(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown(each) for each in value]
    return value


def _scan(scan: Scan) -> dict[str, Any]:
    return {
        "id": scan.id,
        "started": _moment(scan.started),
        "ended": _moment(scan.ended) if scan.ended else None,
        "site": scan.site,
        "networks": scan.networks,
        "level": scan.level.label,
        "authorised_by": scan.authorised_by,
        "pace": scan.pace,
        "engine": scan.engine,
        "version": scan.version,
        "intel": scan.intel,
        "intel_as_of": _day(scan.intel_as_of),
        "traffic": _traffic(scan.traffic),
        "notes": scan.notes,
    }


def _traffic(traffic: Traffic) -> dict[str, int]:
    return {
        "packets_sent": traffic.packets_sent,
        "connections": traffic.connections,
        "login_attempts": traffic.login_attempts,
    }


def _device(assessment: Assessment) -> dict[str, Any]:
    device = assessment.device
    claimed = {
        name: claim.value if (claim := device.claim(name)) else None
        for name in ("vendor", "model", "kind", "serial", "hardware", "name", "cpe")
    }
    return {
        "id": device.identity,
        "addresses": device.addresses,
        "mac": device.mac,
        "mac_vendor": device.mac_vendor,
        **claimed,
        "identity": {"why": device.why, "conflicts": device.conflicts},
        "noted_addresses": device.noted,
        "untrusted": device.untrusted,
        "behind": [_part(device, part) for part in device.parts],
        "firmware": _firmware(assessment),
        "services": _services(assessment),
        "score": round(assessment.score.value, 1),
        "band": assessment.score.band.label,
        "due": assessment.score.due,
        "why": assessment.score.why,
        "findings": [_finding(finding) for finding in assessment.findings],
        "outcomes": [
            {"check": outcome.check, "status": outcome.status.value, "reason": outcome.reason}
            for outcome in sorted(assessment.outcomes, key=lambda outcome: outcome.check)
        ],
        "gaps": [
            {"address": gap.endpoint.address, **_port(gap.endpoint), "protocol": gap.protocol, "reason": gap.reason}
            for gap in sorted(device.gaps, key=lambda gap: (gap.endpoint.sort_key, gap.protocol))
        ],
        "traffic": _traffic(assessment.traffic),
        "quarantine": _quarantine(assessment.quarantine),
        "uptime": [_uptime(uptime) for uptime in assessment.uptime],
    }


def _quarantine(entry: Quarantine | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {"since": _moment(entry.since), "reason": entry.reason, "asked": entry.asked, "scan": entry.scan}


def _uptime(uptime: Uptime) -> dict[str, Any]:
    return {
        "source": uptime.source,
        "boots": {"before": uptime.boots_before, "after": uptime.boots_after},
        "seconds": {"before": uptime.seconds_before, "after": uptime.seconds_after},
        "restarted": bool(uptime.restart),
    }


def _part(device: Device, part: str) -> dict[str, Any]:
    """A sub-device that the device speaks for."""
    known = device.of_part(part)
    return {"name": part, **{name: known.get(name) for name in ("vendor", "model", "kind", "firmware", "serial")}}


def _firmware(assessment: Assessment) -> dict[str, Any]:
    version, built, age = (
        assessment.device.claim("firmware"),
        assessment.device.claim("firmware_date"),
        assessment.firmware,
    )
    return {
        "version": version.value if version else None,
        "date": built.value if built else None,
        "not_before": _day(age.not_before),
        "not_after": _day(age.not_after),
        "confidence": age.confidence.label,
        "code": _day(age.code),
        "clues": [_clue(clue) for clue in age.clues],
    }


def _clue(clue: Clue) -> dict[str, Any]:
    return {
        "method": clue.method,
        "detail": clue.detail,
        "not_before": _day(clue.not_before),
        "not_after": _day(clue.not_after),
        "confidence": clue.confidence.label,
        "endpoint": str(clue.endpoint) if clue.endpoint else None,
        "set_aside": clue.set_aside,
    }


def _services(assessment: Assessment) -> list[dict[str, Any]]:
    """What each protocol said, and the open ports at which none did."""
    device = assessment.device
    heard = {seen.endpoint for seen in device.observations}
    mute = [(endpoint, None) for endpoint in device.open_ports if endpoint not in heard]
    services = [(seen.endpoint, seen) for seen in device.observations] + mute
    return [
        {"address": endpoint.address, **_port(endpoint), **_service(assessment, seen)}
        for endpoint, seen in sorted(services, key=_place)
    ]


def _place(service: tuple[Endpoint, Observation | None]) -> tuple[object, ...]:
    endpoint, seen = service
    return (endpoint.sort_key, seen.protocol, seen.behind) if seen else (endpoint.sort_key, "", "")


def _service(assessment: Assessment, seen: Observation | None) -> dict[str, Any]:
    """The protocol, the component that was recognised in its facts ("dropbear 2012.55"), and the facts by name."""
    if seen is None:
        return {"protocol": None, "product": None, "version": None, "facts": {}}
    components = (
        claim.value
        for claim in assessment.device.claimed("component")
        if not seen.behind and claim.endpoint == seen.endpoint and claim.fact.startswith(f"{seen.protocol}.")
    )
    product, _, version = next(components, "").rpartition(" ")
    return {
        "protocol": seen.protocol,
        "product": product or None,
        "version": version or None,
        "facts": dict(sorted(seen.facts.items())),
        **({"behind": seen.behind} if seen.behind else {}),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "check": finding.check,
        "family": finding.family.value,
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "address": finding.endpoint.address,
        **_port(finding.endpoint),
        "title": finding.title,
        "detail": finding.detail,
        "remedy": finding.remedy,
        "evidence": visible(finding.evidence, _EVIDENCE),
        "standards": finding.standards,
        **({"account": visible(finding.account)} if finding.account else {}),
    }


def _fleet(finding: FleetFinding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "check": finding.check,
        "family": finding.family.value,
        "severity": finding.severity.label,
        "title": finding.title,
        "devices": sorted(finding.devices),
        "detail": finding.detail,
        "remedy": finding.remedy,
        "standards": finding.standards,
    }


def _coverage(report: Report) -> dict[str, Any]:
    coverage = report.coverage
    return {
        "addresses": coverage.addresses,
        "alive": coverage.alive,
        "identified": coverage.identified,
        "unreached": coverage.unreached,
        "alive_addresses": max(coverage.alive_addresses, coverage.alive),
        "firmware": dict(zip(("dated", "bounded", "unknown"), report.dated, strict=True)),
    }


def _port(endpoint: Endpoint) -> dict[str, Any]:
    return {"transport": endpoint.transport, "port": endpoint.port}


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
