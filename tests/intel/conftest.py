"""A machine of its own for every test of the intelligence: a state folder, a day, and one bundle in force."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from checks.archive import beside
from checks.knowledge import Component, Epss
from scanner import cli
from scanner.intel import fetch
from scanner.intel.bundle import pack, part
from scanner.intel.source import Batch, load_formats
from tests.intel.feeds import catalogue

TODAY = date(2026, 11, 21)
IN_FORCE = date(2026, 11, 1)
Run = Callable[..., tuple[int, str, str]]


def kev(rows: int, released: date) -> Batch:
    """The batch of a catalogue."""
    (batch,) = load_formats()["kev"].read([("known_exploited_vulnerabilities.json", catalogue(rows, released))])
    return batch


def bundle(made: date = TODAY, rows: int = 10, released: date = IN_FORCE) -> bytes:
    """A bundle of a component, a catalogue of so many rows, and EPSS."""
    busybox = Component("busybox", "git.busybox.net", {"1.19.4": "2012-02-04", "1.36.1": "2023-05-18", "0.1": ""})
    epss = {"CVE-2021-36260": Epss(0.94, 0.99)}
    batches = [
        Batch("components", "components", [busybox], TODAY, 3, "facts"),
        kev(rows, released),
        Batch("epss", "epss", epss, IN_FORCE, 1, "facts"),
    ]
    return pack([part(batch, "tests") for batch in batches], made)


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, nothing of the operator's, a short patience, and a day that stands still."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("NO_PROXY", "*")
    for name in ("TOCSIN_INTEL", "TOCSIN_CONFIG", "SSL_CERT_FILE", "SSL_CERT_DIR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("scanner.commands.intel._today", lambda: TODAY)
    monkeypatch.setattr(fetch, "LIMITS", fetch.Limits(size=2 * 1024 * 1024, idle=60, total=120))
    monkeypatch.setattr("scanner.intel.swap.PATIENCE", 0.0)


@pytest.fixture
def in_force(tmp_path: Path, machine: None) -> Path:
    """A bundle that an update made before."""
    path = tmp_path / "state" / "tocsin" / "intelligence.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(bundle())
    assert not beside(path).exists()
    return path


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the program in this process: exit code, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.run([str(argument) for argument in arguments])
        said = capfd.readouterr()
        return code, said.out, said.err

    return run
