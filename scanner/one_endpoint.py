"""One TLS endpoint, asked in full and judged: the same questions, guards and checks as in a scan, and nothing else of the device.

The device's versions are asked first, as a scan does to identify it, then all the rest of what it accepts; both under the eyes of the canary, so that a device
that falls silent is left alone from then on.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from checks.contract import Answer, Login, Verdict
from inventory.ages import FirmwareAge
from inventory.coverage import covered
from inventory.errors import ConfigError, PeerError
from inventory.model import Device, Endpoint, Gap, Observation
from inventory.report import Assessment, Report
from inventory.text import one_line
from scanner.assess import assess
from scanner.canary import Canary
from scanner.conversation import EVIDENCE_LIMIT, Heard, Target
from scanner.discover import Host
from scanner.fingerprint import fingerprint
from scanner.job import Job
from scanner.protocols import load_protocols
from scanner.score import score
from scanner.tls.preludes import COUNTED
from scanner.ward import Ward, set_aside
from scanner.wire import Wire

HTTPS = 443
_TLS = "tls"


def parse_endpoint(text: str) -> tuple[str, int]:
    """The host and the port of "192.0.2.1:8443", "camera.example" or "[::1]:443"; port 443 where none is named. `ConfigError` in one sentence for the rest."""
    host, port = _parted(text.strip())
    if not host or host.startswith("@") or "/" in host:
        raise ConfigError(
            f"{one_line(text, 80)!r} is no endpoint: write HOST, HOST:PORT or [ADDRESS]:PORT, one host with its port"
        )
    if port is None:
        return host, HTTPS
    if not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536):
        raise ConfigError(f"{one_line(port, 20)!r} is no port: they go from 1 to 65535")
    return host, int(port)


def _parted(text: str) -> tuple[str, str | None]:
    """Host and port as written, without brackets; no port where there is none."""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            return "", None
        return host, rest[1:] if rest else None
    host, colon, port = text.partition(":")
    if ":" in port:  # an IPv6 address without brackets has no port
        return text, None
    return host, port if colon else None


@dataclass(slots=True)
class Look:
    """Looks at one endpoint for `job`, whose only target it is. `starttls` names the protocol whose own command opens TLS there, "" for none."""

    job: Job
    wire: Wire
    ward: Ward
    endpoint: Endpoint
    now: Callable[[], datetime]
    name: str = ""
    starttls: str = ""
    _canary: Canary = field(init=False)
    _gaps: list[Gap] = field(default_factory=list)

    def __post_init__(self) -> None:
        host = Host(self.endpoint.address, None, (self.endpoint,), "named")
        self._canary = Canary(self.wire, self.ward, host, scan=self.job.scan.id, now=self.now)

    async def report(self) -> Report:
        """Ask and judge; raises `PeerError` where it speaks no TLS, or could not be reached, and `ScopeError` where it may not be asked."""
        seen = await self._ask()
        assessment = await self._judge(self._device(seen))
        scan = replace(self.job.scan, ended=self.now(), traffic=self.wire.traffic)
        return Report(scan, (assessment,), (), covered((assessment,), 1))

    async def _ask(self) -> Observation:
        """What it says of its versions, and then of everything else, as one observation."""
        target = Target(self.endpoint, name=self.name, starttls=self.starttls)
        first = await self.wire.hold(load_protocols()[_TLS], target)
        seen = Observation(self.endpoint, _TLS, dict(first.facts), first.evidence[:EVIDENCE_LIMIT], self.now())
        await self._watch(first, seen)
        if self._canary.halt:
            return seen
        more = await self._ask_further(replace(target, depth=self.job.depth, before=first.facts))
        if more is None:
            return seen
        seen = replace(
            seen, facts={**first.facts, **more.facts}, evidence=more.evidence[:EVIDENCE_LIMIT], when=self.now()
        )
        await self._watch(more, seen)
        return seen

    async def _ask_further(self, target: Target) -> Heard | None:
        """What it says in full; None, and a gap with the reason, where that came to nothing."""
        deadline = self.job.device_deadline
        if self.starttls in COUNTED:
            self._gaps.append(Gap(self.endpoint, _TLS, COUNTED[self.starttls]))
            return None
        try:
            async with asyncio.timeout(deadline):
                return await self.wire.hold(load_protocols()[_TLS], target)
        except TimeoutError:
            why = f"the {deadline:.0f} seconds for this device were used up"
        except PeerError as error:
            why = one_line(str(error))
            await self._watch(error, None)
        self._gaps.append(Gap(self.endpoint, _TLS, f"not asked in full: {why}"))
        return None

    async def _watch(self, ended: Heard | PeerError, seen: Observation | None) -> None:
        facts = ended.facts if isinstance(ended, Heard) else ended
        await self._canary.between(load_protocols()[_TLS], self.endpoint, facts, self._device(seen))

    def _device(self, seen: Observation | None) -> Device:
        observations = (seen,) if seen else ()
        return Device(
            f"address:{self.endpoint.address}",
            (self.endpoint.address,),
            open_ports=(self.endpoint,),
            observations=observations,
            claims=fingerprint(observations, None, self.job.others),
            gaps=tuple(self._gaps),
        )

    async def _judge(self, device: Device) -> Assessment:
        checks = [check for check in self.job.checks if _TLS in check.needs]
        outcomes = await assess(device, checks, self.job.scan.level, _tries_nothing)
        findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
        judged = Assessment(device, outcomes, score(findings), FirmwareAge(), self.now())
        if not self._canary.halt:
            await self._canary.conclude(device)
        judged = replace(judged, traffic=self.wire.sent_to(self.endpoint.address))
        return set_aside(judged, self._canary.quarantine) if self._canary.quarantine else judged


async def _tries_nothing(question: Login) -> Answer:
    return Answer(Verdict.NOT_TRIED, reason=f"no login is tried here ({question.protocol})")
