"""Ten nights at level login over two devices that lock at the third failed login and say nothing of it before: neither ever does."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import city, scan

pytestmark = pytest.mark.timeout(300)
NIGHTS = 10
PORTS = ("--ports", "22,23,80")
DEVICES = ("locking_server", "banning_router")


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Ten scans with one inventory: what the devices saw, each night's exit code, and what it said of their logins."""
    folder = tmp_path_factory.mktemp("never_locked")
    codes, reports = [], []
    with city("--mode", "loopback", "--only", ",".join(DEVICES)) as described:
        targets = [device["address"] for device in described["truth"]["devices"]]
        for _ in range(NIGHTS):
            codes.append(scan(described, folder, *targets, *PORTS, "--level", "login").returncode)
            reports.append(json.loads(Path(folder / "report.json").read_text()))
    return {**described, "codes": codes, "reports": reports}


def test_no_night_locks_anybody_out(nights):
    assert nights["harms"] == []


@pytest.mark.parametrize("name", DEVICES)
def test_every_device_was_asked_all_the_same(nights, name):
    """A scan that tries nothing would lock nobody either."""
    assert sum(nights["log"][name]["logins"].values()) >= 1
    assert nights["log"][name]["most_open"] == 1


def test_both_devices_are_in_every_report_with_an_outcome_for_their_logins(nights):
    for report in nights["reports"]:
        outcomes = [outcome for device in report["devices"] for outcome in device["outcomes"]]
        logins = [one for one in outcomes if one["check"] in {"default-credentials", "accepts-any-password"}]
        assert len(logins) == 2 * len(DEVICES)
        assert {one["status"] for one in logins} <= {"passed", "unreached"}
        assert all(one["reason"] for one in logins)


def test_every_night_ends_well(nights):
    assert set(nights["codes"]) <= {1, 3}
