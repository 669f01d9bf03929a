import pytest

from checks.tls_old_version import tls_old_version
from inventory.model import Severity


@pytest.mark.parametrize(
    ("versions", "severity"),
    [
        (("TLSv1.0", "TLSv1.1", "TLSv1.2"), Severity.MEDIUM),
        (("TLSv1.1", "TLSv1.3"), Severity.MEDIUM),
        (("TLSv1.0",), Severity.HIGH),
        (("TLSv1.1", "TLSv1.0"), Severity.HIGH),
        (("SSLv3", "TLSv1.2"), Severity.CRITICAL),
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
