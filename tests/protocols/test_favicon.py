import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inventory.errors import PeerError, ProtocolError
from inventory.model import Claim, Confidence, Device, Endpoint, Observation
from scanner.conversation import Target
from scanner.protocols import favicon

TARGET = Target(Endpoint("192.0.2.1", 80))
# RFC 9110's syntax; the four bytes begin every ICO file.
ICON = b"HTTP/1.1 200 OK\r\nContent-Type: image/x-icon\r\nContent-Length: 4\r\n\r\n\x00\x00\x01\x00"
RECORDED = (Path(__file__).parent.parent / "bytes/http/nginx-1.22.1-2.bin").read_bytes()


def device(*ports: int, model: str = "") -> Device:
    seen = tuple(
        Observation(
            Endpoint("192.0.2.1", port), "http", {"http.tls": port == 443}, b"", datetime(2026, 11, 1, tzinfo=UTC)
        )
        for port in ports
    )
    claims = (Claim("model", model, Confidence.LIKELY, "x"),) if model else ()
    return Device("address:192.0.2.1", ("192.0.2.1",), observations=seen, claims=claims)


def test_is_the_hash_of_the_icon(recite):
    heard, sent = recite(favicon.probe(TARGET), [ICON])
    assert heard.facts == {"favicon.md5": hashlib.md5(b"\x00\x00\x01\x00").hexdigest()}
    assert len(sent) == 1
    assert favicon.SAYS[0].allows(sent[0])


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 7])
def test_reads_the_icon_of_a_real_server(recite, cut):
    heard, _ = recite(favicon.probe(TARGET), [RECORDED], cut=cut)
    assert heard.facts == {"favicon.md5": hashlib.md5(b"\0\0\1\0icon").hexdigest()}


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 404 Not Found\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n <html></html>", b"HTTP/1.1 200 OK\r\n\r\n"]
)
def test_a_page_instead_of_an_icon_is_none(recite, answer):
    with pytest.raises(ProtocolError):
        recite(favicon.probe(TARGET), [answer])


@pytest.mark.parametrize("size", range(len(ICON)))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_peer_error(recite, size):
    try:
        heard, _ = recite(favicon.probe(TARGET), [ICON[:size]])
    except PeerError:
        return
    assert set(heard.facts) == set(favicon.FACTS)


def test_is_asked_for_where_no_model_is_known_and_at_two_endpoints_at_most():
    assert [(t.endpoint.port, t.tls) for t in favicon.invited(device(80, 443, 8080))] == [(80, False), (443, True)]


def test_a_device_that_has_named_its_model_is_not_asked():
    assert favicon.invited(device(80, model="RUT240")) == ()
