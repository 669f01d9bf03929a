"""OPC UA sessions as far as reading two variables needs them: OPC 10000-4, sections 5.6 (sessions), 5.10.2 (Read) and 7 (types); 10000-6, 5.2 and annex A.

A session is created, activated for an anonymous user, asked for two values, and closed with its subscriptions. Nothing is written, called or browsed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inventory.errors import ProtocolError
from scanner.codecs.opcua_codec import TEXTS, Reader, chunk, number, read_descriptions, request, string

CREATED, ACTIVATED, READ, CLOSED = 464, 470, 634, 476
"""The types of the answers: the numbers of their binary encodings."""
NONCE = 32
_CREATE, _ACTIVATE, _READ, _CLOSE = 461, 467, 631, 473
_ANONYMOUS_TOKEN, _BUILD_INFO = 321, 340
_CLIENT, _ANONYMOUS, _NO_SECURITY = 1, 0, 1
_VALUE, _NEITHER = 13, 3
_DATE_TIME, _EXTENSION_OBJECT = 13, 22
_START_TIME_NODE, _BUILD_INFO_NODE = 2257, 2260
_NOTHING = string(None)
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_FIRST_YEAR = 1970
_LONGEST_TOKEN = 132
_POLICIES = 64
POLICY_PATTERN = b"|".join(
    rb"\x%02x\x00\x00\x00\x%02x\x00\x00\x00[\x20-\x7e]{%d}" % (size + 4, size, size) for size in range(1, _POLICIES + 1)
)
"""The identity of an anonymous user in a request, from its length on."""
TOKEN_PATTERN = rb"(?:\x00.|\x01.{3}|\x02.{6}|\x04.{18}|[\x03\x05]..(?:%s))" % b"|".join(
    rb"\x%02x\x00\x00\x00.{%d}" % (size, size) for size in range(1, 129)
)
"""A session's token, which is as long as it says itself."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that was created: the token that requests name it by, and how the server calls a policy for anonymous users without security (b"": none)."""

    token: bytes
    policy: bytes


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """What a server says of its own build (OPC 10000-5, section 12.4)."""

    product_uri: bytes
    manufacturer: bytes
    product_name: bytes
    software_version: bytes
    build_number: bytes
    build_date: datetime | None


@dataclass(frozen=True, slots=True)
class Answers:
    """The build and the server's start, where they were told, and else the status of the build."""

    build: BuildInfo | None
    started: datetime | None
    status: int


@dataclass(frozen=True, slots=True)
class Channel:
    """A secure channel of policy None: its number and its token, as they are sent back, and the time at which it was opened."""

    number: bytes
    token: bytes
    when: bytes

    def request(self, sequence: int, kind: int, *parts: bytes, session: bytes = b"\0\0") -> bytes:
        """A request of one chunk; what is asked in turn needs no other number than its place."""
        body = request(kind, self.when, *parts, session=session)
        return chunk(b"MSGF", self.number + self.token + number(sequence) * 2 + body)


def create_session(channel: Channel, url: str, nonce: bytes) -> bytes:
    """CreateSession for a client without a name and a certificate; a session that is left over is forgotten after ten seconds."""
    description = _NOTHING * 2 + b"\0" + number(_CLIENT) + _NOTHING * 3
    limits = b"\0\0\0\0\0\x88\xc3\x40" + number(0)  # the Double 10000.0, and any size
    named = _NOTHING + string(url) + _NOTHING
    return channel.request(2, _CREATE, description, named, _sized(nonce), _NOTHING, limits)


def activate_session(channel: Channel, session: Session) -> bytes:
    """ActivateSession for an anonymous user, by the server's own name for him or by none."""
    identity = b"\0\0\0"
    if session.policy:
        identity = b"\x01\0" + _ANONYMOUS_TOKEN.to_bytes(2, "little") + b"\x01" + _sized(_sized(session.policy))
    return channel.request(3, _ACTIVATE, _NOTHING * 4, identity, _NOTHING * 2, session=session.token)


def read_build_info(channel: Channel, token: bytes) -> bytes:
    """Read of the values of two variables: BuildInfo (i=2260) and StartTime (i=2257)."""
    nodes = b"".join(
        b"\x01\0" + node.to_bytes(2, "little") + number(_VALUE) + _NOTHING + b"\0\0" + _NOTHING
        for node in (_BUILD_INFO_NODE, _START_TIME_NODE)
    )
    return channel.request(4, _READ, bytes(8), number(_NEITHER), number(2), nodes, session=token)


def close_session(channel: Channel, token: bytes) -> bytes:
    """CloseSession, with whatever subscriptions it has."""
    return channel.request(5, _CLOSE, b"\x01", session=token)


def _sized(content: bytes) -> bytes:
    return number(len(content)) + content


def read_token(reader: Reader) -> bytes:
    """The token of a session that was created (OPC 10000-4, section 5.6.2)."""
    reader.identifier()
    token = reader.identifier()
    if len(token) > _LONGEST_TOKEN or (token[0] in (3, 5) and token[3:7] in (number(0), _NOTHING)):
        raise ProtocolError("an OPC UA session whose token is empty or too long")
    return token


def read_policy(reader: Reader) -> bytes:
    """What follows the token: how the server calls its policy for anonymous users, b"" where it says nothing of one."""
    reader.take(8)
    reader.octets()
    reader.octets()
    for endpoint in read_descriptions(reader):
        for token in endpoint.tokens:
            named = 0 < len(token.identifier) <= _POLICIES and all(0x20 <= byte < 0x7F for byte in token.identifier)
            if endpoint.mode == _NO_SECURITY and token.kind == _ANONYMOUS and named:
                return token.identifier
    return b""


def read_answers(reader: Reader) -> Answers:
    """The two values, from the results of a ReadResponse on."""
    if reader.number() > TEXTS:
        raise ProtocolError("an OPC UA answer with values that nobody asked for")
    build, status = _value(reader)
    try:
        started, _ = _value(reader)
    except ProtocolError:  # the build is what was asked for
        started = None
    return Answers(
        build if isinstance(build, BuildInfo) else None, started if isinstance(started, datetime) else None, status
    )


def _value(reader: Reader) -> tuple[BuildInfo | datetime | None, int]:
    """A DataValue (5.2.2.17) of one of the two types, and its status."""
    mask = reader.byte()
    value = _variant(reader) if mask & 0x01 else None
    status = reader.number() if mask & 0x02 else 0
    for bit, size in ((0x04, 8), (0x10, 2), (0x08, 8), (0x20, 2)):
        if mask & bit:
            reader.take(size)
    return value, status


def _variant(reader: Reader) -> BuildInfo | datetime | None:
    kind = reader.byte()
    if kind == 0:
        return None
    if kind == _DATE_TIME:
        return moment(reader.take(8))
    if kind != _EXTENSION_OBJECT:
        raise ProtocolError(f"an OPC UA value of type {kind}")
    node, form = reader.node(), reader.byte()
    body = reader.octets() if form else b""
    return _build_info(Reader(body)) if node == _BUILD_INFO and form == 1 else None


def _build_info(reader: Reader) -> BuildInfo:
    """Fields in the order of the standard: the arguments are evaluated from left to right."""
    return BuildInfo(
        product_uri=reader.octets(),
        manufacturer=reader.octets(),
        product_name=reader.octets(),
        software_version=reader.octets(),
        build_number=reader.octets(),
        build_date=moment(reader.take(8)),
    )


def moment(raw: bytes) -> datetime | None:
    """A DateTime: hundreds of nanoseconds since 1601 (5.2.2.5). None for zero, for what lies before any such server, and beyond the calendar."""
    try:
        when = _EPOCH + timedelta(microseconds=int.from_bytes(raw, "little", signed=True) // 10)
    except OverflowError:
        return None
    return when if when.year >= _FIRST_YEAR else None
