"""Figures for Prometheus, as a textfile of node_exporter: numbers alone, in which no device has an address or a name.

The labels `site` and `vantage` are the city's own words, so that several sites may write a file each. A kind is a word of the list of kinds, and never what a
device says.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from typing import TypeAlias

from inventory.diff import DeviceState, Diff, FindingChange, FindingState, FleetChange
from inventory.model import KINDS, Family, Severity
from inventory.report import Assessment, Report
from inventory.text import one_line
from scanner.edition import Edition
from scanner.score import counts_as

SUFFIX = ".prom"
HISTORY = True
_OTHER = "unidentified"
_STATES = ("open", "accepted")
_Labels: TypeAlias = Mapping[str, str]
_Sample: TypeAlias = tuple[_Labels, float]


def render(edition: Edition) -> Iterator[str]:
    """A family of figures at a time."""
    report = edition.report
    place = {"site": report.scan.site, "vantage": report.scan.vantage}
    for name, about, samples in (*_found(report), *_how_it_went(report), *_changed(edition.change)):
        yield f"# HELP tocsin_{name} {about}\n# TYPE tocsin_{name} gauge\n"
        yield "".join(f"tocsin_{name}{_labels(place | dict(labels))} {value:.15g}\n" for labels, value in samples)


_Family: TypeAlias = tuple[str, str, Iterable[_Sample]]


def _found(report: Report) -> Iterator[_Family]:
    devices = Counter((_band(one), _kind(one)) for one in report.assessments)
    bands = [*(severity.label for severity in Severity), "none"]
    kinds = sorted({kind for _, kind in devices})
    yield (
        "devices",
        "Devices by the band of their worst open finding, and by kind.",
        [({"band": band, "kind": kind}, devices[band, kind]) for band, kind in product(bands, kinds)],
    )
    by_device = Counter(
        (counts_as(f), f.family, _STATES[f.accepted is not None]) for one in report.assessments for f in one.findings
    )
    yield "findings", "Findings of one device each, by what they count as here.", _by_severity(by_device)
    together = Counter((f.severity, f.family, _STATES[f.accepted is not None]) for f in report.fleet)
    yield "fleet_findings", "Findings of several devices together.", _by_severity(together)


def _by_severity(found: Mapping[tuple[Severity, Family, str], int]) -> list[_Sample]:
    """Every combination, noughts too: a series that ends is not one that has come to nought."""
    return [
        ({"severity": severity.label, "family": family.value, "state": state}, found.get((severity, family, state), 0))
        for severity, family, state in product(Severity, Family, _STATES)
    ]


def _how_it_went(report: Report) -> Iterator[_Family]:
    scan, seen = report.scan, report.coverage
    one = [
        ("scan_addresses", "Addresses that were asked.", seen.addresses),
        ("scan_alive_devices", "Devices that answered.", seen.alive),
        ("scan_identified_devices", "Devices whose maker or kind is known.", seen.identified),
        ("scan_unreached_devices", "Devices of which something could not be examined.", seen.unreached),
        (
            "scan_quarantined_devices",
            "Devices that are left alone until a person releases them.",
            len(report.quarantined),
        ),
        ("scan_packets", "Packets that were sent.", scan.traffic.packets_sent),
        ("scan_connections", "Connections that were opened.", scan.traffic.connections),
        ("scan_login_attempts", "Logins that were tried.", scan.traffic.login_attempts),
        ("scan_complete", "Whether the scan came to its end.", int(scan.ended is not None)),
        ("scan_start_timestamp_seconds", "When the scan began.", scan.started.timestamp()),
    ]
    if scan.ended:
        one += [
            ("scan_end_timestamp_seconds", "When the scan ended.", scan.ended.timestamp()),
            ("scan_duration_seconds", "How long the scan took.", (scan.ended - scan.started).total_seconds()),
        ]
    if scan.intel_as_of:
        day = datetime.combine(scan.intel_as_of, datetime.min.time(), UTC)
        about = "The day up to which the oldest part of the intelligence knows."
        one.append(("intelligence_timestamp_seconds", about, day.timestamp()))
    if report.register:
        one += [
            ("register_rows", "Rows of the city's register.", report.register.rows),
            ("register_missing_rows", "Rows whose device was sought and not found.", len(report.register.missing)),
            ("register_unknown_devices", "Devices that are in no row.", len(report.register.unknown)),
        ]
    yield from ((name, about, [({}, value)]) for name, about, value in one)


def _changed(change: Diff | None) -> Iterator[_Family]:
    if change is None:
        return
    every: list[FindingChange | FleetChange] = [*change.findings, *change.fleet]
    found = Counter((each.state, counts_as(each.finding)) for each in every)
    yield (
        "changed_findings",
        "Findings by how they stand against the scan before.",
        [
            ({"state": state.value, "severity": severity.label}, found[state, severity])
            for state, severity in product(FindingState, Severity)
        ],
    )
    devices = Counter(each.state for each in change.devices)
    yield (
        "changed_devices",
        "Devices by how they stand against the scan before.",
        [({"state": state.value}, devices[state]) for state in DeviceState],
    )


def _band(assessment: Assessment) -> str:
    return assessment.score.band.label if assessment.counted else "none"


def _kind(assessment: Assessment) -> str:
    claim = assessment.device.claim("kind")
    return claim.value if claim and claim.value in KINDS else _OTHER


def _labels(labels: _Labels) -> str:
    r"""The labels that are not empty, escaped: \\, \" and \n (there is no new line after `one_line`)."""
    said = (
        (name, one_line(value).replace("\\", "\\\\").replace('"', '\\"')) for name, value in labels.items() if value
    )
    written = ",".join(f'{name}="{value}"' for name, value in said)
    return f"{{{written}}}" if written else ""
