"""Controllers that are known by the number of an open port."""

import pytest

from checks.control_port import control_port
from checks.exposure import all_exposures
from inventory.model import Confidence, Device, Endpoint, Severity
from scanner.protocols import load_protocols

ROWS = [row for row in all_exposures() if row.check == "control-port"]


def opened(*ports: int) -> Device:
    return Device("serial:1", ("192.0.2.1",), open_ports=tuple(Endpoint("192.0.2.1", port) for port in ports))


@pytest.mark.parametrize(
    ("port", "severity", "confidence"),
    [
        (789, Severity.HIGH, Confidence.LIKELY),
        (1200, Severity.HIGH, Confidence.LIKELY),
        (1217, Severity.MEDIUM, Confidence.LIKELY),
        (1628, Severity.MEDIUM, Confidence.LIKELY),
        (1962, Severity.HIGH, Confidence.LIKELY),
        (2455, Severity.HIGH, Confidence.LIKELY),
        (4712, Severity.LOW, Confidence.LIKELY),
        (5007, Severity.HIGH, Confidence.INFERRED),
        (5094, Severity.MEDIUM, Confidence.LIKELY),
        (9600, Severity.MEDIUM, Confidence.INFERRED),
        (11740, Severity.MEDIUM, Confidence.LIKELY),
        (18245, Severity.HIGH, Confidence.LIKELY),
        (20547, Severity.HIGH, Confidence.LIKELY),
        (48898, Severity.MEDIUM, Confidence.LIKELY),
    ],
)
def test_each_port_weighs_what_can_be_done_there(judge, port, severity, confidence):
    (flaw,) = judge(control_port, opened(80, port)).flaws
    assert (flaw.endpoint.port, flaw.severity, flaw.confidence) == (port, severity, confidence)
    assert "port" in flaw.remedy
    assert flaw.sources[0]


def test_what_was_understood_there_is_no_controller(make, judge):
    device = make(("http", 5007, {"http.status": 200}))
    assert judge(control_port, device).flaws == []


def test_none_of_them_is_a_port_of_a_control_protocol_that_is_spoken():
    spoken = {
        f"{protocol.TRANSPORT}/{port}"
        for protocol in load_protocols().values()
        if protocol.NAME in {"modbus", "s7", "fox", "opcua", "iec104", "dnp3", "enip_tcp", "fins"}
        for port in protocol.PORTS
    }
    assert not spoken & {port for row in ROWS for port in row.ports}
