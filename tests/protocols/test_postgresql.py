import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import postgresql

TARGET = Target(Endpoint("192.0.2.1", 5432))
# Recorded from PostgreSQL 15.18 (Debian 12), over 127.0.0.1.
REFUSAL = (
    b"E\x00\x00\x00ySFATAL\x00VFATAL\x00C28000\x00Mno PostgreSQL user name specified in startup packet\x00"
    b"Fpostmaster.c\x00L2351\x00RProcessStartupPacket\x00\x00"
)
# PostgreSQL manual, "Message Formats": SSLRequest is 8 and 80877103; a StartupMessage is its length, 196608, and pairs up to a zero.
SSL_REQUEST, NOBODY = bytes.fromhex("0000000804d2162f"), bytes.fromhex("000000090003000000")


@pytest.mark.parametrize(("offer", "tls"), [(b"S", True), (b"N", False)])
def test_asks_for_tls_and_starts_without_a_user(recite, offer, tls):
    heard, sent = recite(postgresql.probe(TARGET), [offer + REFUSAL])
    assert heard.facts == {
        "postgresql.tls": tls,
        "postgresql.code": "28000",
        "postgresql.error": "no PostgreSQL user name specified in startup packet",
    }
    assert sent == [SSL_REQUEST, NOBODY]
    assert heard.evidence == b"28000 no PostgreSQL user name specified in startup packet"


def test_a_start_that_names_a_user_and_a_query_are_not_in_its_says():
    for request in (NOBODY[:-1] + b"user\0postgres\0\0", b"Q\0\0\0\x0dSELECT 1\0", b"p\0\0\0\x05\0"):
        assert not any(say.allows(request) for say in postgresql.SAYS)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"E",
        b"H",
        b"S",
        b"N" + REFUSAL[:-1],
        b"NR\0\0\0\x08\0\0\0\0",
        b"NE\0\0\0\x04",
        b"NE\0\0\0\x03",
        b"NE\xff\xff\xff\xff",
        b"NHTTP/1.1 400",
        b"NE\0\0\0\x0bC2800\0\0",
    ],
)
def test_what_is_no_refusal_of_postgresql_is_a_peer_error(recite, said):
    with pytest.raises(PeerError):
        recite(postgresql.probe(TARGET), [said])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=60), st.sampled_from([b"", b"N", b"SE\0\0\0\x20", b"NE\0\0\0\x10C28000\0M"]))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, _ = recite(postgresql.probe(TARGET), [start + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(postgresql.FACTS)
