"""DTLS on the wire as far as a scanner needs it: TLS's hello in a datagram, records, and the putting together of handshake messages.

DTLS 1.0 (RFC 4347, which is TLS 1.1 over datagrams) and 1.2 (RFC 6347). A handshake message travels in fragments that may come in any order, twice, or never
(section 4.2.3); what is said in them is read by `tls_codec.py`. Pure: no I/O, and no more is kept than the bounds allow, whatever comes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from inventory.errors import ProtocolError
from scanner.codecs.octets import Octets
from scanner.codecs.tls_codec import (
    ALERT,
    APPLICATION_DATA,
    CHANGE_CIPHER_SPEC,
    CLIENT_HELLO,
    GIVING_UP,
    HANDSHAKE,
    TLS11,
    TLS12,
    Version,
    vector,
)
from scanner.codecs.tls_hello import Hello

DTLS10 = Version("DTLSv1.0", 0xFEFF)
DTLS12 = Version("DTLSv1.2", 0xFEFD)
VERSIONS = (DTLS10, DTLS12)
"""Weakest first."""
OF_TLS = {DTLS10: TLS11, DTLS12: TLS12}
"""The version of TLS that each is made of."""
HELLO_VERIFY = 3
_RECORD_START = DTLS10.code.to_bytes(2, "big")  # what a first flight says whatever it offers (RFC 6347, section 4.2.1)
_RECORD_HEADER, _MESSAGE_HEADER = 13, 12
_RECORDS = 64
_MESSAGES, _MESSAGE_LIMIT, _FRAGMENTS = 16, 65536, 256


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its type, its epoch (0: in the clear) and its payload."""

    kind: int
    epoch: int
    payload: bytes


def client_hello(hello: Hello, version: Version, random: bytes, name: str = "", cookie: bytes = b"") -> bytes:
    """The datagram that puts `hello` (written for the TLS that `version` is made of): the first, or with its cookie the second of a handshake."""
    body = hello.record(random, name)[9:]  # behind the headers of TLS's record and message
    suites = 35 + body[34]
    body = version.code.to_bytes(2, "big") + body[2:suites] + vector(1, cookie) + body[suites:]
    number = bool(cookie).to_bytes(2, "big")
    size = len(body).to_bytes(3, "big")
    message = bytes((CLIENT_HELLO,)) + size + number + bytes(3) + size + body
    return _record(HANDSHAKE, bool(cookie), message)


def close_alert() -> bytes:
    """The datagram that ends a handshake."""
    return _record(ALERT, 2, GIVING_UP)


def _record(kind: int, number: int, payload: bytes) -> bytes:
    return bytes((kind,)) + _RECORD_START + bytes(2) + number.to_bytes(6, "big") + vector(2, payload)


def pattern(version: Version) -> bytes:
    """A pattern of every hello for this version that `client_hello` writes: it asks for a new session, whole in one datagram."""
    code = b"".join(rb"\x%02x" % byte for byte in version.code.to_bytes(2, "big"))
    record = rb"\x16\xfe\xff\x00\x00\x00{5}[\x00\x01].{2}"
    message = rb"\x01\x00.{2}\x00[\x00\x01]\x00{3}\x00.{2}"
    return record + message + code + rb".{32}\x00.{1,256}\x00[\x02-\xfe].{2,254}\x01\x00[\x00-\x03]..{0,1020}"


def records(datagram: bytes) -> Iterator[Record]:
    """The records of a datagram, at most 64, up to where it is no DTLS; `ProtocolError` where that is its beginning."""
    rest = datagram
    for _ in range(_RECORDS):
        size = int.from_bytes(rest[11:13], "big")
        known = (
            rest[:1] and rest[0] in {CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA} and rest[1:2] == b"\xfe"
        )
        if not known or len(rest) < _RECORD_HEADER + size:
            break
        yield Record(rest[0], int.from_bytes(rest[3:5], "big"), rest[_RECORD_HEADER : _RECORD_HEADER + size])
        rest = rest[_RECORD_HEADER + size :]
    if rest == datagram:
        raise ProtocolError(f"not DTLS: {datagram[:_RECORD_HEADER].hex(' ')}")


def parse_cookie(body: bytes) -> bytes:
    """The cookie of a HelloVerifyRequest (RFC 6347, section 4.2.1); `ProtocolError` where there is none."""
    octets = Octets(body, "a HelloVerifyRequest")
    octets.take(2)
    cookie = octets.take(octets.number(1))
    if not cookie:
        raise ProtocolError("a HelloVerifyRequest without a cookie")
    return cookie


@dataclass(slots=True)
class _Message:
    kind: int
    size: int
    fragments: list[tuple[int, bytes]] = field(default_factory=list)

    def body(self) -> bytes | None:
        """All of it, None while a part is missing; fragments may overlap."""
        whole = b""
        for start, data in sorted(self.fragments):
            if start > len(whole):
                return None
            whole += data[len(whole) - start :]
        return whole if len(whole) == self.size else None


@dataclass(slots=True)
class Assembly:
    """Puts handshake messages together; `messages` are the bodies of the whole ones by type."""

    messages: dict[int, bytes] = field(default_factory=dict)
    _parts: dict[int, _Message] = field(default_factory=dict, repr=False)

    def feed(self, payload: bytes) -> None:
        """Take the fragments of one record; `ProtocolError` where they contradict each other or are out of all measure."""
        octets = Octets(payload, "a DTLS handshake message")
        while octets:
            kind, size, number = octets.number(1), octets.number(3), octets.number(2)
            start, length = octets.number(3), octets.number(3)
            self._take(number, _Message(kind, size), start, octets.take(length))

    def _take(self, number: int, message: _Message, start: int, data: bytes) -> None:
        part = self._parts.setdefault(number, message)
        if (part.kind, part.size) != (message.kind, message.size) or start + len(data) > part.size:
            raise ProtocolError("DTLS fragments that contradict each other")
        if part.size > _MESSAGE_LIMIT or len(self._parts) > _MESSAGES or len(part.fragments) >= _FRAGMENTS:
            raise ProtocolError("DTLS handshake messages out of all measure")
        if part.kind in self.messages or (start, data) in part.fragments:
            return
        part.fragments.append((start, data))
        body = part.body()
        if body is not None:
            self.messages[part.kind] = body
