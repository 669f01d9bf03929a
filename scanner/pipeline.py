"""A scan, streaming: find a host, ask it, judge it, store it, while others are still being found.

Memory grows with the hosts alive and being examined, never with the addresses: discovery waits when the examiners are behind, and the finished devices are
in the store.
"""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

from inventory.coverage import covered
from inventory.errors import ScopeError
from inventory.report import Assessment, Coverage, Report, Scan
from inventory.store import Store
from scanner.assess import assess_fleet
from scanner.audit import Audit
from scanner.discover import Host, Note, Progress, Sighting, discover
from scanner.discover.plan import asked
from scanner.events import Assessed, Ended, HostFound, Noted, Observer, Started, Swept
from scanner.examination import Examiner
from scanner.gathering import gather
from scanner.job import Job
from scanner.joining import together
from scanner.ward import Ward
from scanner.wire import Wire

GRACE = 10.0
"""Seconds that devices under examination get to finish when a scan is interrupted, where nobody says otherwise."""
TWICE = "a second time ends at once"


class Run:
    """One run of a job. `interrupted` may be set at any time: discovery ends, open devices get `grace` seconds to finish, and what was done is kept.
    `cut_off` ends that grace.

    `report` is all of it. Who must be quick when it is stopped takes its parts: `begin`, `examine`, and where that came to its end `finish`.
    """

    def __init__(
        self,
        job: Job,
        wire: Wire,
        store: Store,
        observe: Observer,
        audit: Audit,
        ward: Ward | None = None,
        grace: float = GRACE,
    ) -> None:
        self.interrupted = asyncio.Event()
        self.cut_off = asyncio.Event()
        self.grace = grace
        self._job = job
        self._wire = wire
        self._store = store
        self._observe = observe
        self._audit = audit
        self._ward = ward or Ward()  # the wire's, which leaves alone what is in it
        self._hosts: asyncio.Queue[Host | None] = asyncio.Queue(job.devices_at_once)
        self._notes: list[str] = list(job.scan.notes)
        self._swept = Progress(0, 0, 0)
        self._left_out = False
        self._examiner = Examiner(job, wire, store, self._ward, observe=observe, note=self._note, now=_now)

    async def report(self) -> Report:
        """Scan, and return the report; its `scan.ended` is None when the run was interrupted."""
        self.begin()
        whole = await self.examine()
        report = self.finish() if whole else self._unfinished()
        self._observe(Ended(report))
        return report

    def begin(self) -> None:
        """Enter the scan into the inventory, or go on with it."""
        job = self._job
        how = f"{job.sweep.engine} engine, {job.scan.pace} pace, level {job.scan.level.label}"
        self._store.begin(job.scan, job.plan)
        self._store.ledger.prune(job.scan.started)
        self._ward.open(self._store.quarantined(), self._store.quarantine)
        self._observe(Started(job.sweep.targets.count, len(job.sweep.asked_ports), how))
        for assessment in self._store.report(job.scan.id).assessments:  # by the run that is resumed
            self._examiner.remember(assessment.device)

    async def examine(self) -> bool:
        """Find, ask, judge and store the devices; return whether the scan came to its end."""
        work = [self._discover(), *(self._examine_queue() for _ in range(self._job.devices_at_once))]
        tasks = [asyncio.create_task(one) for one in work]
        done = asyncio.gather(*tasks)
        stop, cut = (asyncio.create_task(event.wait()) for event in (self.interrupted, self.cut_off))
        try:
            await asyncio.wait((done, stop), return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                self._observe(Noted(f"stopping: open devices get {self.grace:.0f} seconds; {TWICE}"))
                await asyncio.wait((done, cut), timeout=self.grace, return_when=asyncio.FIRST_COMPLETED)
            if done.done():
                await done
            return not (self.interrupted.is_set() or self._left_out)
        finally:
            # When one has failed, the gathering is over and would no longer cancel the others.
            for task in (stop, cut, *tasks):
                task.cancel()
            await asyncio.gather(done, *tasks, return_exceptions=True)

    async def _discover(self) -> None:
        if self._job.multicast:
            self._examiner.gathered = await gather(self._job.sweep, self._audit, _now)
            for note in self._examiner.gathered.notes:
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
        for address in sorted(set(self._examiner.gathered.heard) - found_by_sweep - self._job.sweep.skip):
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
                self._examiner.faces.note(address, mac)
            case Progress():
                self._swept = found
                self._observe(Swept(found.done, found.addresses))

    async def _examine_queue(self) -> None:
        while (found := await self._hosts.get()) is not None:
            host = self._examiner.faces.admit(found)
            while host is not None:
                await self._examine_and_keep(host)
                host = self._examiner.faces.done(host)

    async def _examine_and_keep(self, host: Host) -> None:
        if self.interrupted.is_set():
            return
        try:
            assessment = await self._examiner.examine(host)
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

    def _note(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)
            self._observe(Noted(text))

    def finish(self) -> Report:
        """End the scan in the inventory: one record a device, and what is wrong with several together."""
        scan = self._ended_scan(_now())
        assessments = self._together(scan.id)
        self._store.save_lot(scan.id, assessments, instead=True)
        fleet = assess_fleet(assessments, self._job.fleet_checks, self._job.department)
        self._store.finish(scan.id, scan, fleet, self._coverage(assessments))
        return self._store.report(scan.id)

    def _together(self, scan_id: str) -> tuple[Assessment, ...]:
        """What was stored, one assessment a device."""
        found = self._store.report(scan_id).assessments
        return together(found, self._examiner.faces.noted, self._job.intelligence)

    def _unfinished(self) -> Report:
        self._note("the scan did not come to its end: the same command with --resume does the rest")
        assessments = self._together(self._job.scan.id)
        return Report(self._ended_scan(None), assessments, (), self._coverage(assessments))

    def _ended_scan(self, ended: datetime | None) -> Scan:
        traffic = self._wire.traffic
        traffic = replace(
            traffic, packets_sent=traffic.packets_sent + self._swept.packets + self._examiner.gathered.packets
        )
        return replace(self._job.scan, ended=ended, traffic=traffic, notes=tuple(self._notes))

    def _coverage(self, assessments: tuple[Assessment, ...]) -> Coverage:
        sweep = self._job.sweep
        addresses = [address for assessment in assessments for address in assessment.device.addresses]
        return covered(assessments, asked(sweep) + sweep.targets.found_in_segments(addresses))


def _now() -> datetime:
    return datetime.now(UTC)
