import hashlib
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from inventory.model import Endpoint
from scanner.logins import http

ADMIN = Account("hikvision", "admin", "12345")
NOBODY = Account("anonymous", "", "")
BASIC_401 = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="TD-2708"\r\nContent-Length: 0\r\n\r\n'
# RFC 7616, section 3.9.1, with the realm of a Hikvision camera and MD5 only.
DIGEST_401 = (
    b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="DS-2CD2142FWD-I", qop="auth", nonce="7ypf/xlj9XXwfDPEoM4URrv"\r\n'
    b'WWW-Authenticate: Basic realm="DS-2CD2142FWD-I"\r\nContent-Length: 0\r\n\r\n'
)
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><head><title>Network Camera</title></head></html>"


def status(line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join((b"HTTP/1.1 " + line, *headers, b"Content-Length: %d" % len(body), b"", body))


async def tried(line, account=ADMIN):
    return await http.attempt(line, account)


async def test_opens_by_basic_with_the_status_line_and_the_title_as_proof(scripted):
    line = scripted([[b"", BASIC_401], [b"", PAGE]])
    answer = await tried(line)
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence == b"HTTP/1.1 200 OK\n<title>Network Camera</title>"
    assert b"\r\nAuthorization: Basic YWRtaW46MTIzNDU=\r\n" in line.sent[1]
    assert b"Authorization" not in line.sent[0]


async def test_prefers_digest_and_computes_it_as_rfc_7616_says(scripted):
    line = scripted([[b"", DIGEST_401], [b"", PAGE]])
    assert (await tried(line)).verdict is Verdict.OPENED
    sent = line.sent[1].decode()
    cnonce = re.search(r'cnonce="(\w+)"', sent)
    assert cnonce
    keys = [hashlib.md5(text.encode()).hexdigest() for text in ("admin:DS-2CD2142FWD-I:12345", "GET:/")]
    digest = hashlib.md5(f"{keys[0]}:7ypf/xlj9XXwfDPEoM4URrv:00000001:{cnonce[1]}:auth:{keys[1]}".encode()).hexdigest()
    assert f'response="{digest}"' in sent


async def test_a_page_that_asks_nobody_is_no_login(scripted):
    line = scripted([[b"", PAGE]])
    assert (await tried(line)).verdict is Verdict.NO_LOGIN_ASKED
    assert len(line.sent) == 1


async def test_without_an_account_only_the_plain_page_is_asked_for(scripted):
    line = scripted([[b"", DIGEST_401]])
    answer = await tried(line, NOBODY)
    assert (answer.verdict, answer.evidence) == (Verdict.REFUSED, b"HTTP/1.1 401 Unauthorized")
    assert len(line.sent) == 1


async def test_follows_the_front_page_to_the_one_that_asks(scripted):
    line = scripted([[b"", status(b"302 Found", b"Location: /doc/index.htm")], [b"", BASIC_401], [b"", PAGE]])
    assert (await tried(line)).verdict is Verdict.OPENED
    assert line.sent[2].startswith(b"GET /doc/index.htm HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "location",
    [b"https://192.0.2.1/", b"http://192.0.2.2/", b"//evil.example/", b"http://192.0.2.1:8080/", b"http://["],
)
async def test_does_not_follow_anywhere_else(scripted, location):
    line = scripted([[b"", status(b"302 Found", b"Location: " + location)], [b"", BASIC_401]])
    assert (await tried(line)).verdict is Verdict.NO_LOGIN_ASKED
    assert len(line.sent) == 1


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (BASIC_401, Verdict.REFUSED),
        (status(b"403 Forbidden"), Verdict.REFUSED),
        (status(b"423 Locked"), Verdict.LOCKED),
        (status(b"429 Too Many Requests"), Verdict.LOCKED),
        # Hikvision's ISAPI/Security/userCheck after the last try, and before.
        (BASIC_401[:-23] + b"\r\n\r\n<lockStatus>lock</lockStatus><unlockTime>1800</unlockTime>", Verdict.LOCKED),
        (
            BASIC_401[:-23] + b"\r\n\r\n<lockStatus>unlock</lockStatus><retryLoginTime>4</retryLoginTime>",
            Verdict.REFUSED,
        ),
        (status(b"200 OK", body=b"<p>Your account has been locked. Try again later.</p>"), Verdict.LOCKED),
        (status(b"200 OK", body=b"<p>Door 1: locked</p>"), Verdict.OPENED),
        (status(b"204 No Content"), Verdict.OPENED),
        (status(b"302 Found", b"Location: /main.asp"), Verdict.OPENED),
        (status(b"302 Found", b"Location: /login.asp?error=1"), Verdict.REFUSED),
        (status(b"302 Found", b"Location: http://192.0.2.9/"), Verdict.UNREACHED),
        (status(b"401 Unauthorized"), Verdict.UNREACHED),
        (status(b"500 Internal Server Error"), Verdict.UNREACHED),
        (status(b"404 Not Found"), Verdict.UNREACHED),
    ],
)
async def test_judges_the_answer_to_the_login(scripted, reply, verdict):
    line = scripted([[b"", BASIC_401], [b"", reply]])
    assert (await tried(line)).verdict is verdict
    assert len(line.sent) == 2


async def test_a_connection_limit_is_given_as_the_reason(scripted):
    answer = await tried(scripted([[b"", BASIC_401], [b"", status(b"401 Unauthorized")]]))
    assert "without a challenge" in answer.reason


async def test_a_nonce_that_was_too_old_is_no_refusal(scripted):
    stale = DIGEST_401.replace(b'qop="auth"', b'qop="auth", stale=true')
    line = scripted([[b"", DIGEST_401], [b"", stale], [b"", PAGE]])
    assert (await tried(line)).verdict is Verdict.OPENED


async def test_a_challenge_that_cannot_be_answered_is_unreached(scripted):
    answer = await tried(scripted([[b"", status(b"401 Unauthorized", b"WWW-Authenticate: NTLM")]]))
    assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, "a 401 with no challenge we can answer (ntlm)")


async def test_the_password_is_not_in_the_evidence_however_the_page_repeats_it(scripted):
    account = Account("echo", "admin", "S3cret-word")
    body = b"<title>admin:S3cret-word YWRtaW46UzNjcmV0LXdvcmQ=</title>"
    answer = await tried(scripted([[b"", BASIC_401], [b"", status(b"200 S3cret-word", body=body)]]), account)
    assert answer.verdict is Verdict.OPENED
    assert b"S3cret" not in answer.evidence
    assert b"UzNjcmV0" not in answer.evidence


async def test_no_connection_is_unreached(scripted):
    assert (await tried(scripted([]))).verdict is Verdict.UNREACHED
    assert (await tried(scripted([[b"", BASIC_401]]))).verdict is Verdict.UNREACHED


async def test_an_ipv6_address_and_an_odd_port_are_in_the_host_header(scripted):
    line = scripted([[b"", PAGE]], endpoint=Endpoint("2001:db8::1", 8443), tls=True)
    await tried(line)
    assert b"\r\nHost: [2001:db8::1]:8443\r\n" in line.sent[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixture is a class
@given(
    st.lists(
        st.binary(max_size=80).map(lambda junk: b"HTTP/1.1 401 x\r\nWWW-Authenticate: " + junk + b"\r\n\r\n"),
        max_size=3,
    )
)
async def test_junk_ends_in_a_verdict(scripted, answers):
    answer = await tried(scripted([[b"", answer] for answer in answers]))
    assert isinstance(answer.verdict, Verdict)
