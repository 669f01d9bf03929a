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
NOBODY_AT_1 = bytes.fromhex("0001 0000 0003 01 ab0b")
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
    heard, sent = recite(modbus.probe(TARGET), [GATEWAY_SILENT + behind + NOBODY_AT_1])
    assert heard.facts["modbus.unit"] == 0
    assert heard.parts == ()
    assert [request[6] for request in sent] == [255, 0, 1]


def frame(unit: int, objects: bytes, count: int, conformity: int = 1, category: int = 1) -> bytes:
    """An identification as section 6.21 has it; `objects` are id, length and text one after the other."""
    body = bytes((unit, 0x2B, 0x0E, category, conformity, 0, 0, count)) + objects
    return b"\0\1\0\0" + len(body).to_bytes(2, "big") + body


METER = b"\x00\x12Schneider Electric" + b"\x01\x09METSEPM51" + b"\x02\x0602.010"
EGX = b"\x00\x12Schneider Electric" + b"\x01\x06EGX150" + b"\x02\x0601.002"
REGULAR = b"\x03\x0ese.com/example" + b"\x04\x07Link150" + b"\x05\x06EGX150"


def test_the_meter_behind_a_gateway_is_a_part(recite):
    heard, sent = recite(modbus.probe(TARGET), [frame(255, EGX, 3) + frame(1, METER, 3)])
    assert heard.facts["modbus.product_code"] == "EGX150"
    ((name, facts),) = heard.parts
    assert (name, facts["modbus.product_code"], facts["modbus.unit"]) == ("unit 1", "METSEPM51", 1)
    assert [request[6] for request in sent] == [255, 1]


def test_a_gateway_that_answers_itself_as_unit_1_has_no_part(recite):
    heard, _ = recite(modbus.probe(TARGET), [frame(255, EGX, 3) + frame(1, EGX, 3)])
    assert heard.parts == ()


def test_what_answers_as_unit_1_behind_a_nameless_gateway_is_a_part(recite):
    silent_0 = GATEWAY_SILENT.replace(b"\xff", b"\0")
    heard, sent = recite(modbus.probe(TARGET), [GATEWAY_SILENT + silent_0 + frame(1, METER, 3)])
    assert heard.facts == {"modbus.unit": 255, "modbus.exception": 11}
    assert [name for name, _ in heard.parts] == ["unit 1"]
    assert len(sent) == 3


def test_reads_the_regular_objects_where_the_conformity_has_them(recite):
    answers = frame(255, EGX, 3, conformity=0x82) + frame(255, REGULAR, 3, 0x82, 2) + frame(1, METER, 3)
    heard, sent = recite(modbus.probe(TARGET), [answers])
    assert heard.facts["modbus.product_name"] == "Link150"
    assert heard.facts["modbus.vendor_url"] == "se.com/example"
    assert len(sent) == modbus.REQUESTS
    assert sent[1] == bytes.fromhex("0001 0000 0005 ff 2b0e0203")


def test_a_plain_controller_is_asked_once(recite):
    heard, sent = recite(modbus.probe(TARGET), [IDENTITY + frame(1, METER, 3)])
    assert heard.parts == ()
    assert len(sent) == 1


@pytest.mark.parametrize("more", [b"", NO_SUCH_FUNCTION, b"\0\1\0\0\xff\xff\xff", b"GET / HTTP"])
def test_what_goes_wrong_after_the_first_answer_costs_nothing_of_it(recite, more):
    heard, _ = recite(modbus.probe(TARGET), [frame(255, EGX, 3, conformity=2) + more])
    assert heard.facts["modbus.product_code"] == "EGX150"
    assert heard.parts == ()


def test_everything_it_sends_is_in_its_says(recite):
    _, sent = recite(modbus.probe(TARGET), [GATEWAY_SILENT + NO_SUCH_FUNCTION.replace(b"\xff", b"\0") + NOBODY_AT_1])
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
