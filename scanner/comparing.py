"""Compares a report with an earlier one by all that the inventory knows: what is new, and what only the last scan did not see."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

from inventory.diff import Diff, diff, missing
from inventory.model import Device
from inventory.report import Report, Scan
from inventory.sought import Sought
from inventory.store import Store
from scanner.city import City
from scanner.earlier import before
from scanner.ranking import in_context
from scanner.reaching import asked_by
from scanner.spans import of_address

FAR = 30
"""So many scans before the older one are looked into at most: about a month of nights."""


def compared(store: Store, old: Report, new: Report, then: City) -> Diff:
    """What changed between two ranked reports; `then` is what the city knew on the older one's day."""
    return diff(old, new, further_back(store, old, new, then), outside(new.scan))


def further_back(store: Store, old: Report, new: Report, then: City) -> tuple[Report, ...]:
    """What the scans before the older one say of what is missing in one of the two, the newest first; then what those of other networks do."""
    asked = not (old.scan.is_passive or new.scan.is_passive) and old.scan.vantage == new.scan.vantage
    if not asked or old.scan.started >= new.scan.started:
        return ()  # backwards there is no past: what is "new" then was mended
    scans, sought = store.scans(), missing(old, new)
    alike = [scan for part in _parts(old.scan, scans) for scan in before(part, scans)[:FAR]]
    alike.sort(key=attrgetter("started"), reverse=True)
    past = (*(store.earlier(alike, sought) if alike else ()), *_elsewhere(store, scans, new.scan, sought))
    return tuple(_then(report, then) for report in past)


def _parts(scan: Scan, scans: Iterable[Scan]) -> tuple[Scan, ...]:
    """The scans that this one is put together from, or itself."""
    ids = {one.scan for one in scan.sites}
    return tuple(other for other in scans if other.id in ids) if ids else (scan,)


def _elsewhere(store: Store, scans: Sequence[Scan], new: Scan, sought: Sought) -> tuple[Report, ...]:
    """What the last scans of other networks say of devices that are new here: one that was moved from site to site is no news. What they share there is."""
    if not sought.themselves:
        return ()
    met = store.briefs.met_in(sought.themselves)
    here = {part.networks for part in _parts(new, scans)}
    others = [
        scan
        for scan in scans
        if scan.id in met and scan.networks not in here and scan.vantage == new.vantage and not scan.is_passive
        if scan.ended is not None and scan.ended <= new.started
    ]
    moved = {name: found for name, found in sought.devices.items() if name in sought.themselves}
    reports = store.earlier(others[:FAR], Sought(moved, {}, sought.themselves)) if others else ()
    return tuple(replace(report, fleet=()) for report in reports)


def _then(report: Report, city: City) -> Report:
    return replace(report, assessments=tuple(in_context(each, city) for each in report.assessments))


def outside(scan: Scan) -> Callable[[Device], str]:
    """Tells why a scan could not ask a device at any of the addresses that it had, in a sentence; "" where it could, or where nobody can say."""
    asked = asked_by(scan)

    def could_ask(address: str) -> bool:
        try:
            place = of_address(address.partition("%")[0])
        except ValueError:  # a MAC address: it was only heard
            return True
        linked = ipaddress.ip_address(address.partition("%")[0]).is_link_local
        return linked or any(s.version == place.version and s.first <= place.first <= s.last for s in asked)

    def why(device: Device) -> str:
        if not asked or scan.is_passive or any(map(could_ask, device.addresses)):
            return ""
        are = "is" if len(device.addresses) == 1 else "are"
        return f"{', '.join(device.addresses)} {are} not among the addresses that the newer scan may ask"

    return why


def cautions(old: Scan, new: Scan) -> Iterator[str]:
    """What else than the devices is different between two scans, in sentences: what is new or gone by that has not changed out there."""
    if old.intel != new.intel:
        yield f"they were judged by different intelligence: {_short(old.intel)}, then {_short(new.intel)}; what is new may only be known better"
    if old.policy != new.policy:
        yield f"they were judged by different policies: {old.policy or 'none'}, then {new.policy or 'none'}"
    if old.level != new.level:
        yield f"the older scan was of level {old.level.label}, the newer one of level {new.level.label}"
    if old.ports != new.ports:
        yield f"they asked different ports: {old.ports or 'all of a city'}, then {new.ports or 'all of a city'}"
    if old.version != new.version:
        yield f"they were made by different versions of Tocsin: {old.version}, then {new.version}"
    if new.ended is None:
        yield "the newer scan did not end: what it had not reached yet is not observed"


def _short(intel: str) -> str:
    """The day of the intelligence and the beginning of its hash."""
    day, _, digest = intel.partition(" ")
    return f"{day} {digest[:15]}".strip() or "none"
