"""TLS on the wire as far as a scanner needs it: records, handshake messages, and what a server answers in the clear.

SSL 3.0 (RFC 6101), TLS 1.0 to 1.2 (RFC 2246, 4346, 5246), TLS 1.3 (RFC 8446). Own, because the ssl module no longer speaks the versions that a scanner
must find. Pure: no I/O. Code points are those of IANA's "TLS Parameters" registry. What is asked is written in `tls_hello.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from inventory.errors import ProtocolError
from inventory.text import excerpt

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
CLIENT_HELLO, SERVER_HELLO, NEW_SESSION_TICKET, CERTIFICATE = 1, 2, 4, 11
SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE, CERTIFICATE_STATUS = 12, 13, 14, 22
RECORD_LIMIT = (1 << 14) + 2048
WARNING, FATAL = 1, 2
CLOSE_NOTIFY, HANDSHAKE_FAILURE, PROTOCOL_VERSION, INSUFFICIENT_SECURITY, INAPPROPRIATE_FALLBACK = 0, 40, 70, 71, 86
UNRECOGNIZED_NAME = 112  # RFC 6066, section 3
_RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")  # RFC 8446, 4.1.3
_DOWNGRADED = (
    b"DOWNGRD"  # RFC 8446, 4.1.3: ends, with one byte more, the random of whoever speaks TLS 1.3 and picks less
)
_NAMED_CURVE = 3


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the protocol: its name in facts, and its code point."""

    name: str
    code: int


SSL20 = Version("SSLv2", 0x0002)
SSL30 = Version("SSLv3", 0x0300)
TLS10 = Version("TLSv1.0", 0x0301)
TLS11 = Version("TLSv1.1", 0x0302)
TLS12 = Version("TLSv1.2", 0x0303)
TLS13 = Version("TLSv1.3", 0x0304)
VERSIONS = (SSL30, TLS10, TLS11, TLS12, TLS13)
"""Those that begin with the same hello, weakest first; SSL 2.0 has one of its own."""


@dataclass(frozen=True, slots=True)
class ServerHello:
    """What a server picked.

    `knows_better` is its word that it speaks TLS 1.3 but was offered less, which RFC 8446 demands of it (section 4.1.3). `retry` says that it only names the
    group it wants a key for (section 4.1.4). `extensions` are by code point.
    """

    version: int
    suite: int
    knows_better: bool = False
    compression: int = 0
    extensions: Mapping[int, bytes] = field(default_factory=dict)
    random: bytes = b""
    session: bytes = b""
    retry: bool = False

    @property
    def code(self) -> str:
        """The suite's code point as `checks.cipher_suites` writes it."""
        return f"{self.suite:04x}"


@dataclass(frozen=True, slots=True)
class KeyExchange:
    """What a ServerKeyExchange shows: a prime and its generator (finite field), or a curve (0: none of the named ones)."""

    prime: int = 0
    generator: int = 0
    curve: int = 0


def vector(width: int, data: bytes) -> bytes:
    """`data` behind its length, which takes `width` bytes (RFC 5246, section 4.3)."""
    return len(data).to_bytes(width, "big") + data


def close_alert(version: Version) -> bytes:
    """The record that says close_notify."""
    return bytes((ALERT,)) + min(version.code, 0x0303).to_bytes(2, "big") + b"\x00\x02" + bytes((WARNING, CLOSE_NOTIFY))


def record_size(header: bytes) -> tuple[int, int]:
    """Type and length of the record that five bytes announce; `ProtocolError` where they are not TLS."""
    kind, major, size = header[0], header[1], int.from_bytes(header[3:5], "big")
    if kind not in {CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA} or major != 3:
        raise ProtocolError(f"not TLS: {excerpt(header)}")
    if not 0 < size <= RECORD_LIMIT:
        raise ProtocolError(f"a TLS record of {size} bytes")
    return kind, size


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The whole handshake messages at the start of `data`, as (type, body)."""
    at = 0
    while len(data) >= at + 4:
        end = at + 4 + int.from_bytes(data[at + 1 : at + 4], "big")
        if len(data) < end:
            return
        yield data[at], data[at + 4 : end]
        at = end


def parse_server_hello(body: bytes) -> ServerHello:
    """The version and the suite of a ServerHello or a HelloRetryRequest; the version is that of supported_versions where it is there."""
    if len(body) < 38 or len(body) < 38 + body[34]:
        raise ProtocolError("a ServerHello that ends early")
    version = int.from_bytes(body[:2], "big")
    at = 35 + body[34]
    extensions = read_extensions(body[at + 5 :])
    retry = body[2:34] == _RETRY_RANDOM
    if len(extensions.get(43, b"")) == 2:
        version = int.from_bytes(extensions[43], "big")
    elif retry:
        version = TLS13.code
    return ServerHello(
        version,
        int.from_bytes(body[at : at + 2], "big"),
        knows_better=body[26:33] == _DOWNGRADED,
        compression=body[at + 2] if len(body) > at + 2 else 0,
        extensions=extensions,
        random=body[2:34],
        session=body[35:at],
        retry=retry,
    )


def parse_key_exchange(exchange: str, body: bytes) -> KeyExchange:
    """What a ServerKeyExchange says for a suite of this key exchange (in the words of `checks.cipher_suites`); `ProtocolError` where it ends early."""
    if exchange.endswith("PSK"):  # the hint of the identity comes first, RFC 4279 section 3 and RFC 5489 section 2
        body = body[2 + int.from_bytes(body[:2], "big") :]
    if exchange.startswith("ECDH"):
        if len(body) < 4:
            raise ProtocolError("a ServerKeyExchange that ends early")
        return KeyExchange(curve=int.from_bytes(body[1:3], "big") if body[0] == _NAMED_CURVE else 0)
    if not exchange.startswith("DH"):
        return KeyExchange()
    values, rest = [], body
    for _ in range(2):
        end = 2 + int.from_bytes(rest[:2], "big")
        if not 2 < end <= len(rest):
            raise ProtocolError("a ServerKeyExchange that ends early")
        values.append(int.from_bytes(rest[2:end], "big"))
        rest = rest[end:]
    return KeyExchange(prime=values[0], generator=values[1])


def read_extensions(data: bytes) -> dict[int, bytes]:
    """The extensions that follow one another in `data`, by code point."""
    found: dict[int, bytes] = {}
    at = 0
    while len(data) >= at + 4:
        end = at + 4 + int.from_bytes(data[at + 2 : at + 4], "big")
        found[int.from_bytes(data[at : at + 2], "big")] = data[at + 4 : end]
        at = end
    return found


def parse_certificates(body: bytes) -> tuple[bytes, ...]:
    """The DER of each certificate of a Certificate message up to TLS 1.2, in the order sent; what is cut short is left out."""
    chain = []
    data = body[3 : 3 + int.from_bytes(body[:3], "big")]
    at = 0
    while len(data) >= at + 3:
        start = at + 3
        at = start + int.from_bytes(data[at:start], "big")
        if start < at <= len(data):
            chain.append(data[start:at])
    return tuple(chain)
