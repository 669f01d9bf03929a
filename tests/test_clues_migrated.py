"""An inventory of before clues had days: what it says of the age of firmware is read as it was."""

import json
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from inventory.ages import Clue, FirmwareAge
from inventory.errors import StoreError
from inventory.model import Confidence
from inventory.records import encode
from inventory.store import Store
from inventory.tables import NEWEST
from tests.riverside import CAMERA, METER, SCAN

COMPONENT = "dropbear 2020.81, released on 2020-10-29, heard at 10.77.0.10:22/tcp: not built before that day"
STATED = "2017-01-24 heard at 10.77.0.10:49152/tcp"
CONFLICT = "2017-01-24 is stated, but a component was released only on 2020-10-29 – „gebaut“"
# As layout 0003 wrote it (Tocsin 0.1.0): each clue is [method, detail].
OLD = {
    "not_before": "2020-10-29",
    "not_after": None,
    "confidence": 0,
    "clues": [["component", COMPONENT], ["stated date", STATED], ["conflict", CONFLICT]],
}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An inventory of layout 0003: its tables are those of 0004, before briefs and reach, and its records are older still."""
    path = tmp_path / "inventory.db"
    with Store.open(path) as store:
        store.begin(replace(SCAN, ended=None), "plan")
        store.save(SCAN.id, CAMERA)
        store.save(SCAN.id, METER)
    record = json.loads(encode(CAMERA)) | {"firmware": OLD}
    run(path, "UPDATE assessments SET record = ? WHERE address = '10.77.0.10'", json.dumps(record))
    for table in ("tallies", "night_work", "news_told", "briefs"):
        run(path, f"DROP TABLE {table}")
    run(path, "DROP INDEX assessments_by_reach")
    for column in ("kind", "ports"):
        run(path, f"ALTER TABLE assessments DROP COLUMN {column}")
    run(path, "UPDATE alembic_version SET version_num = '0003'")
    return path


def run(path: Path, statement: str, *values: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(path) as database:
        found = database.execute(statement, values).fetchall()
    database.close()
    return found


def test_pairs_become_clues_and_all_else_stays_as_it_was(old):
    with Store.open(old) as store:
        camera = store.device("10.77.0.10").assessment
        assert store.device("10.77.0.22").assessment == METER
    clues = (
        Clue("component", COMPONENT),
        Clue("stated date", STATED),
        Clue("conflict", CONFLICT, set_aside="it contradicts the others"),
    )
    assert camera.firmware == FirmwareAge(date(2020, 10, 29), None, Confidence.INFERRED, clues)
    assert replace(camera, firmware=CAMERA.firmware) == CAMERA


def test_a_migrated_inventory_is_of_the_newest_layout_and_is_not_migrated_twice(old):
    for _ in range(2):
        Store.open(old).close()
        assert run(old, "SELECT version_num FROM alembic_version") == [(NEWEST,)]


def test_clues_that_are_records_already_are_left_alone(old):
    run(old, "UPDATE assessments SET record = ?", encode(CAMERA))
    before = run(old, "SELECT record FROM assessments")
    Store.open(old).close()
    assert run(old, "SELECT record FROM assessments") == before


@pytest.mark.parametrize(
    "record",
    ["no JSON", "[]", "{}", '{"firmware":{"clues":[["one"]]}}', '{"firmware":{"clues":7}}', "null"],
)
def test_a_record_that_cannot_be_read_is_left_for_its_reader_to_refuse(old, record):
    run(old, "UPDATE assessments SET record = ? WHERE address = '10.77.0.22'", record)
    with Store.open(old) as store:
        assert run(old, "SELECT record FROM assessments WHERE address = '10.77.0.22'") == [(record,)]
        with pytest.raises(StoreError, match="damaged"):
            store.report(SCAN.id)
