from checks.contract import Act
from checks.smb_version_1 import smb_version_1
from inventory.model import Severity


def test_a_server_that_speaks_version_1_is_found(make, judge):
    judged = judge(
        smb_version_1, make(("smb", 445, {"smb.smb1": True, "smb.dialect": "NT LM 0.12", "smb.signing": "none"}))
    )
    (flaw,) = judged.flaws
    assert (flaw.endpoint.port, flaw.severity, flaw.act) == (445, Severity.MEDIUM, Act.SWITCH_OFF)
    assert "EnableSMB1Protocol" in flaw.remedy


def test_a_server_that_speaks_the_later_versions_alone_passes(make, judge):
    judged = judge(smb_version_1, make(("smb", 445, {"smb.smb1": False, "smb.dialect": "3.0.2"})))
    assert (judged.flaws, judged.ended) == ([], "passed")
