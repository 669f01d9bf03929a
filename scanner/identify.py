"""From a host with open ports to a device: which protocol speaks where, what it says, and what that makes of it.

Within one device everything is asked one at a time. A port is asked what is expected there, in a fixed order, until one protocol recognises its own; a port
that nobody knows gets HTTP, plain and then inside TLS. A port that is known for something we do not speak is left alone, because a controller may fall over
bytes it does not expect.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from checks.ports import reason
from inventory.errors import PeerClosed, PeerError, ProtocolError, ScopeError
from inventory.model import Device, Endpoint, Gap, Observation
from inventory.oui import vendor_of
from scanner.boundary import Failure, contained
from scanner.conversation import EVIDENCE_LIMIT, Heard, Lead, ProtocolModule, Target
from scanner.discover import Host
from scanner.fingerprint import fingerprint
from scanner.protocols import load_protocols
from scanner.wire import Wire

_FALLBACK = "http"


class Interview:
    """Asks one host everything it may be asked; `device()` returns what came of it.

    `name` is what the operator called the host, `community` the site's own SNMP community. `asking` is told each protocol before it is asked, `now`
    stamps the observations, and the UDP ports of `never_touch` are left out (discovery leaves out the TCP ones).
    """

    def __init__(
        self,
        wire: Wire,
        host: Host,
        *,
        name: str,
        community: str,
        asking: Callable[[str], None],
        now: Callable[[], datetime],
        never_touch: frozenset[int] = frozenset(),
    ) -> None:
        self._wire = wire
        self._host = host
        self._name = name
        self._community = community
        self._asking = asking
        self._now = now
        self._never_touch = never_touch
        self._protocols = load_protocols()
        self._seen: list[Observation] = []
        self._gaps: list[Gap] = []
        self._leads: list[Lead] = []

    async def device(self, deadline: float) -> Device:
        """Ask for at most `deadline` seconds, and return the device under the identity of its address."""
        try:
            async with asyncio.timeout(deadline):
                await self._ask_everything()
        except TimeoutError:
            self._gaps += self._unasked(f"the {deadline:.0f} seconds for this device were used up")
        seen = tuple(sorted(self._seen, key=lambda o: (o.endpoint.sort_key, o.protocol)))
        return Device(
            identity=f"address:{self._host.address}",
            addresses=(self._host.address,),
            mac=self._host.mac,
            mac_vendor=vendor_of(self._host.mac) if self._host.mac else None,
            open_ports=tuple(sorted({*self._host.open_ports, *(o.endpoint for o in seen)})),
            observations=seen,
            claims=fingerprint(seen, self._host.mac),
            gaps=tuple(sorted(self._gaps, key=lambda gap: (gap.endpoint.sort_key, gap.protocol))),
        )

    async def _ask_everything(self) -> None:
        for endpoint in sorted(self._host.open_ports):
            await self._ask_port(endpoint)
        for protocol in self._protocols.values():
            if protocol.TRANSPORT == "udp":
                await self._ask_datagrams(protocol)
        for lead in self._leads:
            await self._follow(lead)

    def _unasked(self, why: str) -> list[Gap]:
        answered = {seen.endpoint for seen in self._seen}
        return [
            Gap(endpoint, protocol.NAME, why)
            for endpoint in self._host.open_ports
            for protocol in self._protocols.values()
            if endpoint not in answered and protocol.TRANSPORT == "tcp" and endpoint.port in protocol.PORTS
        ]

    async def _ask_port(self, endpoint: Endpoint) -> None:
        expected = [p for p in self._protocols.values() if p.TRANSPORT == "tcp" and endpoint.port in p.PORTS]
        unknown = not expected
        if unknown:
            if reason(endpoint.port):
                return
            expected = [self._protocols[_FALLBACK]]
        tls = self._protocols["tls"]
        plain = [protocol for protocol in expected if protocol is not tls]
        gaps: list[Gap] = []
        if tls in expected and await self._ask_inside_tls(endpoint, plain, gaps):
            return
        if await self._ask_first(endpoint, plain, gaps, tls=False):
            return
        if unknown and await self._ask_inside_tls(endpoint, plain, gaps):
            return
        self._gaps += gaps

    async def _ask_inside_tls(self, endpoint: Endpoint, inner: list[ProtocolModule], gaps: list[Gap]) -> bool:
        """Whether the port speaks TLS; then whatever speaks inside it has been asked too."""
        if not await self._ask_first(endpoint, [self._protocols["tls"]], gaps, tls=False):
            return False
        within: list[Gap] = []
        inner = [protocol for protocol in inner if protocol.OVER_TLS]
        if not await self._ask_first(endpoint, inner, within, tls=True):
            self._gaps += within
        return True

    async def _ask_first(
        self, endpoint: Endpoint, protocols: list[ProtocolModule], gaps: list[Gap], *, tls: bool
    ) -> bool:
        """Ask `protocols` in turn until one recognises its own."""
        for protocol in protocols:
            target = Target(endpoint, name=self._name, tls=tls, community=self._community)
            failed = await self._ask(protocol, target)
            if failed is None:
                return True
            if not isinstance(failed, ProtocolError):
                gaps.append(Gap(endpoint, protocol.NAME, _said(failed)))
        return False

    async def _ask_datagrams(self, protocol: ProtocolModule) -> None:
        """Ask a UDP service; silence there says only that nobody answered."""
        for port in (port for port in protocol.PORTS if port not in self._never_touch):
            endpoint = Endpoint(self._host.address, port, "udp")
            failed = await self._ask(protocol, Target(endpoint, name=self._name, community=self._community))
            if isinstance(failed, Failure):
                self._gaps.append(Gap(endpoint, protocol.NAME, failed.reason))

    async def _follow(self, lead: Lead) -> None:
        endpoint = lead.target.endpoint
        if endpoint.address != self._host.address:
            self._gaps.append(
                Gap(endpoint, lead.protocol, f"{self._host.address} pointed to another host: not followed")
            )
            return
        try:
            failed = await self._ask(self._protocols[lead.protocol], lead.target)
        except ScopeError as refused:
            failed = Failure(str(refused))
        if failed is not None:
            self._gaps.append(Gap(endpoint, lead.protocol, _said(failed)))

    async def _ask(self, protocol: ProtocolModule, target: Target) -> PeerError | Failure | None:
        """Hold one conversation and keep what it brought; None when it went well."""
        self._asking(protocol.NAME)
        heard = await contained(self._held(protocol, target), f"speaking {protocol.NAME} with {target.endpoint}")
        if not isinstance(heard, Heard):
            return heard
        evidence = heard.evidence[:EVIDENCE_LIMIT]
        self._seen.append(Observation(target.endpoint, protocol.NAME, dict(heard.facts), evidence, self._now()))
        self._leads += [lead for lead in heard.leads if lead not in self._leads]
        return None

    async def _held(self, protocol: ProtocolModule, target: Target) -> Heard | PeerError:
        try:
            return await self._wire.hold(protocol, target)
        except PeerError as error:
            return error


def _said(failed: PeerError | Failure) -> str:
    if isinstance(failed, Failure):
        return failed.reason
    if isinstance(failed, PeerClosed) and failed.partial:
        return f"{failed} after {len(failed.partial)} bytes"
    return str(failed)
