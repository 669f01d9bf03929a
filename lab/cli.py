"""`tocsin-lab`: the city of fake devices on the command line."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

_MODES = click.Choice(("auto", "namespace", "loopback"))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A city of fake devices on this machine, each with known flaws."""


@main.command()
@click.option("--devices", type=click.IntRange(1, 20000), help="How many devices, repeating the fakes as needed.")
@click.option("--only", default="", help="Only the fakes of these names, with commas between them.")
@click.option("--network", default="", help="The city's network (default 10.77.0.0/24, loopback 127.77.0.0/24).")
@click.option("--mode", type=_MODES, default="auto", show_default=True, help="Real ARP in namespaces, or loopback.")
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Write the last record here at the end.")
def up(devices: int | None, only: str, network: str, mode: str, log: Path | None) -> None:
    """Bring a city up; serve until standard input ends, or Ctrl-C."""
    from lab.city import CityError
    from lab.plan import PlanError
    from lab.up import Request, run

    names = tuple(name.strip() for name in only.split(",") if name.strip())
    request = Request(mode, devices, names, network, str(log.absolute()) if log else "")
    try:
        request.plan()
        record = run(request, _ready)
    except PlanError as error:
        raise click.UsageError(str(error)) from error
    except CityError as error:
        raise click.ClickException(str(error)) from error
    _print(record)


def _ready(first: Mapping[str, Any]) -> None:
    click.echo(f"tocsin-lab: {first['mode']}: {first['why']}", err=True)
    _print(first)


def _print(record: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()
