import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import EVIDENCE_LIMIT, Lead, Target
from scanner.protocols import ssdp

TARGET = Target(Endpoint("192.0.2.1", 1900, "udp"))
# Written from section 1.3.3 of the UPnP Device Architecture 1.1.
ANSWER = (
    b"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION: http://192.0.2.1:49152/upnpdevicedesc.xml\r\n"
    b"SERVER: Linux/3.0.8 UPnP/1.0 Portable SDK for UPnP devices/1.6.18\r\nST: upnp:rootdevice\r\n"
    b"USN: uuid:2f402f80-da50-11e1-9b23-4419b6000000::upnp:rootdevice\r\n\r\n"
)


def answer(location: str) -> bytes:
    return b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nLocation: " + location.encode() + b"\r\n\r\n"


def test_reads_who_answers_and_leads_to_its_description(recite):
    heard, sent = recite(ssdp.probe(TARGET), [ANSWER])
    assert heard.facts == {
        "ssdp.server": "Linux/3.0.8 UPnP/1.0 Portable SDK for UPnP devices/1.6.18",
        "ssdp.usn": "uuid:2f402f80-da50-11e1-9b23-4419b6000000::upnp:rootdevice",
        "ssdp.st": "upnp:rootdevice",
        "ssdp.location": "http://192.0.2.1:49152/upnpdevicedesc.xml",
    }
    assert heard.leads == (Lead("upnp", Target(Endpoint("192.0.2.1", 49152), path="/upnpdevicedesc.xml")),)
    assert heard.evidence == ANSWER
    assert sent == [ssdp.M_SEARCH]
    assert ssdp.SAYS[0].allows(sent[0])


def test_each_root_device_that_answers_is_led_to(recite):
    # Section 1.3.3: one answer for each root device; the same one may come twice (MX, section 1.3.2).
    router = answer("http://192.0.2.1:49152/igd.xml")[:-2] + b"USN: uuid:2::upnp:rootdevice\r\n\r\n"
    heard, sent = recite(ssdp.probe(TARGET), [ANSWER + ANSWER + router + b"HTTP/1.1 500 no\r\n\r\n"])
    assert [lead.target.path for lead in heard.leads] == ["/upnpdevicedesc.xml", "/igd.xml"]
    assert heard.facts["ssdp.others"] == ("uuid:2::upnp:rootdevice",)
    assert len(sent) == 1


def test_at_most_three_descriptions_are_led_to(recite):
    many = b"".join(answer(f"http://192.0.2.1/{number}.xml") for number in range(40))
    assert len(recite(ssdp.probe(TARGET), [many])[0].leads) == 3


@pytest.mark.parametrize(
    "location",
    [
        "http://192.0.2.2/reboot.cgi",
        "https://192.0.2.1/d.xml",
        "http://camera.test/d.xml",
        "http://192.0.2.1:0x50/d.xml",
        "http://192.0.2.1:99999/d.xml",
        "http://u@192.0.2.1/d.xml",
        "http://[::1/d.xml",
        "http://192.0.2.1/a b",
        "file:///etc/passwd",
        "",
        "d.xml",
    ],
)
def test_leads_nowhere_else(recite, location):
    heard, _ = recite(ssdp.probe(TARGET), [answer(location)])
    assert heard.leads == ()


def test_leads_within_ipv6(recite):
    target = Target(Endpoint("2001:db8::1", 1900, "udp"))
    heard, _ = recite(ssdp.probe(target), [answer("http://[2001:db8:0::1]:80/d?x=1")])
    assert heard.leads == (Lead("upnp", Target(Endpoint("2001:db8::1", 80), path="/d?x=1")),)


@pytest.mark.parametrize(
    "datagram",
    [ssdp.M_SEARCH, b"NOTIFY * HTTP/1.1\r\n\r\n", b"HTTP/1.1 404 x\r\nST: a\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"],
)
def test_what_answers_no_search_is_a_protocol_error(recite, datagram):
    with pytest.raises(ProtocolError):
        recite(ssdp.probe(TARGET), [datagram])


@pytest.mark.parametrize("size", range(1, len(ANSWER)))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_peer_error(recite, size):
    try:
        heard, _ = recite(ssdp.probe(TARGET), [ANSWER[:size]])
    except PeerError:
        assert size < ANSWER.index(b"LOCATION: h") + 12
    else:
        assert set(heard.facts) <= set(ssdp.FACTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=300), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\nST: x\r\nLOCATION: http://"]))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, _ = recite(ssdp.probe(TARGET), [start + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(ssdp.FACTS)
    assert len(heard.evidence) <= EVIDENCE_LIMIT
