from datetime import UTC, date, datetime

import pytest

from checks.contract import Flaw
from checks.firmware import age_in_words, firmware_age, older_than
from checks.firmware_old import firmware_old
from checks.intelligence import of_tables
from inventory.model import Confidence, Severity

HTTP = ("http", 80, {"http.server": "DVRDVS-Webs"})


def built(claim, day, port=80, fact="http.server", confidence=Confidence.CONFIRMED):
    return claim("firmware_date", day, port, fact, confidence)


@pytest.mark.parametrize(
    ("day", "severity"),
    [
        ("2012-12-06", Severity.HIGH),
        ("2016-11-20", Severity.HIGH),
        ("2016-11-21", Severity.MEDIUM),
        ("2017-01-24", Severity.MEDIUM),
        ("2021-11-21", Severity.LOW),
        ("2023-11-20", Severity.LOW),
    ],
)
def test_a_stated_date_is_judged_by_its_age(make, judge, claim, day, severity):
    judged = judge(firmware_old, make(HTTP, said=(built(claim, day),)))
    assert [(flaw.endpoint.port, flaw.severity) for flaw in judged.flaws] == [(80, severity)]
    assert judged.flaws[0].evidence == b"evidence of http"


def test_a_firmware_of_the_last_three_years_passes(make, judge, claim):
    judged = judge(firmware_old, make(HTTP, said=(built(claim, "2023-11-21"),)))
    assert (judged.flaws, judged.ended) == ([], "passed")
    assert "2023-11-21" in judged.reason


def test_a_device_that_states_no_date_is_skipped(make, judge):
    judged = judge(firmware_old, make(HTTP))
    assert (judged.ended, judged.reason) == ("skipped", "states no build date")


def test_a_date_that_nobody_can_read_is_no_date(make, judge, claim):
    assert judge(firmware_old, make(HTTP, said=(built(claim, "last summer"),))).ended == "skipped"


def test_the_moment_of_the_scan_decides_and_not_the_clock_of_this_machine(make, judge, claim):
    device = make(HTTP, said=(built(claim, "2012-12-06"),), when=datetime(2014, 1, 1, tzinfo=UTC))
    assert judge(firmware_old, device).flaws == []


def test_of_two_stated_dates_the_later_is_judged(make, judge, claim):
    device = make(HTTP, said=(built(claim, "2012-12-06"), built(claim, "2025-01-01", 443)))
    judged = judge(firmware_old, device)
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_dates_that_contradict_each_other_are_both_named(make, judge, claim):
    device = make(HTTP, said=(built(claim, "2012-12-06"), built(claim, "2015-01-01", 443)))
    (flaw,) = judge(firmware_old, device).flaws
    assert "was built between 2012-12-06 and 2015-01-01, at least 11.8 years before this scan" in flaw.detail
    assert (flaw.endpoint.port, flaw.severity, flaw.confidence) == (443, Severity.HIGH, Confidence.LIKELY)


def test_a_date_that_is_only_inferred_is_not_judged(make, judge, claim):
    judged = judge(firmware_old, make(HTTP, said=(built(claim, "2012-12-06", confidence=Confidence.INFERRED),)))
    assert (judged.flaws, judged.ended) == ([], "skipped")
    assert judged.reason == "states no build date, and only weak clues say when it was built (stated-date)"


def test_a_scan_that_is_judged_anew_is_judged_for_that_day(make, claim):
    device = make(HTTP, said=(built(claim, "2022-12-06"),), when=datetime(2023, 1, 1, tzinfo=UTC))
    assert list(firmware_old.judge(device, intelligence=of_tables())) == []
    (flaw,) = firmware_old.judge(device, intelligence=of_tables().on(date(2026, 11, 21)))
    assert isinstance(flaw, Flaw)
    assert flaw.severity is Severity.LOW
    assert flaw.detail == "The firmware was built on 2022-12-06, 3.9 years before 2026-11-21."


def test_the_confidence_of_the_claim_is_that_of_the_finding(make, judge, claim):
    judged = judge(firmware_old, make(HTTP, said=(built(claim, "2012-12-06", confidence=Confidence.LIKELY),)))
    assert judged.flaws[0].confidence is Confidence.LIKELY


def test_a_date_that_a_component_contradicts_gives_no_verdict(make, judge, claim):
    newer = claim("component", "dropbear 2020.81", 22, "ssh.software")
    judged = judge(firmware_old, make(HTTP, said=(built(claim, "2012-12-06"), newer)))
    assert (judged.flaws, judged.ended) == ([], "unreached")
    assert "released only on 2020-10-29" in judged.reason


def test_an_exact_date_bounds_the_interval_on_both_sides(make, claim):
    older = claim("component", "dropbear 2012.55", 22, "ssh.software")
    age = firmware_age(make(HTTP, said=(built(claim, "2012-12-06"), older)))
    assert (age.not_before, age.not_after) == (date(2012, 12, 6), date(2012, 12, 6))
    assert age.confidence is Confidence.CONFIRMED
    assert [clue.method for clue in age.clues] == ["component", "stated-date"]


def test_a_component_is_a_lower_bound_only(make, claim):
    said = [claim("component", text, 22, "ssh.software") for text in ("dropbear 2012.55", "lighttpd 1.4.35")]
    age = firmware_age(make(HTTP, said=tuple(said)))
    assert (age.not_before, age.not_after) == (date(2014, 3, 12), None)


def test_a_conflict_shows_in_the_clues_and_lowers_the_confidence(make, claim):
    newer = claim("component", "dropbear 2020.81", 22, "ssh.software")
    age = firmware_age(make(HTTP, said=(built(claim, "2012-12-06"), newer)))
    assert (age.not_before, age.not_after, age.confidence) == (date(2020, 10, 29), None, Confidence.INFERRED)
    assert [clue.set_aside for clue in age.clues] == ["", "a component was released only on 2020-10-29"]


def test_a_date_after_the_scan_is_not_believed(make, claim):
    age = firmware_age(make(HTTP, said=(built(claim, "2031-01-01"),)))
    assert (age.not_before, age.not_after) == (None, None)
    assert [clue.set_aside for clue in age.clues] == ["it is after the scan"]


def test_two_stated_dates_make_an_interval(make, claim):
    age = firmware_age(make(HTTP, said=(built(claim, "2018-01-01"), built(claim, "2016-05-05"))))
    assert (age.not_before, age.not_after, age.confidence) == (
        date(2016, 5, 5),
        date(2018, 1, 1),
        Confidence.LIKELY,
    )


def test_a_device_without_clues_has_an_unknown_age(make):
    age = firmware_age(make(HTTP))
    assert (age.not_before, age.not_after, age.clues) == (None, None, ())


def test_what_two_likely_dates_leave_in_doubt_is_inferred_and_never_high(make, judge, claim):
    said = tuple(
        claim("firmware_date", day, 80, "http.server", Confidence.LIKELY) for day in ("2009-01-01", "2012-01-01")
    )
    (flaw,) = judge(firmware_old, make(HTTP, said=said)).flaws
    assert (flaw.severity, flaw.confidence) == (Severity.MEDIUM, Confidence.INFERRED)


def test_years_are_counted_by_anniversaries():
    assert not older_than(date(2016, 2, 29), 10, date(2026, 2, 28))
    assert older_than(date(2016, 2, 29), 10, date(2026, 3, 1))
    assert age_in_words(date(2012, 12, 6), date(2026, 11, 21)) == "13.9 years"
