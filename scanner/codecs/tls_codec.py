"""TLS on the wire as far as a scanner needs it: one ClientHello for each version, and reading what a server answers in the clear.

SSL 3.0 (RFC 6101), TLS 1.0 to 1.2 (RFC 2246, 4346, 5246), TLS 1.3 (RFC 8446). Own, because the ssl module no longer speaks the versions that a scanner
must find. Pure: no I/O, no keys, no handshake is ever finished. Code points are those of IANA's "TLS Parameters" registry; suites that need a pre-shared key,
Kerberos or SRP are not offered, because no device's web page uses them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from inventory.errors import ProtocolError

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 1, 2, 11
RECORD_LIMIT = (1 << 14) + 2048
WARNING, CLOSE_NOTIFY = 1, 0
PROTOCOL_VERSION = 70

# What a hello offers is ordered as a browser of the time would: authenticated and strong first, so that the pick says what a client gets, and anonymous last.
_TLS13_SUITES = "1301 1302 1303 1304 1305"
_TLS12_SUITES = (
    "c02b c02f c02c c030 cca9 cca8 009e 009f ccaa c023 c027 c024 c028 0067 006b c0ac "  # ECDHE and DHE: GCM, ChaCha20, CBC with SHA-2, CCM
    "009c 009d 003c 003d c09c c061 c051 003b "  # RSA: GCM, CBC with SHA-2, CCM; ARIA; NULL-SHA256
)
_EC_SUITES = "c009 c013 c00a c014 c008 c012 c007 c011 "  # ECDHE: AES, 3DES, RC4, CBC with SHA-1
_DH_SUITES = (
    "0033 0039 0045 0088 009a 0032 0038 0016 0013 0015 0012 "  # DHE: AES, Camellia, SEED, 3DES, DES; RSA and DSS
)
_RSA_SUITES = "002f 0035 0041 0084 0096 0007 000a 0005 0004 0009 "  # RSA: AES, Camellia, SEED, IDEA, 3DES, RC4, DES
_EXPORT_SUITES = "0062 0064 0014 0011 0008 0006 0003 "  # 56 and 40 bits, withdrawn with TLS 1.1
_EC_NULL_SUITES = "c006 c010 "
_NULL_SUITES = "0002 0001 "
_EC_ANONYMOUS_SUITES = "c018 c019 c016 "
_ANONYMOUS_SUITES = "0034 003a 001b 0018 001a "
_EXPORT_ANONYMOUS_SUITES = "0019 0017 "
_RENEGOTIATION_SCSV = "00ff"  # RFC 5746 section 3.3: an extension for servers that know none

_GROUPS = bytes.fromhex("001d 0017 0018 0019 0015 0013")  # x25519, secp256r1, 384, 521, 224, 192
_SIGNATURES = bytes.fromhex("0403 0503 0603 0804 0805 0806 0401 0501 0601 0303 0301 0203 0201 0202 0101")
_SIGNATURES_13 = bytes.fromhex("0403 0503 0603 0807 0808 0804 0805 0806 0809 080a 080b 0401 0501 0601")
# Two valid public keys whose private halves nobody needs: the base points of X25519 (RFC 7748 section 4.1) and P-256 (SEC 2 section 2.4.2).
_X25519_SHARE = b"\x09" + bytes(31)
_P256_SHARE = bytes.fromhex(
    "04 6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
_RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")  # RFC 8446, 4.1.3
_DOWNGRADED = (
    b"DOWNGRD"  # RFC 8446, 4.1.3: ends, with one byte more, the random of whoever speaks TLS 1.3 and picks less
)
_HOST_NAME = re.compile(r"(?=.{1,253}$)(?!.*\.\d*$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_-]{1,63})*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the protocol: its name in facts, its code point, and the suites and extensions that a hello for it carries."""

    name: str
    code: int
    suites: bytes
    extensions: bytes


@dataclass(frozen=True, slots=True)
class ServerHello:
    """What a server picked. `knows_better` is its word that it speaks TLS 1.3 but was offered less, which RFC 8446 demands of it (section 4.1.3)."""

    version: int
    suite: int
    knows_better: bool = False


def _extension(kind: int, data: bytes) -> bytes:
    return kind.to_bytes(2, "big") + _vector(2, data)


def _vector(width: int, data: bytes) -> bytes:
    return len(data).to_bytes(width, "big") + data


_EC_EXTENSIONS = _extension(10, _vector(2, _GROUPS)) + _extension(11, b"\x01\x00")
_KEY_SHARES = _vector(2, b"\x00\x1d" + _vector(2, _X25519_SHARE) + b"\x00\x17" + _vector(2, _P256_SHARE))
_LEGACY = _EC_SUITES + _DH_SUITES + _RSA_SUITES
_LEGACY_END = _EC_NULL_SUITES + _NULL_SUITES + _EC_ANONYMOUS_SUITES + _ANONYMOUS_SUITES
SSL30 = Version(
    "SSLv3",
    0x0300,
    bytes.fromhex(
        _DH_SUITES
        + _RSA_SUITES
        + _EXPORT_SUITES
        + _NULL_SUITES
        + _ANONYMOUS_SUITES
        + _EXPORT_ANONYMOUS_SUITES
        + _RENEGOTIATION_SCSV
    ),
    b"",
)
TLS10 = Version(
    "TLSv1.0",
    0x0301,
    bytes.fromhex(_LEGACY + _EXPORT_SUITES + _LEGACY_END + _EXPORT_ANONYMOUS_SUITES + _RENEGOTIATION_SCSV),
    _EC_EXTENSIONS,
)
TLS11 = Version("TLSv1.1", 0x0302, TLS10.suites, _EC_EXTENSIONS)
TLS12 = Version(
    "TLSv1.2",
    0x0303,
    bytes.fromhex(
        _TLS12_SUITES + _LEGACY + _NULL_SUITES + _EC_ANONYMOUS_SUITES + _ANONYMOUS_SUITES + _RENEGOTIATION_SCSV
    ),
    _EC_EXTENSIONS + _extension(13, _vector(2, _SIGNATURES)),
)
TLS13 = Version(
    "TLSv1.3",
    0x0304,
    bytes.fromhex(_TLS13_SUITES),
    _extension(10, _vector(2, _GROUPS[:8]))
    + _extension(13, _vector(2, _SIGNATURES_13))
    + _extension(43, b"\x02\x03\x04")
    + _extension(51, _KEY_SHARES),
)
VERSIONS = (SSL30, TLS10, TLS11, TLS12, TLS13)
"""Weakest first."""


def client_hello(version: Version, random: bytes, server_name: str = "") -> bytes:
    """The record with a ClientHello that offers this version and no other; `random` is 32 bytes, an address as `server_name` is not sent (RFC 6066, 3)."""
    extensions = version.extensions
    if extensions and _HOST_NAME.fullmatch(server_name):
        name = server_name.lower().encode("ascii")
        extensions = _extension(0, _vector(2, b"\x00" + _vector(2, name))) + extensions
    body = _hello_version(version) + random + b"\x00" + _vector(2, version.suites) + b"\x01\x00"
    if extensions:
        body += _vector(2, extensions)
    return _record_start(version) + _vector(2, bytes((CLIENT_HELLO,)) + _vector(3, body))


def hello_pattern(version: Version) -> bytes:
    """A pattern of every ClientHello for this version: only the random, the server name and the lengths above it are free."""
    extensions = b""
    if version.extensions:
        name = rb"(?:\x00\x00\x00.\x00.\x00\x00.[a-z0-9._-]{1,253})?"
        extensions = rb".." + name + re.escape(version.extensions)
    fixed = re.escape(b"\x00" + _vector(2, version.suites) + b"\x01\x00")
    start = re.escape(_record_start(version)) + rb"..\x01\x00.."
    return start + re.escape(_hello_version(version)) + rb".{32}" + fixed + extensions


def _hello_version(version: Version) -> bytes:
    return min(version.code, 0x0303).to_bytes(2, "big")  # TLS 1.3 is named in an extension, RFC 8446 section 4.1.2


def _record_start(version: Version) -> bytes:
    return bytes((HANDSHAKE,)) + min(version.code, 0x0301).to_bytes(2, "big")


def close_alert(version: Version) -> bytes:
    """The record that says close_notify."""
    return bytes((ALERT,)) + min(version.code, 0x0303).to_bytes(2, "big") + b"\x00\x02" + bytes((WARNING, CLOSE_NOTIFY))


def record_size(header: bytes) -> tuple[int, int]:
    """Type and length of the record that five bytes announce; `ProtocolError` where they are not TLS."""
    kind, major, size = header[0], header[1], int.from_bytes(header[3:5], "big")
    if kind not in {CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA} or major != 3:
        raise ProtocolError(f"not TLS: {header.hex(' ')}")
    if not 0 < size <= RECORD_LIMIT:
        raise ProtocolError(f"a TLS record of {size} bytes")
    return kind, size


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The whole handshake messages at the start of `data`, as (type, body)."""
    while len(data) >= 4:
        end = 4 + int.from_bytes(data[1:4], "big")
        if len(data) < end:
            return
        yield data[0], data[4:end]
        data = data[end:]


def parse_server_hello(body: bytes) -> ServerHello:
    """The version and the suite of a ServerHello or a HelloRetryRequest; the version is that of supported_versions where it is there."""
    if len(body) < 38 or len(body) < 38 + body[34]:
        raise ProtocolError("a ServerHello that ends early")
    version = int.from_bytes(body[:2], "big")
    at = 35 + body[34]
    suite = int.from_bytes(body[at : at + 2], "big")
    selected = _extensions(body[at + 5 :]).get(43, b"")
    if len(selected) == 2:
        version = int.from_bytes(selected, "big")
    elif body[2:34] == _RETRY_RANDOM:
        version = TLS13.code
    return ServerHello(version, suite, knows_better=body[26:33] == _DOWNGRADED)


def _extensions(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while len(data) >= 4:
        end = 4 + int.from_bytes(data[2:4], "big")
        found[int.from_bytes(data[:2], "big")] = data[4:end]
        data = data[end:]
    return found


def parse_certificates(body: bytes) -> tuple[bytes, ...]:
    """The DER of each certificate of a Certificate message up to TLS 1.2, in the order sent; what is cut short is left out."""
    chain = []
    data = body[3 : 3 + int.from_bytes(body[:3], "big")]
    while len(data) >= 3:
        end = 3 + int.from_bytes(data[:3], "big")
        if 3 < end <= len(data):
            chain.append(data[3:end])
        data = data[end:]
    return tuple(chain)
