from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Device, Endpoint, Observation
from scanner.conversation import Target
from scanner.protocols import nodered

TARGET = Target(Endpoint("192.0.2.1", 1880))
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nConnection: close\r\n\r\n"
# Node-RED documentation, Admin API, Authentication: the two possible answers.
LOCKED = b'{"type":"credentials","prompts":[{"id":"username","type":"text","label":"Username"},{"id":"password","type":"password","label":"Password"}]}'


def device(*heard):
    when = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    seen = tuple(
        Observation(Endpoint("192.0.2.1", port), protocol, facts, b"", when) for protocol, port, facts in heard
    )
    return Device("address:192.0.2.1", ("192.0.2.1",), observations=seen)


def test_an_empty_scheme_is_an_open_editor(recite):
    heard, sent = recite(nodered.probe(TARGET), [HEAD + b"{}"])
    assert heard.facts == {"nodered.open": True}
    assert sent[0].startswith(b"GET /auth/login HTTP/1.1\r\n")
    assert any(say.allows(sent[0]) for say in nodered.SAYS)


def test_a_scheme_is_a_login(recite):
    heard, _ = recite(nodered.probe(TARGET), [HEAD + LOCKED], cut=1)
    assert heard.facts == {"nodered.open": False}


@pytest.mark.parametrize(
    "answer", [HEAD + b"[]", HEAD + b'{"a":1}', HEAD + b"<html>", b"HTTP/1.1 404 Not Found\r\n\r\n", HEAD + b"[" * 9000]
)
def test_anything_else_is_a_peer_error(recite, answer):
    with pytest.raises(PeerError):
        recite(nodered.probe(TARGET), [answer])


def test_only_a_page_that_calls_itself_so_is_asked():
    asked = device(
        ("http", 1880, {"http.title": "Node-RED", "http.tls": False}), ("http", 80, {"http.title": "Camera"})
    )
    assert nodered.invited(asked) == (Target(Endpoint("192.0.2.1", 1880), path="/auth/login"),)


@given(st.binary(max_size=60))
def test_any_bytes_end_in_a_verdict_or_in_a_protocol_error(junk):
    try:
        assert nodered.parse(junk) in (True, False)
    except ProtocolError:
        return
