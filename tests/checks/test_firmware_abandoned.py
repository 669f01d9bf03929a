"""Hikvision's public release archive: 5.5.85 of 2019-11-07 is the last for the DS-2CD4A45G0-IZ(H)S."""

from datetime import date

import pytest

from checks.contract import informed
from checks.firmware_abandoned import firmware_abandoned
from checks.intelligence import of_tables
from checks.knowledge import Lifecycle, Product, Release
from inventory.model import Confidence, Severity

HTTP = ("http", 80, {"http.server": "App-webs/"})
TODAY = date(2026, 11, 21)
MODEL = "DS-2CD4A45G0-IZ(H)S"


def table(*rows: tuple[str, str], as_of: date = TODAY) -> Product:
    releases = tuple(Release(version, date.fromisoformat(day) if day else None) for version, day in rows)
    return Product("Hikvision", (MODEL,), releases, "test", as_of, "IPC_G0")


def knowing(*products: Product, lifecycle: tuple[Lifecycle, ...] = ()):
    known = of_tables(firmware=list(products), lifecycle=list(lifecycle))
    return informed((firmware_abandoned,), {"intelligence": known})[0]


@pytest.fixture
def camera(make):
    def device(version: str, **more: str):
        return make(HTTP, claims={"vendor": "Hikvision", "model": MODEL, "firmware": version, **more})

    return device


def test_the_newest_release_of_seven_years_ago_is_told(camera, judge):
    judged = judge(knowing(table(("5.5.85", "2019-11-07"))), camera("5.5.85"))
    assert [(flaw.detail, flaw.severity) for flaw in judged.flaws] == [
        ("Firmware 5.5.85 of 2019-11-07 is the newest known, 7.0 years old (releases as of 2026-11-21).", None)
    ]
    assert firmware_abandoned.severity is Severity.LOW
    assert judged.flaws[0].confidence is Confidence.LIKELY


@pytest.mark.parametrize(("day", "found"), [("2023-11-20", True), ("2023-11-21", False), ("2026-11-21", False)])
def test_three_years_are_the_limit(camera, judge, day, found):
    judged = judge(knowing(table(("5.5.85", day))), camera("5.5.85"))
    assert (bool(judged.flaws), judged.ended) == (found, "passed")


def test_what_is_behind_is_not_abandoned(camera, judge):
    judged = judge(knowing(table(("5.5.85", "2019-11-07"), ("5.5.86", "2020-01-01"))), camera("5.5.85"))
    assert (judged.flaws, judged.ended) == ([], "passed")
    assert judged.reason == "a newer release exists: 5.5.86 (2020-01-01)"


@pytest.mark.parametrize(("as_of", "ended"), [(date(2024, 11, 21), "skipped"), (date(2025, 11, 21), "passed")])
def test_an_old_table_cannot_say_that_nothing_newer_exists(camera, judge, as_of, ended):
    judged = judge(knowing(table(("5.5.85", "2019-11-07"), as_of=as_of)), camera("5.5.85"))
    assert judged.ended == ended
    assert bool(judged.flaws) is (ended == "passed")


def test_what_is_newer_than_the_table_is_as_old_as_it_says_of_itself(camera, judge):
    rows = table(("5.5.85", "2019-11-07"))
    judged = judge(knowing(rows), camera("5.5.90", firmware_date="2021-06-01"))
    assert [flaw.detail for flaw in judged.flaws] == [
        "Firmware 5.5.90, at least 5.4 years old, is newer than any release known as of 2026-11-21."
    ]


def test_what_is_newer_than_the_table_and_undated_has_no_age(camera, judge):
    judged = judge(knowing(table(("5.5.85", "2019-11-07"))), camera("5.5.90"))
    assert (judged.flaws, judged.ended) == ([], "skipped")
    assert judged.reason == "no day is known of 5.5.90, the newest release"


def test_what_its_maker_declared_is_told_with_it(camera, judge):
    row = Lifecycle("Hikvision", ("DS-2CD4A45G0*",), "EOL list 2024", TODAY, end_of_sale=date(2024, 3, 31))
    judged = judge(knowing(table(("5.5.85", "2019-11-07")), lifecycle=(row,)), camera("5.5.85"))
    assert judged.flaws[0].detail.endswith("Declared: end of sale 2024-03-31, by EOL list 2024, checked on 2026-11-21.")


def test_without_a_table_nothing_is_judged(camera, judge):
    assert judge(knowing(), camera("5.5.85")).reason == "no release of its firmware is known"


def test_a_version_of_ten_kilobytes_is_no_release(camera, judge):
    judged = judge(knowing(table(("5.5.85", "2019-11-07"))), camera("5" * 10_000))
    assert (judged.flaws, judged.ended) == ([], "skipped")
    assert len(judged.reason) < 250
