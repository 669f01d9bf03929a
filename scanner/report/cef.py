r"""Lines in the Common Event Format for syslog and a SIEM: a line a finding, `CEF:0|Tocsin|Tocsin|version|check|title|severity|…`.

By ArcSight's Implementing Common Event Format, version 25. In its words the event's *destination* is the device that was asked (`dst`, or `c6a3` of IPv6,
`dpt`, `dmac`), for a scanner connects to it, and there is no `src`, for a finding names no attacker. `deviceExternalId` is the device's identity, and
`externalId` the finding's id; both are the same in every scan. What the city lives with says `act=accept outcome=accepted`, the rest `act=report outcome=open`.
A finding of several devices together names them in `cs4` and has no destination.
"""

from collections.abc import Iterator
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

from inventory.findings import Finding, FleetFinding
from inventory.model import Severity
from inventory.report import Assessment, Scan
from inventory.text import one_line, visible
from scanner.accepted import acceptance_in_words
from scanner.edition import Edition
from scanner.score import effective
from scanner.terminal import name_of

SUFFIX = ".cef"
_SEVERITY = {Severity.INFO: 0, Severity.LOW: 3, Severity.MEDIUM: 5, Severity.HIGH: 8, Severity.CRITICAL: 10}
"""Of its bands: 0-3 low, 4-6 medium, 7-8 high, 9-10 very high."""
_Fields: TypeAlias = dict[str, str | int]
_LONGEST = {
    "act": 63,
    "cat": 1023,
    "duser": 1023,
    "externalId": 40,
    "deviceExternalId": 255,
    "msg": 1023,
    "outcome": 63,
    "proto": 31,
}
"""What the dictionary allows of each; of a custom string 4000."""
_CUSTOM = 4000


def render(edition: Edition) -> Iterator[str]:
    """The findings of the devices, worst device first, then those of several together."""
    report = edition.report
    for assessment in report.ranked:
        for finding in assessment.findings:
            yield _line(report.scan, finding, effective(finding), _of_device(assessment, finding))
    for together in sorted(report.fleet, key=lambda f: (-f.severity, f.check, f.id)):
        yield _line(report.scan, together, together.severity, _of_several(report.scan, together))


def _line(scan: Scan, finding: Finding | FleetFinding, severity: Severity, fields: _Fields) -> str:
    head = ("Tocsin", "Tocsin", scan.version, finding.check, finding.title, f"{_SEVERITY[severity]}")
    header = "|".join(_header(part) for part in head)
    extension = " ".join(f"{key}={_value(key, value)}" for key, value in fields.items() if value != "")
    return f"CEF:0|{header}|{extension}\n"


def _of_device(assessment: Assessment, finding: Finding) -> _Fields:
    device, at, context = assessment.device, finding.endpoint, assessment.context
    return {
        "rt": _milliseconds(assessment.when),
        **_said(finding),
        "deviceExternalId": device.identity,
        **_address(at.address),
        **({"dpt": at.port, "proto": at.transport.upper()} if at.port else {}),
        "dmac": device.mac or "",
        "duser": finding.account.partition(": ")[2],
        **_strings(
            device=": ".join(filter(None, (context.name, name_of(device)))),
            department=context.department,
            due=assessment.score.due,
            cves=" ".join(hole.cve for hole in finding.vulnerabilities),
            remedy=finding.remedy,
            acceptance=acceptance_in_words(finding.accepted) if finding.accepted else "",
        ),
        "cfp1": f"{assessment.score.value:.1f}",
        "cfp1Label": "score",
    }


def _of_several(scan: Scan, finding: FleetFinding) -> _Fields:
    return {
        "rt": _milliseconds(scan.ended or scan.started),
        **_said(finding),
        **_strings(
            devices=" ".join(sorted(finding.devices)),
            remedy=finding.remedy,
            acceptance=acceptance_in_words(finding.accepted) if finding.accepted else "",
        ),
        "cnt": len(finding.devices),
    }


def _said(finding: Finding | FleetFinding) -> _Fields:
    return {
        "cat": finding.family.value,
        "externalId": finding.id,
        "act": "accept" if finding.accepted else "report",
        "outcome": "accepted" if finding.accepted else "open",
        "msg": finding.detail,
    }


_PLACES = ("device", "department", "due", "devices cves", "remedy", "acceptance")


def _strings(**said: str) -> _Fields:
    """The six custom strings, each of which says itself what it is; a label has always the same place, and what is empty is left out."""
    fields: _Fields = {}
    for place, labels in enumerate(_PLACES, 1):
        for label in labels.split():
            if said.get(label):
                fields |= {f"cs{place}": said[label], f"cs{place}Label": label}
    return fields


def _address(text: str) -> _Fields:
    """Where the device was asked; nothing for one that was only heard below IP."""
    try:
        address = ip_address(text)
    except ValueError:
        return {}
    match address:
        case IPv4Address():
            return {"dst": str(address)}
        case IPv6Address():
            return {"c6a3": str(address), "c6a3Label": "Destination IPv6 Address"}


def _milliseconds(when: datetime) -> int:
    return int(when.timestamp()) * 1000 + when.microsecond // 1000


def _header(text: str) -> str:
    """A field of the header: strokes and backslashes are escaped, and there is one line only."""
    return one_line(text).replace("\\", "\\\\").replace("|", "\\|")


def _value(key: str, value: str | int) -> str:
    r"""A value of the extension: equals signs and backslashes are escaped, and a new line is written as \n."""
    if isinstance(value, int):
        return f"{value}"
    text = visible(value, _LONGEST.get(key, _CUSTOM)).expandtabs(1).strip()
    return text.replace("\\", "\\\\").replace("=", "\\=").replace("\n", "\\n")
