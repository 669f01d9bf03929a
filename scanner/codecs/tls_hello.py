"""Writing a ClientHello of any kind: one version, the suites to choose from, and the extensions that the question needs.

SSL 3.0 (RFC 6101), TLS 1.0 to 1.2 (RFC 2246, 4346, 5246), TLS 1.3 (RFC 8446). A hello is kept short, because embedded stacks choke on long ones: no GREASE,
no padding, no extension that nothing hangs on. Pure: the random comes from the caller.
"""

import re
from dataclasses import dataclass, field

from scanner.codecs.tls_codec import CLIENT_HELLO, HANDSHAKE, TLS13, Version, vector

SUITES_AT_ONCE = 64
"""Suites in one hello at most: some embedded stacks refuse longer lists."""
RENEGOTIATION_SCSV, FALLBACK_SCSV = "00ff", "5600"  # RFC 5746, section 3.3; RFC 7507
SERVER_NAME, STATUS_REQUEST, GROUPS, POINT_FORMATS, SIGNATURES = 0, 5, 10, 11, 13
TRUNCATED_HMAC, HEARTBEAT, ALPN, ENCRYPT_THEN_MAC, EXTENDED_MASTER_SECRET, TICKET = 4, 15, 16, 22, 23, 35
SUPPORTED_VERSIONS, KEY_SHARE, RENEGOTIATION_INFO = 43, 51, 0xFF01

# x25519, secp256r1, 384, 521, 224, 192
USUAL_GROUPS = (0x001D, 0x0017, 0x0018, 0x0019, 0x0015, 0x0013)
_SIGNATURES = bytes.fromhex("0403 0503 0603 0804 0805 0806 0401 0501 0601 0303 0301 0203 0201 0202 0101")
ALL_SIGNATURES = _SIGNATURES + bytes.fromhex("0807 0808 0809 080a 080b 0402")
"""With those of the keys that no device is known to have: Ed25519, Ed448, RSA for PSS alone, and DSA with SHA-256."""
_SIGNATURES_13 = bytes.fromhex("0403 0503 0603 0807 0808 0804 0805 0806 0809 080a 080b 0401 0501 0601")
# Two valid public keys whose private halves nobody needs: the base points of X25519 (RFC 7748 section 4.1) and P-256 (SEC 2 section 2.4.2).
_SHARES = {
    0x001D: b"\x09" + bytes(31),
    0x0017: bytes.fromhex(
        "04 6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    ),
}
_HOST_NAME = re.compile(r"(?=.{1,253}$)(?!.*\.\d*$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_-]{1,63})*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hello:
    """A question: this version and no other, and the suites to choose from (code points in hexadecimal, "c02f").

    `groups` are offered where a suite needs them (TLS 1.0 and later). `compressions` are offered in this order. `extensions` are further ones, (type, data)
    pairs. `shares` are the groups for which TLS 1.3 sends a key; with none the server names the group that it wants in a HelloRetryRequest. `keys` are
    the public keys to send for them instead of those that nobody has the private half of. A `bare` one has no extension at all, for servers of before TLS 1.2
    that choke on any. `signatures` are those of TLS 1.2 (RFC 5246, section 7.4.1.4.1).
    """

    version: Version
    suites: tuple[str, ...]
    groups: tuple[int, ...] = USUAL_GROUPS
    compressions: bytes = b"\x00"
    extensions: tuple[tuple[int, bytes], ...] = ()
    shares: tuple[int, ...] = (0x001D, 0x0017)
    keys: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)
    bare: bool = False
    signatures: bytes = field(default=_SIGNATURES, repr=False)

    def record(self, random: bytes, server_name: str = "") -> bytes:
        """The record that holds it; `random` is 32 bytes, and what is no host name is not sent as `server_name` (RFC 6066, section 3)."""
        extensions = b"".join(extension(kind, data) for kind, data in self._extensions(server_name))
        suites = bytes.fromhex("".join(self.suites))
        body = min(self.version.code, 0x0303).to_bytes(2, "big") + random + b"\x00" + vector(2, suites)
        body += vector(1, self.compressions)
        if extensions:
            body += vector(2, extensions)
        start = bytes((HANDSHAKE,)) + min(self.version.code, 0x0301).to_bytes(2, "big")
        return start + vector(2, bytes((CLIENT_HELLO,)) + vector(3, body))

    def _extensions(self, server_name: str) -> list[tuple[int, bytes]]:
        """In the order of their sending. SSL 3.0 knows none (RFC 6101)."""
        if self.version.code < 0x0301 or self.bare:
            return []
        found: list[tuple[int, bytes]] = []
        if name := sent_name(server_name):
            found.append((SERVER_NAME, vector(2, b"\x00" + vector(2, name.encode("ascii")))))
        if self.groups:
            groups = b"".join(group.to_bytes(2, "big") for group in self.groups)
            found.append((GROUPS, vector(2, groups)))
            found += [(POINT_FORMATS, b"\x01\x00")] if self.version.code < TLS13.code else []
        if self.version.code == 0x0303:
            found.append((SIGNATURES, vector(2, self.signatures)))
        if self.version.code == TLS13.code:
            found += [(SIGNATURES, vector(2, _SIGNATURES_13)), (SUPPORTED_VERSIONS, b"\x02\x03\x04")]
            found.append((KEY_SHARE, vector(2, b"".join(self._shares()))))
        return [*found, *self.extensions]

    def _shares(self) -> list[bytes]:
        keys = {**_SHARES, **dict(self.keys)}
        return [group.to_bytes(2, "big") + vector(2, keys[group]) for group in self.shares]


def sent_name(name: str) -> str:
    """What of a name is sent as `server_name`: nothing of an address, or of what is no host name."""
    return name.lower() if _HOST_NAME.fullmatch(name) else ""


def extension(kind: int, data: bytes) -> bytes:
    """One extension as it is sent."""
    return kind.to_bytes(2, "big") + vector(2, data)


def pattern(version: Version) -> bytes:
    """A pattern of every ClientHello for this version that `Hello` writes: one record of at most some 1,300 bytes that asks for a new session."""
    code = re.escape(min(version.code, 0x0303).to_bytes(2, "big"))
    start = re.escape(bytes((HANDSHAKE,)) + min(version.code, 0x0301).to_bytes(2, "big"))
    names_13 = rb"(?=.*\x00\x2b\x00\x03\x02\x03\x04)" if version is TLS13 else rb"(?!.*\x00\x2b\x00\x03\x02\x03)"
    suites = rb"\x00[\x02-\xfe].{2,254}"
    compressions = rb"(?:\x01\x00|\x02\x01\x00)"  # none, or DEFLATE before it
    extensions = rb"(?:[\x00-\x03]..{0,1020})?" if version.code >= 0x0301 else b""
    return start + names_13 + rb".{2}\x01\x00.{2}" + code + rb".{32}\x00" + suites + compressions + extensions
