import hashlib
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from inventory.model import Endpoint
from scanner.logins import rtsp

ADMIN = Account("hikvision", "admin", "s3cret-word")
RANDOM = Account("control:random", "tc0badcafe", "Q0123456789")
NOBODY = Account("control:anonymous", "", "")
CAMERA = Endpoint("192.0.2.1", 554)
# GStreamer's RTSP server 1.22, recorded over 127.0.0.1, with the realm of a Hikvision camera.
CHALLENGE = b'WWW-Authenticate: Digest realm="DS-2CD2142FWD-I", nonce="92b9ad5f", algorithm=MD5\r\n'
ASKS = b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n" + CHALLENGE + b"\r\n"
SDP = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=Session\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=control:trackID=1\r\nm=audio 0 RTP/AVP 0\r\n"


def status(line: bytes, body: bytes = b"", headers: bytes = b"") -> bytes:
    return b"RTSP/1.0 " + line + b"\r\nCSeq: 2\r\n" + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


DESCRIBED = status(b"200 OK", SDP, b"Content-Type: application/sdp\r\n")


async def tried(line, account=ADMIN):
    line.endpoint = CAMERA
    return await rtsp.attempt(line, account)


async def test_opens_where_the_account_is_told_what_a_stranger_was_not(scripted):
    line = scripted([[b"", ASKS, DESCRIBED]])
    answer = await tried(line)
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence == b"RTSP/1.0 401 Unauthorized\nRTSP/1.0 200 OK\nm=video 0 RTP/AVP 96\nm=audio 0 RTP/AVP 0"
    assert [request.split(b"\r\n")[0] for request in line.sent] == [b"DESCRIBE rtsp://192.0.2.1/ RTSP/1.0"] * 2
    assert b"Authorization" not in line.sent[0]


async def test_computes_the_digest_of_the_whole_url(scripted):
    line = scripted([[b"", ASKS, DESCRIBED]])
    await tried(line)
    keys = [
        hashlib.md5(text).hexdigest() for text in (b"admin:DS-2CD2142FWD-I:s3cret-word", b"DESCRIBE:rtsp://192.0.2.1/")
    ]
    assert hashlib.md5(f"{keys[0]}:92b9ad5f:{keys[1]}".encode()).hexdigest() in line.sent[1].decode()
    assert b'uri="rtsp://192.0.2.1/"' in line.sent[1]


async def test_asks_for_the_path_of_the_question(scripted):
    line = scripted([[b"", ASKS, DESCRIBED]], path="/Streaming/Channels/101")
    await tried(line)
    assert line.sent[0].startswith(b"DESCRIBE rtsp://192.0.2.1/Streaming/Channels/101 RTSP/1.0\r\n")


async def test_answers_basic_where_nothing_better_is_asked(scripted):
    line = scripted([[b"", ASKS.replace(CHALLENGE, b'WWW-Authenticate: Basic realm="cam"\r\n'), DESCRIBED]])
    assert (await tried(line)).verdict is Verdict.OPENED
    assert re.search(rb"\r\nAuthorization: Basic \S+\r\n", line.sent[1])


async def test_a_stream_that_is_described_to_strangers_asks_for_no_login(scripted):
    line = scripted([[b"", DESCRIBED]])
    assert (await tried(line)).verdict is Verdict.NO_LOGIN_ASKED
    assert len(line.sent) == 1


async def test_the_control_sends_no_account(scripted):
    line = scripted([[b"", ASKS]])
    assert (await tried(line, NOBODY)).verdict is Verdict.REFUSED
    assert len(line.sent) == 1


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (ASKS, Verdict.REFUSED),
        (status(b"403 Forbidden"), Verdict.REFUSED),
        (status(b"404 Not Found"), Verdict.OPENED),
        (status(b"423 Locked"), Verdict.LOCKED),
        (status(b"429 Too Many Requests"), Verdict.LOCKED),
        (status(b"401 Unauthorized", b"The account is locked, try again later."), Verdict.LOCKED),
        (status(b"453 Not Enough Bandwidth"), Verdict.UNREACHED),
        (status(b"503 Service Unavailable"), Verdict.UNREACHED),
        (status(b"302 Found", headers=b"Location: rtsp://192.0.2.9/\r\n"), Verdict.UNREACHED),
        (status(b"200 OK"), Verdict.UNREACHED),
        (status(b"200 OK", b"<html>welcome</html>"), Verdict.UNREACHED),
        (status(b"500 Internal Server Error"), Verdict.UNREACHED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Verdict.UNREACHED),
        (b"", Verdict.UNREACHED),
    ],
)
async def test_judges_the_answer_to_the_login(scripted, reply, verdict):
    line = scripted([[b"", ASKS, reply]])
    answer = await tried(line)
    assert answer.verdict is verdict
    assert len(line.sent) == 2
    assert verdict is not Verdict.UNREACHED or answer.reason


async def test_a_path_where_nothing_stands_proves_nothing_by_a_random_pair(scripted):
    answer = await tried(scripted([[b"", ASKS, status(b"404 Not Found")]]), RANDOM)
    assert answer.verdict is Verdict.UNREACHED


@pytest.mark.parametrize("reply", [status(b"404 Not Found"), status(b"454 Session Not Found"), ASKS[:30]])
async def test_what_asks_a_stranger_for_nothing_known_is_not_judged(scripted, reply):
    assert (await tried(scripted([[b"", reply]]))).verdict is Verdict.UNREACHED


async def test_a_fresh_nonce_that_is_called_too_old_is_no_refusal_and_no_reason_to_ask_again(scripted):
    stale = ASKS.replace(b'nonce="92b9ad5f"', b'nonce="0b0b", stale=true')
    line = scripted([[b"", ASKS, stale, stale, stale]])
    answer = await tried(line)
    assert (answer.verdict, "too old" in answer.reason) == (Verdict.UNREACHED, True)
    assert len(line.sent) == 2


@pytest.mark.parametrize("challenge", [b"", b"WWW-Authenticate: Negotiate\r\n"])
async def test_a_challenge_that_cannot_be_answered_is_not_judged(scripted, challenge):
    line = scripted([[b"", ASKS.replace(CHALLENGE, challenge)]])
    assert (await tried(line)).verdict is Verdict.UNREACHED
    assert len(line.sent) == 1


async def test_a_challenge_cannot_break_the_header(scripted):
    line = scripted([[b"", ASKS.replace(b"DS-2CD2142FWD-I", b"a\x00b\xc3\xa9"), DESCRIBED]])
    assert (await tried(line)).verdict is Verdict.UNREACHED
    assert len(line.sent) == 1


async def test_a_path_cannot_break_the_request(scripted):
    line = scripted([[b"", ASKS]], path="/a\r\nSETUP /")
    assert (await tried(line)).verdict is Verdict.UNREACHED
    assert line.sent == []


async def test_inside_tls_the_scheme_says_so(scripted):
    line = scripted([[b"", ASKS, DESCRIBED]], tls=True)
    await tried(line)
    assert line.sent[0].startswith(b"DESCRIBE rtsps://192.0.2.1:554/ RTSP/1.0\r\n")


async def test_no_secret_is_in_the_evidence(scripted):
    body = SDP.replace(b"m=audio", b"m=s3cret-word")
    answer = await tried(scripted([[b"", ASKS, status(b"200 OK", body)]]))
    assert answer.verdict is Verdict.OPENED
    assert b"s3cret-word" not in answer.evidence


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120), st.sampled_from([b"", b"RTSP/1.0 401 x\r\nWWW-Authenticate: ", b"RTSP/1.0 200 OK\r\n"]))
async def test_junk_ends_in_a_verdict(scripted, junk, start):
    for script in ([b"", start + junk], [b"", ASKS, start + junk]):
        answer = await tried(scripted([script]))
        assert isinstance(answer.verdict, Verdict)
