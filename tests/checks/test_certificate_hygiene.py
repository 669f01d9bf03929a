from dataclasses import replace

import pytest

from checks.tls_certificate_hygiene import tls_certificate_hygiene, tls_certificate_malformed
from inventory.model import Severity

CARED_FOR = {
    "issuer": "CN=City CA",
    "not_before": "2026-06-30T12:00:00+00:00",
    "sans": ("cam.riverside.example",),
    "is_ca": False,
    "key_usage": ("digital_signature",),
    "extended_key_usage": ("serverAuth",),
    "exponent": "65537",
    "sha256": "ab",
}
OWN = {"self_signed": True, "issuer": "CN=cam.riverside.example"}


@pytest.fixture
def found(make, judge, tls):
    """The severity, the facet and the detail of each finding on a certificate that is made with care but for what is changed."""

    def found(**changed):
        judged = judge(tls_certificate_hygiene, make(("tls", 443, tls(**CARED_FOR | changed))))
        return [(flaw.severity, flaw.facet, flaw.detail) for flaw in judged.flaws]

    return found


def test_one_that_is_made_with_care_passes(make, judge, tls):
    judged = judge(tls_certificate_hygiene, make(("tls", 443, tls(**CARED_FOR))))
    assert (judged.flaws, judged.ended, judged.reason) == ([], "passed", "every certificate is made with care")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"sans": ()}, "it has no subject alternative name"),
        (
            {"sans": ("192.168.0.32", "2001:db8::1")},
            "it is made out to the address 192.168.0.32, 2001:db8::1 and was shown at 192.0.2.1",
        ),
        ({"not_after": "2031-06-29T12:00:00+00:00"}, "it is valid for 5 years"),
        (OWN | {"not_after": "2046-06-30T12:00:00+00:00"}, "it is valid for 20 years"),
        ({"not_after": "9999-12-31T23:59:59+00:00"}, "it never ends"),
        ({"not_after": "2026-06-30T11:00:00+00:00"}, "it ends before it begins"),
        (OWN | {"is_ca": True}, "it says that it is an authority's, though it vouches for itself alone"),
        ({"extended_key_usage": ("clientAuth",)}, "it is not meant for servers (its purposes: clientAuth)"),
        ({"extended_key_usage": ()}, "it is not meant for servers (its purposes: none)"),
        (
            {"key_usage": ("key_cert_sign", "crl_sign")},
            "it has a key that may take no part in a handshake (its uses: key_cert_sign, crl_sign)",
        ),
        ({"key_type": "ec", "key_bits": 256, "curve": "explicit"}, "it writes its curve out instead of naming it"),
        ({"exponent": "3"}, "it has an RSA key with the exponent 3"),
    ],
)
def test_what_is_merely_careless_is_low(found, changed, told):
    ((severity, facet, detail),) = found(**changed)
    assert (severity, facet) == (Severity.LOW, "")
    assert detail.endswith(f": {told}.")


@pytest.mark.parametrize(
    "changed",
    [
        {"sans": ("192.0.2.1",)},
        {"sans": ("192.168.0.32",), "server_name": "cam.riverside.example"},
        {"extended_key_usage": ("anyExtendedKeyUsage",)},
        {"key_usage": ("key_agreement",)},
        {"not_after": "2031-06-28T12:00:00+00:00"},
        {"exponent": "17"},
    ],
)
def test_what_is_usual_passes(found, changed):
    assert found(**changed) == []


def test_another_address_of_the_same_device_is_no_mismatch(make, judge, tls):
    device = replace(
        make(("tls", 443, tls(**CARED_FOR | {"sans": ("10.1.0.7",)}))), addresses=("192.0.2.1", "10.1.0.7")
    )
    assert judge(tls_certificate_hygiene, device).flaws == []


def test_all_of_it_is_one_finding_on_the_grounds_of_all_rules(make, judge, tls):
    """What `openssl req -x509 -days 3650` makes: no name, ten years, an authority."""
    facts = tls(**CARED_FOR | OWN, not_after="2036-06-27T12:00:00+00:00") | {"tls.sans": (), "tls.is_ca": True}
    (flaw,) = judge(tls_certificate_hygiene, make(("tls", 443, facts))).flaws
    assert flaw.detail == (
        "The certificate of CN=cam.riverside.example: it has no subject alternative name; it is valid for 10 years; "
        "it says that it is an authority's, though it vouches for itself alone."
    )
    assert flaw.severity is Severity.LOW
    assert {"RFC 9525: 6.1", "NIST SP 800-52r2: 3.2.1", "RFC 5280: 4.2.1.9"} <= set(flaw.standards)
    assert len(set(flaw.standards)) == len(flaw.standards)


def test_an_authoritys_own_certificate_on_a_device_stands_alone(found):
    ((severity, facet, detail),) = found(is_ca=True)
    assert (severity, facet) == (Severity.MEDIUM, "tcp/443 cert.ca_leaf")
    assert "issued by CN=City CA" in detail


def test_ten_years_from_an_authority_stand_alone(found):
    ((severity, facet, detail),) = found(not_after="2036-06-27T12:00:00+00:00", not_before="2026-06-30T12:00:00+00:00")
    assert (severity, facet) == (Severity.MEDIUM, "tcp/443 cert.validity_10y")
    assert "is valid for 10 years" in detail


def test_one_certificate_on_three_ports_is_one_finding_that_names_them(make, judge, tls):
    facts = tls(**CARED_FOR | {"sans": ()})
    judged = judge(tls_certificate_hygiene, make(("tls", 322, facts), ("tls", 443, facts), ("tls", 8443, facts)))
    assert judged.ports == [322]
    assert judged.flaws[0].detail.endswith("It is also shown at 192.0.2.1:443/tcp, 192.0.2.1:8443/tcp.")


def test_one_that_was_not_read_at_all_leaves_the_check_without_a_verdict(make, judge):
    judged = judge(tls_certificate_hygiene, make(("tls", 443, {"tls.certificate_error": "not seen: closed"})))
    assert (judged.flaws, judged.ended) == ([], "unreached")


def test_one_that_a_strict_reader_refuses_is_told_though_all_could_be_read(make, judge, tls):
    facts = tls(**CARED_FOR, certificate_error="trailing data")
    (flaw,) = judge(tls_certificate_malformed, make(("tls", 443, facts))).flaws
    assert flaw.severity is Severity.INFO
    assert "trailing data; all that is judged could be read" in flaw.detail


def test_one_of_which_something_could_not_be_read_is_low(make, judge, tls):
    facts = tls(**CARED_FOR, certificate_error="an invalid date")
    del facts["tls.not_before"]
    (flaw,) = judge(tls_certificate_malformed, make(("tls", 443, facts))).flaws
    assert flaw.severity is Severity.LOW
    assert "could not be read of it: not_before." in flaw.detail


def test_one_that_was_never_seen_is_not_malformed(make, judge):
    judged = judge(tls_certificate_malformed, make(("tls", 443, {"tls.certificate_error": "not seen: closed"})))
    assert (judged.flaws, judged.ended) == ([], "unreached")
