"""What changed between two scans as JSON: schema `tocsin-diff/1`, published in `report/schema/`.

Keys may be added; none is renamed or removed under this number.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from inventory.diff import DeviceChange, Diff, FindingChange, FleetChange
from inventory.findings import Finding, FleetFinding
from inventory.model import Device, Severity
from inventory.report import Scan
from scanner.comparing import cautions
from scanner.news import weight
from scanner.report.json import shown, sites_as_json

SCHEMA = "tocsin-diff/1"


def render(diff: Diff) -> Iterator[str]:
    """The whole diff, every list in a fixed order, an item at a time."""
    head: Mapping[str, Any] = {
        "schema": SCHEMA,
        "old": _scan(diff.old),
        "new": _scan(diff.new),
        "elsewhere": diff.elsewhere,
        "cautions": list(cautions(diff.old, diff.new)),
        "counts": {
            "findings": _counts(change.state for change in diff.findings),
            "fleet": _counts(change.state for change in diff.fleet),
            "devices": _counts(change.state for change in diff.devices),
        },
    }
    yield "{\n"
    for name, value in head.items():
        yield f"  {_text(name)}: {_text(value)},\n"
    yield from _listed("findings", map(_finding, diff.findings), ",\n")
    yield from _listed("fleet", map(_together, diff.fleet), ",\n")
    yield from _listed("devices", map(_device_change, diff.devices), "\n}\n")


def _text(value: Any) -> str:
    return json.dumps(shown(value), ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def _listed(name: str, items: Iterable[Mapping[str, Any]], end: str) -> Iterator[str]:
    """A member that is a list, an item a line."""
    yield f"  {_text(name)}: ["
    between = "\n    "
    for item in items:
        yield f"{between}{_text(item)}"
        between = ",\n    "
    yield f"]{end}" if between == "\n    " else f"\n  ]{end}"


def _scan(scan: Scan) -> dict[str, Any]:
    return {
        "id": scan.id,
        "started": scan.started.isoformat(timespec="seconds"),
        "ended": scan.ended.isoformat(timespec="seconds") if scan.ended else None,
        "site": scan.site,
        "vantage": scan.vantage,
        "networks": scan.networks,
        "level": scan.level.label,
        "intel": scan.intel,
        "policy": scan.policy,
        "version": scan.version,
        "sites": sites_as_json(scan),
    }


def _counts(states: Iterable[StrEnum]) -> dict[str, int]:
    return {state.value: count for state, count in sorted(Counter(states).items())}


def _finding(change: FindingChange) -> dict[str, Any]:
    finding = change.finding
    return {
        "state": change.state.value,
        "reason": change.reason,
        **_severities(finding, change.was, change.before),
        **_named(finding),
        "confidence": finding.confidence.label,
        "address": finding.endpoint.address,
        "transport": finding.endpoint.transport,
        "port": finding.endpoint.port,
        "device": change.device.identity,
        "accepted": finding.accepted is not None,
    }


def _together(change: FleetChange) -> dict[str, Any]:
    finding = change.finding
    return {
        "state": change.state.value,
        "reason": change.reason,
        **_severities(finding, change.was, None),
        **_named(finding),
        "devices": sorted(finding.devices),
        "accepted": finding.accepted is not None,
    }


def _severities(finding: Finding | FleetFinding, was: Severity | None, before: Finding | None) -> dict[str, Any]:
    """What its check calls it, what that was before if it was something else, and what it counts as and counted as with its surroundings."""
    return {
        "severity": finding.severity.label,
        "was": was.label if was is not None else None,
        "counts_as": weight(finding).label,
        "counted_as": weight(before).label if before is not None else None,
    }


def _named(finding: Finding | FleetFinding) -> dict[str, Any]:
    return {"id": finding.id, "check": finding.check, "family": finding.family.value, "title": finding.title}


def _device_change(change: DeviceChange) -> dict[str, Any]:
    return {"state": change.state.value, **_device(change.device), "changes": change.changes}


def _device(device: Device) -> dict[str, Any]:
    known = {name: claim.value if (claim := device.claim(name)) else None for name in ("vendor", "model", "kind")}
    return {"id": device.identity, "addresses": device.addresses, "mac": device.mac, **known}
