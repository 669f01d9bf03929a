"""`tocsin demo`: a city of fake devices on this machine, scanned end to end and taken down again."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from inventory.errors import OperatorError
from scanner.output import to_files

LAB = (sys.executable, "-P", "-m", "lab.cli")
TOCSIN = (sys.executable, "-P", "-m", "scanner.cli")


@click.command()
@to_files
@click.option(
    "--devices", type=click.IntRange(min=1, max=1000), help="A city of so many devices instead of one of each."
)
@click.option(
    "--mode", type=click.Choice(["auto", "namespace", "loopback"]), default="auto", help="Where the city stands."
)
@click.option("--quiet", is_flag=True, help="No progress.")
def command(files: tuple[Path, ...], devices: int | None, mode: str, *, quiet: bool) -> None:
    """Scan a fake city on this machine, end to end.

    No packet leaves the machine: the city has a network of its own without a way out, or loopback addresses where that is forbidden.
    """
    wish = ["up", "--mode", mode, *(["--devices", str(devices)] if devices else [])]
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder, _city(wish) as city:
        report = Path(folder, "report.json")
        ended = _scan(city, Path(folder), [report, *files], quiet=quiet)
        if ended not in (0, 1, 3):
            raise SystemExit(ended)
        verdict = _verified(city, report)
    click.echo(verdict, err=True)


@contextmanager
def _city(wish: list[str]) -> Iterator[dict[str, Any]]:
    """The city that `tocsin-lab` brings up, described by its first line; down again at the end, whatever happens.

    The lab serves until its standard input closes, so it ends even when this process is killed. Its process is added under "process".
    """
    lab = subprocess.Popen([*LAB, *wish], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert lab.stdin is not None
    assert lab.stdout is not None
    try:
        first = lab.stdout.readline()
        if not first:
            raise OperatorError("the fake city did not come up; what tocsin-lab said stands above")
        yield {**json.loads(first), "process": lab.pid}
    finally:
        lab.stdin.close()
        lab.stdout.read()
        lab.wait()
        lab.stdout.close()


def _scan(city: dict[str, Any], folder: Path, outputs: list[Path], *, quiet: bool) -> int:
    """Run the scan inside the city's network; the exit code of `tocsin scan`."""
    command = [
        *city["enter"],
        *TOCSIN,
        "--store",
        str(folder / "demo.db"),
        "--audit",
        str(folder / "audit.jsonl"),
        "scan",
    ]
    command += [
        city["network"],
        "--level",
        "login",
        "--pace",
        "lab",
        "--authorised-by",
        "tocsin demo: a fake city on this machine",
    ]
    command += [word for output in outputs for word in ("-o", str(output))]
    command += ["--low-ports-at", str(city["shift"])] if city["shift"] else []
    return subprocess.run([*command, *(["--quiet"] if quiet else [])], check=False, stdin=subprocess.DEVNULL).returncode


def _verified(city: dict[str, Any], report: Path) -> str:
    """What the city itself says of the report, and of what was done to its devices."""
    command = [*LAB, "verify", str(report), "--city", str(city["process"])]
    ended = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return (ended.stdout or ended.stderr).strip()
