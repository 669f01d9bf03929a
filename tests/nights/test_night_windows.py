"""Nights by the clock: once in a window, on with the same scan after a window that closed, and once a day where there is none."""

import signal
from datetime import datetime, timedelta

import pytest

from inventory.store import Store
from tests.conftest import city
from tests.nights.process import Running
from tests.nights.town import DEVICES, Town, clock, findings, site

FIRST = datetime(2026, 11, 20, 2, 0)  # noqa: DTZ001 - the town's local time
WINDOW = "01:00-05:00"


@pytest.fixture(scope="module")
def described():
    with city("--mode", "loopback", "--only", ",".join(DEVICES)) as described:
        yield described


def test_a_site_is_scanned_once_in_its_window_and_again_in_the_next(described, tmp_path):
    town = Town(described, tmp_path)
    town.write(site("meters", ["flowbird_meter"], window=WINDOW))
    first = town.spend(at=FIRST)
    assert first.code == 0, first.err
    assert "1 site, 1 device; new or back: 0 critical," in first.out
    assert first.out.count("\n") == 1
    hourly = town.spend(at=FIRST.replace(hour=3))
    assert (hourly.code, hourly.out, hourly.events) == (0, "", ["nothing-due"])
    closed = town.spend(at=FIRST.replace(hour=12))
    assert (closed.code, closed.out, closed.events) == (0, "", ["nothing-due"])
    next_night = town.spend(at=FIRST.replace(day=21))
    assert "scan-ended" in next_night.events
    assert "0 fixed, 0 not observed" in next_night.out
    assert sorted(path.name for path in town.reports.iterdir()) == ["2026-11-20", "2026-11-21", "latest"]
    assert (town.reports / "latest").readlink().name == "2026-11-21"
    again = town.spend("--again", at=FIRST.replace(day=21, hour=3))
    assert "scan-ended" in again.events


def test_a_night_that_logs_in_begins_a_day_after_the_last_and_waits_for_that_where_it_is_soon(described, tmp_path):
    town = Town(described, tmp_path)
    town.write(site("meters", ["flowbird_meter"], window=WINDOW, level="login"))
    assert not town.spend(at=FIRST).of("logins-rest")
    (began,) = times(town)
    early = timedelta(seconds=10)  # time enough for the second to come so far, however busy this machine is
    second = town.spend(at=(began + timedelta(hours=24, minutes=2) - early).replace(tzinfo=None))
    assert second.code == 0, second.err
    (rest,) = second.of("logins-rest")
    assert 0 < rest["seconds"] <= 10
    assert "scan-ended" in second.events
    newer, older = times(town)
    assert newer - older >= timedelta(hours=24, minutes=2)


def times(town: Town) -> list[datetime]:
    """When each scan began, the newest first."""
    with Store.open(town.folder / "tocsin.db", create=False) as store:
        return [scan.started for scan in store.scans()]


def test_a_window_that_closes_while_devices_are_open_is_gone_on_with_the_next_night(described, tmp_path):
    town, now = Town(described, tmp_path), tmp_path / "now"
    town.write(site("all", window=WINDOW))
    now.write_text("2026-11-20 04:30:00\n")
    with Running(town.command("--log-level", "debug"), clock(None, now)) as running:
        running.until("device-done")
        now.write_text("2026-11-20 05:00:01\n")
        code = running.end()
    assert code in (0, 3), running.said  # 0 where the others had been asked all they were to be asked
    paused = [line for line in running.said if '"scan-paused"' in line]
    (scan,) = {line["id"] for line in scans(town)}
    if paused:
        assert code == 3
        assert [path.name for path in (town.reports / "2026-11-20").iterdir()] == ["all.unfinished.json"]
        assert town.report("all.unfinished.json")["scan"]["ended"] is None
    second = town.spend(at=datetime(2026, 11, 21, 1, 0, 1))  # noqa: DTZ001
    assert second.code == 0, second.err
    if paused:
        assert second.of("scan-resumed")[0]["scan"] == scan
        assert [line["id"] for line in scans(town)] == [scan]
    assert town.report("all.json")["scan"]["ended"]
    assert len(findings(town.report("all.json"))) == len(DEVICES)


def test_an_unfinished_scan_that_asked_another_question_is_named_once_and_left(described, tmp_path):
    town = Town(described, tmp_path)
    with Running(town.command("--log-level", "debug")) as running:
        running.until("scan-begun")
        running.send(signal.SIGKILL)
        running.end()
    (left,) = [line["id"] for line in scans(town)]
    town.write(site("all", level="login"))
    ended = town.spend()
    (said,) = ended.of("scan-left-behind")
    assert (said["scan"], said["level"], said["site"]) == (left, "warning", "all")
    assert f"the unfinished scan {left} of " in said["message"]
    assert said["message"].endswith("because it asked another question: level identify, now login")
    assert not ended.of("scan-resumed")
    assert not town.spend("--again").of("scan-left-behind")
    assert left in {line["id"] for line in scans(town)}


def scans(town: Town) -> list[dict[str, str]]:
    """Every scan of the inventory, newest first."""
    with Store.open(town.folder / "tocsin.db", create=False) as store:
        return [{"id": scan.id, "site": scan.site} for scan in store.scans()]


def test_the_time_of_the_night_ends_a_scan_as_its_window_does(described, tmp_path):
    town = Town(described, tmp_path)
    town.write(site("all") + "[site.pace]\npackets_per_second = 8\n", site("meters", ["flowbird_meter"]))
    ended = town.spend("--max-duration", "5s", "--pace", "gentle", "--log-level", "warning")
    assert ended.code == 3, ended.err
    assert ended.events[-2:] == ["scan-paused", "site-not-begun"]
    assert (
        "left: all (unfinished, the next night goes on), meters (not begun, the time of the night is over)" in ended.out
    )
    assert [line["id"] for line in scans(town)] == [ended.of("scan-paused")[0]["scan"]]
