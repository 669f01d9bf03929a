import re

import pytest

from checks.tls_certificate_names import (
    matches,
    tls_certificate_name_mismatch,
    tls_certificate_self_signed,
    tls_certificate_vendor_default,
)
from checks.vendor_certificates import all_defaults, factory_default
from inventory.model import Confidence, Severity

ASKED = "cam1.city.example"


@pytest.mark.parametrize(
    ("name", "presented", "matched"),
    [
        ("cam1.city.example", "cam1.city.example", True),
        ("cam1.city.example", "CAM1.City.Example", True),
        ("cam1.city.example", "cam1.city.example.", True),
        ("cam1.city.example", "*.city.example", True),
        ("city.example", "*.city.example", False),
        ("a.cam1.city.example", "*.city.example", False),
        ("cam1.city.example", "*", False),
        ("cam1.city.example", "cam*.city.example", False),
        ("cam1.city.example", "cam1.*.example", False),
        ("cam1.city.example", "*.*.example", False),
        (".city.example", "*.city.example", False),
        ("cam1.city.example", "cam1.city.example.org", False),
        ("cam1", "*", False),
    ],
)
def test_a_wildcard_stands_for_one_whole_label_on_the_left(name, presented, matched):
    """RFC 9525 section 6.3."""
    assert matches(name, presented) is matched


@pytest.mark.parametrize(
    ("sans", "subject"),
    [
        (("cam1.city.example",), "CN=other"),
        (("192.0.2.1", "*.city.example"), "CN=other"),
        ((), "CN=cam1.city.example,O=City"),
        ((), "O=City,CN=*.city.example"),
    ],
)
def test_a_certificate_with_the_name_that_was_asked_for_passes(make, judge, tls, sans, subject):
    facts = tls(server_name=ASKED, sans=sans, subject=subject)
    judged = judge(tls_certificate_name_mismatch, make(("tls", 443, facts)))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize(
    ("sans", "subject", "told"),
    [
        (("other.example", "192.0.2.1"), "CN=cam1.city.example", "other.example, 192.0.2.1"),
        ((), "CN=Dahua camera,O=Dahua", "Dahua camera"),
        ((), "O=City", "no name at all"),
    ],
)
def test_a_certificate_with_another_name_is_medium(make, judge, tls, sans, subject, told):
    facts = tls(server_name=ASKED, sans=sans, subject=subject)
    (flaw,) = judge(tls_certificate_name_mismatch, make(("tls", 443, facts))).flaws
    assert (flaw.severity, flaw.facet) == (Severity.MEDIUM, "")
    assert flaw.detail == f"Was asked for as {ASKED}; its certificate is made out to {told}."


def test_where_only_the_address_is_known_no_name_can_be_wrong(make, judge, tls):
    judged = judge(tls_certificate_name_mismatch, make(("tls", 443, tls(sans=("other.example",)))))
    assert (judged.flaws, judged.ended) == ([], "skipped")


def test_names_that_were_not_read_leave_the_check_without_a_verdict(make, judge, tls):
    facts = tls(server_name=ASKED, certificate_error="sans: no sequence")
    assert judge(tls_certificate_name_mismatch, make(("tls", 443, facts))).ended == "unreached"


def test_an_opc_ua_application_may_sign_its_own(make, judge):
    facts = {"opcua.certificate_sha256": "ab", "opcua.certificate_self_signed": True}
    judged = judge(tls_certificate_self_signed, make(("opcua", 4840, facts)))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize("entry", all_defaults(), ids=lambda entry: entry.id)
def test_each_default_knows_its_examples_and_has_a_source_that_the_table_names(entry):
    import tomllib
    from importlib.resources import files

    sources = tomllib.loads(files("checks").joinpath("data/vendor_certificates.toml").read_text())["sources"]
    assert entry.examples
    assert entry.source in sources
    for example in entry.examples:
        found = factory_default(example, "") if entry.bearer == "subject" else factory_default("", example)
        assert found is not None
        assert found.id == entry.id


def test_no_two_defaults_have_one_id():
    assert len({entry.id for entry in all_defaults()}) == len(all_defaults())


@pytest.mark.parametrize(
    "subject",
    [
        "CN=cam.riverside.example",
        "CN=Lab City Device CA,O=Lab City",
        "CN=axis-accc8e012345,O=Axis Communications AB",
        "CN=Internet Widgits Museum,O=City",
        "CN=00408c123456,SERIALNUMBER=00408c123456,O=Axis",
        "CN=localhost",
        "CN=Go,O=Acme Company",
        "",
    ],
)
def test_a_name_of_its_own_is_nobodys_default(subject):
    assert factory_default(subject, subject) is None


def test_no_pattern_backtracks_without_bound():
    """A subject of 512 characters, the most that is kept, against every pattern."""
    for entry in all_defaults():
        if entry.pattern is not None:
            assert not re.search(r"\([^)]*[+*][^)]*\)[+*]", entry.pattern.pattern), entry.id


def test_a_certificate_out_of_firmware_is_medium_and_likely(make, judge, tls):
    subject = "1.2.840.113549.1.9.1=support@firetide.com,CN=Dexter,OU=Engineering,O=Firetide Inc.,L=Bangalore,ST=Karnataka,C=IN"
    (flaw,) = judge(tls_certificate_vendor_default, make(("tls", 443, tls(subject=subject)))).flaws
    assert (flaw.severity, flaw.confidence) == (Severity.MEDIUM, Confidence.LIKELY)
    assert "ships together with its private key" in flaw.detail


def test_one_that_the_product_makes_for_itself_is_low(make, judge, tls):
    facts = tls(subject="CN=idrac-SVCTAG,OU=Remote Access Group,O=Dell Inc.,L=Round Rock,ST=Texas,C=US")
    (flaw,) = judge(tls_certificate_vendor_default, make(("tls", 443, facts))).flaws
    assert flaw.severity is Severity.LOW
    assert "before anybody sets the product up" in flaw.detail


def test_the_issuer_tells_a_default_too(make, judge, tls):
    issuer = "CN=ZA1117619249,OU=Internally Generated Certificate,O=American Power Conversion Corp,L=Default Locality,ST=Default State,C=US"
    (flaw,) = judge(tls_certificate_vendor_default, make(("tls", 443, tls(issuer=issuer)))).flaws
    assert "APC" in flaw.detail


def test_one_default_on_two_ports_is_one_finding(make, judge, tls):
    facts = tls(subject="CN=127.0.0.1,O=axTLS Project", sha256="ab")
    assert judge(tls_certificate_vendor_default, make(("tls", 443, facts), ("tls", 8443, facts))).ports == [443]
