"""The fewest actions for a reader at a terminal, and for a program."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from inventory.text import counted
from scanner.actions import sentence
from scanner.fewest import Plan, Step
from scanner.terminal import cell, table

SCHEMA = "tocsin-fix-first/1"
MEASURE = "the scores of the devices, a critical one's counted fourfold and a high one's twofold"
_NAMED = 4
_NUMBERS = ("devices", "findings", "risk", "no longer\ncritical", "no longer\nhigh")


def page(plan: Plan) -> Iterator[RenderableType]:
    """The risk, each action with its effect, and what is left."""
    accepted = f"; {counted(plan.accepted, 'accepted finding')} not counted" if plan.accepted else ""
    yield cell(
        f"{counted(plan.devices, 'device')} with {counted(plan.findings, 'finding')}{accepted};"
        f" risk {plan.risk:.1f}, {MEASURE}"
    )
    if not plan.steps:
        yield cell("nothing that was found raises it: there is nothing to fix")
        return
    rows = table("#", "action", *_NUMBERS)
    for column in (rows.columns[0], *rows.columns[2:]):
        column.justify, column.no_wrap = "right", True
    for rank, step in enumerate(plan.steps, 1):
        rows.add_row(cell(rank), _what(step), *_effect(step))
        rows.add_row()
    yield Text("")
    yield rows
    after = plan.steps[-1].after
    less = f", {100 * (plan.risk - after) / plan.risk:.0f} % less" if plan.risk else ""
    critical = plan.critical - sum(step.no_longer_critical for step in plan.steps)
    high = plan.high - sum(step.no_longer_high for step in plan.steps)
    yield cell(
        f"after {counted(len(plan.steps), 'action')}: risk {after:.1f}{less};"
        f" critical devices {plan.critical} → {critical}, high or worse {plan.high} → {high}"
    )
    yield cell(f"{counted(plan.left, 'more action')} for the rest (--top)" if plan.left else "nothing is left to fix")


def as_record(plan: Plan) -> dict[str, Any]:
    """The same, with every device and finding of each action, for JSON."""
    return {
        "schema": SCHEMA,
        "measure": MEASURE,
        "devices": plan.devices,
        "findings": plan.findings,
        "accepted": plan.accepted,
        "risk": plan.risk,
        "critical": plan.critical,
        "high_or_worse": plan.high,
        "actions": [_record(rank, step) for rank, step in enumerate(plan.steps, 1)],
        "actions_left": plan.left,
        "notes": list(plan.notes),
    }


def _what(step: Step) -> RenderableType:
    addresses = [one.device.address for one in step.devices]
    more = f" and {len(addresses) - _NAMED} more" if len(addresses) > _NAMED else ""
    lines = [cell(_said(step), "bold"), cell(f"{', '.join(addresses[:_NAMED])}{more}", "dim")]
    ended = dict.fromkeys(f"also ends: {one.title} ({len(one.devices)} devices)" for one in step.fleet)
    return Group(*lines, *map(cell, ended))


def _effect(step: Step) -> tuple[RenderableType, ...]:
    risk = Text(f"{step.before:.1f}\n→ {step.after:.1f}")
    leave = (cell(number or "-") for number in (step.no_longer_critical, step.no_longer_high))
    return (cell(len(step.devices)), cell(len(step.findings)), risk, *leave)


def _record(rank: int, step: Step) -> dict[str, Any]:
    return {
        "rank": rank,
        "act": step.action.act,
        "action": _said(step),
        "remedy": step.gravest.remedy,
        "devices": [{"id": one.device.identity, "address": one.device.address} for one in step.devices],
        "findings": step.findings,
        "fleet": [one.id for one in step.fleet],
        "risk_before": step.before,
        "risk_after": step.after,
        "no_longer_critical": step.no_longer_critical,
        "no_longer_high": step.no_longer_high,
    }


def _said(step: Step) -> str:
    return sentence(step.action, step.gravest, [one.device for one in step.devices])
