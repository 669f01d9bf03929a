"""`tocsin scan` of real servers behind a router: found by an echo or a connection, without a MAC, and judged as on the segment."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.real import street
from tests.real.servers import as_root
from tests.real.street import CHANGED, House, build, notes, scan
from tests.segment import Segment

pytestmark = pytest.mark.real
HOUSES = {
    "router": (11, street.dropbear, "admin01"),
    "camera": (12, street.lighttpd_digest, CHANGED),
    "broker": (13, street.mosquitto, ""),
    "tls": (14, street.s_server, "expired"),
}
FOUND = {
    "router": ("Teltonika", {("default-credentials", 22)}),
    "camera": ("Hikvision", {("cleartext-administration", 80), ("firmware-advisory", 80)}),
    "broker": (None, {("no-authentication", 1883)}),
    "tls": (None, {("tls-certificate-expired", 443), ("tls-advice", 443)}),
}
SILENT = 15
PORTS = "21,22,23,80,443,502,1883"
"""Each of them is a second or two at every address where nobody is."""


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, House], dict[str, Any]]]:
    """10.56.0.0/24 behind a router on the scanner's segment, scanned once to level login; one of its hosts has no open port."""
    as_root()
    folder = tmp_path_factory.mktemp("routed")
    near = Segment("10.55.0.1", 24, all_users=True)
    try:
        router = near.add_host("10.55.0.2", "02:00:00:00:55:02")
        far = Segment("10.56.0.1", 24, router)
        try:
            router.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
            near.run("ip", "route", "add", "10.56.0.0/24", "via", "10.55.0.2")
            houses = {name: build(far, folder, number) for name, (number, _, _) in HOUSES.items()}
            build(far, folder, SILENT)
            for host in far.hosts.values():
                host.run("ip", "route", "add", "default", "via", "10.56.0.1")
            for name, (_, furnish, setting) in HOUSES.items():
                furnish(houses[name], setting)
            yield houses, scan(near.scanner, folder, ["10.56.0.2-31"], "--level", "login", "--ports", PORTS)
        finally:
            far.close()
    finally:
        near.close()


def test_every_host_behind_the_router_is_found_without_a_mac(routed):
    _, report = routed
    found = {device["addresses"][0]: device["mac"] for device in report["devices"]}
    assert found == {f"10.56.0.{number}": None for number in (11, 12, 13, 14, SILENT)}
    assert notes(report) == []


@pytest.mark.parametrize("name", HOUSES)
def test_what_is_found_there_is_what_is_true(name, routed):
    houses, report = routed
    (device,) = [each for each in report["devices"] if each["addresses"] == [houses[name].address]]
    findings = {(each["check"], each["port"]) for each in device["findings"] if each["check"] != "component-old"}
    assert (device["vendor"], findings) == FOUND[name]


def test_a_host_without_open_ports_is_known_to_live_and_to_offer_nothing(routed):
    _, report = routed
    (device,) = [each for each in report["devices"] if each["addresses"] == [f"10.56.0.{SILENT}"]]
    assert (device["services"], device["findings"], device["gaps"]) == ([], [], [])
    assert {each["status"] for each in device["outcomes"]} <= {"skipped", "passed"}
