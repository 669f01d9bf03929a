"""The report as JSON lines: the scan, a device a line, what several have together, and how far it came; schema `tocsin-lines/1` in `schema/`.

`tocsin scan --format jsonl` writes a device's line as soon as the device is judged. A later line of the same id then takes its place, and what turned out to be
one device with another is named by the last line, in `replaced`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from inventory.report import Assessment, Report, Scan
from scanner.edition import Edition
from scanner.report.json import (
    coverage_as_json,
    device_as_json,
    fleet_as_json,
    moment,
    register_as_json,
    scan_as_json,
    shown,
    standards_as_json,
    traffic_as_json,
    waivers_as_json,
)

SUFFIX = ".jsonl"
SCHEMA = "tocsin-lines/1"


def render(edition: Edition) -> Iterator[str]:
    """The lines of a report: devices worst first, every list in a fixed order."""
    lines = Stream(edition.report.scan)
    yield lines.begin()
    yield from lines.end(edition.report)


class Stream:
    """The same while a scan runs; of the devices that were told it keeps a hash of each line, to know what is news at the end."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._told: dict[str, bytes] = {}

    def begin(self) -> str:
        """The first line; a scan that still runs has not `ended`."""
        return _line("scan", {"schema": SCHEMA, **scan_as_json(self._scan)})

    def device(self, assessment: Assessment) -> str:
        """The line of a device, by what is known now."""
        line = _line("device", device_as_json(assessment))
        self._told[assessment.device.identity] = hashlib.sha256(line.encode()).digest()
        return line

    def end(self, report: Report) -> Iterator[str]:
        """What is left: the devices that were not told, or that stand otherwise now, the fleet, and the coverage."""
        told, self._told = self._told, {}
        for assessment in report.ranked:
            line = self.device(assessment)
            if told.pop(assessment.device.identity, None) != self._told[assessment.device.identity]:
                yield line
        for finding in sorted(report.fleet, key=lambda f: (-f.severity, f.check, f.id)):
            yield _line("fleet", fleet_as_json(finding))
        yield _line("coverage", _last(report, sorted(told)))


def _last(report: Report, replaced: list[str]) -> dict[str, Any]:
    """How far it came, and what is known only at the end."""
    scan = report.scan
    return {
        **coverage_as_json(report),
        "ended": moment(scan.ended) if scan.ended else None,
        "traffic": traffic_as_json(scan.traffic),
        "notes": scan.notes,
        "replaced": replaced,
        "quarantined": [assessment.device.identity for assessment in report.quarantined],
        "waivers": waivers_as_json(report.waivers),
        "register": register_as_json(report.register),
        "standards": standards_as_json(report),
    }


def _line(kind: str, value: Mapping[str, Any]) -> str:
    text = json.dumps(shown({"type": kind, **value}), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c") + "\n"
