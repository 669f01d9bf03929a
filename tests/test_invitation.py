"""Who is invited to answer which maker's protocol, and where."""

from datetime import UTC, datetime

import pytest

from inventory.model import Claim, Confidence, Device, Endpoint, FactValue, Observation
from scanner.conversation import Target
from scanner.invitation import WEB_SERVERS, is_kind, made_by, web_servers
from scanner.protocols import axis, dahua_http, dhip, isapi, onvif, sadp

ADDRESS = "192.0.2.1"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def seen(protocol: str, port: int, **facts: FactValue) -> Observation:
    said = {f"{protocol}.{name}": value for name, value in facts.items()}
    return Observation(Endpoint(ADDRESS, port), protocol, said, b"", NOW)


def device(*observations: Observation, ports: tuple[int, ...] = (), **claims: str) -> Device:
    believed = tuple(Claim(name, value, Confidence.INFERRED, "test") for name, value in claims.items())
    opened = tuple(Endpoint(ADDRESS, port) for port in ports)
    return Device("x", (ADDRESS,), open_ports=opened, observations=observations, claims=believed)


def at(port: int, path: str, *, tls: bool = False) -> Target:
    return Target(Endpoint(ADDRESS, port), tls=tls, path=path)


PLAIN, SECURE = seen("http", 80, status=200, tls=False), seen("http", 443, status=200, tls=True)
MOVED = seen("http", 80, status=301, tls=False)


def test_the_usual_web_servers_come_first_and_are_few():
    many = device(seen("http", 49152), seen("http", 8080), SECURE, PLAIN)
    assert [target.endpoint.port for target in web_servers(many, "/x")] == [80, 443]
    assert WEB_SERVERS == 2
    assert list(web_servers(device(SECURE), "/x")) == [at(443, "/x", tls=True)]


def test_a_web_server_that_only_sends_visitors_on_is_asked_where_there_is_no_other():
    assert [target.endpoint.port for target in web_servers(device(MOVED, SECURE), "/")] == [443]
    assert [target.endpoint.port for target in web_servers(device(MOVED), "/")] == [80]


def test_a_weak_claim_is_enough_to_be_asked():
    assert made_by(device(vendor="Axis"), ("Axis",))
    assert is_kind(device(kind="camera"), ("camera",))
    assert not made_by(device(vendor="HP"), ("Axis",))
    assert not is_kind(device(), ("camera",))


@pytest.mark.parametrize(
    "believed",
    [device(PLAIN, kind="camera"), device(PLAIN, kind="intercom"), device(PLAIN, seen("rtsp", 554))]
    + [device(PLAIN, vendor=vendor) for vendor in ("Hikvision", "Dahua", "Axis", "MOBOTIX")],
)
def test_onvif_is_asked_at_its_default_place_of_what_may_be_a_camera(believed):
    assert onvif.invited(believed) == (at(80, "/onvif/device_service"),)


@pytest.mark.parametrize(
    "other",
    [
        device(PLAIN, kind="printer"),
        device(PLAIN),
        device(kind="camera"),
        device(PLAIN, seen("onvif", 8000), kind="camera"),
    ],
)
def test_onvif_is_not_asked_of_what_is_none_has_no_web_server_or_has_answered(other):
    assert onvif.invited(other) == ()


@pytest.mark.parametrize(
    ("protocol", "vendor", "path"),
    [
        (axis, "Axis", "/axis-cgi/basicdeviceinfo.cgi"),
        (isapi, "Hikvision", "/ISAPI/System/deviceInfo"),
        (dahua_http, "Dahua", "/cgi-bin/magicBox.cgi?action=getSystemInfo"),
        (dahua_http, "Amcrest", "/cgi-bin/magicBox.cgi?action=getSystemInfo"),
    ],
)
def test_a_makers_page_is_asked_of_its_own_devices_only_and_only_until_one_answers(protocol, vendor, path):
    assert protocol.invited(device(PLAIN, SECURE, vendor=vendor)) == (at(80, path), at(443, path, tls=True))
    assert protocol.invited(device(PLAIN, SECURE, seen(protocol.NAME, 80), vendor=vendor)) == ()
    assert protocol.invited(device(PLAIN, SECURE, vendor="Bosch", kind="camera")) == ()


def test_a_makers_search_is_asked_of_its_own_devices_only():
    assert sadp.invited(device(vendor="Hikvision")) == (Target(Endpoint(ADDRESS, 37020, "udp")),)
    assert dhip.invited(device(vendor="Amcrest")) == (Target(Endpoint(ADDRESS, 37810, "udp")),)
    assert sadp.invited(device(vendor="Dahua")) == ()
    assert dhip.invited(device(vendor="Hikvision")) == ()


def test_dahuas_search_is_asked_of_whatever_has_its_private_port_open():
    assert dhip.invited(device(ports=(80, 37777))) == (Target(Endpoint(ADDRESS, 37810, "udp")),)
    assert dhip.invited(device(ports=(80,))) == ()


def carded(card: str | None) -> Device:
    return Device("x", (ADDRESS,), mac_vendor=card)


@pytest.mark.parametrize("card", ["MOXA TECHNOLOGIES CORP., LTD.", "Moxa"])
def test_the_maker_of_the_card_counts(card):
    assert made_by(carded(card), ("Moxa",))


def test_what_the_device_said_counts():
    assert made_by(device(vendor="HID"), ("HID",))
    assert not made_by(device(vendor="HIDGlobe"), ("HID",))


@pytest.mark.parametrize(
    ("card", "name"), [("Digital Payment Technologies", "Digi"), ("Shenzhen Zhidian", "HID"), (None, "HID")]
)
def test_a_part_of_a_word_is_no_name(card, name):
    assert not made_by(carded(card), (name,))
