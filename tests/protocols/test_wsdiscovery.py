import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import EVIDENCE_LIMIT, Lead, Target
from scanner.protocols import wsdiscovery

TARGET = Target(Endpoint("192.0.2.1", 3702, "udp"))
# Written from WS-Discovery (April 2005), section 5.3, and the ONVIF Core Specification, section 7.3.2, with the scopes that Hikvision's cameras send.
ANSWER = b"""<?xml version="1.0" encoding="UTF-8"?>
<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><env:Header>
<wsa:MessageID>urn:uuid:00000000-0000-0000-0000-000000000002</wsa:MessageID>
<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action></env:Header><env:Body><d:ProbeMatches><d:ProbeMatch>
<wsa:EndpointReference><wsa:Address>urn:uuid:4d454930-0000-1000-8000-4419b6a1c210</wsa:Address></wsa:EndpointReference>
<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>
<d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/Profile/T
 onvif://www.onvif.org/MAC/44:19:B6:A1:C2:10 onvif://www.onvif.org/hardware/DS-2CD2142FWD-I
 onvif://www.onvif.org/name/HIKVISION%20DS-2CD2142FWD-I onvif://www.onvif.org/location/country/china
 onvif://www.onvif.org/location/city/hangzhou ldap:///ou=x</d:Scopes>
<d:XAddrs>http://192.0.2.1:8080/onvif/device_service http://[fe80::4619:b6ff:fea1:c210]/onvif/device_service</d:XAddrs>
<d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></env:Body></env:Envelope>"""
XADDRS = re.compile(rb"<d:XAddrs>[^<]*")


def match(xaddrs: str, types: str = "dn:NetworkVideoTransmitter") -> bytes:
    named = ANSWER.replace(b"dn:NetworkVideoTransmitter tds:Device", types.encode())
    return XADDRS.sub(b"<d:XAddrs>" + xaddrs.encode(), named)


def test_reads_what_it_is_and_leads_to_its_onvif_service(recite):
    heard, sent = recite(wsdiscovery.probe(TARGET), [ANSWER])
    scopes = heard.facts["wsdiscovery.scopes"]
    assert scopes[0] == "onvif://www.onvif.org/type/video_encoder"
    assert len(scopes) == 9
    assert {name: value for name, value in heard.facts.items() if name != "wsdiscovery.scopes"} == {
        "wsdiscovery.types": ("NetworkVideoTransmitter", "Device"),
        "wsdiscovery.hardware": "DS-2CD2142FWD-I",
        "wsdiscovery.name": "HIKVISION DS-2CD2142FWD-I",
        "wsdiscovery.location": "country/china, city/hangzhou",
        "wsdiscovery.profiles": ("Streaming", "T"),
        "wsdiscovery.mac": "44:19:b6:a1:c2:10",
        "wsdiscovery.xaddrs": (
            "http://192.0.2.1:8080/onvif/device_service",
            "http://[fe80::4619:b6ff:fea1:c210]/onvif/device_service",
        ),
        "wsdiscovery.endpoint": "urn:uuid:4d454930-0000-1000-8000-4419b6a1c210",
    }
    assert heard.leads == (Lead("onvif", Target(Endpoint("192.0.2.1", 8080), path="/onvif/device_service")),)
    assert heard.evidence.startswith(b"Body><d:ProbeMatches>")
    assert len(sent) == 1
    assert wsdiscovery.SAYS[0].allows(sent[0])


def test_each_probe_has_a_message_id_of_its_own():
    assert wsdiscovery.request() != wsdiscovery.request()


@pytest.mark.parametrize(
    "other", [b"/Hello<", b"/Bye<", b"/Resolve<"], ids=["an announcement", "a farewell", "a resolution"]
)
def test_its_says_allow_no_other_action(other):
    assert not wsdiscovery.SAYS[0].allows(wsdiscovery.request().replace(b"/Probe<", other))


@pytest.mark.parametrize(
    "xaddrs",
    [
        "http://192.0.2.2/reboot.cgi",
        "http://camera.test/onvif/device_service",
        "http://192.0.2.1:99999/x",
        "http://u@192.0.2.1/x",
        "http://[::1/x",
        "file:///etc/passwd",
        "",
        "ftp://192.0.2.1/x",
        "http://192.0.2.1/\u00e9",
    ],
)
def test_leads_nowhere_else(recite, xaddrs):
    heard, _ = recite(wsdiscovery.probe(TARGET), [match(xaddrs)])
    assert heard.leads == ()


def test_plain_http_is_preferred_to_https_and_either_is_followed(recite):
    both, _ = recite(wsdiscovery.probe(TARGET), [match("https://192.0.2.1/a http://192.0.2.1/b")])
    secure, _ = recite(wsdiscovery.probe(TARGET), [match("https://192.0.2.1/a")])
    assert both.leads == (Lead("onvif", Target(Endpoint("192.0.2.1", 80), path="/b")),)
    assert secure.leads == (Lead("onvif", Target(Endpoint("192.0.2.1", 443), tls=True, path="/a")),)


def test_a_printer_is_not_taken_for_a_camera(recite):
    answer = match("http://192.0.2.1:5357/uuid", "wsdp:Device wprt:PrintDeviceType").replace(b"onvif://", b"print://")
    heard, _ = recite(wsdiscovery.probe(TARGET), [answer])
    assert heard.facts["wsdiscovery.types"] == ("Device", "PrintDeviceType")
    assert heard.leads == ()


def test_a_hundred_scopes_are_cut():
    many = ANSWER.replace(b"ldap:///ou=x", b" onvif://www.onvif.org/Profile/X" * 100)
    scopes = wsdiscovery.parse(many).facts["wsdiscovery.scopes"]
    assert isinstance(scopes, tuple)
    assert len(scopes) == 32


def test_nothing_hidden_survives_percent_decoding():
    heard = wsdiscovery.parse(ANSWER.replace(b"HIKVISION%20", b"%E2%80%AE%1B%5B2J"))
    assert heard.facts["wsdiscovery.name"] == r"\u202e\x1b[2JDS-2CD2142FWD-I"


@pytest.mark.parametrize("datagram", [b"", b"<a/>", b"\0", wsdiscovery.request(), b"<ProbeMatch/>", b"{}"])
def test_what_is_no_match_is_a_protocol_error(datagram):
    with pytest.raises(ProtocolError):
        wsdiscovery.parse(datagram)


@pytest.mark.parametrize("size", range(0, len(ANSWER), 3))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_protocol_error(size):
    try:
        heard = wsdiscovery.parse(ANSWER[:size])
    except ProtocolError:
        return
    assert set(heard.facts) <= set(wsdiscovery.FACTS)


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"<ProbeMatch><Scopes>onvif://www.onvif.org/name/", ANSWER[:1200]])
)
def test_junk_ends_in_facts_or_in_a_peer_error(junk, start):
    try:
        heard = wsdiscovery.parse(start + junk)
    except PeerError:
        return
    assert set(heard.facts) <= set(wsdiscovery.FACTS)
    assert len(heard.evidence) <= EVIDENCE_LIMIT
