"""A diff for a reader at a terminal: what is new first, what is fixed last."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from inventory.diff import DeviceState, Diff, FindingChange, FindingState, FleetChange
from scanner.comparing import cautions
from scanner.terminal import band, cell, name_of


def changes(diff: Diff) -> Iterator[RenderableType]:
    """Each kind of change under its head; findings that are still there are only counted."""
    yield from (cell(line, "bold") for line in _scans(diff))
    if diff.elsewhere:
        yield cell(f"{diff.elsewhere}: what is new may be new from there only, and what is missing is not gone")
    yield from (cell(f"{caution[0].upper()}{caution[1:]}.") for caution in cautions(diff.old, diff.new))
    found = diff.found
    for state in FindingState:
        of_state = [change for change in found if change.state is state]
        if of_state and state is not FindingState.STILL_THERE:
            yield from _head(f"Findings: {state.value} ({len(of_state)})")
            for change in of_state:
                yield from _finding(change)
    for device_state in DeviceState:
        devices = [change for change in diff.devices if change.state is device_state]
        if devices:
            yield from _head(f"Devices: {device_state.value} ({len(devices)})")
        for each in devices:
            yield _indented(Text.assemble(cell(each.device.address), "  ", cell(name_of(each.device))))
            yield from (Padding(cell(line), (0, 0, 0, 6)) for line in each.changes)
    still = [change for change in found if change.state is FindingState.STILL_THERE]
    accepted = sum(change.finding.accepted is not None for change in still)
    yield Text("")
    told = f", {accepted} of them accepted" if accepted else ""
    yield cell(f"{len(still)} finding{' is' if len(still) == 1 else 's are'} still there{told}")


def _finding(change: FindingChange | FleetChange) -> Iterator[RenderableType]:
    finding = change.finding
    if isinstance(change, FindingChange):
        port, transport = change.finding.endpoint.port, change.finding.endpoint.transport
        where = f"{change.device.address} {f'{port}/{transport} ' if port else ''}"
    else:
        where = f"{len(change.finding.devices)} devices: "
    was = f" (was {change.was.label})" if change.was is not None else ""
    yield _indented(Text.assemble(band(finding.severity), "  ", cell(f"{where}{finding.title}{was}")))
    if change.reason:
        yield Padding(cell(change.reason), (0, 0, 0, 6))


def _head(title: str) -> Iterator[RenderableType]:
    yield Text("")
    yield Text(title, style="bold")


def _indented(part: RenderableType) -> RenderableType:
    return Padding(part, (0, 0, 0, 3))


def _scans(diff: Diff) -> Iterator[str]:
    """Which scans were compared; of all sites, a line for each."""
    old, new = diff.old, diff.new
    if not new.sites:
        where = f", {new.site}" if new.site else ""
        yield f"from {_named(old.id, old.started)} to {_named(new.id, new.started, ' UTC')}{where}"
    before = {one.site: one for one in old.sites}
    for one in new.sites:
        if one.started is None:
            yield str(one)
        elif (older := before.get(one.site)) is None or older.started is None:
            yield f"{one.site}: {_named(one.scan, one.started, ' UTC')} is its first scan, so nothing of it is told here"
        else:
            yield f"{one.site}: from {_named(older.scan, older.started)} to {_named(one.scan, one.started, ' UTC')}"


def _named(scan: str, started: datetime, zone: str = "") -> str:
    return f"{scan} ({started:%Y-%m-%d %H:%M}{zone})"
