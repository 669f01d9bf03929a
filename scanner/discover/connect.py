"""The connect sweep: TCP connections to port after port, which anyone may make.

Raw non-blocking sockets and one epoll: many addresses at a time, but never more than one connection to a device, and no faster than the pace allows. What was
opened is closed with FIN and its end awaited; what never answered is dropped without another packet. Memory holds only the addresses that are being asked.
"""

import asyncio
import contextlib
import errno
import heapq
import itertools
import random
import resource
import select
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field

from inventory.errors import ScopeError
from inventory.model import Endpoint
from scanner.bucket import Bucket
from scanner.discover.records import Host
from scanner.pace import Pace

LIKELY = (80, 443, 22, 23, 502)
"""Asked first: one of these answers, open or not, on almost every device that lives."""
SILENCE = 1.8
"""Seconds without an answer that make a port silent: the kernel repeats its SYN after one second."""
FAREWELL = 1.0
"""Seconds that a device may take to close its side."""
AT_ONCE = 512
"""Addresses that are asked at a time."""
MARGIN = 1.05
"""New connections come this much further apart than the rate says, so that no second of the device's own clock sees one too many."""
_NO_ROOM = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL, errno.EAGAIN))
"""This machine, not the device, has no room for one more connection just now."""
_HUNG_UP = frozenset((errno.ECONNRESET, errno.EPIPE))
"""The device took the connection and reset it before we looked: an open port. A SYN that is answered by a reset is ECONNREFUSED."""
_ROOM_TRIES = 20
_OPENED_PACKETS = 3
"""A connection takes three packets more than its SYN: the ACK, our FIN, and the ACK of the other FIN."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How to ask: the ports (as meant, and where they are reached), how fast, and what counts as alive.

    `allow` raises ScopeError; it is asked before every connection. `patience` says how many silent ports an address may show before it is given up; those of
    `alive` have answered an echo and are not. `loopback` is for this machine's own addresses, where a refusal proves nothing. `neighbours` gives the ARP table,
    which knows better, for addresses on this machine's own segments. `only` says of which addresses only these ports are asked: of those in quarantine.
    """

    ports: tuple[int, ...]
    reached_at: Callable[[int], int]
    pace: Pace
    allow: Callable[[str], object]
    patience: int
    alive: frozenset[str] = frozenset()
    loopback: bool = False
    neighbours: Callable[[], Mapping[str, str]] | None = None
    only: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


class _Called:
    """One address that is being asked."""

    __slots__ = (
        "address", "answered", "link", "open", "order", "patience", "port", "postponed", "refusing", "saying_goodbye", "started", "turn",
    )  # fmt: skip

    def __init__(self, address: str, manner: Manner) -> None:
        ports = manner.only.get(address, manner.ports)
        rest = random.Random(address).sample(ports, len(ports))
        self.address = address
        self.order = sorted(rest, key=lambda port: LIKELY.index(port) if port in LIKELY else len(LIKELY), reverse=True)
        self.patience = manner.patience
        self.answered = address in manner.alive
        self.open: list[int] = []
        self.link: socket.socket | None = None
        self.port = 0
        self.postponed = 0
        self.refusing: int | None = None
        self.saying_goodbye = False
        self.started = 0.0
        self.turn = 0


class Caller:
    """The sweep as a machine: `step` does what is due and says how long nothing will be; `take` gives what was found since."""

    def __init__(self, addresses: Iterator[str], manner: Manner, now: float) -> None:
        self._addresses = addresses
        self._manner = manner
        self._bucket = Bucket(manner.pace.packets_per_second, now)
        self._gap = MARGIN / min(manner.pace.device_connections_per_second, manner.pace.device_packets_per_second)
        self._epoll = select.epoll()
        self._open: dict[int, _Called] = {}
        self._active = 0
        self._most = min(AT_ONCE, max(8, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2))
        self._due: list[tuple[float, int, _Called]] = []
        self._deadlines: list[tuple[float, int, int, _Called]] = []
        self._serial = itertools.count()
        self._found: list[Host] = []
        self._exhausted = False
        self.done = 0
        self.packets = 0

    @property
    def over(self) -> bool:
        """Whether every address has been asked."""
        return self._exhausted and not self._active

    def fileno(self) -> int:
        """What becomes readable when there is something to do before the time is up."""
        return self._epoll.fileno()

    def take(self) -> list[Host]:
        """The hosts found since the last call."""
        found, self._found = self._found, []
        return found

    def close(self) -> None:
        """Drop every connection that is still open."""
        for called in list(self._open.values()):
            self._hang_up(called)
        self._epoll.close()

    def step(self, now: float) -> float:
        """Do what is due; seconds until something may be due again."""
        for descriptor, _ in self._epoll.poll(0):
            self._ready(self._open[descriptor], now)
        while self._deadlines and self._deadlines[0][0] <= now:
            _, _, turn, called = heapq.heappop(self._deadlines)
            if called.turn == turn and called.link is not None:
                self._late(called, now)
        self._admit(now)
        while self._due and self._due[0][0] <= now:
            if not self._due[0][2].order:
                self._finish(heapq.heappop(self._due)[2])
            elif self._bucket.take(now):
                self._dial(heapq.heappop(self._due)[2], now)
            else:
                return self._bucket.wait()
            self._admit(now)
        soonest = [heap[0][0] for heap in (self._due, self._deadlines) if heap]
        return max(0.0, min(soonest) - now) if soonest else 0.0

    def _admit(self, now: float) -> None:
        while self._active < self._most and not self._exhausted:
            address = next(self._addresses, None)
            if address is None:
                self._exhausted = True
                return
            self._active += 1
            called = _Called(address, self._manner)
            if called.order:
                heapq.heappush(self._due, (now, next(self._serial), called))
            else:
                self._finish(called)

    def _dial(self, called: _Called, now: float) -> None:
        self._manner.allow(called.address)
        called.port = called.order.pop()
        called.started = now
        called.turn += 1
        error = self._connect(called)
        if error in _NO_ROOM and called.postponed < _ROOM_TRIES:
            self._hang_up(called)
            called.postponed += 1
            called.order.append(called.port)
            heapq.heappush(self._due, (now + 0.2, next(self._serial), called))
            return
        self.packets += 1
        if error == errno.EINPROGRESS:
            self._by(called, now + SILENCE)
        else:
            self._settled(called, error, now)

    def _connect(self, called: _Called) -> int:
        """Begin a connection; its errno."""
        try:
            link = socket.socket(socket.AF_INET6 if ":" in called.address else socket.AF_INET, socket.SOCK_STREAM)
        except OSError as error:
            return error.errno or errno.EMFILE
        link.setblocking(False)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 1)
        called.link = link
        self._open[link.fileno()] = called
        error_number = link.connect_ex(_where(called.address, self._manner.reached_at(called.port)))
        self._epoll.register(link.fileno(), select.EPOLLOUT)
        return error_number

    def _by(self, called: _Called, when: float) -> None:
        heapq.heappush(self._deadlines, (when, next(self._serial), called.turn, called))

    def _ready(self, called: _Called, now: float) -> None:
        assert called.link is not None  # it is in the epoll
        if not called.saying_goodbye:
            self._settled(called, called.link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), now)
            return
        with contextlib.suppress(BlockingIOError):
            try:
                ended = not called.link.recv(65536)
            except ConnectionError:
                ended = True
            if ended:
                self._next(called, now)

    def _settled(self, called: _Called, error: int, now: float) -> None:
        if error in _HUNG_UP or (error == 0 and not _met_itself(called)):
            self._opened(called, now)
            return
        if error in (0, errno.ECONNREFUSED):
            called.answered = True
            called.refusing = called.port if error else called.refusing
        else:
            called.patience -= 1
        self._next(called, now)

    def _opened(self, called: _Called, now: float) -> None:
        assert called.link is not None  # it has just been connected
        called.answered = called.saying_goodbye = True
        called.open.append(called.port)
        self.packets += _OPENED_PACKETS
        self._bucket.owe(_OPENED_PACKETS)
        try:
            called.link.shutdown(socket.SHUT_WR)
        except OSError:  # the device has reset it meanwhile
            self._next(called, now)
            return
        self._epoll.modify(called.link.fileno(), select.EPOLLIN)
        self._by(called, now + FAREWELL)

    def _late(self, called: _Called, now: float) -> None:
        if not called.saying_goodbye:
            called.patience -= 1
            assert called.link is not None  # its deadline is of this turn
            called.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._next(called, now)

    def _next(self, called: _Called, now: float) -> None:
        """Hang up, and go on with the next port or end; a device that answered is told only when it may see its next connection, which will be the wire's."""
        self._hang_up(called)
        if not called.answered and self._hopeless(called):
            called.order.clear()
        if called.order or called.answered:
            heapq.heappush(self._due, (max(now, called.started + self._gap), next(self._serial), called))
        else:
            self._finish(called)

    def _hopeless(self, called: _Called) -> bool:
        """Whether an address that has not answered is given up: on a segment of this machine ARP knows, elsewhere patience ends."""
        if self._manner.neighbours is not None:
            return called.address not in self._manner.neighbours()
        return called.patience <= 0

    def _hang_up(self, called: _Called) -> None:
        if called.link is not None:
            self._epoll.unregister(called.link.fileno())
            del self._open[called.link.fileno()]
            called.link.close()
        called.link = None
        called.saying_goodbye = False

    def _finish(self, called: _Called) -> None:
        self._active -= 1
        self.done += 1
        mac = self._manner.neighbours().get(called.address) if self._manner.neighbours else None
        alive = bool(called.open) if self._manner.loopback else called.answered or mac is not None
        if alive:
            ports = tuple(Endpoint(called.address, port) for port in sorted(called.open))
            how = "icmp" if called.address in self._manner.alive else "connect"
            refusing = None if self._manner.loopback else called.refusing
            self._found.append(Host(called.address, mac, ports, how, refusing))


def _where(address: str, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """The socket address; of a link-local IPv6 address the zone is named by its number."""
    bare, zone, interface = address.partition("%")
    return (bare, port, 0, socket.if_nametoindex(interface)) if zone else (bare, port)


def _met_itself(called: _Called) -> bool:
    """Whether the connection is one of this machine's sockets to itself, which happens when the kernel gives it the port that is asked as its own."""
    assert called.link is not None  # it has just been connected
    try:
        return bool(called.link.getsockname() == called.link.getpeername())
    except OSError:  # the device has reset it meanwhile
        return False


async def call(addresses: Iterator[str], manner: Manner) -> AsyncIterator[tuple[list[Host], int, int]]:
    """Run the sweep; yields what was found since, the addresses done and the packets sent, at least five times a second."""
    caller = Caller(addresses, manner, time.monotonic())
    try:
        while not caller.over:
            try:
                wait = caller.step(time.monotonic())
            except ScopeError:
                yield caller.take(), caller.done, caller.packets
                raise
            yield caller.take(), caller.done, caller.packets
            if not caller.over:
                await _readable(caller.fileno(), min(wait, 0.2))
    finally:
        caller.close()


async def _readable(descriptor: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        async with asyncio.timeout(seconds):
            await ready.wait()
    except TimeoutError:
        pass
    finally:
        loop.remove_reader(descriptor)
