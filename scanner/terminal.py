"""Text for a terminal: recorded into a string by rich, with no markup, no highlighting and nothing that a device could have a terminal obey."""

import io
import os
import shutil
from collections.abc import Iterable
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from inventory.model import Device, Endpoint, Severity
from inventory.report import Assessment
from inventory.text import one_line

BAND_STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}


def cell(value: object, style: str = "") -> Text:
    """One line of text, however it came; the only way for data into a table or a line."""
    return Text(one_line(str(value), 4096), style=style)


def band(severity: Severity) -> Text:
    """The severity's name in its colour."""
    return Text(severity.label, style=BAND_STYLES[severity])


def table(*columns: str) -> Table:
    """A table of those columns, ruled under its head only."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for column in columns:
        made.add_column(Text(column), overflow="fold")
    return made


def printed(*parts: RenderableType, width: int, color: bool) -> str:
    """The parts below one another as text `width` columns wide, with colour codes if `color`, with no blanks at the ends of lines."""
    record = io.StringIO()
    console = Console(
        file=record,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    for part in parts:
        console.print(part)
    return "".join(f"{line.rstrip()}\n" for line in record.getvalue().splitlines())


def width_of(stream: TextIO) -> int:
    """The columns of the terminal behind `stream`, or what COLUMNS says, or 100 where there is no terminal."""
    if os.environ.get("COLUMNS", "").isdecimal() or stream.isatty():
        return max(shutil.get_terminal_size((100, 24)).columns - _room_for_stand_ins(stream), 40)
    return 100 - _room_for_stand_ins(stream)


def _room_for_stand_ins(stream: TextIO) -> int:
    """How many columns are kept free where "..." will stand for "…" (`scanner.stand_in`)."""
    try:
        "…".encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return 2
    return 0


def wants_color(stream: TextIO) -> bool:
    """Whether to write colour to `stream`: never under NO_COLOR, always under FORCE_COLOR or CLICOLOR_FORCE, else to terminals that show it unless CLICOLOR=0.

    The conventions are those of no-color.org, force-color.org and bixense.com/clicolors.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb" and os.environ.get("CLICOLOR") != "0"


def in_turn(names: Iterable[str]) -> list[str]:
    """Addresses in the order of networks, and after them what is none, such as the identity of a device that is not at hand."""

    def place(name: str) -> tuple[object, ...]:
        try:
            return (0, *Endpoint(name, 0).sort_key)
        except ValueError:
            return (1, name)

    return sorted(names, key=place)


def name_of(device: Device) -> str:
    """Vendor, model and kind, as far as they are known."""
    claims = (device.claim(name) for name in ("vendor", "model", "kind"))
    words = [claim.value for claim in claims if claim is not None]
    return " ".join(words) or (
        f"unidentified ({device.mac_vendor} network card)" if device.mac_vendor else "unidentified"
    )


def verdict(assessment: Assessment) -> str:
    """One line on a device that is done: where, what, and its worst finding."""
    device, findings = assessment.device, assessment.counted
    found = (
        f"{len(findings)} finding{'s' if len(findings) > 1 else ''}, {findings[0].severity.label}"
        if findings
        else "nothing found"
    )
    if assessment.quarantine is not None:
        found += f"; {assessment.quarantine}"
    return one_line(f"{device.address} {name_of(device)}: {found}")


def ending(devices: int, bands: list[Severity]) -> str:
    """How many devices there are, and how many in each band."""
    counts = [f"{bands.count(band)} {band.label}" for band in sorted(set(bands), reverse=True)]
    return f"done: {devices} device{'' if devices == 1 else 's'}{', ' if counts else ''}{', '.join(counts)}"
