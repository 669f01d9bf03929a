"""A whole city of fakes in one asyncio process: every service of every device, and an account of all that is done to them."""

import asyncio
import contextlib
import errno
import resource
import socket
import ssl
import sys
import time
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from lab import certificates
from lab.fake import Datagram, Fate, Log, Service, Stream, Visit
from lab.plan import Placed
from lab.refusal import TellingContext
from lab.silence import silence, unsilence

SHIFT = 20000
"""What is added to ports below 1024 where this user may not bind them."""
_LONGEST_CONVERSATION = 300.0
_RESTART = 5.0
"""Seconds that a device is silent while it restarts."""
_TCP_ESTABLISHED = 1  # include/net/tcp_states.h


class CityError(Exception):
    """The city cannot be brought up here; the message says why."""


@dataclass(slots=True)
class _Site:
    """One device at work: its log, the sockets it is bound to and those of its connections, and when the last of them came."""

    placed: Placed
    log: Log = field(default_factory=Log)
    connections: list[socket.socket] = field(default_factory=list)
    arrivals: deque[float] = field(default_factory=deque)
    bound: list[socket.socket] = field(default_factory=list)
    restarting: bool = False

    def visit(self, client: str, address: str) -> Visit:
        where = f"[{address}]" if ":" in address else address
        placed = self.placed
        return Visit(client, self.log, placed.fake.manners, placed.name, where, placed.addresses, self.suffer)

    def suffer(self) -> None:
        """Do to the device what harm does to it, once."""
        fate = self.placed.fake.manners.fate
        if fate is Fate.NOTED or self.log.dead or self.restarting:
            return
        for deaf in (*self.bound, *self.connections):
            silence(deaf)
        if fate is Fate.DIES:
            self.log.dead = True
        else:
            self.log.restarts += 1
            self.restarting = True
            asyncio.get_running_loop().call_later(_RESTART, self._restarted)

    def _restarted(self) -> None:
        """Hear whoever calls anew; the connections from before stay dead."""
        self.restarting = False
        for deaf in self.bound:
            unsilence(deaf)

    def arrive(self, connection: socket.socket, visit: Visit) -> None:
        """Count a new connection, and note what the device's manners forbid."""
        # Whoever has closed counts no more, even where we have not read its FIN yet (it came before the next SYN), and even if it is the newest:
        # two ports are not accepted from in the order in which their clients came.
        self.connections = [one for one in (*self.connections, connection) if _is_open(one)]
        log, manners, now = self.log, visit.manners, time.monotonic()
        log.connections += 1
        log.open_now = len(self.connections)
        log.most_open = max(log.most_open, log.open_now, 1)
        if log.open_now > manners.connections:
            visit.harm(f"{log.open_now} connections at once")
        self.arrivals.append(now)
        while self.arrivals[0] < now - 1:
            self.arrivals.popleft()
        log.busiest_second = max(log.busiest_second, len(self.arrivals))
        if 0 < manners.connections_ever < log.connections:
            visit.harm(f"{log.connections} connections, and none of its {manners.connections_ever} slots is ever freed")
        if 0 < manners.connections_per_second < len(self.arrivals):
            visit.harm(f"{len(self.arrivals)} connections in a second")

    def leave(self, connection: socket.socket) -> None:
        """Count a connection as gone."""
        self.connections = [open_one for open_one in self.connections if open_one is not connection]
        self.log.open_now = len(self.connections)


def _is_open(connection: socket.socket) -> bool:
    try:
        return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _TCP_ESTABLISHED
    except OSError:
        return False


class City:
    """Devices at work. `shift` is added to their ports below 1024."""

    def __init__(self, placed: Sequence[Placed], shift: int = 0) -> None:
        self.shift = shift
        self.faults: list[str] = []
        self._sites = [_Site(one) for one in placed]
        self._listeners: list[socket.socket] = []
        self._transports: list[asyncio.BaseTransport] = []
        self._conversations: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Make every key, then listen on every port; raises `CityError` where an address or port is not to be had."""
        _raise_file_limit()
        for site, service in self._services():
            if isinstance(service, Stream):
                service.prepare(site.placed.name, site.placed.addresses)
                if service.tls:
                    certificates.context(site.placed.name, service.tls, site.placed.addresses)
        for site, service in self._services():
            for address in site.placed.addresses:
                if isinstance(service, Stream):
                    self._listen(site, service, address)
                else:
                    await self._receive(site, service, address)

    def port(self, port: int) -> int:
        """Where a device's port is bound."""
        return port + self.shift if port < 1024 else port

    async def close(self) -> None:
        """Hang up on everyone and close every port."""
        loop = asyncio.get_running_loop()
        while self._listeners:
            listener = self._listeners.pop()
            loop.remove_reader(listener)
            listener.close()
        while self._transports:
            self._transports.pop().close()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def record(self) -> dict[str, Any]:
        """What happened: each harm with its device, every device's log, and the faults of the lab itself."""
        named = [(site.placed.name, site.log) for site in self._sites]
        return {
            "harms": [{"device": name, "harm": harm} for name, log in named for harm in log.harms],
            "log": {name: asdict(log) for name, log in named},
            "faults": self.faults,
        }

    def _services(self) -> Iterator[tuple[_Site, Service]]:
        return ((site, service) for site in self._sites for service in site.placed.fake.services)

    def _bound(self, kind: socket.SocketKind, address: str, port: int) -> socket.socket:
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1 if kind == socket.SOCK_STREAM else 0)
        where = (address, self.port(port))
        try:
            made.bind(where)
        except OSError as error:
            made.close()
            hint = "; is another city up?" if error.errno == errno.EADDRINUSE else ""
            raise CityError(f"cannot bind {where[0]} port {where[1]}: {error.strerror}{hint}") from error
        return made

    def _listen(self, site: _Site, service: Stream, address: str) -> None:
        listener = self._bound(socket.SOCK_STREAM, address, service.port)
        site.bound.append(listener)
        listener.listen(128)
        self._listeners.append(listener)
        asyncio.get_running_loop().add_reader(listener, self._accept, listener, site, service, address)

    def _accept(self, listener: socket.socket, site: _Site, service: Stream, address: str) -> None:
        try:
            connection, client = listener.accept()
        except OSError:
            return  # it was gone again before we looked
        connection.setblocking(False)
        visit = site.visit(f"{client[0]}:{client[1]}", address)
        site.arrive(connection, visit)
        conversation = asyncio.ensure_future(self._serve(connection, site, service, visit))
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)

    async def _serve(self, connection: socket.socket, site: _Site, service: Stream, visit: Visit) -> None:
        try:
            async with asyncio.timeout(_LONGEST_CONVERSATION):
                await _converse(connection, service, visit)
        except OSError:
            pass  # TLS that did not come about, a client that went away, or one that stayed too long (TimeoutError)
        except Exception:
            self.faults.append(f"{site.placed.name} port {service.port}: {traceback.format_exc()}")
            traceback.print_exc(file=sys.stderr)
        finally:
            site.leave(connection)

    async def _receive(self, site: _Site, service: Datagram, address: str) -> None:
        bound = self._bound(socket.SOCK_DGRAM, address, service.port)
        site.bound.append(bound)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Mailbox(site, service, address), sock=bound)
        self._transports.append(transport)


async def _converse(connection: socket.socket, service: Stream, visit: Visit) -> None:
    """Hold one conversation, inside TLS where the service says so. TLS begins here and not in a listener, so that each connection is counted as it comes."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=65536)
    protocol = asyncio.StreamReaderProtocol(reader)
    context = None
    if service.tls:
        told = TellingContext(certificates.context(visit.device, service.tls, visit.addresses), connection)
        context = cast("ssl.SSLContext", told)  # asyncio asks nothing else of it
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=context)
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    try:
        await service.talk(reader, writer, visit)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


class _Mailbox(asyncio.DatagramProtocol):
    """A UDP service at its port."""

    def __init__(self, site: _Site, service: Datagram, address: str) -> None:
        self._site = site
        self._address = address
        self._service = service
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)  # asyncio's own is no subclass of it

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._site.log.datagrams += 1
        for answer in self._service.answers(data, self._site.visit(f"{addr[0]}:{addr[1]}", self._address)):
            if self._transport:
                self._transport.sendto(answer, addr)


def shift_needed(placed: Sequence[Placed]) -> int:
    """0 where this user may bind ports below 1024, else SHIFT."""
    for one in placed:
        for service in one.fake.services:
            if service.port < 1024:
                return _shift(one.address, service)
    return 0


def _shift(address: str, service: Service) -> int:
    kind = socket.SOCK_STREAM if isinstance(service, Stream) else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as trial:
        try:
            trial.bind((address, service.port))
        except PermissionError:
            return SHIFT
        except OSError:
            pass  # opening the city will say what is wrong
    return 0


def _raise_file_limit() -> None:
    """Ask for as many open files as the system grants: a device takes three or four, and the usual limit is 1024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
