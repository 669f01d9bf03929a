import pytest

from checks.contract import Act
from checks.remote_desktop import remote_desktop
from inventory.model import Confidence, Severity


@pytest.mark.parametrize(
    ("protocol", "port", "facts", "severity", "row"),
    [
        (
            "rdp",
            3389,
            {"rdp.answer": "PROTOCOL_SSL", "rdp.security": "TLS", "rdp.nla": False},
            Severity.HIGH,
            "rdp-without-nla",
        ),
        (
            "rdp",
            3389,
            {"rdp.answer": "no negotiation", "rdp.security": "RDP", "rdp.nla": False},
            Severity.HIGH,
            "rdp-without-nla",
        ),
        ("rdp", 3389, {"rdp.security": "NLA", "rdp.nla": True}, Severity.MEDIUM, "rdp"),
        ("rdp", 3389, {"rdp.answer": "SSL_REQUIRED_BY_SERVER"}, Severity.MEDIUM, "rdp"),
        ("x11", 6000, {"x11.open": True, "x11.answer": "accepted"}, Severity.HIGH, "x11-open"),
        ("x11", 6000, {"x11.open": False, "x11.answer": "refused"}, Severity.MEDIUM, "x11"),
        ("vnc", 5900, {"vnc.version": "3.8", "vnc.no_authentication": False}, Severity.MEDIUM, "vnc"),
        ("vnc", 5900, {"vnc.version": "3.8", "vnc.refusal": "Too many failures"}, Severity.MEDIUM, "vnc"),
    ],
)
def test_each_desktop_weighs_what_it_lets_a_stranger_do(make, judge, protocol, port, facts, severity, row):
    judged = judge(remote_desktop, make((protocol, port, facts)))
    (flaw,) = judged.flaws
    assert (flaw.severity, flaw.confidence) == (severity, Confidence.CONFIRMED)
    assert flaw.facet == f"tcp/{port} {row}"
    assert flaw.evidence == f"evidence of {protocol}".encode()


def test_a_vnc_desktop_without_a_password_is_told_by_no_authentication_and_not_here(make, judge):
    judged = judge(remote_desktop, make(("vnc", 5900, {"vnc.no_authentication": True})))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_device_without_a_desktop_passes(make, judge):
    judged = judge(remote_desktop, make(("http", 80, {})))
    assert (judged.flaws, judged.reason) == ([], "none of these was found open")


def test_the_remedies_are_acts_of_their_own(make, judge):
    device = make(("rdp", 3389, {"rdp.nla": False}), ("x11", 6000, {"x11.open": True}))
    assert {flaw.act for flaw in judge(remote_desktop, device).flaws} == {Act.ACCESS, Act.SWITCH_OFF}
