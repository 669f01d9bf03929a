import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import iec104

TARGET = Target(Endpoint("192.0.2.1", 2404))
# IEC 60870-5-104:2006, figure 14: the unnumbered frames.
TESTFR_ACT, TESTFR_CON = bytes.fromhex("680443000000"), bytes.fromhex("680483000000")
STARTDT_ACT, STARTDT_CON = bytes.fromhex("680407000000"), bytes.fromhex("68040b000000")
# End of initialisation (M_EI_NA_1, type 70) of common address 47, in a frame of the I format.
END_OF_INITIALISATION = bytes.fromhex("680e 0000 0000 46 01 04 00 2f00 000000 00")


def test_a_test_frame_is_confirmed_and_nothing_else_is_sent(recite):
    heard, sent = recite(iec104.probe(TARGET), [TESTFR_CON])
    assert heard.facts == {"iec104.answer": "TESTFR con"}
    assert sent == [TESTFR_ACT]


def test_what_the_station_says_of_its_own_does_not_hide_the_confirmation(recite):
    heard, _ = recite(iec104.probe(TARGET), [END_OF_INITIALISATION + TESTFR_ACT + TESTFR_CON])
    assert heard.facts == {"iec104.answer": "TESTFR con"}


def test_neither_startdt_nor_an_interrogation_can_leave():
    interrogation = bytes.fromhex("680e 0000 0000 64 01 06 00 0100 000000 14")
    for request in (STARTDT_ACT, bytes.fromhex("680413000000"), interrogation, TESTFR_ACT + STARTDT_ACT):
        assert not any(say.allows(request) for say in iec104.SAYS)
    assert iec104.SAYS[0].allows(TESTFR_ACT)


@pytest.mark.parametrize(
    ("frame", "name"),
    [(STARTDT_CON, "STARTDT con"), (END_OF_INITIALISATION, "I format"), (bytes.fromhex("680401000000"), "S format")],
)
def test_frames_are_told_apart(frame, name):
    assert iec104.parse(frame).facts == {"iec104.answer": name}


@pytest.mark.parametrize(
    "junk", ["", "6803430000", "680443010000", "68040f000000", "680400000000", "ff0483000000", "68ff83000000"]
)
def test_what_is_no_frame_is_a_protocol_error(junk):
    with pytest.raises(ProtocolError):
        iec104.parse(bytes.fromhex(junk))


@pytest.mark.parametrize("size", range(6))
def test_an_answer_cut_anywhere_ends_in_a_peer_error(recite, size):
    with pytest.raises(PeerError):
        recite(iec104.probe(TARGET), [TESTFR_CON[:size]])


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x68", b"\x68\x04", TESTFR_CON]))
def test_junk_ends_in_facts_or_in_protocol_error(junk, head):
    try:
        heard = iec104.parse(head + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(iec104.FACTS)
