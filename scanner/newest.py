"""The newest scan of each network from each place that looked lately: what the inventory knows of the city as it is."""

from dataclasses import dataclass
from datetime import UTC, datetime

from inventory.known import Known
from inventory.model import Endpoint
from inventory.report import Assessment, Scan, under
from inventory.store import Store
from inventory.vantages import MEASURED_FOR


@dataclass(frozen=True, slots=True)
class Newest:
    """Those scans, and every device of theirs once, by the record that speaks for it (`inventory.vantages`), else as the first of them has it; by address."""

    scans: tuple[Scan, ...]
    assessments: tuple[Assessment, ...]


def newest(store: Store, scan: str | None = None) -> Newest:
    """Of each network the newest scan, one that asked before one that only listened, one that ended before one that did not; or the scan that is named."""
    speaking: dict[str, Known] = {}
    if scan is not None:
        reports = [store.report(scan)]
    else:
        speaking = {name: known for known in store.briefs.newest() for name in known.identities}
        order = sorted(
            store.scans(), key=lambda one: (one.is_passive, one.ended is None)
        )  # each newest first: sorting is stable
        reports = [store.report(one.id) for one in _of_each_network(order)]
    found: dict[str, Assessment] = {}
    for report in reports:
        for assessment in report.assessments:
            known = speaking.get(assessment.device.identity)
            name = known.assessment.device.identity if known else assessment.device.identity
            if name not in found or (known and known.scan == report.scan.id):
                found[name] = under(assessment, name)
    by_address = sorted(found.values(), key=lambda one: Endpoint(one.device.address, 0).sort_key)
    return Newest(tuple(report.scan for report in reports), tuple(by_address))


def _of_each_network(scans: list[Scan]) -> list[Scan]:
    """Of each network the first of these scans, and of each place that asked it within `MEASURED_FOR` of the newest one the first from there."""
    covered: set[tuple[bool, str, str]] = set()
    chosen = []
    since = max((scan.started for scan in scans), default=datetime.now(UTC)) - MEASURED_FOR
    for scan in scans:
        networks = {(scan.is_passive, "", network) for network in scan.networks}
        if not scan.is_passive and scan.started >= since:
            networks |= {(False, f"from {scan.vantage}", network) for network in scan.networks}
        if networks - covered:
            chosen.append(scan)
            covered |= networks
    return chosen
