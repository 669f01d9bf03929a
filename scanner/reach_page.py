"""What `tocsin reach` shows: the matrix of all kinds, that of one kind's devices, and one device as each vantage reaches it; and all of it for a program."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from inventory.answered import answered
from inventory.model import Device
from inventory.text import one_line, visible
from inventory.vantages import MEASURED_FOR
from scanner.reach_matrix import Entry, by_kind, in_words, place_in_words
from scanner.reaching import Reached, Sight, State, Vantage
from scanner.spreadsheet import row
from scanner.terminal import cell, name_of, table

SCHEMA = "tocsin-reach/1"
NOBODY_SAID = (
    f"no scan of the last {MEASURED_FOR.days} days says from where it looked: `tocsin scan --vantage NAME` does,"
    " from each place whose reach is to be known"
)


def matrix(of: Sequence[Entry], reached: Reached) -> Iterator[RenderableType]:
    """Kinds down, vantages across."""
    yield Text("From where can what be reached", style="bold")
    yield Text("")
    rows = _table(("kind", "known"), reached)
    rows.columns[1].justify = "right"
    for kind, known, cells in by_kind(of, reached.vantages):
        found = (cell(one, "bold red" if one.forbidden else "") for one in cells)
        rows.add_row(cell(kind), cell(known), *found)
    yield rows
    yield from _legend(of, reached)


def of_kind(of: Sequence[Entry], reached: Reached) -> Iterator[RenderableType]:
    """The devices of a kind down, vantages across, with the ports that answered."""
    rows = _table(("device",), reached)
    for entry in of:
        found = (
            cell(in_words(entry, vantage.name), "bold red" if vantage.name in entry.forbidden else "")
            for vantage in reached.vantages
        )
        rows.add_row(cell(entry.device.address), *found)
    yield rows
    yield from _legend(of, reached)


def _table(first: tuple[str, ...], reached: Reached) -> Table:
    heads = (
        f"{one_line(v.name)}\n{place_in_words(v, reached.policy)}\n{v.newest.started:%Y-%m-%d}"
        for v in reached.vantages
    )
    rows = table(*first, *heads)
    rows.columns[0].no_wrap = True
    return rows


def _legend(of: Sequence[Entry], reached: Reached) -> Iterator[RenderableType]:
    """What the words of the cells mean, as far as they occur."""
    states = {sight.state for entry in of for sight in entry.sights.values()}
    forbidden = sum(bool(entry.forbidden) for entry in of)
    joined = sum(any(sight.by_address for sight in entry.sights.values()) for entry in of)
    yield Text("")
    if State.NOT_ASKED in states:
        yield cell(
            f"not asked: no scan from there in the last {MEASURED_FOR.days} days named these addresses; that says nothing"
        )
    if forbidden:
        count = "1 device is" if forbidden == 1 else f"{forbidden} devices are"
        yield cell(
            f"forbidden: {count} reached from where the policy does not let it be; `tocsin reach DEVICE` says why"
        )
    if joined:
        count = "1 device goes" if joined == 1 else f"{joined} devices go"
        yield cell(
            f"{count} by another identity from elsewhere, and {'is' if joined == 1 else 'are'} recognised by the address alone"
        )
    looked = {vantage.name for vantage in reached.vantages}
    missing = [place.name for place in reached.policy.vantages if place.name not in looked]
    if missing:
        yield cell(
            f"no scan of the last {MEASURED_FOR.days} days looked from {', '.join(missing)}, which the policy names"
        )
    strange = [one.name for one in reached.vantages if not one.exposure and reached.policy.vantages]
    if strange:
        yield cell(f"the policy knows no vantage {', '.join(strange)}: who may stand there is not said")


def of_device(
    device: Device, entry: Entry, seen: Mapping[str, Sequence[Device]], reached: Reached
) -> Iterator[RenderableType]:
    """One device, vantage by vantage: from where at which endpoints, and when; `seen` holds its records by the vantage's name."""
    yield Text.assemble(cell(device.address), "  ", cell(name_of(device), "bold"))
    yield cell(device.identity, "dim")
    for vantage in reached.vantages:
        sight, why = entry.sights[vantage.name], entry.forbidden.get(vantage.name, "")
        yield Text("")
        place = place_in_words(vantage, reached.policy)
        head = f"{vantage.name} ({place}): {_when(sight)}" if place != "-" else f"{vantage.name}: {_when(sight)}"
        yield cell(head, "bold red" if why else "bold")
        if why:
            yield Padding(cell(f"forbidden: {why}"), (0, 0, 0, 3))
        for line in _lines(seen.get(vantage.name, ())):
            yield Padding(cell(line), (0, 0, 0, 3))
        if sight.by_address:
            names = ", ".join(dict.fromkeys(one.identity for one in sight.appearances))
            yield Padding(cell(f"recognised by its address alone; from there it goes by {names}", "dim"), (0, 0, 0, 3))


def _when(sight: Sight) -> str:
    if sight.state is State.NOT_ASKED:
        return "not asked"
    scans = ", ".join(f"{scan.started:%Y-%m-%d %H:%M} (scan {scan.id})" for scan in sight.scans)
    return f"reached on {scans}" if sight.state is State.REACHED else f"asked on {scans}, and no port answered"


def _lines(devices: Sequence[Device]) -> Iterator[str]:
    """Each endpoint that answered, with what spoke there."""
    for device in devices:
        for endpoint in answered(device):
            spoke = dict.fromkeys(seen.protocol for seen in device.observations if seen.endpoint == endpoint)
            yield f"{endpoint} {', '.join(spoke)}".rstrip()


def as_json(of: Sequence[Entry], reached: Reached) -> str:
    """All devices and vantages; schema `tocsin-reach/1`."""
    document = {
        "schema": SCHEMA,
        "vantages": [_vantage(vantage) for vantage in reached.vantages],
        "devices": [
            {
                "id": _shown(entry.device.identity),
                "addresses": [_shown(address) for address in entry.device.addresses],
                "kind": _shown(entry.device.kind) or None,
                "from": {_shown(v.name): _sight(entry, v.name) for v in reached.vantages},
            }
            for entry in of
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _vantage(vantage: Vantage) -> dict[str, object]:
    return {
        "name": _shown(vantage.name),
        "exposure": vantage.exposure or None,
        "scans": [
            {
                "id": look.scan.id,
                "started": _moment(look.scan.started),
                "networks": [_shown(n) for n in look.scan.networks],
            }
            for look in vantage.looks
        ],
    }


def _sight(entry: Entry, vantage: str) -> dict[str, object]:
    sight = entry.sights[vantage]
    return {
        "state": sight.state.value,
        "ports": list(sight.ports),
        "forbidden": _shown(entry.forbidden.get(vantage, "")),
        "by_address": sight.by_address,
        "scans": [scan.id for scan in sight.scans],
    }


def as_csv(of: Sequence[Entry], reached: Reached) -> str:
    """A line for each device and vantage; nothing in it is a formula to a spreadsheet."""
    lines = [row(("address", "device", "kind", "vantage", "exposure", "state", "ports", "forbidden"))]
    for entry in of:
        for vantage in reached.vantages:
            sight = entry.sights[vantage.name]
            who = (entry.device.address, entry.device.identity, entry.device.kind, vantage.name, vantage.exposure)
            why = entry.forbidden.get(vantage.name, "")
            lines.append(row((*who, sight.state.value, " ".join(sight.ports), why)))
    return "".join(lines)


RENDERS = {".json": as_json, ".csv": as_csv}


def _shown(text: str) -> str:
    return visible(one_line(text))


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
