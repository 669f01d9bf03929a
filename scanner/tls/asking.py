"""One question to a TLS server: a hello on a connection of its own, read up to what it hangs on, and closed with an alert.

The handshake is never finished here and nothing is decrypted, so a server that only this machine's ssl module would refuse is read all the same.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from checks.cipher_suites import all_suites
from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from scanner.codecs import tls_codec
from scanner.codecs.tls_codec import TLS13, KeyExchange, ServerHello, Version
from scanner.codecs.tls_hello import Hello
from scanner.conversation import Conversation, Read, Reconnect, Send, Target

_RECORDS_LIMIT = 64
_HANDSHAKE_LIMIT = 131072
Prelude = Callable[[], Conversation[None]]
_ANSWERS = (PeerClosed, TimedOut, ProtocolError)
"""What a server may do to a question; all else is done to the connection."""
Last = Callable[[ServerHello], int]
"""With which handshake message enough is read, by what was picked."""


def all_of_it(_: ServerHello) -> int:
    """Read the whole flight."""
    return tls_codec.SERVER_HELLO_DONE


@dataclass(frozen=True, slots=True)
class Flight:
    """What a server sent to one hello.

    `picked` is None where it refused, `alert` then says with which description (None: another way). `messages` are the handshake messages in the clear, by
    type, `raw` the bytes as heard.
    """

    picked: ServerHello | None
    messages: dict[int, bytes] = field(default_factory=dict)
    raw: bytes = b""
    alert: int | None = None

    @property
    def by_version(self) -> bool:
        """Whether it says that the version is why it refuses."""
        return self.alert == tls_codec.PROTOCOL_VERSION

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Its certificates (DER), the leaf first."""
        return tls_codec.parse_certificates(self.messages.get(tls_codec.CERTIFICATE, b""))

    @property
    def exchange(self) -> KeyExchange | None:
        """What its ServerKeyExchange shows; None where there is none, or where it cannot be read."""
        body = self.messages.get(tls_codec.SERVER_KEY_EXCHANGE)
        suite = all_suites().get(self.picked.code) if self.picked else None
        if body is None or suite is None:
            return None
        try:
            return tls_codec.parse_key_exchange(suite.exchange, body)
        except ProtocolError:
            return None

    def took(self, version: Version) -> bool:
        """Whether it picked that version."""
        return self.picked is not None and self.picked.version == version.code


@dataclass(slots=True)
class Asker:
    """Asks one endpoint, one connection after another; `asked` counts the connections, `again` the second hellos on one (RFC 8446, section 4.1.4). `prelude`
    is what is said before TLS on each (STARTTLS).

    `unanswered` are the versions whose first hello was left without an answer that could be read, which leaves open whether they are spoken. `hung` are
    those whose first hello it hung up on, or fell silent at.
    """

    target: Target
    prelude: Prelude | None = None
    asked: int = 0
    again: int = 0
    unanswered: dict[Version, PeerError] = field(default_factory=dict)
    hung: list[Version] = field(default_factory=list)

    @property
    def broken_off(self) -> PeerError | None:
        """What kept a further connection from coming about, if anything did."""
        return next((error for error in self.unanswered.values() if not isinstance(error, _ANSWERS)), None)

    @property
    def hellos(self) -> int:
        """How many hellos it was sent."""
        return self.asked + self.again

    def open(self) -> Conversation[None]:
        """A connection on which TLS may begin: the first is there already."""
        if self.asked:
            yield Reconnect()
        self.asked += 1
        if self.prelude is not None:
            yield from self.prelude()

    def ask(self, hello: Hello, last: Last = all_of_it, *, named: bool = True) -> Conversation[Flight]:
        """Put one question, with the server's name unless it is not to be `named`; raises `PeerError` where it hangs, hangs up, or says what is not TLS."""
        yield from self.open()
        yield Send(hello.record(os.urandom(32), self.target.name if named else ""))
        flight = yield from read_flight(hello.version, last)
        if flight.picked is not None:
            yield from close(hello.version)
        return flight


def read_flight(version: Version, last: Last = all_of_it) -> Conversation[Flight]:
    """Read what comes after a hello: up to the `last` message, to where it is encrypted, or to the alert that refuses it.

    What it picked is true whatever comes after that: silence, garbage or records without end.
    """
    raw = rest = b""
    size = 0
    picked: ServerHello | None = None
    found: dict[int, bytes] = {}
    alert: int | None = None
    for _ in range(_RECORDS_LIMIT):
        try:
            kind, payload, record = yield from read_record()
        except (PeerClosed, TimedOut, ProtocolError):
            if picked is None:
                raise
            break
        raw += record
        if kind == tls_codec.ALERT:
            if payload[0] == tls_codec.WARNING and payload[1:2] != b"\x00":
                continue  # "unrecognized_name" and its like: the handshake goes on
            alert = payload[1] if len(payload) > 1 else None
            break
        if kind == tls_codec.HANDSHAKE:
            size += len(payload)
            rest = _taken(rest + payload, found)
        if tls_codec.SERVER_HELLO in found:
            picked = tls_codec.parse_server_hello(found[tls_codec.SERVER_HELLO])
        if picked and (picked.version >= TLS13.code or {last(picked), tls_codec.SERVER_HELLO_DONE} & found.keys()):
            break  # the rest is encrypted, or what is wanted is here
        if picked and (picked.version != version.code or size > _HANDSHAKE_LIMIT):
            break  # not what was offered, or with a certificate that is too large to be one: what it picked is all we want of it
        if size > _HANDSHAKE_LIMIT or (found and not picked):
            raise ProtocolError("a TLS handshake without a ServerHello")
    else:
        if picked is None:
            raise ProtocolError("TLS records without end")
    return Flight(picked, found, raw, alert)


def _taken(handshake: bytes, found: dict[int, bytes]) -> bytes:
    """Note the first message of each type among the whole ones; what is left behind them."""
    read = 0
    for kind, body in tls_codec.messages(handshake):
        found.setdefault(kind, body)
        read += 4 + len(body)
    return handshake[read:]


def read_record() -> Conversation[tuple[int, bytes, bytes]]:
    """The next record: its type, its payload, and both as heard."""
    header = yield Read(5)
    kind, size = tls_codec.record_size(header)
    payload = yield Read(size)
    return kind, payload, header + payload


def close(version: Version) -> Conversation[None]:
    """Say that nothing more comes."""
    try:
        yield Send(tls_codec.close_alert(version))
    except PeerError:
        return  # it has gone already
