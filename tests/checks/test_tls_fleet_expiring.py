from datetime import UTC, datetime, timedelta

import pytest

from checks.contract import Member
from checks.shown_certificates import moment_if_any
from checks.tls_fleet_expiring import tls_fleet_expiring
from inventory.model import Severity

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
CA = "CN=Riverside Device CA"


@pytest.fixture
def member(make):
    """A device of a department with a certificate that ends in so many days, after a life of so many."""

    def made(name, days, department="Traffic", *, issuer=CA, life=730.0, **facts):
        ends = NOW + timedelta(days=days)
        leaf = {
            "tls.subject": f"CN={name}",
            "tls.issuer": issuer,
            "tls.not_before": (ends - timedelta(days=life)).isoformat(),
            "tls.not_after": ends.isoformat(),
        }
        return Member(make(("tls", 443, leaf | facts), identity=name), department=department)

    return made


def found(*members):
    return list(tls_fleet_expiring.judge(members))


def test_all_certificates_of_an_issuer_in_a_department_are_one_finding(member):
    (flaw,) = found(member("b", 40), member("a", 50), member("c", 45, "Parks"), member("d", 600, "Parks"))
    assert flaw.devices == ("a", "b")
    assert flaw.detail == (
        "All certificates that CN=Riverside Device CA has given to 2 devices of Traffic end between 2026-12-31 and 2027-01-10."
    )
    assert flaw.severity is None


def test_within_a_fortnight_it_is_high(member):
    (flaw,) = found(member("a", 14), member("b", 14))
    assert flaw.severity is Severity.HIGH
    assert flaw.detail.endswith("end on 2026-12-05.")


def test_one_that_lasts_longer_shows_that_it_is_not_the_whole_department(member):
    assert found(member("a", 40), member("b", 61)) == []


def test_one_device_alone_is_no_fleet(member):
    assert found(member("a", 40)) == []


def test_what_has_ended_already_is_no_warning(member):
    assert found(member("a", -3), member("b", -3)) == []
    assert found(member("a", -3), member("b", 5)) == []


def test_what_devices_signed_themselves_has_no_issuer_in_common(member):
    assert found(member("a", 5, issuer="CN=a"), member("b", 5, issuer="CN=b")) == []
    assert found(member("a", 5, issuer="CN=a"), member("a", 5, issuer="CN=a")) == []


def test_short_lives_count_from_their_last_third(member):
    """An ACME client renews a certificate of 90 days when 30 are left: until then nothing is late."""
    assert found(member("a", 45, life=90), member("b", 35, life=90)) == []
    assert len(found(member("a", 29, life=90), member("b", 28, life=90))) == 1


def test_the_authoritys_certificate_that_ends_is_told(member):
    ends = (NOW + timedelta(days=20)).isoformat()
    chain = {
        "tls.chain": ("aa", "bb"),
        "tls.chain_subjects": ("CN=leaf", CA),
        "tls.chain_not_after": ("2030-01-01T00:00:00+00:00", ends),
    }
    (flaw,) = found(member("a", 400, **chain), member("b", 500, **chain), member("c", 500))
    assert flaw.devices == ("a", "b")
    assert flaw.detail == (
        "The certificate of the authority CN=Riverside Device CA, which 2 devices of Traffic send along, ends on 2026-12-11."
    )


def test_devices_of_no_department_are_taken_together(member):
    (flaw,) = found(member("a", 40, ""), member("b", 40, ""))
    assert "given to 2 devices end on 2026-12-31" in flaw.detail


def test_dates_that_are_none_are_left_out(member):
    junk = {"tls.not_after": "0000-13-99", "tls.chain": ("aa", "bb"), "tls.chain_not_after": "soon"}
    assert found(member("a", 40, **junk), member("b", 40, **junk)) == []
    assert found() == []


@pytest.mark.parametrize("fact", [None, 5, "never", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_date_beyond_the_calendar_is_none(fact):
    assert moment_if_any(fact) is None


def test_a_date_without_a_zone_is_utc():
    assert moment_if_any("2026-11-21T02:00:00") == NOW
