"""`tocsin fix-first`."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from scanner.options import Options
from scanner.output import show, write

if TYPE_CHECKING:
    from inventory.known import Known
    from inventory.report import Assessment
    from inventory.store import Store
    from scanner.fewest import Plan, Step


@click.command(short_help="Say which few actions lower the most risk.")
@click.option("--top", type=click.IntRange(min=1, max=1000), default=10, show_default=True, help="So many actions.")
@click.option("--scan", metavar="ID", help="Only what this scan found.  [default: every device, as it was seen last]")
@click.option("--site", metavar="NAME", help="Only devices of this site.")
@click.option("--department", metavar="NAME", help="Only devices of this department.")
@click.option("--kind", metavar="KIND", help="Only devices of this kind: camera, plc, …")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every device and finding of each action.")
@click.pass_obj
def command(options: Options, /, top: int, scan: str | None, as_json: bool, **wanted: str | None) -> None:
    """Say which few actions lower the most risk over all devices, the best one first.

    An action is what one person does in one go: one password for an account of forty cameras, one update for a model, one rule of a firewall. The risk is the
    sum of the devices' scores, a critical one's counted fourfold and a high one's twofold; what is accepted does not count. The effect of each action is its
    effect after those before it.
    """
    from scanner.fewest_page import as_record, page
    from scanner.terminal import cell

    gc.disable()  # hundreds of thousands of records that live to the end: to look through them for rubbish would take a third of the time
    with options.open_store() as store:
        plan = _plan(options, store, top, scan, wanted)
    if as_json:
        write(f"{json.dumps(as_record(plan), indent=2)}\n")
    else:
        show(*page(plan), *map(cell, plan.notes))


def _plan(options: Options, store: Store, top: int, scan: str | None, wanted: dict[str, str | None]) -> Plan:
    from scanner.fewest import fewest
    from scanner.ranking import in_context, together

    city = options.city()
    briefs = store.briefs.newest() if scan is None else store.briefs.of_scan(store.scan(scan).id)
    fleet = [in_context(brief.assessment, city) for brief in briefs]
    for name, value in wanted.items():
        if value is not None:
            fleet = _only(fleet, name, value, _KNOWN_BY[name])
    plan = fewest(fleet, top, together(store.briefs.findings(briefs), (brief.assessment for brief in briefs), city))
    brief_of = {brief.assessment.device.identity: brief for brief in briefs}
    steps = tuple(_told(store, brief_of[step.on.device.identity], step) for step in plan.steps)
    return replace(plan, steps=steps, notes=tuple(_not_counted(store, briefs)) if scan is None else ())


def _not_counted(store: Store, briefs: Sequence[Known]) -> Iterator[str]:
    """What earlier scans and other places found of these devices, and the records that speak for them do not have."""
    from inventory.model import Level

    levels = {scan.id: scan.level for scan in store.scans()}
    opened = [scan for scan, level in levels.items() if level >= Level.LOGIN]
    tried = {one.identity for one in store.appearances(opened)} if opened else set()
    unasked = sum(
        1 for one in briefs if levels.get(one.scan) is Level.IDENTIFY and not tried.isdisjoint(one.identities)
    )
    if unasked:
        yield (
            f"not counted: what logins showed before of {unasked} of these devices, for the scan that counts tried none"
            " (`--scan ID` counts by another)"
        )
    several = sum(1 for one in briefs if len(one.views) > 1)
    if several:
        yield f"not counted: what only another place than the one that saw most found of {several} of these devices (`tocsin report ID` of its scan)"


def _told(store: Store, brief: Known, step: Step) -> Step:
    """The step with the texts of its gravest finding, which a brief has not."""
    whole = next(finding for finding in store.whole(brief).findings if finding.id == step.gravest.id)
    return replace(step, gravest=replace(step.gravest, title=whole.title, remedy=whole.remedy))


def _only(fleet: list[Assessment], name: str, value: str, known_by: Callable[[Assessment], str]) -> list[Assessment]:
    """Those of which `name` is `value`, however it is written."""
    from inventory.errors import ConfigError

    of = [(known_by(assessment), assessment) for assessment in fleet]
    found = [assessment for known, assessment in of if known.casefold() == value.casefold()]
    if not found:
        others = ", ".join(sorted({known for known, _ in of if known})[:20])
        raise ConfigError(f"no device has the {name} {value!r}; there are: {others or 'none that have one'}")
    return found


def _kind(assessment: Assessment) -> str:
    claim = assessment.device.claim("kind")
    return claim.value if claim else ""


_KNOWN_BY: dict[str, Callable[[Assessment], str]] = {
    "site": lambda assessment: assessment.context.site,
    "department": lambda assessment: assessment.context.department,
    "kind": _kind,
}
