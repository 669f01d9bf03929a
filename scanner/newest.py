"""The newest scan of each network: what the inventory knows of the city as it is."""

from dataclasses import dataclass

from inventory.model import Endpoint
from inventory.report import Assessment, Scan
from inventory.store import Store


@dataclass(frozen=True, slots=True)
class Newest:
    """Those scans, and every device of theirs once, as the first of them has it; by address."""

    scans: tuple[Scan, ...]
    assessments: tuple[Assessment, ...]


def newest(store: Store, scan: str | None = None) -> Newest:
    """Of each network the newest scan, one that asked before one that only listened, one that ended before one that did not; or the scan that is named."""
    if scan is not None:
        reports = [store.report(scan)]
    else:
        order = sorted(
            store.scans(), key=lambda one: (one.is_passive, one.ended is None)
        )  # each newest first: sorting is stable
        reports = [store.report(one.id) for one in _of_each_network(order)]
    found: dict[str, Assessment] = {}
    for report in reports:
        for assessment in report.assessments:
            found.setdefault(assessment.device.identity, assessment)
    by_address = sorted(found.values(), key=lambda one: Endpoint(one.device.address, 0).sort_key)
    return Newest(tuple(report.scan for report in reports), tuple(by_address))


def _of_each_network(scans: list[Scan]) -> list[Scan]:
    covered: set[tuple[bool, str]] = set()
    chosen = []
    for scan in scans:
        networks = {(scan.is_passive, network) for network in scan.networks}
        if networks - covered:
            chosen.append(scan)
            covered |= networks
    return chosen
