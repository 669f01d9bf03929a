"""`tocsin findings`."""

from __future__ import annotations

import gc
from datetime import datetime
from typing import TYPE_CHECKING

import click

from scanner.lists import Filtered, findings_as_json, list_options, show_rows, write_csv, write_json
from scanner.options import Options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from scanner.rows import ListedFinding


@click.command(cls=Filtered, short_help="List what is wrong, a finding a line.")
@list_options
@click.pass_obj
def command(options: Options, /, *, as_format: str, words: tuple[str, ...], columns: str | None, **wishes: Any) -> None:
    """List every finding of every device, as it was seen last, worst first; with a FILTER, those that it means.

    The severity is what a finding counts as, with all that the city knows of the device. What is accepted comes last. `tocsin why ID` explains one. What is
    wrong with several devices together stands in reports alone.
    """
    from scanner.columns import FINDING, FINDING_COLUMNS, FINDING_FILE, named
    from scanner.listed import whole
    from scanner.listing import counted

    gc.disable()  # as many records as a city has, and all live to the end
    shown = named(columns, FINDING_COLUMNS if as_format == "table" else FINDING_FILE, FINDING)
    rows, every = _rows(options, words, **wishes)
    if as_format == "json":
        of = {one.of.device.identity: one.of for one in rows}
        records = {assessment.device.identity: assessment for assessment in whole(options, tuple(of.values()))}
        write_json("findings", findings_as_json(rows, records))
    elif as_format == "csv":
        write_csv(rows, shown)
    else:
        show_rows(rows, shown, counted(len(rows), every, "finding"), asked=columns is not None)


def _rows(
    options: Options, words: tuple[str, ...], *, sort: str | None, limit: int | None
) -> tuple[Sequence[ListedFinding], int]:
    """The rows that are meant, with their titles and in their order, and how many findings there are."""
    from scanner.columns import FINDING, in_order, sorting
    from scanner.filters import filter_of
    from scanner.listed import devices_of, findings_of, titled
    from scanner.rows import found_on

    wanted = filter_of(words, datetime.now().astimezone().date())
    by = sorting(sort, FINDING)
    devices = devices_of(options)
    found: Sequence[ListedFinding] = findings_of(options, devices, wanted)
    if by and by.shown.reads:
        found = titled(options, found)
    every = sum(1 for row in devices for _ in found_on(row.known))
    return titled(options, in_order(found, by)[:limit]), every
