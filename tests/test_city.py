"""The whole scanner against every fake device: findings exactly as declared, and nobody hurt."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lab.fake import Fake, load_fakes

LAB = [sys.executable, "-P", "-m", "lab.cli"]
TOCSIN = [sys.executable, "-P", "-m", "scanner.cli"]
FAKES = load_fakes()


@contextmanager
def city(*wish: str) -> Iterator[dict[str, Any]]:
    """A city that stands while the block runs; what the lab tells at its end is merged in."""
    lab = subprocess.Popen([*LAB, "up", *wish], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert lab.stdin is not None
    assert lab.stdout is not None
    try:
        described = json.loads(lab.stdout.readline())
        yield described
    finally:
        lab.stdin.close()
        rest = lab.stdout.read()
        lab.stdout.close()
        assert lab.wait() == 0
    described |= json.loads(rest.splitlines()[-1])


def scan(described: dict[str, Any], folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        *described["enter"],
        *TOCSIN,
        "--store",
        str(folder / "tocsin.db"),
        "--audit",
        str(folder / "audit.jsonl"),
    ]
    command += [
        "scan",
        described["network"],
        "--authorised-by",
        "test",
        "--pace",
        "lab",
        "-o",
        str(folder / "report.json"),
    ]
    command += ["--low-ports-at", str(described["shift"])] if described["shift"] else []
    return subprocess.run([*command, *more], check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module", params=["namespace", "loopback"])
def scanned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The demo city in one of its two places, scanned once: its description, the report and the log."""
    if (
        request.param == "namespace"
        and subprocess.run(["unshare", "-Urn", "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("this machine forbids network namespaces to this user: run as root, or allow user namespaces")
    folder = tmp_path_factory.mktemp(request.param)
    with city("--mode", request.param) as described:
        ended = scan(described, folder, "--level", "login")
    assert ended.returncode in (1, 3), ended.stderr
    described["report"] = json.loads((folder / "report.json").read_text())
    described["stdout"] = ended.stdout
    return described


def device_of(fake: Fake, scanned: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [d for d in scanned["report"]["devices"] if d["addresses"][0].rpartition(".")[2] == str(fake.host)]
    return found


@pytest.mark.parametrize("fake", FAKES, ids=lambda fake: fake.name)
def test_each_fake_causes_exactly_the_findings_that_it_declares(fake, scanned):
    found = {(f["check"], f["port"], f["transport"]) for f in device_of(fake, scanned)["findings"]}
    assert found == {(e.check, e.port, e.transport) for e in fake.causes}


@pytest.mark.parametrize("fake", FAKES, ids=lambda fake: fake.name)
def test_each_fake_is_known_by_what_it_states(fake, scanned):
    device = device_of(fake, scanned)
    known = (device["vendor"], device["model"], device["kind"], device["firmware"]["version"], device["serial"])
    assert known == (fake.vendor, fake.model, fake.kind, fake.firmware, fake.serial)


@pytest.mark.parametrize("fake", FAKES, ids=lambda fake: fake.name)
def test_every_check_has_an_outcome_on_every_fake(fake, scanned):
    outcomes = device_of(fake, scanned)["outcomes"]
    assert {outcome["status"] for outcome in outcomes} <= {"passed", "found", "skipped", "unreached"}
    assert all(outcome["reason"] for outcome in outcomes if outcome["status"] != "found")


def test_no_device_was_hurt(scanned):
    assert scanned["harms"] == []
    assert all(log["most_open"] <= 1 for log in scanned["log"].values())


def test_hosts_are_found_with_their_own_mac_addresses(scanned):
    if scanned["mode"] == "loopback":
        assert {device["mac"] for device in scanned["report"]["devices"]} == {None}
    else:
        assert {device["mac"] for device in scanned["report"]["devices"]} == {fake.mac for fake in FAKES}
