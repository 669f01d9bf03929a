"""Holding a conversation: its steps, one after the other, over whatever the wire connects it to. No sockets here.

A device can waste only its own deadline, and only its own bytes: the conversation, each step and all that is received are bounded. Where the conversation
waits for our own pace, its deadline waits too.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, Generic, Protocol, TypeVar

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from scanner.conversation import Conversation, Read, ReadAll, ReadSome, ReadUntil, Reconnect, Send, StartTLS, Step
from scanner.guards import Caps
from scanner.waiting import in_time

T = TypeVar("T")
A = TypeVar("A")
_CHUNK = 16384
_OVERTIME_STEPS = 64


class Channel(Protocol):
    """A connection, or a connected UDP socket. What goes wrong on it is raised as `PeerError`."""

    async def send(self, data: bytes) -> None:
        """Send all of it."""

    async def receive(self, limit: int) -> bytes:
        """What comes next; b"" at the end of a stream (over UDP: an empty datagram)."""

    async def start_tls(self) -> bytes:
        """Shake hands and return the peer's certificate."""

    async def close(self) -> None:
        """Close it with FIN; never raises for what the peer does."""


class Route(Protocol):
    """A way to one endpoint through all the guards. The two `admit` methods may wait for the pace; they raise `ScopeError` where a guard forbids."""

    datagram: bool

    async def admit_connection(self) -> None:
        """One more connection to the endpoint."""

    async def admit_request(self, data: bytes) -> None:
        """These bytes, on the connection there is."""

    async def connect(self) -> Channel:
        """Connect, once admitted; with the TLS handshake where the target is spoken to through TLS."""


class Dialogue(Generic[T]):
    """One conversation being held over one route."""

    def __init__(self, conversation: Conversation[T], route: Route, caps: Caps) -> None:
        self._conversation = conversation
        self._route = route
        self._caps = caps
        self._step_limit = caps.datagram if route.datagram else caps.step
        self._channel: Channel | None = None
        self._buffer = bytearray()
        self._received = 0
        self._ends = 0.0
        self._now = asyncio.get_running_loop().time

    async def hold(self) -> T:
        """Hold it to its end and return its result; raises what it raises, `PeerError` among that, and `ScopeError` from a guard."""
        self._ends = self._now() + self._caps.conversation
        try:
            await self._connect()
            return await self._converse()
        finally:
            await self._disconnect()
            self._conversation.close()

    async def _converse(self) -> T:
        overtime = 0
        try:
            step = next(self._conversation)
            while True:
                overtime += self._now() >= self._ends
                if overtime > _OVERTIME_STEPS:
                    raise TimedOut(bytes(self._buffer))
                try:
                    answer = await self._answer(step)
                except PeerError as error:
                    step = self._conversation.throw(error)
                else:
                    step = self._conversation.send(answer)
        except StopIteration as ended:
            result: T = ended.value
            return result

    async def _answer(self, step: Step) -> bytes:  # noqa: PLR0911 - one return for each kind of step
        match step:
            case Send(data):
                return await self._send(data)
            case Read(size):
                return await self._read(size)
            case ReadUntil(delimiter, limit):
                return await self._read_until(delimiter, limit)
            case ReadSome(limit, wait):
                return await self._read_some(limit, wait or self._step_limit)
            case ReadAll(limit, quiet):
                return await self._read_all(limit, quiet)
            case StartTLS():
                return await self._start_tls()
            case Reconnect():
                await self._disconnect()
                self._buffer.clear()
                await self._connect()
                return b""

    @property
    def _open(self) -> Channel:
        """The channel; after a Reconnect that failed there is none."""
        if self._channel is None:
            raise PeerClosed
        return self._channel

    async def _connect(self) -> None:
        self._in_time()
        await self._unhurried(self._route.admit_connection())
        self._channel = await self._timed(self._route.connect(), self._caps.connect + self._caps.step)

    async def _disconnect(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close()

    async def _send(self, data: bytes) -> bytes:
        self._in_time()
        channel = self._open
        await self._unhurried(self._route.admit_request(data))
        await self._timed(channel.send(data), self._step_limit)
        return b""

    async def _start_tls(self) -> bytes:
        self._in_time()
        self._buffer.clear()  # what was said in the clear is not taken for part of what is said under TLS
        return await self._timed(self._open.start_tls(), self._caps.step)

    async def _read(self, size: int) -> bytes:
        until = self._now() + self._step_limit
        while len(self._buffer) < size:
            await self._more(until)
        return self._take(size)

    async def _read_until(self, delimiter: bytes, limit: int) -> bytes:
        until = self._now() + self._step_limit
        while (at := self._buffer.find(delimiter, 0, limit)) < 0:
            if len(self._buffer) >= limit:
                raise ProtocolError(f"{limit} bytes without the end that was to come")
            await self._more(until)
        return self._take(at + len(delimiter))

    async def _read_some(self, limit: int, wait: float) -> bytes:
        until = self._now() + wait
        while not self._buffer:
            await self._more(until)
        taken = self._take(min(limit, len(self._buffer)))
        if self._route.datagram:
            self._buffer.clear()  # the rest of a datagram is no datagram
        return taken

    async def _read_all(self, limit: int, quiet: float) -> bytes:
        while len(self._buffer) < limit:
            try:
                await self._more(self._now() + quiet if quiet else self._ends, keep=True)
            except (PeerClosed, TimedOut, ProtocolError):
                break
        return self._take(min(limit, len(self._buffer)))

    async def _more(self, until: float, *, keep: bool = False) -> None:
        """Receive something into the buffer before `until`. When nothing comes the buffer is handed over as the error's `partial`, unless `keep`."""
        until = min(until, self._ends)
        budget = self._caps.received - self._received
        if budget <= 0:
            raise ProtocolError(f"the device says more than {self._caps.received} bytes")
        try:
            if self._now() >= until:
                raise TimedOut
            limit = min(_CHUNK, budget) if not self._route.datagram else 65535
            chunk = await in_time(self._open.receive(limit), until)
            if not chunk and not self._route.datagram:
                raise PeerClosed
        except TimeoutError:
            raise TimedOut(b"" if keep else self._take(len(self._buffer))) from None
        except (PeerClosed, TimedOut) as error:
            error.partial = b"" if keep else self._take(len(self._buffer))
            raise
        self._received += len(chunk) or 1
        self._buffer += chunk

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _in_time(self) -> None:
        if self._now() >= self._ends:
            raise TimedOut(self._take(len(self._buffer)))

    async def _timed(self, doing: Coroutine[Any, Any, A], limit: float) -> A:
        """Await `doing` for at most `limit` seconds, and no longer than the conversation may last."""
        try:
            return await in_time(doing, min(self._now() + limit, self._ends))
        except TimeoutError:
            raise TimedOut(self._take(len(self._buffer))) from None

    async def _unhurried(self, doing: Awaitable[None]) -> None:
        """Await `doing`, and give the conversation as much longer as that took: it is not the device that kept us."""
        began = self._now()
        await doing
        self._ends += self._now() - began
