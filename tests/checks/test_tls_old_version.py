import pytest

from checks.contract import load_checks
from checks.tls_old_version import tls_old_version
from inventory.model import Severity


@pytest.mark.parametrize(
    ("versions", "severity"),
    [
        (("TLSv1.0", "TLSv1.1", "TLSv1.2"), Severity.MEDIUM),
        (("TLSv1.1", "TLSv1.3"), Severity.MEDIUM),
        (("TLSv1.0",), Severity.HIGH),
        (("TLSv1.1", "TLSv1.0"), Severity.HIGH),
        (("TLSv1.1",), Severity.HIGH),
        (("SSLv3", "TLSv1.2"), Severity.CRITICAL),
        (("SSLv2", "TLSv1.0"), Severity.CRITICAL),
        (("SSLv2",), Severity.CRITICAL),
    ],
)
def test_the_oldest_and_the_best_version_decide_the_severity(make, judge, tls, versions, severity):
    judged = judge(tls_old_version, make(("tls", 443, tls(versions=versions))))
    assert [(flaw.endpoint.port, flaw.severity) for flaw in judged.flaws] == [(443, severity)]


def test_tls_1_2_and_1_3_pass(make, judge, tls):
    judged = judge(tls_old_version, make(("tls", 443, tls()), ("tls", 8443, tls(versions=("TLSv1.3",)))))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_an_endpoint_that_agreed_on_no_version_is_not_passed(make, judge, tls):
    judged = judge(tls_old_version, make(("tls", 443, tls(versions=()))))
    assert (judged.flaws, judged.ended) == ([], "unreached")


def test_one_silent_endpoint_does_not_hide_another_ones_flaw(make, judge, tls):
    judged = judge(tls_old_version, make(("tls", 443, tls(versions=())), ("tls", 8443, tls(versions=("TLSv1.0",)))))
    assert judged.ports == [8443]


@pytest.mark.parametrize("versions", [("SSLv2", "SSLv3", "TLSv1.0"), ("TLSv1.0", "TLSv1.1", "TLSv1.2")])
def test_an_endpoint_is_one_finding_that_stays_the_same_when_a_version_is_turned_off(make, judge, tls, versions):
    first, second = (
        judge(tls_old_version, make(("tls", 443, tls(versions=told)))).flaws for told in (versions, versions[1:])
    )
    assert [flaw.facet for flaw in (*first, *second)] == ["", ""]


@pytest.mark.parametrize(
    ("versions", "title"),
    [
        (("SSLv2", "TLSv1.2"), "SSL 2.0 is accepted"),
        (("SSLv3", "TLSv1.2"), "SSL 3.0 is accepted (POODLE)"),
        (("TLSv1.0", "TLSv1.2"), "TLS 1.0 is accepted"),
        (("TLSv1.1", "TLSv1.3"), "TLS 1.1 is accepted"),
        (("TLSv1.0", "TLSv1.1"), "Nothing newer than TLS 1.1 is spoken"),
    ],
)
def test_the_weakest_version_gives_it_its_title(make, judge, tls, versions, title):
    (flaw,) = judge(tls_old_version, make(("tls", 443, tls(versions=versions)))).flaws
    assert flaw.title == title


@pytest.mark.parametrize(
    ("versions", "accepted", "words"),
    [
        (("SSLv3", "TLSv1.2"), "SSLv3 0x0005", "POODLE (CVE-2014-3566)"),
        (("TLSv1.0", "TLSv1.2"), "TLSv1.0 0xc013", "CBC suites in TLSv1.0 are open to BEAST"),
        (("SSLv2",), "SSLv2 0x0700c0", "protects neither its handshake nor its keys"),
    ],
)
def test_what_breaks_the_version_is_named(make, judge, tls, versions, accepted, words):
    (flaw,) = judge(tls_old_version, make(("tls", 443, tls(versions=versions, accepted=(accepted,))))).flaws
    assert words in flaw.detail


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        (("DTLSv1.0", "DTLSv1.2"), [("DTLS 1.0 is accepted", Severity.MEDIUM)]),
        (("DTLSv1.0",), [("Nothing newer than DTLS 1.0 is spoken", Severity.HIGH)]),
        (("DTLSv1.2",), []),
    ],
)
def test_over_udp_the_version_is_judged(make, judge, versions, told):
    facts = {"tls.versions": versions, "tls.settled": ("versions",), "tls.suites": ("DTLSv1.2 0x0005",)}
    device = make(("dtls", 5684, facts))
    judged = judge(tls_old_version, device)
    assert [(flaw.title, flaw.severity) for flaw in judged.flaws] == told
    assert judged.ended == "passed"


def test_over_udp_versions_certificates_and_keys_are_judged_and_no_suites():
    judging = {check.id for check in load_checks() if "dtls" in check.needs}
    assert {name for name in judging if "certificate" not in name} == {
        "tls-old-version",
        "tls-known-key",
        "tls-guessable-key",
    }


def test_over_udp_an_open_question_leaves_it_without_a_verdict(make, judge):
    facts = {"tls.versions": ("DTLSv1.2",), "tls.unsettled": ("versions: DTLSv1.0: the device did not answer in time",)}
    judged = judge(tls_old_version, make(("dtls", 5684, facts)))
    assert (judged.ended, judged.reason) == (
        "unreached",
        "192.0.2.1:5684/tcp: versions: DTLSv1.0: the device did not answer in time",
    )


def test_without_cbc_there_is_no_beast(make, judge, tls):
    facts = tls(versions=("TLSv1.0", "TLSv1.2"), accepted=("TLSv1.0 0x0005",), suites=())
    (flaw,) = judge(tls_old_version, make(("tls", 443, facts))).flaws
    assert flaw.detail == "Accepts TLSv1.0, and TLSv1.2 at best."


def test_without_the_question_for_ssl_2_it_is_not_passed(make, judge, tls):
    judged = judge(tls_old_version, make(("tls", 443, tls(settled=("versions", "null")))))
    assert (judged.flaws, judged.ended) == ([], "unreached")
    assert judged.reason == "192.0.2.1:443/tcp: sslv2: was not asked"
