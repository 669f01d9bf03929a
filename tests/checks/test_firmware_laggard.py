import pytest

from checks.contract import Member
from checks.firmware import firmware_age
from checks.firmware_laggard import firmware_laggard
from inventory.model import Severity

HTTP = ("http", 80, {"http.status": 200})


@pytest.fixture
def member(make):
    """A device of a model that runs a version."""

    def made(name, version, model="DS-2CD2042WD-I", *, vendor="Hikvision", **claims):
        told = {"vendor": vendor, "model": model, **({"firmware": version} if version else {}), **claims}
        device = make(HTTP, claims=told, identity=name)
        return Member(device, firmware=firmware_age(device))

    return made


def found(*members):
    return list(firmware_laggard.judge(members))


def test_those_below_the_newest_of_their_equals_are_one_finding_with_its_members(member):
    old = [member(f"old-{number}", "5.4.0") for number in range(17)]
    new = [member(f"new-{number}", "5.5.0") for number in range(3)]
    (flaw,) = found(*new[:1], *old, *new[1:])
    assert flaw.devices == tuple(sorted(f"old-{number}" for number in range(17)))
    assert flaw.severity is None
    assert flaw.detail == (
        "17 of 20 Hikvision DS-2CD2042WD-I run older firmware than 5.5.0, which was seen among them: 5.4.0 (17)."
    )


def test_the_commonest_old_versions_are_named_and_the_others_counted(member):
    versions = ["5.1.0", "5.2.0", "5.2.0", "5.3.0", "5.4.0", "5.5.0"]
    (flaw,) = found(*(member(str(place), version) for place, version in enumerate(versions)))
    assert flaw.detail.endswith("5.2.0 (2), 5.1.0 (1), 5.3.0 (1) and 1 other version.")


@pytest.mark.parametrize(
    "members",
    [
        [("a", "5.4.0"), ("b", "5.4.0")],
        [("a", "5.4.0"), ("b", "")],
        [("a", "5.4.0"), ("b", "5.5.0", "DS-2CD2142FWD-I")],
        [("a", "five"), ("b", "5.5.0")],
    ],
    ids=["all run the same", "one states none", "another model", "no order between them"],
)
def test_without_an_older_equal_there_is_no_finding(member, members):
    assert found(*(member(*each) for each in members)) == []


def test_another_hardware_revision_has_firmware_of_its_own(member):
    assert found(member("a", "1.0", hardware="A1"), member("b", "2.0", hardware="B1")) == []
    assert len(found(member("a", "1.0", hardware="A1"), member("b", "2.0", hardware="A1"))) == 1


def test_builds_that_lie_years_apart_are_no_rollout_under_way(member):
    (flaw,) = found(member("a", "1.0", firmware_date="2014-05-01"), member("b", "2.0", firmware_date="2016-05-02"))
    assert flaw.severity is Severity.MEDIUM
    (flaw,) = found(member("a", "1.0", firmware_date="2014-05-01"), member("b", "2.0", firmware_date="2016-04-30"))
    assert flaw.severity is None


def test_devices_without_a_maker_are_nobody_s_equals(make):
    members = [Member(make(HTTP, claims={"model": "Box", "firmware": v}, identity=v)) for v in ("1.0", "2.0")]
    assert found(*members) == []
