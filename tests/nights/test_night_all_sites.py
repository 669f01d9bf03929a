"""What a night leaves of all sites together: once at its end, and by the next one where it could not be written."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import city
from tests.nights.town import DEVICES, Town, site

AT_TWO = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
METER, PRINTER = site("meters", ["flowbird_meter"]), site("printers", ["hp_printer"])
MUSEUM = site("museum", ["lighting_gateway"], window="12:00-13:00")


@pytest.fixture(scope="module")
def described():
    with city("--mode", "loopback", "--only", ",".join(DEVICES)) as described:
        yield described


def test_the_report_of_all_sites_lies_beside_those_of_each(described, tmp_path):
    town = Town(described, tmp_path)
    town.write(METER, MUSEUM, PRINTER)
    first = town.spend(at=AT_TWO)
    assert first.code == 0, first.err
    assert [line["message"].partition(" written")[0] for line in first.of("reports-written")] == [
        "meters.json",
        "printers.json",
        "all-sites.json of all sites",
    ]
    whole = town.report("all-sites.json")
    assert [(one["site"], bool(one["scan"])) for one in whole["scan"]["sites"]] == [
        ("meters", True),
        ("printers", True),
        ("museum", False),
    ]
    single = [town.report(name)["devices"] for name in ("meters.json", "printers.json")]
    assert {one["id"] for one in whole["devices"]} == {one["id"] for devices in single for one in devices}
    assert town.spend(at=AT_TWO + timedelta(hours=1)).events == ["nothing-due"]
    noon = town.spend(at=AT_TWO.replace(hour=12))
    assert noon.code == 0, noon.err
    assert all(one["scan"] for one in town.report("all-sites.json")["scan"]["sites"])
    assert len(town.report("all-sites.json")["devices"]) == len(DEVICES)


def test_one_that_could_not_be_written_is_written_by_the_next_night(described, tmp_path):
    town = Town(described, tmp_path)
    town.write(METER, PRINTER)
    there = town.reports / "2026-11-20" / "all-sites.json"
    there.mkdir(parents=True)
    first = town.spend(at=AT_TWO)
    assert first.code == 2
    (said,) = first.of("reports-failed")
    assert said["message"].startswith("the report over all sites waits for the next night: ")
    assert "left: all sites (" in first.out
    assert (town.reports / "latest" / "printers.json").is_file()
    there.rmdir()
    second = town.spend(at=AT_TWO + timedelta(hours=1))
    assert (second.code, second.events) == (0, ["reports-written", "nothing-due"])
    assert {one["site"] for one in town.report("all-sites.json")["scan"]["sites"]} == {"meters", "printers"}
    assert town.spend(at=AT_TWO + timedelta(hours=2)).events == ["nothing-due"]


def test_of_sites_that_are_gone_nothing_is_owed(described, tmp_path):
    town = Town(described, tmp_path)
    town.write(METER, PRINTER)
    (town.reports / "2026-11-20" / "all-sites.json").mkdir(parents=True)
    assert town.spend(at=AT_TWO).code == 2
    closed = {"window": "12:00-13:00"}
    town.write(MUSEUM, site("square", ["flowbird_meter"], **closed))
    later = town.spend(at=AT_TWO + timedelta(hours=1))
    assert (later.code, later.events) == (0, ["nothing-due"]), later.err


def test_of_one_site_there_is_no_report_over_all(described, tmp_path):
    town = Town(described, tmp_path)
    town.write(METER)
    assert town.spend(at=AT_TWO).code == 0
    assert sorted(path.name for path in (town.reports / "latest").iterdir()) == ["meters.json"]
