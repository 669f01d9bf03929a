import pytest

from checks.unauthenticated_control import unauthenticated_control


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
    ("protocol", "port", "facts", "named"),
    [
        ("dnp3", 20000, {"dnp3.station": 1, "dnp3.function": "LINK_STATUS"}, "Station 1"),
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
