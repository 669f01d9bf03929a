"""Asking everybody on a segment at once, by the operator's leave (`--multicast`): one datagram for each protocol that has a group.

A segment is asked only where all of it is in the scope and nothing in it is denied, because a multicast reaches every device on the cable. What an answer says
is read by the protocol's own conversation, as if it had been asked alone; an answer from outside the scope is dropped.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inventory.errors import ScopeError
from inventory.model import Endpoint, Observation
from scanner import spans
from scanner.audit import Audit
from scanner.conversation import ProtocolModule, Send, Target, read_alone
from scanner.discover import Sweep
from scanner.discover.links import Link, links
from scanner.discover.multicast import Call, Group, ask_everybody, segments
from scanner.discover.plan import denies_of, networks_of
from scanner.guards import declared
from scanner.protocols import load_protocols


@dataclass(slots=True)
class Gathered:
    """What was heard, by address; a sentence for each segment that was not asked; and the packets that were sent."""

    heard: dict[str, list[Observation]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    packets: int = 0


def grouped() -> tuple[ProtocolModule, ...]:
    """The protocols that may be asked of a group: those with GROUP."""
    return tuple(p for p in load_protocols().values() if getattr(p, "GROUP", ""))


def group_of(protocol: ProtocolModule) -> Group:
    """Where the protocol's first request goes when it is asked of everybody. GROUP_PORT is for those whose PORTS are empty."""
    port = getattr(protocol, "GROUP_PORT", 0) or protocol.PORTS[0]
    request = next(protocol.probe(Target(Endpoint("0.0.0.0", port, "udp"))))
    if not isinstance(request, Send):
        raise TypeError(f"{protocol.NAME} does not begin with a request")
    declared(protocol.SAYS, request.data)
    return Group(str(getattr(protocol, "GROUP", "")), port, request.data, getattr(protocol, "ANSWERS_TO_GROUP", False))


def reachable(sweep: Sweep, here: Sequence[Link]) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """The segments that may be asked, and why each other one may not."""
    allowed, denied, asked = networks_of(sweep.scope.grants), denies_of(sweep.scope.grants), sweep.targets.spans
    may, notes = [], []
    for link in segments(tuple(here)):
        whole = (link.network,)
        if not spans.within(asked, whole):
            continue
        if spans.without(whole, allowed) or spans.within(denied, whole):
            notes.append(f"no multicast on {link.interface}: it would reach addresses outside the scope")
        else:
            may.append(link)
    return tuple(may), tuple(notes)


async def gather(sweep: Sweep, audit: Audit, now: Callable[[], datetime]) -> Gathered:
    """Ask every segment of the sweep that may be asked, one protocol after the other."""
    may, notes = reachable(sweep, links())
    gathered = Gathered(notes=list(notes))
    for link in may:
        for protocol in grouped():
            await _ask(protocol, link, sweep, audit, now, gathered)
    return gathered


async def _ask(
    protocol: ProtocolModule,
    link: Link,
    sweep: Sweep,
    audit: Audit,
    now: Callable[[], datetime],
    gathered: Gathered,
) -> None:
    group, when = group_of(protocol), now()
    calls: tuple[Call, ...] = ()
    try:
        rule = sweep.scope.allow(link.address, sweep.level, when).rule
        calls = await ask_everybody(link, group)
        gathered.packets += 1
        outcome = f"{len(calls)} answers"
    except (OSError, ScopeError) as error:
        rule, outcome = "", f"not sent: {error}"
        gathered.notes.append(f"{protocol.NAME} was not asked of everybody on {link.interface}: {error}")
    audit.line(
        when=when,
        target=f"{group.address}:{group.port}/udp on {link.interface}",
        protocol=protocol.NAME,
        said=[declared(protocol.SAYS, group.request)],
        bytes_out=len(group.request),
        bytes_in=sum(len(call.data) for call in calls),
        outcome=outcome,
        rule=rule,
    )
    for call in calls:
        await asyncio.sleep(0)
        _keep(protocol, group, call, sweep, now, gathered)


def _keep(
    protocol: ProtocolModule, group: Group, call: Call, sweep: Sweep, now: Callable[[], datetime], gathered: Gathered
) -> None:
    endpoint = Endpoint(call.address, group.port, "udp")
    if not spans.within((spans.of_address(call.address),), sweep.targets.spans):
        return
    try:
        sweep.scope.allow(call.address, sweep.level, now())
    except ScopeError:
        return
    heard = read_alone(protocol, Target(endpoint), call.data)
    kept = gathered.heard.setdefault(call.address, [])
    if heard is not None and all(seen.protocol != protocol.NAME for seen in kept):
        kept.append(Observation(endpoint, protocol.NAME, dict(heard.facts), heard.evidence, now()))
