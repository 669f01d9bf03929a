import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerClosed, PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import EVIDENCE_LIMIT, Target
from scanner.protocols import http

TARGET = Target(Endpoint("192.0.2.1", 80))
# Written after the head that Hikvision's DVRDVS-Webs sends (Server, both challenges) and RFC 7616's syntax.
CHALLENGED = (
    b"HTTP/1.1 401 Unauthorized\r\nDate: Sat, 01 Jan 2000 00:10:00 GMT\r\nServer: DVRDVS-Webs\r\n"
    b'WWW-Authenticate: Digest qop="auth", realm="DS-2CD2142FWD-I", nonce="4e5749344e7a67794f544936"\r\n'
    b'WWW-Authenticate: Basic realm="DS-2CD2142FWD-I"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
)
PAGE = (
    b"HTTP/1.1 200 OK\r\nServer: mini_httpd/1.19 19dec2003\r\nLast-Modified: Thu, 24 Jan 2013 09:12:11 GMT\r\n"
    b"Set-Cookie: sid=1; path=/\r\nSet-Cookie: lang=en\r\n\r\n"
    b"<html><title>WEB SERVICE</title><meta name=generator content=Boa><body>Log in <input type='password'></body>"
)

BYTES = Path(__file__).parent.parent / "bytes/http"


def redirect(location: bytes) -> bytes:
    return b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"


def paths(sent: list[bytes]) -> list[bytes]:
    return [request.split(b" ")[1] for request in sent]


def test_reads_both_challenges_and_their_realm(recite):
    heard, sent = recite(http.probe(TARGET), [CHALLENGED])
    assert heard.facts["http.status"] == 401
    assert heard.facts["http.server"] == "DVRDVS-Webs"
    assert heard.facts["http.realm"] == "DS-2CD2142FWD-I"
    assert heard.facts["http.auth"] == "basic,digest"
    assert heard.facts["http.headers"][:3] == ("Date", "Server", "WWW-Authenticate")
    assert heard.evidence == CHALLENGED
    assert paths(sent) == [b"/"]


@pytest.mark.parametrize(
    ("header", "age"),
    [
        (b"max-age=63072000; includeSubDomains; preload", 63072000),
        (b'includeSubDomains; Max-Age = "300"', 300),
        (b"max-age=0", 0),
        (b"max-age=soon", None),
        (b"includeSubDomains", None),
        (b"xmax-age=5", None),
    ],
)
def test_reads_for_how_long_browsers_are_to_stay_with_https(recite, header, age):
    """RFC 6797 section 6.1, its examples among them."""
    heard, _ = recite(http.probe(TARGET), [b"HTTP/1.1 200 OK\r\nStrict-Transport-Security: " + header + b"\r\n\r\nhi"])
    assert heard.facts.get("http.hsts") == age


def test_reads_the_page(recite):
    heard, _ = recite(http.probe(TARGET), [PAGE])
    assert heard.facts == {
        "http.status": 200,
        "http.server": "mini_httpd/1.19 19dec2003",
        "http.title": "WEB SERVICE",
        "http.generator": "Boa",
        "http.last_modified": "Thu, 24 Jan 2013 09:12:11 GMT",
        "http.cookies": ("sid", "lang"),
        "http.headers": ("Server", "Last-Modified", "Set-Cookie", "Set-Cookie"),
        "http.identity": "Log in",
        "http.password_form": True,
        "http.login_page": "/",
        "http.first_run": False,
        "http.body_sha256": hashlib.sha256(PAGE.split(b"\r\n\r\n")[1]).hexdigest(),
        "http.tls": False,
    }
    assert b"<title>WEB SERVICE" in heard.evidence


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        (
            "nginx-1.22.1",
            {
                "http.status": 200,
                "http.server": "nginx/1.22.1",
                "http.title": "Lab & camera",
                "http.password_form": True,
                "http.last_modified": "Sat, 21 Nov 2026 04:57:43 GMT",
            },
        ),
        (
            "lighttpd-1.4.69-digest",
            {
                "http.status": 401,
                "http.auth": "digest",
                "http.realm": "DS-2CD2142FWD-I",
                "http.server": "lighttpd/1.4.69",
            },
        ),
    ],
)
@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7])
def test_reads_what_real_servers_said(recite, name, facts, cut):
    answers = [path.read_bytes() for path in sorted(BYTES.glob(f"{name}-[0-9].bin"))]
    heard, _ = recite(http.probe(TARGET), answers, cut=cut)
    assert facts.items() <= heard.facts.items()


@pytest.mark.parametrize("cut", [1, 2, 3, 7])
def test_the_pieces_an_answer_comes_in_make_no_difference(recite, cut):
    whole, _ = recite(http.probe(TARGET), [PAGE])
    pieces, _ = recite(http.probe(TARGET), [PAGE], cut=cut)
    assert pieces == whole


@pytest.mark.parametrize("size", range(0, len(CHALLENGED), 5))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_peer_error(recite, size):
    try:
        heard, _ = recite(http.probe(TARGET), [CHALLENGED[:size]])
    except PeerError:
        assert size < 20
    else:
        assert set(heard.facts) <= set(http.FACTS)


@pytest.mark.parametrize(
    "location", [b"/login.html", b"login.html", b"http://192.0.2.1/login.html", b"//192.0.2.1:80/login.html#top"]
)
def test_follows_a_redirect_within_the_endpoint_once(recite, location):
    heard, sent = recite(http.probe(TARGET), [redirect(location), PAGE])
    assert paths(sent) == [b"/", b"/login.html"]
    assert heard.facts["http.status"] == 200
    assert heard.facts["http.title"] == "WEB SERVICE"
    assert heard.facts["http.location"] == location.decode()


def test_follows_where_the_page_itself_leads(recite):
    start = b"HTTP/1.1 200 OK\r\n\r\n<meta http-equiv=refresh content='0;url=/cgi-bin/luci'>"
    _, sent = recite(http.probe(TARGET), [start, PAGE])
    assert paths(sent)[1] == b"/cgi-bin/luci"


@pytest.mark.parametrize(
    "location",
    [
        b"https://192.0.2.1/",
        b"http://192.0.2.2/x",
        b"http://192.0.2.1:8080/x",
        b"//evil.example/x",
        b"http://192.0.2.1@evil.example/x",
        b"http://u:p@192.0.2.1/x",
        b"http://[192.0.2.1/x",
        b"http://192.0.2.1:99999/x",
        b"ftp://192.0.2.1/x",
        b"javascript:alert(1)",
        b"/",
        b"",
        b"/a b",
        b"/\xe9",
        b"/" + b"a" * 2000,
    ],
)
def test_follows_a_redirect_nowhere_else(recite, location):
    heard, sent = recite(http.probe(TARGET), [redirect(location)])
    assert paths(sent) == [b"/"]
    assert heard.facts["http.status"] == 302


def test_asks_at_most_three_times(recite):
    _, sent = recite(http.probe(TARGET), [redirect(b"/a"), redirect(b"/b"), redirect(b"/c"), redirect(b"/d")])
    assert paths(sent) == [b"/", b"/a"]


@pytest.mark.parametrize(
    "raw", [b"SSH-2.0-dropbear_2012.55\r\n", b"\x15\x03\x01\x00\x02\x02\x46", b"RTSP/1.0 400 x\r\n\r\n"]
)
def test_another_protocol_is_not_taken_for_http(recite, raw):
    with pytest.raises(ProtocolError):
        recite(http.probe(TARGET), [raw])


@pytest.mark.parametrize(
    "body",
    [
        b"<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>",  # nginx 1.22
        b"Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",  # Apache httpd 2.4
        b"Client sent an HTTP request to an HTTPS server.\n",  # Go, net/http
    ],
)
def test_a_server_that_asks_for_tls_is_not_taken_for_http(recite, body):
    with pytest.raises(ProtocolError):
        recite(http.probe(TARGET), [b"HTTP/1.1 400 Bad Request\r\n\r\n" + body])


def test_a_peer_that_closes_at_once_is_not_taken_for_http(recite):
    with pytest.raises(PeerClosed):
        recite(http.probe(TARGET), [b""])


def test_everything_a_device_says_is_made_visible(recite):
    raw = b"HTTP/1.1 200 OK\r\nServer: a\x1b[2J\xe2\x80\xaeb\r\n\r\n<title>\x9b2J</title>"
    heard, _ = recite(http.probe(TARGET), [raw])
    assert heard.facts["http.server"] == "a\\x1b[2J\\u202eb"
    assert heard.facts["http.title"] == "\\x9b2J"


@pytest.mark.parametrize(
    ("target", "host"),
    [
        (TARGET, b"192.0.2.1"),
        (Target(Endpoint("192.0.2.1", 8080)), b"192.0.2.1:8080"),
        (Target(Endpoint("192.0.2.1", 443), tls=True), b"192.0.2.1"),
        (Target(Endpoint("2001:db8::1", 80)), b"[2001:db8::1]"),
        (Target(Endpoint("fe80::1%eth0", 8080)), b"[fe80::1]:8080"),
        (Target(Endpoint("192.0.2.1", 80), name="camera.test"), b"camera.test"),
    ],
)
def test_names_the_host_as_rfc_9110_asks(recite, target, host):
    _, sent = recite(http.probe(target), [PAGE])
    assert b"\r\nHost: " + host + b"\r\n" in sent[0]


def test_everything_it_sends_is_in_its_says(recite):
    _, sent = recite(http.probe(TARGET), [redirect(b"/login.cgi?next=/"), PAGE])
    assert len(sent) == 2
    assert all(any(say.allows(request) for say in http.SAYS) for request in sent)


@pytest.mark.parametrize(
    "request_",
    [
        b"POST / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_its_says_allow_nothing_else(request_):
    assert not any(say.allows(request_) for say in http.SAYS)


@pytest.mark.parametrize("name", ["a\r\nX: y", "a b", "a/b"])
def test_a_name_that_could_carry_a_header_is_not_sent(recite, name):
    with pytest.raises(ProtocolError):
        recite(http.probe(Target(Endpoint("192.0.2.1", 80), name=name)), [PAGE])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=300), st.sampled_from([b"", b"HTTP/1.1 302 x\r\nLocation: ", b"HTTP/1.1 200 OK\r\n\r\n<"]))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, sent = recite(http.probe(TARGET), [start + junk, junk, junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(http.FACTS)
    assert len(heard.evidence) <= EVIDENCE_LIMIT
    assert all(any(say.allows(request) for say in http.SAYS) for request in sent)


BUTTONS = (
    b"HTTP/1.1 200 OK\r\nServer: uc-httpd\r\n\r\n<title>Relay</title><form action=/rb><button>Restart</button></form>"
    b"<a href=/net>Network</a>"
)


def test_the_controls_of_a_page_are_facts_and_their_labels_evidence(recite):
    heard, _ = recite(http.probe(TARGET), [BUTTONS])
    assert heard.facts["http.administration"] == ("network", "restart")
    assert heard.facts["http.operable"] == ("restart",)
    assert heard.evidence.endswith(b"<title>Relay\nRestart\nNetwork")


def test_the_page_of_a_refusal_offers_nothing(recite):
    heard, _ = recite(http.probe(TARGET), [BUTTONS.replace(b"200 OK", b"403 Forbidden")])
    assert not {"http.administration", "http.operable"} & set(heard.facts)


def test_only_the_page_that_is_led_to_is_read_for_what_it_offers(recite):
    moved = BUTTONS.replace(b"<title>", b'<meta http-equiv=refresh content="0; url=/login.htm"><title>')
    heard, sent = recite(http.probe(TARGET), [moved, PAGE])
    assert paths(sent) == [b"/", b"/login.htm"]
    assert "http.administration" not in heard.facts


def test_a_database_that_greets_us_is_a_fact_with_its_greeting_as_evidence(recite):
    greeting = b'{"name":"n","version":{"number":"7.17.9"},"tagline":"You Know, for Search"}'
    heard, _ = recite(http.probe(TARGET), [b"HTTP/1.1 200 OK\r\n\r\n" + greeting])
    assert heard.facts["http.database"] == "Elasticsearch 7.17.9"
    assert heard.evidence.endswith(greeting)


def test_evidence_keeps_its_limit_whatever_the_labels(recite):
    page = (
        b"HTTP/1.1 200 OK\r\n\r\n<title>"
        + b"t" * 300
        + b"</title>"
        + b"<button>Restart the device some time</button>" * 30
    )
    heard, _ = recite(http.probe(TARGET), [page])
    assert len(heard.evidence) <= EVIDENCE_LIMIT
