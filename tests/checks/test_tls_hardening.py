import pytest

from checks import tls_hardening as hardening
from checks.rules import all_rules
from inventory.model import Severity

OLDER = {"versions": ("TLSv1.0", "TLSv1.2"), "accepted": ("TLSv1.2 0xc02f",), "suites": ()}
ONLY_12 = {"versions": ("TLSv1.2",), "accepted": ("TLSv1.2 0xc02f",), "suites": ()}


def test_no_authenticated_encryption_is_a_finding(make, judge, tls):
    facts = tls(versions=("TLSv1.2",), accepted=("TLSv1.2 0xc027", "TLSv1.2 0x002f"), suites=())
    (flaw,) = judge(hardening.tls_no_aead, make(("tls", 443, facts))).flaws
    assert (flaw.severity, flaw.facet) == (Severity.MEDIUM, "tcp/443 cipher.no_aead")


@pytest.mark.parametrize("suite", ["TLSv1.2 0x009c", "TLSv1.2 0xcca8", "TLSv1.2 0xc0a0"])
def test_one_suite_with_it_is_enough(make, judge, tls, suite):
    facts = tls(versions=("TLSv1.2",), accepted=("TLSv1.2 0x002f", suite), suites=())
    assert judge(hardening.tls_no_aead, make(("tls", 443, facts))).ended == "passed"


def test_what_is_older_than_tls_1_2_cannot_have_it_and_is_told_elsewhere(make, judge, tls):
    facts = tls(versions=("TLSv1.0", "TLSv1.1"), accepted=("TLSv1.0 0x002f",), suites=())
    judged = judge(hardening.tls_no_aead, make(("tls", 443, facts)))
    assert (judged.flaws, judged.ended) == ([], "skipped")


@pytest.mark.parametrize(("compresses", "flaws"), [(True, [Severity.MEDIUM]), (False, [])])
def test_compression_is_a_finding(make, judge, tls, compresses, flaws):
    judged = judge(hardening.tls_compression, make(("tls", 443, tls(compression=compresses))))
    assert [flaw.severity for flaw in judged.flaws] == flaws
    assert ["CRIME" in flaw.detail for flaw in judged.flaws] == [True for _ in flaws]


@pytest.mark.parametrize(
    ("versions", "knows", "ended"),
    [
        (("TLSv1.2",), False, "flawed"),
        (("SSLv3", "TLSv1.3"), False, "flawed"),
        (("TLSv1.2",), True, "passed"),
        (("TLSv1.3",), False, "passed"),  # which does not renegotiate
        (("TLSv1.2",), "?", "unreached"),
    ],
)
def test_renegotiation_is_asked_of_what_renegotiates(make, judge, tls, versions, knows, ended):
    judged = judge(
        hardening.tls_insecure_renegotiation,
        make(("tls", 443, tls(versions=versions, secure_renegotiation=knows))),
    )
    assert ("flawed" if judged.flaws else judged.ended) == ended


@pytest.mark.parametrize(
    ("facts", "rule", "words"),
    [
        ({"accepted": ("TLSv1.2 0xc013",)}, "cipher.cbc_sha1", "CBC (open to Lucky 13"),
        ({"accepted": ("TLSv1.2 0xc027",)}, "cipher.cbc_sha1", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
        ({"accepted": ("TLSv1.2 0xc013",), "encrypt_then_mac": True}, "cipher.cbc_sha1", "Accepts CBC: TLS_ECDHE"),
        ({"accepted": ("TLSv1.2 0x009c",)}, "cipher.static", "TLS_RSA_WITH_AES_128_GCM_SHA256"),
        ({"extended_master_secret": False}, "ext.ems", "RFC 7627"),
        (OLDER | {"fallback_scsv": False}, "ext.scsv", "fall back"),
        ({"truncated_hmac": True}, "ext.trunc_hmac", "80 bits"),
        ({"intolerant": ("hellos of TLSv1.2",)}, "proto.intolerance", "Hangs up on hellos of TLSv1.2"),
        ({"early_data": True}, "ext.early_data", "0-RTT"),
    ],
)
def test_a_low_breach_is_told_with_its_rules_remedy(make, judge, tls, facts, rule, words):
    (flaw,) = judge(hardening.tls_hardening, make(("tls", 443, tls(**facts)))).flaws
    assert words in flaw.detail
    assert (flaw.remedy, flaw.standards) == (all_rules()[rule].remedy, all_rules()[rule].standards)


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        (ONLY_12, "proto.no13"),
        ({"versions": ("TLSv1.2", "TLSv1.3"), "ticket_lifetime": 604_801}, "ext.ticket_lifetime"),
        ({"heartbeat": True}, "ext.heartbeat"),
        ({"ocsp_responder": "http://ocsp.example/", "ocsp_stapling": False}, "ocsp.staple"),
        ({"preference": "client", "accepted": ("TLSv1.2 0x000a",)}, "cipher.order"),
    ],
)
def test_what_is_worth_knowing_is_told_with_its_rules_remedy(make, judge, tls, facts, rule):
    (flaw,) = judge(hardening.tls_advice, make(("tls", 443, tls(**facts)))).flaws
    assert (flaw.remedy, flaw.standards) == (all_rules()[rule].remedy, all_rules()[rule].standards)


@pytest.mark.parametrize(
    "facts",
    [
        OLDER | {"fallback_scsv": True},
        ONLY_12 | {"fallback_scsv": False},  # one version: nothing to fall back to
        {"versions": ("TLSv1.0", "TLSv1.2", "TLSv1.3"), "fallback_scsv": False},  # TLS 1.3 notices by itself
        {"accepted": ("TLSv1.2 0xc012",)},  # 3DES: told by tls-weak-cipher
        ONLY_12 | {"accepted": ("TLSv1.2 0x009c",)},  # nothing but static keys: told by tls-no-forward-secrecy
        {"versions": ("SSLv3",), "extended_master_secret": False},  # which has no extensions
        {"truncated_hmac": False, "early_data": False},
    ],
)
def test_what_is_no_breach_or_told_elsewhere_is_not_told_as_low(make, judge, tls, facts):
    judged = judge(hardening.tls_hardening, make(("tls", 443, tls(**facts))))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize(
    "facts",
    [
        {"ticket_lifetime": 604_800},
        {"versions": ("TLSv1.0",), "settled": ("versions", "null")},  # no TLS 1.2 either: told by tls-old-version
        {"ocsp_stapling": False},  # a certificate that names no responder has no state to send along
        {"ocsp_responder": "http://ocsp.example/", "ocsp_stapling": True},
        {"preference": "client"},  # among sound suites
        {"preference": "server", "accepted": ("TLSv1.2 0x000a",)},
    ],
)
def test_what_is_usual_is_not_worth_a_remark(make, judge, tls, facts):
    judged = judge(hardening.tls_advice, make(("tls", 443, tls(**facts))))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_ticket_may_live_a_day_where_tls_1_3_is_not_spoken(make, judge, tls):
    short, long = (
        judge(hardening.tls_advice, make(("tls", 443, tls(**ONLY_12, ticket_lifetime=seconds)))).flaws[0].detail
        for seconds in (86_400, 172_800)
    )
    assert "tickets" not in short
    assert "live for 48 hours (at most 24)" in long


def test_all_that_is_low_at_an_endpoint_is_one_finding(make, judge, tls):
    facts = tls(accepted=("TLSv1.2 0xc013", "TLSv1.2 0x009c"), extended_master_secret=False)
    (flaw,) = judge(hardening.tls_hardening, make(("tls", 443, facts))).flaws
    rows = [all_rules()[rule] for rule in ("cipher.cbc_sha1", "cipher.static", "ext.ems")]
    assert [flaw.detail.count(word) for word in ("CBC", "forward secrecy", "RFC 7627")] == [2, 1, 1]
    assert flaw.remedy == f"{rows[0].remedy} {rows[2].remedy}"  # two of the three have one remedy
    assert set(flaw.standards) == {clause for row in rows for clause in row.standards}
    assert len(set(flaw.standards)) == len(flaw.standards)


def test_the_finding_stays_the_same_one_when_its_list_grows(make, judge, tls):
    one, two = (
        judge(hardening.tls_hardening, make(("tls", 443, tls(extended_master_secret=False, **more)))).flaws[0].facet
        for more in ({}, {"truncated_hmac": True})
    )
    assert one == two


def test_a_modern_device_with_the_usual_suites_has_one_low_line(make, judge, tls):
    usual = ("TLSv1.3 0x1302", "TLSv1.2 0xc030", "TLSv1.2 0xc014", "TLSv1.2 0x009d", "TLSv1.2 0x0035")
    device = make(("tls", 443, tls(accepted=usual, ticket_lifetime=7200, preference="client")))
    checks = (
        hardening.tls_no_aead,
        hardening.tls_compression,
        hardening.tls_insecure_renegotiation,
        hardening.tls_hardening,
        hardening.tls_advice,
    )
    assert [check.id for check in checks for _ in judge(check, device).flaws] == ["tls-hardening"]
