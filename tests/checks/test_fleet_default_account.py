from checks.contract import Member
from checks.fleet_default_account import fleet_default_account
from inventory.findings import Finding
from inventory.model import Confidence, Endpoint, Family, Severity

TELNET = Endpoint("192.0.2.1", 23)


def opened(account, endpoint=TELNET):
    words = ("", "", "", "", "")
    return Finding(
        "1",
        "default-credentials",
        Family.CREDENTIALS,
        Severity.CRITICAL,
        Confidence.CONFIRMED,
        endpoint,
        *words[:4],
        account=account,
    )


def member(make, identity, *accounts, department="Transport"):
    return Member(make(identity=identity), tuple(map(opened, accounts)), department)


def test_one_account_on_many_devices_of_a_department_is_one_finding_with_its_members(make):
    fleet = [member(make, name, "hikvision: admin") for name in ("c", "a", "b")]
    (flaw,) = fleet_default_account.judge(fleet)
    assert flaw.devices == ("a", "b", "c")
    assert flaw.detail == "The documented account 'admin' (catalogue entry hikvision) opened 3 devices of Transport."


def test_an_account_that_opened_one_device_twice_is_none_of_the_fleets(make):
    assert list(fleet_default_account.judge([member(make, "a", "apc: apc", "apc: apc"), member(make, "b")])) == []


def test_departments_are_judged_apart(make):
    water = [member(make, name, "apc: apc", department="Water") for name in ("a", "b")]
    transport = [member(make, name, "apc: apc") for name in ("c", "d")]
    other = member(make, "e", "apc: apc", department="Schools")
    found = list(fleet_default_account.judge([*water, *transport, other]))
    assert [flaw.devices for flaw in found] == [("c", "d"), ("a", "b")]
    assert len({flaw.facet for flaw in found}) == 2


def test_a_community_has_no_user_and_is_named_by_its_entry(make):
    (flaw,) = fleet_default_account.judge([member(make, name, "snmp-public", department="") for name in ("a", "b")])
    assert flaw.detail == "Catalogue entry snmp-public opened 2 devices."
