import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import modbus

TARGET = Target(Endpoint("192.0.2.1", 502))
# Built from section 6.21 of the Modbus Application Protocol V1.1b3: three objects, conformity 0x01, no more to follow.
IDENTITY = bytes.fromhex("0001 0000 0028 ff 2b0e 01 01 00 00 03") + (
    b"\x00\x12Schneider Electric" + b"\x01\x06TM221C" + b"\x02\x02V1"
)
NO_SUCH_FUNCTION = bytes.fromhex("0001 0000 0003 ff ab01")
GATEWAY_SILENT = bytes.fromhex("0001 0000 0003 ff ab0b")


def test_reads_vendor_product_and_revision(recite):
    heard, sent = recite(modbus.probe(TARGET), [IDENTITY])
    assert heard.facts["modbus.vendor"] == "Schneider Electric"
    assert heard.facts["modbus.product_code"] == "TM221C"
    assert heard.facts["modbus.revision"] == "V1"
    assert sent == [bytes.fromhex("0001 0000 0005 ff 2b0e0100")]


def test_an_exception_still_proves_that_it_speaks_modbus(recite):
    heard, _ = recite(modbus.probe(TARGET), [NO_SUCH_FUNCTION])
    assert heard.facts == {"modbus.unit": 255, "modbus.exception": 1}


def test_asks_unit_0_when_the_gateway_has_nothing_behind_255(recite):
    behind = IDENTITY[:6] + b"\x00" + IDENTITY[7:]
    heard, sent = recite(modbus.probe(TARGET), [GATEWAY_SILENT + behind])
    assert heard.facts["modbus.unit"] == 0
    assert len(sent) == 2


def test_everything_it_sends_is_in_its_says(recite):
    _, sent = recite(modbus.probe(TARGET), [GATEWAY_SILENT + NO_SUCH_FUNCTION.replace(b"\xff", b"\0")])
    assert sent
    assert all(any(say.allows(request) for say in modbus.SAYS) for request in sent)


@pytest.mark.parametrize("size", range(len(IDENTITY)))
def test_an_answer_cut_anywhere_ends_in_a_peer_error(recite, size):
    with pytest.raises(PeerError):
        recite(modbus.probe(TARGET), [IDENTITY[:size]])


@given(st.binary(max_size=300))
def test_junk_ends_in_facts_or_in_protocol_error(junk):
    try:
        heard = modbus.parse(b"\0\1\0\0\0\5\xff" + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(modbus.FACTS)
