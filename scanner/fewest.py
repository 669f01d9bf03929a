"""The fewest actions that lower the most risk over a fleet, the best one first.

The risk of a fleet is the sum of its devices' scores. That counts a device with one bad flaw for what it is, and forty of them forty times; it is in the units
that every other page shows; and it falls with each step that is taken. Other measures were weighed. The worst score alone does not move until the last of the
worst devices is mended. The number of critical devices does not see the finding before the last one go, nor anything below. A sum of squares or of powers puts
the worst first still more, but nobody can read its figures. The sum has its own bias: many devices with a little outweigh one with much, so how many devices
leave critical and high is said beside it.

Step by step the action is taken that lowers the sum most, given those before it. The first is the best there is. A score is neither additive nor submodular
(two critical flaws on one device: mending either moves little, mending both moves much), so for several actions together this has no bound by theory; it stops
when nothing is left that raises a score. Where no single action lowers the sum, the one that ends the most findings is next.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from checks.contract import ACT_OF
from inventory.findings import Finding, FleetFinding
from inventory.model import Endpoint, Severity
from inventory.report import Assessment
from scanner import tally
from scanner.actions import Action, actions
from scanner.score import effective


@dataclass(frozen=True, slots=True)
class Step:
    """One action: the devices and findings that it mends (those that an earlier step has not), and the fleet's risk before and after it.

    `gravest` is the finding whose remedy says what to do, and `on` the device that has it. `leave_critical` counts the devices that are critical before and not
    after, `leave_high` those that are high or worse before and neither after. `fleet` are the findings of several devices that end with it.
    """

    action: Action
    devices: tuple[Assessment, ...]
    findings: tuple[str, ...]
    gravest: Finding
    on: Assessment
    before: float
    after: float
    leave_critical: int
    leave_high: int
    fleet: tuple[FleetFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The first steps over a fleet of so many devices, findings that count and findings that are accepted; its risk before them, and how many actions are left
    that mend something.
    """

    devices: int
    findings: int
    accepted: int
    risk: float
    steps: tuple[Step, ...]
    left: int


def fewest(fleet: Sequence[Assessment], most: int, together: Iterable[FleetFinding] = ()) -> Plan:
    """The first steps, `most` at most. The assessments are in their context (`scanner.ranking.in_context`); what is accepted does not count."""
    work = _Work(sorted(fleet, key=lambda one: (Endpoint(one.device.address, 0).sort_key, one.device.identity)))
    risk, findings = work.risk, sum(map(len, work.alive))
    accepted = sum(map(len, work.findings)) - findings
    open_together = [one for one in together if one.accepted is None]
    steps = tuple(work.steps(most, open_together))
    return Plan(len(fleet), findings, accepted, risk / 10, steps, sum(count > 0 for count in work.open))


class _Work:
    """What is left to do. Devices, actions and findings are numbers: their places in `fleet`, in `names` and among the findings of their device.

    `alive` has what each finding of a device that is not mended adds to its tally, `state` that tally, and `needs` what each action mends on each device.
    `gains` is by how many tenths each action would lower the risk now, and `open` how many findings it would mend that raise a score.
    """

    def __init__(self, fleet: Sequence[Assessment]) -> None:
        self.fleet = fleet
        self.findings = [[f for outcome in one.outcomes for f in outcome.findings] for one in fleet]
        self.raises = [[effective(f) > Severity.INFO for f in each] for each in self.findings]
        self.alive = [{at: tally.one(f) for at, f in enumerate(each) if f.accepted is None} for each in self.findings]
        self.state = [sum(each.values()) for each in self.alive]
        found = [actions(one.device, each) for one, each in zip(fleet, self.findings, strict=True)]
        self.names = sorted({action for each in found for action in each})
        number = {action: at for at, action in enumerate(self.names)}
        self.on = [[number[action] for action in each] for each in found]
        self.needs: list[dict[int, list[int]]] = [{} for _ in self.names]
        for device, each in enumerate(found):
            for action, places in each.items():
                self.needs[number[action]][device] = places
        self.gains, self.open = [0] * len(self.names), [0] * len(self.names)
        for device in range(len(fleet)):
            self._weigh(device, 1)
        self.risk = sum(map(tally.tenths, self.state))

    def steps(self, most: int, together: Sequence[FleetFinding]) -> Iterator[Step]:
        """Take the best action, and again; each step says what it changed."""
        treated: dict[str, set[str]] = {}
        waiting = list(together)
        for _ in range(min(most, len(self.names))):
            best = max(range(len(self.names)), key=lambda at: (self.gains[at], self.open[at], -at))
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
        mended: list[tuple[int, list[int]]] = []
        for device, places in self.needs[action].items():
            ended = [place for place in places if place in self.alive[device]]
            if ended:
                mended.append((device, ended))
                was, now = self._mend(device, ended)
                for band in leave:
                    leave[band] += tally.worst(was) >= band > tally.worst(now)
        found = [(self.findings[device][place], self.fleet[device]) for device, ended in mended for place in ended]
        gravest, on = min(found, key=lambda one: (-effective(one[0]), one[0].check))
        return Step(
            self.names[action],
            tuple(self.fleet[device] for device, _ in mended),
            tuple(finding.id for finding, _ in found),
            gravest,
            on,
            before / 10,
            self.risk / 10,
            leave[Severity.CRITICAL],
            leave[Severity.HIGH],
        )

    def _mend(self, device: int, places: list[int]) -> tuple[int, int]:
        """The tally of the device before and after."""
        was = self.state[device]
        self._weigh(device, -1)
        now = self.state[device] = was - sum(self.alive[device].pop(place) for place in places)
        self._weigh(device, 1)
        self.risk += tally.tenths(now) - tally.tenths(was)
        return was, now

    def _weigh(self, device: int, sign: int) -> None:
        """Add what each action would gain on a device as it is now; or, before it changes, take that away."""
        alive, raises, state = self.alive[device], self.raises[device], self.state[device]
        value = tally.tenths(state)
        for action in self.on[device]:
            ended = [place for place in self.needs[action][device] if place in alive]
            self.gains[action] += sign * (value - tally.tenths(state - sum([alive[place] for place in ended])))
            self.open[action] += sign * sum([raises[place] for place in ended])


def _act_of(finding: FleetFinding) -> str:
    return finding.act or ACT_OF[finding.family]
