import pytest

from checks.tls_clock import tls_clock
from inventory.model import Confidence, Severity


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ("1970-01-01T00:03:10+00:00", "says 1970-01-01: 20778 days behind."),
        ("2026-11-20T01:59:59+00:00", "says 2026-11-20: 1 day behind."),
        ("2036-11-21T02:00:00+00:00", "says 2036-11-21: 3653 days ahead."),
        ("2026-11-19T02:00:00", "says 2026-11-19: 2 days behind."),
    ],
)
def test_a_clock_that_is_more_than_a_day_off_is_a_finding(make, judge, tls, clock, words):
    (flaw,) = judge(tls_clock, make(("tls", 443, tls(clock=clock)))).flaws
    assert (flaw.severity, flaw.confidence) == (Severity.LOW, Confidence.LIKELY)
    assert flaw.detail == f"Its clock {words}"


@pytest.mark.parametrize("clock", ["2026-11-20T02:00:00+00:00", "2026-11-22T03:00:00+01:00"])
def test_a_day_is_tolerated(make, judge, tls, clock):
    judged = judge(tls_clock, make(("tls", 443, tls(clock=clock))))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize("facts", [{}, {"clock": "soon"}, {"clock": ""}])
def test_without_a_clock_there_is_nothing_to_judge(make, judge, tls, facts):
    judged = judge(tls_clock, make(("tls", 443, tls(**facts))))
    assert (judged.flaws, judged.ended) == ([], "skipped")


def test_a_device_has_one_clock_whichever_endpoint_tells_it(make, judge, tls):
    wrong = ("tls", 8443, tls(clock="1970-01-01T00:00:00+00:00"))
    one = judge(tls_clock, make(wrong, ("tls", 9443, wrong[2]))).flaws
    other = judge(tls_clock, make(("tls", 443, tls()), ("tls", 9443, wrong[2]))).flaws
    assert [flaw.facet for flaw in (*one, *other)] == ["clock", "clock"]
