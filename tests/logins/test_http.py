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
STALE = "it says of the nonce that it has just given that it is too old"
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
        (status(b"302 Found", b"Location: /login.asp?error=1"), Verdict.REFUSED),
        (status(b"302 Found", b"Location: http://192.0.2.9/"), Verdict.UNREACHED),
        (status(b"401 Unauthorized"), Verdict.UNREACHED),
        (status(b"500 Internal Server Error"), Verdict.UNREACHED),
        (status(b"404 Not Found"), Verdict.UNREACHED),
        # Servers that answer 200 to everything.
        (status(b"200 OK", body=b"<title>Login failed</title>"), Verdict.REFUSED),
        (status(b"200 OK", body=b"<title>NVR</title><p>Invalid user name or password!</p>"), Verdict.REFUSED),
        (status(b"200 OK", body="<p>密码错误</p>".encode()), Verdict.REFUSED),
        (status(b"200 OK", body=b"<p>Anmeldung fehlgeschlagen</p>"), Verdict.REFUSED),
        (status(b"200 OK", body=b"<script>alert('Wrong password')</script>"), Verdict.REFUSED),
        (status(b"200 OK", body=b'{"result": "unauthorized"}'), Verdict.REFUSED),
        (status(b"200 OK", body=b"<meta http-equiv=refresh content='0;url=/login.htm'>"), Verdict.REFUSED),
        (status(b"200 OK", body=b"<form>Name <input name=u> <input type='password' name=p></form>"), Verdict.UNREACHED),
        (status(b"200 OK", b'WWW-Authenticate: Basic realm="x"', body=b"<p>welcome</p>"), Verdict.UNREACHED),
        (
            status(b"200 OK", body=b"<p>Log</p>" + b"<p>Door opened by badge</p>" * 40 + b"<p>Login failed</p>"),
            Verdict.UNREACHED,
        ),
        # A page behind the login where a new password is set.
        (status(b"200 OK", body=b"<p>New password</p><input type=password><input type=password>"), Verdict.OPENED),
        (status(b"200 OK", body=b"<title>Live view</title><p>Last failed login: never</p>"), Verdict.OPENED),
        # It takes no more connections, sessions or users: nothing has been said of the password.
        (BASIC_401[:-23] + b"\r\n\r\nToo many connections", Verdict.UNREACHED),
        (BASIC_401[:-23] + b"\r\n\r\n<p>Maximum number of users reached</p>", Verdict.UNREACHED),
        (status(b"200 OK", body=b"<p>Another administrator is already logged in.</p>"), Verdict.UNREACHED),
        (status(b"403 Forbidden", body=b"The maximum number of sessions is reached"), Verdict.UNREACHED),
        (status(b"503 Service Unavailable", b"Retry-After: 30"), Verdict.UNREACHED),
        # RFC 9110, section 10.2.3: a refusal for a time is a lock.
        (BASIC_401[:-4] + b"\r\nRetry-After: 600\r\n\r\n", Verdict.LOCKED),
        (status(b"403 Forbidden", b"Retry-After: 600"), Verdict.LOCKED),
        (status(b"403 Forbidden", body=b"<p>Your IP address has been blocked</p>"), Verdict.LOCKED),
        (BASIC_401.replace(b"TD-2708", b"Account locked"), Verdict.LOCKED),
        (BASIC_401[:-23] + b"\r\n\r\n<p>Wrong password. 1 attempt remaining.</p>", Verdict.LOCKED),
        (BASIC_401[:-23] + b"\r\n\r\n<p>Wrong password. 6 attempts remaining.</p>", Verdict.REFUSED),
        (BASIC_401[:-23] + b"\r\n\r\n<p>Das Konto ist gesperrt</p>", Verdict.LOCKED),
        (
            status(b"200 OK", b"Content-Type: text/html; charset=gbk", body="<p>用户已被锁定</p>".encode("gbk")),
            Verdict.LOCKED,
        ),
        (status(b"200 OK", body=b"<script>alert('Your account has been locked!')</script>"), Verdict.LOCKED),
    ],
)
async def test_judges_the_answer_to_the_login(scripted, reply, verdict):
    line = scripted([[b"", BASIC_401], [b"", reply]])
    assert (await tried(line)).verdict is verdict
    assert len(line.sent) == 2


async def test_what_stood_on_the_page_before_is_no_news(scripted):
    threat = b"<p>The account is locked out for 10 minutes after 5 failures.</p>"
    asks = status(b"401 Unauthorized", b'WWW-Authenticate: Basic realm="x"', body=threat)
    assert (await tried(scripted([[b"", asks], [b"", asks]]))).verdict is Verdict.REFUSED


async def test_a_page_that_is_the_same_for_a_stranger_proves_nothing(scripted):
    body = b"<title>Camera</title><p>Please use the app</p>"
    asks = status(b"401 Unauthorized", b'WWW-Authenticate: Basic realm="x"', body=body)
    answer = await tried(scripted([[b"", asks], [b"", status(b"200 OK", body=body)]]))
    assert (answer.verdict, answer.reason) == (
        Verdict.UNREACHED,
        "status 200, but the page is the one that a stranger sees",
    )


MOVED = status(b"302 Found", b"Location: /main.asp")


async def test_a_login_that_leads_on_is_proved_by_the_page_it_leads_to(scripted):
    line = scripted([[b"", BASIC_401], [b"", MOVED], [b"", BASIC_401], [b"", PAGE]])
    answer = await tried(line)
    assert (answer.verdict, answer.evidence) == (Verdict.OPENED, b"HTTP/1.1 200 OK\n<title>Network Camera</title>")
    assert [b"Authorization" in sent for sent in line.sent] == [False, True, False, True]
    assert line.sent[2].startswith(b"GET /main.asp ")


@pytest.mark.parametrize(
    ("after", "verdict", "reason"),
    [
        ([PAGE], Verdict.UNREACHED, "it led on to a page that anybody sees"),
        ([BASIC_401, BASIC_401], Verdict.REFUSED, ""),
        ([BASIC_401, MOVED], Verdict.UNREACHED, "it led on and on"),
    ],
)
async def test_a_login_that_leads_nowhere_has_not_opened(scripted, after, verdict, reason):
    answer = await tried(scripted([[b"", BASIC_401], [b"", MOVED], *([b"", page] for page in after)]))
    assert (answer.verdict, answer.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("page", "verdict"),
    [
        (status(b"401 Unauthorized", body=b"Too many sessions"), Verdict.UNREACHED),
        (status(b"401 Unauthorized"), Verdict.UNREACHED),
        (status(b"503 Service Unavailable"), Verdict.UNREACHED),
        (status(b"500 Internal Server Error"), Verdict.UNREACHED),
        (status(b"403 Forbidden"), Verdict.UNREACHED),
        (status(b"200 OK", body=b"<p>Too many users are logged in</p>"), Verdict.UNREACHED),
        (status(b"429 Too Many Requests"), Verdict.LOCKED),
        (status(b"403 Forbidden", body=b"Your IP is blocked"), Verdict.LOCKED),
        (BASIC_401.replace(b"TD-2708", b"Too many failed logins"), Verdict.LOCKED),
        (BASIC_401[:-4] + b"\r\nRetry-After: 600\r\n\r\n", Verdict.LOCKED),
    ],
)
async def test_nothing_is_tried_where_a_stranger_is_told_to_wait(scripted, page, verdict):
    line = scripted([[b"", page]])
    assert (await tried(line)).verdict is verdict
    assert len(line.sent) == 1


async def test_a_page_that_threatens_a_stranger_with_a_lock_is_asked_all_the_same(scripted):
    threat = status(
        b"401 Unauthorized",
        b'WWW-Authenticate: Basic realm="x"',
        body=b"<p>You will be locked out after 3 failures</p>",
    )
    assert (await tried(scripted([[b"", threat], [b"", PAGE]]))).verdict is Verdict.OPENED


async def test_the_page_of_the_question_is_the_one_that_is_asked_for(scripted):
    line = scripted([[b"", BASIC_401], [b"", PAGE]], path="/cgi-bin/main")
    assert (await tried(line)).verdict is Verdict.OPENED
    assert all(sent.startswith(b"GET /cgi-bin/main HTTP/1.1\r\n") for sent in line.sent)


async def test_a_connection_limit_is_given_as_the_reason(scripted):
    answer = await tried(scripted([[b"", BASIC_401], [b"", status(b"401 Unauthorized")]]))
    assert "without a challenge" in answer.reason


@pytest.mark.parametrize("first", [b"", b", stale=true"])
async def test_a_device_that_calls_a_fresh_nonce_too_old_is_neither_asked_again_nor_judged(scripted, first):
    def asks(nonce: bytes, stale: bytes) -> bytes:
        return DIGEST_401.replace(b'qop="auth"', b'qop="auth"' + stale).replace(b"7ypf", nonce)

    line = scripted([[b"", asks(b"1", first)], *([b"", asks(b"%d" % n, b", stale=true")] for n in range(2, 9))])
    answer = await tried(line)
    assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, STALE)
    assert sum(b"Authorization" in sent for sent in line.sent) == 1


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


async def test_a_title_that_never_ends_keeps_nobody_waiting(scripted):
    body = b"<title>" + b" " * 60_000  # quadratic, this took eleven minutes in which nothing else could happen
    answer = await tried(scripted([[b"", BASIC_401], [b"", status(b"200 OK", body=body)]]))
    assert (answer.verdict, answer.evidence) == (Verdict.OPENED, b"HTTP/1.1 200 OK")


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
