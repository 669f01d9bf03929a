"""A table for a spreadsheet: a row a finding, and one for each device that has none. Columns may be added at the end; none is renamed or removed."""

from collections.abc import Iterator, Mapping

from inventory.findings import Acceptance, Finding, FleetFinding
from inventory.model import Endpoint, Status
from inventory.report import Assessment, Report
from scanner.edition import Edition
from scanner.score import effective
from scanner.spreadsheet import Cell, row

SUFFIX = ".csv"
COLUMNS: Mapping[str, str] = {
    "address": "the device's first address",
    "name": "what the city's register calls it, or else what it calls itself",
    "vendor": "who made it",
    "model": "the maker's name for it",
    "kind": "what it is for",
    "department": "the department that it belongs to",
    "site": "where it stands, by the register",
    "owner": "whose it is, by the register",
    "criticality": "how much hangs on it, by the register",
    "score": "its score, 0 to 100",
    "band": "its band; nothing where nothing was found that counts",
    "due": "until when its worst finding is to be mended",
    "state": 'how the row stands: "open" or "accepted" of a finding, of a device without any "nothing found", or why that is not known',
    "severity": "how bad the finding is",
    "counts_as": "how bad it is here, by its context and as far as it is proven",
    "confidence": "how sure we are of it",
    "family": "credentials, tls, firmware or ports",
    "check": "the check that found it: `tocsin checks explain ID`",
    "port": 'where on the device: "80/tcp"; nothing where the whole device is meant',
    "title": "what is wrong",
    "detail": "what was seen",
    "remedy": "what to do",
    "cves": "the published holes behind it, parted by blanks",
    "standards": "the clauses that ask for it, parted by semicolons",
    "accepted_by": "who lives with it",
    "accepted_until": "until when",
    "accepted_because": "why",
    "serial": "its serial number",
    "firmware": "the version of its firmware, as it states it",
    "mac": "its MAC address",
    "addresses": "all of its addresses, or those of the devices that have a finding together, parted by blanks",
    "finding": "the finding's id, the same in every scan",
    "device": "the device's identity, the same in every scan; several, parted by blanks, of a finding of several devices together",
}
"""The columns, in order, and what stands in each."""


def render(edition: Edition) -> Iterator[str]:
    """The head, the devices worst first with their findings worst first, and what several devices have together."""
    report = edition.report
    yield row(COLUMNS)
    for assessment in report.ranked:
        known = _device(assessment)
        if not assessment.findings:
            yield _line(known | {"state": _without(assessment)})
        for finding in assessment.findings:
            yield _line(known | _finding(finding))
    yield from _fleet(report)


def _line(cells: Mapping[str, Cell]) -> str:
    return row(cells.get(column, "") for column in COLUMNS)


def _device(assessment: Assessment) -> dict[str, Cell]:
    device, context, score = assessment.device, assessment.context, assessment.score
    claimed = {
        name: claim.value if (claim := device.claim(name)) else ""
        for name in ("vendor", "model", "kind", "serial", "firmware", "name")
    }
    return {
        **claimed,
        "device": device.identity,
        "address": device.address,
        "addresses": " ".join(device.addresses),
        "mac": device.mac or "",
        "name": context.name or claimed["name"],
        "owner": context.owner,
        "department": context.department,
        "site": context.site,
        "criticality": context.criticality,
        "score": round(score.value, 1),
        "band": score.band.label if assessment.counted else "",
        "due": score.due,
    }


def _without(assessment: Assessment) -> str:
    """How a device stands of which nothing is told: that nothing was found says nothing where nothing was judged."""
    undone = sum(outcome.status in (Status.FAILED, Status.UNREACHED) for outcome in assessment.outcomes)
    if assessment.quarantine is not None:
        return "in quarantine"
    if assessment.device.untrusted:
        return "not believed"
    return f"nothing found, but {undone} checks could not judge" if undone else "nothing found"


def _finding(finding: Finding) -> dict[str, Cell]:
    at = finding.endpoint
    return {
        **_said(finding),
        "counts_as": effective(finding).label,
        "confidence": finding.confidence.label,
        "port": f"{at.port}/{at.transport}" if at.port else "",
        "cves": " ".join(hole.cve for hole in finding.vulnerabilities),
    }


def _said(finding: Finding | FleetFinding) -> dict[str, Cell]:
    return {
        "finding": finding.id,
        "check": finding.check,
        "family": finding.family.value,
        "severity": finding.severity.label,
        "title": finding.title,
        "detail": finding.detail,
        "remedy": finding.remedy,
        "standards": "; ".join(finding.standards),
        "state": "accepted" if finding.accepted else "open",
        **_word(finding.accepted),
    }


def _word(word: Acceptance | None) -> dict[str, Cell]:
    if word is None:
        return {}
    return {"accepted_by": word.owner, "accepted_until": word.until.isoformat(), "accepted_because": word.reason}


def _fleet(report: Report) -> Iterator[str]:
    places = {one.device.identity: one.device.address for one in report.assessments}
    for finding in sorted(report.fleet, key=lambda f: (-f.severity, f.check, f.id)):
        known = sorted((places[name] for name in finding.devices if name in places), key=_place)
        yield _line(
            _said(finding)
            | {
                "counts_as": finding.severity.label,
                "addresses": " ".join(known),
                "device": " ".join(sorted(finding.devices)),
            }
        )


def _place(address: str) -> tuple[int, int, int, str]:
    return Endpoint(address, 0).sort_key
