import hashlib
import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from inventory.model import Endpoint
from scanner.logins import onvif

ADMIN = Account("hikvision", "admin", "s3cret-word")
NOBODY = Account("control:anonymous", "", "")
CAMERA = Endpoint("192.0.2.1", 80)
# Written from the Device Management WSDL and the ONVIF Core Specification, sections 5.8.2.2 (faults) and 5.9 (access).
OPEN = (
    b'<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
    b' xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"><env:Body>'
)
CLOSE = b"</env:Body></env:Envelope>"
CHALLENGE = b'WWW-Authenticate: Digest realm="camera", qop="auth", nonce="7ypf"\r\n'


def answered(status: bytes, inside: bytes, headers: bytes = b"") -> bytes:
    body = OPEN + inside + CLOSE if inside else b""
    return b"HTTP/1.1 %b\r\nContent-Type: application/soap+xml\r\n%bContent-Length: %d\r\n\r\n%b" % (
        status,
        headers,
        len(body),
        body,
    )


def fault(code: bytes, text: bytes = b"Sender not Authorized") -> bytes:
    return (
        b"<env:Fault><env:Code><env:Value>env:Sender</env:Value><env:Subcode><env:Value>%b</env:Value></env:Subcode></env:Code>"
        b'<env:Reason><env:Text xml:lang="en">%b</env:Text></env:Reason></env:Fault>' % (code, text)
    )


TIME = answered(
    b"200 OK",
    b"<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime><tt:Time><tt:Hour>3</tt:Hour><tt:Minute>4</tt:Minute>"
    b"<tt:Second>5</tt:Second></tt:Time><tt:Date><tt:Year>2011</tt:Year><tt:Month>11</tt:Month><tt:Day>2</tt:Day></tt:Date></tt:UTCDateTime>"
    b"</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>",
)
INFORMATION = answered(
    b"200 OK",
    b"<tds:GetDeviceInformationResponse><tds:Manufacturer>HIKVISION</tds:Manufacturer><tds:Model>DS-2CD2142FWD-I</tds:Model>"
    b"<tds:SerialNumber>DS-2CD2142FWD-I20170305AAWR712345678</tds:SerialNumber></tds:GetDeviceInformationResponse>",
)
DENIED = answered(b"400 Bad Request", fault(b"ter:NotAuthorized"))
CHALLENGED = answered(b"401 Unauthorized", b"", CHALLENGE)


async def tried(line, account=ADMIN):
    line.endpoint = CAMERA
    return await onvif.attempt(line, account)


def script(*answers: bytes) -> list[list[bytes]]:
    return [[b"", answer] for answer in answers]


async def test_opens_where_the_account_is_told_who_the_device_is(scripted):
    line = scripted(script(TIME, DENIED, INFORMATION))
    answer = await tried(line)
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence == (
        b"HTTP/1.1 400 Bad Request (an account is asked for)\nHTTP/1.1 200 OK\nonvif.manufacturer: HIKVISION\n"
        b"onvif.model: DS-2CD2142FWD-I\nonvif.serial: DS-2CD2142FWD-I20170305AAWR712345678"
    )
    assert [b"<GetSystemDateAndTime " in request for request in line.sent] == [True, False, False]
    assert [b"UsernameToken" in request for request in line.sent] == [False, False, True]


async def test_the_token_counts_by_the_devices_own_clock(scripted):
    line = scripted(script(TIME, DENIED, INFORMATION))
    await tried(line)
    sent = line.sent[2].decode()
    created = re.search(r"<u:Created>([^<]+)<", sent)
    nonce, digest = (re.search(rf"<w:{name} [^>]*>([^<]+)<", sent) for name in ("Nonce", "Password"))
    assert created
    assert nonce
    assert digest
    assert re.fullmatch(r"2011-11-02T03:0[45]:\d\dZ", created[1])
    made = hashlib.sha1(b64decode(nonce[1]) + created[1].encode() + b"s3cret-word").digest()
    assert digest[1] == b64encode(made).decode()


def test_a_token_is_computed_as_the_profile_says():
    # The worked example of the ONVIF Application Programmer's Guide, section 6.1.1.3: user "user", password "userpassword".
    nonce = b64decode("LKqI6G/AikKCQrN0zqZFlg==")
    header = onvif.token(Account("x", "user", "userpassword"), datetime(2010, 9, 16, 7, 50, 45, tzinfo=UTC), nonce)
    assert b">tuOSpGlFlIXsozq4HFNeeGeFLEI=</w:Password>" in header


def test_a_name_cannot_break_the_envelope():
    assert b"<w:Username>a&lt;b&amp;c</w:Username>" in onvif.token(Account("x", "a<b&c", ""), datetime.now(UTC))


async def test_answers_http_digest_where_the_device_asks_for_that(scripted):
    line = scripted(script(TIME, CHALLENGED, INFORMATION))
    assert (await tried(line)).verdict is Verdict.OPENED
    assert b"\r\nAuthorization: Digest " in line.sent[2]
    assert b'uri="/onvif/device_service"' in line.sent[2]
    assert b"UsernameToken" not in line.sent[2]


async def test_after_a_refusal_no_other_login_is_tried(scripted):
    line = scripted(script(TIME, CHALLENGED, CHALLENGED, INFORMATION))
    assert (await tried(line)).verdict is Verdict.REFUSED
    assert len(line.sent) == 3


async def test_a_device_that_tells_its_time_to_nobody_is_answered_by_our_clock(scripted):
    line = scripted(script(DENIED, DENIED, INFORMATION))
    assert (await tried(line)).verdict is Verdict.OPENED
    assert f"<u:Created>{datetime.now(UTC).year}-".encode() in line.sent[2]


async def test_a_device_that_tells_strangers_who_it_is_asks_for_no_login(scripted):
    line = scripted(script(TIME, INFORMATION))
    assert (await tried(line)).verdict is Verdict.NO_LOGIN_ASKED
    assert len(line.sent) == 2


@pytest.mark.parametrize("denied", [DENIED, CHALLENGED])
async def test_the_control_sends_no_account(scripted, denied):
    line = scripted(script(TIME, denied))
    assert (await tried(line, NOBODY)).verdict is Verdict.REFUSED
    assert not any(b"Username" in request or b"Authorization" in request for request in line.sent)


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (DENIED, Verdict.REFUSED),
        (answered(b"500 Internal Server Error", fault(b"wsse:FailedAuthentication")), Verdict.REFUSED),
        (answered(b"401 Unauthorized", b""), Verdict.REFUSED),
        (answered(b"403 Forbidden", b""), Verdict.REFUSED),
        (answered(b"400 Bad Request", fault(b"ter:NotAuthorized", b"The account is locked")), Verdict.LOCKED),
        (answered(b"423 Locked", b""), Verdict.LOCKED),
        (answered(b"429 Too Many Requests", b""), Verdict.LOCKED),
        (answered(b"503 Service Unavailable", b""), Verdict.UNREACHED),
        (answered(b"400 Bad Request", fault(b"ter:ActionNotSupported")), Verdict.UNREACHED),
        (answered(b"200 OK", b"<tds:GetDeviceInformationResponse/>"), Verdict.UNREACHED),
        (answered(b"200 OK", b""), Verdict.UNREACHED),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>Welcome</html>", Verdict.UNREACHED),
        (b"RTSP/1.0 200 OK\r\n\r\n", Verdict.UNREACHED),
        (b"", Verdict.UNREACHED),
    ],
)
async def test_judges_the_answer_to_the_login(scripted, reply, verdict):
    line = scripted(script(TIME, DENIED, reply))
    answer = await tried(line)
    assert answer.verdict is verdict
    assert len(line.sent) == 3
    assert verdict is not Verdict.UNREACHED or answer.reason


async def test_a_401_that_asks_for_nothing_more_is_a_limit_of_connections(scripted):
    answer = await tried(scripted(script(TIME, CHALLENGED, answered(b"401 Unauthorized", b""))))
    assert answer.verdict is Verdict.UNREACHED
    assert "without a challenge" in answer.reason


async def test_a_fresh_nonce_that_is_called_too_old_is_no_refusal_and_no_reason_to_ask_again(scripted):
    stale = CHALLENGED.replace(b'"7ypf"', b'"8888", stale=true')
    line = scripted(script(TIME, CHALLENGED, stale, INFORMATION))
    answer = await tried(line)
    assert (answer.verdict, "too old" in answer.reason) == (Verdict.UNREACHED, True)
    assert sum(b"Authorization" in sent for sent in line.sent) == 1


async def test_a_login_that_we_have_not_is_not_judged(scripted):
    negotiate = answered(b"401 Unauthorized", b"", b"WWW-Authenticate: Negotiate\r\n")
    answer = await tried(scripted(script(TIME, negotiate)))
    assert (answer.verdict, "negotiate" in answer.reason) == (Verdict.UNREACHED, True)


async def test_asks_at_the_path_of_the_question(scripted):
    line = scripted(script(TIME, DENIED, INFORMATION), path="/onvif/services")
    await tried(line)
    assert {request.split(b" ")[1] for request in line.sent} == {b"/onvif/services"}


async def test_no_secret_is_in_the_evidence(scripted):
    told = answered(
        b"200 OK",
        b"<tds:GetDeviceInformationResponse><tds:Model>s3cret-word</tds:Model></tds:GetDeviceInformationResponse>",
    )
    answer = await tried(scripted(script(TIME, DENIED, told)))
    assert answer.verdict is Verdict.OPENED
    assert b"s3cret-word" not in answer.evidence


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=80), min_size=1, max_size=3), st.sampled_from([b"", b"HTTP/1.1 401 x\r\n", OPEN]))
async def test_junk_ends_in_a_verdict_and_opens_nothing(scripted, junk, start):
    for before in ([], [TIME], [TIME, DENIED]):
        answer = await tried(scripted(script(*before, *(start + one for one in junk))))
        assert answer.verdict in {Verdict.UNREACHED, Verdict.REFUSED}
