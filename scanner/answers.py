"""Questions that came to nothing, and what that means: a gap, or a reason to ask on. Pure."""

from typing import TypeAlias

from inventory.errors import NoSession, PeerClosed, PeerError, ProtocolError, TimedOut, UsedUp
from inventory.model import Endpoint, Facts, Gap
from scanner.boundary import Failure
from scanner.conversation import Heard, ProtocolModule

Answer: TypeAlias = tuple[ProtocolModule, PeerError | Failure]
"""A question that came to nothing, and how."""


def gaps(endpoint: Endpoint, answers: list[Answer]) -> list[Gap]:
    """What could not be examined; another protocol's answer is no gap, but a session of TLS that did not come about hides whatever is inside."""
    return [Gap(endpoint, p.NAME, said(failed)) for p, failed in answers if _hides(failed)]


def _hides(failed: PeerError | Failure) -> bool:
    return not isinstance(failed, ProtocolError) or isinstance(failed, NoSession)


def names(answers: list[Answer]) -> set[str]:
    """The protocols that were asked."""
    return {protocol.NAME for protocol, _ in answers}


def may_go_on(answers: list[Answer]) -> bool:
    """Whether a port may speak something else: it answered, or it was only waited for. Whoever says nothing to a question says nothing to the next."""
    return all(
        isinstance(failed, ProtocolError | PeerClosed) or (protocol.SPEAKS_FIRST and isinstance(failed, TimedOut))
        for protocol, failed in answers
    )


def said(failed: PeerError | Failure) -> str:
    """How a question came to nothing, for a person."""
    if isinstance(failed, Failure):
        return failed.reason
    if isinstance(failed, PeerClosed) and failed.partial:
        return f"{failed} after {len(failed.partial)} bytes"
    return str(failed)


def ended(heard: Heard | PeerError | Failure) -> Facts | PeerError | None:
    """How a conversation ended, for the canary: with facts, with what the device did, or (None) with a fault of ours."""
    if isinstance(heard, Heard):
        return heard.failed if heard.failed and not isinstance(heard.failed, UsedUp) else heard.facts
    return heard if isinstance(heard, PeerError) else None
