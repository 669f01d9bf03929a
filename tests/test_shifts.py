from dataclasses import replace
from datetime import UTC, datetime

import pytest

from inventory.findings import Finding, Vulnerability
from inventory.model import KINDS, Claim, Confidence, Device, Endpoint, Family, Observation, Severity
from inventory.report import Context
from scanner.score import effective, moved_by, score
from scanner.shifts import impact_of, shifts

EXPLOITED = (Vulnerability("CVE-2021-36260", exploited=True),)


def device(kind="camera"):
    return Device("serial:1", ("192.0.2.1",), claims=(Claim("kind", kind, Confidence.CONFIRMED, "a-fingerprint"),))


def finding(severity, port=80, confidence=Confidence.CONFIRMED, holes=(), moved=()):
    return Finding(
        "id",
        "a-check",
        Family.PORTS,
        severity,
        confidence,
        Endpoint("192.0.2.1", port),
        "A title",
        "A detail.",
        "",
        "Act.",
        vulnerabilities=holes,
        shifts=moved,
    )


@pytest.mark.parametrize(
    ("severity", "context", "kind", "holes", "by", "why"),
    [
        (
            Severity.HIGH,
            Context(exposure="open", vantages=("guest-wifi",), ports=("tcp/80",)),
            "camera",
            (),
            1,
            "the port was reached from guest-wifi, where anyone may stand",
        ),
        (
            Severity.HIGH,
            Context(criticality="critical"),
            "camera",
            (),
            1,
            "the device's criticality in the register is critical",
        ),
        (Severity.HIGH, Context(criticality="high"), "camera", (), 0, ""),
        (
            Severity.MEDIUM,
            Context(criticality="high"),
            "camera",
            (),
            1,
            "the device's criticality in the register is high",
        ),
        (
            Severity.MEDIUM,
            Context(),
            "traffic-controller",
            (),
            1,
            "its role: it works signals, sluices or switchgear, and people rely on it with their lives",
        ),
        (Severity.MEDIUM, Context(criticality="low"), "camera", (), -1, "the device's criticality in the register"),
        (Severity.MEDIUM, Context(criticality="low"), "traffic-controller", (), 0, ""),
        (Severity.HIGH, Context(criticality="low"), "plc", (), 0, ""),
        (Severity.MEDIUM, Context(criticality="normal"), "traffic-controller", (), 0, ""),
        (Severity.MEDIUM, Context(), "camera", EXPLOITED, 1, "known to be exploited"),
        (Severity.MEDIUM, Context(criticality="low"), "camera", EXPLOITED, 1, "known to be exploited"),
        (Severity.HIGH, Context(criticality="low"), "camera", EXPLOITED, 0, ""),
        (
            Severity.HIGH,
            Context(exposure="small", vantages=("management",)),
            "plc",
            (),
            -1,
            "the device was reached from management alone, where few may stand",
        ),
        (Severity.CRITICAL, Context(exposure="small", criticality="low"), "plc", (), 0, ""),
        (Severity.LOW, Context(exposure="open", criticality="critical"), "plc", EXPLOITED, 0, ""),
    ],
)
def test_a_finding_is_moved_by_what_the_city_knows(severity, context, kind, holes, by, why):
    moved = shifts(finding(severity, holes=holes), device(kind), context)
    assert sum(shift.by for shift in moved) == by
    assert [shift.why for shift in moved if not shift.why.startswith(why)] == []


def test_several_reasons_move_it_once_and_are_all_said():
    context = Context(exposure="open", vantages=("guest-wifi",), ports=("tcp/80",), criticality="critical")
    (shift,) = shifts(finding(Severity.HIGH), device(), context)
    assert shift.by == 1
    assert shift.why.count(";") == 1


def test_only_what_answered_the_wide_place_is_moved():
    context = Context(exposure="open", vantages=("guest-wifi",), ports=("tcp/443",))
    assert shifts(finding(Severity.HIGH, port=80), device(), context) == ()
    assert shifts(finding(Severity.HIGH, port=0), device(), context) == ()
    assert [shift.by for shift in shifts(finding(Severity.HIGH, port=443), device(), context)] == [1]


def test_what_is_only_inferred_is_never_more_than_medium_whatever_moves_it():
    guess = finding(Severity.MEDIUM, confidence=Confidence.INFERRED)
    moved = finding(
        Severity.MEDIUM,
        confidence=Confidence.INFERRED,
        moved=shifts(guess, device(), Context(exposure="open", vantages=("guest-wifi",), ports=("tcp/80",))),
    )
    assert effective(moved) is Severity.MEDIUM
    assert moved_by(moved) == (
        "high here: the port was reached from guest-wifi, where anyone may stand",
        "inferred only: counts as medium",
    )


def test_the_score_says_what_moved_it():
    context = Context(exposure="open", vantages=("guest-wifi",), ports=("tcp/80",))
    moved = finding(Severity.HIGH, moved=shifts(finding(Severity.HIGH), device(), context))
    assert score([moved], context).why == (
        "+90.0 A title on 80/tcp (high, critical here: the port was reached from guest-wifi, where anyone may stand)",
    )


def test_every_kind_has_a_role_and_the_register_s_word_outranks_it():
    assert [kind for kind in KINDS if impact_of(device(kind)) == ""] == []
    assert impact_of(device("printer")) == "low"
    assert impact_of(device("printer"), "critical") == "very high"
    assert impact_of(Device("serial:1", ("192.0.2.1",))) == ""


def test_a_device_that_answers_in_a_control_protocol_is_control_equipment_whatever_it_calls_itself():
    heard = Observation(Endpoint("192.0.2.1", 502), "modbus", {}, b"", datetime(2026, 11, 21, tzinfo=UTC))
    dressed_up = replace(device("printer"), observations=(heard,))
    assert impact_of(device("printer"), "low") == "low"
    assert impact_of(dressed_up) == impact_of(dressed_up, "low") == "medium"
    assert impact_of(dressed_up, "critical") == "very high"
    assert shifts(finding(Severity.HIGH), dressed_up, Context(criticality="low")) == ()


def test_of_several_wide_places_none_is_named_that_the_port_may_not_have_answered():
    context = Context(exposure="open", vantages=("guest-wifi", "street"), ports=("tcp/80",))
    (shift,) = shifts(finding(Severity.HIGH), device(), context)
    assert shift.why == "the port was reached from where anyone may stand"
