import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import redis

TARGET = Target(Endpoint("192.0.2.1", 6379))
# Recorded from redis-server 7.0.15 (Debian 12), over 127.0.0.1; the others from its sources (server.c, networking.c) and those of 2.4.
PONG, OK = b"+PONG\r\n", b"+OK\r\n"
HELLO = (
    b"*14\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:2\r\n$2\r\nid\r\n:3\r\n"
    b"$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n"
)
NOAUTH = b"-NOAUTH Authentication required.\r\n"
DENIED = b"-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.\r\n"
OLD = b"-ERR operation not permitted\r\n"


def test_an_open_server_is_asked_for_its_version(recite):
    heard, sent = recite(redis.probe(TARGET), [PONG + HELLO + OK])
    assert heard.facts == {"redis.answer": "PONG", "redis.open": True, "redis.version": "7.0.15"}
    assert sent == [b"*1\r\n$4\r\nPING\r\n", b"*1\r\n$5\r\nHELLO\r\n", b"*1\r\n$4\r\nQUIT\r\n"]
    assert heard.evidence == b"+PONG\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n"


@pytest.mark.parametrize("rest", [b"", b"-ERR unknown command 'HELLO'\r\n+OK\r\n", HELLO[:40]])
def test_an_open_server_that_does_not_say_its_version_is_still_open(recite, rest):
    heard, _ = recite(redis.probe(TARGET), [PONG + rest])
    assert heard.facts == {"redis.answer": "PONG", "redis.open": True}


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (NOAUTH, "NOAUTH"),
        (OLD, "NOAUTH"),
        (DENIED, "DENIED"),
        (b"-NOPERM this user has no permissions to run the 'ping' command\r\n", "NOPERM"),
        (b"-LOADING Redis is loading the dataset in memory\r\n", "LOADING"),
        (b"-ERR max number of clients reached\r\n", "ERR"),
    ],
)
def test_a_server_that_does_not_take_the_ping_is_asked_nothing_more(recite, answer, word):
    heard, sent = recite(redis.probe(TARGET), [answer])
    assert heard.facts == {"redis.answer": word, "redis.open": False}
    assert sent == [redis.PING]


@pytest.mark.parametrize(
    "command",
    [b"*1\r\n$4\r\nINFO\r\n", b"*2\r\n$4\r\nKEYS\r\n$1\r\n*\r\n", b"PING\r\nFLUSHALL\r\n", redis.HELLO + redis.QUIT],
)
def test_nothing_that_reads_or_writes_is_in_its_says(command):
    assert not any(say.allows(command) for say in redis.SAYS)


@pytest.mark.parametrize(
    "answer", [b"", b"+PON", b"+PONG", b"HTTP/1.1 400 Bad Request\r\n", b"-FAIL\r\n", b"+OK\r\n", b"\r\n"]
)
def test_what_is_no_answer_of_redis_is_a_peer_error(recite, answer):
    with pytest.raises(PeerError):
        recite(redis.probe(TARGET), [answer])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=80), st.sampled_from([b"", PONG, b"-NOAUTH", PONG + HELLO[:50]]))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, _ = recite(redis.probe(TARGET), [start + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(redis.FACTS)


@given(st.binary(max_size=60), st.binary(max_size=200))
def test_any_bytes_end_in_facts_or_in_a_protocol_error(answer, hello):
    try:
        heard = redis.parse(answer, hello)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(redis.FACTS)
