"""Who is in quarantine, how it is recognised, what is kept of it, and what a device's own counters prove."""

import json
import os
import sqlite3
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from inventory.errors import Quarantined, StoreError
from inventory.model import Claim, Confidence, Device, Facts, FactValue, Status
from inventory.quarantine import Quarantine, Uptime, named
from inventory.store import Store
from scanner.chain import verify
from scanner.uptime import uptimes
from scanner.ward import Ward, set_aside
from tests.conftest import TOCSIN
from tests.riverside import CAMERA, LEFT_ALONE, METER, REPORT, SCAN

SINCE = datetime(2026, 11, 20, 2, 13, tzinfo=UTC)
PUMP = Quarantine("serial:acme:4711", "10.0.0.7", "00:80:f4:00:00:07", "it fell silent", "modbus", SINCE, "scan-1", 23)
ROUTED = Quarantine("key:9f2c", "10.1.0.9", None, "it fell silent", "http", SINCE, "scan-1")


def nobody(entry: Quarantine, instead_of: str) -> None:
    """Keep nothing."""


@pytest.fixture
def ward():
    ward = Ward()
    ward.open((PUMP, ROUTED), nobody)
    return ward


# Recognition


@pytest.mark.parametrize(
    ("address", "mac", "whose"),
    [
        ("10.0.0.7", "00:80:f4:00:00:07", PUMP),
        ("10.0.0.99", "00-80-F4-00-00-07", PUMP),
        ("10.0.0.7", None, PUMP),
        ("10.0.0.7", "44:19:b6:00:00:01", None),
        ("10.1.0.9", "44:19:b6:00:00:01", ROUTED),
        ("10.1.0.10", None, None),
    ],
)
def test_a_device_is_known_by_its_mac_and_without_one_by_its_address(ward, address, mac, whose):
    assert ward.meet(address, mac) == whose
    if whose is None:
        ward.guard(address)
    else:
        with pytest.raises(Quarantined, match="it fell silent"):
            ward.guard(address)


def test_an_address_is_left_alone_before_anybody_was_met_there(ward):
    with pytest.raises(Quarantined):
        ward.guard("10.0.0.7")


def test_a_device_that_moved_is_known_by_what_it_says(ward):
    serial = Claim("serial", "4711", Confidence.CONFIRMED, "x", "http.serial")
    moved = Device("address:10.1.0.50", ("10.1.0.50",), claims=(replace(serial, value="474711"),))
    assert ward.recognise(moved) is None
    ward.shut(replace(ROUTED, identity="serial:-:474711"))
    assert ward.recognise(moved) is not None
    with pytest.raises(Quarantined):
        ward.guard("10.1.0.50")


def test_two_devices_that_state_one_serial_number_are_told_apart_by_their_macs(ward):
    claims = (Claim("serial", "474711", Confidence.CONFIRMED, "x", "http.serial"),)
    ward.shut(replace(PUMP, identity="serial:-:474711"))
    assert ward.recognise(Device("", ("10.0.0.8",), mac="00:80:f4:00:00:08", claims=claims)) is None


def test_several_that_fall_silent_together_while_none_answers_are_the_networks_failure(ward):
    ward.heard(1.0)
    for number, address in enumerate(("10.0.0.1", "10.0.0.2")):
        ward.suspect(address, 2.0 + number)
    assert not ward.network_fails("10.0.0.1")
    ward.suspect("10.0.0.3", 4.0)
    assert ward.network_fails("10.0.0.1")
    ward.heard(5.0)
    assert not ward.network_fails("10.0.0.1")


def test_what_was_found_stands_and_nothing_has_passed():
    aside = set_aside(CAMERA, PUMP)
    assert {outcome.status for outcome in aside.outcomes} == {Status.FOUND, Status.UNREACHED}
    assert aside.findings == CAMERA.findings
    assert all(PUMP.reason in outcome.reason for outcome in aside.outcomes if outcome.status is Status.UNREACHED)


# The inventory


def test_an_entry_is_kept_renamed_and_let_go(tmp_path):
    with Store.open(tmp_path / "inventory.db") as store:
        store.quarantine(ROUTED)
        store.quarantine(PUMP)
        store.quarantine(replace(PUMP, reason="again"))
        store.quarantine(replace(PUMP, identity="mac:1"), PUMP.identity)
    with Store.open(tmp_path / "inventory.db") as store:
        assert store.quarantined() == (ROUTED, replace(PUMP, identity="mac:1"))
        store.release("mac:1")
        assert store.quarantined() == (ROUTED,)


def test_an_inventory_of_the_first_layout_keeps_everything(tmp_path):
    path = tmp_path / "inventory.db"
    with Store.open(path) as store:
        store.begin(SCAN, "plan")
        for assessment in REPORT.assessments:
            store.save(SCAN.id, assessment)
        store.finish(SCAN.id, SCAN, REPORT.fleet, REPORT.coverage)
    _back_to_the_first(path)
    _forget_the_new_fields(path)
    before = _rows(path)
    with Store.open(path) as store:
        report = store.report()
        store.quarantine(PUMP)
        assert store.quarantined() == (PUMP,)
    kept = tuple(replace(assessment, quarantine=None, uptime=()) for assessment in REPORT.ranked)
    assert report.assessments == kept
    assert _rows(path) == before


def _back_to_the_first(path):
    """Take away the tables that later layouts added; the two of the first have stayed as they were."""
    with sqlite3.connect(path) as connection:
        for table in ("attempt_names", "attempts", "briefs", "quarantine", "news_told", "night_work", "tallies"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DROP INDEX assessments_by_reach")
        for column in ("kind", "ports"):
            connection.execute(f"ALTER TABLE assessments DROP COLUMN {column}")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()


def _forget_the_new_fields(path):
    """Leave the records as the first version wrote them, and prove that the layout is the first."""
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert tables == {"scans", "assessments", "alembic_version"}
        for address, record in connection.execute("SELECT address, record FROM assessments").fetchall():
            old = {name: value for name, value in json.loads(record).items() if name not in ("uptime", "quarantine")}
            connection.execute("UPDATE assessments SET record = ? WHERE address = ?", (json.dumps(old), address))
    connection.close()


def _rows(path):
    connection = sqlite3.connect(path)
    try:
        scans = connection.execute("SELECT * FROM scans").fetchall()
        columns = "scan, address, addresses, identity, assessed, record"  # those of the first layout
        return [scans, connection.execute(f"SELECT {columns} FROM assessments").fetchall()]
    finally:
        connection.close()


# Counters


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"boots": 3, "time": 3_600_000}, {"boots": 3, "time": 3_600_040}, "still up: 41 days, boots 3 → 3"),
        ({"boots": 3, "time": 3_600_000}, {"boots": 4, "time": 2}, "RESTARTED: it restarted while it was scanned: boots 3 → 4"),
        ({"boots": 0, "time": 90}, {"boots": 0, "time": 5}, "RESTARTED: it restarted while it was scanned: up 1 minute before, 5 seconds after"),
        ({"boots": 3, "time": 90}, {"boots": 3, "time": 89}, "still up: 1 minute, boots 3 → 3"),
        ({"boots": 3, "time": 7200}, {}, "up 2 hours before, boots 3 → unknown, it did not say so again afterwards"),
    ],
)  # fmt: skip
def test_the_engines_counters_say_whether_it_restarted(before, after, said):
    def facts(values: dict[str, int]) -> Facts:
        same: Facts = {"snmp.engine_id": "80"} if values else {}
        return {**same, **{f"snmp.engine_{name}": value for name, value in values.items()}}

    (uptime,) = uptimes(facts(before), facts(after))
    assert str(uptime) == f"{said} (SNMP engine)"


def test_another_engine_at_the_address_is_not_compared():
    first: dict[str, FactValue] = {"snmp.engine_id": "80aa", "snmp.engine_boots": 3, "snmp.engine_time": 900}
    assert uptimes(first, {"snmp.engine_id": "80bb", "snmp.engine_boots": 9, "snmp.engine_time": 5}) == ()


@pytest.mark.parametrize(("before", "after", "restarted"), [(2**32 - 50, 900, False), (500_000, 900, True)])
def test_the_uptime_that_wraps_after_497_days_is_no_restart(before, after, restarted):
    (uptime,) = uptimes({"snmp.sys_uptime": before}, {"snmp.sys_uptime": after})
    assert bool(uptime.restart) == restarted


@pytest.mark.parametrize("junk", ["many", True, 1.5, ("a",)])
def test_a_counter_that_is_no_number_proves_nothing(junk: Any):
    before: Facts = {"snmp.engine_boots": junk, "snmp.engine_time": junk}
    assert uptimes(before, {"snmp.engine_boots": 1}) == ()


def test_an_uptime_says_what_it_does_not_know():
    assert str(Uptime("x", seconds_before=1)) == "up 1 second before, it did not say so again afterwards (x)"


# The command


@pytest.fixture
def kept(tmp_path):
    with Store.open(tmp_path / "inventory.db") as store:
        store.quarantine(PUMP)
        store.quarantine(ROUTED)
    return tmp_path


def tocsin(folder, *words):
    where = ["--store", str(folder / "inventory.db"), "--audit", str(folder / "audit.jsonl")]
    environment = os.environ | {"COLUMNS": "200"}
    return subprocess.run([*TOCSIN, *where, *words], check=False, capture_output=True, text=True, env=environment)


def test_the_list_says_why_since_when_and_what_was_asked(kept):
    said = tocsin(kept, "quarantine", "list").stdout
    for text in (
        PUMP.address,
        PUMP.identity,
        "2026-11-20 02:13",
        "modbus",
        "it fell silent",
        "2 devices in quarantine",
    ):
        assert text in said


@pytest.mark.parametrize("word", ["10.0.0.7", "serial:acme", "0080.f400.0007"])
def test_a_release_lets_one_go_and_says_so_in_the_audit_trail(kept, word):
    ended = tocsin(kept, "quarantine", "release", word, "--because", "the pump was replaced")
    assert ended.returncode == 0, ended.stderr
    with Store.open(kept / "inventory.db") as store:
        assert store.quarantined() == (ROUTED,)
    (line,) = [json.loads(text) for text in (kept / "audit.jsonl").read_text().splitlines()]
    assert line["rule"] == "because: the pump was replaced"
    assert line["outcome"].startswith("released serial:acme:4711")
    assert verify(kept / "audit.jsonl").first_broken is None


@pytest.mark.parametrize(
    "words", [("10.0.0.7",), ("10.0.0.7", "--because", " "), ("10.9.9.9", "--because", "it is well")]
)
def test_nobody_is_released_without_a_reason_or_a_name(kept, words):
    assert tocsin(kept, "quarantine", "release", *words).returncode == 2
    with Store.open(kept / "inventory.db") as store:
        assert len(store.quarantined()) == 2


def test_nobody_is_released_where_it_cannot_be_audited(kept):
    (kept / "audit.jsonl").write_text("no audit trail\n")
    assert tocsin(kept, "quarantine", "release", "10.0.0.7", "--because", "it is well").returncode == 2
    with Store.open(kept / "inventory.db") as store:
        assert len(store.quarantined()) == 2


def test_a_name_that_fits_several_names_them():
    with pytest.raises(StoreError, match=r"fits 2 quarantined devices: key:9f2c \(10.1.0.9\); key:9f2d"):
        named((ROUTED, replace(ROUTED, identity="key:9f2d")), "key:")


def test_the_entry_of_the_report_is_the_meters():
    assert LEFT_ALONE.concerns(METER.device.address, METER.device.mac)


def test_a_counter_that_was_not_asked_for_again_is_not_told_where_another_was():
    before: Facts = {
        "snmp.engine_id": "80aa",
        "snmp.engine_boots": 3,
        "snmp.engine_time": 900,
        "snmp.sys_uptime": 90_000,
    }
    again: Facts = {"snmp.engine_id": "80aa", "snmp.engine_boots": 3, "snmp.engine_time": 960}
    assert [uptime.source for uptime in uptimes(before, again)] == ["SNMP engine"]
