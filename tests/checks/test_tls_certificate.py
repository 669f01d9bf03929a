import pytest

from checks import tls_certificate_dates, tls_certificate_key, tls_certificate_names
from inventory.model import Severity

CHECKS = (
    tls_certificate_dates.tls_certificate_expired,
    tls_certificate_key.tls_certificate_weak_key,
    tls_certificate_key.tls_certificate_weak_signature,
    tls_certificate_names.tls_certificate_self_signed,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_sound_certificate_passes(make, judge, tls, check):
    judged = judge(check, make(("tls", 443, tls())))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_certificate_that_could_not_be_read_is_not_passed(make, judge, check):
    facts = {"tls.versions": ("TLSv1.2",), "tls.certificate_error": "a length that is longer than the file"}
    judged = judge(check, make(("tls", 443, facts)))
    assert (judged.flaws, judged.ended) == ([], "unreached")
    assert "longer than the file" in judged.reason


@pytest.mark.parametrize(("own", "severity"), [(False, Severity.HIGH), (True, Severity.MEDIUM)])
def test_an_expired_certificate_is_high_and_medium_where_it_is_self_signed(make, judge, tls, own, severity):
    facts = tls(not_after="2024-06-30T00:00:00+00:00", self_signed=own)
    judged = judge(tls_certificate_dates.tls_certificate_expired, make(("tls", 443, facts)))
    assert [(flaw.endpoint.port, flaw.severity) for flaw in judged.flaws] == [(443, severity)]
    assert "expired on 2024-06-30, 874 days before" in judged.flaws[0].detail


def test_a_certificate_is_valid_up_to_its_last_second(make, judge, tls):
    judged = judge(
        tls_certificate_dates.tls_certificate_expired, make(("tls", 443, tls(not_after="2026-11-21T02:00:00Z")))
    )
    assert judged.flaws == []


def test_a_date_without_a_zone_is_utc(make, judge, tls):
    judged = judge(
        tls_certificate_dates.tls_certificate_expired, make(("tls", 443, tls(not_after="2026-11-21T01:59:59")))
    )
    assert judged.ports == [443]


def test_an_end_that_is_no_date_leaves_it_without_a_verdict(make, judge, tls):
    device = make(("tls", 443, tls(not_after="never")), ("tls", 8443, tls(not_after="2020-01-01")))
    judged = judge(tls_certificate_dates.tls_certificate_expired, device)
    assert (judged.ports, judged.ended) == ([8443], "unreached")


@pytest.mark.parametrize(
    ("kind", "bits", "severity"),
    [
        ("rsa", 512, Severity.CRITICAL),
        ("rsa", 768, Severity.CRITICAL),
        ("rsa", 769, Severity.HIGH),
        ("rsa", 1024, Severity.HIGH),
        ("rsa", 1535, Severity.HIGH),
        ("rsa", 1536, Severity.MEDIUM),
        ("rsa", 2047, Severity.MEDIUM),
        ("dsa", 1024, Severity.HIGH),
        ("ec", 160, Severity.HIGH),
        ("ec", 223, Severity.HIGH),
    ],
)
def test_a_short_key_is_found(make, judge, tls, kind, bits, severity):
    judged = judge(tls_certificate_key.tls_certificate_weak_key, make(("tls", 443, tls(key_type=kind, key_bits=bits))))
    assert [flaw.severity for flaw in judged.flaws] == [severity]


@pytest.mark.parametrize(("kind", "bits"), [("rsa", 2048), ("rsa", 4096), ("ec", 224), ("ec", 256), ("ed25519", 256)])
def test_a_key_of_sufficient_length_passes(make, judge, tls, kind, bits):
    judged = judge(tls_certificate_key.tls_certificate_weak_key, make(("tls", 443, tls(key_type=kind, key_bits=bits))))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize(
    ("name", "severity"), [("md5", Severity.HIGH), ("sha1", Severity.MEDIUM), ("SHA-1", Severity.MEDIUM)]
)
def test_a_broken_hash_is_found(make, judge, tls, name, severity):
    judged = judge(tls_certificate_key.tls_certificate_weak_signature, make(("tls", 443, tls(signature_hash=name))))
    assert [flaw.severity for flaw in judged.flaws] == [severity]


def test_a_signature_without_a_hash_of_its_own_passes(make, judge, tls):
    facts = tls(key_type="ed25519", key_bits=256)
    del facts["tls.signature_hash"]
    judged = judge(tls_certificate_key.tls_certificate_weak_signature, make(("tls", 443, facts)))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_self_signed_certificate_is_found_on_its_port(make, judge, tls):
    device = make(("tls", 443, tls()), ("tls", 8443, tls(self_signed=True)))
    judged = judge(tls_certificate_names.tls_certificate_self_signed, device)
    assert judged.ports == [8443]
    assert judged.flaws[0].evidence == b"evidence of tls"
