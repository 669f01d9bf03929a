"""The wire: the one place where connections to devices are opened, and every promise of harmlessness is kept, at the moment each is opened.

The guards of `scanner/errand.py` come first, for every connection and every datagram, and for logins the cap; then the connection, under the caps of
`scanner/guards.py`, closed with FIN, and one audit line for the whole conversation.

Packets are counted as far as they can be known from above the kernel: four for a connection (SYN, ACK, FIN, ACK), one for every 1,400 bytes sent, and one
acknowledgement for every read; where the kernel says at the end of a connection that it sent more, its own count is taken. Of the sockets that a client
library drives it always is.
"""

import asyncio
import errno
import os
import resource
import socket
import ssl
import struct
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import cache
from ipaddress import IPv4Address
from typing import Any, TypeVar

from checks.contract import Account, Answer, Login, Verdict
from inventory.errors import (
    ChangedHands,
    NoSession,
    PeerClosed,
    PeerError,
    ProtocolError,
    Quarantined,
    ScopeError,
    TimedOut,
    Unreached,
)
from inventory.ledger import LooseBook
from inventory.model import Endpoint, Level
from inventory.report import Traffic
from scanner.attempt import Attempts, errand_of, instead
from scanner.audit import Audit
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Depth, Heard, LoginModule, ProtocolModule, Safety, Target
from scanner.dialogue import Channel, Dialogue
from scanner.errand import Errand, Gate, Passage
from scanner.guards import NEVER_TOUCH, Caps, server_name
from scanner.ledger import Ledger
from scanner.mask import Offered
from scanner.pace import Clock, Pace, Pacer
from scanner.scope import Address, Scope, address_of
from scanner.waiting import in_time
from scanner.ward import Ward

T = TypeVar("T")
_CHUNK = 16384
_AT_A_STRETCH = 8
"""So often in a row may a conversation receive something without a round of the loop."""
_NO_SECRET = frozenset(("", "public", "private"))
"""Communities that everybody knows, and words that a device may well say of itself."""
_NO_WAY = frozenset({errno.ENETUNREACH, errno.ENETDOWN})
"""This machine has no way to that network just now, which says nothing of the device."""
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER"})
"""What OpenSSL says where something else than TLS answers."""
_OUR_FAULT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.EADDRNOTAVAIL})


class Wire:
    """Holds conversations with devices and tries accounts on them, for one scan."""

    def __init__(  # noqa: PLR0913 - what one scan may do, all named by the caller
        self,
        scope: Scope,
        pace: Pace,
        audit: Audit,
        *,
        level: Level,
        never_touch: frozenset[int] = NEVER_TOUCH,
        shift: int = 0,
        caps: Caps | None = None,
        clock: Clock | None = None,
        ward: Ward | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        clock = clock or Clock()
        self.patience = pace.patience
        self._caps = caps or Caps()
        self._room = asyncio.Semaphore(_room())
        self._ledger = ledger or Ledger(LooseBook(), "", clock.now)
        self._offered: dict[str, Offered] = {}
        self._gate = Gate(
            scope,
            Pacer(pace, clock),
            audit,
            level=level,
            never_touch=never_touch,
            shift=shift,
            clock=clock,
            ward=ward,
        )

    @property
    def traffic(self) -> Traffic:
        """What was sent until now; the packets as far as they can be known."""
        return self._gate.traffic

    def sent_to(self, address: str) -> Traffic:
        """What was sent to one device until now."""
        return self._gate.sent_to(address)

    def volume(self, address: str) -> tuple[int, int]:
        """The bytes that were sent to one device in conversations, and that came from it, until now."""
        return self._gate.volume(address)

    def connected_in(self, address: str) -> tuple[float, ...]:
        """The seconds that a device took to answer our connections, in order."""
        return self._gate.connected_in(address)

    async def feel(self, endpoint: Endpoint) -> float | None:
        """The canary's reading: connect, say nothing, close with FIN. The seconds until the device answered, be it by refusing; None where it is silent.

        Raises as `hold` does for what a guard forbids, and `Unreached` where it is this machine that has no network.
        """
        errand = Errand(endpoint, "canary", Level.IDENTIFY, says=())
        async with self._gate.audited(errand):
            route = _Route(self._gate, errand, self._caps)
            await route.admit_connection()
            began = route.now()
            try:
                opened = await route.open()
            except Unreached as error:
                if isinstance(error.__cause__, OSError) and error.__cause__.errno in _NO_WAY:
                    raise
                if not isinstance(error.__cause__, ConnectionRefusedError):
                    errand.outcome = f"silent: {error}"
                    return None
                took = route.now() - began
            except PeerClosed:  # taken and reset at once: an open port, and an answer
                took = route.now() - began
            else:
                await _Stream(opened, route, "").close()
                errand.outcome = "alive: it took the connection"
                return self._gate.connected_in(errand.address)[-1]
            await asyncio.sleep(0)
            took = max(0.0, took - 2 * (route.now() - began - took))  # by so much this machine itself was late
            self._gate.connected(errand.address, took)
            errand.outcome = "alive: it refused the connection"
            return took

    def turn(self, address: str) -> AbstractAsyncContextManager[None]:
        """The device's turn, for several conversations of datagrams that are under way together: `hold(…, in_turn=True)`. The pace still parts them."""
        return self._gate.pacer.turn(str(address_of(address)))

    async def hold(self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False, most: int = 0) -> Heard:
        """Hold the protocol's conversation and return what was heard, its evidence cut to EVIDENCE_LIMIT.

        `in_turn` says that the caller has the device's turn already, which only conversations over UDP may share. `most` is how many packets the device may
        have had from this scan when the conversation is broken off (0: any number).

        Raises `ScopeError` before any packet of the connection that a guard forbids, `PeerError` as the conversation ended, and `StoreError` when the
        audit line cannot be written. A request that SAYS does not declare raises `UndeclaredRequest` and is not sent. What the address was told in a login
        of this scan, and the site's community, is hidden in what it says.
        """
        if target.endpoint.transport != protocol.TRANSPORT:
            raise ValueError(f"{protocol.NAME} is spoken over {protocol.TRANSPORT}, not at {target.endpoint}")
        if in_turn and protocol.TRANSPORT != "udp":
            raise ValueError(f"{protocol.NAME} needs a turn of its own")
        errand = Errand(
            target.endpoint,
            protocol.NAME,
            Level.LOGIN if protocol.SAFETY is Safety.C else Level.IDENTIFY,
            says=tuple(protocol.SAYS),
            name=target.name,
            tls=target.tls,
            rest=0.0 if protocol.SAFETY is Safety.A else 1.0,
            most=most,
        )
        async with self._room if in_turn else nullcontext(), self._gate.audited(errand, in_turn=in_turn):
            if target.community not in _NO_SECRET:
                self._offer(errand, Account("site:community", "", target.community))
            caps = self._caps.widened if target.depth is Depth.FULL else self._caps
            heard = await Dialogue(protocol.probe(target), _Route(self._gate, errand, caps), caps).hold()
            errand.outcome = "heard"
            heard = self._offered[errand.address].unheard(heard) if errand.address in self._offered else heard
            return replace(heard, evidence=heard.evidence[:EVIDENCE_LIMIT])

    async def login(
        self,
        driver: LoginModule,
        question: Login,
        *,
        tls: bool,
        names: tuple[str, ...],
        before: Collection[Account] = (),
        host_key: str = "",
    ) -> Answer:
        """Ask once whether the account opens the endpoint; NOT_TRIED with the reason where a guard or the ledger forbids it.

        `names` are all that the device is known by, under which the ledger counts. What was answered before and still stands is not asked again. `before` are
        the accounts that the device was told before, which it may repeat, and `host_key` is what it showed before (`scanner.conversation.Line`).
        """
        errand = replace(errand_of(driver, question, tls=tls), host_key=host_key)
        attempts = Attempts(self._gate, self._ledger, self._caps, self._offer)
        known = self._ledger.foreseen(question, names)
        try:
            async with self._gate.audited(errand, in_turn=known is not None):
                if known is not None:
                    return instead(errand, known)
                line = _Line(self._gate, errand, self._caps)
                return await attempts.ask(
                    driver, question, line, errand, names=names, source=source_address(errand.address), before=before
                )
        except (ScopeError, Quarantined, ChangedHands) as refusal:
            return Answer(Verdict.NOT_TRIED, reason=str(refusal))

    def _offer(self, errand: Errand, *accounts: Account) -> Offered:
        """Note what the device was offered, which it may repeat."""
        offered = self._offered.setdefault(errand.address, Offered())
        offered.note(accounts, bytes(errand.offered))
        return offered

    def remembered(self, question: Login, names: tuple[str, ...]) -> Answer:
        """What the ledger remembers of this question; nothing is sent."""
        return self._ledger.remembered(question, names)


class _Route(Passage):
    """A passage that ends in a socket."""

    def __init__(self, gate: Gate, errand: Errand, caps: Caps) -> None:
        super().__init__(gate, errand)
        self.caps = caps
        self._breaths = 0

    async def breathe(self) -> None:
        """Let others go on, now and then: a peer that always has something to say neither keeps them waiting nor outruns a deadline."""
        self._breaths += 1
        if self._breaths % _AT_A_STRETCH == 0:
            await asyncio.sleep(0)

    async def connect(self) -> Channel:
        """A channel to the endpoint, with TLS where the errand asks for it."""
        opened = await self.open()
        if self.datagram:
            return _Datagrams(opened, self)
        stream = _Stream(opened, self, self._errand.name)
        if self._errand.tls:
            try:
                async with asyncio.timeout(self.caps.step):
                    await stream.start_tls()
            except BaseException as error:
                await stream.close()
                if isinstance(error, TimeoutError):
                    raise TimedOut from None
                raise
        return stream

    async def open(self) -> socket.socket:
        """A connected, non-blocking socket; raises `Unreached`."""
        address, pacer = address_of(self._errand.endpoint.address), self._gate.pacer
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        opened = socket.socket(family, socket.SOCK_DGRAM if self.datagram else socket.SOCK_STREAM)
        try:
            opened.setblocking(False)
            where = _where(address, self._gate.port(self._errand))
            if not self.datagram:
                self.connecting()
            began = self.now()
            with _blamed():
                await in_time(_connect(opened, where), began + self.caps.connect)
            self._gate.same_hands(self._errand)
        except BaseException as error:
            opened.close()
            if isinstance(error.__cause__, ConnectionRefusedError) and not self.datagram:
                self.refused()
            if isinstance(error.__cause__, TimeoutError):
                pacer.lost()
            raise
        if not self.datagram:
            pacer.answered()
            self.connected(_round_trip(opened) or self.now() - began)
        return opened

    @staticmethod
    def now() -> float:
        """The loop's clock."""
        return asyncio.get_running_loop().time()


class _Line:
    """What a login driver is handed (`scanner.conversation.Line`); it has one connection at a time."""

    def __init__(self, gate: Gate, errand: Errand, caps: Caps) -> None:
        self.endpoint = errand.endpoint
        self.tls = errand.tls
        self.path = errand.path
        self.form = errand.form
        self.host_key = errand.host_key
        self._caps = caps
        self._route = _Route(gate, errand, caps)
        self._open: _Stream | None = None
        self._lent: socket.socket | None = None
        self._one_at_a_time = asyncio.Lock()

    async def hold(self, conversation: Conversation[T]) -> T:
        """Hold a conversation over a new connection; raises `PeerError`."""
        async with self._one_at_a_time:
            await self.close()
            return await Dialogue(conversation, self._route, self._caps).hold()

    async def connected(self) -> socket.socket:
        """A connected socket for a client library.

        It is a second handle to the connection: whatever the library does with its own, the wire keeps one to close with FIN and to count by.
        """
        async with self._one_at_a_time:
            await self.close()
            await self._route.admit_connection()
            opened = await self._route.open()
            self._open = _Stream(opened, self._route, "")
            self._route.handed_out()
            self._lent = opened.dup()
            return self._lent

    async def close(self) -> None:
        """Close the socket that was handed out, if one was."""
        opened, self._open = self._open, None
        if opened is None:
            return
        if self._lent is not None:
            self._lent.close()
        self._route.handed_back(*opened.counted())
        await opened.close()


class _Datagrams:
    """A connected UDP socket: it hears nobody but the device, and learns of a closed port (ICMP) as `Unreached`."""

    def __init__(self, opened: socket.socket, route: _Route) -> None:
        self._socket = opened
        self._route = route

    async def send(self, data: bytes) -> None:
        self._route.sent(len(data))
        with self._heard():
            await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def receive(self, limit: int) -> bytes:
        await asyncio.sleep(0)  # a peer that always has something to say does not keep the others waiting
        with self._heard():
            data = await receive(self._socket, limit)
        self._route.received(len(data))
        return data

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """`_blamed`, and nobody has heard what was sent to a closed port."""
        try:
            with _blamed():
                yield
        except Unreached:
            self._route.unheard()
            raise

    async def start_tls(self) -> bytes:
        raise ValueError("TLS is not spoken over UDP")

    async def close(self) -> None:
        self._socket.close()


class _Stream:
    """A TCP connection, and TLS upon it from `start_tls` on."""

    def __init__(self, opened: socket.socket, route: _Route, name: str) -> None:
        self._socket = opened
        self._route = route
        self._name = name
        self._heard = ssl.MemoryBIO()
        self._to_say = ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None

    async def send(self, data: bytes) -> None:
        if self._tls is None:
            await self._say(data)
            return
        with _understood():
            self._tls.write(data)
        await self._flush()

    async def receive(self, limit: int) -> bytes:
        if self._tls is None:
            return await self._hear(limit)
        while True:
            try:
                with _understood():
                    return self._tls.read(limit)
            except ssl.SSLWantReadError:
                await self._exchange()
            except PeerClosed:
                return b""

    async def start_tls(self) -> bytes:
        """Shake hands with whatever the peer can, and return its certificate (DER; b"" where it has none); raises `PeerError`."""
        self._tls = _tolerant_context().wrap_bio(self._heard, self._to_say, server_hostname=server_name(self._name))
        while True:
            try:
                with _understood():
                    self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                await self._exchange()
        await self._flush(paced=False)
        return self._tls.getpeercert(binary_form=True) or b""

    async def close(self) -> None:
        """Close with FIN. What the peer still has to say is heard out, within bounds: an unread byte would make the kernel send RST instead."""
        try:
            await in_time(self._drain(), self._route.now() + self._route.caps.drain)
        except (OSError, PeerError):  # it has closed, or takes too long to
            pass
        finally:
            self._route.closed(self.counted()[0])
            self._socket.close()

    async def _drain(self) -> None:
        left = self._route.caps.received
        if self._tls is not None:
            with suppress(ssl.SSLError, ValueError):
                self._tls.unwrap()
            await self._flush(paced=False)
        self._socket.shutdown(socket.SHUT_WR)
        while left > 0 and (chunk := await receive(self._socket, _CHUNK)):
            left -= len(chunk)
            await self._route.breathe()

    def counted(self) -> tuple[int, int, int]:
        """The kernel's own count of segments sent, bytes sent and bytes received, as far as it tells (Linux 4.2 and later)."""
        try:
            info = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 144)
            acknowledged, received, segments = struct.unpack_from("=QQI", info, 120)
        except (OSError, AttributeError, struct.error):
            return 0, 0, 0
        return segments, max(0, acknowledged - 1), received  # the SYN counts as a byte

    async def _exchange(self) -> None:
        """Say what TLS has to say, and feed it what comes next."""
        await self._flush(paced=False)
        data = await self._hear(_CHUNK)
        if data:
            self._heard.write(data)
        else:
            self._heard.write_eof()

    async def _flush(self, *, paced: bool = True) -> None:
        data = self._to_say.read()
        if data:
            await self._say(data, paced=paced)

    async def _say(self, data: bytes, *, paced: bool = True) -> None:
        self._route.sent(len(data), paced=paced)
        with _blamed():
            await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def _hear(self, limit: int) -> bytes:
        await self._route.breathe()
        with _blamed():
            data = await receive(self._socket, limit)
        self._route.received(len(data))
        return data


async def receive(opened: socket.socket, limit: int) -> bytes:
    """What comes next on a non-blocking socket. The wait for it takes nothing from the kernel.

    The loop's own `sock_recv` does, before the task goes on: where a deadline ends the task in that same moment, what the device said is lost. Devices wait
    whole seconds before they refuse a password, and we listen in halves of one.
    """
    while True:
        try:
            return opened.recv(limit)
        except (BlockingIOError, InterruptedError):
            loop = asyncio.get_running_loop()
            await _told(loop.add_reader, loop.remove_reader, opened)


async def _connect(opened: socket.socket, where: tuple[Any, ...]) -> None:
    """Connect a non-blocking socket; the second call learns how it went, which on this machine itself is known at once."""
    code = opened.connect_ex(where)
    if code == errno.EINPROGRESS:
        code = opened.connect_ex(where)
    if code in (errno.EALREADY, errno.EINPROGRESS):
        loop = asyncio.get_running_loop()
        await _told(loop.add_writer, loop.remove_writer, opened)
        code = opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code not in (0, errno.EISCONN):
        raise OSError(code, os.strerror(code))


async def _told(watch: Callable[..., None], unwatch: Callable[..., bool], opened: socket.socket) -> None:
    """Wait until the loop says that there is something to be received, or room to send."""
    ready = asyncio.get_running_loop().create_future()
    watch(opened, _done, ready)
    try:
        await ready
    finally:
        unwatch(opened)


def _done(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _round_trip(opened: socket.socket) -> float:
    """The round-trip of the SYN in seconds as the kernel measured it, which no delay of this process changes; 0 where it had to repeat the SYN."""
    try:
        info = opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 72)
        return float(struct.unpack_from("=I", info, 68)[0]) / 1e6
    except (OSError, AttributeError, struct.error):
        return 0.0


@cache
def _tolerant_context() -> ssl.SSLContext:
    """A client that speaks to anything that OpenSSL can still speak to: ten-year-old devices are what the scan is for, and it judges them elsewhere."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= 0x4  # SSL_OP_LEGACY_SERVER_CONNECT: peers without RFC 5746
    return context


@contextmanager
def _blamed() -> Iterator[None]:
    """Turn what the kernel says of the other side into a `PeerError`; what it says of this machine stays ours."""
    try:
        yield
    except (ConnectionResetError, ConnectionAbortedError, BrokenPipeError) as error:
        raise PeerClosed from error
    except OSError as error:
        if error.errno in _OUR_FAULT:
            raise
        reason = os.strerror(error.errno).lower() if error.errno else "no answer to the connection in time"
        raise Unreached(reason) from error


@contextmanager
def _understood() -> Iterator[None]:
    """Turn what OpenSSL says of the peer into a `PeerError`, but for its wish to read on."""
    try:
        yield
    except ssl.SSLWantReadError:
        raise
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise PeerClosed from error
    except ssl.SSLError as error:
        kind = ProtocolError if error.reason in _NO_TLS else NoSession
        raise kind(f"TLS: {error.reason or 'not understood'}") from error


def _room() -> int:
    """How many conversations of datagrams may be under way together, over all devices: a quarter of the files that this process may have open."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(16, min(files, 4096) // 4) if files > 0 else 1024


def source_address(address: str) -> str:
    """The address of this machine that a device at `address` sees; "" where there is no way to it. Connecting a UDP socket sends nothing."""
    there = address_of(address)
    family = socket.AF_INET6 if there.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(_where(there, 9))
        except (OSError, PeerError):
            return ""
        return str(asking.getsockname()[0])


def _where(address: Address, port: int) -> tuple[Any, ...]:
    """The socket address; of a link-local IPv6 address the zone is named by its number."""
    if isinstance(address, IPv4Address):
        return (str(address), port)
    zone = address.scope_id
    with _blamed():
        return (str(address).partition("%")[0], port, 0, socket.if_nametoindex(zone) if zone else 0)
