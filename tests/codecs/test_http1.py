import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from scanner.codecs import http1

OK = b"HTTP/1.1 200 OK\r\nServer: Boa/0.94\r\nContent-Length: 5\r\n\r\nhello"

# What devices send instead of what RFC 9112 asks for. Each is (bytes, status, Server header, body).
ODD = {
    "bare line feeds": (b"HTTP/1.1 200 OK\nServer: Boa/0.94\nContent-Length: 5\n\nhello", 200, "Boa/0.94", b"hello"),
    "leading blank lines": (b"\r\n\r\n" + OK, 200, "Boa/0.94", b"hello"),
    "leading blanks": (b"   " + OK, 200, "Boa/0.94", b"hello"),
    "a byte order mark": (b"\xef\xbb\xbf" + OK, 200, "Boa/0.94", b"hello"),
    "no reason": (b"HTTP/1.1 401\r\nServer: a\r\n\r\n", 401, "a", b""),
    "a version cut short": (b"HTTP/1. 200 OK\r\nServer: a\r\n\r\nx", 200, "a", b"x"),
    "no version": (b"HTTP 200 OK\r\nServer: a\r\n\r\nx", 200, "a", b"x"),
    "lower case": (b"http/1.1 200 ok\r\nserver: a\r\n\r\nx", 200, "a", b"x"),
    "status 000": (b"HTTP/1.1 000 OK\r\nServer: a\r\n\r\nx", 0, "a", b"x"),
    "no status": (b"HTTP/1.1 OK\r\nServer: a\r\n\r\nx", 0, "a", b"x"),
    "a status of five digits": (b"HTTP/1.1 20000 OK\r\nServer: a\r\n\r\nx", 0, "a", b"x"),
    "status glued to its reason": (b"HTTP/1.1 200OK\r\nServer: a\r\n\r\nx", 200, "a", b"x"),
    "ICY": (b"ICY 200 OK\r\nServer: a\r\n\r\nx", 200, "a", b"x"),
    "HTTP/0.9": (b"<html><title>cam</title>", 200, None, b"<html><title>cam</title>"),
    "a line without colon": (b"HTTP/1.1 200 OK\r\ngarbage\r\nServer: a\r\n\r\nx", 200, "a", b"x"),
    "a blank before the colon": (b"HTTP/1.1 200 OK\r\nServer : a\r\n\r\nx", 200, "a", b"x"),
    "a blank in a name": (b"HTTP/1.1 200 OK\r\nX Y: b\r\nServer: a\r\n\r\nx", 200, "a", b"x"),
    "an empty name": (b"HTTP/1.1 200 OK\r\n: b\r\nServer: a\r\n\r\nx", 200, "a", b"x"),
    "a fold at the start": (b"HTTP/1.1 200 OK\r\n b: c\r\nServer: a\r\n\r\nx", 200, "a", b"x"),
    "a folded value": (b"HTTP/1.1 200 OK\r\nServer: a\r\n b\r\n\r\nx", 200, "a b", b"x"),
    "a NUL in a value": (b"HTTP/1.1 200 OK\r\nServer: a\0\r\n\r\nx", 200, "a", b"x"),
    "a length in words": (b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: five\r\n\r\nx", 200, "a", b"x"),
    "an empty length": (b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length:\r\n\r\nx", 200, "a", b"x"),
    "a negative length": (b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: -1\r\n\r\nx", 200, "a", b"x"),
    "a length too long": (b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: 99\r\n\r\nx", 200, "a", b"x"),
    "a length of 5000 digits": (
        b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nx",
        200,
        "a",
        b"x",
    ),
    "a length too short": (b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: 1\r\n\r\nxyz", 200, "a", b"x"),
    "two lengths": (b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: 1, 1\r\n\r\nxyz", 200, "a", b"x"),
    "Transfer-Encoding: identity": (
        b"HTTP/1.1 200 OK\r\nServer: a\r\nTransfer-Encoding: identity\r\n\r\nx",
        200,
        "a",
        b"x",
    ),
    "chunks": (
        b"HTTP/1.1 200 OK\r\nServer: a\r\nTransfer-Encoding: chunked\r\n\r\n2;q=1\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        200,
        "a",
        b"hello",
    ),
    "chunks that are none": (
        b"HTTP/1.1 200 OK\r\nServer: a\r\nTransfer-Encoding: chunked\r\n\r\n<p>plain</p>",
        200,
        "a",
        b"<p>plain</p>",
    ),
    "chunks without the last": (
        b"HTTP/1.1 200 OK\r\nServer: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        200,
        "a",
        b"hello",
    ),
    "a chunk cut short": (
        b"HTTP/1.1 200 OK\r\nServer: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhel",
        200,
        "a",
        b"hel",
    ),
    "no end of the head": (b"HTTP/1.1 200 OK\r\nServer: a\r\n", 200, "a", b""),
    "a head that ends in its status line": (b"HTTP/1.1 302 Found", 302, None, b""),
    "a page without a blank line above it": (b"HTTP/1.0 200 OK\r\nServer: a\r\n<html>x", 200, "a", b"<html>x"),
    "data after 204": (b"HTTP/1.1 204 No Content\r\nServer: a\r\n\r\nx", 204, "a", b""),
    "an interim answer first": (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200, "Boa/0.94", b"hello"),
    "latin-1 in a value": (b"HTTP/1.1 200 OK\r\nServer: Schr\xe9der\r\n\r\nx", 200, "Schréder", b"x"),
    "a blank line with a blank in it": (b"HTTP/1.1 200 OK\r\nServer: a\r\n \r\nx", 200, "a", b"x"),
}


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("name", ODD)
def test_understands_what_devices_send_instead_of_http(recite, name, cut):
    raw, status, server, body = ODD[name]
    response, _ = recite(http1.read_response(), [raw], cut=cut)
    assert (response.status, response.header("server"), response.body) == (status, server, body)


def test_keeps_the_order_and_the_spelling_of_headers(recite):
    response, _ = recite(http1.read_response(), [b"HTTP/1.1 200 OK\r\nSERVER: a\r\nx-b: c\r\nServer: d\r\n\r\n"])
    assert [name for name, _ in response.headers] == ["SERVER", "x-b", "Server"]
    assert response.headers_named("server") == ("a", "d")


def test_the_head_is_kept_as_it_was_heard(recite):
    response, _ = recite(http1.read_response(), [OK])
    assert response.head + response.body == OK


def test_two_answers_over_one_connection_are_told_apart(recite):
    incoming = http1.Incoming()

    def both():
        return [(yield from http1.read_response(incoming)), (yield from http1.read_response(incoming))]

    raw = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\nRTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n\r\n"
    (first, second), _ = recite(both(), [raw])
    assert (first.status, second.status, second.version) == (200, 401, "RTSP/1.0")


def test_an_endless_body_is_left_at_the_limit(recite):
    response, _ = recite(http1.read_response(), [b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000])
    assert len(response.body) == http1.BODY_LIMIT


@pytest.mark.parametrize("error", [TimedOut(), PeerClosed(b"lo"), ProtocolError("TLS: bad record mac")])
def test_what_came_before_the_connection_broke_is_kept(error):
    conversation = http1.read_response()
    next(conversation)
    conversation.send(b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: 99\r\n\r\nhel")
    with pytest.raises(StopIteration) as ended:
        conversation.throw(error)
    assert (ended.value.value.status, ended.value.value.body) == (200, b"hel" + getattr(error, "partial", b""))


def test_silence_is_passed_on():
    conversation = http1.read_response()
    next(conversation)
    with pytest.raises(TimedOut):
        conversation.throw(TimedOut())


def test_many_small_chunks_stay_within_the_limit(recite):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    response, _ = recite(http1.read_response(limit=1000), [head + b"1\r\nx\r\n" * 5000])
    assert response.body == b"x" * 1000


def test_an_endless_head_is_left_at_its_limit(recite):
    response, _ = recite(http1.read_response(), [b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000])
    assert response.status == 200
    assert len(response.head) <= 2 * http1.HEAD_LIMIT


@pytest.mark.parametrize("raw", [b"SSH-2.0-dropbear_2012.55\r\n", b"\x15\x03\x01\x00\x02\x02\x46", b"220 ready\r\n"])
def test_another_protocol_is_not_http(recite, raw):
    with pytest.raises(ProtocolError):
        recite(http1.read_response(), [raw])


def test_a_peer_that_closes_at_once_said_nothing(recite):
    with pytest.raises(PeerClosed):
        recite(http1.read_response(), [b""])


def test_a_request_names_the_host_and_closes():
    assert http1.request("GET", "/", "192.0.2.1") == (
        b"GET / HTTP/1.1\r\nHost: 192.0.2.1\r\nUser-Agent: Tocsin/0.1 (security inventory)\r\n"
        b"Accept: */*\r\nConnection: close\r\n\r\n"
    )


@pytest.mark.parametrize("path", ["", "x", "/a b", "/a\r\nX: y", "/\x00", "/\u202e", "/" + "a" * 2000, "http://x/"])
def test_a_path_that_could_carry_a_second_request_is_refused(path):
    with pytest.raises(ProtocolError):
        http1.request("GET", path, "192.0.2.1")


@pytest.mark.parametrize("host", ["", "a b", "a\r\nX: y", "a/b", "a@b"])
def test_a_host_that_could_carry_a_header_is_refused(host):
    with pytest.raises(ProtocolError):
        http1.request("GET", "/", host)


def test_a_header_value_that_could_carry_another_is_refused():
    with pytest.raises(ProtocolError):
        http1.request("GET", "/", "a", [("Authorization", "Basic x\r\nX: y")])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]),
)
def test_junk_ends_in_a_response_or_in_a_peer_error(recite, junk, start):
    try:
        response, _ = recite(http1.read_response(), [start + junk])
    except PeerError:
        return
    assert len(response.body) <= http1.BODY_LIMIT


def test_a_post_carries_its_body_and_its_length_and_its_pattern_allows_no_other():
    request = http1.post("/a.cgi", "192.0.2.1:8000", "application/json", b'{"a":1}')
    assert request == (
        b"POST /a.cgi HTTP/1.1\r\nHost: 192.0.2.1:8000\r\nUser-Agent: Tocsin/0.1 (security inventory)\r\nAccept: */*\r\n"
        b'Content-Type: application/json\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{"a":1}'
    )
    allowed = re.compile(http1.post_pattern(rb"/a\.cgi", "application/json", b'{"a":1}'), re.DOTALL)
    assert allowed.fullmatch(request)
    assert not allowed.fullmatch(http1.post("/a.cgi", "192.0.2.1:8000", "application/json", b'{"a":2}'))
    assert not allowed.fullmatch(http1.post("/b.cgi", "192.0.2.1:8000", "application/json", b'{"a":1}'))
