"""A few devices on loopback addresses, a tocsin.toml for them, and nights as processes of their own, at whatever hour of whatever day."""

import json
import os
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LOOPBACK, tocsin

NIGHT = ("--pace", "lab", "--fail-on", "critical")
DEVICES = {"flowbird_meter": 22, "lighting_gateway": 23, "hp_printer": 29}
"""Quick ones, and the last part of their addresses. None has a critical finding."""


class Town:
    """`folder` holds tocsin.toml, the inventory, the audit trail and the reports of the city that `described` tells of."""

    def __init__(self, described: dict[str, Any], folder: Path) -> None:
        self.described = described
        self.folder = folder
        self.reports = folder / "reports"
        self.write()

    def write(self, *sites: str, night: str = "") -> None:
        """Write tocsin.toml with these sites, or with one that has every device and no window."""
        told = f'[city]\nname = "Riverside"\n{"".join(sites) or site("all")}[night]\nreports = "reports"\n'
        formats = "" if "formats" in night else 'formats = ["json"]\n'
        path = self.folder / "tocsin.toml"
        path.write_text(f"{told}{formats}{night}", encoding="utf-8")
        path.chmod(0o600)

    def command(self, *more: str) -> list[str]:
        """The command line of a night."""
        config = ["--config", str(self.folder / "tocsin.toml")]
        shift = ["--low-ports-at", str(self.described["shift"])] if self.described["shift"] else []
        return tocsin(self.described, self.folder, *config, "night", *NIGHT, *shift, *more)

    def spend(self, *more: str, at: datetime | None = None) -> "Spent":
        """A night, to its end; what it says is read."""
        ended = subprocess.run(
            self.command(*more), capture_output=True, text=True, stdin=subprocess.DEVNULL, env=clock(at), check=False
        )
        return Spent(ended.returncode, ended.stdout, ended.stderr)

    def says(self, *words: str) -> str:
        """What another command prints."""
        ended = subprocess.run(tocsin(self.described, self.folder, *words), capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def report(self, name: str) -> Any:
        """A JSON report of the newest night."""
        return json.loads((self.reports / "latest" / name).read_text())


class Spent:
    """What a night that is over printed, and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        self.lines = [json.loads(line) for line in err.splitlines()]
        self.events = [line["event"] for line in self.lines]

    def of(self, event: str) -> list[dict[str, Any]]:
        """The lines of that event."""
        return [line for line in self.lines if line["event"] == event]


def site(name: str, devices: Sequence[str] = tuple(DEVICES), **more: str) -> str:
    """A site of tocsin.toml with the addresses of these devices."""
    networks = [f"{LOOPBACK}.{DEVICES[device]}/32" for device in devices]
    keys = {"approved_by": "test"} | more
    told = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items() if value)
    return f"[[site]]\nname = {json.dumps(name)}\nnetworks = {json.dumps(networks)}\n{told}"


def clock(at: datetime | None, file: Path | None = None) -> dict[str, str]:
    """The environment of a process whose local time is `at` when it begins and goes on from there; or is whatever `file` says, at every look."""
    environment = {**os.environ, "TZ": "UTC"}
    if at is None and file is None:
        return environment
    fake = {"LD_PRELOAD": library(), "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
    if file is not None:
        return environment | fake | {"FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_NO_CACHE": "1"}
    assert at is not None
    offset = round((at.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds())
    return environment | fake | {"FAKETIME": f"{offset:+d}s"}


@cache
def library() -> str:
    """The library that tells processes another time."""
    try:
        told = subprocess.run(["faketime", "-f", "+0s", "env"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("faketime is not installed: apt-get install faketime")
    found = re.search(r"^LD_PRELOAD=(.+)$", told, re.MULTILINE)
    assert found
    return found[1]


def findings(report: Any) -> dict[str, list[str]]:
    """The ids of the findings of each device in a report."""
    return {each["addresses"][0]: sorted(one["id"] for one in each["findings"]) for each in report["devices"]}
