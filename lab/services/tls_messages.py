"""TLS on the wire as an old server reads and writes it: SSL 3.0 (RFC 6101), TLS 1.0 (RFC 2246), 1.1 (RFC 4346), 1.2 (RFC 5246), and SSL 2.0 (Hickman, 1995)."""

import asyncio
import struct
from dataclasses import dataclass, field

SSL2, SSL3, TLS10, TLS11, TLS12 = 0x0002, 0x0300, 0x0301, 0x0302, 0x0303
ALERT, HANDSHAKE = 21, 22
FATAL = 2
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE, SERVER_HELLO_DONE = 1, 2, 11, 12, 14
UNEXPECTED_MESSAGE, HANDSHAKE_FAILURE, ILLEGAL_PARAMETER, DECODE_ERROR = 10, 40, 47, 50
PROTOCOL_VERSION, INTERNAL_ERROR, INAPPROPRIATE_FALLBACK = 70, 80, 86
_NEW_IN_TLS = {DECODE_ERROR: ILLEGAL_PARAMETER, PROTOCOL_VERSION: HANDSHAKE_FAILURE, INTERNAL_ERROR: HANDSHAKE_FAILURE}
"""Alerts that SSL 3.0 has not (RFC 6101, section 5.4), and what says about the same there."""
_RECORD = 1 << 14
_LONGEST_HELLO = 1 << 15
_MOST_RECORDS = 64
_SSL2_SERVER_HELLO, _X509 = 4, 1


class Refused(Exception):
    """The hello is refused; `alert` is the description that says why."""

    def __init__(self, alert: int) -> None:
        super().__init__(f"alert {alert}")
        self.alert = alert


@dataclass(frozen=True, slots=True)
class ClientHello:
    """What a client offers: its best version, its random, suites ("c02f", or "0700c0" of SSL 2.0), compressions, and extensions by their number."""

    version: int
    random: bytes
    suites: tuple[str, ...]
    compressions: bytes = b"\0"
    extensions: dict[int, bytes] = field(default_factory=dict)


def vector(width: int, data: bytes) -> bytes:
    """`data` behind its length in so many bytes (RFC 5246, section 4.3)."""
    return len(data).to_bytes(width, "big") + data


def message(kind: int, body: bytes) -> bytes:
    """A handshake message (RFC 5246, section 7.4)."""
    return bytes((kind,)) + vector(3, body)


def records(version: int, kind: int, data: bytes) -> bytes:
    """`data` in as many records as it needs (RFC 5246, section 6.2.1)."""
    parts = [data[at : at + _RECORD] for at in range(0, len(data), _RECORD)]
    return b"".join(bytes((kind,)) + version.to_bytes(2, "big") + vector(2, part) for part in parts)


def alert(version: int, description: int) -> bytes:
    """A fatal alert."""
    known = _NEW_IN_TLS.get(description, description) if version == SSL3 else description
    return records(version, ALERT, bytes((FATAL, known)))


def ssl2_server_hello(certificate: bytes, suites: tuple[str, ...], connection: bytes) -> bytes:
    """The SERVER-HELLO of SSL 2.0 in a record with a header of two bytes."""
    specs = bytes.fromhex("".join(suites))
    head = struct.pack(">BBBHHHH", _SSL2_SERVER_HELLO, 0, _X509, SSL2, len(certificate), len(specs), len(connection))
    record = vector(2, head + certificate + specs + connection)
    return bytes((record[0] | 0x80,)) + record[1:]


async def read_hello(reader: asyncio.StreamReader) -> ClientHello | None:
    """The hello that a connection begins with; None where it begins with something else. Raises `Refused` where it is one and makes no sense."""
    start = await reader.readexactly(3)
    if start[0] & 0x80 and start[2] == CLIENT_HELLO:
        size = (start[0] & 0x7F) << 8 | start[1]
        return parse_ssl2_hello(await reader.readexactly(max(size - 1, 0)))
    if start[:2] != bytes((HANDSHAKE, 3)):
        return None
    handshake = await _payload(reader, await reader.readexactly(2))
    for _ in range(_MOST_RECORDS):
        size = int.from_bytes(handshake[1:4], "big")
        if handshake[:1] != bytes((CLIENT_HELLO,)):
            raise Refused(UNEXPECTED_MESSAGE)
        if size > _LONGEST_HELLO:
            raise Refused(ILLEGAL_PARAMETER)
        if len(handshake) >= 4 + size:
            return parse_hello(handshake[4 : 4 + size])
        header = await reader.readexactly(5)
        if header[:2] != bytes((HANDSHAKE, 3)):
            raise Refused(UNEXPECTED_MESSAGE)
        handshake += await _payload(reader, header[3:])
    raise Refused(UNEXPECTED_MESSAGE)


async def _payload(reader: asyncio.StreamReader, size: bytes) -> bytes:
    length = int.from_bytes(size, "big")
    if not 0 < length <= _RECORD:
        raise Refused(DECODE_ERROR)
    return await reader.readexactly(length)


def parse_hello(body: bytes) -> ClientHello:
    """A ClientHello (RFC 5246, section 7.4.1.2). Old clients may end behind the compressions; what comes behind the extensions is an error."""
    rest = _Rest(body)
    version, random = int.from_bytes(rest.take(2), "big"), rest.take(32)
    rest.vector(1)  # the session that it wants to resume: there is none
    suites, compressions = rest.vector(2), rest.vector(1)
    if len(suites) % 2 or not suites or 0 not in compressions:
        raise Refused(ILLEGAL_PARAMETER)
    extensions: dict[int, bytes] = {}
    if rest.left:
        inside = _Rest(rest.vector(2))
        while inside.left:
            kind = int.from_bytes(inside.take(2), "big")
            extensions.setdefault(kind, inside.vector(2))
    if rest.left or version >> 8 != 3:
        raise Refused(DECODE_ERROR)
    codes = tuple(suites[at : at + 2].hex() for at in range(0, len(suites), 2))
    return ClientHello(version, random, codes, compressions, extensions)


def parse_ssl2_hello(body: bytes) -> ClientHello:
    """What follows the kind of a CLIENT-HELLO of SSL 2.0, which later versions may come in too (RFC 5246, appendix E.2)."""
    rest = _Rest(body)
    version = int.from_bytes(rest.take(2), "big")
    specs, session, challenge = (int.from_bytes(rest.take(2), "big") for _ in range(3))
    data = rest.take(specs)
    rest.take(session)
    random = rest.take(challenge)
    if specs % 3 or not 16 <= challenge <= 32 or rest.left:
        raise Refused(ILLEGAL_PARAMETER)
    codes = tuple(data[at : at + 3].hex() for at in range(0, specs, 3))
    if version != SSL2:
        codes = tuple(code[2:] for code in codes if code.startswith("00"))
    return ClientHello(version, random.rjust(32, b"\0"), codes)


class _Rest:
    """The bytes of a message that were not read yet; raises `Refused` where there are too few."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def left(self) -> bool:
        return bool(self._data)

    def take(self, size: int) -> bytes:
        if len(self._data) < size:
            raise Refused(DECODE_ERROR)
        taken, self._data = self._data[:size], self._data[size:]
        return taken

    def vector(self, width: int) -> bytes:
        return self.take(int.from_bytes(self.take(width), "big"))
