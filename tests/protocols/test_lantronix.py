import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import lantronix

TARGET = Target(Endpoint("192.0.2.1", 30718, "udp"))
# Built from table 24 of the XPort user manual: type at offset 4 of the firmware's image, the serial number 42-18 in the device information, the MAC address.
XPORT = bytes.fromhex("000000f7 10098fb7 58324400 000000000000 3ca1 0000 2a12 00204a802a12")
# The same from table 19 of the UDS-10 user guide, which has no MAC address; 3Q is CoBox firmware there.
COBOX = bytes.fromhex("000000f7 10098fb7 33510000 000000000000 3ca1 0000 2a12")


def test_reads_type_number_and_mac(recite):
    heard, sent = recite(lantronix.probe(TARGET), [XPORT])
    assert heard.facts == {
        "lantronix.type": "X2D",
        "lantronix.number": "42-18",
        "lantronix.mac": "00:20:4a:80:2a:12",
    }
    assert sent == [b"\x00\x00\x00\xf6"]


def test_an_older_model_states_no_mac():
    assert lantronix.parse(COBOX).facts == {"lantronix.type": "3Q", "lantronix.number": "42-18"}


@pytest.mark.parametrize("last", [0x03, *range(0xF4, 0xF6), *range(0xF8, 0xFE), 0xA1, 0xB1])
def test_no_other_request_can_be_said(last):
    assert not any(say.allows(bytes((0, 0, 0, last))) for say in lantronix.SAYS)


def test_a_setup_record_is_not_read():
    with pytest.raises(ProtocolError):
        lantronix.parse(b"\x00\x00\x00\xf9" + bytes(26))


@pytest.mark.parametrize("size", [*range(24), *range(25, 30)])
def test_a_block_of_another_length_is_refused(size):
    with pytest.raises(ProtocolError):
        lantronix.parse(XPORT[:size])


@given(st.binary(max_size=60), st.booleans())
def test_junk_ends_in_facts_or_in_protocol_error(junk, framed):
    try:
        heard = lantronix.parse(b"\x00\x00\x00\xf7" + junk if framed else junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(lantronix.FACTS)
