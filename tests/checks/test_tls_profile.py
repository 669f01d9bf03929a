from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.cipher_suites import all_suites
from checks.contract import load_checks
from checks.profiles import DEVICE, all_profiles, profile_named
from checks.tls_profile import _ABOUT, _KINDS, _ONLY, tls_profile
from inventory.model import Severity
from scanner.protocols import tls as protocol

EXPECTED = Path(__file__).parent.parent / "bytes" / "tls" / "suites_by_profile.tsv"
GUIDELINES = ("mozilla-modern", "mozilla-intermediate", "nist-800-52r2", "bsi-tr-02102-2")
EVERYTHING = ("versions", "sslv2", "suites", "groups", "dh")


@pytest.fixture
def against(judge):
    """`against("nist-800-52r2", device)` is what comes of the check with that profile."""

    def judged(name, device):
        told = partial(tls_profile.judge, profile=profile_named(name))
        return judge(replace(tls_profile, judge=told), device)

    return judged


@pytest.fixture
def model(make):
    """An endpoint that keeps every profile but where the test changes it: TLS 1.3, P-256, a certificate of 90 days."""

    def device(**changed):
        facts = {
            "tls.versions": ("TLSv1.3",),
            "tls.accepted": ("TLSv1.3 0x1301", "TLSv1.3 0x1302"),
            "tls.settled": EVERYTHING,
            "tls.groups": ("secp256r1", "secp384r1"),
            "tls.key_type": "ec",
            "tls.key_bits": 256,
            "tls.curve": "secp256r1",
            "tls.signature_hash": "sha256",
            "tls.not_before": "2026-10-01T00:00:00+00:00",
            "tls.not_after": "2026-12-30T00:00:00+00:00",
            "tls.early_data": False,
        } | {f"tls.{name}": value for name, value in changed.items()}
        return make(("tls", 443, {name: value for name, value in facts.items() if value is not None}))

    return device


def both(**changed):
    """Facts of a server of TLS 1.2 and 1.3 that does what every guideline wants of it."""
    return {
        "versions": ("TLSv1.2", "TLSv1.3"),
        "accepted": ("TLSv1.2 0xc02b", "TLSv1.3 0x1301"),
        "secure_renegotiation": True,
        "extended_master_secret": True,
        "compression": False,
        "truncated_hmac": False,
        "heartbeat": False,
    } | changed


def listed():
    rows = [line.split("\t") for line in EXPECTED.read_text().splitlines() if not line.startswith("#")]
    return {code: set(names.split()) for code, _, names in rows}


@pytest.mark.parametrize("name", GUIDELINES)
def test_a_profile_lists_exactly_the_suites_of_its_guideline(name):
    expected = {code for code, names in listed().items() if name in names}
    assert {code for code in all_suites() if code in profile_named(name).suites} == expected


def test_the_expectation_speaks_of_known_suites_and_names_them_as_the_table_does():
    rows = [line.split("\t") for line in EXPECTED.read_text().splitlines() if not line.startswith("#")]
    assert len(all_suites()) == 374
    assert {code: name for code, name, _ in rows} == {code: all_suites()[code].name for code, _, _ in rows}


def test_only_the_three_suites_that_our_table_lacks_are_listed_beyond_it():
    beyond = {code for name in GUIDELINES for code in profile_named(name).suites} - set(all_suites())
    assert beyond == {"d001", "d002", "d005"}


def test_every_clause_is_about_something_that_is_judged_and_names_what_says_so():
    judged = {subject for _, _, subjects in _KINDS.values() for subject in subjects.split()}
    assert judged == set(_ABOUT)
    for profile in all_profiles().values():
        for clause in profile.clauses:
            assert clause.about in judged
            assert clause.only in {"", *_ONLY}
            assert clause.standard.startswith(
                ("Mozilla Server Side TLS 6.0: ", "NIST SP 800-52r2: 3", "BSI TR-02102-2 2025-01: 3")
            )
            assert not clause.fact or clause.fact in protocol.FACTS
            assert bool(clause.fact) is bool(clause.detail) is (clause.about == "fact")


def test_device_is_the_profile_where_none_is_named_and_wants_nothing_more(judge, model):
    judged = judge(tls_profile, model(versions=("SSLv3",)))
    assert (judged.ended, judged.reason, judged.flaws) == ("skipped", "the profile is device", [])
    assert next(iter(all_profiles())) == DEVICE


@pytest.mark.parametrize("name", GUIDELINES)
def test_a_server_that_keeps_a_guideline_passes(against, model, name):
    changed = {} if name == "mozilla-modern" else both(key_bits=256)
    judged = against(name, model(**changed))
    assert (judged.flaws, judged.ended) == ([], "passed")
    assert judged.reason == f"keeps {profile_named(name).title}"


MUST, SHOULD = Severity.MEDIUM, Severity.LOW
CHACHA_13 = both(accepted=("TLSv1.3 0x1303",))
RESPONDER = "http://ocsp.example"
DHE = ("TLSv1.2 0x009e",)


@pytest.mark.parametrize(
    ("name", "changed", "kind", "severity", "detail", "clause"),
    [
        ("mozilla-modern", both(), "versions", MUST, "accepts TLSv1.2, which it must not", "tls_versions"),
        ("mozilla-modern", {"not_after": "2026-12-31T00:00:00+00:00"}, "certificate", SHOULD, "91 days, more than 90", "lifespan"),
        ("mozilla-modern", {"key_type": "rsa"}, "certificate", MUST, "a key of the kind rsa, not ec", "certificate_types"),
        ("mozilla-intermediate", both(versions=("TLSv1.2",)), "versions", MUST, "not accept TLSv1.3, which it must", "tls_versions"),
        ("mozilla-intermediate", both(accepted=DHE, dh_bits=1024), "key exchange", MUST, "1024 bits, below 2048", "dh_param_size"),
        ("mozilla-intermediate", both(accepted=DHE), "suites", MUST, "accepts 1 suite that it does not list: TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "ciphers"),
        ("mozilla-intermediate", both(ocsp_responder=RESPONDER, ocsp_stapling=False), "extensions", SHOULD, "not staple", "ocsp_staple"),
        ("mozilla-intermediate", both(curve="secp521r1"), "certificate", MUST, "the curve secp521r1", "certificate_curves"),
        ("nist-800-52r2", both(versions=("TLSv1.0", "TLSv1.2", "TLSv1.3")), "versions", MUST, "TLSv1.0, which it must not", ": 3.1"),
        ("nist-800-52r2", both(versions=("TLSv1.1", "TLSv1.2", "TLSv1.3")), "versions", SHOULD, "TLSv1.1, which it should not", ": 3.1"),
        ("nist-800-52r2", CHACHA_13, "suites", MUST, "TLS_CHACHA20_POLY1305_SHA256", ": 3.3.1"),
        ("nist-800-52r2", both(groups=("x25519",)), "key exchange", MUST, "in neither secp256r1 nor secp384r1; agrees", "3.4.2.2"),
        ("nist-800-52r2", both(groups=("x25519", "secp256r1")), "key exchange", SHOULD, "agrees on keys in x25519, which", "3.4.2.2"),
        ("nist-800-52r2", both(signature_hash="sha1"), "certificate", MUST, "signed with SHA1", ": 3.2.1"),
        ("nist-800-52r2", both(extended_master_secret=False), "extensions", MUST, "RFC 7627", ": 3.4.1"),
        ("nist-800-52r2", both(accepted=("TLSv1.2 0xc023",), encrypt_then_mac=False), "extensions", MUST, "RFC 7366", ": 3.4.2"),
        ("bsi-tr-02102-2", both(versions=("SSLv2", "TLSv1.2")), "versions", SHOULD, "accepts SSLv2, which it should not", ": 3.2"),
        ("bsi-tr-02102-2", both(versions=("TLSv1.1",)), "versions", SHOULD, "accepts neither TLSv1.2 nor TLSv1.3", ": 3.2"),
        ("bsi-tr-02102-2", both(key_type="rsa", key_bits=2048), "certificate", SHOULD, "RSA 2048 bits, below 3000", ": 3.6"),
        ("bsi-tr-02102-2", both(accepted=DHE, dh_bits=2048), "key exchange", SHOULD, "2048 bits, below 3000", ": 3.6"),
        ("bsi-tr-02102-2", both(heartbeat=True), "extensions", SHOULD, "heartbeats", ": 3.3.4"),
    ],
)  # fmt: skip
def test_a_deviation_is_one_finding_of_its_kind_with_its_clause(
    against, model, name, changed, kind, severity, detail, clause
):
    (flaw,) = [flaw for flaw in against(name, model(**changed)).flaws if flaw.facet == f"tcp/443 {name} {kind}"]
    assert flaw.severity is severity
    assert flaw.detail.startswith(f"By {profile_named(name).title}: ")
    assert detail in flaw.detail
    assert any(clause in standard for standard in flaw.standards)


def test_all_deviations_of_one_kind_are_one_finding_with_all_their_clauses(against, model):
    device = model(**both(extended_master_secret=False, secure_renegotiation=False, early_data=True))
    (flaw,) = against("nist-800-52r2", device).flaws
    assert flaw.detail.count(";") == 2
    assert flaw.standards[:3] == ("NIST SP 800-52r2: 3.4.1", "NIST SP 800-52r2: 3.6", "CWE-327")
    assert flaw.sources == ("https://doi.org/10.6028/NIST.SP.800-52r2 (August 2019)",)


@pytest.mark.parametrize(
    ("changed", "question"),
    [
        ({"settled": ("versions", "sslv2", "groups", "dh")}, "the suites"),
        ({"settled": ("sslv2", "suites", "groups", "dh")}, "the versions"),
        ({"settled": ("versions", "suites", "groups", "dh")}, "the versions"),
        ({"settled": ("versions", "sslv2", "suites", "dh")}, "the groups"),
        ({"versions": ()}, "the versions"),
        ({"key_type": None}, "the certificate"),
        ({"not_after": "never"}, "the certificate"),
        ({"extended_master_secret": None}, "extended master secret"),
    ],
)
def test_what_was_not_asked_is_not_passed(against, model, changed, question):
    judged = against("nist-800-52r2", model(**both(**changed)))
    assert (judged.flaws, judged.ended) == ([], "unreached")
    assert question in judged.reason


def test_what_was_seen_is_found_though_the_rest_was_not_asked(against, model):
    device = model(**both(accepted=("TLSv1.2 0x0005",), settled=("versions", "sslv2")))
    judged = against("bsi-tr-02102-2", device)
    (flaw,) = judged.flaws
    assert "accepts at least 1 suite that it does not list: TLS_RSA_WITH_RC4_128_SHA" in flaw.detail
    assert judged.ended == "unreached"


def test_nothing_is_stapled_where_the_issuer_names_no_responder(against, model):
    judged = against("mozilla-intermediate", model(**both(ocsp_stapling=False)))
    assert (judged.flaws, judged.ended) == ([], "passed")


def web(tls, page, name="camera.example"):
    return (
        ("tls", 443, {**tls, "tls.server_name": name}),
        ("http", 443, {"http.tls": True, "http.status": 200, **page}),
    )


@pytest.mark.parametrize(
    ("page", "detail"),
    [
        ({}, "does not ask browsers to stay with HTTPS"),
        ({"http.hsts": 86400}, "for 86,400 seconds, fewer than 63,072,000"),
        ({"http.hsts": 63072000}, ""),
        ({"http.status": 401}, ""),
    ],
)
def test_browsers_are_to_stay_with_https_where_the_device_has_a_name(against, make, model, page, detail):
    facts = model().observations[0].facts
    flaws = against("mozilla-modern", make(*web(facts, page))).flaws
    assert [flaw.facet for flaw in flaws] == (["tcp/443 mozilla-modern web pages"] if detail else [])
    assert all(detail in flaw.detail and flaw.severity is SHOULD for flaw in flaws)
    assert against("mozilla-modern", make(*web(facts, page, name=""))).flaws == []


def test_of_many_suites_the_first_are_named_and_the_others_counted(against, model):
    codes = [code for code in all_suites() if len(code) == 4 and code < "0020"][:12]
    (flaw,) = against("nist-800-52r2", model(**both(accepted=tuple(f"TLSv1.2 0x{code}" for code in codes)))).flaws
    assert "accepts 12 suites" in flaw.detail
    assert flaw.detail.endswith(" and 4 more.")


def test_an_unknown_profile_is_told_with_the_nearest_and_all():
    with pytest.raises(
        ValueError,
        match=r"no TLS profile 'mozila-modern'; did you mean 'mozilla-modern'; known: device, mozilla-modern, ",
    ):
        profile_named("mozila-modern")
    with pytest.raises(ValueError, match="there is no TLS profile 'x'; known: device, "):
        profile_named("x")


FACTS = sorted(protocol.FACTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # these fixtures are plain functions
@given(
    st.sampled_from(GUIDELINES),
    st.dictionaries(
        st.sampled_from(FACTS),
        st.one_of(st.text(max_size=20), st.integers(), st.booleans(), st.lists(st.text(max_size=8)).map(tuple)),
        max_size=8,
    ),
)
def test_no_fact_whatever_its_value_makes_the_check_fail(against, make, name, facts):
    assert against(name, make(("tls", 443, facts))).ended in ("passed", "unreached")


def test_the_check_is_told_of_the_profile():
    (check,) = [check for check in load_checks() if check.id == "tls-profile"]
    assert check.informed == ("profile",)
