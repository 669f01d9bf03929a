"""The columns of the lists of devices and of findings: what stands in them, in which order they are by themselves, and by what a list may be sorted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from inventory.errors import ConfigError
from inventory.findings import Finding
from inventory.model import Endpoint
from scanner.listing import Cell, Column
from scanner.rows import ListedDevice, ListedFinding, days_of, found_on
from scanner.score import effective
from scanner.terminal import BAND_STYLES, name_of
from scanner.toml_table import meant_by

T = TypeVar("T")
_NONE = "-"
_ID = 8


@dataclass(frozen=True, slots=True)
class Shown(Generic[T]):
    """A column: its head, the text and style of its cell, by what a list is `sorted` (its text where nothing is said), and what it takes.

    `reads` says that a record has to be read for it; what is sorted `down` has the greatest first; what is `spare` a narrow terminal can do without, and of
    what is `unbroken` it breaks no word.
    """

    head: str
    cell: Callable[[T], str]
    style: Callable[[T], str] = lambda _: ""
    sort: Callable[[T], Any] | None = None
    down: bool = False
    whole: bool = False
    reads: bool = False
    spare: bool = False
    unbroken: bool = False

    def key(self, row: T) -> Any:
        """By what the list is sorted."""
        return self.cell(row).casefold() if self.sort is None else self.sort(row)


def _claimed(name: str) -> Callable[[ListedDevice], str]:
    def value(row: ListedDevice) -> str:
        claim = row.device.claim(name)
        return claim.value if claim else ""

    return value


def _context(name: str) -> Callable[[ListedDevice], str]:
    return lambda row: str(getattr(row.known.assessment.context, name))


def _band(row: ListedDevice) -> str:
    assessment = row.known.assessment
    return assessment.score.band.label if assessment.counted else ""


def _band_style(row: ListedDevice) -> str:
    return BAND_STYLES[row.known.assessment.score.band] if _band(row) else ""


def _place(row: ListedDevice) -> Any:
    return Endpoint(row.device.address, 0).sort_key


def _days(term: str) -> Any:
    return days_of(term) or (100_000,)


def _name(row: ListedDevice) -> str:
    claim = row.device.claim("name")
    return row.known.assessment.context.name or (claim.value if claim else "")


def _worst(row: ListedDevice) -> str:
    return row.title(row.worst) if row.worst else ""


DEVICE: Mapping[str, Shown[ListedDevice]] = {
    "address": Shown("address", lambda row: row.device.address, sort=_place, whole=True, unbroken=True),
    "device": Shown("device", lambda row: name_of(row.device)),
    "id": Shown("id", lambda row: row.device.identity),
    "score": Shown(
        "score",
        lambda row: f"{row.known.assessment.score.value:.1f}",
        sort=lambda row: row.known.assessment.score.value,
        down=True,
        whole=True,
    ),
    "band": Shown(
        "band",
        _band,
        _band_style,
        sort=lambda row: (bool(_band(row)), row.known.assessment.score.band),
        down=True,
        whole=True,
    ),
    "first": Shown("first seen", lambda row: f"{row.known.first_seen:%Y-%m-%d}", whole=True, spare=True),
    "seen": Shown("last seen", lambda row: f"{row.known.last_seen:%Y-%m-%d}", down=True, whole=True),
    "due": Shown(
        "due", lambda row: row.known.assessment.score.due, sort=lambda row: _days(row.known.assessment.score.due)
    ),
    "findings": Shown(
        "findings",
        lambda row: str(len(row.known.assessment.counted)),
        sort=lambda row: len(row.known.assessment.counted),
        down=True,
    ),
    "accepted": Shown(
        "accepted",
        lambda row: str(sum(finding.accepted is not None for finding in found_on(row.known))),
        sort=lambda row: sum(finding.accepted is not None for finding in found_on(row.known)),
        down=True,
    ),
    "worst": Shown("worst finding", _worst, reads=True),
    "kind": Shown("kind", _claimed("kind")),
    "vendor": Shown("vendor", _claimed("vendor")),
    "model": Shown("model", _claimed("model")),
    "firmware": Shown("firmware", lambda row: row.particulars.firmware, reads=True),
    "serial": Shown("serial", _claimed("serial")),
    "mac": Shown("mac", lambda row: row.device.mac or "", whole=True),
    "name": Shown("name", _name),
    "department": Shown("department", _context("department")),
    "site": Shown("site", _context("site")),
    "owner": Shown("owner", _context("owner")),
    "criticality": Shown("criticality", _context("criticality")),
    "exposure": Shown("exposure", _context("exposure")),
    "ports": Shown(
        "ports", lambda row: " ".join(f"{port}/{transport}" for transport, port in row.particulars.ports), reads=True
    ),
    "quarantined": Shown("quarantined", lambda row: "yes" if row.quarantined else ""),
}
DEVICE_COLUMNS = ("address", "device", "id", "score", "band", "first", "seen")


def _at(finding: Finding) -> str:
    return f"{finding.endpoint.port}/{finding.endpoint.transport}" if finding.endpoint.port else ""


def _accepted(one: ListedFinding) -> str:
    return f"until {one.finding.accepted.until}" if one.finding.accepted else ""


def _of_device(shown: Shown[ListedDevice]) -> Shown[ListedFinding]:
    sort = shown.sort
    return Shown(
        shown.head,
        lambda one: shown.cell(one.of),
        lambda one: shown.style(one.of),
        None if sort is None else lambda one: sort(one.of),
        shown.down,
        shown.whole,
        shown.reads,
        shown.spare,
        shown.unbroken,
    )


_FINDING: Mapping[str, Shown[ListedFinding]] = {
    "id": Shown("id", lambda one: one.finding.id, whole=True),
    "short": Shown("id", lambda one: one.finding.id[:_ID], whole=True),
    "where": Shown(
        "device",
        lambda one: f"{one.of.device.address} {name_of(one.of.device)}",
        sort=lambda one: _place(one.of),
        unbroken=True,
    ),
    "severity": Shown(
        "severity",
        lambda one: effective(one.finding).label,
        lambda one: BAND_STYLES[effective(one.finding)],
        sort=lambda one: effective(one.finding),
        down=True,
        whole=True,
    ),
    "finding": Shown("finding", lambda one: one.of.title(one.finding), reads=True),
    "port": Shown("port", lambda one: _at(one.finding), sort=lambda one: one.finding.endpoint.port, whole=True),
    "due": Shown("due", lambda one: one.due, sort=lambda one: _days(one.due)),
    "accepted": Shown("accepted", _accepted),
    "check": Shown("check", lambda one: one.finding.check),
    "family": Shown("family", lambda one: one.finding.family.value),
    "confidence": Shown("confidence", lambda one: one.finding.confidence.label),
    "declared": Shown(
        "declared", lambda one: one.finding.severity.label, sort=lambda one: one.finding.severity, down=True
    ),
    "device-id": _of_device(DEVICE["id"]),
}
FINDING: Mapping[str, Shown[ListedFinding]] = {
    **_FINDING,
    **{name: _of_device(shown) for name, shown in DEVICE.items() if name not in _FINDING},
}
FINDING_COLUMNS = ("short", "severity", "where", "finding", "port", "due", "accepted")
_FILE = ("id", "severity", "address", "device", "finding", "port", "due", "accepted")
FINDING_FILE = (*_FILE, *(name for name in _FINDING if name not in (*_FILE, *FINDING_COLUMNS)), "score", "band", "seen")


def named(names: str | None, default: Sequence[str], there_are: Mapping[str, Shown[T]]) -> dict[str, Shown[T]]:
    """The columns that are meant by names with commas between; ConfigError names those there are."""
    wanted = [name.strip().casefold() for name in names.split(",")] if names else default
    for name in wanted:
        if name not in there_are:
            raise ConfigError(f"there is no column {name!r}{meant_by(name, there_are)}")
    return {name: there_are[name] for name in wanted}


@dataclass(frozen=True, slots=True)
class Sorting(Generic[T]):
    """By which column, and whether the other way round than it is sorted by itself."""

    shown: Shown[T]
    turned: bool = False


def sorting(typed: str | None, there_are: Mapping[str, Shown[T]]) -> Sorting[T] | None:
    """By what a list is to be sorted; a minus before the name of the column turns it round."""
    if not typed:
        return None
    (shown,) = named(typed.removeprefix("-"), (), there_are).values()
    return Sorting(shown, typed.startswith("-"))


def in_order(rows: Sequence[T], by: Sorting[T] | None) -> Sequence[T]:
    """The rows in that order, or as they are."""
    return rows if by is None else sorted(rows, key=by.shown.key, reverse=by.shown.down != by.turned)


def read_by(columns: Iterable[Shown[T]]) -> bool:
    """Whether the records have to be read for one of these columns."""
    return any(shown.reads for shown in columns)


def table(rows: Sequence[T], columns: Mapping[str, Shown[T]], *, asked: bool) -> tuple[list[Column], list[list[Cell]]]:
    """The columns and cells, as `scanner.listing` lays them out; what nobody `asked` for may be left out."""
    shown = list(columns.values())
    if not asked and "accepted" in columns and not any(columns["accepted"].cell(row) for row in rows):
        shown.remove(columns["accepted"])
    heads = [Column(one.head, one.whole, one.spare and not asked, one.unbroken) for one in shown]
    return heads, [[_cell(one, row) for one in shown] for row in rows]


def _cell(shown: Shown[T], row: T) -> Cell:
    text = shown.cell(row)
    return Cell(text, shown.style(row)) if text else Cell(_NONE)
