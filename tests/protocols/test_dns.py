import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import dns
from tests.datagrams import Datagrams
from tests.holding import hold_with

TARGET = Target(Endpoint("192.0.2.1", 53, "udp"))
# Recorded over 127.0.0.1: unbound 1.17.1 (Debian 12) that serves the asker, and one whose access-control refuses it.
LOOKED_UP = bytes.fromhex(
    "70638583000100000001000026746f6373696e2d61736b732d77686f6d2d796f752d6c6f6f6b2d6e616d65732d75702d666f7207696e76616c69640000010001"
    "c0330006000100002a300028096c6f63616c686f737400066e6f626f6479c0330000000100000e10000004b000093a8000002a30"
)
REFUSED, REFUSED_VERSION = bytes.fromhex("706381050000000000000000"), bytes.fromhex("706480050000000000000000")
UNBOUND = bytes.fromhex(
    "7064808000010001000000000776657273696f6e0462696e640000100003c00c0010000300000000000f0e756e626f756e6420312e31372e31"
)
# dnsmasq 2.90 (Debian 12) without a server to pass questions on to: it offers recursion, and refuses.
NO_SERVER = bytes.fromhex(
    "70638185000100000000000026746f6373696e2d61736b732d77686f6d2d796f752d6c6f6f6b2d6e616d65732d75702d666f7207696e76616c69640000010001"
)
DNSMASQ = bytes.fromhex(
    "7064848000010001000000000776657273696f6e0462696e640000100003c00c0010000300000000000d0c646e736d6173712d322e3930"
)


def heard(*datagrams):
    peer = Datagrams(datagrams)
    return hold_with(dns.probe(TARGET), peer.answer), peer.sent


def test_who_looks_a_name_up_for_a_stranger_is_recursive():
    told, sent = heard(LOOKED_UP, UNBOUND)
    assert told.facts == {"dns.recursive": True, "dns.code": "NXDOMAIN", "dns.version": "unbound 1.17.1"}
    assert sent == [dns.REQUEST, dns.VERSION]
    assert told.evidence == LOOKED_UP + UNBOUND


def test_who_refuses_is_not():
    told, _ = heard(REFUSED, REFUSED_VERSION)
    assert told.facts == {"dns.recursive": False, "dns.code": "REFUSED"}


def test_who_offers_recursion_and_refuses_us_is_not():
    told, _ = heard(NO_SERVER, DNSMASQ)
    assert told.facts == {"dns.recursive": False, "dns.code": "REFUSED", "dns.version": "dnsmasq-2.90"}


def test_who_keeps_its_version_to_itself_has_answered_all_the_same():
    told, _ = heard(LOOKED_UP)
    assert told.facts == {"dns.recursive": True, "dns.code": "NXDOMAIN"}


def test_a_silent_device_is_asked_one_question_only():
    peer = Datagrams([])
    with pytest.raises(PeerError):
        hold_with(dns.probe(TARGET), peer.answer)
    assert peer.sent == [dns.REQUEST]


def test_no_answer_without_edns_is_ten_times_as_long_as_the_question():
    assert len(dns.REQUEST) * 10 >= 512  # RFC 1035, 2.3.4: the limit of a datagram
    assert dns.REQUEST[10:12] == b"\0\0"  # no additional record: no EDNS
    longest = dns.VERSION + b"\xc0\x0c\0\x10\0\x03\0\0\0\0\x01\0" + b"\xff" + bytes(255)
    assert len(longest) <= 10 * len(dns.VERSION)


@pytest.mark.parametrize("cut", range(0, len(LOOKED_UP), 7))
def test_an_answer_that_is_cut_short_is_a_protocol_error(cut):
    with pytest.raises(ProtocolError):
        dns.parse(LOOKED_UP[:cut])


@pytest.mark.parametrize("other", [dns.REQUEST, b"\0\1" + LOOKED_UP[2:], LOOKED_UP[:2] + b"\xad" + LOOKED_UP[3:]])
def test_what_answers_another_question_is_a_protocol_error(other):
    with pytest.raises(ProtocolError):
        dns.parse(other)


@given(st.binary(max_size=200), st.sampled_from([b"", LOOKED_UP[:12], LOOKED_UP[:64], UNBOUND[:30]]))
def test_any_bytes_end_in_facts_or_in_a_protocol_error(junk, start):
    for read in (dns.parse, dns.version_in):
        try:
            read(start + junk)
        except ProtocolError:
            continue
