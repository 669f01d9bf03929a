"""`tocsin-lab`: the city of fake devices on the command line."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import click

_MODES = click.Choice(("auto", "namespace", "loopback"))
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
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
    return devices(only(network(command)))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A city of fake devices on this machine, each with known flaws and a memory for every harm."""


@main.command("list")
@click.option("--only", default="all", help="Only these fakes or quarters (default: the city; depot: known builds).")
def list_(only: str) -> None:
    """List the fake devices and what is wrong with each."""
    from lab.plan import choose

    rows = [("NAME", "QUARTER", "VENDOR", "MODEL", "KIND", "WHAT IS WRONG")]
    with _explained():
        fakes = choose(_names(only))
    for fake in fakes:
        flaws = ", ".join(f"{e.check} {e.port}/{e.transport}" for e in sorted(fake.causes)) or "nothing: well kept"
        rows.append((fake.name, fake.quarter, fake.vendor or "-", fake.model or "-", fake.kind or "-", flaws))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join((*cells, row[5])))


@main.command()
@_choosing
@click.option("--mode", type=_MODES, default="auto", show_default=True, help="Real ARP in namespaces, or loopback.")
@click.option("--ipv6", is_flag=True, help="Some devices have an IPv6 address too (namespaces only).")
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Write the last record here too.")
def up(devices: int | None, only: str, network: str, mode: str, ipv6: bool, log: Path | None) -> None:
    """Bring a city up; serve until piped standard input ends, Ctrl-C or `down`.

    The first line on standard output says in JSON where it is and what is true of it, the last what was done to it.
    """
    from lab.up import Request, run

    request = Request(mode, devices, _names(only), network, str(log.absolute()) if log else "", ipv6=ipv6)
    with _explained():
        request.plan()
        _print(run(request, _ready))


@main.command()
def down() -> None:
    """End every city that this user has up."""
    from lab import running

    with _explained():
        ended = running.end_all()
    click.echo(f"ended {len(ended)} cit{'y' if len(ended) == 1 else 'ies'}")


@main.command()
@click.argument("name")
@click.option("--address", default="127.0.0.1", show_default=True, help="Where it stands.")
def serve(name: str, address: str) -> None:
    """Serve one device until piped standard input ends or Ctrl-C."""
    import asyncio

    from lab.up import serve_one

    with _explained():
        _print(asyncio.run(serve_one(name, address, _ready)))


@main.command()
@_choosing
@click.option("--mode", type=_MODES, default="namespace", help="On loopback there are no MAC addresses.")
def truth(devices: int | None, only: str, network: str, mode: str) -> None:
    """Print what is true of a city, as JSON."""
    from lab.truth import truth as true_of
    from lab.up import Request

    with _explained():
        plan = Request(mode, devices, _names(only), network).plan()
    click.echo(json.dumps(true_of(plan, macs=mode != "loopback"), indent=1, ensure_ascii=False))


@main.command()
@click.argument("report", type=_FILE)
@click.option("--truth", "truth_file", type=_FILE, help="What `truth` or the first line of `up` said.")
def verify(report: Path, truth_file: Path | None) -> None:
    """Compare a scan's JSON report with the truth; exit with 1 where they differ."""
    from lab.truth import compare

    said = _read(report)
    try:
        comparison = compare(said, _read(truth_file) if truth_file else _usual_truth(said))
    except (KeyError, TypeError, AttributeError) as error:
        raise click.UsageError(f"{report} is no report of schema tocsin-report/1: {error!r}") from error
    for difference in comparison.differences:
        click.echo(difference)
    click.echo(
        f"recall {comparison.recall:.3f} ({comparison.agreed} of {comparison.expected} findings), "
        f"precision {comparison.precision:.3f} ({comparison.agreed} of {comparison.reported} reported)"
    )
    known = (f"{name} {right} of {stated}" for name, (stated, right) in comparison.identity.items())
    click.echo(f"identity as stated: {', '.join(known)}")
    sys.exit(1 if comparison.differences else 0)


def _usual_truth(report: Mapping[str, Any]) -> dict[str, Any]:
    from lab.truth import truth as true_of
    from lab.up import Request

    local = any(address.startswith("127.") for device in report["devices"] for address in device["addresses"])
    return true_of(Request("loopback" if local else "namespace").plan(), macs=not local)


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text())
    except ValueError as error:
        raise click.UsageError(f"{path} is no JSON: {error}") from error
    if not isinstance(record, dict):
        raise click.UsageError(f"{path} is no JSON object")
    return cast("dict[str, Any]", record.get("truth", record))


def _names(only: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in only.split(",") if name.strip())


@contextmanager
def _explained() -> Iterator[None]:
    """Errors that the operator can mend, in one line."""
    from lab.city import CityError
    from lab.plan import PlanError

    try:
        yield
    except PlanError as error:
        raise click.UsageError(str(error)) from error
    except CityError as error:
        raise click.ClickException(str(error)) from error


def _ready(first: Mapping[str, Any]) -> None:
    click.echo(f"tocsin-lab: {first['mode']}: {first['why']}", err=True)
    _print(first)


def _print(record: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
