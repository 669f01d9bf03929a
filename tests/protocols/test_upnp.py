import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import EVIDENCE_LIMIT, Target
from scanner.protocols import upnp

TARGET = Target(Endpoint("192.0.2.1", 49152), path="/upnpdevicedesc.xml")
# Written from section 2.3 of the UPnP Device Architecture 1.1.
DESCRIPTION = b"""<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion>
<device><deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType><friendlyName>HIKVISION</friendlyName>
<manufacturer>Hikvision</manufacturer><modelDescription>IP Camera</modelDescription>
<modelName>DS-2CD2142FWD-I</modelName><modelNumber>V5.4.5 build 170124</modelNumber>
<serialNumber>DS-2CD2142FWD-I20170305AAWR712345678</serialNumber><UDN>uuid:2f402f80-da50-11e1-9b23-4419b6000000</UDN>
<deviceList><device><manufacturer>embedded</manufacturer><serialNumber>no</serialNumber></device></deviceList>
</device></root>"""


def served(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def test_reads_the_root_device(recite):
    heard, sent = recite(upnp.probe(TARGET), [served(DESCRIPTION)])
    assert heard.facts == {
        "upnp.manufacturer": "Hikvision",
        "upnp.model_name": "DS-2CD2142FWD-I",
        "upnp.model_number": "V5.4.5 build 170124",
        "upnp.model_description": "IP Camera",
        "upnp.serial_number": "DS-2CD2142FWD-I20170305AAWR712345678",
        "upnp.friendly_name": "HIKVISION",
        "upnp.device_type": "urn:schemas-upnp-org:device:Basic:1",
        "upnp.udn": "uuid:2f402f80-da50-11e1-9b23-4419b6000000",
    }
    assert b"<manufacturer>Hikvision" in heard.evidence
    assert sent[0].startswith(b"GET /upnpdevicedesc.xml HTTP/1.1\r\nHost: 192.0.2.1:49152\r\n")
    assert upnp.SAYS[0].allows(sent[0])


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%b">' % (name, b"&%c;" % (name - 1) * 10) for name in range(98, 108))
    + b"]><root><device><modelName>x&k;</modelName><serialNumber>1</serialNumber></device></root>"
)


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (b"\r\n  " + DESCRIPTION, "DS-2CD2142FWD-I"),
        (DESCRIPTION + b"\0\0", "DS-2CD2142FWD-I"),
        (b"\xef\xbb\xbf" + DESCRIPTION, "DS-2CD2142FWD-I"),
        (b"<root><device><modelName>A & B</modelName></device></root>", "A B"),
        (b"<root><device><modelName>cut", "cut"),
        (b"<root><device><modelName> P3245-LV\n</modelName></root>", "P3245-LV"),
        (b"<r:root xmlns:r='x'><r:device><r:modelName>n</r:modelName></r:device></r:root>", "n"),
        (b"<u:root><u:device><modelName>undeclared</modelName></u:device></u:root>", "undeclared"),
        (
            '<?xml version="1.0" encoding="GB2312"?><root><device><modelName>摄像机</modelName></device></root>'.encode(
                "gb2312"
            ),
            "摄像机",
        ),
    ],
)
def test_reads_broken_descriptions(document, name):
    assert upnp.parse(document)["upnp.model_name"] == name


def test_entities_are_not_expanded():
    external = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><root><device><modelName>a&x;</modelName></device></root>'
    assert upnp.parse(external)["upnp.model_name"] == "a"
    assert upnp.parse(BOMB)["upnp.model_name"] == "x"


def test_deep_nesting_ends_in_a_protocol_error():
    with pytest.raises(ProtocolError):
        upnp.parse(b"<a>" * 80_000)


@pytest.mark.parametrize("body", [b"", b"\0", b"not xml", b"<root/>", b"<!-- x -->", b"{}"])
def test_what_describes_no_device_is_a_protocol_error(recite, body):
    with pytest.raises(ProtocolError):
        recite(upnp.probe(TARGET), [served(body)])


def test_a_missing_description_is_a_protocol_error(recite):
    with pytest.raises(ProtocolError):
        recite(upnp.probe(TARGET), [b"HTTP/1.1 404 Not Found\r\n\r\n"])


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: y", "d.xml", ""])
def test_a_path_that_could_carry_a_header_is_not_sent(recite, path):
    with pytest.raises(ProtocolError):
        recite(upnp.probe(Target(Endpoint("192.0.2.1", 80), path=path)), [served(DESCRIPTION)])


@pytest.mark.parametrize("cut", [1, 2, 3, 7])
def test_the_pieces_an_answer_comes_in_make_no_difference(recite, cut):
    pieces, _ = recite(upnp.probe(TARGET), [served(DESCRIPTION)], cut=cut)
    assert pieces.facts["upnp.manufacturer"] == "Hikvision"


@pytest.mark.parametrize("size", range(0, len(DESCRIPTION), 11))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_peer_error(recite, size):
    try:
        heard, _ = recite(upnp.probe(TARGET), [served(DESCRIPTION)[:size]])
    except PeerError:
        return
    assert set(heard.facts) <= set(upnp.FACTS)
    assert len(heard.evidence) <= EVIDENCE_LIMIT


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=300), st.sampled_from([b"", b"<root><device><modelName>"]))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, _ = recite(upnp.probe(TARGET), [served(start + junk)])
    except PeerError:
        return
    assert set(heard.facts) <= set(upnp.FACTS)


IGD = b"""<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">%b<device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><deviceList><device><deviceList><device><serviceList>
<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>%b</controlURL></service>
</serviceList></device></deviceList></device></deviceList></device></root>"""
PLACE = "http://192.0.2.1:5000/rootDesc.xml"


@pytest.mark.parametrize(
    ("base", "control", "path"),
    [
        (b"", b"/ctl/IPConn", "/ctl/IPConn"),
        (b"", b"IPConn", "/IPConn"),
        (b"", b"http://192.0.2.1:5000/ctl", "/ctl"),
        (b"<URLBase>http://192.0.2.1:5000/base/</URLBase>", b"ctl", "/base/ctl"),
        (b"", b"http://192.0.2.9:5000/ctl", None),
        (b"<URLBase>http://192.0.2.9:5000/</URLBase>", b"/ctl", None),
        (b"", b"http://192.0.2.1:502/ctl", None),
        (b"", b"", None),
        (b"<URLBase>http://[</URLBase>", b"/ctl", None),
    ],
)
def test_the_service_that_maps_ports_is_known_with_its_path_on_the_same_server_only(base, control, path):
    facts = upnp.parse(IGD % (base, control), PLACE)
    assert facts["upnp.mapping_service"] == "urn:schemas-upnp-org:service:WANIPConnection:1"
    assert facts.get("upnp.mapping_path") == path
