import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from inventory.model import Claim, Confidence, Device, Endpoint
from scanner.conversation import Safety, Target
from scanner.protocols import addp

TARGET = Target(Endpoint("192.0.2.1", 2362, "udp"))
# Recorded of a Digi Connect ME (kelley.ca, "Digi Connect ME Discovery", 2008), which blots out the middle of its address; 192.0 stands there instead.
CONNECT_ME = bytes.fromhex(
    "44494749 0002 0060 0106 00409d33d294 0204 c0007007 0304 ffff0000 0b04 00000000"
    "0d0f 4469676920436f6e6e656374204d45 1001 01 0701 00"
    "081e 56657273696f6e2038323030303835365f46362030372f32312f32303036"
    "0e04 00000303 1304 00000403 1201 01"
)


def test_reads_a_recorded_answer(recite):
    heard, sent = recite(addp.probe(TARGET), [CONNECT_ME])
    assert heard.facts == {
        "addp.mac": "00:40:9d:33:d2:94",
        "addp.address": "192.0.112.7",
        "addp.name": "Digi Connect ME",
        "addp.hardware_revision": 0,
        "addp.firmware": "Version 82000856_F6 07/21/2006",
        "addp.realport": 771,
        "addp.serial_ports": 1,
    }
    assert sent == [bytes.fromhex("44494749 0001 0006 ffffffffffff")]


@pytest.mark.parametrize("request_type", range(2, 9))
def test_no_other_request_can_be_said(request_type):
    request = b"DIGI" + request_type.to_bytes(2, "big") + b"\x00\x06" + b"\xff" * 6
    assert not any(say.allows(request) for say in addp.SAYS)


@pytest.mark.parametrize(
    ("card", "asked"), [("DigiBoard", 1), ("Digi International", 1), ("Axis Communications AB", 0)]
)
def test_only_digis_devices_are_asked(card, asked):
    device = Device("address:192.0.2.1", ("192.0.2.1",), mac_vendor=card)
    assert len(addp.invited(device)) == asked
    assert (addp.SAFETY, addp.PORTS) == (Safety.B, ())


def test_a_claim_invites_as_well():
    claims = (Claim("vendor", "Digi", Confidence.LIKELY, "x"),)
    device = Device("address:192.0.2.1", ("192.0.2.1",), claims=claims)
    assert [target.endpoint for target in addp.invited(device)] == [TARGET.endpoint]


@pytest.mark.parametrize("size", range(len(CONNECT_ME)))
def test_an_answer_cut_anywhere_ends_in_protocol_error(size):
    with pytest.raises(ProtocolError):
        addp.parse(CONNECT_ME[:size])


@given(st.binary(max_size=300), st.booleans())
def test_junk_ends_in_facts_or_in_protocol_error(junk, framed):
    head = b"DIGI\x00\x02" + (len(junk) + 8).to_bytes(2, "big") + CONNECT_ME[8:16]
    try:
        heard = addp.parse(head + junk if framed else junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(addp.FACTS)
