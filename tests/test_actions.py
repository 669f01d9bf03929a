from dataclasses import replace

import pytest

from inventory.model import Claim, Confidence, Device, Family, Severity
from scanner.actions import Action, actions, order, sentence, service
from tests.fleets import flawed, standing
from tests.riverside import HOSTILE

HIGH = flawed(Severity.HIGH, "switch-off", 23)


@pytest.mark.parametrize(
    ("remedy", "said"),
    [
        ("Turn Telnet off and use SSH; where there is no SSH, wait.", "Turn Telnet off and use SSH"),
        ("Let only the hosts reach it: a rule, a list.", "Let only the hosts reach it"),
        ("Set the minimum version to TLS 1.2 and restart.", "Set the minimum version to TLS 1.2 and restart"),
        ("Turn it off in the broker (mosquitto: allow_anonymous false).", "Turn it off in the broker"),
        ("Make a new key (RSA, or EC) and install it.", "Make a new key (RSA, or EC) and install it"),
        ("Set `anonymous.enabled: false` in its file; restart it.", "Set `anonymous.enabled: false` in its file"),
        ("Do " + "this and " * 20 + "that.", "Do " + "this and " * 11 + "this …"),
    ],
)
def test_the_first_clause_of_a_remedy_is_the_order(remedy, said):
    finding = replace(HIGH, remedy=remedy)
    action = Action("switch-off", "23/tcp", "Acme One")
    assert (order(action, finding), service(action, finding)) == (said, "23/tcp")


def test_a_service_whose_port_the_order_names_is_not_said_twice():
    finding = replace(HIGH, remedy="Let only the control hosts reach port 23: a rule.")
    assert service(Action("switch-off", "23/tcp", "Acme One"), finding) == ""


def kinds(vendor, model, kind, number):
    words = [("vendor", vendor), ("model", model), ("kind", kind)]
    claims = tuple(Claim(name, value, Confidence.CONFIRMED, "") for name, value in words if value)
    return [Device(f"serial:{at}", (f"192.0.2.{at}",), claims=claims) for at in range(1, number + 1)]


@pytest.mark.parametrize(
    ("devices", "said"),
    [
        (kinds("Hikvision", "DS-2", "camera", 12), "of 12 Hikvision cameras"),
        (kinds("Hikvision", "DS-2", "camera", 1), "of the Hikvision camera"),
        (kinds("APC", "", "ups", 2), "of 2 APC ups devices"),
        (kinds("Moxa", "", "switch", 2), "of 2 Moxa switches"),
        (kinds("Acme", "", "", 2), "of 2 Acme devices"),
        (kinds("Acme", "", "camera", 1) + kinds("Acme", "", "recorder", 1), "of 2 Acme devices"),
    ],
)
def test_an_account_is_given_a_password_on_devices_that_a_person_knows(devices, said):
    finding = flawed(Severity.HIGH, "password", account="entry: admin")
    (action,) = actions(devices[0], [finding])
    assert sentence(action, finding, devices) == f"Give the account 'admin' {said} a password of its own"


@pytest.mark.parametrize(
    ("devices", "said"),
    [
        (kinds("Dahua", "", "camera", 2), "23/tcp of 2 Dahua cameras"),
        (kinds("HP", "LaserJet 400", "printer", 2), "23/tcp of 2 HP LaserJet 400"),
        (kinds("HP", "LaserJet 400", "printer", 1), "23/tcp of the HP LaserJet 400"),
        (kinds("", "", "", 1), "23/tcp of the unidentified device serial:1"),
    ],
)
def test_a_setting_is_made_at_a_service_of_so_many_of_a_product(devices, said):
    (action,) = actions(devices[0], [HIGH])
    assert sentence(action, HIGH, devices) == f"Do what is called switch-off ({said})"


def test_nothing_that_a_device_says_reaches_a_terminal_as_it_is():
    fleet = standing(1, f"{HOSTILE * 50} One", [HIGH, flawed(Severity.HIGH, "password", account=f"x: {HOSTILE}")])
    for action, (place,) in actions(fleet.device, fleet.findings).items():
        said = sentence(action, fleet.findings[place], [fleet.device])
        assert said.isprintable()
        assert len(said) < 400


@pytest.mark.parametrize(
    ("family", "act"), [(Family.CREDENTIALS, "password"), (Family.TLS, "encrypt"), (Family.FIRMWARE, "update")]
)
def test_a_record_of_before_has_the_kind_of_work_of_its_family(family, act):
    old = replace(HIGH, act="", family=family)
    device = standing(1, "Acme One", [old])
    assert [action.act for action in actions(device.device, device.findings)] == [act]


def test_what_has_no_port_is_told_apart_by_its_check():
    one, other = (replace(flawed(Severity.LOW, "segment", 0), check=name) for name in ("a", "b"))
    device = standing(1, "Acme One", [one, other])
    assert list(actions(device.device, device.findings)) == [
        Action("segment", "a", "Acme One"),
        Action("segment", "b", "Acme One"),
    ]


def test_an_unknown_model_is_what_its_maker_makes_of_that_kind():
    device = standing(1, "Acme", [HIGH]).device
    assert [action.whose for action in actions(device, [HIGH])] == ["Acme"]
