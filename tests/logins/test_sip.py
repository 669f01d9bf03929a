import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from inventory.errors import ProtocolError
from inventory.model import Endpoint
from scanner.logins import sip, sip_tcp
from scanner.logins.sip import Call

ADMIN = Account("fanvil", "admin", "s3cret-word")
NOBODY = Account("control:anonymous", "", "")
PORTER = Endpoint("192.0.2.1", 5060, "udp")
# Written from RFC 3261, sections 10.3, 20.5 and 22.4, with the headers of Asterisk 18 (PJSIP).
CHALLENGE = b'WWW-Authenticate: Digest realm="asterisk",nonce="1605951/5b1a",opaque="4f2a",algorithm=MD5,qop="auth"\r\n'
ALLOW = b"Allow: OPTIONS, REGISTER, SUBSCRIBE, INVITE, ACK, BYE\r\n"


def answered(status: bytes, cseq: bytes, headers: bytes = b"", body: bytes = b"") -> bytes:
    return (
        b"SIP/2.0 %b\r\nVia: SIP/2.0/UDP tocsin.invalid;rport=46149\r\nCall-ID: 1@tocsin.invalid\r\nCSeq: %b\r\n%bServer: Asterisk PBX 18.10\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (status, cseq, headers, len(body), body)
    )


ASKS = answered(b"401 Unauthorized", b"1 OPTIONS", CHALLENGE)
OPENED = answered(b"200 OK", b"2 OPTIONS", ALLOW)
TELLS = answered(b"200 OK", b"1 OPTIONS", ALLOW)
REGISTRAR = answered(b"401 Unauthorized", b"2 REGISTER", CHALLENGE)
BINDINGS = answered(b"200 OK", b"3 REGISTER")


async def tried(line, account=ADMIN, endpoint=PORTER):
    line.endpoint = endpoint
    return await sip.attempt(line, account)


def lines_of(request: bytes) -> list[str]:
    return request.decode().split("\r\n")


async def test_opens_where_the_challenge_to_options_is_answered(scripted):
    line = scripted([[b"", ASKS, OPENED]])
    answer = await tried(line)
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence == b"OPTIONS: SIP/2.0 401 Unauthorized\nOPTIONS: SIP/2.0 200 OK"
    assert [lines_of(request)[0] for request in line.sent] == ["OPTIONS sip:192.0.2.1 SIP/2.0"] * 2


async def test_computes_the_digest_as_rfc_3261_says(scripted):
    line = scripted([[b"", ASKS, OPENED]])
    await tried(line)
    (header,) = [text for text in lines_of(line.sent[1]) if text.startswith("Authorization: ")]
    cnonce = header.partition('cnonce="')[2].partition('"')[0]
    keys = [hashlib.md5(text).hexdigest() for text in (b"admin:asterisk:s3cret-word", b"OPTIONS:sip:192.0.2.1")]
    made = hashlib.md5(f"{keys[0]}:1605951/5b1a:00000001:{cnonce}:auth:{keys[1]}".encode()).hexdigest()
    assert f'response="{made}"' in header
    assert 'opaque="4f2a"' in header


async def test_a_register_that_asks_is_read_without_binding_anything(scripted):
    line = scripted([[b"", TELLS, REGISTRAR, BINDINGS]])
    assert (await tried(line)).verdict is Verdict.OPENED
    assert [lines_of(request)[0].split()[0] for request in line.sent] == ["OPTIONS", "REGISTER", "REGISTER"]
    for request in line.sent[1:]:
        assert "To: <sip:admin@192.0.2.1>" in lines_of(request)
        assert not any(text.startswith(("Contact", "Expires", "m:")) for text in lines_of(request))


async def test_no_request_goes_further_than_the_device(scripted):
    line = scripted([[b"", TELLS, REGISTRAR, BINDINGS]])
    await tried(line)
    assert all("Max-Forwards: 0" in lines_of(request) for request in line.sent)


async def test_a_proxy_that_asks_is_answered_as_a_proxy(scripted):
    asks = answered(b"407 Proxy Authentication Required", b"1 OPTIONS", CHALLENGE.replace(b"WWW", b"Proxy"))
    line = scripted([[b"", asks, OPENED]])
    assert (await tried(line)).verdict is Verdict.OPENED
    assert any(text.startswith("Proxy-Authorization: Digest ") for text in lines_of(line.sent[1]))


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (answered(b"401 Unauthorized", b"2 OPTIONS", CHALLENGE), Verdict.REFUSED),
        (answered(b"403 Forbidden", b"2 OPTIONS"), Verdict.REFUSED),
        (answered(b"403 Account locked", b"2 OPTIONS"), Verdict.LOCKED),
        (answered(b"403 Too many failed logins", b"2 OPTIONS"), Verdict.LOCKED),
        (answered(b"429 Too Many Requests", b"2 OPTIONS"), Verdict.LOCKED),
        (answered(b"503 Service Unavailable", b"2 OPTIONS"), Verdict.UNREACHED),
        (answered(b"486 Busy Here", b"2 OPTIONS"), Verdict.UNREACHED),
        (answered(b"404 Not Found", b"2 OPTIONS"), Verdict.UNREACHED),
        (answered(b"100 Trying", b"2 OPTIONS"), Verdict.UNREACHED),
        (answered(b"200 OK", b"1 OPTIONS"), Verdict.UNREACHED),
        (b"SIP/2.0 OK\r\n\r\n", Verdict.UNREACHED),
        (b"", Verdict.UNREACHED),
    ],
)
async def test_judges_the_answer_to_the_login(scripted, reply, verdict):
    line = scripted([[b"", ASKS, reply]])
    answer = await tried(line)
    assert answer.verdict is verdict
    assert len(line.sent) == 2
    assert verdict is not Verdict.UNREACHED or answer.reason


@pytest.mark.parametrize(
    ("said", "verdict", "count"),
    [
        ([ASKS], Verdict.REFUSED, 1),
        ([TELLS, REGISTRAR], Verdict.REFUSED, 2),
        ([TELLS, answered(b"200 OK", b"2 REGISTER")], Verdict.NO_LOGIN_ASKED, 2),
        ([TELLS.replace(b"REGISTER, ", b"")], Verdict.NO_LOGIN_ASKED, 1),
        ([TELLS, answered(b"405 Method Not Allowed", b"2 REGISTER")], Verdict.UNREACHED, 2),
        ([answered(b"483 Too Many Hops", b"1 OPTIONS")], Verdict.UNREACHED, 1),
        ([answered(b"403 Your address is banned", b"1 OPTIONS")], Verdict.LOCKED, 1),
    ],
)
async def test_the_control_sends_no_account(scripted, said, verdict, count):
    line = scripted([[b"", *said]])
    assert (await tried(line, NOBODY)).verdict is verdict
    assert len(line.sent) == count
    assert not any(b"Authorization" in request for request in line.sent)


async def test_a_fresh_nonce_that_is_called_too_old_is_no_refusal_and_no_reason_to_ask_again(scripted):
    def stale(request: bytes) -> bytes:
        number = request.partition(b"CSeq: ")[2].partition(b" ")[0]
        challenge = CHALLENGE.replace(b"5b1a", number)[:-2] + b",stale=true\r\n" if number != b"1" else CHALLENGE
        return answered(b"401 Unauthorized", number + b" OPTIONS", challenge)

    line = scripted([[b"", *[stale] * 6]])
    answer = await tried(line)
    assert (answer.verdict, "too old" in answer.reason) == (Verdict.UNREACHED, True)
    assert len(line.sent) == 2


@pytest.mark.parametrize("challenge", [b"", b'WWW-Authenticate: Basic realm="x"\r\n'])
async def test_a_challenge_that_is_no_digest_is_not_answered(scripted, challenge):
    line = scripted([[b"", ASKS.replace(CHALLENGE, challenge)]])
    assert (await tried(line)).verdict is Verdict.UNREACHED
    assert len(line.sent) == 1


async def test_over_a_stream_the_body_between_two_answers_is_read_over(scripted):
    body = b"v=0\r\n\r\nSIP/2.0 200 OK\r\n"
    asks = b"\r\n\r\n" + answered(b"401 Unauthorized", b"1 OPTIONS", CHALLENGE, body)
    line = scripted([[b"", asks, answered(b"100 Trying", b"2 OPTIONS") + OPENED]])
    answer = await tried(line, endpoint=Endpoint("192.0.2.1", 5061))
    assert answer.verdict is Verdict.OPENED
    assert b"Via: SIP/2.0/TCP " in line.sent[0]
    assert sip_tcp.attempt is sip.attempt


async def test_inside_tls_the_scheme_says_so(scripted):
    line = scripted([[b"", ASKS]], tls=True)
    await tried(line, endpoint=Endpoint("192.0.2.1", 5061))
    assert line.sent[0].startswith(b"OPTIONS sips:192.0.2.1:5061 SIP/2.0\r\nVia: SIP/2.0/TLS ")


def test_a_name_is_escaped_and_a_header_cannot_be_broken():
    call = Call("192.0.2.1", "UDP", "a<b>@c\r\nd", "1")
    assert call.person == "<sip:a%3Cb%3E%40c%0D%0Ad@192.0.2.1>"
    with pytest.raises(ProtocolError):
        call.request("OPTIONS", 1, ("Authorization: a\r\nContact: <sip:b@c>",))


async def test_no_secret_is_in_the_evidence(scripted):
    answer = await tried(scripted([[b"", ASKS, answered(b"403 s3cret-word is wrong", b"2 OPTIONS")]]))
    assert (answer.verdict, b"s3cret-word" in answer.evidence) == (Verdict.REFUSED, False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=120), st.sampled_from([b"", b"SIP/2.0 401 x\r\nCSeq: 1 OPTIONS\r\nWWW-Authenticate: Digest "])
)
async def test_junk_ends_in_a_verdict_and_opens_nothing(scripted, junk, start):
    for endpoint in (PORTER, Endpoint("192.0.2.1", 5060)):
        for before in ([], [ASKS]):
            answer = await tried(scripted([[b"", *before, start + junk + b"\r\n\r\n"]]), endpoint=endpoint)
            assert answer.verdict is Verdict.UNREACHED
