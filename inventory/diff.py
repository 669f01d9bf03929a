"""What changed between two reports. Pure, and in a fixed order.

A finding is fixed only where its check judged the device again and found it no more. A device that was not seen and a check that could not run
are "not observed", with the reason: neither proves a repair. What was so and is there again is "seen again", and only what was fixed is "regressed": for that
the scans before the older one are asked. Neither does a waiver mend anything: what was accepted since is "accepted", and what is so no longer is back. What
the newer scan may not ask any more is "out of scope".
Where one of the reports was only listened together, its silence says nothing: no device, port or name is called gone for it, and none that the other one asked
for is called new. The same holds where the two looked from different places: what a firewall keeps from one of them is neither gone nor fixed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from inventory.absence import absence
from inventory.contrast import contrast
from inventory.findings import Finding, FleetFinding, renamed
from inventory.model import Device, Endpoint, Severity
from inventory.pairing import paired
from inventory.report import Assessment, Report, Scan
from inventory.sought import Sought


class DeviceState(StrEnum):
    """How a device stands in the new report against the old one."""

    QUARANTINED = "quarantined"
    NEW = "new"
    CHANGED = "changed"
    SEEN_AGAIN = "seen again"
    NOT_OBSERVED = "not observed"
    OUT_OF_SCOPE = "out of scope"


class FindingState(StrEnum):
    """How a finding stands in the new report against the old one."""

    NEW = "new"
    REGRESSED = "regressed"
    BACK = "no longer accepted"
    CHANGED_SEVERITY = "changed severity"
    ACCEPTED = "accepted"
    SEEN_AGAIN = "seen again"
    STILL_THERE = "still there"
    NOT_OBSERVED = "not observed"
    OUT_OF_SCOPE = "out of scope"
    FIXED = "fixed"


_Standing: TypeAlias = tuple[FindingState, str, Severity | None]


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """A device that is left alone, new, changed, seen again, not observed or out of scope; `changes` are sentences: what changed, or why it is so.

    `device` is the newer record of it.
    """

    state: DeviceState
    device: Device
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A finding on a device and how it stands; `was` is its old severity where that changed, `reason` why it is fixed, accepted or not observed.

    `before` is the older record of it, None where there is none.
    """

    state: FindingState
    device: Device
    finding: Finding
    reason: str = ""
    was: Severity | None = None
    before: Finding | None = None


@dataclass(frozen=True, slots=True)
class FleetChange:
    """A fleet finding and how it stands."""

    state: FindingState
    finding: FleetFinding
    reason: str = ""
    was: Severity | None = None


@dataclass(frozen=True, slots=True)
class Diff:
    """All that changed from `old` to `new`, and the findings that are still there."""

    old: Scan
    new: Scan
    devices: tuple[DeviceChange, ...]
    findings: tuple[FindingChange, ...]
    fleet: tuple[FleetChange, ...]

    @property
    def found(self) -> "tuple[FindingChange | FleetChange, ...]":
        """What was found on devices, and on several together."""
        return (*self.findings, *self.fleet)

    @property
    def elsewhere(self) -> str:
        """That the two scans looked from different places, in a sentence; "" where they did not."""
        return _elsewhere(self.old, self.new)


def diff(
    old: Report, new: Report, past: Sequence[Report] = (), outside: Callable[[Device], str] = lambda _: ""
) -> Diff:
    """Compare two reports: devices by address, findings by state and worst first.

    `past` are the scans before the older one, newest first, as far as they tell of what is new here (`missing`): what one of them had is no news, but was fixed
    and is back, or was out of sight. `outside` says in a sentence why the newer scan may not ask a device any more, "" where it may.
    """
    before, after = paired(old.assessments, new.assessments)
    untold = _LISTENED if new.scan.is_passive else _elsewhere(old.scan, new.scan)
    ago = [{assessment.device.identity: assessment for assessment in report.assessments} for report in past]
    seen = _Comparison(old, new, before, after, past, ago, outside, untold)
    devices = sorted(_devices(seen), key=lambda change: (_place(change.device), change.device.identity))
    states = list(FindingState)
    findings = sorted(
        _findings(seen),
        key=lambda c: (states.index(c.state), -c.finding.severity, _place(c.device), c.finding.check, c.finding.id),
    )
    fleet = sorted(
        _fleet(seen), key=lambda c: (states.index(c.state), -c.finding.severity, c.finding.check, c.finding.id)
    )
    return Diff(old.scan, new.scan, tuple(devices), tuple(findings), tuple(fleet))


def missing(old: Report, new: Report) -> Sought:
    """What the newer report has and the older has not, so that earlier scans have to say whether it is new."""
    before, after = paired(old.assessments, new.assessments)
    devices: dict[str, frozenset[str]] = {}
    for identity, assessment in after.items():
        known = _findings_of(before.get(identity), identity)
        fresh = frozenset(finding.id for finding in assessment.findings if finding.id not in known)
        if fresh or identity not in before:
            devices[identity] = fresh
    together = {finding.id for finding in old.fleet}
    shared = {one.id: one.devices for one in new.fleet if one.id not in together}
    return Sought(devices, shared, frozenset(after) - frozenset(before))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What is compared: `untold` says why the newer scan's silence says nothing, "" where it does; `ago` are the devices of `past` by identity."""

    old: Report
    new: Report
    before: Mapping[str, Assessment]
    after: Mapping[str, Assessment]
    past: Sequence[Report]
    ago: Sequence[Mapping[str, Assessment]]
    outside: Callable[[Device], str]
    untold: str

    def earlier(self, identity: str) -> Iterator[Assessment]:
        """What the scans before the newer one say of a device, newest first."""
        if identity in self.before:
            yield self.before[identity]
        yield from (devices[identity] for devices in self.ago if identity in devices)


def _place(device: Device) -> tuple[int, int, int, str]:
    return Endpoint(device.address, 0).sort_key


def _devices(seen: _Comparison) -> Iterator[DeviceChange]:
    for identity, assessment in seen.after.items():
        device, older = assessment.device, seen.before.get(identity)
        if assessment.quarantine is not None:
            yield DeviceChange(DeviceState.QUARANTINED, device, (str(assessment.quarantine),))
        elif older is None:
            last = next(seen.earlier(identity), None)
            state = DeviceState.SEEN_AGAIN if last else DeviceState.NEW
            yield DeviceChange(state, device, (f"seen last on {_day(last)}", *_since(last, device)) if last else ())
        elif older.quarantine is not None:
            yield DeviceChange(DeviceState.CHANGED, device, ("it was in quarantine, and was asked again",))
        elif changes := tuple(_changed(seen, older.device, device)):
            yield DeviceChange(DeviceState.CHANGED, device, changes)
    for identity, assessment in seen.before.items():
        if identity not in seen.after and not seen.untold:
            why = seen.outside(assessment.device)
            state = DeviceState.OUT_OF_SCOPE if why else DeviceState.NOT_OBSERVED
            yield DeviceChange(state, assessment.device, (why,) if why else ())


def _changed(seen: _Comparison, before: Device, after: Device) -> Iterator[str]:
    silent = bool(seen.untold)
    return contrast(before, after, silent=silent, unasked=silent or seen.old.scan.is_passive)


def _since(last: Assessment, device: Device) -> Iterator[str]:
    return contrast(last.device, device, silent=False, unasked=False)


def _day(assessment: Assessment) -> str:
    return f"{assessment.when:%Y-%m-%d}"


def _findings_of(assessment: Assessment | None, identity: str) -> Mapping[str, Finding]:
    """The findings of a record by the ids that they have under that identity."""
    if assessment is None:
        return {}
    if assessment.device.identity == identity:
        return {finding.id: finding for finding in assessment.findings}
    return {renamed(finding, identity).id: finding for finding in assessment.findings}


def _findings(seen: _Comparison) -> Iterator[FindingChange]:
    """Every finding of either; where the newer scan's silence says nothing, what it does not tell is not observed."""
    for identity, assessment in seen.after.items():
        known = _findings_of(seen.before.get(identity), identity)
        for finding in assessment.findings:
            older, mended = known.get(finding.id), ""
            if older is None:
                older, mended = _remembered(seen, identity, finding)
            standing = _standing(older, finding)
            if finding.id not in known and older is not None:
                standing = _met_before(standing, mended)
            yield FindingChange(standing[0], assessment.device, finding, standing[1], standing[2], older)
    for identity, assessment in seen.before.items():
        now = seen.after.get(identity)
        still = {finding.id for finding in now.findings} if now else set()
        for key, finding in _findings_of(assessment, identity).items():
            if key not in still:
                state, reason = _gone(seen, finding, assessment.device, now)
                yield FindingChange(state, assessment.device, finding, reason, before=finding)


def _standing(was: Finding | FleetFinding | None, now: Finding | FleetFinding) -> _Standing:
    """How what is found now stands against what was, why, and its old severity where that changed."""
    before = was.severity if was is not None and was.severity != now.severity else None
    word, old = now.accepted, was.accepted if was is not None else None
    if word is not None and old is None:
        new = "" if was is not None else "found for the first time, and "
        return FindingState.ACCEPTED, f"{new}accepted by {word.owner} until {word.until}: {word.reason}", before
    if was is not None and word is None and old is not None:
        return FindingState.BACK, f"{old.owner} had accepted it until {old.until} ({old.rule})", before
    if was is None:
        return FindingState.NEW, "", None
    return (FindingState.STILL_THERE if before is None else FindingState.CHANGED_SEVERITY), "", before


def _met_before(standing: _Standing, mended: str) -> _Standing:
    """How what the older scan did not have, and one before it had, stands: it was mended meanwhile, or was only out of sight."""
    state, reason, was = standing
    if state in (FindingState.ACCEPTED, FindingState.BACK):
        return standing
    return (FindingState.REGRESSED, mended, was) if mended else (FindingState.SEEN_AGAIN, reason, was)


def _remembered(seen: _Comparison, identity: str, finding: Finding) -> tuple[Finding | None, str]:
    """The newest earlier record of a finding, and when and why it was fixed after that, "" if it was not."""
    mended = ""
    for record in seen.earlier(identity):
        older = _findings_of(record, identity).get(finding.id)
        if older is not None:
            return older, mended
        fixed, why = absence(finding, record)
        mended = f"it was fixed on {_day(record)}: {why}" if fixed else mended
    return None, ""


def _gone(seen: _Comparison, finding: Finding, device: Device, now: Assessment | None) -> tuple[FindingState, str]:
    """Whether a finding that is not reported any more is fixed, and why it is or is not."""
    if seen.untold:
        return FindingState.NOT_OBSERVED, seen.untold
    if now is None:
        if why := seen.outside(device):
            return FindingState.OUT_OF_SCOPE, why
        unfinished = "" if seen.new.scan.ended else ": the scan did not end"
        return FindingState.NOT_OBSERVED, f"the device was not seen{unfinished}"
    fixed, why = absence(finding, now)
    return (FindingState.FIXED if fixed else FindingState.NOT_OBSERVED), why


def _fleet(seen: _Comparison) -> Iterator[FleetChange]:
    old, new = seen.old, seen.new
    known, still = ({finding.id: finding for finding in report.fleet} for report in (old, new))
    for finding in new.fleet:
        older, mended = known.get(finding.id), ""
        if older is None:
            older, mended = _remembered_together(seen, finding)
        standing = _standing(older, finding)
        if finding.id not in known and older is not None:
            standing = _met_before(standing, mended)
        yield FleetChange(standing[0], finding, standing[1], standing[2])
    for finding in old.fleet:
        if finding.id not in still:
            yield FleetChange(*_gone_together(seen, finding))


def _remembered_together(seen: _Comparison, finding: FleetFinding) -> tuple[FleetFinding | None, str]:
    """The newest earlier record of it, and when all of its devices were examined after that without it being found, "" if they were not."""
    mended = ""
    for report in (seen.old, *seen.past):
        for older in report.fleet:
            if older.id == finding.id:
                return older, mended
        there = {assessment.device.identity: assessment for assessment in report.assessments}
        if report.scan.ended and not _unexamined(finding, there):
            mended = f"it was fixed on {report.scan.started:%Y-%m-%d}: {_NOBODY}"
    return None, ""


def _gone_together(seen: _Comparison, finding: FleetFinding) -> tuple[FindingState, FleetFinding, str]:
    if unseen := _unexamined(finding, seen.after):
        return FindingState.NOT_OBSERVED, finding, f"not examined in full: {', '.join(unseen)}"
    if seen.untold:
        return FindingState.NOT_OBSERVED, finding, seen.untold
    if seen.new.scan.ended is None:
        return FindingState.NOT_OBSERVED, finding, "the scan did not end"
    return FindingState.FIXED, finding, _NOBODY


def _unexamined(finding: FleetFinding, there: Mapping[str, Assessment]) -> list[str]:
    """The devices of which something was not examined, or not believed."""
    return [
        name for name in finding.devices if name not in there or there[name].device.gaps or there[name].device.untrusted
    ]


def _elsewhere(old: Scan, new: Scan) -> str:
    """That the two scans looked from different places, "" where they did not. A place that nobody named may be any."""
    if old.vantage == new.vantage or old.is_passive or new.is_passive:
        return ""
    there, here = (scan.vantage or "a place that nobody named" for scan in (old, new))
    return f"the older scan looked from {there}, the newer one from {here}"


_LISTENED = "nothing was asked: the newer scan only listened"
_NOBODY = "every device was examined and none shares it"
