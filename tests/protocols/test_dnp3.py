import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import dnp3

TARGET = Target(Endpoint("192.0.2.1", 20000))
# IEEE 1815-2012, section 9.2: Request Link Status (PRM, DIR, function 9) to station 1 from master 0, and LINK_STATUS (function 11) back. The CRCs were
# checked against dnp3-outstation 0.2.0.
REQUEST = bytes.fromhex("056405c9 0100 0000 de8e")
LINK_STATUS = bytes.fromhex("0564050b 0000 0100 baf0")


def test_one_station_is_asked_for_its_link_status(recite):
    heard, sent = recite(dnp3.probe(TARGET), [LINK_STATUS])
    assert heard.facts == {"dnp3.station": 1, "dnp3.function": "LINK_STATUS", "dnp3.primary": False}
    assert sent == [REQUEST]
    assert dnp3.SAYS[0].allows(REQUEST)


def test_the_checksum_is_that_of_the_standard():
    # CRC-16/DNP of "123456789" is 0xEA82 (the catalogue of parametrised CRC algorithms).
    assert dnp3.checksum(b"123456789") == bytes.fromhex("82ea")


def test_an_unsolicited_response_proves_the_protocol_and_is_not_confirmed(recite):
    head = bytes.fromhex("05640a44 0000 0a00")
    heard, sent = recite(dnp3.probe(TARGET), [head + dnp3.checksum(head) + b"\xc0\xf0\x82\0\0\0\0"])
    assert heard.facts == {"dnp3.station": 10, "dnp3.function": "UNCONFIRMED_USER_DATA", "dnp3.primary": True}
    assert sent == [REQUEST]


@pytest.mark.parametrize("head", ["056405c901000000", "056405cb01000000", "0564050200000100", "0564040b00000100"])
def test_masters_and_unknown_functions_are_a_protocol_error(head):
    header = bytes.fromhex(head)
    with pytest.raises(ProtocolError):
        dnp3.parse(header + dnp3.checksum(header))


def test_a_wrong_checksum_is_a_protocol_error():
    with pytest.raises(ProtocolError, match="wrong CRC"):
        dnp3.parse(LINK_STATUS[:-1] + b"\0")


@pytest.mark.parametrize("size", range(10))
def test_an_answer_cut_anywhere_ends_in_a_peer_error(recite, size):
    with pytest.raises(PeerError):
        recite(dnp3.probe(TARGET), [LINK_STATUS[:size]])


@given(st.binary(max_size=30), st.booleans())
def test_junk_ends_in_facts_or_in_protocol_error(junk, plausible):
    header = b"\x05\x64\x05" + junk[:5]
    try:
        heard = dnp3.parse(header + dnp3.checksum(header) + junk if plausible else junk)
    except ProtocolError:
        return
    assert set(heard.facts) == set(dnp3.FACTS)
