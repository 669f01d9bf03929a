"""The ways to an address, and the run that goes them: by ARP and SYN on a segment, by ICMP and TCP connect behind a router, by nmap."""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from checks.ports import never_connect
from inventory.errors import ConfigError, ScopeError
from inventory.model import Endpoint
from scanner import spans
from scanner.discover.bridge import Bridge, BridgeEnded, BridgeRefused, scope_command
from scanner.discover.connect import LIKELY, Manner, call
from scanner.discover.links import links, may_send_raw, neighbours
from scanner.discover.neighbourhood import Neighbourhood
from scanner.discover.plan import Leg, Way, denies_of, legs, networks_of, own_addresses, permitted, segment_link
from scanner.discover.records import Host, Note, Progress, Sighting, Sweep
from scanner.discover.targets import Segment
from scanner.ward import Look

ENGINES = ("builtin", "nmap")
SMALL = 1024
"""Up to so many addresses, a silent one is asked for every port; in a larger sweep the likely ones must do."""
_PING_LOT = 1024
_TABLE_AGE = 0.2
NO_RAW = Note(
    "no raw sockets here (need root or CAP_NET_RAW): hosts are found by TCP connect, without MAC addresses beyond this machine's own ARP table; "
    "silent hosts without one of the asked ports are missed"
)


def _now() -> datetime:
    return datetime.now().astimezone()


class Run:
    """One sweep under way: its legs one after another, and what they add up to."""

    def __init__(self, sweep: Sweep, put: Callable[[Host | Note | Progress | Sighting], None]) -> None:
        self._sweep = sweep
        self._put = put
        self._addresses = 0
        self._done = 0
        self._packets = 0
        grants = tuple(sweep.scope.grants)
        self._fence = scope_command(networks_of(grants), denies_of(grants), sweep.never_touch)

    async def run(self) -> None:
        """Plan, then go every leg."""
        require(self._sweep.engine)
        allowed, refusals = permitted(self._sweep, _now())
        for note in refusals:
            self._put(note)
        self._addresses = spans.count(allowed)
        await self._ask_neighbours()
        for leg in self._legs(allowed):
            before = self._done
            try:
                await self._go(leg)
            except BridgeEnded as error:
                self._put(Note(f"{leg.text}: the sweep ended early, its bridge failed ({error})", incomplete=True))
                continue
            except ScopeError as error:
                self._put(Note(f"{leg.text}: the sweep was ended by the scope: {error}", incomplete=True))
                return
            self._done = before + leg.count
            self._tell(0, 0)

    async def _ask_neighbours(self) -> None:
        """First of all, for its connections may not come while others of the same device are open: those of the conversations that follow."""
        for segment in self._sweep.targets.segments:
            try:
                for span in spans.without([segment.span], denies_of(self._sweep.scope.grants))[:1]:
                    self._allow(spans.address_text(6, span.first))
            except ScopeError as error:
                self._put(Note(f"{segment}: not asked: {error}"))
                return
        neighbourhood = Neighbourhood(self._sweep, self._fence, self._allow, links())
        async for record in neighbourhood.asked():
            if isinstance(record, Host):
                self._addresses += 1
                self._done += 1
            self._put(record)
        self._packets += neighbourhood.packets
        self._tell(0, 0)

    async def _go(self, leg: Leg) -> None:
        match leg.way:
            case Way.SEGMENT:
                await self._by_segment(leg)
            case Way.ROUTED:
                await self._by_route(leg)
            case Way.NMAP:
                await self._by_nmap(leg)
            case _:
                await self._by_connecting(leg)

    def _legs(self, allowed: tuple[spans.Span, ...]) -> Iterable[Leg]:
        if not allowed:
            return ()
        planned = ways_to(allowed, self._sweep.engine)
        if self._sweep.engine == "nmap" and os.geteuid() != 0:
            self._put(Note("nmap runs without root: it connects to ports, and sees no MAC addresses"))
        by_connect = (Way.SEGMENT_BY_CONNECT, Way.ROUTED_BY_CONNECT)
        if not may_send_raw() and any(leg.way in by_connect for leg in planned):
            self._put(NO_RAW)
        spared = sorted(set(self._sweep.asked_ports) - set(self._sweep.connected_ports))
        if spared and any(leg.way is not Way.SEGMENT for leg in planned):
            self._put(
                Note(f"not asked by connecting, which would stop what runs behind them: {', '.join(map(str, spared))}")
            )
        return planned

    def _tell(self, done: int, packets: int) -> None:
        self._put(Progress(self._done + done, self._addresses, self._packets + packets))

    def _allow(self, address: str) -> None:
        self._sweep.scope.allow(address, self._sweep.level, _now())

    def _physical(self) -> dict[int, list[int]]:
        """The ports that are really asked, and which ports are meant by each."""
        asked: dict[int, list[int]] = {}
        for port in self._sweep.asked_ports:
            asked.setdefault(self._sweep.reached_at(port), []).append(port)
        return asked

    def _host(self, event: Mapping[str, Any], mac: str | None, how: str) -> Host:
        meant = self._physical()
        ports = sorted(port for real in event["ports"] for port in meant.get(real, ()))
        refusing = next(iter(meant.get(event.get("refusing") or 0, ())), None)
        return Host(event["host"], mac, tuple(Endpoint(event["host"], port) for port in ports), how, refusing)

    def _rates(self) -> dict[str, Any]:
        pace = self._sweep.pace
        return {
            "packets_per_second": pace.packets_per_second,
            "device_packets_per_second": pace.device_packets_per_second,
        }

    async def _by_segment(self, leg: Leg) -> None:
        assert leg.link is not None  # a segment is a link's
        command = {
            "command": "sweep",
            "interface": leg.link.interface,
            "address": leg.link.address,
            "ranges": [str(span) for span in leg.spans],
            "ports": sorted(self._physical()),
            "look_macs": sorted(look.mac for look in self._sweep.looks if look.mac),
            "look_addresses": sorted(
                look.address for look in self._sweep.looks if not look.mac and ":" not in look.address
            ),
            **self._rates(),
        }
        macs: dict[str, str] = {}
        told: set[str] = set()
        try:
            async with Bridge("l2", self._fence) as bridge:
                async for event in bridge.follow(command):
                    self._segment_event(event, macs, told, leg)
        except BridgeRefused:
            raise
        except BridgeEnded as error:
            self._put(Note(f"{leg.text}: the bridge failed ({error}); what was left is asked by TCP connect"))
            rest = spans.without(leg.spans, [spans.of_address(address) for address in told])
            self._done += leg.count - spans.count(rest)
            await self._by_connecting(Leg(Way.SEGMENT_BY_CONNECT, rest, leg.link))

    def _segment_event(self, event: Mapping[str, Any], macs: dict[str, str], told: set[str], leg: Leg) -> None:
        match event["event"]:
            case "host":
                macs[event["host"]] = event["mac"]
            case "ports":
                told.add(event["host"])
                self._put(self._host(event, macs.pop(event["host"]), "arp"))
            case "progress":
                self._tell(event["done"], event["packets"])
                self._allow(spans.address_text(leg.spans[0].version, leg.spans[0].first))
            case "done":
                self._packets += event["packets"]

    async def _by_route(self, leg: Leg) -> None:
        """Ping a lot of addresses, then connect to them; should the bridge fail, connect all the same."""
        pinging = True
        async with Bridge("l2", self._fence) as bridge:
            for lot in spans.chunks(leg.spans, _PING_LOT):
                alive: set[str] = set()
                try:
                    if pinging:
                        await self._ping(bridge, lot, alive)
                except BridgeRefused:
                    raise
                except BridgeEnded as error:
                    pinging = False
                    self._put(Note(f"{leg.text}: the bridge failed ({error}); hosts are found by TCP connect alone"))
                await self._by_connecting(Leg(leg.way, lot), frozenset(alive))
                self._done += spans.count(lot)

    async def _ping(self, bridge: Bridge, lot: tuple[spans.Span, ...], alive: set[str]) -> None:
        self._allow(spans.address_text(lot[0].version, lot[0].first))
        command = {"command": "ping", "ranges": [str(span) for span in lot], **self._rates()}
        async for event in bridge.follow(command):
            if event["event"] == "host":
                alive.add(event["host"])
            elif event["event"] == "done":
                self._packets += event["packets"]

    async def _by_nmap(self, leg: Leg) -> None:
        looked_at = [spans.of_address(look.address) for look in self._sweep.looks]
        command = {
            "command": "sweep",
            "ranges": [str(span) for span in spans.without(leg.spans, looked_at)],
            "ports": sorted(set(self._physical()) - (frozenset() if os.geteuid() == 0 else never_connect())),
            "pace": self._sweep.pace.name,
            **self._rates(),
        }
        own = own_addresses(links())
        if looked_at:
            await self._by_connecting(Leg(Way.ROUTED_BY_CONNECT, spans.within(leg.spans, looked_at)))
        async with Bridge("nmap", self._fence) as bridge:
            async for event in bridge.follow(command):
                if event["event"] == "found":
                    itself = spans.within([spans.of_address(event["host"])], own)
                    if event["ports"] or not itself:
                        self._put(self._host(event, event["mac"], "nmap"))
                elif event["event"] == "progress":
                    self._tell(event["done"], 0)
                    self._allow(spans.address_text(leg.spans[0].version, leg.spans[0].first))

    async def _by_connecting(self, leg: Leg, alive: frozenset[str] = frozenset()) -> None:
        packets = 0
        async for found, done, packets in call(spans.addresses(leg.spans), self._manner(leg, alive)):
            for host in found:
                self._put(host)
            self._tell(done, packets)
        self._packets += packets

    def _look_at(self, look: Look, alive: frozenset[str]) -> tuple[int, ...]:
        """The port by which the presence of a quarantined device is seen where an echo has not shown it; none where none is known or allowed."""
        return (look.port,) if look.address not in alive and look.port in self._sweep.connected_ports else ()

    def _manner(self, leg: Leg, alive: frozenset[str]) -> Manner:
        ports = self._sweep.connected_ports
        return Manner(
            ports,
            self._sweep.reached_at,
            self._sweep.pace,
            self._allow,
            patience=patience(leg.way, ports, self._addresses),
            alive=alive,
            loopback=leg.way is Way.LOOPBACK,
            neighbours=_table() if leg.way is Way.SEGMENT_BY_CONNECT else None,
            only={look.address: self._look_at(look, alive) for look in self._sweep.looks},
        )


def require(engine: str) -> None:
    """Raise `ConfigError` where there is no such engine, or it is not installed."""
    if engine not in ENGINES:
        raise ConfigError(f"engine {engine!r}: there are {' and '.join(ENGINES)}")
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/bin", "/usr/local/bin"))  # as python-nmap looks
    if engine == "nmap" and shutil.which("nmap", path=places) is None:
        raise ConfigError("nmap is not installed: apt-get install nmap, or leave out --engine nmap")


def require_segments(segments: Iterable[Segment]) -> None:
    """Raise `ConfigError` for an IPv6 segment that this machine does not stand on."""
    here = links()
    for segment in segments:
        segment_link(segment, here)


def ways_to(allowed: tuple[spans.Span, ...], engine: str) -> tuple[Leg, ...]:
    """The legs of a sweep of these addresses from this machine, as it is now. Sends nothing."""
    if engine == "nmap":
        return (Leg(Way.NMAP, allowed),)
    return tuple(legs(allowed, links(), raw=may_send_raw()))


def patience(way: Way, ports: tuple[int, ...], addresses: int) -> int:
    """How many of these ports a silent address is asked for, in a sweep of so many addresses."""
    large = addresses > SMALL and way is not Way.LOOPBACK
    return max(1, len(set(LIKELY).intersection(ports))) if large else len(ports)


def _table() -> Callable[[], Mapping[str, str]]:
    """The ARP table, read again when it is older than a fifth of a second."""
    when, table = 0.0, dict[str, str]()

    def read() -> Mapping[str, str]:
        nonlocal when, table
        if time.monotonic() - when > _TABLE_AGE:
            when, table = time.monotonic(), neighbours()
        return table

    return read
