"""An inventory of before reach had columns: its devices are known by their kinds, and nobody is said to have reached them."""

import sqlite3
from importlib import import_module
from pathlib import Path

import pytest

from inventory.store import Store
from inventory.tables import NEWEST
from tests.riverside import CAMERA, GATEWAY, METER, SCAN


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An inventory of the layout before, with one record that cannot be read."""
    path = tmp_path / "inventory.db"
    with Store.open(path) as store:
        store.begin(SCAN, "plan")
        for assessment in (CAMERA, GATEWAY, METER):
            store.save(SCAN.id, assessment)
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE tallies")
        database.execute("DROP TABLE night_work")
        database.execute("DROP TABLE news_told")
        database.execute("DROP INDEX assessments_by_reach")
        for column in ("kind", "ports"):
            database.execute(f"ALTER TABLE assessments DROP COLUMN {column}")
        database.execute("UPDATE assessments SET record = '{\"device\": 7}' WHERE address = '10.77.0.22'")
        before = import_module("inventory.migrations.versions.0006_reach").down_revision
        database.execute("UPDATE alembic_version SET version_num = ?", (before,))
    database.close()
    return path


def test_the_kinds_are_taken_from_the_records_and_the_ports_left_open(old):
    with Store.open(old) as store:
        found = {one.address: (one.identity, one.kind, one.ports) for one in store.appearances([SCAN.id])}
    assert found == {
        "10.77.0.10": (CAMERA.device.identity, "camera", ()),
        "10.77.0.26": (GATEWAY.device.identity, "air-sensor", ()),
        "10.77.0.22": (METER.device.identity, "", ()),
    }
    with sqlite3.connect(old) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(NEWEST,)]
    database.close()


def test_what_is_kept_beside_a_record_is_read_without_it(old):
    with Store.open(old) as store, sqlite3.connect(old) as database:
        store.save(SCAN.id, CAMERA)
        (camera,) = [one for one in store.appearances([SCAN.id]) if one.address == "10.77.0.10"]
        asked = "SELECT scan, address, identity, addresses, assessed, kind, ports FROM assessments WHERE scan IN ('x')"
        (plan,) = database.execute(f"EXPLAIN QUERY PLAN {asked}").fetchall()
    database.close()
    assert camera.ports == ("tcp/23", "tcp/80", "tcp/554", "tcp/49152")
    assert "USING COVERING INDEX assessments_by_reach" in plan[3]
