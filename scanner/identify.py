"""From a host with open ports to a device: which protocol speaks where, what it says, and what that makes of it.

Within one device everything is asked one at a time, but for the datagrams of class A, which are under way together at the device's pace: most meet silence, and
a device that waited out each by itself would keep the scan for half a minute. What is asked, and in which order, is `scanner/questions.py`.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from inventory.errors import PeerError, ScopeError, TimedOut, Unreached, UsedUp
from inventory.model import Device, Endpoint, Facts, Gap, Observation
from scanner.allowance import Allowance
from scanner.answers import Answer, device_of, ended, gaps, keep, may_go_on, names, said
from scanner.boundary import Failure, contained
from scanner.canary import Canary
from scanner.conversation import Heard, Lead, ProtocolModule, Target, comes_last, spares
from scanner.crowd import opens_anything
from scanner.decoys import made_up
from scanner.deepening import bounds, deeper, unasked
from scanner.discover import Host
from scanner.endings import LeftAlone, OutOfPatience, Untrusted, believe
from scanner.overheard import known
from scanner.protocols import load_protocols
from scanner.questions import (
    CONTROL_PORTS,
    LADDER,
    datagrams,
    expected,
    invited,
    is_unknown,
    may_be_a_serial_line,
    may_be_another,
    speaker,
    takes_keystrokes,
    usual,
)
from scanner.terms import TERMS, Terms
from scanner.tls.facts import both
from scanner.wire import Wire

PATIENCE = 45.0
"""Seconds that a device may let us wait on TCP for answers that never come, on all its ports together; its other ports are then left unasked."""
SLOW = 4.0
"""Seconds from which on a conversation that came to nothing was slow by the device's doing; a quick one waited for our own pace only."""
SERIAL_LINE = "not asked: the device is a serial server, and what is said at this port may go out on its serial line"
FOLLOWED = 24
"""Leads and invitations that are followed at one device."""


class Interview:
    """Asks one host everything it may be asked; `device()` returns what came of it.

    `name` is what the operator called the host. `asking` is told each protocol before it is asked, `now` stamps the observations, and `canary` watches
    over the host. `heard` is what is known of the device already; what it says when it is asked itself stands in its place. On a strict budget it is not
    asked for that again.
    """

    def __init__(
        self,
        wire: Wire,
        host: Host,
        *,
        name: str,
        asking: Callable[[str], None],
        now: Callable[[], datetime],
        terms: Terms = TERMS,
        heard: Sequence[Observation] = (),
        canary: Canary | None = None,
    ) -> None:
        self._wire = wire
        self._host = host
        self._name = name
        self._terms = terms
        self._asking = asking
        self._now = now
        self._canary = canary
        self._protocols = load_protocols()
        self._heard = heard
        self._known = known(heard) if terms.budget.strict else frozenset()
        self._seen: list[Observation] = []
        self._gaps: list[Gap] = []
        self._leads: list[Lead] = []
        self._followed: set[tuple[str, Endpoint, str]] = set()
        self._asked: set[Endpoint] = set()
        self._waited = 0.0
        self._untrusted = ""
        self._allowance = Allowance(terms.budget, lambda: wire.sent_to(host.address))

    async def device(self, deadline: float) -> Device:
        """Ask for at most `deadline` seconds, and return the device under the identity of its address."""
        try:
            async with asyncio.timeout(deadline):
                await self._ask_everything()
                await self._ask_deeper()
        except TimeoutError:
            self._leave(f"the {deadline:.0f} seconds for this device were used up")
        except LeftAlone:
            self._leave(f"not asked: {self._canary.halt if self._canary else ''}")
        except OutOfPatience:
            self._leave(f"not asked, for the device let us wait {PATIENCE:.0f} seconds in vain before")
        except Untrusted as why:
            self._untrusted = str(why)
        return self._so_far()

    def _leave(self, why: str) -> None:
        """Say of everything that was still to be asked why it is not."""
        self._gaps += self._unasked(why)
        self._seen = [unasked(seen, self._terms, why) for seen in self._seen]

    async def _ask_deeper(self) -> None:
        """Ask TLS once more where it is spoken, as deep as the terms say. What that costs is not the identification's: it has its own bounds."""
        for seen, target, why in deeper(self._so_far(), self._terms, self._name):
            heard: Heard | PeerError | Failure = Failure(why)
            if target is not None:
                with self._allowance.beside(bounds(target.depth)):
                    heard = await self._hear(self._protocols["tls"], target)
            if isinstance(heard, Heard):
                evidence = both(seen.evidence, heard.evidence)
                self._keep(self._protocols["tls"], seen.endpoint, replace(heard, evidence=evidence))
            else:
                self._seen = [unasked(one, self._terms, said(heard)) if one is seen else one for one in self._seen]

    async def ask_again(self, endpoint: Endpoint, community: str, deadline: float) -> Device:
        """Ask SNMP at `endpoint` again with a community that it has been found to answer, then whatever that invites; the device by all it has said."""
        self._terms = replace(self._terms, community=community)
        try:
            async with asyncio.timeout(deadline):
                await self._ask(self._protocols["snmp"], Target(endpoint, name=self._name, community=community))
                await self._follow_leads(last=True)
        except (TimeoutError, OutOfPatience, LeftAlone):  # then it goes by what it said before
            pass
        return self._so_far()

    def _so_far(self) -> Device:
        asked = {(seen.endpoint, seen.protocol) for seen in self._seen}
        before = [seen for seen in self._heard if (seen.endpoint, seen.protocol) not in asked]
        return device_of(self._host, (*self._seen, *before), self._gaps, self._terms.others, self._untrusted)

    async def _ask_everything(self) -> None:
        """UDP goes first: it is quickly done, and a device that lets us wait on TCP does not hide behind that what it says there.

        The ports where nothing is expected come after all that may tell what the device is: at a serial server they may lead to the serial line.
        """
        if self._canary is not None:
            await contained(self._canary.before(), f"looking at {self._host.address}")
        believe(await opens_anything(self._host.address, self._host.open_ports, self._terms.swept, self._control))
        await self._ask_datagrams()
        others: list[tuple[Endpoint, list[Answer]]] = []
        for endpoint in sorted(self._host.open_ports):
            if may_be_a_serial_line(endpoint) and self._is_serial_server():
                self._gaps += [Gap(endpoint, p.NAME, SERIAL_LINE) for p in expected(endpoint)]
            elif is_unknown(endpoint):
                others.append((endpoint, []))
            else:
                believe(made_up(self._seen))
                answers = await self._ask_port(endpoint)
                self._asked.add(endpoint)
                if answers and may_be_another(endpoint) and may_go_on(answers):
                    others.append((endpoint, answers))
        await self._follow_leads(last=False)
        for endpoint, answers in others:
            await self._ask_anything(endpoint, answers)
            self._asked.add(endpoint)
        await self._follow_leads(last=True)
        believe(made_up(self._seen))

    async def _control(self, endpoint: Endpoint) -> Heard | PeerError | Failure:
        """Listen at a port that should be closed. The canary is not told: it would take the refusal that is hoped for as a sign."""
        greeting = self._protocols["greeting"]
        if not self._allowance.allows(greeting):
            return Failure(self._allowance.used_up)
        self._asking("control")
        held = self._held(greeting, Target(endpoint, name=self._name, expected=False), in_turn=False)
        heard = await contained(held, f"trying {endpoint}")
        if isinstance(heard, Heard):
            self._keep(greeting, endpoint, heard)
        return heard

    async def _follow_leads(self, *, last: bool) -> None:
        """Follow leads and invitations until nothing new comes of it; `last` includes those that come last."""
        while len(self._followed) < FOLLOWED:
            lead = await contained(self._next_lead(last=last), f"looking where {self._host.address} points")
            if isinstance(lead, Failure):
                self._gaps.append(Gap(Endpoint(self._host.address, 0), "identification", lead.reason))
                return
            if lead is None:
                return
            await self._follow(lead)

    def _unasked(self, why: str) -> list[Gap]:
        """A gap for everything that was still to be asked."""
        left = usual(self._host, self._terms.never_touch)
        left += [(lead.target.endpoint, lead.protocol) for lead in self._leads]
        done = {(o.endpoint, o.protocol) for o in self._seen} | {(g.endpoint, g.protocol) for g in self._gaps}
        left = [one for one in dict.fromkeys(left) if one[0] not in self._asked and one not in done]
        return [Gap(endpoint, name, why) for endpoint, name in left]

    async def _ask_port(self, endpoint: Endpoint) -> list[Answer]:
        """Ask what is expected at a port; what came in vain, () where one recognised its own."""
        questions = expected(endpoint)
        tls = self._protocols["tls"]
        plain = [protocol for protocol in questions if protocol is not tls]
        answers: list[Answer] = []
        if tls in questions and await self._ask_inside_tls(endpoint, plain, answers):
            return []
        if await self._ask_first(endpoint, plain, answers, tls=False):
            return []
        self._gaps += gaps(endpoint, answers)
        return answers

    async def _ask_anything(self, endpoint: Endpoint, before: list[Answer]) -> None:
        """Find out what a port speaks, besides what was asked `before`, by what it says unasked and else by a few questions."""
        if not before and self._is_serial_server():
            return
        answers: list[Answer] = []
        found = await self._ask_by_greeting(endpoint, before, answers)
        ladder: tuple[str, ...] = ()
        if found is None and not takes_keystrokes(endpoint):
            ladder = tuple(name for name in LADDER if name not in names(before))
        for name in ladder:
            if name == "tls":
                found = await self._ask_inside_tls(endpoint, [self._protocols["http"]], answers, expected=False)
            else:
                found = await self._ask_first(endpoint, [self._protocols[name]], answers, tls=False, expected=False)
            if found:
                break
        if found:
            self._gaps = [gap for gap in self._gaps if gap.endpoint != endpoint or gap.protocol not in names(before)]
        elif not before:  # else what is expected there is the gap
            self._gaps += gaps(endpoint, answers)

    def _is_serial_server(self) -> bool:
        return any(claim.value == "serial-server" for claim in self._so_far().claimed("kind"))

    async def _ask_by_greeting(self, endpoint: Endpoint, before: list[Answer], answers: list[Answer]) -> bool | None:
        """Listen, and ask the protocol that the greeting is of: whether it spoke, None where the port is silent."""
        if any(protocol.SPEAKS_FIRST and isinstance(failed, TimedOut) for protocol, failed in before):
            return None  # it has been listened to for longer already
        heard = await self._hear(self._protocols["greeting"], Target(endpoint, name=self._name, expected=False))
        if not isinstance(heard, Heard):
            return None
        owner = speaker(heard.evidence)
        if owner is not None and await self._ask_first(endpoint, [owner], answers, tls=False):
            return True
        self._keep(self._protocols["greeting"], endpoint, heard)
        return bool(heard.facts.get("greeting.protocol"))

    async def _ask_inside_tls(
        self, endpoint: Endpoint, inner: list[ProtocolModule], answers: list[Answer], *, expected: bool = True
    ) -> bool:
        """Whether the port speaks TLS; then whatever speaks inside it has been asked too."""
        if not await self._ask_first(endpoint, [self._protocols["tls"]], answers, tls=False, expected=expected):
            return False
        within: list[Answer] = []
        inner = [protocol for protocol in inner if protocol.OVER_TLS]
        if not await self._ask_first(endpoint, inner, within, tls=True):
            self._gaps += gaps(endpoint, within)
        return True

    async def _ask_first(
        self,
        endpoint: Endpoint,
        protocols: list[ProtocolModule],
        answers: list[Answer],
        *,
        tls: bool,
        expected: bool = True,
    ) -> bool:
        """Ask `protocols` in turn until one recognises its own; what comes in vain is added to `answers`."""
        for protocol in protocols:
            target = Target(endpoint, name=self._name, tls=tls, community=self._terms.community, expected=expected)
            failed = await self._ask(protocol, target)
            if failed is None:
                return True
            answers.append((protocol, failed))
        return False

    async def _ask_datagrams(self) -> None:
        """Ask every UDP service of class A; silence there says only that nobody answered."""
        device = self._so_far()
        usual = datagrams(self._host.address, self._terms.never_touch)
        questions = [(protocol, endpoint) for protocol, endpoint in usual if not spares(protocol, device)]
        if self._terms.budget.strict:  # one after another, so that each knows what is left
            for protocol, endpoint in questions:
                await self._ask_datagram(protocol, endpoint, in_turn=False)
            return
        async with self._wire.turn(self._host.address):
            asked = (self._ask_datagram(protocol, endpoint) for protocol, endpoint in questions)
            for outcome in await asyncio.gather(*asked, return_exceptions=True):
                if isinstance(outcome, BaseException):
                    raise outcome

    async def _ask_datagram(self, protocol: ProtocolModule, endpoint: Endpoint, *, in_turn: bool = True) -> None:
        target = Target(endpoint, name=self._name, community=self._terms.community)
        failed = await self._ask(protocol, target, in_turn=in_turn)
        self._asked.add(endpoint)
        if isinstance(failed, Failure):
            self._gaps.append(Gap(endpoint, protocol.NAME, failed.reason))

    async def _next_lead(self, *, last: bool) -> Lead | None:
        """What an answer pointed to, or invites to, and was not followed yet."""
        for lead in (*self._leads, *invited(self._so_far(), self._terms.requested)):
            if not self._terms.community and getattr(self._protocols[lead.protocol], "NEEDS_COMMUNITY", False):
                continue
            key = (lead.protocol, lead.target.endpoint, lead.target.path)
            if key not in self._followed and (last or not comes_last(self._protocols[lead.protocol])):
                self._followed.add(key)
                return lead
        return None

    async def _follow(self, lead: Lead) -> None:
        endpoint = lead.target.endpoint
        if endpoint.address != self._host.address:
            self._gaps.append(
                Gap(endpoint, lead.protocol, f"{self._host.address} pointed to another host: not followed")
            )
            return
        if lead in self._leads and endpoint.port in CONTROL_PORTS:
            self._gaps.append(
                Gap(endpoint, lead.protocol, "an answer pointed to a port where a controller may stand: not followed")
            )
            return
        requested = lead.protocol in self._terms.requested
        try:
            target = replace(lead.target, community=self._terms.community, name=lead.target.name or self._name)
            failed = await self._ask(self._protocols[lead.protocol], target)
        except ScopeError as refused:
            failed = Failure(str(refused))
        # Asked for by name, pointed to, or it has said itself that its command opens TLS.
        if failed is not None and (requested or lead in self._leads or target.starttls):
            self._gaps.append(Gap(endpoint, lead.protocol, said(failed)))

    async def _ask(
        self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False
    ) -> PeerError | Failure | None:
        """Hold one conversation and keep what it brought; None when it went well."""
        if (protocol.NAME, target.endpoint) in self._known:
            return None
        heard = await self._hear(protocol, target, in_turn=in_turn)
        if not isinstance(heard, Heard):
            return heard
        self._keep(protocol, target.endpoint, heard)
        return None

    async def _hear(
        self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False
    ) -> Heard | PeerError | Failure:
        """Hold one conversation, within the patience and the budget."""
        if self._waited >= PATIENCE and protocol.TRANSPORT == "tcp":
            raise OutOfPatience
        if not self._allowance.allows(protocol):
            return Failure(self._allowance.used_up)
        self._asking(protocol.NAME)
        began = _clock()
        held = self._held(protocol, target, in_turn=in_turn)
        heard = await contained(held, f"speaking {protocol.NAME} with {target.endpoint}")
        if isinstance(heard, UsedUp):
            return Failure(self._allowance.used_up)
        if not isinstance(heard, Heard) or heard.failed:
            took = _clock() - began
            in_vain = isinstance(ended(heard), TimedOut | Unreached) or took >= SLOW
            self._waited += took if in_vain and protocol.TRANSPORT == "tcp" else 0.0
        await self._watch(protocol, target.endpoint, ended(heard))
        return heard

    async def _watch(self, protocol: ProtocolModule, endpoint: Endpoint, ended: Facts | PeerError | None) -> None:
        """Have the canary look at the device; once it has seen enough, nothing more is asked."""
        if self._canary is None:
            return
        looked = self._canary.between(protocol, endpoint, ended, self._so_far())
        await contained(looked, f"looking at {self._host.address}")
        if self._canary.halt:
            raise LeftAlone

    def _keep(self, protocol: ProtocolModule, endpoint: Endpoint, heard: Heard) -> None:
        keep(self._seen, protocol.NAME, endpoint, heard, self._now())
        self._leads += [lead for lead in heard.leads if lead not in self._leads]

    async def _held(self, protocol: ProtocolModule, target: Target, *, in_turn: bool) -> Heard | PeerError:
        try:
            most = self._allowance.most if self._terms.budget.most(protocol) else 0
            return await self._wire.hold(protocol, target, in_turn=in_turn, most=most)
        except PeerError as error:
            return error


def _clock() -> float:
    return asyncio.get_running_loop().time()
