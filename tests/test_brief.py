"""Devices in brief: what a rank needs is there, of old inventories too, and no more."""

import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from checks.reach import is_control
from checks.unauthenticated_control import PROTOCOLS
from inventory.brief import CONTROL, brief, encode_brief
from inventory.errors import StoreError
from inventory.findings import Acceptance, Vulnerability
from inventory.fleet import finding_named
from inventory.model import Endpoint, Observation
from inventory.records import decode, encode
from inventory.register import parse_register
from inventory.report import Assessment
from inventory.store import Store
from scanner.city import City
from scanner.ranking import placed
from tests.riverside import CAMERA, GATEWAY, METER, NOON, RECORDER, REPORT, SCAN, SHARED_KEY

TODAY = date(2026, 11, 21)
KEV = Vulnerability("CVE-2021-36260", True, "active", True, True, "CVSS:3.1/AV:N", ("CWE-78",))


def with_holes(assessment: Assessment) -> Assessment:
    outcomes = tuple(
        replace(o, findings=tuple(replace(f, vulnerabilities=(KEV,), act="update") for f in o.findings))
        for o in assessment.outcomes
    )
    return replace(assessment, outcomes=outcomes)


def dressed_up(assessment: Assessment) -> Assessment:
    """The same, answering in a control protocol as well."""
    heard = Observation(Endpoint(assessment.device.address, 502), "modbus", {"modbus.vendor": "x"}, b"bytes", NOON)
    device = assessment.device
    return replace(assessment, device=replace(device, observations=(*device.observations, heard)))


EVERY = (CAMERA, RECORDER, GATEWAY, METER, with_holes(CAMERA), dressed_up(CAMERA))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An inventory of one night."""
    path = tmp_path / "inventory.db"
    with Store.open(path) as store:
        store.begin(replace(SCAN, ended=None), "plan")
        for assessment in (GATEWAY, METER, RECORDER, with_holes(CAMERA)):
            store.save(SCAN.id, assessment)
        store.finish(SCAN.id, SCAN, REPORT.fleet, REPORT.coverage)
    return path


def run(path: Path, statement: str, *values: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(path) as database:
        found = database.execute(statement, values).fetchall()
    database.close()
    return found


def back_to_before(path: Path) -> None:
    """The layout of before: 0004, without briefs, and without what came after them."""
    for table in ("tallies", "night_work", "news_told", "briefs"):
        run(path, f"DROP TABLE {table}")
    run(path, "DROP INDEX assessments_by_reach")
    for column in ("kind", "ports"):
        run(path, f"ALTER TABLE assessments DROP COLUMN {column}")
    run(path, "UPDATE alembic_version SET version_num = '0004'")


@pytest.mark.parametrize("assessment", EVERY)
def test_a_brief_comes_back_as_it_was_written(assessment):
    assert decode(encode_brief(assessment), Assessment) == brief(assessment)


@pytest.mark.parametrize("assessment", EVERY)
def test_a_brief_has_the_rank_of_its_record_in_every_context(assessment):
    worst = max((finding.id for finding in assessment.findings), default="")
    accepted = Acceptance("the desk", "a wall stands before it", TODAY)
    city = City(TODAY, accepted=lambda finding, _: accepted if finding.id == worst else None)
    rows = "".join(f"{address},low\n" for address in assessment.device.addresses)
    unimportant = City(TODAY, register=parse_register(f"address,criticality\n{rows}", "register.csv"))
    for known in (City(TODAY), city, unimportant):
        whole, short = placed(assessment, known).score, placed(brief(assessment), known).score
        assert (short.value, short.band, short.due) == (whole.value, whole.band, whole.due)
        assert short.decision == whole.decision


def test_a_brief_keeps_what_control_equipment_is_known_by():
    assert set(CONTROL) == set(PROTOCOLS)
    assert is_control(brief(dressed_up(CAMERA)).device)
    assert not is_control(brief(CAMERA).device)


@pytest.mark.parametrize("assessment", EVERY)
def test_what_a_device_is_known_by_is_in_its_brief(assessment):
    whole, short = assessment.device, brief(assessment).device
    for name in ("identity", "addresses", "mac", "mac_vendor", "noted", "untrusted", "address"):
        assert getattr(short, name) == getattr(whole, name)
    for name in ("vendor", "model", "kind", "serial"):
        assert [c.value for c in short.claimed(name)] == [c.value for c in whole.claimed(name)]


def test_a_brief_is_a_small_part_of_its_record():
    assert len(encode_brief(CAMERA)) < len(encode(CAMERA)) / 2


def test_the_fleet_has_the_same_devices_as_the_inventory(path):
    with Store.open(path) as store:
        later = replace(SCAN, id="later", started=NOON + timedelta(days=1))
        store.begin(later, "plan")
        store.save(later.id, replace(METER, when=NOON + timedelta(days=1)))
        heard = replace(SCAN, id="heard", engine="listen")
        store.begin(heard, "listening")
        store.save(heard.id, replace(GATEWAY, outcomes=(), when=NOON + timedelta(days=2)))
        whole, short = store.devices(), store.briefs.newest()
        assert list(short) == [replace(one, assessment=brief(one.assessment)) for one in whole]
        assert {one.assessment.device.address: one.scan for one in short}["10.77.0.22"] == "later"
        assert [store.whole(one) for one in short] == [one.assessment for one in whole]


def test_what_is_deleted_or_replaced_leaves_no_brief_behind(path):
    with Store.open(path) as store:
        store.begin(SCAN, "plan")
        store.save(SCAN.id, replace(METER, outcomes=()))
        assert len(store.briefs.of_scan(SCAN.id)) == 4
        store.save_lot(SCAN.id, (METER,), instead=True)
        assert [one.assessment for one in store.briefs.of_scan(SCAN.id)] == [brief(METER)]


def test_a_finding_is_found_by_the_beginning_of_its_id(path):
    finding = CAMERA.findings[0]
    with Store.open(path) as store:
        briefs = store.briefs.newest()
    for text in (finding.id, finding.id[:7]):
        found = finding_named(briefs, REPORT.fleet, text)
        assert found is not None
        assert found[1] is not None
        assert (found[0].id, found[1].assessment.device.address) == (finding.id, "10.77.0.10")
    assert finding_named(briefs, REPORT.fleet, SHARED_KEY.id[:7]) == (SHARED_KEY, None)
    assert finding_named(briefs, REPORT.fleet, "0000000") is None
    with pytest.raises(StoreError, match=r"begins the id of 5 findings: [0-9a-f]{16} .*on 10.77.0.10.; "):
        finding_named(briefs, REPORT.fleet, "")


def test_an_older_inventory_is_given_its_briefs(path):
    before = run(path, "SELECT scan, address, identity, assessed FROM briefs ORDER BY address")
    back_to_before(path)
    with Store.open(path) as store:
        assert run(path, "SELECT scan, address, identity, assessed FROM briefs ORDER BY address") == before
        assert [one.assessment for one in store.briefs.newest()] == [brief(one.assessment) for one in store.devices()]


@pytest.mark.parametrize("record", ["no JSON", "[]", "{}", "null", '{"device":{"claims":[7]},"outcomes":7}'])
def test_a_device_whose_record_cannot_be_read_is_not_passed_over(path, record):
    back_to_before(path)
    run(path, "UPDATE assessments SET record = ? WHERE address = '10.77.0.22'", record)
    with Store.open(path) as store, pytest.raises(StoreError, match="damaged"):
        store.briefs.newest()
