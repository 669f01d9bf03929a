"""The way of one device down to nothing: its actions in the best order, with what is left of its score after each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from inventory.findings import Finding
from inventory.model import Device, Severity
from scanner import tally
from scanner.actions import Action, actions
from scanner.score import effective

_TRIED_IN_EVERY_ORDER = 9


@dataclass(frozen=True, slots=True)
class Fix:
    """One action on one device, the findings that it ends (the gravest first), and the value and band of the score after it and all before it."""

    action: Action
    findings: tuple[Finding, ...]
    value: float
    band: Severity


def path(device: Device, findings: Sequence[Finding]) -> tuple[Fix, ...]:
    """The actions that lower the score, until nothing raises it any more.

    The best order is the one with the lowest scores on the way: the least sum of the values after each action. Up to nine actions are tried in every order;
    of more, those that lower it most at once come first.
    """
    needed = {
        action: frozenset(ended)
        for action, ended in sorted(actions(device, findings).items())
        if any(effective(findings[place]) > Severity.INFO for place in ended)
    }
    fixes = []
    mended: frozenset[int] = frozenset()
    for action in _ordered(needed, findings):
        ended = sorted(needed[action] - mended, key=lambda place: (-effective(findings[place]), findings[place].check))
        mended |= needed[action]
        if ended:
            left = tally.tally(finding for place, finding in enumerate(findings) if place not in mended)
            those = tuple(findings[place] for place in ended)
            fixes.append(Fix(action, those, tally.tenths(left) / 10, tally.worst(left)))
    return tuple(fixes)


def _ordered(needed: Mapping[Action, frozenset[int]], findings: Sequence[Finding]) -> tuple[Action, ...]:
    adds = [tally.one(finding) for finding in findings]

    @cache
    def value(ended: frozenset[int]) -> int:
        return tally.tenths(sum(adds) - sum(adds[place] for place in ended))

    first: list[Action] = []
    ended: frozenset[int] = frozenset()
    while len(needed) - len(first) > _TRIED_IN_EVERY_ORDER:
        rest = [action for action in needed if action not in first]
        first.append(min(rest, key=lambda action: (value(ended | needed[action]), action)))
        ended |= needed[first[-1]]

    @cache
    def best(todo: tuple[Action, ...], ended: frozenset[int]) -> tuple[int, tuple[Action, ...]]:
        """The least sum of what is left after each of these, and their order."""
        if not todo:
            return 0, ()
        return min(with_first(action, todo, ended | needed[action]) for action in todo)

    def with_first(action: Action, todo: tuple[Action, ...], ended: frozenset[int]) -> tuple[int, tuple[Action, ...]]:
        least, rest = best(tuple(other for other in todo if other != action), ended)
        return value(ended) + least, (action, *rest)

    return (*first, *best(tuple(action for action in needed if action not in first), ended)[1])
