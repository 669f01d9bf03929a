import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.codecs.http1 import request
from scanner.conversation import EVIDENCE_LIMIT, Target
from scanner.protocols import isapi

TARGET = Target(Endpoint("192.0.2.1", 80))
# Written from the Intelligent Security API, System/deviceInfo.
DOCUMENT = b"""<?xml version="1.0" encoding="UTF-8" ?>
<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
<deviceName>Town hall, east gate</deviceName><deviceID>88</deviceID><model>DS-2CD2142FWD-I</model>
<serialNumber>DS-2CD2142FWD-I20170305AAWR712345678</serialNumber><macAddress>44:19:B6:A1:C2:10</macAddress>
<firmwareVersion>V5.5.82</firmwareVersion><firmwareReleasedDate>build 190220</firmwareReleasedDate><encoderVersion>V7.3</encoderVersion>
<hardwareVersion>0x0</hardwareVersion><deviceType>IPCamera</deviceType>
</DeviceInfo>"""
REFUSED = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest qop="auth", realm="DS-2CD2142FWD-I", nonce="x"\r\nContent-Length: 0\r\n\r\n'


def served(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def test_hears_that_it_is_locked(recite):
    heard, sent = recite(isapi.probe(TARGET), [REFUSED])
    assert heard.facts == {"isapi.authentication": True, "isapi.realm": "DS-2CD2142FWD-I"}
    assert heard.evidence == REFUSED
    assert len(sent) == 1
    assert isapi.SAYS[0].allows(sent[0])
    assert b"Authorization" not in sent[0]


def test_reads_what_a_device_tells_strangers(recite):
    heard, _ = recite(isapi.probe(TARGET), [served(DOCUMENT)])
    assert heard.facts == {
        "isapi.name": "Town hall, east gate",
        "isapi.model": "DS-2CD2142FWD-I",
        "isapi.serial": "DS-2CD2142FWD-I20170305AAWR712345678",
        "isapi.mac": "44:19:b6:a1:c2:10",
        "isapi.firmware": "V5.5.82",
        "isapi.firmware_built": "build 190220",
        "isapi.encoder": "V7.3",
        "isapi.hardware": "0x0",
        "isapi.device_type": "IPCamera",
        "isapi.authentication": False,
    }
    assert heard.evidence.startswith(b"<deviceName>Town hall")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 403 Forbidden\r\n\r\n",
        served(b"<html><body>Login</body></html>"),
        served(b"<userCheck><statusValue>401</statusValue></userCheck>"),
        served(b"<DeviceInfo/>"),
        served(b""),
    ],
)
def test_what_is_no_isapi_is_a_protocol_error(recite, answer):
    with pytest.raises(ProtocolError):
        recite(isapi.probe(TARGET), [answer])


def test_its_says_allow_no_other_path():
    asked = request("GET", isapi.PATH, "192.0.2.1")
    assert isapi.SAYS[0].allows(asked)
    assert not isapi.SAYS[0].allows(asked.replace(b"deviceInfo", b"reboot"))
    assert not isapi.SAYS[0].allows(asked.replace(b"GET", b"PUT"))


@pytest.mark.parametrize("size", range(0, len(DOCUMENT), 7))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_peer_error(recite, size):
    try:
        heard, _ = recite(isapi.probe(TARGET), [served(DOCUMENT)[:size]])
    except PeerError:
        return
    assert set(heard.facts) <= set(isapi.FACTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=300), st.sampled_from([b"", b"<DeviceInfo><model>"]))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, _ = recite(isapi.probe(TARGET), [served(start + junk)])
    except PeerError:
        return
    assert set(heard.facts) <= set(isapi.FACTS)
    assert len(heard.evidence) <= EVIDENCE_LIMIT
