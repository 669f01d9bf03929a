import pytest

from checks.doors import WAYS, doors

ASKS = {"sip.status": 401, "sip.auth": "digest", "sip.realm": "asterisk"}
REGISTRAR = {"sip.status": 200, "sip.allow": ("OPTIONS", "REGISTER")}
PHONE = {"sip.status": 200, "sip.allow": ("INVITE", "OPTIONS", "BYE")}


def found(device):
    return [(door.protocol, door.endpoint.port, door.path) for door in doors(device)]


@pytest.mark.parametrize(
    ("protocol", "port", "facts", "path"),
    [
        ("ftp", 21, {"ftp.code": 220, "ftp.banner": "ready"}, ""),
        ("rtsp", 554, {"rtsp.status": 401, "rtsp.auth": "digest"}, "/"),
        ("onvif", 80, {"onvif.authentication": True, "onvif.path": "/onvif/services"}, "/onvif/services"),
        ("sip", 5060, ASKS, ""),
        ("sip", 5060, REGISTRAR, ""),
        ("sip_tcp", 5060, ASKS, ""),
    ],
)
def test_a_service_that_asks_for_an_account_is_a_door(make, protocol, port, facts, path):
    assert found(make((protocol, port, facts))) == [(protocol, port, path)]


@pytest.mark.parametrize(
    ("protocol", "facts"),
    [
        ("ftp", {"ftp.code": 421, "ftp.banner": "Too many users"}),
        ("rtsp", {"rtsp.status": 200}),
        ("rtsp", {"rtsp.status": 404, "rtsp.public": ("OPTIONS", "DESCRIBE")}),
        ("onvif", {"onvif.authentication": False, "onvif.model": "M16B"}),
        ("onvif", {"onvif.time": "2026-11-02T03:04:05+00:00"}),
        ("sip", PHONE),
        ("sip", {"sip.status": 200}),
        ("sip_tcp", PHONE),
    ],
)
def test_a_service_that_asks_for_none_is_no_door(make, protocol, facts):
    assert found(make((protocol, 2121, facts))) == []


def test_a_register_that_is_reached_by_two_ways_is_one_door(make):
    assert found(make(("sip", 5060, ASKS), ("sip_tcp", 5060, ASKS))) == [("sip", 5060, "")]
    assert found(make(("sip", 5060, PHONE), ("sip_tcp", 5061, ASKS))) == [("sip_tcp", 5061, "")]


def test_their_controls_without_an_account_cost_no_failed_login():
    assert all(WAYS[name].anonymous for name in ("ftp", "onvif", "rtsp", "sip", "sip_tcp"))
    assert WAYS["sip_tcp"].accounts == "sip"
