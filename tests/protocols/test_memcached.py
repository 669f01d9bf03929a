import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import memcached

TARGET = Target(Endpoint("192.0.2.1", 11211))
# Recorded from memcached 1.6.18 (Debian 12), over 127.0.0.1; the second with -Y.
VERSION, LOCKED = b"VERSION 1.6.18\r\n", b"CLIENT_ERROR unauthenticated\r\n"


def test_whoever_states_a_version_is_open(recite):
    heard, sent = recite(memcached.probe(TARGET), [VERSION])
    assert heard.facts == {"memcached.open": True, "memcached.version": "1.6.18"}
    assert sent == [b"version\r\n", b"quit\r\n"]
    assert heard.evidence == VERSION


def test_a_server_with_accounts_is_not_open(recite):
    heard, sent = recite(memcached.probe(TARGET), [LOCKED])
    assert heard.facts == {"memcached.open": False}
    assert sent == [b"version\r\n"]


@pytest.mark.parametrize("command", [b"stats\r\n", b"get a\r\n", b"flush_all\r\n", b"version\r\nflush_all\r\n"])
def test_nothing_that_reads_or_writes_is_in_its_says(command):
    assert not any(say.allows(command) for say in memcached.SAYS)


@pytest.mark.parametrize(
    "answer", [b"", VERSION[:-1], b"ERROR\r\n", b"VERSION\r\n", b"VERSION x\r\n", b"HTTP/1.1 400\r\n"]
)
def test_what_is_no_answer_of_memcached_is_a_peer_error(recite, answer):
    with pytest.raises(PeerError):
        recite(memcached.probe(TARGET), [answer])


@given(st.binary(max_size=60), st.sampled_from([b"", b"VERSION 1"]))
def test_any_bytes_end_in_facts_or_in_a_protocol_error(junk, start):
    try:
        heard = memcached.parse(start + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(memcached.FACTS)
