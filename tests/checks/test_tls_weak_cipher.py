from dataclasses import replace

import pytest

from checks import tls_weak_cipher as cipher
from inventory.model import Severity

CRITICAL, HIGH, MEDIUM = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM
ALL = (cipher.tls_no_encryption, cipher.tls_anonymous, cipher.tls_export, cipher.tls_weak_cipher)


def found(judge, device):
    """The rule and the severity of every finding of the four checks."""
    flaws = [flaw for check in ALL for flaw in judge(check, device).flaws]
    return [(flaw.facet.removeprefix("tcp/443 "), flaw.severity) for flaw in flaws]


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("TLSv1.2 0x003b", [("cipher.null", CRITICAL)]),  # RSA_WITH_NULL_SHA256
        ("TLSv1.0 0x0034", [("cipher.anon", CRITICAL)]),  # DH_anon_WITH_AES_128_CBC_SHA
        ("TLSv1.0 0xc015", [("cipher.null", CRITICAL), ("cipher.anon", CRITICAL)]),  # ECDH_anon_WITH_NULL_SHA
        ("TLSv1.0 0x0003", [("cipher.export", CRITICAL)]),  # RSA_EXPORT_WITH_RC4_40_MD5
        ("SSLv2 0x020080", [("cipher.export", CRITICAL)]),  # RC4_128_EXPORT40_WITH_MD5
        ("TLSv1.2 0xc011", [("cipher.rc4", HIGH)]),  # ECDHE_RSA_WITH_RC4_128_SHA
        ("TLSv1.2 0x0004", [("cipher.rc4", HIGH)]),  # RSA_WITH_RC4_128_MD5, told once
        ("TLSv1.0 0x0009", [("cipher.des_low", HIGH)]),  # RSA_WITH_DES_CBC_SHA
        ("SSLv3 0x0025", [("cipher.des_low", HIGH)]),  # KRB5_WITH_IDEA_CBC_MD5: the MAC is the worse
        ("TLSv1.2 0x000a", [("cipher.3des", MEDIUM)]),  # RSA_WITH_3DES_EDE_CBC_SHA
        ("TLSv1.0 0x0007", [("cipher.3des", MEDIUM)]),  # RSA_WITH_IDEA_CBC_SHA
        ("SSLv2 0x0700c0", []),  # 3DES with MD5: SSL 2.0 itself is told by tls-old-version
        ("TLSv1.2 0xc02f", []),
        ("TLSv1.2 0x002f", []),  # CBC and static: low, and told by tls-hardening
    ],
)
def test_a_suite_is_told_by_the_gravest_rule_it_breaches(make, judge, tls, accepted, expected):
    assert found(judge, make(("tls", 443, tls(accepted=(accepted,))))) == expected


def test_each_weak_class_is_a_finding_of_its_own(make, judge, tls):
    facts = tls(accepted=("TLSv1.0 0x0005", "TLSv1.0 0x0015", "TLSv1.0 0x0016"))
    assert found(judge, make(("tls", 443, facts))) == [
        ("cipher.rc4", HIGH),
        ("cipher.des_low", HIGH),
        ("cipher.3des", MEDIUM),
    ]


def test_the_finding_names_suites_and_versions(make, judge, tls):
    told = ("TLSv1.0 0x0005", "TLSv1.0 0xc011", "TLSv1.2 0x0005")
    (flaw,) = judge(cipher.tls_weak_cipher, make(("tls", 443, tls(accepted=told)))).flaws
    assert flaw.detail == (
        "Accepts RC4: TLS_RSA_WITH_RC4_128_SHA and TLS_ECDHE_RSA_WITH_RC4_128_SHA, in TLSv1.0 and TLSv1.2."
    )
    assert flaw.evidence == b"evidence of tls"


@pytest.mark.parametrize(
    ("accepted", "attacks"),
    [
        (("TLSv1.0 0x0008",), "Known as FREAK (CVE-2015-0204)."),
        (("TLSv1.0 0x0014",), "Known as Logjam (CVE-2015-4000)."),
        (("TLSv1.0 0x0008", "TLSv1.0 0x0014"), "Known as FREAK (CVE-2015-0204) and Logjam (CVE-2015-4000)."),
    ],
)
def test_export_is_told_with_the_name_of_its_attack(make, judge, tls, accepted, attacks):
    (flaw,) = judge(cipher.tls_export, make(("tls", 443, tls(accepted=accepted)))).flaws
    assert flaw.detail.endswith(attacks)


def test_what_a_graver_check_tells_is_not_called_accepted_by_nobody(make, judge, tls):
    judged = judge(cipher.tls_weak_cipher, make(("tls", 443, tls(accepted=("TLSv1.0 0x0003",)))))
    assert (judged.ended, judged.reason.endswith("but what graver checks report")) == ("passed", True)


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_two_endpoints_are_two_findings(make, judge, tls, check):
    weak = tls(accepted=("TLSv1.0 0x0001", "TLSv1.0 0x0018", "TLSv1.0 0x0003", "TLSv1.0 0x0005"))
    assert judge(check, make(("tls", 443, weak), ("tls", 8443, weak))).ports == [443, 8443]


def test_the_answer_that_picked_the_suite_is_its_evidence(make, judge, tls):
    def hello(suite: int) -> bytes:
        """RFC 5246, section 7.4.1.3: a session of four bytes, no extensions."""
        body = b"\3\3" + b"\x16\3" * 16 + b"\4abcd" + suite.to_bytes(2, "big") + b"\0"
        return b"\x16\3\3\0\x2e\2\0\0\x2a" + body

    facts = tls(accepted=("TLSv1.2 0xc02f", "TLSv1.2 0x0005"))
    device = make(("tls", 443, facts))
    (seen,) = device.observations
    for evidence, proof in (
        (hello(0xC02F) + hello(5), hello(5)),
        (hello(0xC02F), hello(0xC02F)),
        (b"\x16\3", b"\x16\3"),
    ):
        told = replace(device, observations=(replace(seen, evidence=evidence),))
        assert [flaw.evidence for flaw in judge(cipher.tls_weak_cipher, told).flaws] == [proof]
