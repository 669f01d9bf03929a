"""The drawing of a firmware's age, as a terminal shows it."""

import textwrap
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from checks.interval import combined
from inventory.ages import Clue, FirmwareAge
from inventory.findings import Score
from inventory.known import Known
from inventory.model import Claim, Confidence, Device, Endpoint, Severity
from inventory.report import Assessment
from scanner.sheet import sheet
from scanner.terminal import printed
from scanner.timeline import BELIEVED, SET_ASIDE, Timeline, firmware_in_words
from tests.golden_files import assert_golden
from tests.riverside import CAMERA, HOSTILE, METER

SCANNED = date(2026, 11, 21)
WEB, SSH = Endpoint("192.0.2.1", 80), Endpoint("192.0.2.1", 22)


def clue(name, detail, first, last, sure=Confidence.CONFIRMED, endpoint=WEB):
    start, end = (date.fromisoformat(text) if text else None for text in (first, last))
    return Clue(name, detail, start, end, sure, endpoint)


def drawn(*clues, width=77, code=None, color=False):
    age = replace(combined(clues, SCANNED), code=code)
    return printed(Timeline(age, SCANNED), width=width, color=color)


BUILD = clue("hikvision-build", "V5.4.5 build 170124", "2017-01-24", "2017-01-24")
DROPBEAR = clue("component", "dropbear 2012.55, released on 2012-02-23", "2012-02-23", None, endpoint=SSH)
CITY = (
    DROPBEAR,
    clue("component", "openssh 7.4, released on 2016-12-19 (Debian's build: see there)", "2016-12-19", None),
    clue("release-table", "V5.4.5, released on 2017-03-01", None, "2017-03-01", Confidence.LIKELY),
    BUILD,
    clue("page-modified", "Thu, 01 Jan 1970 00:00:08 GMT", "1970-01-01", "1970-01-01", Confidence.INFERRED),
    clue("certificate-made", "2018-05-05T00:00:00+00:00 (a hint only)", None, None, Confidence.INFERRED),
    clue("stated-date", "2031-01-01", "2031-01-01", "2031-01-01"),
)


@pytest.mark.parametrize("width", [80, 140])
def test_the_age_of_a_whole_device_is_drawn_as_it_was(width):
    assert_golden(f"firmware-age-{width}.txt", drawn(*CITY, width=width - 3, code=date(2016, 12, 19)))


def test_without_a_clue_nothing_is_drawn():
    assert drawn() == "nothing says when it was built\n"


def test_one_clue_is_drawn_from_its_year_to_the_scan():
    assert drawn(BUILD) == textwrap.dedent("""\
                            2017     2020        2026-11-21  scan
                            |--------+--------------------|
        hikvision-build     *                                2017-01-24
           confirmed: V5.4.5 build 170124, on 80/tcp

        built               #                                2017-01-24
           confirmed: on the day of the scan 9.8 years old
        """)


def test_an_end_that_nothing_bounds_is_an_arrow():
    assert drawn(DROPBEAR, code=date(2012, 2, 23)) == textwrap.dedent("""\
                            2012  2015      2020 2026-11-21  scan
                            |-----+---------+-------------|
        component           [----------------------------->  not before 2012-02-23
           confirmed: dropbear 2012.55, released on 2012-02-23, on 22/tcp

        built               [=============================>  not before 2012-02-23
           likely: on the day of the scan at most 14.7 years old; nothing says how
           much less
        newest code         c                                2012-02-23
           its newest dated component came out 14.7 years before the scan
        """)


def test_a_beginning_that_nothing_bounds_is_an_arrow():
    shown = drawn(clue("release-table", "6.49.10, released on 2023-08-10", None, "2023-08-10", Confidence.LIKELY))
    assert "release-table       <----]                           not after 2023-08-10\n" in shown
    assert "likely: on the day of the scan at least 3.2 years old\n" in shown


def test_what_contradicts_is_shown_with_its_reason_and_off_the_scale_as_an_arrow_at_its_edge():
    newer = clue("component", "dropbear 2020.81, released on 2020-10-29", "2020-10-29", None)
    late = clue("stated-date", "2031-01-01", "2031-01-01", "2031-01-01")
    shown = drawn(newer, BUILD, late)
    assert "hikvision-build     <                                2017-01-24\n" in shown
    assert "not believed: a component was released only on 2020-10-29\n" in shown
    assert "stated-date                                       >  2031-01-01\n" in shown
    assert "not believed: it is after the scan\n" in shown


def test_where_nothing_is_believed_it_says_so():
    shown = drawn(clue("stated-date", "2031-01-01", "2031-01-01", "2031-01-01"))
    assert shown.endswith("\nnothing that is believed says when it was built\n")


def test_two_ends_make_a_bar_and_two_ages():
    shown = drawn(BUILD, clue("stated-date", "2016-05-05", "2016-05-05", "2016-05-05"))
    assert "built                [=]                             2016-05-05 to 2017-01-24\n" in shown
    assert "likely: on the day of the scan between 9.8 and 10.5 years old\n" in shown


def test_of_thirty_clues_the_strongest_are_shown_and_the_rest_is_counted():
    components = [clue("component", f"lib {n}", f"{2000 + n // 2}-01-0{1 + n % 2}", None) for n in range(23)]
    older = [clue("stated-date", f"day {n}", f"199{n}-01-01", f"199{n}-01-01") for n in range(7)]
    shown = drawn(*components, *older)
    assert shown.count("\ncomponent ") == BELIEVED
    assert shown.count("\nstated-date ") == SET_ASIDE
    assert "15 clues more and 3 clues more that are not believed\n" in shown
    assert "lib 22" in shown
    assert "lib 1," not in shown


def test_a_clue_that_was_read_alike_in_several_places_is_one_row():
    ports = (80, 443, 8080, 8443, 9443)
    shown = drawn(*(replace(BUILD, endpoint=Endpoint("192.0.2.1", port)) for port in ports))
    assert shown.count("hikvision-build") == 1
    assert "build 170124, on 80/tcp, 443/tcp, 8080/tcp, 8443/tcp and 1 more built" in " ".join(shown.split())


def test_a_clue_of_an_older_record_that_has_no_days_bounds_nothing():
    age = FirmwareAge(date(2012, 2, 23), None, Confidence.LIKELY, (Clue("component", "dropbear 2012.55"),))
    shown = printed(Timeline(age, SCANNED), width=77, color=False)
    assert "component                                            bounds nothing\n" in shown
    assert "not before 2012-02-23\n" in shown


def test_a_build_of_the_day_of_the_scan_is_at_its_end():
    shown = drawn(clue("stated-date", "today", "2026-11-21", "2026-11-21"))
    assert "stated-date                                       *  2026-11-21\n" in shown


def test_on_a_narrow_terminal_the_days_stand_below_the_bar():
    shown = drawn(BUILD, width=40)
    assert "hikvision-build     *\n   2017-01-24; confirmed: V5.4.5 build\n" in shown


def test_what_a_device_says_is_shown_on_few_lines_and_never_obeyed():
    shown = drawn(clue(HOSTILE, f"{HOSTILE} 日本語 {'x' * 10_000}\r\nbuilt *", "2017-01-24", "2017-01-24"), color=True)
    for obeyed in ("\x1b]", "\x1b[2J", "\x07", "\u202e", "\u200b", "\x9b", "\r"):
        assert obeyed not in shown
    assert len(shown.splitlines()) < 14


def test_colour_says_nothing_that_words_do_not():
    from rich.text import Text

    bare = [line.rstrip() for line in Text.from_ansi(drawn(*CITY, color=True)).plain.splitlines()]
    assert bare == drawn(*CITY).splitlines()


DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
TEXTS = st.text(max_size=40)
CLUES = st.builds(Clue, TEXTS, TEXTS, st.none() | DAYS, st.none() | DAYS, st.sampled_from(Confidence))


@given(st.lists(CLUES, max_size=6), st.none() | DAYS, DAYS, st.integers(40, 200))
def test_whatever_the_clues_are_no_line_is_too_wide_or_has_anything_hidden(clues, code, scanned, width):
    age = replace(combined(clues, scanned), code=code)
    for line in printed(Timeline(age, scanned), width=width, color=False).splitlines():
        assert cell_len(line) <= width
        assert not {c for c in line if unicodedata.category(c) in ("Cc", "Cf")}


def test_the_sheet_of_a_device_has_the_drawing():
    when = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    device = Device("serial:1", ("192.0.2.1",))
    judged = Assessment(device, (), Score(0.0, Severity.INFO, ""), combined([BUILD], SCANNED), when)
    shown = printed(*sheet(Known(judged, when, when, 1)), width=80, color=False)
    assert "\nFirmware age\n" in shown
    assert "\n   hikvision-build     *                                2017-01-24\n" in shown


@pytest.mark.parametrize(
    ("version", "first", "last", "words"),
    [
        ("V5.5.0", "2017-01-24", "2017-01-24", "firmware V5.5.0, built on 2017-01-24"),
        ("V5.5.0", "2016-12-19", "2017-01-24", "firmware V5.5.0, built from 2016-12-19 to 2017-01-24"),
        ("", "2016-12-19", None, "firmware built not before 2016-12-19"),
        ("V5.5.0", None, None, "firmware V5.5.0"),
        ("", None, None, ""),
    ],
)
def test_version_and_age_make_a_line(version, first, last, words):
    ends = (first and date.fromisoformat(first), last and date.fromisoformat(last))
    claims = (Claim("firmware", version, Confidence.CONFIRMED, "test"),) if version else ()
    device = replace(CAMERA.device, claims=claims)
    assert firmware_in_words(replace(CAMERA, device=device, firmware=FirmwareAge(*ends))) == words


def test_a_device_of_which_nothing_is_known_has_no_line():
    assert firmware_in_words(METER) == ""
