"""Bytes built from RFC 1006, ISO 8073, and Siemens' System Software for S7-300/400 reference manual (system status lists 0x0011 and 0x001C)."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError, TimedOut
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import s7
from tests.conftest import Recorded, hold
from tests.holding import hold_with

TARGET = Target(Endpoint("192.0.2.1", 102))
CONFIRM = bytes.fromhex("03000016 11d00014000600c0010ac1020100c2020102")
REFUSE = bytes.fromhex("0300000b 06800014000000")
SET_UP = bytes.fromhex("0300001b 02f080 320300000000000800000000 f0000001000100f0")
ORDER = b"6ES7 315-2EH14-0AB0 "
MODULE = struct.pack(">HHHH", 0x11, 0, 28, 3) + b"".join(
    (
        struct.pack(">H20sHHH", 1, ORDER, 0xC0, 5, 1),
        struct.pack(">H20sHHH", 6, ORDER, 0xC0, 5, 1),
        struct.pack(">H20sH4s", 7, bytes(20), 0xC0, b"V\x03\x02\x0e"),
    )
)
TEXTS = {1: "SIMATIC 300(1)", 2: "CPU 315-2 PN/DP", 3: "", 4: "Original Siemens Equipment", 5: "S C-C2UR28922012"}
COMPONENT = struct.pack(">HHHH", 0x1C, 0, 34, 6) + b"".join(
    struct.pack(">H32s", index, said.encode()) for index, said in {**TEXTS, 7: "CPU 315-2 PN/DP"}.items()
)


def answer(number: int, part: bytes, more: bool = False, error: int = 0, sequence: int = 1) -> bytes:
    parameters = bytes.fromhex("00011208128401") + bytes((sequence, 0, more)) + error.to_bytes(2, "big")
    data = b"\xff\x09" + len(part).to_bytes(2, "big") + part
    message = struct.pack(">BBHHHH", 0x32, 7, 0, number, len(parameters), len(data)) + parameters + data
    return b"\3\0" + (len(message) + 7).to_bytes(2, "big") + b"\x02\xf0\x80" + message


LISTS = answer(0x11, MODULE) + answer(0x1C, COMPONENT[:200], more=True, sequence=7) + answer(0x1C, COMPONENT[200:])
WHOLE = CONFIRM + SET_UP + LISTS
FACTS = {
    "s7.tsap": "0102",
    "s7.order_number": "6ES7 315-2EH14-0AB0",
    "s7.hardware_version": "5",
    "s7.firmware_version": "V3.2.14",
    "s7.system_name": "SIMATIC 300(1)",
    "s7.module_name": "CPU 315-2 PN/DP",
    "s7.copyright": "Original Siemens Equipment",
    "s7.serial": "S C-C2UR28922012",
    "s7.module_type": "CPU 315-2 PN/DP",
}


def test_its_requests_are_those_of_the_specifications():
    assert s7.connection_request(0x0102) == bytes.fromhex("03000016 11e00000001400c1020100c2020102c0010a")
    assert bytes.fromhex("03000019 02f080 3201000000000008 0000 f0000001000101e0") == s7.SETUP
    assert s7.read_list(0x1C)[17:] == bytes.fromhex("0001120411440100 ff090004 001c0000")
    for request in (s7.SETUP, s7.read_list(0x11), s7.read_on(0x1C, 7), s7.disconnect_request(b"\0\6")):
        assert int.from_bytes(request[2:4], "big") == len(request)


def test_reads_both_lists_on_one_connection_and_disconnects(recite):
    heard, sent = recite(s7.probe(TARGET), [WHOLE])
    assert heard.facts == FACTS
    assert sent == [
        s7.connection_request(0x0102),
        s7.SETUP,
        s7.read_list(0x11),
        s7.read_list(0x1C),
        s7.read_on(0x1C, 7),
        s7.disconnect_request(b"\0\6"),
    ]


def test_connects_to_the_other_tsap_where_the_first_is_refused(recite):
    heard, sent = recite(s7.probe(TARGET), [REFUSE, WHOLE])
    assert heard.facts["s7.tsap"] == "0200"
    assert sent[:2] == [s7.connection_request(0x0102), s7.connection_request(0x0200)]


@pytest.mark.parametrize("first", [b"", CONFIRM])
def test_connects_to_the_other_tsap_where_the_first_connection_is_closed(recite, first):
    heard, _ = recite(s7.probe(TARGET), [first, WHOLE])
    assert heard.facts["s7.tsap"] == "0200"


def test_gives_up_after_two_connections(recite):
    with pytest.raises(ProtocolError, match="no TSAP"):
        recite(s7.probe(TARGET), [REFUSE, REFUSE, WHOLE])


def test_a_setup_that_is_refused_is_disconnected(recite):
    refused = SET_UP[:17] + b"\x81\x04" + SET_UP[19:]
    _, sent = recite(s7.probe(TARGET), [CONFIRM + refused, WHOLE])
    assert sent[2:4] == [s7.disconnect_request(b"\0\6"), s7.connection_request(0x0200)]


def test_another_protocol_over_iso_transport_ends_cleanly(recite):
    mms = bytes.fromhex("03000011 02f080 0106000000000000 0000")
    controller = Recorded([CONFIRM + mms], silent=True)
    with pytest.raises(ProtocolError, match="not S7"):
        hold_with(s7.probe(TARGET), controller.answer)
    assert controller.sent[-1] == s7.disconnect_request(b"\0\6")


@pytest.mark.parametrize(
    "said", [CONFIRM, CONFIRM + SET_UP, CONFIRM + SET_UP + LISTS[:60], CONFIRM + SET_UP + b"\3\0\0\1"]
)
def test_a_controller_that_falls_silent_or_is_not_understood_gets_its_connection_back(said):
    controller = Recorded([said], silent=True)
    with pytest.raises((TimedOut, ProtocolError)):
        hold_with(s7.probe(TARGET), controller.answer)
    assert controller.sent[-1] == s7.disconnect_request(b"\0\6")


def test_a_list_that_it_has_not_is_an_error_and_the_other_is_read(recite):
    heard, sent = recite(
        s7.probe(TARGET), [CONFIRM + SET_UP + answer(0x11, b"", error=0xD401) + answer(0x1C, COMPONENT)]
    )
    assert heard.facts["s7.error"] == "d401"
    assert heard.facts["s7.serial"] == "S C-C2UR28922012"
    assert sent[-1] == s7.disconnect_request(b"\0\6")


def test_a_list_without_end_is_left_after_four_messages(recite):
    endless = answer(0x11, MODULE, more=True) * 5
    _, sent = recite(s7.probe(TARGET), [CONFIRM + SET_UP + endless + answer(0x1C, COMPONENT)])
    assert sum(request == s7.read_on(0x11, 1) for request in sent) == 4


def test_everything_it_sends_is_in_its_says_and_no_write_is(recite):
    _, sent = recite(s7.probe(TARGET), [REFUSE, WHOLE])
    assert all(any(say.allows(request) for say in s7.SAYS) for request in sent)
    stop = bytes.fromhex("03000021 02f080 3201000000000010 0000 29 0000000000 09 505f50524f4752414d")
    read_data_block = bytes.fromhex("0300001f 02f080 32010000000000 0e0000 0401120a10020001000184000000")
    assert not any(say.allows(request) for say in s7.SAYS for request in (stop, read_data_block))


@pytest.mark.parametrize("size", range(0, len(WHOLE), 3))
def test_an_answer_cut_anywhere_ends_in_a_peer_error(recite, size):
    with pytest.raises(PeerError):
        recite(s7.probe(TARGET), [WHOLE[:size]])


@given(st.binary(max_size=200), st.sampled_from([b"", CONFIRM, CONFIRM + SET_UP, CONFIRM + SET_UP + LISTS[:60]]))
def test_junk_ends_in_facts_or_in_a_peer_error(junk, head):
    framed = b"\3\0" + (len(junk) + 11).to_bytes(2, "big") + b"\x02\xf0\x80" + b"\x32\x07\0\0" + junk
    for tail in (junk, framed):
        try:
            heard, _ = hold(s7.probe(TARGET), [head + tail, junk])
        except PeerError:
            continue
        assert set(heard.facts) <= set(s7.FACTS)


@given(st.binary(max_size=200), st.sampled_from([0x11, 0x1C]))
def test_any_list_ends_in_facts(content, number):
    facts = s7.parse(number, number.to_bytes(2, "big") + content)
    assert set(facts) <= set(s7.FACTS)
