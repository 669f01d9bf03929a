"""`tocsin-lab`: the city of fake devices on the command line."""

import errno
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from lab.commands import control
from lab.commands.control import of_a_city
from lab.commands.enter import enter
from lab.commands.exercise import exercise
from lab.commands.explained import explained
from lab.commands.files import NEW_FILE, as_json, may_be_written, write_whole
from lab.commands.verify import verify
from lab.settings import STATES

_MODES = click.Choice(("auto", "namespace", "loopback"))
_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
"""A disk that is full, a share that is used up, a device that fails."""
_FOLDER = click.Path(exists=True, file_okay=False, writable=True, path_type=Path)
_Command = TypeVar("_Command", bound=Callable[..., None])


def _choosing(command: _Command) -> _Command:
    """Add the options that say which city is meant."""
    network = click.option(
        "--network", default="", help="The city's network (default 10.77.0.0/24, on loopback 127.77.0.0/24)."
    )
    only = click.option(
        "--only",
        default="",
        help="Only these fakes or quarters, with commas between them (default: the centre; all: the whole city).",
    )
    devices = click.option("--devices", type=click.IntRange(1, 20000), help="How many devices, repeating the fakes.")
    state = click.option(
        "--state",
        type=click.Choice(STATES),
        help="The state of the devices that know it (default: their own).",
    )
    seed = click.option("--seed", type=int, help="Draw the city: kinds and states mixed, the same for the same number.")
    return devices(seed(only(network(state(command)))))


class _Commands(click.Group):
    """Commands of which none ends in a traceback where their output cannot be written."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and write all that it said."""
        try:
            result = super().invoke(ctx)
            if sys.stdout:
                sys.stdout.flush()
        except OSError as error:
            if error.errno not in _UNWRITABLE or error.filename:
                raise
            # Python writes what is left of it when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.ClickException(f"cannot write to standard output: {error.strerror}") from error
        return result


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A city of fake devices on this machine, each with known flaws and a memory for every harm."""


@main.command("list")
@click.option("--only", default="all", help="Only these fakes or quarters (default: the city; depot: known builds).")
def list_(only: str) -> None:
    """List the fake devices, the state in which each comes up, and what is wrong with it."""
    from lab.plan import choose

    rows = [("NAME", "QUARTER", "VENDOR", "MODEL", "KIND", "STATE", "WHAT IS WRONG")]
    with explained():
        fakes = choose(_names(only))
    for fake in fakes:
        flaws = ", ".join(f"{e.check} {e.port}/{e.transport}" for e in sorted(fake.causes)) or "nothing"
        stated = (fake.vendor or "-", fake.model or "-", fake.kind or "-", fake.state or "-")
        rows.append((fake.name, fake.quarter, *stated, flaws))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join((*cells, row[6])))


@main.command()
@_choosing
@click.option("--mode", type=_MODES, default="auto", show_default=True, help="Real ARP in namespaces, or loopback.")
@click.option("--ipv6", is_flag=True, help="Some devices have an IPv6 address too (namespaces only).")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep what is set on devices here.")
@click.option("--truth", "truth_file", type=NEW_FILE, help="Write the truth here, and not into the first line.")
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Write the last record here too.")
@click.option("--off", default="", metavar="NAMES", help="These devices are off until `on` turns them on.")
def up(  # noqa: PLR0913 - a parameter for each option
    *,
    devices: int | None,
    seed: int | None,
    only: str,
    network: str,
    state: str | None,
    mode: str,
    ipv6: bool,
    keep: Path | None,
    truth_file: Path | None,
    log: Path | None,
    off: str,
) -> None:
    """Bring a city up; serve until piped standard input ends, Ctrl-C or `down`.

    The first line on standard output says in JSON where it is and what is true of it, the last what was done to it.
    """
    from lab import running
    from lab.taken import own_network
    from lab.up import Request, run

    request = Request(
        mode,
        devices,
        _names(only),
        network,
        str(log.absolute()) if log else "",
        ipv6=ipv6,
        state=state or "",
        keep=str(keep.absolute()) if keep else "",
        seed=seed,
        truth_file=str(truth_file.absolute()) if truth_file else "",
        off=_names(off),
    )
    with explained():
        plan = request.plan()
        if log:
            may_be_written(log)
        for killed in running.clean():
            click.echo(f"tocsin-lab: cleaned up after the city {killed}, which was killed", err=True)
        if mode != "loopback" and (interface := own_network(plan.network)):
            click.echo(
                f"tocsin-lab: {plan.network} is a network of this machine too (at {interface}): a scan that is not started inside "
                "the city's network goes there; choose another with --network",
                err=True,
            )
        run(request, _ready, _print)


@main.command()
def down() -> None:
    """End every city that this user has up."""
    from lab import running

    with explained():
        ended = running.end_all()
    click.echo(f"ended {len(ended)} cit{'y' if len(ended) == 1 else 'ies'}")


@main.command()
@click.argument("name")
@click.option("--address", default="127.0.0.1", show_default=True, help="Where it stands.")
@click.option("--record", type=NEW_FILE, help="Keep what is done to it in this file, which appears when it is ready.")
@click.option("--keep", type=_FOLDER, help="Keep its keys and what is set on it here; the devices of a city share it.")
def serve(name: str, address: str, record: Path | None, keep: Path | None) -> None:
    """Serve one device until piped standard input ends, Ctrl-C or SIGTERM."""
    # Until the device listens for it itself: the first process of a container is not ended by a signal that it does not handle (pid_namespaces(7)).
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    import asyncio

    from lab.up import serve_one

    with explained():
        _print(asyncio.run(serve_one(name, address, _ready, record, str(keep.absolute()) if keep else "")))


@main.command()
@click.option("-o", "--output", type=NEW_FILE, help="Write it here, whole or not at all.")
def compose(output: Path | None) -> None:
    """Print the lab as a file for Docker Compose: lab/compose.yaml is this."""
    from lab.compose import compose as composed

    with explained():
        text = composed()
    if output:
        write_whole(output, text)
    else:
        click.echo(text, nl=False)


@main.command()
@_choosing
@click.option("--mode", type=_MODES, default="namespace", help="On loopback there are no MAC addresses.")
@click.option("--running", is_flag=True, help="Of the city that is up, as its devices are set now.")
@of_a_city
@click.option("-o", "--output", type=NEW_FILE, help="Write it here, whole or not at all.")
def truth(  # noqa: PLR0913, PLR0917 - a parameter for each option, as click has it
    devices: int | None,
    seed: int | None,
    only: str,
    network: str,
    state: str | None,
    mode: str,
    running: bool,
    city: str,
    output: Path | None,
) -> None:
    """Print what is true of a city, as JSON: of the one that `up` would bring up with the same options, or with --running of one that is up."""
    from lab.control import ask, the_city
    from lab.truth import truth as true_of
    from lab.up import Request

    chosen = devices or seed is not None or only or network or state or mode != "namespace"
    if (running or city) and chosen:
        raise click.UsageError("--running and --city mean a city that is up: the other options choose another")
    with explained():
        if running or city:
            told = ask(the_city(city), {"do": "truth"})
        else:
            plan = Request(mode, devices, _names(only), network, state=state or "", seed=seed).plan()
            told = true_of(plan, macs=mode != "loopback")
    if output:
        write_whole(output, as_json(told))
    else:
        click.echo(as_json(told), nl=False)


for _command in (verify, control.status, control.set_, control.off, control.on, control.reset, enter, exercise):
    main.add_command(_command)


def _names(only: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in only.split(",") if name.strip())


def _ready(first: Mapping[str, Any]) -> None:
    click.echo(f"tocsin-lab: {first['mode']}: {first['why']}", err=True)
    _print(first)


def _print(record: Mapping[str, Any]) -> None:
    click.echo(json.dumps(record))


if __name__ == "__main__":
    main()
