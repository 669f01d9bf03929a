import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import EVIDENCE_LIMIT, Target
from scanner.protocols import rtsp

TARGET = Target(Endpoint("192.0.2.1", 554))
# Written from RFC 2326, sections 10.1 and 10.2, with the Server and realm that Dahua's cameras send.
OPTIONS = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: Rtsp Server/2.0\r\nPublic: OPTIONS, DESCRIBE,SETUP , PLAY\r\n\r\n"
CHALLENGE = (
    b"RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n"
    b'WWW-Authenticate: Digest realm="Login to 3K04ABCPAJ00123", nonce="b8ad0a2b"\r\n\r\n'
)
DESCRIBED = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n"


def test_reads_methods_server_and_realm_over_one_connection(recite):
    heard, sent = recite(rtsp.probe(TARGET), [OPTIONS + CHALLENGE])
    assert heard.facts == {
        "rtsp.status": 401,
        "rtsp.server": "Rtsp Server/2.0",
        "rtsp.public": ("OPTIONS", "DESCRIBE", "SETUP", "PLAY"),
        "rtsp.realm": "Login to 3K04ABCPAJ00123",
        "rtsp.auth": "digest",
        "rtsp.described": False,
        "rtsp.tls": False,
    }
    assert heard.evidence == OPTIONS + CHALLENGE
    assert [request.split()[0] for request in sent] == [b"OPTIONS", b"DESCRIBE"]


@pytest.mark.parametrize("cut", [1, 2, 3, 7])
def test_the_pieces_an_answer_comes_in_make_no_difference(recite, cut):
    pieces, _ = recite(rtsp.probe(TARGET), [OPTIONS + CHALLENGE], cut=cut)
    whole, _ = recite(rtsp.probe(TARGET), [OPTIONS + CHALLENGE])
    assert pieces == whole


def test_a_stream_that_anyone_may_see_answers_200(recite):
    heard, _ = recite(rtsp.probe(TARGET), [OPTIONS + DESCRIBED])
    assert heard.facts["rtsp.status"] == 200
    assert heard.facts["rtsp.described"] is True
    assert "rtsp.auth" not in heard.facts


# RFC 2326, section 10.2: a description has a body, and RFC 4566, section 5: that begins with "v=".
EMPTY = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 0\r\n\r\n"
NO_PATH = b"RTSP/1.0 404 Stream Not Found\r\nCSeq: 2\r\n\r\n"


@pytest.mark.parametrize("answer", [EMPTY, NO_PATH])
def test_an_answer_without_a_description_describes_nothing(recite, answer):
    heard, _ = recite(rtsp.probe(TARGET), [OPTIONS + answer])
    assert heard.facts["rtsp.described"] is False


def test_the_200_of_options_is_no_description(recite):
    heard, _ = recite(rtsp.probe(TARGET), [OPTIONS])
    assert heard.facts["rtsp.status"] == 200
    assert "rtsp.described" not in heard.facts


def test_a_server_that_closes_after_options_is_known_by_them(recite):
    heard, _ = recite(rtsp.probe(TARGET), [OPTIONS])
    assert heard.facts["rtsp.server"] == "Rtsp Server/2.0"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n", b"<html>"])
def test_what_is_not_rtsp_is_a_protocol_error(recite, answer):
    with pytest.raises(ProtocolError):
        recite(rtsp.probe(TARGET), [answer])


@pytest.mark.parametrize(
    "target", [TARGET, Target(Endpoint("2001:db8::1", 8554)), Target(Endpoint("192.0.2.1", 554), "a.test")]
)
def test_everything_it_sends_is_in_its_says(recite, target):
    _, sent = recite(rtsp.probe(target), [OPTIONS + CHALLENGE])
    assert len(sent) == 2
    assert all(any(say.allows(request) for say in rtsp.SAYS) for request in sent)


def test_inside_tls_it_asks_for_an_rtsps_url_and_names_no_port_of_its_own(recite):
    _, sent = recite(rtsp.probe(Target(Endpoint("192.0.2.1", 322), tls=True)), [OPTIONS + CHALLENGE])
    assert sent[0].startswith(b"OPTIONS rtsps://192.0.2.1/ RTSP/1.0\r\n")
    assert all(any(say.allows(request) for say in rtsp.SAYS) for request in sent)


@pytest.mark.parametrize("method", [b"SETUP", b"PLAY", b"TEARDOWN", b"SET_PARAMETER"])
def test_its_says_allow_no_other_method(method):
    request = rtsp._request("OPTIONS", 1, TARGET)
    assert not any(say.allows(request.replace(b"OPTIONS", method)) for say in rtsp.SAYS)


def test_a_name_that_could_carry_a_header_is_not_sent(recite):
    with pytest.raises(ProtocolError):
        recite(rtsp.probe(Target(Endpoint("192.0.2.1", 554), name="a\r\nX: y")), [OPTIONS])


@pytest.mark.parametrize("size", range(len(OPTIONS + CHALLENGE)))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_peer_error(recite, size):
    try:
        heard, _ = recite(rtsp.probe(TARGET), [(OPTIONS + CHALLENGE)[:size]])
    except PeerError:
        assert size < len(OPTIONS)
    else:
        assert set(heard.facts) <= set(rtsp.FACTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=300), st.sampled_from([b"", b"RTSP/1.0 200 OK\r\n", OPTIONS]))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, _ = recite(rtsp.probe(TARGET), [start + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(rtsp.FACTS)
    assert len(heard.evidence) <= EVIDENCE_LIMIT
