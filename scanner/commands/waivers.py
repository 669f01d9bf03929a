"""`tocsin waivers`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from scanner.options import Options
from scanner.output import show, write

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from inventory.waivers import Standing


@click.command(short_help="Explain what the city has accepted.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, the finding ids of each included.")
@click.pass_obj
def command(options: Options, as_json: bool) -> None:
    """Explain what the city has accepted: each waiver, where it stands, how long it has left, and which findings of which devices it holds for.

    It looks at the newest record of every device, as of today, and asks nothing. A waiver is unused where its check ran again and does not find it any more.
    """
    from inventory.review import Found, review
    from scanner.waiving import fleet_checks

    city = options.city(warn=False)
    waivers, path = options.waivers_of(city), options.waivers_path()
    with options.open_store() as store:
        known = store.devices()
        assessments = tuple(each.assessment for each in known)
        found = Found(assessments, store.briefs.findings(known), whole=True, fleet_checks=fleet_checks(waivers))
        standings = review(waivers, found, store.traces)
    if as_json:
        write(_as_json(path, standings))
    else:
        show(*_page(path, standings))


def _as_json(path: Path, standings: Sequence[Standing]) -> str:
    from inventory.text import visible
    from scanner.report.json import shown, waiver_as_json

    document = {"file": visible(str(path)), "waivers": [waiver_as_json(standing) for standing in standings]}
    return json.dumps(shown(document), indent=2, ensure_ascii=False) + "\n"


def _page(path: Path, standings: Sequence[Standing]) -> Iterator[RenderableType]:
    from rich.text import Text

    from inventory.waivers import State
    from scanner.terminal import cell

    states = [standing.state for standing in standings]
    counts = ", ".join(f"{states.count(state)} {state.value}" for state in State if state in states)
    many = f"{len(standings)} waiver{'' if len(standings) == 1 else 's'}"
    yield cell(f"{path}: {many}: {counts}" if standings else f"{path}: no waiver, so nothing is accepted", "bold")
    for standing in standings:
        yield Text("")
        yield from _one(standing)


def _one(standing: Standing) -> Iterator[RenderableType]:
    from rich.padding import Padding

    from inventory.waivers import State
    from scanner.accepted import state_in_words, titled
    from scanner.terminal import cell, name_of

    waiver = standing.waiver
    since = f", accepted on {waiver.accepted}" if waiver.accepted else ""
    yield cell(f"line {waiver.line}: {waiver}", "bold")
    yield Padding(cell(state_in_words(standing)), (0, 0, 0, 3))
    yield Padding(cell(f"{waiver.owner}: {waiver.reason} (until {waiver.until}{since})"), (0, 0, 0, 3))
    verb = "no longer accepts" if standing.state is State.EXPIRED else "accepts"
    for use in standing.uses:
        where = f"{use.device.address} {name_of(use.device)}" if use.device else "several devices together"
        line = f"{verb}: {where}: {use.finding.severity.label}, {titled(use.finding)}"
        yield Padding(cell(line), (0, 0, 0, 6))
