import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from inventory.model import Claim, Confidence, Device, Endpoint
from scanner.conversation import Safety, Target
from scanner.protocols import moxa

TARGET = Target(Endpoint("192.0.2.1", 4800, "udp"))
# As observed of an NPort 5110A (M. Davidsaver, "Moxa UDP Protocol", 2023), which blots out product line and MAC address.
ANSWER = bytes.fromhex("8100 0018 0000 0000 0055 5555 1a51 0090 e8aa aaaa c0a8 7ffe")


def test_reads_hardware_and_addresses(recite):
    heard, sent = recite(moxa.probe(TARGET), [ANSWER])
    assert heard.facts == {
        "moxa.hardware": "0x511a",
        "moxa.product_line": "0x55555500",
        "moxa.mac": "00:90:e8:aa:aa:aa",
        "moxa.address": "192.168.127.254",
    }
    assert sent == [bytes.fromhex("01 00 00 08 00 00 00 00")]


@pytest.mark.parametrize("request_id", [0x10, 0x16, 0x1E, 0x26, 0x28, 0x2C, 0x4D])
def test_no_other_request_can_be_said(request_id):
    assert not any(say.allows(bytes((request_id, 0, 0, 8, 0, 0, 0, 0))) for say in moxa.SAYS)


@pytest.mark.parametrize(
    ("vendor", "card", "asked"), [("Moxa", None, 1), ("Axis", "MOXA TECHNOLOGIES CORP., LTD.", 1), ("Axis", None, 0)]
)
def test_only_moxas_devices_are_asked(vendor, card, asked):
    claims = (Claim("vendor", vendor, Confidence.LIKELY, "x"),)
    device = Device("address:192.0.2.1", ("192.0.2.1",), mac_vendor=card, claims=claims)
    assert [target.endpoint for target in moxa.invited(device)] == [TARGET.endpoint] * asked
    assert (moxa.SAFETY, moxa.PORTS) == (Safety.B, ())


@pytest.mark.parametrize("size", range(len(ANSWER)))
def test_an_answer_cut_anywhere_ends_in_protocol_error(size):
    with pytest.raises(ProtocolError):
        moxa.parse(ANSWER[:size])


@given(st.binary(max_size=60), st.booleans())
def test_junk_ends_in_facts_or_in_protocol_error(junk, framed):
    try:
        heard = moxa.parse(ANSWER[:8] + junk if framed else junk)
    except ProtocolError:
        return
    assert set(heard.facts) == set(moxa.FACTS)
