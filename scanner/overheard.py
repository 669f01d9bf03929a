"""What listening and importing have told of a host that is found now, so that a scan need not ask for it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from inventory.model import Device, Endpoint, Observation
from inventory.store import Store
from scanner.discover import Host
from scanner.passive import load_readers
from scanner.protocols import load_protocols

KEPT = timedelta(days=30)
"""What is older may be of a device that is no longer there."""


@dataclass(frozen=True, slots=True)
class Overheard:
    """What was heard, by the device's MAC address and by its addresses; of each the newest."""

    by_mac: Mapping[str, tuple[Observation, ...]] = field(default_factory=dict)
    by_address: Mapping[str, tuple[str | None, tuple[Observation, ...]]] = field(default_factory=dict)

    def of(self, host: Host) -> tuple[Observation, ...]:
        """What was heard of that host: by its MAC address, else by its address unless another MAC address had that. At a TCP port only if it is open now."""
        heard = self.by_mac.get(host.mac or "")
        if heard is None:
            mac, heard = self.by_address.get(host.address, (None, ()))
            heard = heard if mac is None or host.mac is None or mac == host.mac else ()
        moved = (replace(seen, endpoint=replace(seen.endpoint, address=host.address)) for seen in heard)
        found: dict[tuple[Endpoint, str, str], Observation] = {}
        for seen in sorted(moved, key=lambda seen: seen.when):
            if seen.endpoint.transport != "tcp" or not seen.endpoint.port or seen.endpoint in host.open_ports:
                found[seen.endpoint, seen.protocol, seen.behind] = seen
        return tuple(found.values())


NOTHING_OVERHEARD = Overheard()


def overheard(store: Store, now: datetime) -> Overheard:
    """All that scans which asked nothing have told in the last KEPT."""
    by_mac: dict[str, tuple[Observation, ...]] = {}
    by_address: dict[str, tuple[str | None, tuple[Observation, ...]]] = {}
    for scan in reversed(store.scans()):
        if not scan.is_passive:
            continue
        for assessment in store.report(scan.id).assessments:
            device = assessment.device
            heard = tuple(seen for seen in device.observations if seen.when >= now - KEPT)
            if not heard:
                continue
            if device.mac:
                by_mac[device.mac] = _newest(by_mac.get(device.mac, ()), heard)
            for address in _addresses(device):
                mac, before = by_address.get(address, (None, ()))
                same = mac == device.mac or not mac or not device.mac
                by_address[address] = (device.mac or mac, _newest(before if same else (), heard))
    return Overheard(by_mac, by_address)


def known(heard: Sequence[Observation]) -> frozenset[tuple[str, Endpoint]]:
    """The protocols, each at its endpoint, that need not be asked: what was heard are the facts that they would ask for."""
    asked = {reader.NAME: reader.ASKED for reader in load_readers().values() if reader.ASKED}
    protocols = load_protocols()
    return frozenset(
        (asked[seen.protocol], seen.endpoint)
        for seen in heard
        if seen.protocol in asked
        and not seen.behind
        and asked[seen.protocol] in protocols
        and set(seen.facts) <= set(protocols[asked[seen.protocol]].FACTS)
    )


def _addresses(device: Device) -> tuple[str, ...]:
    return tuple(address for address in device.addresses if address != device.mac)


def _newest(before: tuple[Observation, ...], after: tuple[Observation, ...]) -> tuple[Observation, ...]:
    """Both, and of the same thing the newer one."""
    both = {
        (seen.protocol, seen.endpoint.port, seen.endpoint.transport, seen.behind): seen
        for seen in sorted((*before, *after), key=lambda seen: seen.when)
    }
    return tuple(both.values())
