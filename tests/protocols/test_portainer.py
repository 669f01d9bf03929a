from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError
from inventory.model import Device, Endpoint, Observation
from scanner.conversation import Target
from scanner.protocols import portainer

TARGET = Target(Endpoint("192.0.2.1", 9000))
# Portainer API, GET /users/admin/check: 204 "Success, administrator account exists", 404 "No administrator account found".
NONE = (
    b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    b'{"message":"No administrator account found inside the database","details":"Object not found inside the database"}'
)
MADE = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


def device(*heard):
    when = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    seen = tuple(
        Observation(Endpoint("192.0.2.1", port), protocol, facts, b"", when) for protocol, port, facts in heard
    )
    return Device("address:192.0.2.1", ("192.0.2.1",), observations=seen)


@pytest.mark.parametrize(("answer", "made"), [(MADE, True), (NONE, False)])
def test_says_whether_there_is_an_administrator(recite, answer, made):
    heard, sent = recite(portainer.probe(TARGET), [answer], cut=1)
    assert heard.facts == {"portainer.administrator": made}
    assert sent[0].startswith(b"GET /api/users/admin/check HTTP/1.1\r\n")
    assert any(say.allows(sent[0]) for say in portainer.SAYS)


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 404 Not Found\r\n\r\n", b"HTTP/1.1 404 Not Found\r\n\r\n[]", b"HTTP/1.1 200 OK\r\n\r\n{}", b""],
)
def test_any_other_answer_says_nothing(recite, answer):
    with pytest.raises(PeerError):
        recite(portainer.probe(TARGET), [answer])


def test_only_a_page_that_calls_itself_so_is_asked():
    asked = device(
        ("http", 9443, {"http.title": "Portainer", "http.tls": True}), ("http", 80, {"http.title": "Camera"})
    )
    assert portainer.invited(asked) == (Target(Endpoint("192.0.2.1", 9443), tls=True, path="/api/users/admin/check"),)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # this fixture is a plain function
@given(st.binary(max_size=60))
def test_any_bytes_end_in_facts_or_in_a_peer_error(recite, junk):
    try:
        heard, _ = recite(portainer.probe(TARGET), [b"HTTP/1.1 404 Not Found\r\n\r\n" + junk])
    except PeerError:
        return
    assert set(heard.facts) == set(portainer.FACTS)
