"""How each waiver stands against what was found. One is unused only where what it is for was judged again: what a scan could not have shown is not gone."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from inventory.findings import FleetFinding
from inventory.model import Status
from inventory.report import Assessment
from inventory.waivers import Standing, State, Trace, Use, Waiver, Waivers

_NOT_ALL = "not all ports were asked"
Sought: TypeAlias = Callable[[Collection[str]], Mapping[str, Trace]]
"""Where findings of those ids were seen last; what was never seen is left out."""


@dataclass(frozen=True, slots=True)
class Found:
    """What waivers are held against.

    `asked` is whether the devices were asked all that they usually are, `ended` whether each that was to be asked was, and `whole` whether this is all that the
    city has, each device as it was seen last. `fleet_checks` are the ids of the checks that judge all devices together.
    """

    assessments: Sequence[Assessment]
    fleet: Sequence[FleetFinding]
    asked: bool = True
    ended: bool = True
    whole: bool = False
    fleet_checks: frozenset[str] = frozenset()


def review(waivers: Waivers, found: Found, sought: Sought) -> tuple[Standing, ...]:
    """Each waiver's standing, in the order of the file; `sought` is asked only of what is not here and of which the file does not say where it is."""
    uses = _uses(waivers, found)
    lost = [
        rule.finding for rule in waivers.rules if _is_bare(rule) and not rule.is_over(waivers.today) and not uses[rule]
    ]
    traces = sought(lost) if lost and found.asked else {}
    placed = _placed(found)
    return tuple(_standing(rule, uses[rule], waivers, placed, traces) for rule in waivers.rules)


def _uses(waivers: Waivers, found: Found) -> dict[Waiver, tuple[Use, ...]]:
    uses: dict[Waiver, list[Use]] = {rule: [] for rule in waivers.rules}
    for assessment in found.assessments if uses else ():
        for finding in assessment.findings:
            for rule in waivers.about(finding, assessment.device):
                uses[rule].append(Use(finding, assessment.device))
    known = {assessment.device.identity: assessment.device for assessment in found.assessments}
    for together in found.fleet if uses else ():
        for rule in waivers.about_together(together, known):
            uses[rule].append(Use(together))
    return {rule: tuple(those) for rule, those in uses.items()}


@dataclass(frozen=True, slots=True)
class _Placed:
    """What was found, and its assessments by what a waiver may name: "" for all, an identity, an address."""

    found: Found
    by: Mapping[str, Sequence[Assessment]]


def _placed(found: Found) -> _Placed:
    by: dict[str, list[Assessment]] = {"": [*found.assessments]}
    for assessment in found.assessments:
        for name in {assessment.device.identity, *assessment.device.addresses}:
            by.setdefault(name, []).append(assessment)
    return _Placed(found, by)


def _is_bare(rule: Waiver) -> bool:
    """Whether it names a finding without saying of which check and device it is."""
    return bool(rule.finding) and not (rule.check and rule.device)


def _standing(
    rule: Waiver, uses: tuple[Use, ...], waivers: Waivers, placed: _Placed, traces: Mapping[str, Trace]
) -> Standing:
    days = (rule.until - waivers.today).days
    if days < 0:
        instead = waivers.in_place_of(rule)
        return Standing(rule, State.EXPIRED, days, uses, f"renewed in {instead.place}" if instead else "")
    held = tuple(use for use in uses if rule.bears(use.finding.severity))
    if held:
        return Standing(rule, State.ACTIVE, days, held)
    if uses:
        worst = max(use.finding.severity for use in uses)
        return Standing(rule, State.UNUSED, days, (), f"what it is for is {worst.label} by now, and counts again")
    state, why = _of_trace(traces.get(rule.finding), placed) if _is_bare(rule) else _of_rule(rule, waivers, placed)
    return Standing(rule, state, days, (), why)


def _of_trace(trace: Trace | None, placed: _Placed) -> tuple[State, str]:
    if not placed.found.asked:
        return State.UNSEEN, _NOT_ALL
    if trace is None:
        return State.UNUSED, "no scan in this inventory has ever found it: is the id right?"
    theirs = [assessment for identity in trace.devices for assessment in placed.by.get(identity, ())]
    if len(theirs) < len(trace.devices):
        return State.UNSEEN, "the device that had it was not seen"
    return _judged(theirs, trace.check, placed.found, fleet=trace.fleet)


def _of_rule(rule: Waiver, waivers: Waivers, placed: _Placed) -> tuple[State, str]:
    found, near = placed.found, placed.by.get(rule.device or rule.address, ())
    theirs = [assessment for assessment in near if rule.fits(assessment.device, waivers.belongs)]
    if not theirs and found.whole:
        return State.UNUSED, "no device in this inventory is one that it names: is it written right?"
    if not theirs:
        return State.UNSEEN, "no device that it names was seen"
    return _judged(theirs, rule.check, found, fleet=rule.check in found.fleet_checks)


def _judged(theirs: Sequence[Assessment], check: str, found: Found, *, fleet: bool) -> tuple[State, str]:
    """UNUSED where the check came to a verdict on every device that could have the finding, else why not."""
    if not found.asked:
        return State.UNSEEN, _NOT_ALL
    if fleet and not found.ended:
        return State.UNSEEN, "the scan did not end"
    for assessment in theirs:
        why = _unexamined(assessment) if fleet else _unjudged(assessment, check)
        if why:
            return State.UNSEEN, f"{assessment.device.address}: {why}"
    return State.UNUSED, "its check ran again and does not find it any more; it can be deleted"


def _unexamined(assessment: Assessment) -> str:
    if assessment.quarantine is not None:
        return "it is in quarantine"
    return "it was not examined in full" if assessment.device.gaps else ""


def _unjudged(assessment: Assessment, check: str) -> str:
    """Why the check came to no verdict on the device; "" where it did. A skipped one has judged nothing, as in `inventory.diff`."""
    outcome = next((outcome for outcome in assessment.outcomes if outcome.check == check), None)
    if assessment.quarantine is not None:
        return "it is in quarantine"
    if outcome is None:
        return f"the check {check} was not run"
    if outcome.status is Status.FOUND:
        return outcome.reason  # where it has one, it says what of the device was not reached
    return "" if outcome.status is Status.PASSED else f"{check} was {outcome.status}: {outcome.reason}"
