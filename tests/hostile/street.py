"""A street of hostile devices: each an address of STREET.0/25 with handlers at its ports, all in one thread of the tests' own.

A handler is a coroutine over one connection; an answerer maps a datagram to the datagrams that come back. What a device was told is in its `Told`.
"""

import asyncio
import base64
import contextlib
import os
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

SHIFT = 0 if os.geteuid() == 0 else 20000
"""Who may not bind ports below 1024 has them this much higher, and tells the scan so."""


_BLOCK, _PART = 200 + os.getpid() % 25 * 2, os.getpid() // 25 % 250
STREET, OUTSIDE = f"127.{_BLOCK}.{_PART}", f"127.{_BLOCK + 1}.{_PART}.1"
"""The first three numbers of the street's network, which is this test run's own, and an address that is not in it."""


def _is_open(connection: Any) -> bool:
    """Whether both sides have it open (TCP_ESTABLISHED, include/net/tcp_states.h)."""
    try:
        return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 1)
    except OSError:
        return False


@dataclass(slots=True)
class Told:
    """What a device was told: connections and datagrams by port, the heads of requests, the pairs of user and password that were tried on it
    (of SNMP the community is the password), how often each user was, and what came in a password's place."""

    connections: Counter[int] = field(default_factory=Counter)
    datagrams: Counter[int] = field(default_factory=Counter)
    requests: list[bytes] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    accounts: Counter[str] = field(default_factory=Counter)
    proofs: list[bytes] = field(default_factory=list)
    sockets: list[Any] = field(default_factory=list)
    most_open: int = 0

    def arrive(self, connection: Any) -> None:
        """Count a new connection. Whoever has closed counts no more, also where we have not read its FIN yet."""
        self.sockets = [one for one in (*self.sockets, connection) if _is_open(one)]
        self.most_open = max(self.most_open, len(self.sockets), 1)

    def login(self, user: str, password: str) -> None:
        self.accounts[user] += 1
        self.pairs.append((user, password))

    @property
    def passwords(self) -> list[str]:
        return [password for _, password in self.pairs]


Handler: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Told], Awaitable[None]]
Answerer: TypeAlias = Callable[[bytes, Told], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Hostile:
    """One hostile device: its host number, its TCP handlers and its UDP answerers by port. `keys` are SSH servers' host keys by port."""

    name: str
    host: int
    tcp: Mapping[int, Handler] = field(default_factory=dict)
    udp: Mapping[int, Answerer] = field(default_factory=dict)
    ssh: Mapping[int, Any] = field(default_factory=dict)
    network: str = STREET
    told: Told = field(default_factory=Told)

    @property
    def address(self) -> str:
        return f"{self.network}.{self.host}"


def at(*ports: int, handler: Handler) -> dict[int, Handler]:
    """The same handler at each of these ports."""
    return dict.fromkeys(ports, handler)


def reached(port: int) -> int:
    """Where a port is bound."""
    return port + SHIFT if port < 1024 else port


@contextlib.contextmanager
def standing(devices: Iterable[Hostile]) -> Iterator[None]:
    """The devices stand while the block runs."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    up: threading.Event = threading.Event()
    failed: list[BaseException] = []

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.set_exception_handler(
            lambda _, context: failed.append(context.get("exception") or RuntimeError(context["message"]))
        )
        try:
            loop.run_until_complete(_serve(devices, up, stop))
        except BaseException as error:
            failed.append(error)
        finally:
            up.set()
            loop.close()

    thread = threading.Thread(target=serve, name="hostile street")
    thread.start()
    up.wait()
    try:
        if not failed:
            yield
    finally:
        with contextlib.suppress(RuntimeError):  # it has failed and is closed
            loop.call_soon_threadsafe(stop.set)
        thread.join()
    if failed:
        raise failed[0]


async def _serve(devices: Iterable[Hostile], up: threading.Event, stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()
    async with contextlib.AsyncExitStack() as stack:
        for device in devices:
            for port, handler in device.tcp.items():
                server = await asyncio.start_server(
                    _accepting(device, port, handler, tasks), device.address, reached(port)
                )
                stack.callback(server.close)
            for port, answerer in device.udp.items():
                transport, _ = await loop.create_datagram_endpoint(
                    _answering(answerer, device.told, port), (device.address, reached(port))
                )
                stack.callback(transport.close)
            for port, options in device.ssh.items():
                stack.callback((await _ssh_server(device, port, options)).close)
        up.set()
        await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)  # the transports that were aborted call back once more


def _accepting(
    device: Hostile, port: int, handler: Handler, tasks: set[asyncio.Task[None]]
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        told = device.told
        told.connections[port] += 1
        told.arrive(writer.get_extra_info("socket"))
        try:
            await handler(reader, writer, told)
            await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
            await reader.read(1024)  # the scanner closes first where it can
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            tasks.discard(task)

    return accept


def _answering(answerer: Answerer, told: Told, port: int) -> Callable[[], asyncio.DatagramProtocol]:
    class Protocol(asyncio.DatagramProtocol):
        transport: Any

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport  # of a private class that is no DatagramTransport (CPython 3.11)

        def datagram_received(self, data: bytes, address: tuple[str | Any, int]) -> None:
            told.datagrams[port] += 1
            for answer in answerer(data, told):
                self.transport.sendto(answer, address)

    return Protocol


async def _ssh_server(device: Hostile, port: int, options: Mapping[str, Any]) -> Any:
    import asyncssh

    class Server(asyncssh.SSHServer):
        def connection_made(self, conn: Any) -> None:
            device.told.connections[port] += 1

        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            device.told.login(username, password)
            return bool(options["opens"])

    server = options["server"](device.told) if "server" in options else Server
    return await asyncssh.create_server(
        server, device.address, reached(port), server_host_keys=[options["key"]], server_version=options["version"]
    )


# What the handlers are made of

CREDENTIALS = re.compile(rb"Authorization: Basic ([A-Za-z0-9+/=]+)")


async def read_request(reader: asyncio.StreamReader, told: Told) -> bytes:
    """The head of the next request; an account in it is noted."""
    head = await reader.readuntil(b"\r\n\r\n")
    told.requests.append(head)
    if found := CREDENTIALS.search(head):
        user, _, password = base64.b64decode(found[1]).decode().partition(":")
        told.login(user, password)
    return head


def pages(respond: Callable[[bytes, Told], bytes]) -> Handler:
    """An HTTP server that answers one request with what `respond` makes of its head."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
        writer.write(respond(await read_request(reader, told), told))

    return handler


def page(body: bytes = b"", *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """An HTTP answer."""
    return b"\r\n".join((b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % len(body), b"", body))


async def endlessly(writer: asyncio.StreamWriter, piece: bytes) -> None:
    """Say the same for as long as somebody listens."""
    while True:
        writer.write(piece)
        await writer.drain()


async def hang(reader: asyncio.StreamReader) -> None:
    """Take what comes and say nothing, until the other side has closed."""
    while await reader.read(65536):
        pass


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST."""
    opened: socket.socket = writer.get_extra_info("socket")
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
