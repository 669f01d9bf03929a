"""One host, from the first question to its assessment; and what of the hosts before must be remembered for that."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from checks.contract import Login
from checks.firmware import firmware_age
from inventory.ages import FirmwareAge
from inventory.errors import ScopeError, StoreError
from inventory.findings import Outcome
from inventory.identity import candidates_of, known_by
from inventory.model import Device, Level, Status
from inventory.oui import vendor_of
from inventory.quarantine import Quarantine
from inventory.report import Assessment
from inventory.store import Store
from scanner.boundary import Failure, contained
from scanner.canary import Canary
from scanner.discover import Host
from scanner.events import Asking, Observer
from scanner.gathering import Gathered
from scanner.identify import Interview
from scanner.inquiry import Inquiry
from scanner.job import Job
from scanner.joining import Faces, already_tried, without_logins
from scanner.memo import Memo
from scanner.score import score
from scanner.terms import Terms
from scanner.ward import Ward, left_alone, overtaken, set_aside
from scanner.wire import Wire


class Examiner:
    """Examines the hosts of one scan.

    `faces` knows which addresses are one device's, `gathered` what was heard of each before it is asked. `observe` is told each question, `note` each
    sentence for the report, and `now` stamps what is seen.
    """

    def __init__(
        self,
        job: Job,
        wire: Wire,
        store: Store,
        ward: Ward,
        *,
        observe: Observer,
        note: Callable[[str], None],
        now: Callable[[], datetime],
    ) -> None:
        self.faces = Faces()
        self.gathered = Gathered()
        self._job = job
        self._wire = wire
        self._store = store
        self._ward = ward
        self._observe = observe
        self._note = note
        self._now = now
        self._identities: dict[str, str] = {}

    def remember(self, device: Device) -> None:
        """Take note of a device that was examined by the run that is resumed."""
        self._identities[device.identity] = device.address
        self.faces.remember(device)

    async def examine(self, host: Host) -> Assessment:
        """Ask the host everything it may be asked, and judge it; raises `ScopeError` where the scope ends that."""
        quarantine = self._ward.meet(host.address, host.mac)
        if quarantine is not None:
            return self._left_alone(host, quarantine)
        self._ward.hands.note(host.address, host.mac)
        canary = Canary(
            self._wire, self._ward, host, scan=self._job.scan.id, now=self._now, community=self._job.community
        )
        interview = Interview(
            self._wire,
            host,
            name=self._job.sweep.targets.name_of(host.address),
            asking=self._asking(host.address),
            now=self._now,
            terms=self._terms(),
            heard=(*self.gathered.heard.pop(host.address, ()), *self._job.overheard.of(host)),
            canary=canary,
        )
        ends = asyncio.get_running_loop().time() + self._job.device_deadline
        device = await interview.device(self._job.device_deadline)
        device = replace(device, identity=self._identity(device))
        judging = self._judge(interview, device, self._before(host), ends, canary)
        judged = await contained(judging, f"judging {host.address}")
        if isinstance(judged, Failure):
            outcomes = tuple(Outcome(check.id, Status.FAILED, judged.reason) for check in self._job.checks)
            judged = Assessment(device, outcomes, score(()), FirmwareAge(), self._now())
        concluded = await self._concluded(judged, canary)
        return replace(concluded, traffic=self._wire.sent_to(host.address))

    def _terms(self) -> Terms:
        job = self._job
        swept = len(job.sweep.asked_ports)
        return Terms(job.community, job.sweep.never_touch, job.budget, job.others, job.depth, job.requested, swept)

    async def _concluded(self, assessment: Assessment, canary: Canary) -> Assessment:
        """The assessment with the proof that the device came through, or set aside where it did not."""
        address = assessment.device.address
        if not canary.halt:
            with suppress(ScopeError):  # the window has closed meanwhile: what was found is kept all the same
                looked = await contained(canary.conclude(assessment.device), f"looking at {address}")
                assessment = replace(assessment, uptime=() if isinstance(looked, Failure) else looked)
        if canary.changed:
            self._note(f"{address}: {canary.changed}; what answers there now was not examined")
            return overtaken(assessment, canary.changed)
        quarantine = canary.quarantine
        if quarantine is None:
            return assessment
        if quarantine.address == address:
            quarantine = self._ward.rename(quarantine, assessment.device.identity)
        self._note(f"{address} is left alone from now on: {quarantine.reason} (asked last: {quarantine.asked})")
        return set_aside(assessment, quarantine)

    def _left_alone(self, host: Host, quarantine: Quarantine) -> Assessment:
        """The assessment of a device that was only seen: under the name it is known by, and no check has judged it."""
        try:
            claims = self._store.device(quarantine.identity).assessment.device.claims
        except StoreError:  # it was never assessed, or there are several
            claims = ()
        device = Device(quarantine.identity, (host.address,), host.mac, vendor_of(host.mac) if host.mac else None)
        outcomes = tuple(Outcome(check.id, Status.UNREACHED, "") for check in self._job.checks)
        assessment = Assessment(left_alone(device, claims), outcomes, score(()), FirmwareAge(), self._now())
        return set_aside(assessment, quarantine)

    def _before(self, host: Host) -> Device | None:
        """The device as it was examined at another of its addresses in this scan, as far as the MAC address says."""
        first = self.faces.first(host)
        known = self._store.assessment(self._job.scan.id, first) if first else None
        return known.device if known else None

    async def _judge(
        self, interview: Interview, device: Device, before: Device | None, ends: float, canary: Canary
    ) -> Assessment:
        asking, deadline = self._asking(device.address), self._job.device_deadline
        names = known_by(device, *([before] if before else []))
        inquiry = Inquiry(self._wire, canary, device, names, asking, ends, deadline)
        memo, level, checks = Memo(inquiry.put), self._job.scan.level, self._job.checks
        skipped: tuple[Outcome, ...] = ()
        if level >= Level.LOGIN and (why := already_tried(device, before)):
            checks, skipped = without_logins(checks, why)
        await memo.first(device, checks, level)
        known = await self._better_known(interview, device, memo.opened, ends)
        inquiry.names = known_by(known, device, *([before] if before else []))  # a community may have told its number
        outcomes = (*await memo.judge(known, device, checks, level), *skipped)
        findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
        return Assessment(known, outcomes, score(findings), firmware_age(known, self._job.intelligence), self._now())

    async def _better_known(self, interview: Interview, device: Device, opened: Login | None, ends: float) -> Device:
        """The device after it was asked once more with the community that was found to open it, where one was."""
        left = ends - asyncio.get_running_loop().time()
        if opened is None or left <= 0:
            return device
        known = await interview.ask_again(opened.endpoint, opened.account.password, left)
        return replace(known, identity=self._identity(known))

    def _identity(self, device: Device) -> str:
        """The best identity that no other device of this scan has taken: two devices may state the same serial number."""
        names = [name for name, _ in candidates_of(device)]
        held = self._ward.recognise(device)
        if held is not None:
            return held.identity
        name = next((n for n in names if self._identities.setdefault(n, device.address) == device.address), "")
        return name or f"address:{device.address}"

    def _asking(self, address: str) -> Callable[[str], None]:
        return lambda what: self._observe(Asking(address, what))
