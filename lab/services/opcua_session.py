"""The one session that an open OPC UA server gives to a stranger (OPC 10000-4, section 5.6), in which it tells what it is and nothing else."""

import struct
from dataclasses import dataclass

from lab.fake import Visit

CREATE, ACTIVATE, READ, CLOSE = 461, 467, 631, 473
_CREATED, _ACTIVATED, _ANSWERED, _CLOSED = 464, 470, 634, 476
_ANONYMOUS_TOKEN, _BUILD_INFO = 321, 340
_VALUE, _BUILD_NODE, _START_NODE = 13, 2260, 2257
_TOKEN = b"\x05\0\0\x10\0\0\0" + bytes.fromhex("7a1c") * 8
_SESSION = b"\x02\x01\0\x39\x30\0\0"
_WRONG_SESSION, _WRONG_IDENTITY, _NO_ACCESS = 0x80250000, 0x80200000, 0x801F0000
_YEAR_2020 = 132_223_104_000_000_000
"""1 January 2020 in hundreds of nanoseconds since 1601."""
_DAY = 864_000_000_000


@dataclass(frozen=True)
class Build:
    """A server's BuildInfo (OPC 10000-5, section 12.4). `days` is that of its build and `started` that of its start, both counted from 1 January 2020."""

    product_uri: str
    manufacturer: str
    product: str
    version: str
    number: str
    days: int
    started: int = 2200


@dataclass
class Session:
    """What one connection has come to. Whoever leaves it open, opens a second, or asks for any other value does harm."""

    build: Build
    endpoints: bytes
    opened: bool = False
    active: bool = False

    def answer(self, number: int, body: bytes, visit: Visit) -> tuple[int, bytes, int]:
        """The type, the body and the result of the answer to a request, given from its header on."""
        token, rest = _after_header(body)
        if number == CREATE:
            return self._create(visit)
        if not self.opened or token != _TOKEN:
            visit.harm("an OPC UA request in a session that there is not")
            return 397, b"", _WRONG_SESSION
        if number == ACTIVATE:
            return self._activate(rest)
        if number == READ:
            return self._read(rest, visit)
        self.opened = self.active = False
        if rest != b"\x01":
            visit.harm("an OPC UA session that was closed without its subscriptions")
        return _CLOSED, b"", 0

    def _create(self, visit: Visit) -> tuple[int, bytes, int]:
        if self.opened:
            visit.harm("a second OPC UA session")
        self.opened = True
        timeout = struct.pack("<d", 10_000.0)
        nonce = struct.pack("<i", 32) + bytes(range(32))
        signature = text(None) * 2
        return _CREATED, _SESSION + _TOKEN + timeout + nonce + text(None) + self.endpoints + signature + b"\0" * 8, 0

    def _activate(self, rest: bytes) -> tuple[int, bytes, int]:
        named = struct.pack("<BBH", 1, 0, _ANONYMOUS_TOKEN) + b"\x01\x0d\0\0\0" + text("anonymous")
        if rest[16:-8] not in (named, b"\0\0\0"):
            return 397, b"", _WRONG_IDENTITY
        self.active = True
        return _ACTIVATED, text(None) + struct.pack("<ii", 0, 0), 0

    def _read(self, rest: bytes, visit: Visit) -> tuple[int, bytes, int]:
        count = int.from_bytes(rest[12:16], "little")
        asked = [rest[16 + at * 18 :][:18] for at in range(min(count, 8))]
        allowed = {_asked(_BUILD_NODE): self._told(), _asked(_START_NODE): b"\x01\x0d" + _moment(self.build.started)}
        if not self.active or count != len(asked) or not set(asked) <= allowed.keys():
            visit.harm("an OPC UA Read of something else than BuildInfo and StartTime")
            return 397, b"", _NO_ACCESS
        values = b"".join(allowed[one] for one in asked)
        return _ANSWERED, struct.pack("<i", len(asked)) + values + struct.pack("<i", 0), 0

    def _told(self) -> bytes:
        """BuildInfo in a Variant in a DataValue."""
        build = self.build
        words = (build.product_uri, build.manufacturer, build.product, build.version, build.number)
        body = b"".join(map(text, words)) + _moment(build.days)
        return b"\x01\x16" + struct.pack("<BBHBi", 1, 0, _BUILD_INFO, 1, len(body)) + body


def text(said: str | None) -> bytes:
    """A String."""
    return struct.pack("<i", -1) if said is None else struct.pack("<i", len(said.encode())) + said.encode()


def _moment(days: int) -> bytes:
    return struct.pack("<q", _YEAR_2020 + days * _DAY)


def _asked(node: int) -> bytes:
    return struct.pack("<BBHI", 1, 0, node, _VALUE) + text(None) + b"\0\0" + text(None)


def _after_header(body: bytes) -> tuple[bytes, bytes]:
    """The token of a request's header (a NodeId of two bytes, or ours), and what follows the header."""
    token = body[:2] if body[:1] == b"\0" else body[: len(_TOKEN)]
    return token, body[len(token) + 8 + 4 + 4 + 4 + 4 + 3 :]
