"""The dates of a certificate, against 2026-11-21, 02:00, when the hand-made device was seen."""

import pytest

from checks.tls_certificate_dates import (
    tls_certificate_default_date,
    tls_certificate_expired,
    tls_certificate_expiring,
    tls_certificate_not_yet_valid,
)
from inventory.model import Severity


@pytest.mark.parametrize(
    ("end", "days", "found"),
    [
        ("2026-11-21T01:59:59+00:00", 0, False),
        ("2026-11-21T02:00:00+00:00", 0, True),
        ("2026-12-20T02:00:00+00:00", 29, True),
        ("2027-01-20T01:59:59+00:00", 59, True),
        ("2027-01-20T02:00:00+00:00", 60, False),
    ],
)
def test_one_that_ends_within_sixty_days_is_low_until_it_has_expired(make, judge, tls, end, days, found):
    judged = judge(tls_certificate_expiring, make(("tls", 443, tls(not_after=end))))
    assert [flaw.severity for flaw in judged.flaws] == [Severity.LOW] * found
    assert all(f"in {days} days" in flaw.detail for flaw in judged.flaws)
    assert all(("within a month" in flaw.detail) == (days < 30) for flaw in judged.flaws)


def test_one_that_begins_later_says_that_a_clock_was_ahead(make, judge, tls):
    judged = judge(tls_certificate_not_yet_valid, make(("tls", 443, tls(not_before="2026-12-01T02:00:00+00:00"))))
    assert [flaw.severity for flaw in judged.flaws] == [Severity.LOW]
    assert "begins on 2026-12-01, 10 days after it was seen: the clock of the device" in judged.flaws[0].detail


def test_one_that_begins_when_it_is_seen_passes(make, judge, tls):
    judged = judge(tls_certificate_not_yet_valid, make(("tls", 443, tls(not_before="2026-11-21T02:00:00+00:00"))))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize(
    ("start", "whose"),
    [
        ("1970-01-01T00:00:17+00:00", "Unix time"),
        ("1969-12-31T23:00:00+00:00", "Unix time"),
        ("1980-01-01T00:01:00+00:00", "the clock of a PC"),
        ("1980-01-06T00:00:00+00:00", "GPS time"),
        ("1993-03-01T00:02:11+00:00", "Cisco IOS"),
        ("2000-01-01T12:00:00+00:00", "a clock chip"),
    ],
)
def test_one_that_begins_where_a_clock_begins_was_made_without_one(make, judge, tls, start, whose):
    judged = judge(tls_certificate_default_date, make(("tls", 443, tls(not_before=start))))
    assert [flaw.severity for flaw in judged.flaws] == [Severity.INFO]
    assert whose in judged.flaws[0].detail


@pytest.mark.parametrize(
    "start", ["2015-01-01T00:00:00+00:00", "2000-03-27T00:00:00+00:00", "1970-01-03T00:00:00+00:00"]
)
def test_the_first_of_another_year_is_no_clocks_beginning(make, judge, tls, start):
    judged = judge(tls_certificate_default_date, make(("tls", 443, tls(not_before=start))))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_date_that_was_not_read_leaves_that_check_without_a_verdict_and_no_other(make, judge, tls):
    facts = tls(certificate_error="an invalid date", not_before="2026-01-01")
    del facts["tls.not_after"]
    assert judge(tls_certificate_expired, make(("tls", 443, facts))).ended == "unreached"
    assert judge(tls_certificate_not_yet_valid, make(("tls", 443, facts))).ended == "passed"


def test_the_certificate_of_an_opc_ua_server_expires_too(make, judge):
    facts = {"opcua.certificate_subject": "CN=plc", "opcua.certificate_not_after": "2026-11-20T02:00:00+00:00"}
    judged = judge(tls_certificate_expired, make(("opcua", 4840, facts)))
    assert [(flaw.endpoint.port, flaw.severity) for flaw in judged.flaws] == [(4840, Severity.HIGH)]


def test_an_opc_ua_server_without_security_has_no_certificate_to_judge(make, judge):
    judged = judge(tls_certificate_expired, make(("opcua", 4840, {"opcua.security": ("None/None",)})))
    assert (judged.ended, judged.reason) == ("skipped", "it shows no certificate")
