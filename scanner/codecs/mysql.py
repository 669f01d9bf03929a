"""The packets of the MySQL protocol, as far as the end of a login (MySQL internals manual and MariaDB knowledge base, "Client/Server Protocol").

A packet is a length of three bytes, a sequence number of one, and its payload. The server greets first.
"""

import struct
from dataclasses import dataclass

from inventory.errors import ProtocolError
from scanner.conversation import Conversation, Read

LONG_PASSWORD, PROTOCOL_41, SSL, SECURE_CONNECTION, PLUGIN_AUTH = 0x1, 0x200, 0x800, 0x8000, 0x80000
OK, ERR, MORE_DATA, SWITCH = 0x00, 0xFF, 0x01, 0xFE
NATIVE = "mysql_native_password"
_LIMIT = 16384
_LARGEST, _UTF8 = 1 << 24, 33
_PROTOCOL_10 = 10


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its sequence number and its payload, which holds at least one byte."""

    number: int
    payload: bytes

    @property
    def kind(self) -> int:
        """The first byte of the payload."""
        return self.payload[0]


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the server says first: its version, its capabilities, and the plugin and nonce of the login."""

    version: bytes
    capabilities: int
    plugin: str
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """An ERR packet: the number of the error and its text, without the SQLSTATE."""

    code: int
    text: bytes


def packet(number: int, payload: bytes) -> bytes:
    """A packet of less than 16 MiB."""
    return len(payload).to_bytes(3, "little") + bytes((number & 0xFF,)) + payload


SSL_REQUEST = packet(1, struct.pack("<IIB23x", LONG_PASSWORD | PROTOCOL_41 | SSL | SECURE_CONNECTION, _LARGEST, _UTF8))
"""Protocol::SSLRequest in answer to the greeting: from here on TLS is spoken."""


def read_packet() -> Conversation[Packet]:
    """The next packet; `ProtocolError` where it is empty or too long to be of a login."""
    head = yield Read(4)
    size = int.from_bytes(head[:3], "little")
    if not 1 <= size <= _LIMIT:
        raise ProtocolError("not a packet of a MySQL login")
    return Packet(head[3], (yield Read(size)))


def parse_greeting(payload: bytes) -> Greeting:
    """Read the payload of Protocol::HandshakeV10; `ProtocolError` where it is none."""
    version, end, rest = payload[1:].partition(b"\0")
    if payload[:1] != bytes((_PROTOCOL_10,)) or not end or not version or len(rest) < 15:
        raise ProtocolError("not a MySQL greeting")
    capabilities = int.from_bytes(rest[13:15], "little")
    nonce, plugin = rest[4:12], b""
    if len(rest) >= 31:
        capabilities |= int.from_bytes(rest[18:20], "little") << 16
        size = max(13, rest[20] - 8)
        nonce += rest[31 : 31 + size]
        plugin = rest[31 + size :].partition(b"\0")[0] if capabilities & PLUGIN_AUTH else b""
    return Greeting(version, capabilities, plugin[:64].decode("ascii", "replace") or NATIVE, nonce[:20])


def parse_refusal(payload: bytes) -> Refusal:
    """Read an ERR packet; before the login it has no SQLSTATE."""
    if len(payload) < 3 or payload[0] != ERR:
        raise ProtocolError("not a MySQL error")
    text = payload[3:]
    return Refusal(struct.unpack_from("<H", payload, 1)[0], text[6:] if text[:1] == b"#" else text)
