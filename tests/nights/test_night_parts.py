"""The parts of a night that need no process: windows, limits, the diary, the shelf, and what a night ends with."""

import io
import json
import logging
import os
import sys
import time
import warnings
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from inventory.errors import ConfigError
from inventory.nights import Owed, Step
from inventory.store import Store
from scanner.edition import Edition
from scanner.exits import Exit
from scanner.night.diary import Diary, everything_into
from scanner.night.opening import Limit, limit_of, opening, rested_at
from scanner.night.rounds import Course, summary
from scanner.night.shelf import Shelf, file_names
from scanner.night.tally import Tally, duration, tally
from scanner.night.visit import Visit
from tests.riverside import HOSTILE, REPORT, SCAN

TONIGHT = date(2026, 11, 21)


@pytest.fixture
def berlin(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone()


WINDOWS = [
    ("01:00-05:00", "2026-11-21 01:00", "2026-11-21 01:00", "2026-11-21 05:00"),
    ("01:00-05:00", "2026-11-21 04:59:59", "2026-11-21 01:00", "2026-11-21 05:00"),
    ("01:00-05:00", "2026-11-21 05:00", None, None),
    ("01:00-05:00", "2026-11-21 00:59:59", None, None),
    ("22:00-04:00", "2026-11-20 23:00", "2026-11-20 22:00", "2026-11-21 04:00"),
    ("22:00-04:00", "2026-11-21 03:59", "2026-11-20 22:00", "2026-11-21 04:00"),
    ("22:00-04:00", "2026-11-21 04:00", None, None),
    ("22:00-04:00", "2026-11-21 21:59", None, None),
    ("", "2026-11-21 13:37", "2026-11-21 00:00", None),
]


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(("window", "now", "opened", "closes"), WINDOWS)
def test_a_window_is_open_from_its_first_minute_to_before_its_last(window, now, opened, closes):
    found = opening(window, local(now))
    if opened is None:
        assert found is None
        return
    assert found is not None
    assert found.opened == local(opened)
    assert found.closes == (local(closes) if closes else None)
    assert found.night == TONIGHT


@pytest.mark.usefixtures("berlin")
def test_a_window_over_a_change_of_the_clock_is_an_hour_longer():
    found = opening("22:00-04:00", local("2026-10-25 02:30"))
    assert found is not None
    assert found.closes is not None
    assert found.closes.astimezone(UTC) - found.opened.astimezone(UTC) == timedelta(hours=7)


def test_nothing_is_begun_in_the_last_minute_or_the_last_tenth():
    now = datetime(2026, 11, 21, 4, tzinfo=UTC)
    assert limit_of(now + timedelta(hours=1), now, None).seconds == 3540
    assert limit_of(now + timedelta(seconds=100), now, None).seconds == pytest.approx(90)
    assert limit_of(now + timedelta(hours=1), now, Limit(5.0, 1.0, "other")).why == "other"
    assert limit_of(now + timedelta(hours=1), now, Limit(5e4, 60.0, "other")).why == "its window closes"
    assert limit_of(None, now, None).seconds is None
    assert limit_of(now - timedelta(seconds=1), now, Limit(0.0, 0.0, "other")).seconds == 0


def written(*, as_json: bool, least: str = "info") -> tuple[Diary, io.StringIO]:
    stream = io.StringIO()
    return Diary(stream, as_json=as_json, least=least), stream


@pytest.mark.parametrize("as_json", [True, False])
def test_nothing_that_a_device_says_makes_a_line_or_is_obeyed(as_json):
    diary, stream = written(as_json=as_json)
    diary.info("device-done", f"{HOSTILE}\n{{}}", f"a\nb{HOSTILE}", device=f"x\n{HOSTILE}")
    (line,) = stream.getvalue().splitlines()
    assert line.isascii() or not as_json
    assert not set(line) & set("\x1b\x07\x9b\u202e\u200b")
    assert not as_json or json.loads(line)["level"] == "info"


def test_what_others_say_on_standard_error_becomes_lines_of_the_diary():
    diary, stream = written(as_json=True)
    with everything_into(diary), warnings.catch_warnings():
        warnings.simplefilter("always")
        sys.stderr.write("warning: chmod 600\n\nhalf")
        warnings.warn("odd", stacklevel=1)
        try:
            raise ValueError("inside\nout")
        except ValueError:
            logging.getLogger("tocsin").exception("a bug while %s", "asking")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["said", "log", "log", "said"]
    assert lines[3]["message"] == "half"
    assert lines[0]["message"] == "warning: chmod 600"
    assert "ValueError: inside" in lines[2]["traceback"]


def test_a_diary_says_no_more_than_it_is_to():
    diary, stream = written(as_json=False, least="warning")
    diary.info("device-done", "all is well")
    diary.warning("note", "mind this", "depot")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(" warning: depot: mind this")


def test_a_diary_that_cannot_be_written_loses_its_lines_and_no_more():
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", encoding="utf-8") as stream:
        Diary(stream, as_json=True).error("site-failed", "nobody reads this")
        with pytest.raises(BrokenPipeError):
            stream.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


EDITION = Edition(REPORT)


def test_a_second_report_of_a_night_takes_the_place_of_the_first(tmp_path):
    shelf = Shelf(tmp_path, ["json", "text"], ["traffic north"])
    unfinished = replace(REPORT, scan=replace(SCAN, ended=None))
    shelf.put("traffic north", TONIGHT, Edition(unfinished))
    names = ["traffic-north.unfinished.json", "traffic-north.unfinished.txt"]
    assert sorted(path.name for path in shelf.place(TONIGHT).iterdir()) == names
    (shelf.place(TONIGHT) / ".traffic-north.json.half").write_text("{")  # as a killed night leaves it
    shelf.put("traffic north", TONIGHT, EDITION)
    shelf.put("traffic north", TONIGHT, EDITION)
    assert sorted(path.name for path in shelf.place(TONIGHT).iterdir()) == ["traffic-north.json", "traffic-north.txt"]


def test_latest_never_leads_back(tmp_path):
    shelf = Shelf(tmp_path, ["json"], ["a"])
    shelf.put("a", TONIGHT, EDITION)
    shelf.put("a", TONIGHT - timedelta(days=1), EDITION)
    assert (tmp_path / "latest").readlink().name == "2026-11-21"
    shelf.put("a", TONIGHT + timedelta(days=1), EDITION)
    assert (tmp_path / "latest" / "a.json").exists()
    assert (tmp_path / "latest").readlink().name == "2026-11-22"


def test_a_folder_named_latest_is_left_as_it_is(tmp_path):
    (tmp_path / "latest").mkdir()
    with pytest.raises(ConfigError, match="is no link"):
        Shelf(tmp_path, ["json"], ["a"]).put("a", TONIGHT, EDITION)
    assert [path.name for path in tmp_path.iterdir()] == ["latest"]


def test_no_site_s_name_leads_out_of_the_folder_or_to_another_s_file():
    names = file_names(["north", "../../etc/passwd", "a/b", "a b", "A-B", "...", "a.unfinished", "Hafen Süd"])
    assert len({name.casefold() for name in names.values()}) == len(names)
    assert not [name for name in names.values() if set(name) & set("/. ") or not name]
    assert (names["north"], names["Hafen Süd"], names["a/b"]) == ("north", "Hafen-Süd", "a-b")


def test_a_night_ends_with_what_must_be_mended_before_what_was_found_before_what_is_missing():
    codes = [Exit.CLEAN, Exit.INCOMPLETE, Exit.FINDINGS, Exit.REFUSED, Exit.USAGE, Exit.BUG]
    for number, code in enumerate(codes):
        assert Course([Visit(str(one), one) for one in codes[: number + 1]]).code is code
    assert Course(stopped=True).code is Exit.INCOMPLETE
    assert Course([Visit("a", Exit.FINDINGS)], stopped=True).code is Exit.FINDINGS
    assert Course().code is Exit.CLEAN


@pytest.mark.parametrize(
    ("now", "closes", "rested"),
    [
        ("2026-11-21 02:00:00", "2026-11-21 05:00", "2026-11-21 02:02:00"),  # by a moment a day
        ("2026-11-21 01:59:50", None, "2026-11-21 02:02:00"),
        ("2026-11-21 02:02:00", "2026-11-21 05:00", None),  # a day has passed
        ("2026-11-21 01:30:00", "2026-11-21 05:00", None),  # too long to wait for
        ("2026-11-21 01:59:50", "2026-11-21 02:01", None),  # the window closes before
        ("2026-11-20 03:00:00", None, None),  # the same night
    ],
)
def test_a_night_waits_until_last_night_s_logins_are_a_day_old_where_that_is_soon(now, closes, rested):
    last = local("2026-11-20 02:00:00")
    assert rested_at(last, local(now), local(closes) if closes else None) == (local(rested) if rested else None)


def test_the_night_in_a_line():
    visits = [
        Visit("a", Exit.FINDINGS, tally=Tally(57, 1, 3, 4, 2), reports="/srv/2026-11-22"),
        Visit("b", Exit.INCOMPLETE, "unfinished", tally=Tally(1), reports="/srv/2026-11-22"),
        Visit("c\nd", Exit.REFUSED, "nobody approved it", failed=True),
    ]
    assert summary(Course(visits), "", 7500) == (
        "night: 2 sites, 58 devices; new or back: 1 critical, 3 high; 4 fixed, 2 not observed;"
        " left: b (unfinished), c d (nobody approved it); reports in /srv/2026-11-22; 2 h 05 min"
    )
    assert summary(Course(at="a", stopped=True), "", 12.2).endswith("left: a (stopped, the next night goes on); 12 s")
    assert duration(200) == "3 min 20 s"


def test_all_that_a_first_look_finds_is_new():
    found = tally(EDITION)
    assert (found.devices, found.fixed, found.not_observed) == (len(REPORT.assessments), 0, 0)
    assert found.critical >= 1


def test_what_is_owed_is_owed_until_it_is_done(tmp_path):
    with Store.open(tmp_path / "inventory.db") as store:
        store.begin(replace(SCAN, ended=None), "plan")
        store.nights.owe(SCAN.id, "north", TONIGHT)
        assert store.nights.owed() == ()  # it has not ended
        store.nights.done(SCAN.id, Step.NEWS, datetime.now(UTC))
        store.finish(SCAN.id, SCAN, (), REPORT.coverage)
        later = TONIGHT + timedelta(days=1)
        store.nights.owe(SCAN.id, "north", later)
        left = (Step.REPORTS, Step.ALL_SITES, Step.DIGEST)
        assert store.nights.owed() == (Owed(SCAN.id, "north", later, left),)
        for step in left:
            store.nights.done(SCAN.id, step, datetime.now(UTC))
        assert store.nights.owed() == ()
        newest = store.newest("plan")
        assert newest is not None
        assert newest.id == SCAN.id
        assert store.newest("another plan") is None
        with store.past() as past:
            past.drop(SCAN.id)
        assert store.nights.owed() == ()
