"""The fewest actions that lower the most risk over a fleet, the best one first.

The risk of a fleet is the sum of its devices' scores, a critical device's counted fourfold and a high one's twofold. The sum counts a device with one bad
flaw for what it is, and forty of them forty times, and it falls with each step that is taken. The weights are a judgement of ours: by the plain sum, to clear
a device of its only high finding would bring more than to take the default password from one that has high findings besides, and that is not what has to be
done tonight. Other measures were weighed. The worst score alone does not move until the last of the worst devices is mended. The number of critical devices
does not see the finding before the last one go, nor anything below. The sum has its own bias: many devices with a little outweigh one with much, so how many
devices are no longer critical or high is said beside it.

Step by step the action is taken that lowers the sum most, given those before it. The first is the best there is. A score is neither additive nor submodular
(two critical flaws on one device: mending either moves little, mending both moves much), so for several actions together this has no bound by theory; it stops
when nothing is left that raises a score. Where no single action lowers the sum, the one that ends the most findings is next.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from checks.contract import ACT_OF
from inventory.findings import Finding, FleetFinding
from inventory.model import Device, Endpoint, Severity
from inventory.report import Assessment
from scanner import tally
from scanner.actions import Action, actions
from scanner.score import effective

Needed: TypeAlias = Callable[[Device, Sequence[Finding]], Mapping[Action, Sequence[int]]]


@dataclass(frozen=True, slots=True)
class Step:
    """One action: the devices and findings that it mends (those that an earlier step has not), and the fleet's risk before and after it.

    `gravest` is the finding whose remedy says what to do, and `on` the device that has it. `no_longer_critical` counts the devices that are critical before and
    not after, `no_longer_high` those that are high or worse before and neither after. `fleet` are the findings of several devices that end with it.
    """

    action: Action
    devices: tuple[Assessment, ...]
    findings: tuple[str, ...]
    gravest: Finding
    on: Assessment
    before: float
    after: float
    no_longer_critical: int
    no_longer_high: int
    fleet: tuple[FleetFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The first steps over a fleet of so many devices, findings that count and findings that are accepted; its risk before them, how many of its devices are
    critical and how many high or worse then, and how many actions are left that mend something. `notes` say what was found and is not counted.
    """

    devices: int
    findings: int
    accepted: int
    risk: float
    critical: int
    high: int
    steps: tuple[Step, ...]
    left: int
    notes: tuple[str, ...] = ()


def fewest(
    fleet: Sequence[Assessment], most: int, together: Iterable[FleetFinding] = (), needed: Needed = actions
) -> Plan:
    """The first steps, `most` at most. The assessments are in their context (`scanner.ranking.in_context`); what is accepted does not count.

    `needed` says which actions a device needs, each with the places of the findings that it ends.
    """
    work = _Work(sorted(fleet, key=lambda one: one.device.identity), needed)
    risk, accepted = work.risk, sum(map(len, work.findings)) - work.counted
    critical, high = (
        sum(tally.worst(one) >= band for one in work.state) for band in (Severity.CRITICAL, Severity.HIGH)
    )
    open_together = [one for one in together if one.accepted is None]
    steps = tuple(work.steps(most, open_together))
    left = sum(count > 0 for count in work.open)
    return Plan(len(fleet), work.counted, accepted, risk / 10, critical, high, steps, left)


class _Mends(NamedTuple):
    """What an action mends on a device: what that takes from its tally, how many of the findings raise a score, and their places."""

    takes: int
    raising: int
    places: Sequence[int]


class _Work:
    """What is left to do. Devices, actions and findings are numbers: their places in `fleet`, in `names` and among the findings of their device.

    `state` is the tally of each device, `todo` what each action mends there, and `on` the devices that an action is for. `gains` is by how many tenths each
    action would lower the risk now, and `open` how many findings it would mend that raise a score.
    """

    def __init__(self, fleet: Sequence[Assessment], needed: Needed) -> None:
        self.fleet = fleet
        self.findings = [[f for outcome in one.outcomes for f in outcome.findings] for one in fleet]
        self.counted = 0
        self.state: list[int] = []
        self.todo: list[dict[int, _Mends]] = []
        self.adds: list[list[int]] = []
        self.raises: list[list[bool]] = []
        numbers: dict[Action, int] = {}
        for one, findings in zip(fleet, self.findings, strict=True):
            severities = [effective(f) for f in findings]
            self.adds.append([tally.adds(f.family, severity) for f, severity in zip(findings, severities, strict=True)])
            self.raises.append([severity > Severity.INFO for severity in severities])
            wanted = needed(one.device, findings)
            counts = {place for places in wanted.values() for place in places}
            self.counted += len(counts)
            self.state.append(sum([self.adds[-1][place] for place in counts]))
            self.todo.append({})
            for action, places in wanted.items():
                number = numbers.setdefault(action, len(numbers))
                self.todo[-1][number] = self._mends(-1, places)
        self.names = list(numbers)
        self.on: list[list[int]] = [[] for _ in self.names]
        self.gains, self.open = [0] * len(self.names), [0] * len(self.names)
        for device, todo in enumerate(self.todo):
            for number in todo:
                self.on[number].append(device)
            self._weigh(device, 1)
        self.risk = sum(map(tally.risk, self.state))

    def steps(self, most: int, together: Sequence[FleetFinding]) -> Iterator[Step]:
        """Take the best action, and again; each step says what it changed."""
        treated: dict[str, set[str]] = {}
        waiting = list(together)
        in_order = sorted(range(len(self.names)), key=lambda number: self.names[number])
        for _ in range(min(most, len(in_order))):
            best = max(in_order, key=lambda number: (self.gains[number], self.open[number]))
            if self.open[best] == 0:
                return
            step = self._take(best)
            done = treated.setdefault(step.action.act, set())
            done.update(one.device.identity for one in step.devices)
            ended = [one for one in waiting if _act_of(one) == step.action.act and done.issuperset(one.devices)]
            waiting = [one for one in waiting if one not in ended]
            yield replace(step, fleet=tuple(ended))

    def _take(self, action: int) -> Step:
        before, leave = self.risk, {Severity.CRITICAL: 0, Severity.HIGH: 0}
        found: list[tuple[Finding, Assessment]] = []
        devices = [device for device in self.on[action] if action in self.todo[device]]
        for device in devices:
            found += [(self.findings[device][place], self.fleet[device]) for place in self.todo[device][action].places]
            was, now = self._mend(device, action)
            for band in leave:
                leave[band] += tally.worst(was) >= band > tally.worst(now)
        gravest, on = min(found, key=lambda one: (-effective(one[0]), one[0].check, _place(one[1])))
        return Step(
            self.names[action],
            tuple(sorted((self.fleet[device] for device in devices), key=_place)),
            tuple(finding.id for finding, _ in found),
            gravest,
            on,
            before / 10,
            self.risk / 10,
            leave[Severity.CRITICAL],
            leave[Severity.HIGH],
        )

    def _mend(self, device: int, action: int) -> tuple[int, int]:
        """The tally of the device before and after; what another action would have mended there too is mended."""
        self._weigh(device, -1)
        ended = frozenset(self.todo[device][action].places)
        was, now = self.state[device], self.state[device] - self.todo[device][action].takes
        self.state[device] = now
        left = {
            other: [place for place in mends.places if place not in ended] for other, mends in self.todo[device].items()
        }
        self.todo[device] = {other: self._mends(device, places) for other, places in left.items() if places}
        self._weigh(device, 1)
        self.risk += tally.risk(now) - tally.risk(was)
        return was, now

    def _mends(self, device: int, places: Sequence[int]) -> _Mends:
        adds, raises = self.adds[device], self.raises[device]
        if len(places) == 1:  # as most are
            return _Mends(adds[places[0]], raises[places[0]], places)
        return _Mends(sum([adds[place] for place in places]), sum([raises[place] for place in places]), places)

    def _weigh(self, device: int, sign: int) -> None:
        """Add what each action would gain on a device as it is now; or, before it changes, take that away."""
        state, risk = self.state[device], tally.risk
        value = risk(state)
        for action, (takes, raising, _) in self.todo[device].items():
            self.gains[action] += sign * (value - risk(state - takes))
            self.open[action] += sign * raising


def _place(assessment: Assessment) -> tuple[object, ...]:
    return (Endpoint(assessment.device.address, 0).sort_key, assessment.device.identity)


def _act_of(finding: FleetFinding) -> str:
    return finding.act or ACT_OF[finding.family]
