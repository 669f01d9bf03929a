import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import socks

TARGET = Target(Endpoint("192.0.2.1", 1080))
# Recorded from microsocks 1.0.3 (Debian 12) over 127.0.0.1; the second with -u and -P.
OPEN, LOCKED = b"\x05\x00", b"\x05\xff"


@pytest.mark.parametrize("cut", [0, 1])
def test_a_proxy_that_asks_for_no_login_is_open_and_is_left(recite, cut):
    heard, sent = recite(socks.probe(TARGET), [OPEN], cut=cut)
    assert heard.facts == {"socks.open": True, "socks.method": 0}
    assert sent == [b"\x05\x01\x00"]


def test_a_proxy_that_wants_an_account_is_not_open(recite):
    heard, _ = recite(socks.probe(TARGET), [LOCKED])
    assert heard.facts == {"socks.open": False, "socks.method": 255}


@pytest.mark.parametrize("request_", [b"\x05\x01\x00\x01\x7f\0\0\x01\0\x50", b"\x04\x01\0\x50\x7f\0\0\x01\0"])
def test_no_request_to_connect_is_in_its_says(request_):
    assert not any(say.allows(request_) for say in socks.SAYS)


@pytest.mark.parametrize("answer", [b"", b"\x05", b"HTTP/1.1 400 Bad Request\r\n", b"\x05\x02", b"\x00\x5b"])
def test_what_is_no_choice_of_method_is_a_peer_error(recite, answer):
    with pytest.raises(PeerError):
        recite(socks.probe(TARGET), [answer])


@given(st.binary(max_size=8))
def test_any_bytes_end_in_facts_or_in_a_protocol_error(junk):
    try:
        assert set(socks.parse(junk).facts) == set(socks.FACTS)
    except ProtocolError:
        return
