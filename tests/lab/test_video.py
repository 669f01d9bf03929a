"""What the fakes of cameras, recorders and intercoms answer, and what hurts them."""

import json

import pytest

from lab.fake import Log, Manners, Visit
from lab.services import dahua_http, isapi, onvif
from lab.services.axis import BasicDeviceInfo, SystemReady
from lab.services.dahua_http import MagicBox
from lab.services.dhip import Dhip
from lab.services.guarded import Guarded
from lab.services.http import Http, page
from lab.services.isapi import DeviceInfo
from lab.services.onvif import Onvif
from lab.services.sadp import Sadp
from lab.services.wsdiscovery import WsDiscovery

# WS-Discovery (April 2005), section 5.2.
PROBE = (
    b'<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    b' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>'
    b"<a:MessageID>urn:uuid:00000000-0000-4000-8000-000000000001</a:MessageID></s:Header><s:Body><d:Probe>%b</d:Probe></s:Body></s:Envelope>"
)
CAMERA = WsDiscovery(
    endpoint="6e2b3c1d-5423-4010-8050-7c1eb3023050",
    xaddrs="http://{address}/onvif/device_service",
    port=37020,
    scopes=("onvif://www.onvif.org/name/2N%20IP%20Verso",),
)


def soap(operation: str) -> bytes:
    """Device Management WSDL: an operation without parameters, in SOAP 1.2."""
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        f'<{operation} xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
    ).encode()


def post(path: str, body: bytes, kind: str = "application/soap+xml") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def get(path: str, method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()


@pytest.mark.parametrize(
    "types", [b"", b"<d:Types>dn:NetworkVideoTransmitter</d:Types>", b"<d:Types>q:Device</d:Types>"]
)
async def test_a_probe_that_it_matches_is_answered_to_the_asker(build, types):
    house = await build(CAMERA)
    heard = (await house.ask(37020, PROBE % types)).decode()
    assert "<wsadis:RelatesTo>urn:uuid:00000000-0000-4000-8000-000000000001<" in heard
    assert "<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>" in heard
    assert f"<d:XAddrs>http://{house.address}/onvif/device_service</d:XAddrs>" in heard
    assert house.harms == []


@pytest.mark.parametrize("datagram", [PROBE % b"<d:Types>wprt:PrintDeviceType</d:Types>", b"<Probe/>", b"\0"])
def test_a_probe_for_something_else_is_not_answered(visit, datagram):
    assert CAMERA.answer(datagram, visit) is None


def test_speaking_in_another_devices_name_is_harm(visit):
    assert CAMERA.answer(PROBE.replace(b"/Probe<", b"/Bye<") % b"", visit) is None
    assert visit.log.harms == ["a WS-Discovery announcement in another's name"]


async def test_onvif_tells_everyone_the_time_and_who_it_is_only_where_it_asks_for_no_account(build):
    said = Onvif("Bosch", "FLEXIDOME", "7.70.0098", "0445", "F000", asks=False)
    house = await build(
        Http(port=8080, applications=((onvif.PATH, said),)),
        Http(port=8081, applications=((onvif.PATH, Onvif("Bosch", "FLEXIDOME")),)),
    )
    time = await house.talk(8080, post(onvif.PATH, soap("GetSystemDateAndTime")))
    told = await house.talk(8080, post(onvif.PATH, soap("GetDeviceInformation")))
    kept = await house.talk(8081, post(onvif.PATH, soap("GetDeviceInformation")))
    assert b"<tt:UTCDateTime>" in time
    assert b"<tds:FirmwareVersion>7.70.0098<" in told
    assert kept.startswith(b"HTTP/1.1 400 ")
    assert b"ter:NotAuthorized" in kept
    assert house.harms == []
    assert house.log.logins == {}


@pytest.mark.parametrize("operation", ["SystemReboot", "SetSystemFactoryDefault", "CreateUsers", "GetUsers"])
async def test_any_other_onvif_operation_is_harm(build, operation):
    house = await build(Http(port=8080, applications=((onvif.PATH, Onvif("Bosch", "x")),)))
    assert b"ter:NotAuthorized" in await house.talk(8080, post(onvif.PATH, soap(operation)))
    assert house.harms == [f"the ONVIF operation {operation}"]


async def test_soap_to_a_device_without_onvif_is_no_login(build):
    house = await build(Http(port=8080, pages=(("/", page("WEB SERVICE", form=True)),)))
    assert (await house.talk(8080, post(onvif.PATH, soap("GetDeviceInformation")))).startswith(b"HTTP/1.1 404 ")
    assert house.log.logins == {}


# General knowledge of Hikvision's search tool.
INQUIRY = b'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>13A888A9-F1B1-4020-AE9F-05607682D23B</Uuid><Types>inquiry</Types></Probe>'
SEARCHED = Sadp(model="DS-1", serial="DS-1X", software="V5.4.5build 170124", mac="44:19:b6:a1:c2:10", activated=False)


async def test_sadp_answers_an_inquiry(build):
    house = await build(SEARCHED)
    heard = (await house.ask(37020, INQUIRY)).decode()
    assert "<Uuid>13A888A9-F1B1-4020-AE9F-05607682D23B</Uuid>" in heard
    assert "<MAC>44-19-b6-a1-c2-10</MAC>" in heard
    assert "<Activated>false</Activated>" in heard
    assert house.harms == []


@pytest.mark.parametrize("kind", ["activate", "update", "resetPassword"])
def test_anything_but_an_inquiry_is_harm(visit, kind):
    assert SEARCHED.answer(INQUIRY.replace(b"inquiry", kind.encode()), visit) is None
    assert visit.log.harms == [f"a SADP {kind}"]


# General knowledge of Dahua's configuration tool: a header of 32 bytes with the length of the JSON behind it, twice.
SEARCH = (
    bytes.fromhex("20000000 44484950 0000000000000000 4900000000000000 4900000000000000")
    + b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }\n'
)
FOUND = Dhip(model="NVR5216", device_class="NVR", serial="4H0A1B2PAZ7F141", version="4.001", mac="90:02:a9:5d:20:41")


async def test_dhip_answers_a_search(build):
    house = await build(FOUND)
    heard = await house.ask(37810, SEARCH)
    assert heard[:8] == b"\x20\0\0\0DHIP"
    assert int.from_bytes(heard[16:20], "little") == len(heard) - 32
    info = json.loads(heard[32:])["params"]["deviceInfo"]
    assert (info["DeviceType"], info["SerialNo"]) == ("NVR5216", "4H0A1B2PAZ7F141")
    assert house.harms == []


def test_any_other_dhip_method_is_harm_and_junk_is_passed_over(visit):
    assert FOUND.answer(SEARCH.replace(b"DHDiscover.search", b"DHDiscover.setCfg"), visit) is None
    assert visit.log.harms == ["the DHIP method DHDiscover.setCfg"]
    assert [FOUND.answer(junk, visit) for junk in (b"", b"\0", SEARCH[:40], b"\xff")] == [None] * 4


INFORMATION = BasicDeviceInfo(
    "P1448-LE", "AXIS P1448-LE", "Network Camera", "ACCC8E2B7A42", "8.40", "Mar  5 2019 09:42"
)
VAPIX = (("/i", INFORMATION), ("/closed", BasicDeviceInfo("x", "", "", "A", "", "", asks=True)), ("/r", SystemReady()))


def json_post(path: str, method: str) -> bytes:
    return post(path, json.dumps({"apiVersion": "1.0", "method": method}).encode(), "application/json")


async def test_vapix_gives_the_unrestricted_properties_and_its_uptime(build):
    house = await build(Http(port=8080, applications=VAPIX))
    assert b'"BuildDate": "Mar  5 2019 09:42"' in await house.talk(
        8080, json_post("/i", "getAllUnrestrictedProperties")
    )
    assert b'"uptime": "37509"' in await house.talk(8080, json_post("/r", "systemready"))
    refused = await house.talk(8080, json_post("/closed", "getAllUnrestrictedProperties"))
    assert refused.startswith(b"HTTP/1.1 401 ")
    assert house.harms == []


@pytest.mark.parametrize("request_bytes", [json_post("/i", "setProperties"), get("/i"), post("/r", b"junk")])
async def test_any_other_vapix_method_is_harm(build, request_bytes):
    house = await build(Http(port=8080, applications=VAPIX))
    await house.talk(8080, request_bytes)
    assert len(house.harms) == 1


async def test_a_makers_page_is_open_or_locked_and_writing_to_it_is_harm(build):
    house = await build(
        Http(
            port=8080,
            applications=((isapi.PATH, DeviceInfo(realm="DS-1")), (dahua_http.PATH, MagicBox(realm="Login to 1"))),
        ),
        Http(
            port=8081,
            applications=((isapi.PATH, DeviceInfo(model="DS-1")), (dahua_http.PATH, MagicBox(model="IPC", serial="1"))),
        ),
    )
    system = f"{dahua_http.PATH}?action=getSystemInfo"
    assert b"401 Unauthorized\r\n" in await house.talk(8080, get(isapi.PATH))
    assert b'realm="Login to 1"' in await house.talk(8080, get(system))
    assert b"<model>DS-1</model>" in await house.talk(8081, get(isapi.PATH))
    assert b"updateSerial=IPC\r\n" in await house.talk(8081, get(system))
    assert house.harms == []
    await house.talk(8081, get(isapi.PATH, "PUT"))
    await house.talk(8081, get(f"{dahua_http.PATH}?action=reboot"))
    assert house.harms == ["an ISAPI PUT of deviceInfo", "GET magicBox.cgi?action=reboot"]


async def test_bytes_to_a_port_that_is_not_spoken_are_harm(build):
    house = await build(Guarded(37777, "a private protocol"))
    await house.talk(37777, b"\0")
    assert house.harms == ["bytes to a private protocol, which is not spoken"]


@pytest.fixture
def visit() -> Visit:
    """A visit to a fake that stands nowhere."""
    return Visit("127.0.0.1:1", Log(), Manners())
