"""RouterOS: endoflife-date/release-data (releases/routeros.json). Hikvision: its public release archive."""

from datetime import UTC, date, datetime

import pytest

from checks.contract import informed
from checks.firmware_behind import firmware_behind
from checks.intelligence import Intelligence, of_tables
from checks.knowledge import Product, Release
from inventory.model import Confidence, Severity

SNMP = ("snmp", 161, {"snmp.sys_descr": "RouterOS RB960PGS"})
TODAY = date(2026, 11, 21)


def table(*rows: tuple[str, str], as_of: date = TODAY, hardware: str = "") -> Product:
    releases = tuple(Release(version, date.fromisoformat(day) if day else None) for version, day in rows)
    return Product("MikroTik", ("RouterOS",), releases, "test", as_of, hardware)


ROUTEROS = table(("6.42.6", "2018-07-06"), ("6.42.7", "2018-08-17"), ("6.49.11", "2023-12-08"), ("7.24", "2026-08-17"))


def told(intelligence: Intelligence):
    return informed((firmware_behind,), {"intelligence": intelligence})[0]


def knowing(*products: Product):
    return told(of_tables(firmware=list(products)))


@pytest.fixture
def router(make, claim):
    def device(
        version: str, confidence: Confidence = Confidence.CONFIRMED, when: datetime | None = None, **claims: str
    ):
        said = (claim("firmware", version, 161, "snmp.sys_descr", confidence),)
        names = {"vendor": "MikroTik", "cpe": "cpe:2.3:o:mikrotik:routeros:*:*:*:*:*:*:*:*"}
        given = {"when": when} if when else {}
        return make(SNMP, claims=names | claims, said=said, **given)

    return device


def test_the_finding_says_which_runs_how_far_it_is_behind_and_what_follows_it(router, judge):
    judged = judge(knowing(ROUTEROS), router("6.42.6"))
    assert [flaw.detail for flaw in judged.flaws] == [
        (
            "Firmware 6.42.6 of 2018-07-06 runs; the newest release known is 7.24 (2026-08-17), 8.1 years later. "
            "2 known releases lie between; the next after it was 6.42.7, to be had since 2018-08-17. "
            "The newest of its own branch is 6.49.11 (2023-12-08)."
        )
    ]
    flaw = judged.flaws[0]
    assert (flaw.severity, flaw.confidence, flaw.facet) == (Severity.HIGH, Confidence.CONFIRMED, "firmware")
    assert (flaw.endpoint.port, flaw.evidence) == (161, b"evidence of snmp")


def test_the_last_step_needs_no_second_sentence(router, judge):
    judged = judge(knowing(ROUTEROS), router("6.49.11"))
    assert [flaw.detail for flaw in judged.flaws] == [
        "Firmware 6.49.11 of 2023-12-08 runs; the newest release known is 7.24 (2026-08-17), 2.6 years later."
    ]


@pytest.mark.parametrize(
    ("newest", "severity"),
    [
        ("2020-01-15", Severity.LOW),
        ("2022-01-15", Severity.LOW),
        ("2022-01-16", Severity.MEDIUM),
        ("2025-01-15", Severity.MEDIUM),
        ("2025-01-16", Severity.HIGH),
    ],
)
def test_the_distance_of_the_two_releases_is_the_severity(router, judge, newest, severity):
    judged = judge(knowing(table(("7.1", "2020-01-15"), ("7.2", newest))), router("7.1"))
    assert [flaw.severity for flaw in judged.flaws] == [severity]


def test_the_newest_by_number_and_the_newest_by_day_are_both_named(router, judge):
    rows = table(("6.49.10", "2023-09-15"), ("7.24", "2026-08-17"), ("6.49.21", "2026-09-01"))
    judged = judge(knowing(rows), router("6.49.10"))
    assert [(flaw.confidence, flaw.detail) for flaw in judged.flaws] == [
        (
            Confidence.LIKELY,
            (
                "Firmware 6.49.10 of 2023-09-15 runs; the newest release known is 7.24 (2026-08-17), 2.9 years later. "
                "That is so by its number; by its day it is 6.49.21 (2026-09-01). "
                "One known release lies between; the next after it was 6.49.21, to be had since 2026-09-01."
            ),
        )
    ]


def test_what_is_only_inferred_is_never_high(router, judge):
    judged = judge(knowing(ROUTEROS), router("6.42.6", Confidence.INFERRED))
    assert [(flaw.severity, flaw.confidence) for flaw in judged.flaws] == [(Severity.MEDIUM, Confidence.INFERRED)]


def test_less_than_a_year_is_told_in_days(router, judge):
    judged = judge(knowing(table(("7.23.3", "2026-08-03"), ("7.24", "2026-08-17"))), router("7.23.3"))
    assert judged.flaws[0].detail.endswith("the newest release known is 7.24 (2026-08-17), 14 days later.")


def test_two_releases_of_one_day_lie_no_years_apart(router, judge):
    judged = judge(knowing(table(("7.1", "2020-01-15"), ("7.2", "2020-01-15"))), router("7.1"))
    assert [flaw.detail for flaw in judged.flaws] == [
        "Firmware 7.1 of 2020-01-15 runs; the newest release known is 7.2 (2020-01-15)."
    ]


def test_an_unlisted_version_is_as_far_behind_as_it_surely_is(router, judge):
    rows = table(("7.0", "2018-01-01"), ("7.2", "2026-08-17"))
    judged = judge(knowing(rows), router("7.1", firmware_date="2021-01-01"))
    assert judged.flaws[0].detail.startswith(
        "Firmware 7.1, made on 2021-01-01 at the latest, runs; the newest release known is 7.2 (2026-08-17), at least 5.6 years"
    )
    assert judged.flaws[0].severity is Severity.HIGH


def test_what_nothing_dates_is_behind_by_an_unknown_time(router, judge):
    judged = judge(knowing(table(("7.2", "2026-08-17"))), router("6.9"))
    assert [(flaw.severity, flaw.detail) for flaw in judged.flaws] == [
        (Severity.LOW, "Firmware 6.9 runs; the newest release known is 7.2 (2026-08-17).")
    ]


def test_releases_without_days_give_no_distance(router, judge):
    judged = judge(knowing(table(("7.1", ""), ("7.2", ""), ("7.3", ""))), router("7.1"))
    assert [(flaw.severity, flaw.detail) for flaw in judged.flaws] == [
        (
            Severity.LOW,
            "Firmware 7.1 runs; the newest release known is 7.3. One known release lies between; the next after it was 7.2.",
        )
    ]


def test_a_version_that_is_only_likely_makes_the_finding_likely(router, judge):
    judged = judge(knowing(ROUTEROS), router("6.42.6", Confidence.LIKELY))
    assert [flaw.confidence for flaw in judged.flaws] == [Confidence.LIKELY]


def test_the_newest_passes(router, judge):
    judged = judge(knowing(ROUTEROS), router("7.24"))
    assert (judged.flaws, judged.ended) == ([], "passed")
    assert judged.reason == "runs 7.24, and nothing newer is known as of 2026-11-21"


def test_an_old_table_does_not_let_its_newest_pass(router, judge):
    old = table(("7.1", "2020-01-15"), as_of=date(2024, 11, 20))
    judged = judge(knowing(old), router("7.1"))
    assert (judged.flaws, judged.ended) == ([], "skipped")
    assert judged.reason == "the table of its releases is of 2024-11-20, and knows nothing of what came later"


def test_an_old_table_still_knows_what_was_newer_then(router, judge):
    old = table(("7.1", "2020-01-15"), ("7.2", "2021-01-15"), as_of=date(2022, 1, 1))
    assert judge(knowing(old), router("7.1")).flaws != []


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("testing build", "testing build cannot be compared with the releases known"),
        ("9" * 10_000, f"{'9' * 120}… cannot be compared with the releases known"),
    ],
)
def test_what_cannot_be_compared_is_skipped_and_said(router, judge, version, reason):
    judged = judge(knowing(ROUTEROS), router(version))
    assert (judged.flaws, judged.ended, judged.reason) == ([], "skipped", reason)


def test_without_a_table_nothing_is_judged(router, judge):
    judged = judge(knowing(), router("6.42.6"))
    assert (judged.ended, judged.reason) == ("skipped", "no release of its firmware is known")


def test_an_earlier_scan_is_judged_by_what_was_out_then(router, judge):
    then = datetime(2019, 1, 1, tzinfo=UTC)
    judged = judge(knowing(ROUTEROS), router("6.42.7", when=then))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_an_earlier_scan_may_be_judged_as_of_another_day(router, judge):
    check = told(of_tables(firmware=[ROUTEROS]).on(date(2024, 1, 1)))
    judged = judge(check, router("6.42.7", when=datetime(2019, 1, 1, tzinfo=UTC)))
    assert "the newest release known is 6.49.11" in judged.flaws[0].detail
