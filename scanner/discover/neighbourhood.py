"""Who is there on an IPv6 segment: nobody sweeps a /64, so all nodes are asked at once, and those that answer become hosts.

One multicast packet per segment, an echo to all nodes (ff02::1); those that the scope denies hear it too, and are asked nothing further. Each neighbour in
scope is then asked for its TCP ports by connecting, one connection to a device at a time however many addresses it has. All are told when all have been asked,
so that no conversation meets a device whose ports are being asked still.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from ipaddress import IPv6Address
from typing import Any

from inventory.errors import ScopeError
from scanner import spans
from scanner.discover.bridge import Bridge, BridgeEnded, BridgeRefused
from scanner.discover.connect import Manner, call
from scanner.discover.links import Link, may_send_raw
from scanner.discover.plan import denies_of, own_addresses, segment_link
from scanner.discover.records import Host, Note, Sighting, Sweep
from scanner.discover.targets import Segment

LISTENING = 3.0
"""Seconds in which answers to the one echo may come: a sleepy radio link takes its time, and nodes spread theirs."""


class Neighbourhood:
    """The IPv6 segments of one sweep. `packets` counts what was sent."""

    def __init__(
        self, sweep: Sweep, fence: dict[str, Any], allow: Callable[[str], object], links: tuple[Link, ...]
    ) -> None:
        self.packets = 0
        self._sweep = sweep
        self._fence = fence
        self._allow = allow
        self._links = links
        self._macs: dict[str, str] = {}
        self._sighted: dict[str, str] = {}

    async def asked(self) -> AsyncIterator[Host | Note | Sighting]:
        """Ask all nodes of every segment, then the ports of those that are in scope."""
        for segment in self._sweep.targets.segments:
            async for note in self._ask_all_nodes(segment):
                yield note
        found: list[Host] = []
        try:
            for lot in self._lots():
                found += await self._ports_of(lot)
        except ScopeError as error:
            yield Note(f"IPv6 neighbours: the sweep was ended by the scope: {error}", incomplete=True)
        for host in found:
            yield host
        for address, mac in self._sighted.items():
            if address not in self._macs:
                yield Sighting(address, mac)

    async def _ask_all_nodes(self, segment: Segment) -> AsyncIterator[Note]:
        if not may_send_raw():
            yield Note(
                f"{segment}: no raw sockets here (need root or CAP_NET_RAW), so nobody was asked", incomplete=True
            )
            return
        link = segment_link(segment, self._links)
        command = {
            "command": "neighbours",
            "interface": link.interface,
            "address": link.address,
            "ranges": [str(span) for span in spans.without([segment.span], denies_of(self._sweep.scope.grants))],
            "seconds": LISTENING,
        }
        try:
            async with Bridge("l2", self._fence) as bridge:
                async for event in bridge.follow(command):
                    self._heard(event, link)
        except BridgeRefused as error:
            yield Note(f"{segment}: not asked: {error}", incomplete=True)
        except BridgeEnded as error:
            yield Note(f"{segment}: its neighbours were not all heard, the bridge failed ({error})", incomplete=True)

    def _heard(self, event: dict[str, Any], link: Link) -> None:
        if event["event"] == "done":
            self.packets += event["packets"]
            return
        zone = f"%{link.interface}" if IPv6Address(event["host"]).is_link_local else ""
        address = event["host"] + zone
        if event["event"] == "sighted":
            self._sighted[address] = event["mac"]
        elif address not in self._sweep.skip and self._is_ours_to_ask(event["host"]):
            self._macs[address] = event["mac"]

    def _is_ours_to_ask(self, address: str) -> bool:
        """Whether a neighbour is neither this machine nor denied, and not asked one by one anyway."""
        itself = spans.of_address(address)
        elsewhere = (*own_addresses(self._links), *denies_of(self._sweep.scope.grants), *self._sweep.targets.spans)
        return bool(spans.without([itself], elsewhere))

    def _lots(self) -> Iterator[list[str]]:
        """The neighbours, in lots in which no device is twice."""
        by_mac: dict[str, list[str]] = {}
        for address, mac in self._macs.items():
            by_mac.setdefault(mac, []).append(address)
        while by_mac:
            yield [addresses.pop(0) for addresses in by_mac.values()]
            by_mac = {mac: addresses for mac, addresses in by_mac.items() if addresses}

    async def _ports_of(self, lot: list[str]) -> list[Host]:
        sweep = self._sweep
        manner = Manner(
            sweep.connected_ports,
            sweep.reached_at,
            sweep.pace,
            self._allow,
            patience=len(sweep.connected_ports),
            neighbours=lambda: self._macs,
        )
        found: list[Host] = []
        before = self.packets
        async for hosts, _, packets in call(iter(lot), manner):
            found += [replace(host, how="nd") for host in hosts]
            self.packets = before + packets
        return found
