import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from inventory.model import Claim, Confidence, Device, Endpoint
from scanner.conversation import Safety, Target
from scanner.protocols import vertx

TARGET = Target(Endpoint("192.0.2.1", 4070, "udp"))
# Recorded of a VertX EVO V2000 (wue-iot-note, "Device Broadcast Discovery"), whose addresses are blotted out there: these are others of the same length.
EVO = b"discovered;096;00:06:8E:01:02:03;VertX_EVO_V2000;203.000.113.25;1;V2-V2000;3.6.3.101;07/27/2017;"


def test_reads_a_recorded_answer(recite):
    heard, sent = recite(vertx.probe(TARGET), [EVO])
    assert heard.facts == {
        "vertx.mac": "00:06:8e:01:02:03",
        "vertx.name": "VertX_EVO_V2000",
        "vertx.address": "203.000.113.25",
        "vertx.type": "1",
        "vertx.model": "V2-V2000",
        "vertx.version": "3.6.3.101",
        "vertx.built": "07/27/2017",
    }
    assert sent == [b"discover;013;"]


@pytest.mark.parametrize("request_bytes", [b"command_blink_on;042;x;30;", b"discover;013;`id`", b"discover;014;"])
def test_no_command_can_be_said(request_bytes):
    assert not any(say.allows(request_bytes) for say in vertx.SAYS)


@pytest.mark.parametrize(("vendor", "asked"), [("HID", 1), ("Axis", 0)])
def test_only_hids_controllers_are_asked(vendor, asked):
    claims = (Claim("vendor", vendor, Confidence.LIKELY, "x"),)
    device = Device("address:192.0.2.1", ("192.0.2.1",), claims=claims)
    assert [target.endpoint for target in vertx.invited(device)] == [TARGET.endpoint] * asked
    assert (vertx.SAFETY, vertx.PORTS) == (Safety.B, ())


@pytest.mark.parametrize("size", range(len(EVO)))
def test_an_answer_cut_anywhere_ends_in_protocol_error(size):
    with pytest.raises(ProtocolError):
        vertx.parse(EVO[:size])


@given(st.binary(max_size=200), st.booleans())
def test_junk_ends_in_facts_or_in_protocol_error(junk, framed):
    body = b"00:06:8E:01:02:03;" + junk + b";" * 8
    try:
        heard = vertx.parse(b"discovered;%03d;" % (len(body) + 15) + body if framed else junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(vertx.FACTS)
