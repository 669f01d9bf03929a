"""A scan, streaming: find a host, ask it, judge it, store it, while others are still being found.

Memory grows with the hosts alive and being examined, never with the addresses: discovery waits when the examiners are behind, and the finished devices are
in the store.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from checks.contract import Account, Answer, Check, FleetCheck, Login, Verdict
from checks.firmware import firmware_age
from inventory.errors import ScopeError
from inventory.identity import candidates
from inventory.model import Assessment, Coverage, Device, FirmwareAge, Level, Outcome, Report, Scan, Status
from inventory.store import Store
from scanner.assess import assess, assess_fleet
from scanner.audit import Audit
from scanner.boundary import Failure, contained
from scanner.discover import Host, Note, Progress, Sighting, Sweep, discover
from scanner.events import Asking, Assessed, Ended, HostFound, Noted, Observer, Started, Swept
from scanner.identify import Interview
from scanner.joining import Faces, already_tried, together, without_logins
from scanner.logins import load_logins
from scanner.mask import masked
from scanner.pace import Pace
from scanner.score import score
from scanner.wire import Wire

GRACE = 10.0
"""Seconds that devices under examination get to finish when a scan is interrupted."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a scan is to do: the record it is stored under, its pace, the sweep, the checks, how many devices are examined at the same time, and for how
    many seconds each may keep us. When these are over no question and no login is begun any more, and what was not asked is said.

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


class Run:
    """One run of a job. `interrupted` may be set at any time: discovery ends, open devices finish, and what was done is kept."""

    def __init__(self, job: Job, wire: Wire, store: Store, observe: Observer, audit: Audit) -> None:
        self.interrupted = asyncio.Event()
        self._job = job
        self._wire = wire
        self._store = store
        self._observe = observe
        self._audit = audit
        self._hosts: asyncio.Queue[Host | None] = asyncio.Queue(job.devices_at_once)
        self._identities: dict[str, str] = {}
        self._faces = Faces()
        self._notes: list[str] = list(job.scan.notes)
        self._swept = Progress(0, 0, 0)
        self._left_out = False

    async def report(self) -> Report:
        """Scan, and return the report; its `scan.ended` is None when the run was interrupted."""
        job = self._job
        how = f"{job.sweep.engine} engine, {job.scan.pace} pace, level {job.scan.level.label}"
        self._store.begin(job.scan, job.plan)
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
        for network in self._job.sweep.targets.networks:
            self._audit_sweep(network, "begun")
        try:
            async with aclosing(discover(self._job.sweep)) as found_so_far:
                async for found in found_so_far:
                    await self._take(found)
                    if self.interrupted.is_set():
                        break
        finally:
            swept = self._swept
            outcome = f"{swept.done} of {swept.addresses} addresses asked, {swept.packets} packets"
            self._audit_sweep(", ".join(self._job.sweep.targets.networks), outcome)
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
        interview = Interview(
            self._wire,
            host,
            community=self._job.community,
            name=self._job.sweep.targets.name_of(host.address),
            asking=self._asking(host.address),
            now=_now,
            never_touch=self._job.sweep.never_touch,
        )
        ends = asyncio.get_running_loop().time() + self._job.device_deadline
        device = await interview.device(self._job.device_deadline)
        device = replace(device, identity=self._identity(device))
        judged = await contained(self._judge(device, self._before(host), ends), f"judging {host.address}")
        if isinstance(judged, Failure):
            outcomes = tuple(Outcome(check.id, Status.FAILED, judged.reason) for check in self._job.checks)
            return Assessment(device, outcomes, score(()), FirmwareAge(), _now())
        return judged

    def _before(self, host: Host) -> Device | None:
        """The device as it was examined at another of its addresses in this scan, as far as the MAC address says."""
        first = self._faces.first(host)
        known = self._store.assessment(self._job.scan.id, first) if first else None
        return known.device if known else None

    async def _judge(self, device: Device, before: Device | None, ends: float) -> Assessment:
        asking = self._asking(device.address)
        tried: set[Account] = set()

        async def ask(question: Login) -> Answer:
            if asyncio.get_running_loop().time() >= ends:
                used_up = f"the {self._job.device_deadline:.0f} seconds for this device were used up"
                return Answer(Verdict.NOT_TRIED, reason=used_up)
            asking(f"{question.protocol} login")
            answer = await self._login(device, before or device, question)
            tried.add(question.account)
            return _without_secrets(answer, tried - {question.account})

        checks = self._job.checks
        skipped: tuple[Outcome, ...] = ()
        if (why := already_tried(device, before)) and self._job.scan.level >= Level.LOGIN:
            checks, skipped = without_logins(checks, why)
        outcomes = (*await assess(device, checks, self._job.scan.level, ask), *skipped)
        findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
        return Assessment(device, outcomes, score(findings), firmware_age(device), _now())

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
        self._store.settle(scan.id, assessments)
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
        traffic = replace(traffic, packets_sent=traffic.packets_sent + self._swept.packets)
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
