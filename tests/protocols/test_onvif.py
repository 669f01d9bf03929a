import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.codecs.http1 import post
from scanner.conversation import EVIDENCE_LIMIT, Target
from scanner.protocols import onvif

TARGET = Target(Endpoint("192.0.2.1", 80), path="/onvif/device_service")
# Written from the Device Management WSDL (GetSystemDateAndTime, GetDeviceInformation) and the ONVIF Core Specification, section 5.8.2.2 (faults).
OPEN = (
    b'<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
    b' xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"><env:Body>'
)
CLOSE = b"</env:Body></env:Envelope>"
TIME = (
    OPEN
    + b"<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
    b"<tt:TimeZone><tt:TZ>CET-1CEST</tt:TZ></tt:TimeZone><tt:UTCDateTime><tt:Time><tt:Hour>3</tt:Hour><tt:Minute>4</tt:Minute><tt:Second>5</tt:Second></tt:Time>"
    b"<tt:Date><tt:Year>2026</tt:Year><tt:Month>11</tt:Month><tt:Day>2</tt:Day></tt:Date></tt:UTCDateTime>"
    b"<tt:LocalDateTime><tt:Time><tt:Hour>4</tt:Hour></tt:Time></tt:LocalDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    + CLOSE
)
INFORMATION = (
    OPEN
    + b"<tds:GetDeviceInformationResponse><tds:Manufacturer>HIKVISION</tds:Manufacturer><tds:Model>DS-2CD2142FWD-I</tds:Model>"
    b"<tds:FirmwareVersion>V5.4.5 build 170124</tds:FirmwareVersion><tds:SerialNumber>DS-2CD2142FWD-I20170305AAWR712345678</tds:SerialNumber>"
    b"<tds:HardwareId>88</tds:HardwareId></tds:GetDeviceInformationResponse>" + CLOSE
)


def fault(code: bytes) -> bytes:
    return (
        OPEN
        + b"<env:Fault><env:Code><env:Value>env:Sender</env:Value><env:Subcode><env:Value>%b</env:Value></env:Subcode></env:Code>"
        % code
        + b'<env:Reason><env:Text xml:lang="en">Sender not Authorized</env:Text></env:Reason></env:Fault>'
        + CLOSE
    )


def served(body: bytes, status: bytes = b"200 OK", kind: bytes = b"application/soap+xml; charset=utf-8") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (status, kind, len(body), body)


CLOCK = {
    "onvif.time": "2026-11-02T03:04:05+00:00",
    "onvif.time_source": "NTP",
    "onvif.time_zone": "CET-1CEST",
}
ASKS = {"onvif.authentication": True, "onvif.path": "/onvif/device_service"}


def test_asks_for_the_time_and_then_who_it_is(recite):
    heard, sent = recite(onvif.probe(TARGET), [served(TIME), served(INFORMATION)])
    assert heard.facts == CLOCK | {
        "onvif.manufacturer": "HIKVISION",
        "onvif.model": "DS-2CD2142FWD-I",
        "onvif.firmware": "V5.4.5 build 170124",
        "onvif.serial": "DS-2CD2142FWD-I20170305AAWR712345678",
        "onvif.hardware": "88",
        "onvif.authentication": False,
    }
    assert b"<tds:Manufacturer>HIKVISION" in heard.evidence
    assert [b"GetSystemDateAndTime" in sent[0], b"GetDeviceInformation" in sent[1]] == [True, True]
    assert [say.allows(request) for say, request in zip(onvif.SAYS, sent, strict=True)] == [True, True]
    assert all(b"Authorization" not in request and b"Security" not in request for request in sent)


@pytest.mark.parametrize(
    "refusal",
    [
        served(fault(b"ter:NotAuthorized"), b"400 Bad Request"),
        served(fault(b"ter:NotAuthorized"), b"401 Unauthorized"),
        served(fault(b"wsse:FailedAuthentication"), b"500 Internal Server Error"),
        served(b"<html>401</html>", b"401 Unauthorized", b"text/html"),
        b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="x", nonce="y"\r\nContent-Length: 0\r\n\r\n',
    ],
)
def test_a_device_that_asks_for_an_account_says_so(recite, refusal):
    heard, _ = recite(onvif.probe(TARGET), [served(TIME), refusal])
    assert heard.facts == CLOCK | ASKS


def test_a_device_that_locks_its_time_too_is_asked_nothing_more(recite):
    heard, sent = recite(onvif.probe(TARGET), [served(fault(b"ter:NotAuthorized"), b"401 Unauthorized")])
    assert heard.facts == ASKS
    assert len(sent) == 1


def test_a_fault_of_another_kind_is_named(recite):
    heard, _ = recite(onvif.probe(TARGET), [served(TIME), served(fault(b"ter:ActionNotSupported"), b"400 x")])
    assert heard.facts == CLOCK | {"onvif.fault": "ActionNotSupported"}


@pytest.mark.parametrize("second", [b"", b"HTTP/1.1 404 Not Found\r\n\r\n", served(b"<a/>")])
def test_the_time_alone_shows_that_it_speaks_onvif(recite, second):
    heard, _ = recite(onvif.probe(TARGET), [served(TIME), second])
    assert heard.facts == CLOCK


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"HTTP/1.1 401 Unauthorized\r\nContent-Type: text/html\r\n\r\n<html>",
        b"HTTP/1.1 301 Moved\r\nLocation: https://192.0.2.1/\r\n\r\n",
        served(b"<html><body>Login</body></html>", kind=b"text/html"),
        served(OPEN + b"<tds:GetUsersResponse/>" + CLOSE),
        served(OPEN + b"<tds:SystemDateAndTime/>" + CLOSE),
        b"RTSP/1.0 400 Bad Request\r\n\r\n",
        b"SSH-2.0-x\r\n",
    ],
)
def test_what_is_no_onvif_is_a_protocol_error_and_asked_nothing_more(recite, first):
    conversation = onvif.probe(TARGET)
    with pytest.raises(ProtocolError):
        recite(conversation, [first, served(INFORMATION)])


@pytest.mark.parametrize(
    ("said", "other"),
    [(b"<tt:Year>2026", b"<tt:Year>0"), (b"<tt:Month>11", b"<tt:Month>13"), (b"Second>5", b"Second>x")],
)
def test_a_time_that_is_none_is_no_fact(said, other):
    assert "onvif.time" not in onvif.parse(TIME.replace(said, other))


def test_the_says_allow_no_other_operation_and_no_other_body():
    kind, envelope = onvif.question("SystemReboot")
    assert not any(say.allows(post("/", "192.0.2.1", kind, envelope)) for say in onvif.SAYS)
    kind, envelope = onvif.INFORMATION
    request = post("/onvif/device_service", "192.0.2.1:8000", kind, envelope)
    assert any(say.allows(request) for say in onvif.SAYS)
    assert not any(say.allows(request + b"x") for say in onvif.SAYS)


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: y", "x", ""])
def test_a_path_that_could_carry_a_header_is_not_sent(recite, path):
    with pytest.raises(ProtocolError):
        recite(onvif.probe(Target(Endpoint("192.0.2.1", 80), path=path)), [served(TIME)])


@pytest.mark.parametrize("cut", [1, 2, 3, 7])
def test_the_pieces_an_answer_comes_in_make_no_difference(recite, cut):
    pieces, _ = recite(onvif.probe(TARGET), [served(TIME), served(INFORMATION)], cut=cut)
    whole, _ = recite(onvif.probe(TARGET), [served(TIME), served(INFORMATION)])
    assert pieces == whole


@pytest.mark.parametrize("size", range(0, len(INFORMATION), 7))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_peer_error(recite, size):
    for answers in ([served(TIME), served(INFORMATION)[:size]], [served(TIME)[:size]]):
        try:
            heard, _ = recite(onvif.probe(TARGET), answers)
        except PeerError:
            continue
        assert set(heard.facts) <= set(onvif.FACTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=300), st.sampled_from([b"", OPEN, OPEN + b"<tds:GetDeviceInformationResponse>", TIME[:700]]))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    for answers in ([served(start + junk)], [served(TIME), served(start + junk)]):
        try:
            heard, _ = recite(onvif.probe(TARGET), answers)
        except PeerError:
            continue
        assert set(heard.facts) <= set(onvif.FACTS)
        assert len(heard.evidence) <= EVIDENCE_LIMIT
