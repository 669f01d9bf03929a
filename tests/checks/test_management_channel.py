from dataclasses import replace

import pytest

from checks.management_channel import management_channel
from inventory.model import Confidence, Endpoint, Severity


@pytest.mark.parametrize(
    ("transport", "port", "severity"),
    [
        ("tcp", 4786, Severity.HIGH),
        ("tcp", 7547, Severity.MEDIUM),
        ("tcp", 8291, Severity.MEDIUM),
        ("tcp", 8728, Severity.MEDIUM),
        ("tcp", 9527, Severity.HIGH),
        ("tcp", 9530, Severity.HIGH),
        ("tcp", 32764, Severity.HIGH),
        ("tcp", 34567, Severity.MEDIUM),
        ("tcp", 37777, Severity.MEDIUM),
        ("tcp", 41795, Severity.HIGH),
        ("udp", 53413, Severity.HIGH),
    ],
)
def test_a_makers_channel_is_likely_by_its_port(make, judge, transport, port, severity):
    device = replace(make(), open_ports=(Endpoint("192.0.2.1", port, transport),))
    (flaw,) = judge(management_channel, device).flaws
    assert (flaw.endpoint.port, flaw.severity, flaw.confidence) == (port, severity, Confidence.LIKELY)


@pytest.mark.parametrize(
    ("vendor", "port", "severity"),
    [("Hikvision", 8000, Severity.LOW), ("Digi", 771, Severity.MEDIUM), ("Lantronix", 9999, Severity.HIGH)],
)
def test_a_number_that_many_use_counts_on_that_makers_devices_only(make, judge, vendor, port, severity):
    somebody = replace(make(), open_ports=(Endpoint("192.0.2.1", port),))
    assert judge(management_channel, somebody).flaws == []
    device = replace(make(claims={"vendor": vendor}), open_ports=(Endpoint("192.0.2.1", port),))
    assert [flaw.severity for flaw in judge(management_channel, device).flaws] == [severity]


@pytest.mark.parametrize(
    ("protocol", "port", "row"),
    [
        ("lantronix", 30718, "lantronix-configuration"),
        ("moxa", 4800, "moxa-configuration"),
        ("vertx", 4070, "vertx-discovery"),
    ],
)
def test_a_channel_that_answered_is_confirmed(make, judge, protocol, port, row):
    (flaw,) = judge(management_channel, make((protocol, port, {}))).flaws
    assert flaw.confidence is Confidence.CONFIRMED
    assert flaw.facet.endswith(row)


def test_hikvisions_web_page_at_port_8000_is_no_channel(make, judge):
    device = make(("http", 8000, {}), claims={"vendor": "Hikvision"})
    assert judge(management_channel, replace(device, open_ports=(Endpoint("192.0.2.1", 8000),))).flaws == []


def test_a_device_without_a_makers_channel_passes(make, judge):
    assert judge(management_channel, make(("http", 80, {}))).reason == "none of these was found open"
