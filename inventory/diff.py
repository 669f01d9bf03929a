"""What changed between two reports. Pure, and in a fixed order.

A finding is fixed only where its check judged the device again and found it no more. A device that was not seen and a check that could not run
are "not observed", with the reason: neither proves a repair. Neither does a waiver: what was accepted since is "accepted", and what is so no longer is back.
Where one of the reports was only listened together, its silence says nothing: no device, port or name is called gone for it, and none that the other one asked
for is called new. The same holds where the two looked from different places: what a firewall keeps from one of them is neither gone nor fixed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from inventory.findings import Finding, FleetFinding
from inventory.model import CLAIMS, Device, Endpoint, Severity, Status
from inventory.report import Assessment, Report, Scan


class DeviceState(StrEnum):
    """How a device stands in the new report against the old one."""

    QUARANTINED = "quarantined"
    NEW = "new"
    CHANGED = "changed"
    NOT_OBSERVED = "not observed"


class FindingState(StrEnum):
    """How a finding stands in the new report against the old one."""

    NEW = "new"
    BACK = "no longer accepted"
    CHANGED_SEVERITY = "changed severity"
    ACCEPTED = "accepted"
    STILL_THERE = "still there"
    NOT_OBSERVED = "not observed"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """A device that is left alone, new, changed or not observed; `changes` are sentences: what changed, or why it is left alone.

    `device` is the newer record of it.
    """

    state: DeviceState
    device: Device
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A finding on a device and how it stands; `was` is its old severity where that changed, `reason` why it is fixed, accepted or not observed."""

    state: FindingState
    device: Device
    finding: Finding
    reason: str = ""
    was: Severity | None = None


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
    def elsewhere(self) -> str:
        """That the two scans looked from different places, in a sentence; "" where they did not."""
        return _elsewhere(self.old, self.new)


def diff(old: Report, new: Report) -> Diff:
    """Compare two reports: devices by address, findings by state and worst first."""
    before = {assessment.device.identity: assessment for assessment in old.assessments}
    after = {assessment.device.identity: assessment for assessment in new.assessments}
    after = _met_again(before, after)
    before = _met_again(after, before)
    elsewhere = _elsewhere(old.scan, new.scan)
    untold = _LISTENED if new.scan.is_passive else elsewhere
    silent = bool(untold)
    unasked = old.scan.is_passive or silent
    devices = sorted(
        _devices(before, after, silent=silent, unasked=unasked),
        key=lambda change: (_place(change.device), change.device.identity),
    )
    states = list(FindingState)
    findings = sorted(
        _findings(before, after, untold),
        key=lambda c: (states.index(c.state), -c.finding.severity, _place(c.device), c.finding.check, c.finding.id),
    )
    fleet = sorted(
        _fleet(old, new, after, untold),
        key=lambda c: (states.index(c.state), -c.finding.severity, c.finding.check, c.finding.id),
    )
    return Diff(old.scan, new.scan, tuple(devices), tuple(findings), tuple(fleet))


def _met_again(there: Mapping[str, Assessment], here: Mapping[str, Assessment]) -> dict[str, Assessment]:
    """`here` with each host that is not believed under the name that the device at its place has `there`.

    What it says is not taken for its name, so it goes by its MAC address or its address: by these it is the same place, whatever stands there.
    """
    nameless = {name: one.device for name, one in there.items() if name not in here}
    found: dict[str, Assessment] = {}
    for name, assessment in here.items():
        lost = assessment.device.untrusted and name not in there
        same = [other for other, device in nameless.items() if lost and _same_place(device, assessment.device)]
        found[same[0] if len(same) == 1 and same[0] not in found else name] = assessment
    return found


def _same_place(one: Device, other: Device) -> bool:
    if one.mac and other.mac:
        return one.mac == other.mac
    return bool(set(one.addresses) & set(other.addresses))


def _place(device: Device) -> tuple[int, int, int, str]:
    return Endpoint(device.address, 0).sort_key


def _devices(
    before: Mapping[str, Assessment], after: Mapping[str, Assessment], *, silent: bool, unasked: bool
) -> Iterator[DeviceChange]:
    for identity, assessment in after.items():
        if assessment.quarantine is not None:
            yield DeviceChange(DeviceState.QUARANTINED, assessment.device, (str(assessment.quarantine),))
        elif identity not in before:
            yield DeviceChange(DeviceState.NEW, assessment.device)
        elif before[identity].quarantine is not None:
            yield DeviceChange(DeviceState.CHANGED, assessment.device, ("it was in quarantine, and was asked again",))
        elif changes := tuple(_changes(before[identity].device, assessment.device, silent=silent, unasked=unasked)):
            yield DeviceChange(DeviceState.CHANGED, assessment.device, changes)
    for identity, assessment in before.items():
        if identity not in after and not silent:
            yield DeviceChange(DeviceState.NOT_OBSERVED, assessment.device)


def _changes(before: Device, after: Device, *, silent: bool, unasked: bool) -> Iterator[str]:
    """Sentences: addresses ("moved" where it has none of the old ones), MAC, claims in the order of CLAIMS, ports that opened and that no longer answer.

    Where `after` was only heard (`silent`), what it does not tell is no change; where `before` was (`unasked`), what it did not tell is none either.
    """
    if before.untrusted or after.untrusted:
        yield from _belief(before, after)
        return
    if silent or unasked:
        yield from _contradictions(before, after)
        return
    if set(before.addresses) != set(after.addresses):
        how = "address" if set(before.addresses) & set(after.addresses) else "moved"
        yield f"{how}: {', '.join(before.addresses)} → {', '.join(after.addresses)}"
    if before.mac != after.mac:
        yield f"mac: {before.mac or 'unknown'} → {after.mac or 'unknown'}"
    for name in CLAIMS:
        was, now = (", ".join(sorted({claim.value for claim in device.claimed(name)})) for device in (before, after))
        if was != now:
            yield f"{name}: {was or 'unknown'} → {now or 'unknown'}"
    was_open, is_open = ({(e.port, e.transport) for e in device.open_ports} for device in (before, after))
    yield from (f"{port}/{transport} is open now" for port, transport in sorted(is_open - was_open))
    yield from (f"{port}/{transport} no longer answers" for port, transport in sorted(was_open - is_open))


def _belief(before: Device, after: Device) -> Iterator[str]:
    """Whether what it says began or ceased to prove nothing; what changed in what proves nothing is no change of a device."""
    if after.untrusted and not before.untrusted:
        yield f"what it answers proves nothing any more: {after.untrusted}"
    elif before.untrusted and not after.untrusted:
        yield "what it answers is believed again"


def _contradictions(before: Device, after: Device) -> Iterator[str]:
    """What both tell, and tell differently."""
    if not set(before.addresses) & set(after.addresses):
        yield f"address: {', '.join(before.addresses)} → {', '.join(after.addresses)}"
    if before.mac and after.mac and before.mac != after.mac:
        yield f"mac: {before.mac} → {after.mac}"
    for name in ("vendor", "model", "firmware", "serial"):
        was, now = before.claim(name), after.claim(name)
        if was and now and was.value != now.value and now.confidence >= was.confidence:
            yield f"{name}: {was.value} → {now.value}"


def _findings(
    before: Mapping[str, Assessment], after: Mapping[str, Assessment], untold: str
) -> Iterator[FindingChange]:
    """Every finding of either; where the newer scan's silence says nothing (`untold` says why), what it does not tell is not observed."""
    for identity, assessment in after.items():
        known = {f.id: f for f in before[identity].findings} if identity in before else {}
        for finding in assessment.findings:
            state, reason, was = _standing(known.get(finding.id), finding)
            yield FindingChange(state, assessment.device, finding, reason, was)
    for identity, assessment in before.items():
        now = after.get(identity)
        still = {finding.id for finding in now.findings} if now else set()
        for finding in assessment.findings:
            if finding.id not in still:
                state, reason = (FindingState.NOT_OBSERVED, untold) if untold else _gone(finding, now)
                yield FindingChange(state, assessment.device, finding, reason)


def _standing(
    was: Finding | FleetFinding | None, now: Finding | FleetFinding
) -> tuple[FindingState, str, Severity | None]:
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


def _gone(finding: Finding, now: Assessment | None) -> tuple[FindingState, str]:
    """Whether a finding that is not reported any more is fixed, and why it is or is not."""
    if now is None or now.device.untrusted:
        doubt = f"what it answers proves nothing any more: {now.device.untrusted}" if now else ""
        return FindingState.NOT_OBSERVED, doubt or "the device was not seen"
    outcome = next((outcome for outcome in now.outcomes if outcome.check == finding.check), None)
    if outcome is None:
        return FindingState.NOT_OBSERVED, "the check was not run"
    port, transport = finding.endpoint.port, finding.endpoint.transport
    gap = next((g for g in now.device.gaps if (g.endpoint.port, g.endpoint.transport) == (port, transport)), None)
    if gap is not None:
        return FindingState.NOT_OBSERVED, f"{gap.protocol} on {port}/{transport} was not examined: {gap.reason}"
    closed = all((e.port, e.transport) != (port, transport) for e in now.device.open_ports)
    silent = f"; {port}/{transport} no longer answers" if port and closed else ""
    if outcome.status is Status.PASSED:
        return FindingState.FIXED, (outcome.reason or "the check passed") + silent
    if outcome.status is Status.FOUND:
        return FindingState.FIXED, "the check ran again and does not find it here" + silent
    return FindingState.NOT_OBSERVED, f"the check was {_WORDS[outcome.status]}: {outcome.reason}" + silent


def _elsewhere(old: Scan, new: Scan) -> str:
    """That the two scans looked from different places, "" where they did not. A place that nobody named may be any."""
    if old.vantage == new.vantage or old.is_passive or new.is_passive:
        return ""
    there, here = (scan.vantage or "a place that nobody named" for scan in (old, new))
    return f"the older scan looked from {there}, the newer one from {here}"


_LISTENED = "nothing was asked: the newer scan only listened"
_WORDS = {Status.SKIPPED: "skipped", Status.FAILED: "not completed", Status.UNREACHED: "not reached"}


def _in_part(device: Device) -> bool:
    """Whether something of a device was not examined, or not believed."""
    return bool(device.gaps or device.untrusted)


def _fleet(old: Report, new: Report, after: Mapping[str, Assessment], untold: str) -> Iterator[FleetChange]:
    known, still = ({finding.id: finding for finding in report.fleet} for report in (old, new))
    for finding in new.fleet:
        state, reason, was = _standing(known.get(finding.id), finding)
        yield FleetChange(state, finding, reason, was)
    for finding in old.fleet:
        if finding.id not in still:
            unseen = [name for name in finding.devices if name not in after or _in_part(after[name].device)]
            if unseen:
                yield FleetChange(FindingState.NOT_OBSERVED, finding, f"not examined in full: {', '.join(unseen)}")
            elif untold:
                yield FleetChange(FindingState.NOT_OBSERVED, finding, untold)
            elif new.scan.ended is None:
                yield FleetChange(FindingState.NOT_OBSERVED, finding, "the scan did not end")
            else:
                yield FleetChange(FindingState.FIXED, finding, "every device was examined and none shares it")
