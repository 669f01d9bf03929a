"""A scan, streaming: find a host, ask it, judge it, store it, while others are still being found.

Memory grows with the hosts alive and being examined, never with the addresses: discovery waits when the examiners are behind, and the finished devices are
in the store.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from checks.contract import Account, Answer, Check, FleetCheck, Login, Verdict
from checks.firmware import firmware_age
from inventory.errors import ScopeError, StoreError
from inventory.identity import candidates
from inventory.model import Assessment, Coverage, Device, FirmwareAge, Level, Outcome, Report, Scan, Status
from inventory.oui import vendor_of
from inventory.quarantine import Quarantine
from inventory.store import Store
from scanner.assess import assess_fleet
from scanner.audit import Audit
from scanner.boundary import Failure, contained
from scanner.canary import Canary
from scanner.discover import Host, Note, Progress, Sighting, Sweep, discover
from scanner.events import Asking, Assessed, Ended, HostFound, Noted, Observer, Started, Swept
from scanner.fingerprint import Others
from scanner.gathering import Gathered, gather
from scanner.identify import Interview, Terms
from scanner.joining import Faces, already_tried, together, without_logins
from scanner.logins import load_logins
from scanner.mask import masked
from scanner.memo import Memo
from scanner.overheard import NOTHING_OVERHEARD, Overheard
from scanner.pace import Pace
from scanner.questions import Budget
from scanner.score import score
from scanner.ward import Ward, left_alone, set_aside
from scanner.wire import Wire

GRACE = 10.0
"""Seconds that devices under examination get to finish when a scan is interrupted."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a scan is to do: the record it is stored under, its pace, the sweep, the checks, how many devices are examined at the same time, and for how
    many seconds each may keep us. When these are over no question and no login is begun any more, and what was not asked is said.

    `others` are the fingerprints of others, and `multicast` says whether everybody on a segment may be asked at once.
    `overheard` is what was heard of its devices before, and `budget` what asking each may cost beyond the port sweep.

    The sweep's own pace is its share of the scan's `pace`; the wire has the rest.
    """

    scan: Scan
    plan: str
    pace: Pace
    sweep: Sweep
    checks: tuple[Check, ...]
    fleet_checks: tuple[FleetCheck, ...]
    community: str = ""
    devices_at_once: int = 100
    device_deadline: float = 600.0
    others: Others | None = None
    multicast: bool = False
    overheard: Overheard = NOTHING_OVERHEARD
    budget: Budget = field(default_factory=Budget)


class Run:
    """One run of a job. `interrupted` may be set at any time: discovery ends, open devices finish, and what was done is kept."""

    def __init__(
        self, job: Job, wire: Wire, store: Store, observe: Observer, audit: Audit, ward: Ward | None = None
    ) -> None:
        self.interrupted = asyncio.Event()
        self._job = job
        self._wire = wire
        self._store = store
        self._observe = observe
        self._audit = audit
        self._ward = ward or Ward()  # the wire's, which leaves alone what is in it
        self._hosts: asyncio.Queue[Host | None] = asyncio.Queue(job.devices_at_once)
        self._identities: dict[str, str] = {}
        self._faces = Faces()
        self._notes: list[str] = list(job.scan.notes)
        self._swept = Progress(0, 0, 0)
        self._left_out = False
        self._gathered = Gathered()

    async def report(self) -> Report:
        """Scan, and return the report; its `scan.ended` is None when the run was interrupted."""
        job = self._job
        how = f"{job.sweep.engine} engine, {job.scan.pace} pace, level {job.scan.level.label}"
        self._store.begin(job.scan, job.plan)
        self._ward.open(self._store.quarantined(), self._store.quarantine)
        self._observe(Started(job.sweep.targets.count, len(job.sweep.asked_ports), how))
        for assessment in self._store.report(job.scan.id).assessments:  # by the run that is resumed
            self._identities[assessment.device.identity] = assessment.device.address
            self._faces.remember(assessment.device)
        whole = await self._examine_all()
        report = self._finish() if whole else self._unfinished()
        self._observe(Ended(report))
        return report

    async def _examine_all(self) -> bool:
        """Whether the scan came to its end."""
        work = [self._discover(), *(self._examine_queue() for _ in range(self._job.devices_at_once))]
        tasks = [asyncio.create_task(one) for one in work]
        done = asyncio.gather(*tasks)
        stop = asyncio.create_task(self.interrupted.wait())
        try:
            await asyncio.wait((done, stop), return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                self._observe(Noted(f"stopping: open devices get {GRACE:.0f} seconds; a second time ends at once"))
                await asyncio.wait((done,), timeout=GRACE)
            if done.done():
                await done
            return not (self.interrupted.is_set() or self._left_out)
        finally:
            # When one has failed, the gathering is over and would no longer cancel the others.
            for task in (stop, *tasks):
                task.cancel()
            await asyncio.gather(done, *tasks, return_exceptions=True)

    async def _discover(self) -> None:
        if self._job.multicast:
            self._gathered = await gather(self._job.sweep, self._audit, _now)
            for note in self._gathered.notes:
                self._note(note)
        found_by_sweep: set[str] = set()
        for network in self._job.sweep.targets.networks:
            self._audit_sweep(network, "begun")
        try:
            sweep = replace(self._job.sweep, looks=self._ward.looks)
            async with aclosing(discover(sweep)) as found_so_far:
                async for found in found_so_far:
                    await self._take(found)
                    if self._job.multicast and isinstance(found, Host):
                        found_by_sweep.add(found.address)
                    if self.interrupted.is_set():
                        break
        finally:
            swept = self._swept
            outcome = f"{swept.done} of {swept.addresses} addresses asked, {swept.packets} packets"
            self._audit_sweep(", ".join(self._job.sweep.targets.networks), outcome)
        for address in sorted(set(self._gathered.heard) - found_by_sweep - self._job.sweep.skip):
            await self._take(Host(address, None, (), "multicast"))
        for _ in range(self._job.devices_at_once):
            await self._hosts.put(None)

    def _audit_sweep(self, target: str, outcome: str) -> None:
        """The sweep's own connections and frames have no line each: there may be millions."""
        sweep = self._job.sweep
        said = [f"{sweep.engine} engine, {len(sweep.asked_ports)} TCP ports"]
        rule = "; ".join(grant.rule for grant in sweep.scope.grants)
        self._audit.line(when=_now(), target=target, protocol="sweep", said=said, outcome=outcome, rule=rule)

    async def _take(self, found: Host | Note | Progress | Sighting) -> None:
        match found:
            case Host():
                self._observe(HostFound(found.address, found.mac))
                await self._hosts.put(found)
            case Note(text, incomplete):
                self._note(text)
                self._left_out |= incomplete
            case Sighting(address, mac):
                self._faces.note(address, mac)
            case Progress():
                self._swept = found
                self._observe(Swept(found.done, found.addresses))

    async def _examine_queue(self) -> None:
        while (found := await self._hosts.get()) is not None:
            host = self._faces.admit(found)
            while host is not None:
                await self._examine_and_keep(host)
                host = self._faces.done(host)

    async def _examine_and_keep(self, host: Host) -> None:
        if self.interrupted.is_set():
            return
        try:
            assessment = await self._examine(host)
        except ScopeError as refusal:
            self._end_early(refusal)
            return
        self._store.save(self._job.scan.id, assessment)
        self._observe(Assessed(assessment))

    def _end_early(self, refusal: ScopeError) -> None:
        """Begin nothing more: the window has closed or an approval has ended meanwhile. What has been left out is for --resume."""
        if not self._left_out:
            self._note(f"the scan was ended by the scope: {refusal}")
        self._left_out = True
        self.interrupted.set()

    async def _examine(self, host: Host) -> Assessment:
        quarantine = self._ward.meet(host.address, host.mac)
        if quarantine is not None:
            return self._left_alone(host, quarantine)
        canary = Canary(self._wire, self._ward, host, scan=self._job.scan.id, now=_now, community=self._job.community)
        interview = Interview(
            self._wire,
            host,
            name=self._job.sweep.targets.name_of(host.address),
            asking=self._asking(host.address),
            now=_now,
            terms=Terms(self._job.community, self._job.sweep.never_touch, self._job.budget, self._job.others),
            heard=(*self._gathered.heard.pop(host.address, ()), *self._job.overheard.of(host)),
            canary=canary,
        )
        ends = asyncio.get_running_loop().time() + self._job.device_deadline
        device = await interview.device(self._job.device_deadline)
        device = replace(device, identity=self._identity(device))
        judging = self._judge(interview, device, self._before(host), ends, canary)
        judged = await contained(judging, f"judging {host.address}")
        if isinstance(judged, Failure):
            outcomes = tuple(Outcome(check.id, Status.FAILED, judged.reason) for check in self._job.checks)
            judged = Assessment(device, outcomes, score(()), FirmwareAge(), _now())
        concluded = await self._concluded(judged, canary)
        return replace(concluded, traffic=self._wire.sent_to(host.address))

    async def _concluded(self, assessment: Assessment, canary: Canary) -> Assessment:
        """The assessment with the proof that the device came through, or set aside where it did not."""
        address = assessment.device.address
        if not canary.halt:
            with suppress(ScopeError):  # the window has closed meanwhile: what was found is kept all the same
                looked = await contained(canary.conclude(assessment.device), f"looking at {address}")
                assessment = replace(assessment, uptime=() if isinstance(looked, Failure) else looked)
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
        assessment = Assessment(left_alone(device, claims), outcomes, score(()), FirmwareAge(), _now())
        return set_aside(assessment, quarantine)

    def _before(self, host: Host) -> Device | None:
        """The device as it was examined at another of its addresses in this scan, as far as the MAC address says."""
        first = self._faces.first(host)
        known = self._store.assessment(self._job.scan.id, first) if first else None
        return known.device if known else None

    async def _judge(
        self, interview: Interview, device: Device, before: Device | None, ends: float, canary: Canary
    ) -> Assessment:
        ask = self._asker(device, before, ends, canary)
        memo, level, checks = Memo(ask), self._job.scan.level, self._job.checks
        skipped: tuple[Outcome, ...] = ()
        if level >= Level.LOGIN and (why := already_tried(device, before)):
            checks, skipped = without_logins(checks, why)
        await memo.first(device, checks, level)
        known = await self._better_known(interview, device, memo.opened, ends)
        outcomes = (*await memo.judge(known, device, checks, level), *skipped)
        findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
        return Assessment(known, outcomes, score(findings), firmware_age(known), _now())

    async def _better_known(self, interview: Interview, device: Device, opened: Login | None, ends: float) -> Device:
        """The device after it was asked once more with the community that was found to open it, where one was."""
        left = ends - asyncio.get_running_loop().time()
        if opened is None or left <= 0:
            return device
        known = await interview.ask_again(opened.endpoint, opened.account.password, left)
        return replace(known, identity=self._identity(known))

    def _asker(
        self, device: Device, before: Device | None, ends: float, canary: Canary
    ) -> Callable[[Login], Awaitable[Answer]]:
        """Puts a login question to the device, as long as there is time; the cap on logins counts under the identity that it has now, or had before."""
        asking = self._asking(device.address)
        tried: set[Account] = set()

        async def ask(question: Login) -> Answer:
            if asyncio.get_running_loop().time() >= ends:
                used_up = f"the {self._job.device_deadline:.0f} seconds for this device were used up"
                return Answer(Verdict.NOT_TRIED, reason=used_up)
            if canary.halt:
                return Answer(Verdict.NOT_TRIED, reason=f"not tried: {canary.halt}")
            asking(f"{question.protocol} login")
            answer = await self._login(device, before or device, question)
            in_vain = answer.verdict is Verdict.UNREACHED
            watched = canary.after_login(question.endpoint, question.protocol, in_vain=in_vain, device=device)
            await contained(watched, f"looking at {device.address}")
            tried.add(question.account)
            return _without_secrets(answer, tried - {question.account})

        return ask

    async def _login(self, device: Device, counted: Device, question: Login) -> Answer:
        """Ask once; `counted` is the record of the device under which its attempts are counted, whatever address it is asked at."""
        driver = load_logins().get(question.protocol)
        if driver is None:
            return Answer(Verdict.NOT_TRIED, reason=f"there is no login driver for {question.protocol}")
        return await self._wire.login(
            driver,
            question.endpoint,
            question.account,
            tls=any(seen.endpoint == question.endpoint for seen in device.speaking("tls")),
            device=counted.identity,
            lock_threshold=question.lock_threshold,
        )

    def _identity(self, device: Device) -> str:
        """The best identity that no other device of this scan has taken: two devices may state the same serial number."""
        names = [name for name, _ in candidates(device.claims, device.mac, device.observations, device.address)]
        held = self._ward.recognise(device)
        if held is not None:
            return held.identity
        name = next((n for n in names if self._identities.setdefault(n, device.address) == device.address), "")
        return name or f"address:{device.address}"

    def _asking(self, address: str) -> Callable[[str], None]:
        return lambda what: self._observe(Asking(address, what))

    def _note(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)
            self._observe(Noted(text))

    def _finish(self) -> Report:
        scan = self._ended_scan(_now())
        assessments = self._together(scan.id)
        self._store.save_lot(scan.id, assessments, instead=True)
        fleet = assess_fleet((assessment.device for assessment in assessments), self._job.fleet_checks)
        self._store.finish(scan.id, scan, fleet, self._coverage(assessments))
        return self._store.report(scan.id)

    def _together(self, scan_id: str) -> tuple[Assessment, ...]:
        """What was stored, one assessment a device."""
        return together(self._store.report(scan_id).assessments, self._faces.noted)

    def _unfinished(self) -> Report:
        self._note("the scan did not come to its end: the same command with --resume does the rest")
        assessments = self._together(self._job.scan.id)
        return Report(self._ended_scan(None), assessments, (), self._coverage(assessments))

    def _ended_scan(self, ended: datetime | None) -> Scan:
        traffic = self._wire.traffic
        traffic = replace(traffic, packets_sent=traffic.packets_sent + self._swept.packets + self._gathered.packets)
        return replace(self._job.scan, ended=ended, traffic=traffic, notes=tuple(self._notes))

    def _coverage(self, assessments: tuple[Assessment, ...]) -> Coverage:
        def incomplete(assessment: Assessment) -> bool:
            return any(outcome.status in (Status.UNREACHED, Status.FAILED) for outcome in assessment.outcomes)

        targets = self._job.sweep.targets
        addresses = [address for assessment in assessments for address in assessment.device.addresses]
        return Coverage(
            addresses=targets.count + targets.found_in_segments(addresses),
            alive=len(assessments),
            alive_addresses=len(addresses),
            identified=sum(bool(a.device.claim("vendor") or a.device.claim("kind")) for a in assessments),
            unreached=sum(map(incomplete, assessments)),
        )


def _without_secrets(answer: Answer, others: Collection[Account]) -> Answer:
    """The answer to one account without the passwords of others: a device may repeat later what it was told before. Its own the driver has masked."""
    secrets = [secret for account in others if account.password for secret in (account.password, _pair(account))]
    reason = masked(answer.reason.encode(), *secrets).decode()
    return replace(answer, evidence=masked(answer.evidence, *secrets), reason=reason)


def _pair(account: Account) -> str:
    return f"{account.user}:{account.password}"


def _now() -> datetime:
    return datetime.now(UTC)
