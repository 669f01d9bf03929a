"""The accounts of FTP, RTSP, ONVIF and SIP in the lab: who is let in, who is refused, who is locked out, and what behind the login is harm."""

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest

from lab.account import Account
from lab.fake import Log, Manners, Visit
from lab.services import onvif
from lab.services.ftp import Ftp
from lab.services.http import Http
from lab.services.onvif import Onvif
from lab.services.rtsp import Rtsp
from lab.services.sip import Register, Sip

ADMIN = Account("admin", "12345")


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def answer_to(said: bytes, method: str, uri: str, password: str) -> str:
    """The Authorization of admin to the challenge in what was said (RFC 7616, section 3.4.1)."""
    found = re.search(rb'realm="([^"]*)".*?nonce="([^"]*)"', said)
    assert found
    realm, nonce = (part.decode() for part in found.groups())
    response = md5(f"{md5(f'admin:{realm}:{password}')}:{nonce}:00000001:ab:auth:{md5(f'{method}:{uri}')}")
    return (
        f'Digest username="admin", realm="{realm}", nonce="{nonce}", uri="{uri}", qop=auth, nc=00000001, cnonce="ab",'
        f' response="{response}"'
    )


async def test_ftp_says_where_a_client_stands_only_behind_the_login(build):
    house = await build(Ftp(port=2121, account=ADMIN))
    said = await house.talk(2121, b"PWD\r\nUSER admin\r\nPASS 12345\r\nPWD\r\nQUIT\r\n")
    assert [line[:3] for line in said.splitlines()] == [b"220", b"530", b"331", b"230", b"257", b"221"]
    assert (house.harms, house.log.logins) == ([], {"admin": 0})


@pytest.mark.parametrize("command", [b"LIST", b"RETR log.csv", b"STOR log.csv"])
async def test_reading_or_writing_behind_the_ftp_login_is_harm(build, command):
    house = await build(Ftp(port=2121, account=ADMIN))
    await house.talk(2121, b"USER admin\r\nPASS 12345\r\n" + command + b"\r\nQUIT\r\n")
    assert house.harms == [f"an FTP {command.decode().partition(' ')[0]}"]


async def test_ftp_locks_an_account_even_for_the_right_password(build):
    house = await build(Ftp(port=2121, account=ADMIN, locks_after=2))
    wrong = b"USER admin\r\nPASS x\r\n"
    said = await house.talk(2121, wrong * 2 + b"USER admin\r\nPASS 12345\r\nQUIT\r\n")
    assert said.splitlines()[-2] == b"530 Account locked after too many failed logins."


async def test_ftp_invites_strangers_or_wants_tls_first(build):
    house = await build(Ftp(port=2121, invites=True), Ftp(port=2122, account=ADMIN, needs_tls=True))
    invited = await house.talk(2121, b"USER anonymous\r\nPASS a@b.invalid\r\nQUIT\r\n")
    wants = await house.talk(2122, b"USER admin\r\nPASS 12345\r\nQUIT\r\n")
    assert b"331 Guest login ok" in invited
    assert b"230 " in invited
    assert wants.count(b"530 Non-anonymous sessions must use encryption.") == 2
    assert house.log.logins == {"anonymous": 0}


def describe(credentials: str = "", uri: str = "rtsp://camera/") -> bytes:
    lines = ["CSeq: 2", *([f"Authorization: {credentials}"] if credentials else [])]
    return "\r\n".join((f"DESCRIBE {uri} RTSP/1.0", *lines, "", "")).encode()


async def test_rtsp_describes_its_stream_to_the_account(build):
    house = await build(Rtsp(port=5540, realm="DS", account=ADMIN, locks_after=1))
    asks = await house.talk(5540, describe(), until=b"\r\n\r\n")
    told = await house.talk(5540, describe(answer_to(asks, "DESCRIBE", "rtsp://camera/", "12345")), until=b"H264")
    another = describe(answer_to(asks, "DESCRIBE", "rtsp://other/", "12345"))
    refused = await house.talk(5540, another, until=b"\r\n\r\n")
    locked = describe(answer_to(asks, "DESCRIBE", "rtsp://camera/", "12345"))
    assert told.startswith(b"RTSP/1.0 200 OK")
    assert refused.startswith(b"RTSP/1.0 401 Unauthorized")
    assert (await house.talk(5540, locked, until=b"\r\n\r\n")).startswith(b"RTSP/1.0 403 Account locked")


async def test_rtsp_takes_basic_where_it_asks_for_it(build):
    house = await build(Rtsp(port=5540, realm="DS", account=ADMIN, scheme="basic"))
    right, wrong, broken = "YWRtaW46MTIzNDU=", "YWRtaW46eA==", "?"
    assert b'Basic realm="DS"' in await house.talk(5540, describe(), until=b"\r\n\r\n")
    assert b" 200 OK" in await house.talk(5540, describe(f"Basic {right}"), until=b"H264")
    for credentials in (wrong, broken):
        assert b" 401 " in await house.talk(5540, describe(f"Basic {credentials}"), until=b"\r\n\r\n")
    assert house.log.logins == {"admin": 1}


def signed(password: str, created: datetime) -> bytes:
    """GetDeviceInformation with a UsernameToken (OASIS WSS UsernameToken Profile 1.1, section 3.1)."""
    moment, nonce = f"{created:%Y-%m-%dT%H:%M:%SZ}", b"0123456789abcdef"
    proof = base64.b64encode(hashlib.sha1(nonce + moment.encode() + password.encode()).digest()).decode()
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><Security><UsernameToken><Username>admin</Username>'
        f'<Password Type="http://x#PasswordDigest">{proof}</Password><Nonce>{base64.b64encode(nonce).decode()}</Nonce>'
        f"<Created>{moment}</Created></UsernameToken></Security></s:Header>"
        '<s:Body><GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
    ).encode()


def post(body: bytes, *headers: str) -> bytes:
    lines = ("Content-Type: application/soap+xml", f"Content-Length: {len(body)}", "Connection: close", *headers)
    return "\r\n".join((f"POST {onvif.PATH} HTTP/1.1", *lines, "", "")).encode() + body


@pytest.mark.parametrize(
    ("password", "late", "told"),
    [("12345", 0, b"<tds:Model>DS</tds:Model>"), ("x", 0, b"ter:NotAuthorized"), ("12345", 300, b"ter:NotAuthorized")],
)
async def test_onvif_takes_a_token_that_is_right_and_new_by_its_own_clock(build, password, late, told):
    device = Onvif("HIKVISION", "DS", account=ADMIN, skew=-86400)
    house = await build(Http(port=8080, applications=((onvif.PATH, device),)))
    created = datetime.now(UTC) - timedelta(days=1, seconds=late)
    assert told in await house.talk(8080, post(signed(password, created)))
    assert house.log.logins == {"admin": int(told.startswith(b"ter"))}


async def test_onvif_asks_by_http_where_it_has_a_realm_and_locks(build):
    device = Onvif("HIKVISION", "DS", account=ADMIN, realm="DS", locks_after=1)
    house = await build(Http(port=8080, applications=((onvif.PATH, device),)))
    question = signed("x", datetime.now(UTC))
    asks = await house.talk(8080, post(question))
    assert asks.startswith(b"HTTP/1.1 401 ")
    right = f"Authorization: {answer_to(asks, 'POST', onvif.PATH, '12345')}"
    wrong = f"Authorization: {answer_to(asks, 'POST', onvif.PATH, 'x')}"
    assert b"<tds:Model>DS</tds:Model>" in await house.talk(8080, post(question, right))
    assert (await house.talk(8080, post(question, wrong))).startswith(b"HTTP/1.1 401 ")
    assert b"The account is locked" in await house.talk(8080, post(question, right))


def sip(method: str, *more: str) -> bytes:
    lines = (
        f"{method} sip:127.0.0.1 SIP/2.0",
        "Via: SIP/2.0/UDP a.invalid;branch=z9hG4bK1;rport",
        "From: <sip:admin@127.0.0.1>;tag=1",
        "To: <sip:admin@127.0.0.1>",
        "Call-ID: 1@a.invalid",
        f"CSeq: 1 {method}",
        *(("Contact: <sip:a@a.invalid>",) if method == "OPTIONS" else ()),
        *more,
        "Max-Forwards: 0",
        "Content-Length: 0",
    )
    return "\r\n".join((*lines, "", "")).encode()


@pytest.mark.parametrize("method", ["OPTIONS", "REGISTER"])
def test_sip_tells_the_account_what_it_asks_and_nobody_else(method):
    visit = Visit("127.0.0.1", Log(), Manners())
    exchange = Sip("Example 1", register=Register("lab", ADMIN, options=method == "OPTIONS", locks_after=1))
    asks = exchange.answer(sip(method), visit)
    assert asks is not None
    assert asks.startswith(b"SIP/2.0 401 Unauthorized\r\n")
    answers = []
    for password in ("12345", "x", "12345"):
        credentials = answer_to(asks, method, "sip:127.0.0.1", password)
        said = exchange.answer(sip(method, f"Authorization: {credentials}"), visit)
        answers.append(said.split(b"\r\n")[0] if said else b"")
    assert answers == [b"SIP/2.0 200 OK", b"SIP/2.0 403 Forbidden", b"SIP/2.0 403 Account locked"]
    assert visit.log.harms == []


def test_a_register_that_binds_and_one_to_a_telephone_are_harm():
    visit = Visit("127.0.0.1", Log(), Manners())
    Sip("Example 1", register=Register("lab", ADMIN)).answer(sip("REGISTER", "Contact: <sip:a@b.invalid>"), visit)
    Sip("Example 1").answer(sip("REGISTER"), visit)
    assert visit.log.harms == ["a SIP REGISTER with a Contact", "a SIP REGISTER"]
