"""What was heard, gathered into devices: which addresses and MAC addresses belong together, and what each said. No I/O.

A device is known by its address, its MAC address, or both. Only what tells both at once binds them (ARP, neighbour discovery, DHCP, LLDP …): the MAC address
of a frame alone may be a router's. The newest word counts. Memory is bounded: what would go beyond is counted, not kept.
"""

import ipaddress
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache

from inventory.model import Device, Endpoint, Facts, FactValue, Observation
from inventory.oui import vendor_of
from scanner.fingerprint import fingerprint
from scanner.passive.sighting import Sighting
from scanner.scope import OWN_NETWORKS, Network

MOST_HOSTS = 65_536
"""Addresses, and MAC addresses, that are kept."""
MOST_SAID = 256
"""Different things that one host may say, its sub-devices' among them."""
MOST_OPEN = 4096
MOST_VALUES = 16
"""Texts of a fact that has several."""
ANSWERS_FOR_OTHERS = 8
"""A MAC address with more IPv4 addresses than this is a router's that answers for others (proxy ARP, RFC 1027): each address is then a device of its own."""
_TOLD = 5
_DAY = 86_400

_Key = tuple[str, int, str, str]


class _Host:
    """What an address, or a MAC address, said."""

    __slots__ = ("last", "open", "said")

    def __init__(self) -> None:
        self.said: dict[_Key, tuple[Facts, bytes, float]] = {}
        self.open: set[tuple[int, str]] = set()
        self.last = 0.0


class Hearing:
    """Takes sightings, and gives devices. `networks` are local besides the private ones; `now`, in Unix time, stands in for times that are none."""

    def __init__(self, networks: Iterable[Network] = (), now: Callable[[], float] = time.time) -> None:
        self._networks = (*OWN_NETWORKS, *networks)
        self._now = now
        self._by_address: dict[str, _Host] = {}
        self._by_mac: dict[str, _Host] = {}
        self._at: dict[str, str] = {}
        self._moved: dict[str, set[str]] = {}
        self._left_out = 0
        self._is_local = lru_cache(4096)(self._in_networks)

    def __len__(self) -> int:
        """About how many devices there are."""
        return len(self._by_address) + len(self._by_mac)

    def take(self, seen: Sighting) -> None:
        """Keep what was seen of one device, if it is a local one."""
        address = seen.address if seen.address and self._is_local(seen.address) else ""
        if not address and not seen.mac:
            return
        hosts, name = (self._by_address, address) if address else (self._by_mac, seen.mac)
        host = hosts.get(name)
        if host is None:
            if len(hosts) >= MOST_HOSTS:
                self._left_out += 1
                return
            host = hosts[name] = _Host()
        if address and seen.mac:
            self._bind(address, seen.mac)
        now = self._now()
        when = seen.when if 0 < seen.when <= now + _DAY else now
        host.last = max(host.last, when)
        if seen.is_open and seen.port and len(host.open) < MOST_OPEN:
            host.open.add((seen.port, seen.transport))
        if seen.facts:
            self._keep(host, seen, when)

    def devices(self) -> Iterator[tuple[Device, datetime]]:
        """Every device under its address's identity, with the time at which it was heard last; in the order of their addresses."""
        at: dict[str, list[str]] = {}
        for address, mac in self._at.items():
            at.setdefault(mac, []).append(address)
        for mac, addresses in list(at.items()):
            if _answers_for_others(addresses):
                del at[mac]
        bound = {address for addresses in at.values() for address in addresses}
        groups = [(mac, sorted(at.get(mac, ()), key=_rank)) for mac in {*at, *self._by_mac}]
        groups += [("", [address]) for address in self._by_address if address not in bound]
        for mac, addresses in sorted(groups, key=lambda group: Endpoint((group[1] or [group[0]])[0], 0).sort_key):
            yield self._device(mac, addresses)

    def notes(self) -> Iterator[str]:
        """What a reader should know: addresses that changed hands, routers that answer for others, and what there was no room for."""
        moved = sorted((a for a in self._moved if len(self._moved[a]) > 1), key=_rank)
        for address in moved[:_TOLD]:
            yield f"{address} was at {len(self._moved[address])} MAC addresses: {', '.join(sorted(self._moved[address])[:4])}"
        if len(moved) > _TOLD:
            yield f"{len(moved) - _TOLD:,} more addresses were at several MAC addresses"
        counts = Counter(mac for address, mac in self._at.items() if ":" not in address)
        routers = sorted(mac for mac, count in counts.items() if count > ANSWERS_FOR_OTHERS)
        for mac in routers[:_TOLD]:
            yield f"{mac} answers for {counts[mac]:,} addresses, as a router does; each is listed as a device of its own"
        if self._left_out:
            yield f"{self._left_out:,} sightings were left out: more than {MOST_HOSTS:,} addresses, or {MOST_SAID} statements of one"

    def _bind(self, address: str, mac: str) -> None:
        before = self._at.get(address)
        self._at[address] = mac
        if before is not None and before != mac:
            both = self._moved.setdefault(address, {before})
            if len(both) < MOST_VALUES:
                both.add(mac)

    def _keep(self, host: _Host, seen: Sighting, when: float) -> None:
        key = (seen.protocol, seen.port, seen.transport, seen.behind)
        before = host.said.get(key)
        if before is None:
            if len(host.said) >= MOST_SAID:
                self._left_out += 1
                return
            host.said[key] = (dict(seen.facts), seen.evidence, when)
        elif when >= before[2]:
            host.said[key] = (_joined(before[0], seen.facts), seen.evidence or before[1], when)
        else:
            host.said[key] = (_joined(seen.facts, before[0]), before[1], before[2])

    def _in_networks(self, address: str) -> bool:
        where = ipaddress.ip_address(address)
        return any(where in network for network in self._networks)

    def _device(self, mac: str, addresses: list[str]) -> tuple[Device, datetime]:
        places = tuple(addresses) or (mac,)
        hosts = [(address, self._by_address[address]) for address in addresses if address in self._by_address]
        hosts += [(places[0], self._by_mac[mac])] if mac in self._by_mac else []
        seen = _observations(hosts)
        is_open = {Endpoint(address, port, transport) for address, host in hosts for port, transport in host.open}
        device = Device(
            identity=f"address:{places[0]}",
            addresses=places,
            mac=mac or None,
            mac_vendor=vendor_of(mac) if mac else None,
            open_ports=tuple(sorted(is_open)),
            observations=seen,
            claims=fingerprint(seen, mac or None),
        )
        return device, _moment(max((host.last for _, host in hosts), default=self._now()))


def _observations(hosts: list[tuple[str, _Host]]) -> tuple[Observation, ...]:
    found: dict[tuple[Endpoint, str, str], Observation] = {}
    for address, host in hosts:
        for (protocol, port, transport, behind), (facts, evidence, when) in host.said.items():
            key = (Endpoint(address, port, transport), protocol, behind)
            before = found.get(key)
            joined = _joined(before.facts, facts) if before else facts
            found[key] = Observation(key[0], protocol, joined, evidence, _moment(when), behind)
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0].sort_key, key[1], key[2])))


def _joined(older: Facts, newer: Facts) -> dict[str, FactValue]:
    """Both together: the newer value of a fact, and of one with several texts all of them, as far as there is room."""
    both = {**older, **newer}
    for name, value in newer.items():
        before = older.get(name)
        if isinstance(value, tuple) and isinstance(before, tuple) and before != value:
            both[name] = tuple(sorted({*before, *value}))[:MOST_VALUES]
    return both


def _answers_for_others(addresses: list[str]) -> bool:
    return sum(":" not in address for address in addresses) > ANSWERS_FOR_OTHERS


def _rank(address: str) -> tuple[object, ...]:
    """The address to call a device by comes first: IPv4 before IPv6, and link-local ones last of each."""
    where = ipaddress.ip_address(address)
    return (where.version, where.is_link_local, int(where))


def _moment(when: float) -> datetime:
    return datetime.fromtimestamp(when, UTC)
