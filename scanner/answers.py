"""What came of the questions: the device that the answers make, and of those that came to nothing a gap, or a reason to ask on. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from inventory.errors import NoSession, PeerClosed, PeerError, ProtocolError, TimedOut, UsedUp
from inventory.model import Device, Endpoint, Facts, Gap, Observation
from inventory.oui import vendor_of
from scanner.boundary import Failure
from scanner.conversation import EVIDENCE_LIMIT, Heard, ProtocolModule
from scanner.crowd import KEPT
from scanner.discover import Host
from scanner.fingerprint import Others, fingerprint

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


def keep(seen: list[Observation], protocol: str, endpoint: Endpoint, heard: Heard, when: datetime) -> None:
    """Add what a conversation brought; what the same endpoint said before in the same protocol, without the community, stays where nothing says otherwise."""
    evidence = heard.evidence[:EVIDENCE_LIMIT]
    for behind, facts in (("", heard.facts), *heard.parts):
        told = Observation(endpoint, protocol, dict(facts), evidence, when, behind)
        before = [o for o in seen if (o.endpoint, o.protocol, o.behind) == (endpoint, protocol, behind)]
        if before:
            seen.remove(before[0])
            told = replace(told, facts={**before[0].facts, **told.facts})
        seen.append(told)


def device_of(
    host: Host, seen: Sequence[Observation], gaps: Iterable[Gap], others: Others | None, untrusted: str
) -> Device:
    """The device under the identity of its address. Of one that is not believed nothing is claimed, and nothing that was not asked is missing."""
    seen = sorted(seen, key=lambda o: (o.endpoint.sort_key, o.protocol, o.behind))
    ports = sorted({*host.open_ports, *(o.endpoint for o in seen if o.endpoint.port)})
    missing = sorted(gaps, key=lambda gap: (gap.endpoint.sort_key, gap.protocol))
    return Device(
        identity=f"address:{host.address}",
        addresses=(host.address,),
        mac=host.mac,
        mac_vendor=vendor_of(host.mac) if host.mac else None,
        open_ports=tuple(ports[:KEPT] if untrusted else ports),
        observations=tuple(seen),
        claims=() if untrusted else fingerprint(tuple(seen), host.mac, others),
        gaps=() if untrusted else tuple(missing),
        untrusted=untrusted,
    )
