"""SNMPv3 messages under the User-based Security Model (RFC 3414; its longer hashes are RFC 7860): keys, requests, and answers whose authentication is checked.

Privacy is not spoken: whether a password is right shows in the authentication alone.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import new

from inventory.errors import ProtocolError
from scanner.codecs import ber

V3, GET, RESPONSE, REPORT = 3, 0xA0, 0xA2, 0xA8
SCHEMES: Mapping[str, tuple[str, int]] = {
    "md5": ("md5", 12),
    "sha": ("sha1", 12),
    "sha224": ("sha224", 16),
    "sha256": ("sha256", 24),
    "sha384": ("sha384", 32),
    "sha512": ("sha512", 48),
}
"""The hash and how many bytes of its HMAC are sent (RFC 3414, sections 6 and 7; RFC 7860, section 4.2.1)."""
_MEGABYTE = 1 << 20
_AUTHENTICATED, _REPORTABLE = 1, 4
_USM = 3


@dataclass(frozen=True, slots=True)
class Engine:
    """An agent's engine as it named itself: its ID, how often it has started, and its clock."""

    id: bytes
    boots: int
    time: int


@dataclass(frozen=True, slots=True)
class User:
    """A user; without a scheme nothing is authenticated. `key` is localized to one engine, and nothing ever prints it."""

    name: str
    scheme: str = ""
    key: bytes = field(default=b"", repr=False)

    def sign(self, message: bytes) -> bytes:
        """The authentication parameters of a message whose own are zero."""
        if not self.scheme:
            return b""
        name, size = SCHEMES[self.scheme]
        return hmac.digest(self.key, message, name)[:size]


@dataclass(frozen=True, slots=True)
class Message:
    """An answer. `proven` says that it is authenticated under the user's key; `variables` are (tag, content) by name, none where it is encrypted."""

    id: int
    engine: Engine
    kind: int
    error: int
    variables: Mapping[str, tuple[int, bytes]]
    proven: bool


def local_key(password: bytes, engine_id: bytes, scheme: str) -> bytes:
    """The password as a key of one engine (RFC 3414, sections 2.6 and A.2)."""
    name, _ = SCHEMES[scheme]
    digest = _digest(password, name)
    return new(name, digest + engine_id + digest).digest()


@lru_cache(maxsize=1)
def _digest(password: bytes, name: str) -> bytes:
    """The hash of a megabyte of the password, which takes a millisecond; the last one is kept, for the same account is often asked on several devices."""
    if not password:
        raise ValueError("no key is made of an empty password")
    return new(name, (password * (_MEGABYTE // len(password) + 1))[:_MEGABYTE]).digest()


def get(message_id: int, engine: Engine, user: User, name: str) -> bytes:
    """A reportable GET of one variable, authenticated where the user has a scheme (RFC 3414, section 3.1)."""
    flags = bytes((_REPORTABLE | (_AUTHENTICATED if user.scheme else 0),))
    header = ber.sequence(ber.integer(message_id), ber.integer(65507), ber.octets(flags), ber.integer(_USM))
    variable = ber.sequence(ber.oid(name), ber.element(ber.NULL))
    pdu = ber.element(GET, ber.integer(message_id), ber.integer(0), ber.integer(0), ber.sequence(variable))
    scoped = ber.sequence(ber.octets(engine.id), ber.octets(b""), pdu)

    def whole(parameters: bytes) -> bytes:
        fields = (ber.octets(engine.id), ber.integer(engine.boots), ber.integer(engine.time))
        security = ber.sequence(*fields, ber.octets(user.name.encode()), ber.octets(parameters), ber.octets(b""))
        return ber.sequence(ber.integer(V3), header, ber.octets(security), scoped)

    # Section 6.3.1: the hash is taken with zeros in its own place.
    return whole(user.sign(whole(bytes(SCHEMES[user.scheme][1])))) if user.scheme else whole(b"")


def read(datagram: bytes, user: User) -> Message:
    """Read an answer, and check its authentication where it has one; `ProtocolError` where it is no SNMPv3 message of this model."""
    outer = ber.Cursor(datagram)
    content = outer.take(ber.SEQUENCE)
    message, start = outer.over(content), outer.at - len(content)
    if message.integer() != V3:
        raise ProtocolError("not SNMPv3")
    header = message.enter()
    message_id, _, flags, model = header.integer(), header.integer(), header.octets(), header.integer()
    if model != _USM or len(flags) != 1:
        raise ProtocolError("an SNMPv3 message of another security model")
    wrapped = message.octets()
    start += message.at - len(wrapped)
    boxed = message.over(wrapped)
    fields = boxed.take(ber.SEQUENCE)
    start += boxed.at - len(fields)
    security = boxed.over(fields)
    engine = Engine(security.octets(), security.integer(), security.integer())
    name, parameters = security.octets(), security.octets()
    start += security.at - len(parameters)
    proven = False
    if flags[0] & _AUTHENTICATED and user.scheme and name == user.name.encode():
        blank = datagram[:start] + bytes(len(parameters)) + datagram[start + len(parameters) :]
        proven = hmac.compare_digest(user.sign(blank), parameters)
    kind, error, variables = _scoped(message)
    return Message(message_id, engine, kind, error, variables, proven)


def _scoped(message: ber.Cursor) -> tuple[int, int, dict[str, tuple[int, bytes]]]:
    """The PDU's kind, error and variables; (0, 0, {}) where it is encrypted."""
    tag, content = message.next()
    if tag != ber.SEQUENCE:
        return 0, 0, {}
    scoped = message.over(content)
    scoped.octets(), scoped.octets()
    kind, content = scoped.next()
    pdu = scoped.over(content)
    _, error, _ = pdu.integer(), pdu.integer(), pdu.integer()
    bindings, variables = pdu.enter(), dict[str, tuple[int, bytes]]()
    while not bindings.ended:
        binding = bindings.enter()
        name = ber.dotted(binding.take(ber.OID))
        variables[name] = binding.next()
    return kind, error, variables
