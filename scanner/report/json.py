"""The report as JSON: schema `tocsin-report/1`, published beside this file in `schema/`. Keys may be added; none is renamed or removed under this number."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any

from checks.standards import cited, techniques, weaknesses
from inventory.ages import Clue
from inventory.findings import Acceptance, Finding, FleetFinding, Vulnerability
from inventory.known import Known
from inventory.model import Device, Endpoint, Observation
from inventory.quarantine import Quarantine, Uptime
from inventory.report import Assessment, Context, Registered, Report, Scan, Traffic
from inventory.text import visible
from inventory.waivers import CRITERIA, Standing, State
from scanner.edition import Edition
from scanner.json_pieces import Many, pieces
from scanner.json_pieces import shown as shown  # noqa: PLC0414 - a word of this format, for the pages that hold one of its parts
from scanner.score import effective

SUFFIX = ".json"
SCHEMA = "tocsin-report/1"
_EVIDENCE = 512


def render(edition: Edition) -> Iterator[str]:
    """The whole report, devices worst first, every list in a fixed order, a device at a time."""
    report = edition.report
    fleet = sorted(report.fleet, key=lambda f: (-f.severity, f.check, f.id))
    return pieces(
        {
            "schema": SCHEMA,
            "scan": {**scan_as_json(report.scan), "waivers": waivers_as_json(report.waivers)},
            "quarantined": [assessment.device.identity for assessment in report.quarantined],
            "devices": Many(map(device_as_json, report.ranked)),
            "fleet": Many(map(fleet_as_json, fleet)),
            "coverage": coverage_as_json(report),
            "register": register_as_json(report.register),
            "standards": standards_as_json(report),
        }
    )


def scan_as_json(scan: Scan) -> dict[str, Any]:
    """The scan: what was asked of it, by whose word, and how it went."""
    return {
        "id": scan.id,
        "started": moment(scan.started),
        "ended": moment(scan.ended) if scan.ended else None,
        "site": scan.site,
        "vantage": scan.vantage,
        "networks": scan.networks,
        "left_out": scan.left_out,
        "level": scan.level.label,
        "authorised_by": scan.authorised_by,
        "pace": scan.pace,
        "engine": scan.engine,
        "version": scan.version,
        "intel": scan.intel,
        "intel_as_of": _day(scan.intel_as_of),
        "policy": scan.policy,
        "traffic": traffic_as_json(scan.traffic),
        "notes": scan.notes,
        "sites": sites_as_json(scan),
    }


def sites_as_json(scan: Scan) -> list[dict[str, Any]]:
    """The sites of a report that is put together, each with its scan."""
    return [
        {
            "site": one.site,
            "scan": one.scan,
            "started": moment(one.started) if one.started else None,
            "ended": moment(one.ended) if one.ended else None,
        }
        for one in scan.sites
    ]


def traffic_as_json(traffic: Traffic) -> dict[str, int]:
    """What was sent."""
    return {
        "packets_sent": traffic.packets_sent,
        "connections": traffic.connections,
        "login_attempts": traffic.login_attempts,
    }


def known_as_json(known: Known) -> dict[str, Any]:
    """Since when and how often a device of the inventory was seen; a report of one scan does not know that."""
    first, last = (moment.isoformat(timespec="seconds") for moment in (known.first_seen, known.last_seen))
    return {"first_seen": first, "last_seen": last, "scans": known.scans}


def device_as_json(assessment: Assessment) -> dict[str, Any]:
    """One device with all that is known and judged of it; its texts are not yet visible (`shown`)."""
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
        "due_why": assessment.score.due_why,
        "decision": assessment.score.decision,
        "context": _context(assessment.context),
        "why": assessment.score.why,
        "findings": [finding_as_json(finding) for finding in assessment.findings],
        "outcomes": [
            {"check": outcome.check, "status": outcome.status.value, "reason": outcome.reason}
            for outcome in sorted(assessment.outcomes, key=lambda outcome: outcome.check)
        ],
        "gaps": [
            {"address": gap.endpoint.address, **_port(gap.endpoint), "protocol": gap.protocol, "reason": gap.reason}
            for gap in sorted(device.gaps, key=lambda gap: (gap.endpoint.sort_key, gap.protocol))
        ],
        "traffic": traffic_as_json(assessment.traffic),
        "quarantine": _quarantine(assessment.quarantine),
        "uptime": [_uptime(uptime) for uptime in assessment.uptime],
    }


def _context(context: Context) -> dict[str, Any]:
    return {
        "exposure": context.exposure or None,
        "vantages": context.vantages,
        "ports": context.ports,
        "impact": context.impact or None,
        "criticality": context.criticality or None,
        "owner": context.owner or None,
        "department": context.department or None,
        "site": context.site or None,
        "name": context.name or None,
    }


def register_as_json(register: Registered | None) -> dict[str, Any] | None:
    """The city's own list beside the scan."""
    if register is None:
        return None
    return {"rows": register.rows, "missing": register.missing, "unknown": register.unknown}


def _quarantine(entry: Quarantine | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {"since": moment(entry.since), "reason": entry.reason, "asked": entry.asked, "scan": entry.scan}


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


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """One finding of one device; its texts are not yet visible (`shown`)."""
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
        "counts_as": effective(finding).label,
        "shifts": [{"by": shift.by, "why": shift.why} for shift in finding.shifts],
        "vulnerabilities": [_vulnerability(hole) for hole in finding.vulnerabilities],
        **_grounds(finding),
        **({"account": visible(finding.account)} if finding.account else {}),
        "accepted": _accepted(finding.accepted),
    }


def _vulnerability(hole: Vulnerability) -> dict[str, Any]:
    return {
        "cve": hole.cve,
        "exploited": hole.exploited,
        "exploitation": hole.exploitation or None,
        "automatable": hole.automatable,
        "impact": {None: None, True: "total", False: "partial"}[hole.total],
        "cvss": hole.vector or None,
        "weaknesses": hole.weaknesses,
    }


def fleet_as_json(finding: FleetFinding) -> dict[str, Any]:
    """One finding of several devices together."""
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
        **_grounds(finding),
        "accepted": _accepted(finding.accepted),
    }


def _accepted(word: Acceptance | None) -> dict[str, Any] | None:
    if word is None:
        return None
    return {"owner": word.owner, "reason": word.reason, "until": _day(word.until), "rule": word.rule}


def waivers_as_json(standings: Sequence[Standing]) -> dict[str, list[dict[str, Any]]]:
    """Those that a person should look at."""
    news = [standing for standing in standings if standing.is_news]
    expired = [standing for standing in news if standing.state is State.EXPIRED]
    unused = [standing for standing in news if standing.state is State.UNUSED]
    ending = [standing for standing in news if standing.ends_soon]
    named = {"expired": expired, "unused": unused, "ending": ending}
    return {name: [waiver_as_json(standing) for standing in those] for name, those in named.items()}


def waiver_as_json(standing: Standing) -> dict[str, Any]:
    """One waiver: where it stands, what it names, by whose word until when, and the ids of the findings that it holds for."""
    waiver = standing.waiver
    return {
        "rule": waiver.place,
        "names": {name: waiver.criteria.get(name) for name in ("finding", *CRITERIA)},
        "owner": waiver.owner,
        "reason": waiver.reason,
        "accepted": _day(waiver.accepted),
        "until": _day(waiver.until),
        "days_left": standing.days,
        "state": standing.state.value,
        "why": standing.why,
        "findings": [use.finding.id for use in standing.uses],
    }


def _grounds(finding: Finding | FleetFinding) -> dict[str, Any]:
    """What kind of work its remedy is, where the facts behind it stand, and what standards and vocabularies call it."""
    return {
        "act": finding.act,
        "sources": finding.sources,
        "standards": finding.standards,
        "cwe": weaknesses(finding.standards),
        "techniques": techniques(finding.standards),
    }


def standards_as_json(report: Report) -> list[dict[str, Any]]:
    """Each standard that a finding cites: its edition, whom it binds and how it is to be used, and what its owner wants to be said."""
    of_devices = (finding.standards for assessment in report.assessments for finding in assessment.findings)
    found = chain(of_devices, (finding.standards for finding in report.fleet))
    return [
        {
            "id": framework.id,
            "name": framework.name,
            "edition": framework.edition,
            "title": framework.title,
            "publisher": framework.publisher,
            "binds": framework.binds,
            "note": framework.note,
            "source": framework.source,
            "attribution": framework.attribution,
        }
        for framework in cited(chain.from_iterable(found))
    ]


def coverage_as_json(report: Report) -> dict[str, Any]:
    """How far the scan came."""
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


def moment(when: datetime) -> str:
    """As JSON writes a moment (RFC 3339), to the second."""
    return when.isoformat(timespec="seconds")


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
