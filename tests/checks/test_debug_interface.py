from dataclasses import replace

import pytest

from checks.debug_interface import debug_interface
from inventory.model import Confidence, Endpoint, Severity


@pytest.mark.parametrize(
    ("protocol", "port", "facts", "severity", "row"),
    [
        ("adb", 5555, {"adb.open": True, "adb.asks": "nothing", "adb.model": "rk3288"}, Severity.CRITICAL, "adb-open"),
        ("adb", 5555, {"adb.open": False, "adb.asks": "a key"}, Severity.MEDIUM, "adb"),
        ("adb", 5555, {"adb.open": False, "adb.asks": "TLS"}, Severity.MEDIUM, "adb"),
        ("openocd", 4444, {"openocd.greeting": "Open On-Chip Debugger"}, Severity.CRITICAL, "openocd"),
    ],
)
def test_each_debugger_weighs_what_it_lets_a_stranger_do(make, judge, protocol, port, facts, severity, row):
    (flaw,) = judge(debug_interface, make((protocol, port, facts))).flaws
    assert (flaw.severity, flaw.confidence, flaw.facet) == (severity, Confidence.CONFIRMED, f"tcp/{port} {row}")


@pytest.mark.parametrize(
    ("transport", "port", "confidence"),
    [
        ("tcp", 2159, Confidence.INFERRED),
        ("tcp", 2331, Confidence.INFERRED),
        ("tcp", 3333, Confidence.INFERRED),
        ("tcp", 6666, Confidence.INFERRED),
        ("tcp", 5555, Confidence.INFERRED),
        ("udp", 17185, Confidence.LIKELY),
    ],
)
def test_what_is_never_spoken_to_is_known_by_its_port_alone(make, judge, transport, port, confidence):
    device = replace(make(), open_ports=(Endpoint("192.0.2.1", port, transport),))
    (flaw,) = judge(debug_interface, device).flaws
    assert (flaw.endpoint.port, flaw.confidence) == (port, confidence)


def test_a_device_without_a_debugger_passes(make, judge):
    device = replace(make(("ssh", 22, {})), open_ports=(Endpoint("192.0.2.1", 22), Endpoint("192.0.2.1", 17185)))
    assert judge(debug_interface, device).ended == "passed"
    assert judge(debug_interface, device).flaws == []
