"""OPC UA Binary as far as discovery needs it (`opcua_session` has the rest): OPC 10000-6, sections 5.2 (encodings) and 6.7/7.1 (chunks and the TCP connection).

Every count and length is held against what is there; whatever is fed to the reader ends in values or `ProtocolError`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from inventory.errors import ProtocolError

T = TypeVar("T")
ENDPOINTS, TOKENS, TEXTS = 64, 32, 64
"""How many elements of an array are read; the rest of a longer one is passed over by refusing it."""
MESSAGE_LIMIT = 131_072
_DEPTH = 4
_UNIX_EPOCH = 116_444_736_000_000_000
_NODE_SIZES = {0x00: 1, 0x01: 3, 0x02: 6, 0x04: 18}
"""How many bytes follow the form of a NodeId: two bytes, four bytes, a number, a GUID."""


def string(text: str | None) -> bytes:
    """A String: its length in bytes and UTF-8; -1 for none (5.2.2.4)."""
    if text is None:
        return b"\xff\xff\xff\xff"
    encoded = text.encode()
    return len(encoded).to_bytes(4, "little") + encoded


def number(value: int) -> bytes:
    """A UInt32."""
    return value.to_bytes(4, "little")


def chunk(kind: bytes, body: bytes) -> bytes:
    """A message of one chunk: its type ("MSGF"), its size, and what it says."""
    return kind + number(8 + len(body)) + body


def now() -> bytes:
    """The time as a DateTime (5.2.2.5), which open62541 wants in every request since 2025."""
    return (time.time_ns() // 100 + _UNIX_EPOCH).to_bytes(8, "little")


def request(kind: int, when: bytes, *parts: bytes, session: bytes = b"\0\0") -> bytes:
    """A request's type and header: the session's token (none), the time, handle 0, no diagnostics, ten seconds of patience, nothing more."""
    header = session + when + number(0) + number(0) + string(None) + number(10_000) + b"\0\0\0"
    return b"\x01\0" + kind.to_bytes(2, "little") + header + b"".join(parts)


@dataclass(slots=True)
class Reader:
    """Reads values one after the other."""

    data: bytes
    _at: int = field(default=0, repr=False)

    @property
    def rest(self) -> bytes:
        """What has not been read."""
        return self.data[self._at :]

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        if not 0 <= size <= len(self.data) - self._at:
            raise ProtocolError("an OPC UA value that is longer than its message")
        start, self._at = self._at, self._at + size
        return self.data[start : self._at]

    def byte(self) -> int:
        """A Byte."""
        return self.take(1)[0]

    def number(self) -> int:
        """A UInt32."""
        return int.from_bytes(self.take(4), "little")

    def octets(self) -> bytes:
        """A ByteString or the bytes of a String; b"" for none."""
        size = int.from_bytes(self.take(4), "little", signed=True)
        return self.take(size) if size >= 0 else b""

    def array(self, read: Callable[[], T], limit: int) -> tuple[T, ...]:
        """An array of at most `limit` elements."""
        count = int.from_bytes(self.take(4), "little", signed=True)
        if count > limit:
            raise ProtocolError(f"an OPC UA array of {count} elements")
        return tuple(read() for _ in range(count))

    def localized(self) -> bytes:
        """The text of a LocalizedText (5.2.2.14)."""
        mask = self.byte()
        if mask & 1:
            self.octets()
        return self.octets() if mask & 2 else b""

    def node(self) -> int:
        """A NodeId of namespace 0 with a number (5.2.2.9); 0 for any other."""
        form = self.byte()
        if form == 0x00:
            return self.byte()
        if form == 0x01:
            namespace, value = self.byte(), int.from_bytes(self.take(2), "little")
            return value if namespace == 0 else 0
        if form == 0x02:
            namespace, value = int.from_bytes(self.take(2), "little"), self.number()
            return value if namespace == 0 else 0
        raise ProtocolError(f"an OPC UA node of form {form:#04x} where a message type was to come")

    def identifier(self) -> bytes:
        """A NodeId of any form as it stands there (5.2.2.9)."""
        start, form = self._at, self.byte()
        if form in (0x03, 0x05):
            self.take(2)
            self.octets()
        elif form in _NODE_SIZES:
            self.take(_NODE_SIZES[form])
        else:
            raise ProtocolError(f"an OPC UA node of form {form:#04x}")
        return self.data[start : self._at]

    def diagnostics(self, depth: int = _DEPTH) -> None:
        """Pass over a DiagnosticInfo (5.2.2.12)."""
        mask = self.byte()
        for bit in (0x01, 0x02, 0x04, 0x08):
            if mask & bit:
                self.number()
        if mask & 0x10:
            self.octets()
        if mask & 0x20:
            self.number()
        if mask & 0x40:
            if depth == 0:
                raise ProtocolError("diagnostics that are nested too deep")
            self.diagnostics(depth - 1)

    def response_header(self) -> int:
        """Pass over a ResponseHeader (OPC 10000-4, section 7.33) and return its service result."""
        self.take(8)
        self.number()
        result = self.number()
        self.diagnostics()
        self.array(self.octets, TEXTS)
        self.node()
        if self.byte() & 1:  # a body of bytes; there is no reason for one, and it is passed over
            self.octets()
        return result


@dataclass(frozen=True, slots=True)
class UserToken:
    """A UserTokenPolicy: 0 anonymous, 1 user name, 2 certificate, 3 issued token; the policy is "" where the endpoint's own counts. The server knows it again
    by its `identifier`."""

    kind: int
    policy: bytes
    identifier: bytes = b""


@dataclass(frozen=True, slots=True)
class Description:
    """An EndpointDescription (OPC 10000-4, section 7.14). `mode` is 1 None, 2 Sign, 3 SignAndEncrypt."""

    url: bytes
    application_uri: bytes
    product_uri: bytes
    application_name: bytes
    application_type: int
    gateway_uri: bytes
    discovery_urls: tuple[bytes, ...]
    certificate: bytes
    mode: int
    policy: bytes
    tokens: tuple[UserToken, ...]
    transport: bytes


def read_descriptions(reader: Reader) -> tuple[Description, ...]:
    """The array of a GetEndpointsResponse."""
    return reader.array(lambda: _description(reader), ENDPOINTS)


def _description(reader: Reader) -> Description:
    """Fields in the order of the standard: the arguments are evaluated from left to right."""
    description = Description(
        url=reader.octets(),
        application_uri=reader.octets(),
        product_uri=reader.octets(),
        application_name=reader.localized(),
        application_type=reader.number(),
        gateway_uri=_after_profile(reader),
        discovery_urls=reader.array(reader.octets, TEXTS),
        certificate=reader.octets(),
        mode=reader.number(),
        policy=reader.octets(),
        tokens=reader.array(lambda: _token(reader), TOKENS),
        transport=reader.octets(),
    )
    reader.byte()  # the security level, the server's own rank
    return description


def _after_profile(reader: Reader) -> bytes:
    gateway = reader.octets()
    reader.octets()  # the discovery profile
    return gateway


def _token(reader: Reader) -> UserToken:
    identifier = reader.octets()
    kind = reader.number()
    reader.octets()
    reader.octets()
    return UserToken(kind, reader.octets(), identifier)
