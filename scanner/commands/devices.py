"""`tocsin devices`."""

from __future__ import annotations

import gc
from datetime import datetime
from typing import TYPE_CHECKING

import click

from scanner.lists import Filtered, list_options, show_rows, write_csv, write_json
from scanner.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from scanner.rows import ListedDevice


@click.command(cls=Filtered, short_help="List the devices that are known.")
@list_options
@click.pass_obj
def command(options: Options, /, *, as_format: str, words: tuple[str, ...], columns: str | None, **wishes: Any) -> None:
    """List every device in the inventory, as it was seen last; with a FILTER, those that it means.

    Where scans from several places saw a device, as the one saw it that saw most of it. `tocsin show` says which that is.
    """
    from scanner.columns import DEVICE, DEVICE_COLUMNS, named
    from scanner.listing import counted

    gc.disable()  # as many records as a city has, and all live to the end
    shown = named(columns, DEVICE_COLUMNS if as_format == "table" else tuple(DEVICE), DEVICE)
    rows, every = _rows(options, words, shown, **wishes)
    if as_format == "json":
        write_json("devices", _as_json(options, rows))
    elif as_format == "csv":
        write_csv(rows, shown)
    else:
        show_rows(rows, shown, counted(len(rows), every, "device"), asked=columns is not None)


def _rows(
    options: Options, words: tuple[str, ...], shown: Any, *, sort: str | None, limit: int | None
) -> tuple[Sequence[ListedDevice], int]:
    """The rows that are meant, in their order, and how many devices there are."""
    from scanner.columns import DEVICE, in_order, read_by, sorting
    from scanner.filters import filter_of
    from scanner.listed import chosen, devices_of, with_particulars

    wanted = filter_of(words, datetime.now().astimezone().date())
    by = sorting(sort, DEVICE)
    every = devices_of(options)
    rows: Sequence[ListedDevice] = chosen(options, every, wanted)
    if by and by.shown.reads:
        rows = with_particulars(options, rows)
    rows = in_order(rows, by)[:limit]
    return (with_particulars(options, rows) if read_by(shown.values()) else rows), len(every)


def _as_json(options: Options, rows: Sequence[ListedDevice]) -> Iterator[dict[str, Any]]:
    from scanner.listed import whole
    from scanner.report.json import device_as_json, known_as_json

    return (
        device_as_json(assessment) | known_as_json(row.known)
        for row, assessment in zip(rows, whole(options, rows), strict=True)
    )
