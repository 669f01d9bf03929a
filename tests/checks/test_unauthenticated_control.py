import pytest

from checks.unauthenticated_control import PROTOCOLS, unauthenticated_control
from inventory.model import Confidence, Severity
from scanner.protocols import load_protocols


def test_a_controller_that_answers_modbus_is_found_with_its_name(make, judge):
    facts = {"modbus.unit": 255, "modbus.vendor": "Schneider Electric", "modbus.product_code": "BMX P34 2020"}
    judged = judge(unauthenticated_control, make(("modbus", 502, facts)))
    assert judged.ports == [502]
    assert "Schneider Electric BMX P34 2020" in judged.flaws[0].detail
    assert judged.flaws[0].evidence == b"evidence of modbus"


def test_an_exception_proves_as_much_as_a_name(make, judge):
    judged = judge(unauthenticated_control, make(("modbus", 502, {"modbus.unit": 0, "modbus.exception": 1})))
    assert judged.ports == [502]


def test_a_device_that_speaks_no_control_protocol_passes(make, judge):
    judged = judge(unauthenticated_control, make(("http", 80, {})))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize(
    ("protocol", "port", "facts", "severity", "confidence", "said"),
    [
        ("modbus", 502, {"modbus.vendor": "WAGO"}, Severity.HIGH, Confidence.CONFIRMED, "Modbus/TCP"),
        ("fins", 9600, {"fins.model": "CJ2M-CPU33"}, Severity.HIGH, Confidence.CONFIRMED, "CJ2M-CPU33"),
        ("s7", 102, {"s7.module_type": "CPU 315-2 PN/DP"}, Severity.HIGH, Confidence.LIKELY, "CPU 315-2 PN/DP"),
        ("enip", 44818, {"enip.device_type": 14}, Severity.HIGH, Confidence.LIKELY, "EtherNet/IP"),
        ("enip_tcp", 44818, {"enip.device_type": 12}, Severity.MEDIUM, Confidence.LIKELY, "EtherNet/IP"),
        ("bacnet", 47808, {"bacnet.model": "NAE"}, Severity.MEDIUM, Confidence.CONFIRMED, "named itself NAE"),
    ],
)
def test_each_protocol_weighs_what_it_lets_a_stranger_do(
    make, judge, protocol, port, facts, severity, confidence, said
):
    judged = judge(unauthenticated_control, make((protocol, port, facts)))
    (flaw,) = judged.flaws
    assert (flaw.endpoint.port, flaw.severity, flaw.confidence) == (port, severity, confidence)
    assert said in flaw.detail
    assert f"port {port}" in flaw.remedy


def test_what_it_judges_it_can_name_by_declared_facts():
    for protocol, control in PROTOCOLS.items():
        assert set(control.named_by) <= set(load_protocols()[protocol].FACTS)


@pytest.mark.parametrize(
    ("protocol", "port", "facts", "named"),
    [
        ("dnp3", 20000, {"dnp3.station": 1, "dnp3.function": "LINK_STATUS"}, "DNP3 without TLS"),
        ("iec104", 2404, {"iec104.answer": "TESTFR con"}, "IEC 60870-5-104"),
        ("fox", 1911, {"fox.encrypted": False, "fox.station_name": "TownHall"}, "TownHall"),
        ("knx", 3671, {"knx.reachable": True, "knx.name": "KNX IP Router 752"}, "KNX IP Router 752"),
        ("opcua", 4840, {"opcua.open": True, "opcua.application_name": "PLC1"}, "PLC1"),
    ],
)
def test_each_control_protocol_that_asks_nobody_is_found(make, judge, protocol, port, facts, named):
    judged = judge(unauthenticated_control, make((protocol, port, facts)))
    assert judged.ports == [port]
    assert named in judged.flaws[0].detail


@pytest.mark.parametrize(
    ("protocol", "port", "facts"),
    [
        ("fox", 4911, {"fox.encrypted": True}),
        ("knx", 3671, {"knx.reachable": False}),
        ("opcua", 4840, {"opcua.open": False, "opcua.anonymous": True}),
        ("opcua", 4840, {"opcua.error": "0x80550000"}),
    ],
)
def test_the_protected_form_passes_and_is_named(make, judge, protocol, port, facts):
    judged = judge(unauthenticated_control, make((protocol, port, facts)))
    assert (judged.flaws, judged.ended) == ([], "passed")
    assert protocol in judged.reason
