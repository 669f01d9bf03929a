"""How clues are combined: what must hold of any clues, and the cases that people asked about."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.interval import combined, days_in_words
from inventory.ages import Clue
from inventory.model import Confidence

SCANNED = date(2026, 11, 21)
DAYS = st.dates(date(2008, 1, 1), date(2028, 12, 31))
ENDS = st.tuples(st.none() | DAYS, st.none() | DAYS)
ANY = st.sampled_from(Confidence)
METHODS = st.sampled_from(("component", "release-table", "stated-date", "kernel-build"))


def clues(sure=ANY):
    """Any clues: points, spans, open and inverted ones."""
    ends = st.one_of(ENDS, DAYS.map(lambda day: (day, day)), DAYS.map(lambda day: (day, None)))
    return st.builds(lambda name, pair, known: Clue(name, "said", pair[0], pair[1], known), METHODS, ends, sure)


def days(age):
    return age.not_before, age.not_after


def day(text):
    return date.fromisoformat(text)


def at(text, sure=Confidence.CONFIRMED, method="stated-date"):
    return Clue(method, text, day(text), day(text), sure)


def since(text, sure=Confidence.CONFIRMED, method="component"):
    return Clue(method, text, day(text), None, sure)


def until(text, sure=Confidence.LIKELY, method="release-table"):
    return Clue(method, text, None, day(text), sure)


@given(st.lists(clues(), max_size=7).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_of_the_clues_does_not_matter(orders):
    some, others = orders
    one, other = combined(some, SCANNED), combined(others, SCANNED)
    assert (days(one), one.confidence) == (days(other), other.confidence)
    assert sorted(map(repr, one.clues)) == sorted(map(repr, other.clues))


@given(st.lists(clues(), max_size=7), st.none() | st.just(SCANNED))
def test_no_interval_is_inverted_and_no_clue_is_lost_or_changed_but_for_the_reason_why_it_is_not_believed(
    some, scanned
):
    age = combined(some, scanned)
    assert age.not_before is None or age.not_after is None or age.not_before <= age.not_after
    assert [replace(clue, set_aside="") for clue in age.clues] == some


@given(st.lists(clues(), max_size=6), clues(st.just(Confidence.INFERRED)))
def test_a_weak_clue_changes_nothing_that_better_ones_say(some, weak):
    strong = [clue for clue in some if clue.confidence > Confidence.INFERRED]
    before = combined(strong, SCANNED)
    after = combined([*strong, weak], SCANNED)
    if days(before) != (None, None):
        assert (days(after), after.confidence) == (days(before), before.confidence)
        assert after.clues[:-1] == before.clues


@given(st.lists(clues(), max_size=7))
def test_every_exact_day_that_is_believed_lies_in_the_interval(some):
    age = combined(some, SCANNED)
    better = max((clue.confidence for clue in age.clues if not clue.set_aside), default=Confidence.INFERRED)
    for clue in age.clues:
        if clue.not_before is None or clue.not_before != clue.not_after or clue.set_aside:
            continue
        if clue.confidence > Confidence.INFERRED or better is Confidence.INFERRED:
            assert (age.not_before or date.min) <= clue.not_before <= (age.not_after or date.max)


@given(st.lists(clues(), max_size=7))
def test_no_component_that_is_believed_is_newer_than_a_build_date_that_is(some):
    believed = [clue for clue in combined(some, SCANNED).clues if not clue.set_aside]
    strong = [clue for clue in believed if clue.confidence > Confidence.INFERRED]
    floors = [
        clue.not_before for clue in strong if clue.not_before and clue.not_after is None and clue.method == "component"
    ]
    assert all(clue.not_after >= floor for floor in floors for clue in strong if clue.not_after)


@given(st.lists(clues(), max_size=7))
def test_nothing_is_believed_that_lies_after_the_scan(some):
    age = combined(some, SCANNED)
    assert age.not_before is None or age.not_before <= SCANNED
    assert age.not_after is None or age.not_after <= SCANNED


@given(st.lists(clues(), min_size=1, max_size=7))
def test_what_is_not_believed_has_a_reason_and_what_is_does_not_lie_outside(some):
    age = combined(some, SCANNED)
    for clue in age.clues:
        if not clue.set_aside:
            assert (clue.not_before or date.min) <= (age.not_after or date.max)
            assert (age.not_before or date.min) <= (clue.not_after or date.max)


@pytest.mark.parametrize(
    ("given_clues", "interval", "confidence"),
    [
        ([], (None, None), Confidence.INFERRED),
        ([at("2017-01-24")], ("2017-01-24", "2017-01-24"), Confidence.CONFIRMED),
        ([at("2017-01-24", Confidence.LIKELY)], ("2017-01-24", "2017-01-24"), Confidence.LIKELY),
        ([since("2014-03-12")], ("2014-03-12", None), Confidence.LIKELY),
        ([since("2012-02-23"), since("2014-03-12")], ("2014-03-12", None), Confidence.LIKELY),
        ([since("2012-02-23"), at("2017-01-24")], ("2017-01-24", "2017-01-24"), Confidence.CONFIRMED),
        ([since("2016-12-19"), until("2017-03-01")], ("2016-12-19", "2017-03-01"), Confidence.LIKELY),
        ([until("2017-03-01")], (None, "2017-03-01"), Confidence.LIKELY),
        ([at("2017-01-24"), until("2017-03-01")], ("2017-01-24", "2017-01-24"), Confidence.CONFIRMED),
        ([at("2016-05-05"), at("2018-01-01")], ("2016-05-05", "2018-01-01"), Confidence.LIKELY),
        ([at("2017-01-24"), at("2017-01-24")], ("2017-01-24", "2017-01-24"), Confidence.CONFIRMED),
        ([at("2015-06-01", Confidence.INFERRED)], ("2015-06-01", "2015-06-01"), Confidence.INFERRED),
        ([since("2014-03-12"), at("2015-06-01", Confidence.INFERRED)], ("2014-03-12", None), Confidence.LIKELY),
    ],
    ids=str,
)
def test_clues_that_agree_narrow_and_equals_that_do_not_span(given_clues, interval, confidence):
    age = combined(given_clues, SCANNED)
    assert days(age) == tuple(text and day(text) for text in interval)
    assert age.confidence is confidence
    assert [clue.set_aside for clue in age.clues] == [""] * len(given_clues)


@pytest.mark.parametrize(
    ("given_clues", "interval", "confidence", "reasons"),
    [
        (
            [at("2012-12-06"), since("2020-10-29")],
            ("2020-10-29", None),
            Confidence.INFERRED,
            ["a component was released only on 2020-10-29", ""],
        ),
        (
            [at("2012-12-06"), since("2020-10-29", method="kernel-build")],
            ("2020-10-29", None),
            Confidence.INFERRED,
            ["kernel-build says that it was built only on 2020-10-29", ""],
        ),
        (
            [at("2017-01-24"), at("2031-01-01")],
            ("2017-01-24", "2017-01-24"),
            Confidence.LIKELY,
            ["", "it is after the scan"],
        ),
        ([since("2027-01-01")], (None, None), Confidence.INFERRED, ["it is after the scan"]),
        (
            [at("2017-05-01"), until("2017-03-01")],
            ("2017-05-01", "2017-05-01"),
            Confidence.CONFIRMED,
            ["", "better clues say that it was built on 2017-05-01"],
        ),
        (
            [at("2017-05-01"), at("2016-01-01", Confidence.LIKELY)],
            ("2017-05-01", "2017-05-01"),
            Confidence.CONFIRMED,
            ["", "better clues say that it was built on 2017-05-01"],
        ),
        (
            [since("2014-03-12"), at("2001-01-01", Confidence.INFERRED)],
            ("2014-03-12", None),
            Confidence.LIKELY,
            ["", "better clues say that it was built not before 2014-03-12"],
        ),
        (
            [Clue("odd", "", day("2018-01-01"), day("2017-01-01"), Confidence.CONFIRMED)],
            (None, None),
            Confidence.INFERRED,
            ["it ends before it begins"],
        ),
    ],
    ids=str,
)
def test_what_contradicts_better_evidence_is_set_aside_with_its_reason(given_clues, interval, confidence, reasons):
    age = combined(given_clues, SCANNED)
    assert days(age) == tuple(text and day(text) for text in interval)
    assert age.confidence is confidence
    assert [clue.set_aside for clue in age.clues] == reasons


def test_a_less_trusted_clue_does_not_cut_the_span_of_two_equals_that_contradict_each_other():
    age = combined([at("2016-05-05"), at("2018-01-01"), at("2017-01-01", Confidence.LIKELY), until("2017-06-01")])
    assert days(age) == (date(2016, 5, 5), date(2018, 1, 1))


@pytest.mark.parametrize(
    ("compiled", "interval"),
    [
        ("2017-01-24", ("2017-01-24", "2017-01-24")),
        ("2017-01-25", ("2017-01-24", "2017-01-24")),
        ("2017-01-26", ("2017-01-26", None)),
    ],
)
def test_a_kernel_that_was_compiled_overnight_does_not_contradict_the_day_of_its_firmware(compiled, interval):
    age = combined([since(compiled, method="kernel-build"), at("2017-01-24")], SCANNED)
    assert days(age) == tuple(text and day(text) for text in interval)


def test_a_component_of_the_day_after_the_build_contradicts_it():
    assert days(combined([since("2017-01-25"), at("2017-01-24")], SCANNED)) == (date(2017, 1, 25), None)


def test_a_release_of_tomorrow_was_built_by_the_day_of_the_scan():
    age = combined([until("2026-12-01")], SCANNED)
    assert days(age) == (None, SCANNED)


@pytest.mark.parametrize("text", ["1970-01-01", "1970-01-02", "1980-01-01", "1990-05-05", "2000-01-01", "1999-11-30"])
def test_the_first_day_of_a_clock_is_no_build(text):
    age = combined([at(text), since("2012-02-23")], SCANNED)
    assert days(age) == (date(2012, 2, 23), None)
    assert age.clues[0].set_aside == "it is the day at which clocks begin, or older than any such device"
    assert days(combined([at(text)], SCANNED)) == (None, None)


def test_a_span_over_the_first_day_of_a_clock_is_a_span():
    span = Clue("x", "", date(1999, 12, 1), date(2000, 2, 1), Confidence.CONFIRMED)
    assert days(combined([span, at("2000-01-02")], SCANNED)) == (date(2000, 1, 2), date(2000, 1, 2))


def test_without_a_day_of_the_scan_nothing_is_after_it():
    assert days(combined([at("2031-01-01")])) == (date(2031, 1, 1), date(2031, 1, 1))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (SCANNED, SCANNED, "on 2026-11-21"),
        (SCANNED - timedelta(1), SCANNED, "from 2026-11-20 to 2026-11-21"),
        (SCANNED, None, "not before 2026-11-21"),
        (None, SCANNED, "not after 2026-11-21"),
        (None, None, "on an unknown day"),
    ],
)
def test_an_interval_is_said_in_words(first, last, words):
    assert days_in_words(first, last) == words
