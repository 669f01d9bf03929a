"""What changed since the scan before, as the page tells it: what rings the bell, and each kind of change with its list."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from inventory.diff import DeviceChange, DeviceState, Diff, FindingChange, FindingState, FleetChange
from inventory.model import Severity
from inventory.report import Report
from inventory.text import counted
from scanner.news import bulletin, weight
from scanner.report.html.records import where
from scanner.report.html.words import Place, named, place

RUNG, SHOWN = 12, 40
"""What rings the bell, and changes of one kind, that are told one by one; the rest is counted."""
_ABOUT = {
    FindingState.NEW: "found for the first time",
    FindingState.REGRESSED: "fixed before, and there again",
    FindingState.BACK: "accepted before, and counting again",
    FindingState.CHANGED_SEVERITY: "found before with another severity",
    FindingState.ACCEPTED: "the city lives with them since",
    FindingState.SEEN_AGAIN: "nobody could look in the scan before",
    FindingState.NOT_OBSERVED: "nobody could look: they are not fixed",
    FindingState.OUT_OF_SCOPE: "nobody may look there any more: they are not fixed",
    FindingState.FIXED: "looked for again, and gone",
}
_ABOUT_DEVICES = {
    DeviceState.QUARANTINED: "left alone until a person looks at them",
    DeviceState.NEW: "never seen before",
    DeviceState.CHANGED: "known, and different now",
    DeviceState.SEEN_AGAIN: "known, and not seen in the scan before",
    DeviceState.NOT_OBSERVED: "there before, and not seen now",
    DeviceState.OUT_OF_SCOPE: "nobody may look there any more",
}
_HEADS = {
    FindingState.BACK: "Findings no longer accepted",
    FindingState.CHANGED_SEVERITY: "Findings of changed severity",
    FindingState.SEEN_AGAIN: "Findings seen again",
    FindingState.NOT_OBSERVED: "Findings not observed",
    FindingState.OUT_OF_SCOPE: "Findings out of scope",
}
_HEADS_OF_DEVICES = {
    DeviceState.QUARANTINED: "Devices in quarantine",
    DeviceState.SEEN_AGAIN: "Devices seen again",
    DeviceState.NOT_OBSERVED: "Devices not observed",
    DeviceState.OUT_OF_SCOPE: "Devices out of scope",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One change: how bad (None for a device's), on which devices, what, and why it is called so; `happened` is a word for that where it needs one."""

    severity: Severity | None
    places: tuple[Place, ...]
    devices: int
    what: str
    why: tuple[str, ...] = ()
    happened: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of change: what it is called, what that means, how many there are, and the first of them."""

    name: str
    about: str
    number: int
    items: tuple[Item, ...]

    @property
    def counted(self) -> str:
        """Its name behind the number: "changed device", "findings seen again"."""
        name = f"{self.name[0].lower()}{self.name[1:]}"
        return name.replace("findings", "finding").replace("devices", "device") if self.number == 1 else name


@dataclass(frozen=True, slots=True)
class News:
    """All that changed since the scan `before`; `bell` is what is news from high up, `rung` how much that is, and `still` counts what is as it was."""

    before: str
    elsewhere: str
    bell: tuple[Item, ...]
    rung: int
    findings: tuple[Kind, ...]
    devices: tuple[Kind, ...]
    still: int


def news(report: Report, change: Diff) -> News:
    """The same of what changed."""
    bell = list(_bell(report, change))
    return News(
        f"{change.old.started:%Y-%m-%d %H:%M} UTC",
        change.elsewhere,
        tuple(bell[:RUNG]),
        len(bell),
        tuple(_of_findings(change.found)),
        tuple(_of_devices(change.devices)),
        sum(one.state is FindingState.STILL_THERE for one in change.found),
    )


def _bell(report: Report, change: Diff) -> Iterator[Item]:
    """What somebody is told at once, worst first, by the measure that notices go by."""
    found = {one.finding.id: one for one in change.found}
    held = {one.device.address: one.device for one in report.quarantined}
    for one in bulletin(report, change, Severity.HIGH).news:
        if one.finding in found:
            item = _finding(found[one.finding])
            yield replace(item, severity=one.severity, happened=one.what)
        else:
            places = (place(held[one.address]),) if one.address in held else ()
            yield Item(one.severity, places, len(places), one.title, (), one.what)


def _of_findings(found: tuple[FindingChange | FleetChange, ...]) -> Iterator[Kind]:
    for state in FindingState:
        those = [one for one in found if one.state is state]
        if those and state is not FindingState.STILL_THERE:
            name = _HEADS.get(state, f"{state.capitalize()} findings")
            yield Kind(name, _ABOUT[state], len(those), tuple(map(_finding, those[:SHOWN])))


def _of_devices(changes: tuple[DeviceChange, ...]) -> Iterator[Kind]:
    for state in DeviceState:
        those = [one for one in changes if one.state is state]
        if those:
            name = _HEADS_OF_DEVICES.get(state, f"{state.capitalize()} devices")
            yield Kind(name, _ABOUT_DEVICES[state], len(those), tuple(map(_device, those[:SHOWN])))


def _finding(change: FindingChange | FleetChange) -> Item:
    finding, why = change.finding, tuple(filter(None, (change.reason, _was(change))))
    if isinstance(change, FleetChange):
        devices = len(change.finding.devices)
        return Item(weight(finding), (), devices, f"{finding.title}, on {counted(devices, 'device')} together", why)
    at = f", {where(change.finding.endpoint)}" if change.finding.endpoint.port else ""
    return Item(weight(finding), (place(change.device),), 1, f"{finding.title}{at}", why)


def _was(change: FindingChange | FleetChange) -> str:
    return f"it was {change.was.label}" if change.was is not None else ""


def _device(change: DeviceChange) -> Item:
    return Item(None, (place(change.device),), 1, named(change.device), change.changes)
