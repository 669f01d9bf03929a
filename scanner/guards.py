"""The guards that need no network: ports that are never touched, what a protocol may say, and how long to listen."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from checks.ports import never_connect, reason
from inventory.errors import ScopeError
from inventory.model import Endpoint
from scanner.conversation import Say
from scanner.scope import address_of

NEVER_TOUCH = frozenset({515, *range(9100, 9108)})
"""Printers print what is sent here: LPD (RFC 1179) and raw printing; nmap leaves the latter out for the same reason."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How long a device may keep us, in seconds, and how much it may say, in bytes.

    `conversation` bounds all the steps of one conversation together, over all its connections; the waits for our own pace do not count. `connect`,
    `step` and `datagram` (a step over UDP) bound one step, `drain` the wait for the other side to close, `login` one whole attempt.
    """

    conversation: float = 20.0
    connect: float = 3.0
    step: float = 5.0
    datagram: float = 1.5
    drain: float = 0.5
    login: float = 60.0
    received: int = 262_144

    @property
    def widened(self) -> "Caps":
        """Those of a conversation that puts one question some hundred times, each over a connection of its own: as often as long, and as much."""
        return replace(self, conversation=self.conversation * 15, received=self.received * 16)


class UndeclaredRequest(Exception):
    """A bug of ours: a protocol wanted to send what its SAYS does not declare. Nothing was sent."""


def declared(says: Sequence[Say], request: bytes) -> str:
    """The name of the template that `request` is made from; raises `UndeclaredRequest` when there is none."""
    for say in says:
        if say.allows(request):
            return say.name
    raise UndeclaredRequest(f"a request of {len(request)} bytes matches none of: {', '.join(say.name for say in says)}")


def touchable(endpoint: Endpoint, never_touch: frozenset[int]) -> None:
    """Raise `ScopeError` for a port that is never touched, or that is none."""
    if not 1 <= endpoint.port <= 65535:
        raise ScopeError(f"{endpoint} is refused: there is no such port")
    if endpoint.port in never_touch:
        raise ScopeError(
            f"{endpoint} is refused: the port is never touched, because a connection alone can do harm there"
        )
    if endpoint.transport == "tcp" and endpoint.port in never_connect():
        raise ScopeError(f"{endpoint} is refused: it is never connected to ({reason(endpoint.port)})")


def shifted(endpoint: Endpoint, shift: int) -> int:
    """The port at which `endpoint` is reached in a lab without privileges: ports below 1024 lie `shift` higher, on this machine only."""
    if not shift or endpoint.port >= 1024:
        return endpoint.port
    if not address_of(endpoint.address).is_loopback:
        raise ScopeError(
            f"{endpoint} is refused: a port shift is for the lab on this machine's loopback addresses only"
        )
    return endpoint.port + shift


def server_name(name: str) -> str | None:
    """The name for SNI; None for an address, or for what is no host name."""
    try:
        address_of(name)
    except ScopeError:
        with suppress(UnicodeError):
            return name if name.encode("idna") and not name.startswith(".") else None
    return None
