"""Bytes built from Omron's manual W342, section 5-3-17 (Controller Data Read)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import fins

TARGET = Target(Endpoint("192.0.2.1", 9600, "udp"))
HEAD = bytes.fromhex("c0 00 02 00 63 00 00 00 00 ef")
CJ2 = HEAD + b"\x05\x01\0\0" + b"CJ2M-CPU33".ljust(20) + b"02.01".ljust(20) + bytes(52)
UNDEFINED = HEAD + b"\x05\x01\x04\x01"


def test_reads_model_and_version(recite):
    heard, sent = recite(fins.probe(TARGET), [CJ2])
    assert heard.facts == {"fins.model": "CJ2M-CPU33", "fins.version": "02.01"}
    assert sent == [bytes.fromhex("80 00 02 00 00 00 00 63 00 ef 05 01 00")]


def test_an_end_code_is_fins_too():
    assert fins.parse(UNDEFINED).facts == {"fins.end_code": "0401"}


def test_a_relay_error_flag_does_not_hide_the_data():
    assert fins.parse(CJ2[:12] + b"\x80\x40" + CJ2[14:]).facts["fins.model"] == "CJ2M-CPU33"


@pytest.mark.parametrize(
    "strange",
    [
        b"\x80" + CJ2[1:],
        CJ2[:9] + b"\x01" + CJ2[10:],
        CJ2[:10] + b"\x01\x01" + CJ2[12:],
        CJ2[:14],
        CJ2[:14] + bytes(92),
    ],
)
def test_what_is_no_answer_to_us_is_a_protocol_error(strange):
    with pytest.raises(ProtocolError):
        fins.parse(strange)


@pytest.mark.parametrize("size", range(15))
def test_an_answer_cut_anywhere_ends_in_a_peer_error(recite, size):
    with pytest.raises(PeerError):
        recite(fins.probe(TARGET), [CJ2[:size]])


@given(st.binary(max_size=150))
def test_junk_ends_in_facts_or_in_protocol_error(junk):
    for datagram in (junk, HEAD + b"\x05\x01" + junk):
        try:
            heard = fins.parse(datagram)
        except ProtocolError:
            continue
        assert set(heard.facts) <= set(fins.FACTS)
