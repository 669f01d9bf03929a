"""What a protocol is made of: a conversation, which is a plain generator and does no I/O.

    def probe(target: Target) -> Conversation[Heard]:
        yield Send(READ_DEVICE_ID)
        header = yield Read(7)
        …
        return Heard(facts, evidence)

Each step is answered with bytes; `PeerClosed`, `TimedOut` and `Unreached` are thrown into it, so that silence can mean something. `scanner/wire.py` holds it
over TCP, UDP or TLS; a test holds the same conversation with recorded bytes.
"""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Protocol, TypeAlias, TypeVar

from checks.contract import Account, Answer
from inventory.errors import PeerError, TimedOut
from inventory.model import Device, Endpoint, Facts

EVIDENCE_LIMIT = 512
"""Bytes of evidence that are kept of one conversation."""


class Safety(StrEnum):
    """A: one read-only exchange, safe on fragile equipment. B: several requests, or it holds a scarce session. C: a login."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class Say:
    """A request template: its name for the audit line and the pattern that a request must match in full.

    The pattern is compiled when it is first asked for: hardly a run speaks every protocol.
    """

    name: str
    pattern: bytes = field(repr=False)

    @classmethod
    def exactly(cls, name: str, request: bytes) -> "Say":
        """These bytes and no others."""
        return cls(name, re.escape(request))

    @classmethod
    def like(cls, name: str, pattern: bytes) -> "Say":
        """Bytes that match `pattern` from end to end (DOTALL)."""
        return cls(name, pattern)

    def allows(self, request: bytes) -> bool:
        """Whether `request` is one of these."""
        return _compiled(self.pattern).fullmatch(request) is not None


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


@dataclass(frozen=True, slots=True)
class Send:
    """Send these bytes (over UDP: as one datagram). Answered with b""."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Read:
    """Exactly `size` bytes. Over UDP: the next `size` bytes of what has come, waiting for datagrams as needed."""

    size: int


@dataclass(frozen=True, slots=True)
class ReadUntil:
    """Up to and including `delimiter`; `ProtocolError` when `limit` bytes hold none."""

    delimiter: bytes
    limit: int = 8192


@dataclass(frozen=True, slots=True)
class ReadSome:
    """Whatever comes next, at least one byte and at most `limit`, within `wait` seconds (0: a step's whole time). Over UDP: one whole datagram."""

    limit: int = 8192
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class ReadAll:
    """Everything until the peer closes, falls silent for `quiet` seconds (0: the whole deadline) or `limit` bytes have come. Never raises for silence."""

    limit: int = 65536
    quiet: float = 0.0


@dataclass(frozen=True, slots=True)
class StartTLS:
    """Speak TLS from here on, without judging the certificate. Answered with the DER of the peer's certificate."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Close with FIN and connect again to the same endpoint, through all the guards. Answered with b""."""


Step: TypeAlias = Send | Read | ReadUntil | ReadSome | ReadAll | StartTLS | Reconnect
T = TypeVar("T")
Conversation: TypeAlias = Generator[Step, bytes, T]


class Depth(StrEnum):
    """How much is asked of a TLS server: its versions alone, what every finding rests on (fifteen hellos at most), or every suite and group."""

    VERSIONS = "versions"
    POSTURE = "posture"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Target:
    """What a conversation may know beforehand: where it is held, the name the operator used, whether TLS is spoken beneath it, a path that another
    answer pointed to, the site's own SNMP community (which nothing prints), and whether anything but an open port speaks for the protocol here.

    For TLS: how deep to ask, the protocol whose own command opens it ("" where it is spoken at once), and what it said `before` in this scan.
    """

    endpoint: Endpoint
    name: str = ""
    tls: bool = False
    path: str = "/"
    community: str = field(default="", repr=False)
    expected: bool = True
    depth: Depth = Depth.VERSIONS
    starttls: str = ""
    before: Facts = field(default_factory=dict, compare=False)

    @property
    def host(self) -> str:
        """The host as a URL or a Host header writes it; the zone of an IPv6 address means nothing to the other side (RFC 6874, section 1)."""
        address = self.name or self.endpoint.address.partition("%")[0]
        return f"[{address}]" if ":" in address else address


@dataclass(frozen=True, slots=True)
class Lead:
    """Another conversation that an answer pointed to (UPnP's LOCATION); held only if the scope allows its endpoint."""

    protocol: str
    target: Target


@dataclass(frozen=True, slots=True)
class Heard:
    """The facts, the excerpt that proves them (cut to EVIDENCE_LIMIT), where the answer pointed to, and what it said of sub-devices.

    `parts` are (name, facts) pairs: a sub-device behind a gateway in the protocol's own terms ("unit 1"), and the same facts as of a device. `failed` is
    what broke the conversation off after that was heard.
    """

    facts: Facts
    evidence: bytes = b""
    leads: tuple[Lead, ...] = ()
    parts: tuple[tuple[str, Facts], ...] = ()
    failed: PeerError | None = None


class ProtocolModule(Protocol):
    """A file of `scanner/protocols/`, as a value.

    NAME is the file's name. TRANSPORT is "tcp" or "udp". PORTS are where it is expected, () where only a lead, an invitation or a fallback asks for it.
    OVER_TLS says whether the same conversation is also held inside TLS. SPEAKS_FIRST says whether the server greets unasked.
    SAYS are the only requests it may send. FACTS declares each fact it may learn, with its meaning.

    A file whose conversation may take more than one connection says how many at most: CONNECTIONS.

    A UDP file whose first request may go to everybody on a segment, where the operator asks for that, names the multicast group: GROUP (and GROUP_PORT where
    PORTS is empty, and ANSWERS_TO_GROUP where the answers go to the group too).

    A file may have `recognises(greeting: bytes) -> bool`: whether what a server says unasked is this protocol, whatever its port. HARDY says that where this
    protocol is expected and something else answers, other questions may follow, for no controller stands at such a port; a file that does not say it is
    taken to be fragile. LAST says that its invitations are followed after all others. ON_REQUEST says that they are followed only where the operator asked
    for the protocol by its name (`Terms.requested`); what that costs a device is bounded by its CONNECTIONS, not by the budget of an identification. WITH_LOGIN
    says that whoever asks for level login asks for this too.

    A file may also have `invited(device: Device) -> tuple[Target, ...]`: where the protocol is to be asked besides PORTS because of what the device has said
    already; a pure function, asked again after every answer. Over UDP, class A is asked of every device at PORTS; a protocol of class B has PORTS = () there
    and is asked by invitation only. With `spares(device: Device) -> bool` a protocol that is asked of every device leaves out those that it might disturb, by
    what is known of them before they are asked.
    """

    NAME: str
    TRANSPORT: str
    PORTS: tuple[int, ...]
    SAFETY: Safety
    OVER_TLS: bool
    SPEAKS_FIRST: bool
    SAYS: tuple[Say, ...]
    FACTS: Mapping[str, str]

    def probe(self, target: Target) -> Conversation[Heard]:
        """Hold the conversation."""


def invitations(protocol: ProtocolModule, device: Device) -> tuple[Target, ...]:
    """Where `protocol` is to be asked because of what `device` has said already."""
    invited = getattr(protocol, "invited", None)
    targets: tuple[Target, ...] = invited(device) if invited is not None else ()
    return targets


def spares(protocol: ProtocolModule, device: Device) -> bool:
    """Whether `protocol` leaves `device` out, though it is asked of every other."""
    own = getattr(protocol, "spares", None)
    return own is not None and bool(own(device))


def is_hardy(protocol: ProtocolModule) -> bool:
    """Whether something else than `protocol` at its port may be asked other questions."""
    return bool(getattr(protocol, "HARDY", False))


def comes_last(protocol: ProtocolModule) -> bool:
    """Whether the invitations of `protocol` are followed after all others."""
    return bool(getattr(protocol, "LAST", False))


def is_on_request(protocol: ProtocolModule) -> bool:
    """Whether `protocol` is asked only where the operator asked for it by its name."""
    return bool(getattr(protocol, "ON_REQUEST", False))


def comes_with_login(protocol: ProtocolModule) -> bool:
    """Whether level login is all that the operator has to ask for, that `protocol` is asked."""
    return bool(getattr(protocol, "WITH_LOGIN", False))


def recognises(protocol: ProtocolModule, greeting: bytes) -> bool:
    """Whether `protocol` recognises its own in what a server said unasked."""
    own = getattr(protocol, "recognises", None)
    return own is not None and bool(own(greeting))


def read_alone(protocol: ProtocolModule, target: Target, datagram: bytes) -> Heard | None:
    """What the protocol's conversation makes of one datagram, None where it is not its own; further questions of it meet silence."""
    conversation, left = protocol.probe(target), [datagram]
    try:
        step = next(conversation)
        while True:
            if isinstance(step, Send):
                step = conversation.send(b"")
            elif left and isinstance(step, ReadSome | ReadAll):
                step = conversation.send(left.pop()[: step.limit])
            elif isinstance(step, ReadAll):
                step = conversation.send(b"")
            else:
                step = conversation.throw(TimedOut())
    except StopIteration as ended:
        heard: Heard = ended.value
        return heard
    except PeerError:
        return None


class Line(Protocol):
    """What a login driver is handed: a way to one endpoint, through every guard of the wire. It counts as one attempt, however many connections it takes.

    `path` and `form` are those of the question (`checks.contract.Login`). `host_key` is the kind and the SHA-256 of the SSH host key that was shown here before
    ("" where none was): who shows another one is another device.
    """

    endpoint: Endpoint
    tls: bool
    path: str
    form: str
    host_key: str

    async def hold(self, conversation: Conversation[T]) -> T:
        """Hold a conversation over a new connection (UDP: a new socket); raises `PeerError`."""

    async def connected(self) -> Any:
        """A connected, non-blocking `socket.socket` for a client library (Any, so that no driver imports socket); the wire closes it after the attempt."""


class LoginModule(Protocol):
    """A file of `scanner/logins/`: NAME is the protocol's name, `attempt` says whether the account opens the endpoint.

    REST, where it is there, is how much of the pace's cool-down the device has after an attempt: all of it where one of few sessions is held.
    """

    NAME: str

    async def attempt(self, line: Line, account: Account) -> Answer:
        """Try once. Never raises for what the device does: that is UNREACHED with the reason."""
