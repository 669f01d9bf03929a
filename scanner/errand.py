"""An errand to one device, and the gate that every errand passes: the guards in their order, the pace, the books. No sockets here.

The order, for every connection and every datagram: the scope (the address that is reached), the quarantine, whether it is the same
device as at the beginning, the window, the ports that are never touched, the
level, the pace. They are asked again after the wait for the pace, because the window may have closed meanwhile.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from inventory.errors import ChangedHands, PeerError, Quarantined, ScopeError, Unreached, UsedUp
from inventory.model import Endpoint, Level
from inventory.report import Traffic
from scanner.audit import Audit
from scanner.conversation import Say
from scanner.guards import UndeclaredRequest, declared, shifted, touchable
from scanner.pace import Clock, Pacer
from scanner.scope import Scope, spelling
from scanner.ward import Ward

CONNECTION_PACKETS = 4
"""SYN, ACK, FIN, ACK."""
REFUSED_PACKETS = 1
"""SYN; the RST is the device's."""
_TIMES_KEPT = 64
SEGMENT = 1400
LOGIN = "login attempt"
"""What the audit line says instead of templates."""


@dataclass(slots=True)
class Errand:
    """One conversation or one login attempt: what it is for, and what has come of it for the audit line. `says` is None for a login.

    `offered` are the bytes of a login attempt, which are not shown when they come back.

    `rest` is how much of the pace's cool-down the device has after it: all of it where a scarce session was held. `most` is how many packets the device may
    have had from this scan, all errands together, before this one is broken off (0: any number).
    """

    endpoint: Endpoint
    protocol: str
    level: Level
    says: tuple[Say, ...] | None = None
    name: str = ""
    tls: bool = False
    rest: float = 0.0
    account: str = ""
    path: str = ""
    form: str = ""
    host_key: str = ""
    most: int = 0
    limit: asyncio.Timeout | None = None
    rule: str = ""
    outcome: str = ""
    said: Counter[str] = field(default_factory=Counter)
    offered: bytearray = field(default_factory=bytearray, repr=False)
    connections: int = 0
    bytes_out: int = 0
    bytes_in: int = 0
    reached: bool = False

    @property
    def address(self) -> str:
        """The address as it is reached; raises `ScopeError` for a name."""
        return spelling(self.endpoint.address)


class Gate:
    """The guards and the books of one scan."""

    def __init__(
        self,
        scope: Scope,
        pacer: Pacer,
        audit: Audit,
        *,
        level: Level,
        never_touch: frozenset[int],
        shift: int,
        clock: Clock,
        ward: Ward | None = None,
    ) -> None:
        self.pacer = pacer
        self._ward = ward or Ward()
        self._scope = scope
        self._audit = audit
        self._level = level
        self._never_touch = never_touch
        self._shift = shift
        self._clock = clock
        self._counted: Counter[str] = Counter()
        self._by_device: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._connected_in: dict[str, list[float]] = {}

    @property
    def traffic(self) -> Traffic:
        """What was sent until now."""
        return _traffic(self._counted)

    def sent_to(self, address: str) -> Traffic:
        """What was sent to one device until now."""
        return _traffic(self._by_device.get(address, Counter()))

    def volume(self, address: str) -> tuple[int, int]:
        """The bytes that were sent to one device, and that came from it, until now."""
        counted = self._by_device.get(address, Counter())
        return counted["bytes_out"], counted["bytes_in"]

    def connected_in(self, address: str) -> tuple[float, ...]:
        """The seconds that the device took to answer our first connections, in order."""
        return tuple(self._connected_in.get(address, ()))

    def connected(self, address: str, seconds: float) -> None:
        """Note how long the device took to answer a connection."""
        times = self._connected_in.setdefault(address, [])
        if len(times) < _TIMES_KEPT:
            times.append(seconds)

    @asynccontextmanager
    async def audited(self, errand: Errand, *, in_turn: bool = False) -> AsyncIterator[None]:
        """The device's turn for one errand (unless the caller has it: `in_turn`), and its audit line however it ends."""
        self._audit.ready()
        when = self._clock.now()
        try:
            self.guard(errand)
            async with nullcontext() if in_turn else self.pacer.turn(errand.address):
                try:
                    yield
                finally:
                    if errand.connections or errand.bytes_out:
                        self.pacer.rest(errand.address, errand.rest)
        except BaseException as error:
            errand.outcome = _ending(error)
            raise
        finally:
            self._audit.line(
                when=when,
                target=str(errand.endpoint),
                protocol=errand.protocol,
                said=[f"{name} x{count}" if count > 1 else name for name, count in errand.said.items()],
                bytes_out=errand.bytes_out,
                bytes_in=errand.bytes_in,
                connections=errand.connections,
                outcome=errand.outcome,
                rule=errand.rule,
                account=errand.account,
            )

    def guard(self, errand: Errand) -> None:
        """Raise `ScopeError` where the scope, the ports that are never touched or the level forbid the errand now, `Quarantined` for a device left alone."""
        self._scope.require(errand.endpoint.address)
        self._ward.guard(errand.address)
        self.same_hands(errand)
        grant = self._scope.allow(errand.endpoint.address, errand.level, self._clock.now())
        touchable(errand.endpoint, self._never_touch)
        if errand.level > self._level:
            raise ScopeError(
                f"{errand.endpoint} is refused: this scan may {self._level.label} only; "
                f"start it with --level {errand.level.label} if that is approved"
            )
        shifted(errand.endpoint, self._shift)
        errand.rule = grant.rule

    def same_hands(self, errand: Errand) -> None:
        """Raise `ChangedHands` where the address is another device's by now."""
        changed = self._ward.hands.changed(errand.address)
        if changed:
            raise ChangedHands(changed)

    def other_hands(self, errand: Errand, why: str) -> None:
        """Note that what answered the errand is another device."""
        self._ward.hands.tell(errand.address, why)

    def port(self, errand: Errand) -> int:
        """The port at which the errand's endpoint is reached."""
        return shifted(errand.endpoint, self._shift)

    def count(self, address: str, what: str, number: int) -> None:
        """Add to the traffic."""
        self._counted[what] += number
        self._by_device[address][what] += number


class Passage:
    """The way of one errand through the gate; also its meter."""

    def __init__(self, gate: Gate, errand: Errand) -> None:
        self._gate = gate
        self._errand = errand
        self._on_connection = 0
        self.datagram = errand.endpoint.transport == "udp"

    async def admit_connection(self) -> None:
        """Guards and pace for one more connection; a UDP socket says nothing yet, and its datagrams are admitted one by one."""
        self._gate.guard(self._errand)
        if not self.datagram:
            self._affordable(CONNECTION_PACKETS)
            await self._paced(self._gate.pacer.connection(self._errand.address, CONNECTION_PACKETS))
            self._gate.guard(self._errand)  # the window may have closed meanwhile

    async def admit_request(self, data: bytes) -> None:
        """SAYS, guards and pace for these bytes."""
        says = self._errand.says
        name = LOGIN if says is None else declared(says, data)
        if says is None:
            self._errand.offered += data
        self._affordable(_packets(len(data)))
        if self.datagram:
            self._gate.guard(self._errand)
        await self._paced(self._gate.pacer.packets(self._errand.address, _packets(len(data))))
        if self.datagram:
            self._gate.guard(self._errand)
        self._errand.said[name] = 1 if says is None else self._errand.said[name] + 1

    def connecting(self) -> None:
        """Count a connection that is being made."""
        self._errand.connections += 1
        self._on_connection = 0
        self._gate.count(self._errand.address, "connections", 1)
        self._spent(CONNECTION_PACKETS)

    def connected(self, seconds: float) -> None:
        """Note how long the device took to answer the connection."""
        self._gate.connected(self._errand.address, seconds)

    def refused(self) -> None:
        """Take back from the books what a refused connection did not come to: it is a SYN, and takes nothing of the device's."""
        self._errand.connections -= 1
        self._gate.count(self._errand.address, "connections", -1)
        self._gate.count(self._errand.address, "packets", REFUSED_PACKETS - CONNECTION_PACKETS)

    def sent(self, size: int, *, paced: bool = True) -> None:
        """Count `size` bytes that are being sent; those that did not wait for the pace are made up for by the next ones."""
        self._errand.reached = True
        self._errand.bytes_out += size
        self._gate.count(self._errand.address, "bytes_out", size)
        self._spent(_packets(size))
        if not paced:
            self._gate.pacer.spend(self._errand.address, _packets(size))

    def received(self, size: int) -> None:
        """Count `size` bytes that came, and their acknowledgement where there is one; raises `UsedUp` where there may be no further one."""
        self._errand.bytes_in += size
        self._gate.count(self._errand.address, "bytes_in", size)
        if not self.datagram:
            self._spent(1)
            self._gate.pacer.spend(self._errand.address, 1)
            self._affordable(1)

    def unheard(self) -> None:
        """Note that there is nobody at the port: what was sent there before any answer came has reached no one."""
        self._errand.reached = self._errand.bytes_in > 0

    def closed(self, segments: int) -> None:
        """Count what the kernel says to have sent on the connection beyond what was counted: it acknowledges every piece of what we read as one."""
        further = max(0, segments - self._on_connection)
        self._spent(further)
        self._gate.pacer.spend(self._errand.address, further)

    def handed_out(self) -> None:
        """Note that a client library has the connection, and may have said anything."""
        self._errand.reached = True
        self._errand.said[LOGIN] = 1

    def handed_back(self, packets: int, bytes_out: int, bytes_in: int) -> None:
        """Count what the library sent and heard."""
        self._errand.bytes_out += bytes_out
        self._errand.bytes_in += bytes_in
        further = max(0, packets - CONNECTION_PACKETS)
        self._spent(further)
        self._gate.pacer.spend(self._errand.address, further)

    def _spent(self, packets: int) -> None:
        self._on_connection += packets
        self._gate.count(self._errand.address, "packets", packets)

    def _affordable(self, packets: int) -> None:
        """Raise `UsedUp` where the device may not be sent that many more."""
        most = self._errand.most
        if most and self._gate.sent_to(self._errand.address).packets_sent + packets > most:
            raise UsedUp

    async def _paced(self, waiting: Coroutine[Any, Any, None]) -> None:
        """Wait for the pace; a login attempt's time stands still meanwhile."""
        limit, loop = self._errand.limit, asyncio.get_running_loop()
        ends = limit.when() if limit is not None else None
        if limit is None or ends is None:
            await waiting
            return
        left = ends - loop.time()
        limit.reschedule(None)
        await waiting
        limit.reschedule(loop.time() + left)


def _traffic(counted: Counter[str]) -> Traffic:
    return Traffic(counted["packets"], counted["connections"], counted["logins"])


def _packets(size: int) -> int:
    return max(1, -(-size // SEGMENT))


def _ending(error: BaseException) -> str:
    """How an errand that raised ended, for the audit line. What the device said is left out: it may echo what it was told."""
    match error:
        case ScopeError() | Quarantined() | ChangedHands():
            return f"refused: {error}"
        case Unreached():
            return f"unreached: {error}"
        case PeerError():
            return type(error).__name__
        case UndeclaredRequest():
            return f"not sent: {error}"
        case asyncio.CancelledError():
            return "cancelled"
        case _:
            return f"failed: {type(error).__name__}"
