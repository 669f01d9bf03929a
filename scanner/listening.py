"""From what was heard to a report: nothing is asked, so what a check would have to ask is skipped, with that as its reason."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from checks.contract import Answer, Check, Login, Verdict, informed, load_checks, load_fleet_checks
from checks.firmware import firmware_age
from checks.intelligence import Intelligence, built_in
from checks.policy import Policy
from checks.policy import built_in as shipped
from inventory.ages import FirmwareAge
from inventory.coverage import covered
from inventory.findings import FleetFinding, Outcome
from inventory.identity import candidates
from inventory.known import Known
from inventory.model import Device, Level, Status
from inventory.report import Assessment, Coverage, Report, Scan
from inventory.store import Store
from scanner.assess import assess, assess_fleet
from scanner.boundary import Failure, contained
from scanner.events import Ended, Listening, Noted, Observer
from scanner.hearing import Hearing
from scanner.score import score

LEASE = timedelta(days=30)
"""For how long what was heard at an address is taken to be of the device that has it now."""
_LOT = 256
NOT_ASKED = "nothing was asked: the device was only heard of"


def new_scan(engine: str, networks: tuple[str, ...], now: datetime) -> Scan:
    """The record of a run that sends nothing: `engine` is "listen" or "import", `networks` where it listened or what it read."""
    return Scan(
        id=f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        started=now.astimezone(UTC),
        networks=networks,
        level=Level.IDENTIFY,
        authorised_by="",
        version=version("tocsin"),
        pace="",
        engine=engine,
    )


class Record:
    """A scan that asks nothing, in the inventory. `begin` comes first, so that whatever forbids writing there is said before an hour of listening."""

    def __init__(
        self,
        scan: Scan,
        store: Store,
        observe: Observer,
        intelligence: Intelligence | None = None,
        policy: Policy | None = None,
    ) -> None:
        self._intelligence = intelligence or built_in()
        self._policy = policy or shipped()
        self.scan = replace(scan, policy=self._policy.title)
        self.begun = False
        self._store = store
        self._observe = observe
        self._notes: list[str] = []

    def begin(self, what: str) -> None:
        """Begin, or go on with something else; `what` is told to the observer."""
        if not self.begun:
            self._store.begin(self.scan, f"{self.scan.engine} {' '.join(self.scan.networks)}")
            self.begun = True
        self._observe(Listening(what))

    def note(self, text: str) -> None:
        """Keep something that the report's reader must know."""
        self._notes.append(text)
        self._observe(Noted(text))

    async def keep(self, hearing: Hearing) -> None:
        """Judge and keep every device that was heard of so far."""
        names = Names(self._store.devices(), self.scan.started)
        checks = informed(load_checks(), {"intelligence": self._intelligence, "policy": self._policy})
        lot: list[Assessment] = []
        first = True
        for device, when in hearing.devices():
            lot.append(await _assessed(names.of(device), when, checks, self._intelligence))
            if len(lot) == _LOT:
                self._store.save_lot(self.scan.id, lot, instead=first)
                lot, first = [], False
        self._store.save_lot(self.scan.id, lot, instead=first)

    async def end(self, hearing: Hearing) -> Report:
        """Keep all, and end."""
        for text in hearing.notes():
            self.note(text)
        await self.keep(hearing)
        scan = replace(self.scan, ended=datetime.now(UTC), notes=tuple(self._notes))
        self._store.finish(scan.id, scan, *_together(self._store.report(scan.id).assessments))
        report = self._store.report(scan.id)
        self._observe(Ended(report))
        return report


def _together(found: tuple[Assessment, ...]) -> tuple[tuple[FleetFinding, ...], Coverage]:
    fleet = assess_fleet(found, load_fleet_checks())
    return fleet, covered(found, 0)


class Names:
    """The identities of a run's devices: that under which the inventory knows the device by its MAC address, or without one by its address; else its own.

    An address is a device's for `LEASE` only: then it may have become another's.
    """

    def __init__(self, known: Iterable[Known], now: datetime) -> None:
        self._by_mac: dict[str, str] = {}
        self._by_address: dict[str, str] = {}
        self._taken: set[str] = set()
        for each in sorted(known, key=lambda each: each.last_seen):
            device = each.assessment.device
            if device.mac:
                self._by_mac[device.mac] = device.identity
            if each.last_seen >= now - LEASE:
                self._by_address |= dict.fromkeys(device.addresses, device.identity)

    def of(self, device: Device) -> Device:
        """The device under an identity that no other device of the run has."""
        known = self._by_mac.get(device.mac) if device.mac else self._by_address.get(device.address)
        own = [name for name, _ in candidates(device.claims, device.mac, device.observations, device.address)]
        name = next(name for name in (known, *own, f"address:{device.address}") if name and name not in self._taken)
        self._taken.add(name)
        return replace(device, identity=name)


async def _assessed(
    device: Device, when: datetime, checks: tuple[Check, ...], intelligence: Intelligence
) -> Assessment:
    judged = await contained(_judged(device, checks), f"judging {device.address}")
    if isinstance(judged, Failure):
        outcomes = tuple(Outcome(check.id, Status.FAILED, judged.reason) for check in checks)
        return Assessment(device, outcomes, score(()), FirmwareAge(), when)
    findings = tuple(finding for outcome in judged for finding in outcome.findings)
    return Assessment(device, judged, score(findings), firmware_age(device, intelligence), when)


async def _judged(device: Device, checks: tuple[Check, ...]) -> tuple[Outcome, ...]:
    """What a device says of itself is judged (the age of its firmware, of a component); what an answer of it would have to show is not."""
    judging = tuple(check for check in checks if not check.needs)
    judged = {outcome.check: outcome for outcome in await assess(device, judging, Level.IDENTIFY, _nobody)}
    return tuple(judged.get(check.id) or Outcome(check.id, Status.SKIPPED, NOT_ASKED) for check in checks)


async def _nobody(_: Login) -> Answer:
    return Answer(Verdict.NOT_TRIED, reason=NOT_ASKED)
