"""LDAP messages (RFC 4511) as far as a stranger needs them: StartTLS, the reading of the root DSE, and the goodbye. No bind, so nobody is named."""

from dataclasses import dataclass

from inventory.errors import ProtocolError
from scanner.codecs import ber
from scanner.codecs.ber import Cursor
from scanner.conversation import Conversation, Read

STARTTLS_OID = "1.3.6.1.4.1.1466.20037"
SEARCH, EXTENDED, UNBIND = 0x63, 0x77, 0x42
ENTRY, DONE, EXTENDED_ANSWER = 0x64, 0x65, 0x78
SUCCESS, BUSY, UNAVAILABLE = 0, 51, 52
_ENUMERATED, _BOOLEAN, _PRESENT, _REQUEST_NAME, _SET = 0x0A, 0x01, 0x87, 0x80, 0x31
_LIMIT = 65536
_VALUES, _VALUE_LIMIT = 128, 512


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the server: the number of the request it answers (0: of none), the tag of its operation, and that operation's content."""

    number: int
    operation: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """An LDAPResult: its code (RFC 4511, appendix A) and what the server says to it."""

    code: int
    text: bytes


def starttls(number: int) -> bytes:
    """The extended operation that opens TLS (section 4.14.1)."""
    return _message(number, ber.element(EXTENDED, ber.element(_REQUEST_NAME, STARTTLS_OID.encode())))


def root_dse(number: int, *attributes: str) -> bytes:
    """The search that reads these attributes of the root DSE and nothing else (RFC 4512, section 5.1): its base alone, one entry, five seconds."""
    wanted = ber.sequence(*(ber.octets(name.encode()) for name in attributes))
    base = ber.element(_ENUMERATED, b"\x00")
    never = ber.element(_ENUMERATED, b"\x00")
    limits = ber.integer(1) + ber.integer(5) + ber.element(_BOOLEAN, b"\x00")
    anything = ber.element(_PRESENT, b"objectClass")
    return _message(number, ber.element(SEARCH, ber.octets(b""), base, never, limits, anything, wanted))


def unbind(number: int) -> bytes:
    """The goodbye, which is not answered (section 4.3)."""
    return _message(number, ber.element(UNBIND))


def _message(number: int, operation: bytes) -> bytes:
    return ber.sequence(ber.integer(number), operation)


def read_message() -> Conversation[Message]:
    """The next message of the server; `ProtocolError` where it is none, or too long for what was asked."""
    head = yield Read(2)
    if head[0] != ber.SEQUENCE:
        raise ProtocolError("not an LDAP message")
    size, width = head[1], head[1] & 0x7F
    if head[1] & 0x80:
        if not 1 <= width <= 4:
            raise ProtocolError("not an LDAP message")
        size = int.from_bytes((yield Read(width)), "big")
    if not 5 <= size <= _LIMIT:
        raise ProtocolError(f"an LDAP message of {size} bytes")
    return parse_message((yield Read(size)))


def parse_message(content: bytes) -> Message:
    """What stands in a message's SEQUENCE."""
    inside = Cursor(content)
    number = inside.integer()
    operation, body = inside.next()
    return Message(number, operation, body)


def parse_result(message: Message) -> Result:
    """The LDAPResult that an answer begins with (section 4.1.9)."""
    inside = Cursor(message.content)
    code = ber.signed(inside.take(_ENUMERATED))
    inside.octets()
    return Result(code, inside.octets())


def parse_entry(message: Message) -> dict[str, tuple[bytes, ...]]:
    """The attributes of a SearchResultEntry by their names in lower case (section 4.5.2); at most 128 values of 512 bytes each."""
    inside = Cursor(message.content)
    inside.octets()
    found: dict[str, tuple[bytes, ...]] = {}
    attributes = inside.enter()
    while not attributes.ended and len(found) < _VALUES:
        attribute = attributes.enter()
        name, values = attribute.octets(), attribute.enter(_SET)
        kept: list[bytes] = []
        while not values.ended and len(kept) < _VALUES:
            kept.append(values.octets()[:_VALUE_LIMIT])
        found[name.decode("ascii", "replace").lower()] = tuple(kept)
    return found
