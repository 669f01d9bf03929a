from dataclasses import replace

import pytest

from inventory.model import Family, Severity
from scanner.actions import Action, actions, sentence
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
        ("Do " + "this and " * 20 + "that.", "Do " + "this and " * 11 + "this …"),
    ],
)
def test_the_first_clause_of_a_remedy_is_the_order(remedy, said):
    finding = replace(HIGH, remedy=remedy)
    assert sentence(Action("switch-off", "23/tcp", "Acme One"), finding) == f"{said} (23/tcp)"


def test_nothing_that_a_device_says_reaches_a_terminal_as_it_is():
    fleet = standing(1, f"{HOSTILE * 50} One", [HIGH, flawed(Severity.HIGH, "password", account=f"x: {HOSTILE}")])
    for action, (place,) in actions(fleet.device, fleet.findings).items():
        said = sentence(action, fleet.findings[place], 1)
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
