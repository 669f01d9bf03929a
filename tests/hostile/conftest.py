"""One scan of a street of hostile devices, and two of the lab's own that stand among them, by the real command."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import aged_devices, datagram_devices, other_devices, tls_servers, web_devices
from tests.hostile.datagram_devices import UNKNOWN
from tests.hostile.street import OUTSIDE, SHIFT, STREET, Hostile, Told, at, page, pages, standing
from tests.hostile.web_devices import BYSTANDER_PORT

NORMAL = {f"{STREET}.50": "apc_ups", f"{STREET}.51": "dahua_camera"}
PORTS = f"21,22,23,25,80,102,389,443,502,554,631,1883,1911,2404,4840,5060,5900,8080,8443,20000,37777,44818,{UNKNOWN}"
TOCSIN = [sys.executable, "-P", "-m", "scanner.cli"]
# A process of its own between pytest and the scan: the kernel counts a process's memory from its fork on, and pytest is larger than the scan.
MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""
# `tocsin show` of one device after the other, in one process because there are so many.
SHOW_ALL = """
import sys
from scanner.cli import run
for address in sys.argv[2:]:
    print(f"SHOWING {address}", flush=True)
    assert run(["--store", sys.argv[1], "show", address]) == 0
"""


@dataclass(slots=True)
class Scanned:
    """What one scan said and left behind."""

    folder: Path
    code: int = 0
    stdout: bytes = b""
    stderr: bytes = b""
    kilobytes: int = 0
    shown: bytes = b""
    _read: dict[str, Any] | None = None

    @property
    def report(self) -> dict[str, Any]:
        """The report, read once: it is long, and hundreds of tests look into it."""
        if self._read is None:
            self._read = json.loads((self.folder / "r.json").read_text())
        return self._read

    def device(self, address: str) -> dict[str, Any]:
        devices: list[dict[str, Any]] = self.report["devices"]
        (found,) = [device for device in devices if address in device["addresses"]]
        return found

    def outcome(self, address: str, check: str) -> dict[str, Any]:
        outcomes: list[dict[str, Any]] = self.device(address)["outcomes"]
        (found,) = [outcome for outcome in outcomes if outcome["check"] == check]
        return found

    def findings(self, address: str) -> set[tuple[str, int]]:
        return {(finding["check"], finding["port"]) for finding in self.device(address)["findings"]}


@dataclass(frozen=True, slots=True)
class Street:
    """The hostile devices by host number, the scan of them, the scan of the normal two alone, and what the lab saw."""

    hostile: dict[int, Hostile]
    scanned: Scanned
    before: Scanned
    outside: Told
    harms: list[str]

    def told(self, host: int) -> Told:
        return self.hostile[host].told


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Street:
    """The street, scanned once."""
    hostile = {
        device.host: device
        for device in (
            *web_devices.devices(),
            *other_devices.devices(),
            *datagram_devices.devices(),
            *aged_devices.devices(),
            *tls_servers.devices(),
            bystander(),
        )
    }
    stranger = outside()
    harms: list[str] = []
    with normal_devices(harms):
        before = _scan(tmp_path_factory.mktemp("before"))
    # Each scan has an inventory of its own and so a ledger of its own, and meets devices that have borne no failed login.
    with normal_devices(harms), standing([*hostile.values(), stranger]):
        scanned = _scan(tmp_path_factory.mktemp("hostile"))
    addresses = [device["addresses"][0] for device in scanned.report["devices"]]
    show = [sys.executable, "-P", "-c", SHOW_ALL, str(scanned.folder / "tocsin.db"), *addresses]
    scanned.shown = subprocess.run(show, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout
    return Street(hostile, scanned, before, stranger.told, harms)


def outside() -> Hostile:
    """An address outside the scope, to which the hostile ones point."""
    return Hostile(
        "outside", 1, at(80, 443, 8080, 9100, 49152, handler=pages(_plain)), network=OUTSIDE.rpartition(".")[0]
    )


def bystander() -> Hostile:
    """An address of the scope, alive at a port that is asked, and pointed to by others at one that is not."""
    return Hostile("bystander", 60, at(80, BYSTANDER_PORT, handler=pages(_plain)))


def _plain(head: bytes, told: Told) -> bytes:
    return page(b"<title>nobody asked</title>")


@contextmanager
def normal_devices(harms: list[str]) -> Iterator[None]:
    """Two devices of the lab; what hurt them is added to `harms` at the end."""
    with ExitStack() as stack:
        for address, name in NORMAL.items():
            stack.enter_context(_served(name, address, harms))
        yield


@contextmanager
def _served(name: str, address: str, harms: list[str]) -> Iterator[None]:
    command = [sys.executable, "-P", "-m", "lab.cli", "serve", name, "--address", address]
    lab = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert lab.stdin is not None
    assert lab.stdout is not None
    try:
        assert lab.stdout.readline()
        yield
    finally:
        lab.stdin.close()
        rest = lab.stdout.read()
        lab.stdout.close()
        assert lab.wait() == 0
    harms += json.loads(rest.splitlines()[-1])["harms"]


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    measured = [sys.executable, "-c", MEASURED, str(folder / "memory")]
    command = [
        *measured,
        *TOCSIN,
        "--store",
        str(folder / "tocsin.db"),
        "--audit",
        str(folder / "audit.jsonl"),
        *arguments,
    ]
    environment = os.environ | {"COLUMNS": "200"}
    return subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL, env=environment)


def _scan(folder: Path) -> Scanned:
    words = ["scan", f"{STREET}.0/25", "--authorised-by", "test", "--level", "login", "--pace", "lab", "--ports", PORTS]
    words += ["-o", str(folder / "r.json"), "-o", str(folder / "r.txt")]
    words += ["--low-ports-at", str(SHIFT)] if SHIFT else []
    ended = _run(folder, *words)
    return Scanned(folder, ended.returncode, ended.stdout, ended.stderr, int((folder / "memory").read_text()))
