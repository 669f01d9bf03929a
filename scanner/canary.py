"""The canary: a cheap reading of whether a device is still as alive as it was, before, between and after what it is asked.

How a reading is taken, cheapest first:

a. the SNMPv3 engine discovery, where the device has answered it: one datagram, no slot of anything, and it tells boots and uptime besides;
b. a connection to a port that the sweep found refusing: the kernel's RST costs the device no slot, and us two packets (not on this machine itself, whose
   refusals say nothing of a device);
c. a connection to a port that was open, closed with FIN, not the port just asked if there is another. A port of a controller is the last choice,
   and so is one whose server counts visitors who do not log in.

Every connection of a conversation is a reading of its own, by the round-trip time of its SYN as the kernel measured it; so a healthy device pays for two more
connections at most: one before, one after.

What is an alarm, and what is not:

- Only what was alive can die. A device is watched from its first reading on; one that never answered (a firewall, a tarpit that takes what comes and says
  nothing, an intrusion prevention that shut us out after the sweep) is not quarantined, its gaps say enough. A refusal is an answer: whoever refuses is alive.
- Silence counts only when two more tries are silent too, each after a pause (5 and 15 seconds, so that a lost packet, a spanning tree's or a radio's
  hiccup of half a minute is waited out), the last of them by every way there is.
- A round-trip counts as slow when it is ten times the device's median and at least FLOOR. Half a second is far beyond the jitter of a LAN, a busy embedded
  stack or a TLS handshake that holds up its only task. The kernel repeats a lost SYN after one second: that is one slow reading, and one is no alarm; it
  takes three in a row, two of them after the pauses. What this machine itself was late by is taken off.
- Where several devices fall silent together and none answers, it is a cable or this machine: they are stopped, and not quarantined.
- A restart shows in the device's own counters (boots up, uptime down), and is an alarm at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from statistics import median_low

from inventory.errors import ChangedHands, PeerClosed, PeerError, ProtocolError, Unreached
from inventory.identity import candidates
from inventory.model import Device, Endpoint, Facts
from inventory.quarantine import Quarantine, Uptime
from scanner.conversation import ProtocolModule, Safety, Target
from scanner.discover import Host
from scanner.protocols import load_protocols
from scanner.questions import CONTROL_PORTS
from scanner.uptime import counted, uptimes
from scanner.ward import Ward
from scanner.wire import Wire

FLOOR = 0.5
"""Seconds below which no round-trip is slow, however fast the device was before."""
TENFOLD = 10.0
FEW = 3
"""Questions after which a reading is due at a controller though all went well, where it takes no slot."""
MOST_CONNECTIONS = 4
"""Connections to open ports that all the readings between questions may take together; later ones wait for the next question's own."""
NETWORK = "several devices fell silent at once and none answered: it looks like the network, so the device was left and not quarantined"
COUNTING_PORTS = frozenset((3306, *range(5900, 5910)))
"""MySQL counts every connection without a login towards `max_connect_errors`, and VNC's servers count it as a failed one (`scanner/logins/vnc.py`)."""
_SPARED_PORTS = CONTROL_PORTS | COUNTING_PORTS
_WEB_PORTS = frozenset((80, 81, 443, 8000, 8080, 8443))


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading said: whether the device answered, and after how many seconds where that was timed."""

    alive: bool
    seconds: float | None = None


Way = Callable[[], Awaitable[Reading]]


class Canary:
    """Watches one device while it is asked.

    `quarantine` is what it has put the device into, or what it recognised it by; `halt` says why nothing more may be asked, "" while it may. `changed` says
    that its address is another device's by now.
    """

    def __init__(
        self, wire: Wire, ward: Ward, host: Host, *, scan: str, now: Callable[[], datetime], community: str = ""
    ) -> None:
        self._wire = wire
        self._ward = ward
        self._host = host
        self._scan = scan
        self._now = now
        self._community = community
        self._alive = False
        self._asked = ""
        self._worked: list[Endpoint] = []
        self._engine: Facts = {}
        self._engine_now: Facts = {}
        self.quarantine: Quarantine | None = None
        self.halt = ""
        self.changed = ""
        self._judged = 0
        self._good: list[float] = []
        self._since_reading = 0
        self._connections = 0

    async def before(self) -> None:
        """The first reading, from which on the device is watched; a port of a controller, or one that counts, is spared it, and so is who was only silent."""
        endpoint = self._refusing or next(iter(_by_cost(self._host.open_ports)), None)
        if endpoint is not None and (endpoint == self._refusing or endpoint.port not in _SPARED_PORTS):
            self._alive = (await self._connect(endpoint)).alive

    async def between(
        self, protocol: ProtocolModule, endpoint: Endpoint, ended: Facts | PeerError | None, device: Device
    ) -> None:
        """Judge the device after a question of `protocol` at `endpoint`, which brought facts, a `PeerError`, or a failure of ours (None)."""
        self._asked = f"{protocol.NAME} at {endpoint}"
        if self._has_changed():
            return
        recognised = self._ward.recognise(device)
        if recognised is not None:
            self._halt(recognised)
            return
        if ended is None or (isinstance(ended, PeerError) and endpoint.transport == "udp"):
            return
        if not isinstance(ended, PeerError) or isinstance(ended, ProtocolError | PeerClosed):
            self._alive = True
            self._works(endpoint)
            self._ward.heard(_clock())
        if not isinstance(ended, PeerError) and protocol.NAME == "snmp" and "snmp.engine_id" in ended:
            self._engine = ended
        self._since_reading += 1
        if endpoint.transport == "udp" and protocol.SAFETY is Safety.A:
            return  # these are under way together, and share the device's turn
        due = self._free and self._since_reading >= FEW and is_control(protocol, endpoint)
        in_vain = isinstance(ended, PeerError) and not isinstance(ended, ProtocolError)
        await self._judge(device, avoid=endpoint, suspicious=due or in_vain)

    async def after_login(self, endpoint: Endpoint, protocol: str, *, in_vain: bool, device: Device) -> None:
        """Judge the device after an account was tried."""
        self._asked = f"a login by {protocol} at {endpoint}"
        if self._has_changed():
            return
        await self._judge(device, avoid=endpoint, suspicious=in_vain and endpoint.transport == "tcp")

    async def conclude(self, device: Device) -> tuple[Uptime, ...]:
        """The last reading: what the device's counters say now, and whether it came through."""
        if not self._alive or not self._asked or self._has_changed():
            return ()
        before = counted(device)
        facts: Facts = {}
        if self._engine:
            facts = await self._discover(self._community) or {}
        proof = uptimes(before, facts)
        restart = next((uptime.restart for uptime in proof if uptime.restart), "")
        if restart:
            self._shut(device, restart)
        else:
            await self._judge(device, avoid=None, suspicious=not facts, last=True)
        return proof

    # Judging

    async def _judge(self, device: Device, *, avoid: Endpoint | None, suspicious: bool, last: bool = False) -> None:
        """Look at the newest round-trip, take a reading where there is a suspicion, and confirm an alarm before it becomes one."""
        slow = self._learn()
        ways = list(self._ways(avoid, timed=slow, freely=last))
        if self.halt or not ways or not (self._alive and (suspicious or slow)):
            return
        self._since_reading = 0
        reading = await ways[0]()
        restart = next((u.restart for u in uptimes(self._engine, self._engine_now) if u.restart), "")
        if restart:
            self._shut(device, restart)
        elif not self._well(reading):
            await self._confirm(device, avoid, reading)

    async def _confirm(self, device: Device, avoid: Endpoint | None, reading: Reading) -> None:
        """Two patient tries more; an answer in time at either ends the alarm."""
        address = self._host.address
        self._ward.suspect(address, _clock())
        try:
            for pause in self._wire.patience:
                await asyncio.sleep(pause)
                for way in list(self._ways(avoid, timed=reading.alive, freely=True)):
                    reading = await way()
                    if self._well(reading):
                        return
            if not reading.alive and self._ward.network_fails(address):
                self.halt = NETWORK
                return
        finally:
            self._ward.cleared(address)
        self._shut(device, self._complaint(reading))

    def _complaint(self, reading: Reading) -> str:
        if not reading.alive:
            return "it answered before, and fell silent while it was asked; two more tries, each after a pause, met silence"
        late = f"{reading.seconds or 0:.1f} s, and took {self._usual():.3f} s before"
        return f"it takes long to answer a connection ({late}), again and again while it was asked"

    def _has_changed(self) -> bool:
        """Whether the address is another device's by now; then nothing more is asked, and nobody is set aside for having gone."""
        self.changed = self.changed or self._ward.hands.changed(self._host.address)
        self.halt = self.halt or self.changed
        return bool(self.changed)

    def _shut(self, device: Device, reason: str) -> None:
        if self._has_changed():
            return
        identity = candidates(device.claims, device.mac, device.observations, device.address)[0][0]
        look = self._refusing or self._open_port(None)
        port = look.port if look and look.port not in _SPARED_PORTS else 0
        entry = Quarantine(identity, device.address, device.mac, reason, self._asked, self._now(), self._scan, port)
        self._halt(self._ward.shut(entry))

    def _halt(self, quarantine: Quarantine) -> None:
        self.quarantine, self.halt = quarantine, str(quarantine)

    def _learn(self) -> bool:
        """Take in the round-trips since the last time; whether the newest of them is slow. What is slow is not learnt as usual."""
        times = self._wire.connected_in(self._host.address)
        fresh, self._judged = times[self._judged :], len(times)
        for seconds in fresh:
            if not self._slow(seconds):
                self._good.append(seconds)
        return bool(fresh) and self._slow(fresh[-1])

    def _well(self, reading: Reading) -> bool:
        return reading.alive and (reading.seconds is None or not self._slow(reading.seconds))

    def _slow(self, seconds: float) -> bool:
        return bool(self._good) and seconds >= max(FLOOR, TENFOLD * self._usual())

    def _usual(self) -> float:
        return median_low(self._good or (0.0,))

    # Readings

    def _ways(self, avoid: Endpoint | None, *, timed: bool, freely: bool) -> Iterator[Way]:
        """The ways to take a reading, cheapest first; those that are `timed` alone, where it is about a round-trip."""
        if self._engine and not timed:
            yield self._ask_engine
        if (refusing := self._refusing) in self._worked and refusing is not None:
            yield partial(self._connect, refusing)
        if self._connections >= MOST_CONNECTIONS and not freely:
            return
        if (endpoint := self._open_port(avoid)) is not None:
            yield partial(self._connect, endpoint)

    @property
    def _free(self) -> bool:
        """Whether a reading takes no slot of the device's: each conversation's own connection must do where it would."""
        return bool(self._engine) or self._refusing in self._worked

    @property
    def _refusing(self) -> Endpoint | None:
        return Endpoint(self._host.address, self._host.refusing) if self._host.refusing else None

    def _open_port(self, avoid: Endpoint | None) -> Endpoint | None:
        """An open port that has taken a connection in this scan, rather not `avoid`; a port that never did proves nothing by its silence."""
        open_ports = [endpoint for endpoint in _by_cost(self._worked) if endpoint != self._refusing]
        return min(open_ports, key=lambda endpoint: (endpoint.port in _SPARED_PORTS, endpoint == avoid), default=None)

    def _works(self, endpoint: Endpoint) -> None:
        if endpoint.transport == "tcp" and endpoint not in self._worked:
            self._worked.append(endpoint)

    async def _connect(self, endpoint: Endpoint) -> Reading:
        self._connections += endpoint != self._refusing
        try:
            seconds = await self._wire.feel(endpoint)
        except (
            Unreached,
            ChangedHands,
        ):  # this machine lost its network, or the device its address: nothing was learnt against it
            return Reading(alive=True)
        if seconds is not None:
            self._works(endpoint)
            self._ward.heard(_clock())
        return Reading(seconds is not None, seconds)

    async def _ask_engine(self) -> Reading:
        return Reading(await self._discover("") is not None)

    async def _discover(self, community: str) -> Facts | None:
        target = Target(Endpoint(self._host.address, 161, "udp"), community=community)
        try:
            heard = await self._wire.hold(load_protocols()["snmp"], target)
        except PeerError:
            return None
        self._ward.heard(_clock())
        self._engine_now = heard.facts
        return heard.facts


def _by_cost(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Ports from the one whose server thinks nothing of a visitor without a word (web) to the one that is a controller's."""

    def cost(endpoint: Endpoint) -> tuple[bool, bool, Endpoint]:
        return (endpoint.port in _SPARED_PORTS, endpoint.port not in _WEB_PORTS, endpoint)

    return sorted(endpoints, key=cost)


def is_control(protocol: ProtocolModule, endpoint: Endpoint) -> bool:
    """Whether the question was one to a controller, which is read more often."""
    return protocol.SAFETY is Safety.B or endpoint.port in CONTROL_PORTS


def _clock() -> float:
    return asyncio.get_running_loop().time()
