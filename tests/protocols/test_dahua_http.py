import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.codecs.http1 import request
from scanner.conversation import EVIDENCE_LIMIT, Target
from scanner.protocols import dahua_http

TARGET = Target(Endpoint("192.0.2.1", 80))
# Written from the Dahua HTTP API, magicBox.cgi, getSystemInfo.
LINES = b"deviceType=IPC-HDW4431C-A\r\nhardwareVersion=1.00\r\nprocessor=S2LM\r\nserialNumber=1F006E4PAX00075\r\nupdateSerial=IPC-HDW4XXX-A\r\n"
REFUSED = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="Login to 1F006E4PAX00075", nonce="1"\r\nContent-Length: 0\r\n\r\n'


def served(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def test_hears_that_it_is_locked(recite):
    heard, sent = recite(dahua_http.probe(TARGET), [REFUSED])
    assert heard.facts == {"dahua_http.authentication": True, "dahua_http.realm": "Login to 1F006E4PAX00075"}
    assert len(sent) == 1
    assert dahua_http.SAYS[0].allows(sent[0])
    assert b"Authorization" not in sent[0]


def test_reads_what_a_device_tells_strangers(recite):
    heard, _ = recite(dahua_http.probe(TARGET), [served(LINES)])
    assert heard.facts == {
        "dahua_http.device_type": "IPC-HDW4431C-A",
        "dahua_http.update_serial": "IPC-HDW4XXX-A",
        "dahua_http.serial": "1F006E4PAX00075",
        "dahua_http.hardware": "1.00",
        "dahua_http.processor": "S2LM",
        "dahua_http.authentication": False,
    }
    assert heard.evidence == LINES


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 404 Not Found\r\n\r\n", served(b"<html>"), served(b""), served(b"serialNumber\r\nx=y\r\n")]
)
def test_what_is_no_magic_box_is_a_protocol_error(recite, answer):
    with pytest.raises(ProtocolError):
        recite(dahua_http.probe(TARGET), [answer])


def test_its_says_allow_no_other_action():
    asked = request("GET", dahua_http.PATH, "192.0.2.1")
    assert dahua_http.SAYS[0].allows(asked)
    assert not dahua_http.SAYS[0].allows(asked.replace(b"getSystemInfo", b"reboot"))


@pytest.mark.parametrize("size", range(0, len(LINES) + 80, 3))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_peer_error(recite, size):
    try:
        heard, _ = recite(dahua_http.probe(TARGET), [served(LINES)[:size]])
    except PeerError:
        return
    assert set(heard.facts) <= set(dahua_http.FACTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=300), st.sampled_from([b"", b"serialNumber="]))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, _ = recite(dahua_http.probe(TARGET), [served(start + junk)])
    except PeerError:
        return
    assert set(heard.facts) <= set(dahua_http.FACTS)
    assert len(heard.evidence) <= EVIDENCE_LIMIT
