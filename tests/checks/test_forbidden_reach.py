from dataclasses import replace

import pytest

from checks.contract import NotApplicable
from checks.forbidden_reach import forbidden_reach
from checks.policy import Policy, Rule, Vantage
from checks.reach import CONTROL_KINDS
from inventory.model import KINDS, Confidence, Device, Endpoint, Severity

PLACES = (Vantage("guest-wifi", "open"), Vantage("partner", "controlled"), Vantage("office", "small"))


class Ruled(Policy):
    """Cameras may be reached from the office alone; line 12 says so."""

    def rule_for(self, device: Device) -> Rule | None:
        if device.fact("kind") != "camera":
            return None
        return Rule(kind="camera", reach=("office", "control-room"), place="policy.toml line 12")


def at(vantage: str, policy: Policy = Policy(vantages=PLACES)) -> Policy:  # noqa: B008 - frozen
    return replace(policy, vantage=vantage)


def flaws(device: Device, policy: Policy | None):
    return list(forbidden_reach.judge(device, policy=policy))


@pytest.fixture
def device(make):
    """A device of that kind with two open ports."""

    def device(kind: str) -> Device:
        made: Device = make(("http", 80, {}), claims={"kind": kind} if kind else None)
        return replace(made, open_ports=(Endpoint("192.0.2.1", 80), Endpoint("192.0.2.1", 502)))

    return device


@pytest.mark.parametrize("kind", CONTROL_KINDS)
def test_control_equipment_that_answers_where_anyone_may_stand_is_found(device, kind):
    assert kind in KINDS
    (flaw,) = flaws(device(kind), at("guest-wifi"))
    assert flaw.severity is Severity.HIGH
    assert flaw.evidence == b"from guest-wifi: 192.0.2.1:80/tcp 192.0.2.1:502/tcp"
    assert flaw.remedy.startswith(
        "Deny what comes from guest-wifi in the firewall before this network: to 192.0.2.1, tcp/80, tcp/502; "
    )
    assert (flaw.endpoint, flaw.facet) == (Endpoint("192.0.2.1", 0), "from guest-wifi")


@pytest.mark.parametrize(("kind", "vantage"), [("plc", "partner"), ("plc", "library"), ("camera", "guest-wifi")])
def test_where_no_rule_names_a_vantage_nothing_else_is_forbidden(judge, device, kind, vantage):
    assert flaws(device(kind), at(vantage)) == []


def test_a_rule_that_names_vantages_is_held_against_all_others_and_named(device):
    (flaw,) = flaws(device("camera"), at("partner", Ruled(vantages=PLACES)))
    assert flaw.severity is Severity.MEDIUM
    assert "(policy.toml line 12: only from office, control-room)" in flaw.detail
    assert flaws(device("camera"), at("office", Ruled(vantages=PLACES))) == []


def test_a_device_without_a_kind_that_speaks_a_control_protocol_is_control_equipment(make):
    made = make(("modbus", 502, {}))
    made = replace(made, open_ports=(Endpoint("192.0.2.1", 502),))
    assert len(flaws(made, at("guest-wifi"))) == 1


def test_what_calls_itself_a_printer_and_speaks_a_control_protocol_is_control_equipment_for_sure(make, claim):
    made = make(("modbus", 502, {}), said=(claim("kind", "printer", 80, "http.title", Confidence.INFERRED),))
    (flaw,) = flaws(replace(made, open_ports=(Endpoint("192.0.2.1", 502),)), at("guest-wifi"))
    assert (flaw.severity, flaw.confidence) == (Severity.HIGH, Confidence.CONFIRMED)


def test_it_is_as_sure_as_the_kind_is(make, claim):
    made = make(("http", 80, {}), said=(claim("kind", "plc", 80, "http.title", Confidence.INFERRED),))
    (flaw,) = flaws(replace(made, open_ports=(Endpoint("192.0.2.1", 80),)), at("guest-wifi"))
    assert flaw.confidence is Confidence.INFERRED


def test_what_answered_no_port_was_not_reached(make):
    made = replace(make(claims={"kind": "plc"}), open_ports=())
    assert flaws(made, at("guest-wifi")) == []


@pytest.mark.parametrize("policy", [None, Policy(vantages=PLACES)])
def test_where_nobody_said_from_where_there_is_nothing_to_judge(device, policy):
    with pytest.raises(NotApplicable, match="--vantage"):
        flaws(device("plc"), policy)
