import pytest

from checks.ipmi_weak_login import ipmi_weak_login
from inventory.model import Confidence, Severity

SOUND = {
    "ipmi.version": "2.0",
    "ipmi.auth_types": ("MD5",),
    "ipmi.anonymous": False,
    "ipmi.null_user": False,
    "ipmi.named_users": True,
    "ipmi.message_authentication": True,
    "ipmi.default_key": False,
    "ipmi.cipher_zero": False,
}


@pytest.mark.parametrize(
    ("weak", "severity", "confidence"),
    [
        ({"ipmi.anonymous": True}, Severity.CRITICAL, Confidence.CONFIRMED),
        ({"ipmi.cipher_zero": True}, Severity.CRITICAL, Confidence.LIKELY),
        ({"ipmi.auth_types": ("none", "MD5")}, Severity.HIGH, Confidence.LIKELY),
        ({"ipmi.null_user": True}, Severity.MEDIUM, Confidence.CONFIRMED),
        ({"ipmi.message_authentication": False}, Severity.MEDIUM, Confidence.CONFIRMED),
        ({"ipmi.auth_types": ("MD5", "password in clear")}, Severity.LOW, Confidence.CONFIRMED),
        ({"ipmi.default_key": True}, Severity.LOW, Confidence.INFERRED),
    ],
)
def test_each_weak_lock_is_a_finding_as_bad_as_it_is(make, judge, weak, severity, confidence):
    (flaw,) = judge(ipmi_weak_login, make(("ipmi", 623, SOUND | weak))).flaws
    assert (flaw.severity, flaw.confidence, flaw.evidence) == (severity, confidence, b"evidence of ipmi")


def test_several_weak_locks_are_findings_of_their_own(make, judge):
    weak = {"ipmi.anonymous": True, "ipmi.null_user": True, "ipmi.auth_types": ("none", "password in clear")}
    flaws = judge(ipmi_weak_login, make(("ipmi", 623, SOUND | weak))).flaws
    assert len({flaw.facet for flaw in flaws}) == len({flaw.title for flaw in flaws}) == 4


@pytest.mark.parametrize("facts", [SOUND, {"ipmi.completion": 0xCC}, {"ipmi.auth_types": "none"}])
def test_sound_locks_and_what_is_not_said_pass(make, judge, facts):
    judged = judge(ipmi_weak_login, make(("ipmi", 623, facts)))
    assert (judged.flaws, judged.ended) == ([], "passed")
