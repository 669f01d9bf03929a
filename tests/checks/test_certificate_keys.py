import pytest

from checks.tls_certificate_key import tls_certificate_weak_key, tls_certificate_weak_signature
from inventory.model import Severity


@pytest.mark.parametrize("exponent", ["1", "2", "0", "65536"])
def test_an_exponent_that_protects_nothing_is_critical(make, judge, tls, exponent):
    (flaw,) = judge(tls_certificate_weak_key, make(("tls", 443, tls(exponent=exponent)))).flaws
    assert (flaw.severity, flaw.facet) == (Severity.CRITICAL, "tcp/443 cert.rsa_e1")
    assert f"has the exponent {exponent}:" in flaw.detail


@pytest.mark.parametrize("exponent", ["3", "17", "65537", "a number of 2048 bits", "", "-1"])
def test_any_other_exponent_passes(make, judge, tls, exponent):
    judged = judge(tls_certificate_weak_key, make(("tls", 443, tls(exponent=exponent))))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_short_key_with_a_bad_exponent_is_two_findings_of_two_names(make, judge, tls):
    judged = judge(tls_certificate_weak_key, make(("tls", 443, tls(exponent="1", key_bits=512))))
    assert {flaw.facet for flaw in judged.flaws} == {"", "tcp/443 cert.rsa_e1"}


def test_a_long_dsa_key_is_low(make, judge, tls):
    (flaw,) = judge(tls_certificate_weak_key, make(("tls", 443, tls(key_type="dsa", key_bits=2048)))).flaws
    assert (flaw.severity, flaw.title) == (Severity.LOW, "Certificate with a DSA key")


def test_a_modulus_of_zero_is_a_key_of_no_bits(make, judge, tls):
    (flaw,) = judge(tls_certificate_weak_key, make(("tls", 443, tls(key_bits=0)))).flaws
    assert flaw.severity is Severity.CRITICAL


def test_a_key_whose_size_was_not_read_leaves_the_check_without_a_verdict(make, judge, tls):
    facts = tls(certificate_error="an unknown curve", key_type="ec")
    del facts["tls.key_bits"]
    judged = judge(tls_certificate_weak_key, make(("tls", 443, facts)))
    assert (judged.flaws, judged.ended) == ([], "unreached")
    assert "an unknown curve" in judged.reason


def test_a_key_that_was_read_is_judged_though_the_dates_were_not(make, judge, tls):
    facts = tls(key_bits=1024, certificate_error="an invalid date")
    del facts["tls.not_after"]
    assert judge(tls_certificate_weak_key, make(("tls", 443, facts))).ports == [443]


@pytest.mark.parametrize(
    ("check", "facts"),
    [
        (tls_certificate_weak_key, {"key_type": "rsa", "key_bits": 1024}),
        (tls_certificate_weak_signature, {"key_type": "rsa", "signature_hash": "sha1"}),
    ],
)
def test_an_opc_ua_servers_certificate_is_judged_alike(make, judge, check, facts):
    told = {f"opcua.certificate_{name}": value for name, value in facts.items()} | {"opcua.certificate_sha256": "ab"}
    assert judge(check, make(("opcua", 4840, told))).ports == [4840]
