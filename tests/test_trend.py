"""The trend: a point for each scan of the same networks, counted once and kept."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from inventory.errors import StoreError
from inventory.findings import Acceptance
from inventory.report import Report
from inventory.store import Store
from inventory.tallies import StoredTallies
from scanner import trend as trends
from scanner.city import City
from scanner.earlier import before
from scanner.editing import edition
from scanner.options import Options
from scanner.ranking import ranked
from scanner.score import effective
from scanner.trend import tally, thinned, this, trend
from tests.riverside import CAMERA, LIVED_WITH, METER, NOON, RECORDER, REPORT

DAY = timedelta(days=1)
CITY = City(NOON.date())


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "inventory.db") as opened:
        yield opened


def kept(store: Store, day: int, *assessments, networks=REPORT.scan.networks) -> Report:
    scan = replace(REPORT.scan, id=f"day-{day:03}", started=NOON + day * DAY, networks=networks)
    scan = replace(scan, ended=scan.started + timedelta(hours=1))
    store.begin(scan, "plan")
    store.save_lot(scan.id, assessments)
    store.finish(scan.id, scan, (), REPORT.coverage)
    return ranked(store.report(scan.id), CITY)


def told(store: Store, report: Report, city_on=lambda _: CITY):
    return trend(report, before(report.scan, store.scans()), store, city_on, {})


def counts(pairs):
    return {name: count for name, count in pairs if count}


def test_it_has_every_scan_of_the_same_networks_oldest_first_and_this_one_last(store):
    kept(store, 1, CAMERA, RECORDER)
    kept(store, 2, CAMERA)
    kept(store, 3, METER, networks=("10.88.0.0/24",))
    last = kept(store, 4, METER)
    points = told(store, last)
    assert [point.scan for point in points] == ["day-001", "day-002", "day-004"]
    assert [counts(point.devices) for point in points] == [{"critical": 2}, {"critical": 1}, {"info": 1}]
    assert [point.when for point in points] == [NOON + day * DAY + timedelta(hours=1) for day in (1, 2, 4)]
    assert [name for name, _ in points[0].devices] == ["critical", "high", "medium", "low", "info"]


def test_this_scan_is_counted_as_its_report_is_ranked():
    point = this(LIVED_WITH)
    open_ = [finding for one in LIVED_WITH.assessments for finding in one.counted]
    assert 0 < len(open_) < sum(len(one.findings) for one in LIVED_WITH.assessments)
    for severity in ("critical", "high", "medium", "low", "info"):
        bands = [one.score.band.label for one in LIVED_WITH.assessments]
        assert dict(point.devices)[severity] == bands.count(severity)
        assert dict(point.findings)[severity] == [effective(finding).label for finding in open_].count(severity)


def test_what_is_counted_of_a_brief_is_what_is_counted_of_the_record(store):
    report = kept(store, 1, *REPORT.assessments)
    last = kept(store, 2, METER)
    assert told(store, last)[0] == this(report)


def test_a_scan_is_ranked_by_the_city_of_its_own_day_and_stays_as_it_was_counted(store):
    kept(store, 1, CAMERA)
    last = kept(store, 2, METER)
    word = Acceptance("CISO", "for a while", date(2027, 1, 1))
    asked = []

    def lives_with_all(day):
        asked.append(day)
        return replace(CITY, accepted=lambda _, __: word)

    first = told(store, last, lives_with_all)[0]
    assert asked == [(NOON + DAY).astimezone().date()]
    assert counts(first.devices) == {"info": 1}
    assert counts(first.findings) == {}
    assert told(store, last) == (first, this(last))


def test_of_more_scans_than_it_has_room_for_it_leaves_some_out_evenly():
    assert thinned(range(10), 10) == tuple(range(10))
    some = thinned(range(700), 51)
    assert (len(some), some[0], some[-1]) == (51, 0, 699)
    assert {later - sooner for sooner, later in pairwise(some)} <= {13, 14}


def test_what_is_too_much_to_count_at_once_is_counted_for_the_next_one(store, monkeypatch):
    for day in (1, 2, 3):
        kept(store, day, CAMERA, RECORDER)
    last = kept(store, 4, METER)
    monkeypatch.setattr(trends, "READ", 3)
    assert [point.scan for point in told(store, last)] == ["day-002", "day-003", "day-004"]
    assert [point.scan for point in told(store, last)] == ["day-001", "day-002", "day-003", "day-004"]


def test_what_cannot_be_kept_is_told_all_the_same(store, monkeypatch):
    def locked(_, __):
        raise StoreError("the inventory is locked by another program")

    kept(store, 1, CAMERA)
    last = kept(store, 2, METER)
    monkeypatch.setattr(StoredTallies, "keep", locked)
    assert len(told(store, last)) == 2


def test_a_tally_reads_no_device_twice(store, monkeypatch):
    kept(store, 1, CAMERA)
    last = kept(store, 2, METER)
    before_it = told(store, last)
    monkeypatch.setattr(Store, "briefs", property(lambda _: pytest.fail("a device was read")))
    assert told(store, last) == before_it


def test_a_tally_goes_with_its_scan(store, tmp_path):
    kept(store, 1, CAMERA)
    store.tallies.keep({"day-001": tally([CAMERA])})
    assert store.tallies.of({"day-001"}) == {"day-001": tally([CAMERA])}
    with closing(sqlite3.connect(tmp_path / "inventory.db")) as file, file:
        file.execute("PRAGMA foreign_keys = ON")
        file.execute("DELETE FROM assessments")
        file.execute("DELETE FROM scans")
    assert store.tallies.of({"day-001"}) == {}


def test_an_edition_with_history_has_the_trend(store, tmp_path, monkeypatch):
    kept(store, 1, CAMERA)
    report = kept(store, 2, METER)
    options = Options(store=tmp_path / "inventory.db")
    assert edition(report, CITY, options).trend == ()
    assert [point.scan for point in edition(report, CITY, options, history=True).trend] == ["day-001", "day-002"]
    assert store.tallies.of({"day-001", "day-002"}).keys() == {"day-001"}
