"""`tocsin reach`: from where can what be reached."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.options import Options
from scanner.output import show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inventory.model import Device
    from inventory.store import Store
    from scanner.reach_matrix import Entry
    from scanner.reaching import Reached, Sight


@click.command(short_help="Draw from where in the network what can be reached.")
@click.argument("device", required=False)
@click.option("--kind", metavar="KIND", help="The devices of that kind one by one: plc, camera, unidentified.")
@click.option(
    "-o",
    "--output",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write FILE instead; its suffix names the format (.json, .csv). May be given several times.",
)
@click.pass_obj
def command(options: Options, device: str | None, kind: str | None, files: tuple[Path, ...]) -> None:
    """Draw from where in the network what can be reached, by the scans of the last 30 days that named their vantage.

    Of each place the newest scan of an address counts. Where nobody asked, nothing is known, and the cell says so. With DEVICE (an id or its
    beginning, an address, a MAC or a serial number): what of it answers to whom. Nothing is sent.
    """
    from scanner.reach_matrix import entries
    from scanner.reach_page import NOBODY_SAID, matrix, of_device, of_kind
    from scanner.reaching import Reached

    renders = [(path, _render(path)) for path in files]
    if device is not None and (kind or files):
        raise click.UsageError("DEVICE is shown by itself: leave out --kind and -o")
    with options.open_store() as store:
        reached = Reached.read(store, options.policy(), datetime.now(UTC), whole=True)
        if device is not None and reached.vantages:
            show(*of_device(*_one(store, device, reached), reached))
            return
    every = entries(reached)
    chosen = _of_kind(every, kind) if kind and every else every
    for path, render in renders:
        _save(path, render(chosen, reached))
    if not reached.vantages:
        click.echo(NOBODY_SAID, err=bool(renders))
    elif not renders:
        show(*(of_kind if kind else matrix)(chosen, reached))


def _one(store: Store, text: str, reached: Reached) -> tuple[Device, Entry, dict[str, tuple[Device, ...]]]:
    """The device that is meant, how it stands to each vantage, and its records from there."""
    from scanner.reach_matrix import entry_of

    device = store.device(text).assessment.device
    lasting = reached.other_names.get(device.identity)
    if lasting:
        device = store.device(lasting).assessment.device
    entry = entry_of(device, reached)
    return device, entry, {name: _records(store, sight) for name, sight in entry.sights.items()}


def _records(store: Store, sight: Sight) -> tuple[Device, ...]:
    found = (store.assessment(one.scan, one.address) for one in sight.appearances)
    return tuple(assessment.device for assessment in found if assessment is not None)


def _of_kind(every: Sequence[Entry], kind: str) -> tuple[Entry, ...]:
    from inventory.errors import ConfigError
    from scanner.toml_table import meant_by

    chosen = tuple(entry for entry in every if entry.kind == kind)
    if not chosen:
        kinds = dict.fromkeys(entry.kind for entry in every)
        raise ConfigError(f"no device of the kind {kind!r} was seen lately{meant_by(kind, kinds)}")
    return chosen


def _render(path: Path) -> Callable[[Sequence[Entry], Reached], str]:
    from inventory.errors import ConfigError
    from scanner.reach_page import RENDERS

    if path.suffix not in RENDERS:
        raise ConfigError(f"cannot write {path}: its suffix must be one of {', '.join(RENDERS)}")
    return RENDERS[path.suffix]


def _save(path: Path, text: str) -> None:
    from scanner.output import save

    save(path, text)
