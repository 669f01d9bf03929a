"""Bytes built from ANSI/ASHRAE 135: Annex F has the same encodings (F.3.5 ReadProperty, F.4.8 Who-Is); the refusals are those of clause 18."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError, TimedOut
from inventory.model import Endpoint
from scanner.codecs import bacnet_codec
from scanner.conversation import Conversation, Heard, ReadAll, Send, Step, Target
from scanner.protocols import bacnet
from tests.holding import hold_with

TARGET = Target(Endpoint("192.0.2.1", 47808, "udp"))
INSTANCE = bytes.fromhex("81 0a 00 17 01 00 30 01 0c 0c 02 00 04 d2 19 4b 3e c4 02 00 04 d2 3f")
NO_SUCH_OBJECT = bytes.fromhex("81 0a 00 0d 01 00 50 01 0c 91 01 91 1f")
NO_SUCH_PROPERTY = bytes.fromhex("91 02 91 20")
I_AM = bytes.fromhex("81 0a 00 14 01 00 10 00 c4 02 00 04 d2 22 05 c4 91 00 21 05")
BEHIND = bytes.fromhex("81 0a 00 18 01 08 00 05 01 0a 10 00 c4 02 00 10 e1 22 01 e0 91 03 21 24")


def acknowledged(identifier: int, value: str, network: str = "0100") -> bytes:
    """A ReadProperty-ACK of device 1234."""
    number = identifier.to_bytes(2 if identifier > 255 else 1, "big")
    invoke = bacnet_codec.invoke_of(identifier)
    body = f"{network} 30 {invoke:02x} 0c 0c 020004d2 {0x18 | len(number):02x} {number.hex()} 3e {value} 3f"
    content = bytes.fromhex(body)
    return b"\x81\x0a" + (len(content) + 4).to_bytes(2, "big") + content


def refused(identifier: int) -> bytes:
    return bytes((0x81, 0x0A, 0, 13, 1, 0, 0x50, bacnet_codec.invoke_of(identifier), 12)) + NO_SUCH_PROPERTY


def text(said: str) -> str:
    content = b"\0" + said.encode()
    return f"75{len(content):02x}{content.hex()}"


class Device:
    """The other side over UDP: each request is looked up; one that is not known meets silence."""

    def __init__(self, answers: dict[bytes, list[bytes]]) -> None:
        self.answers = answers
        self.waiting: list[bytes] = []
        self.sent: list[bytes] = []

    def hold(self, conversation: Conversation[Heard]) -> Heard:
        heard = hold_with(conversation, self._answer)
        assert isinstance(heard, Heard)
        return heard

    def _answer(self, step: Step) -> bytes:
        if isinstance(step, Send):
            self.sent.append(step.data)
            self.waiting += self.answers.get(step.data, [])
            return b""
        if isinstance(step, ReadAll):
            joined, self.waiting = b"".join(self.waiting), []
            return joined
        if not self.waiting:
            raise TimedOut
        return self.waiting.pop(0)


def asks(identifier: int, instance: int = bacnet_codec.WILDCARD) -> bytes:
    return bacnet_codec.read_property(instance, identifier)


def controller() -> Device:
    says = {120: "22 00 05", 121: text("Johnson Controls, Inc."), 70: text("MS-NAE5510-2"), 44: text("9.0.7.5")}
    says |= {12: text("9.0.0"), 77: text("NAE-Town-Hall"), 58: text("Basement")}
    answers = {asks(identifier, 1234): [acknowledged(identifier, value)] for identifier, value in says.items()}
    return Device({asks(75): [INSTANCE], bacnet_codec.WHO_IS: [I_AM], asks(372, 1234): [refused(372)], **answers})


def test_its_requests_are_those_of_the_standard():
    assert asks(75) == bytes.fromhex("81 0a 00 11 01 04 00 05 01 0c 0c 02 3f ff ff 19 4b")
    assert asks(372, 1234)[-8:] == bytes.fromhex("0c 020004d2 1a 0174")
    assert bytes.fromhex("81 0a 00 08 01 00 10 08") == bacnet_codec.WHO_IS


def test_reads_who_a_controller_is():
    device = controller()
    heard = device.hold(bacnet.probe(TARGET))
    assert heard.facts == {
        "bacnet.instance": 1234,
        "bacnet.vendor_id": 5,
        "bacnet.vendor": "Johnson Controls, Inc.",
        "bacnet.model": "MS-NAE5510-2",
        "bacnet.firmware": "9.0.7.5",
        "bacnet.application": "9.0.0",
        "bacnet.name": "NAE-Town-Hall",
    }
    assert heard.parts == ()
    assert len(device.sent) <= bacnet.READS
    assert bacnet_codec.WHO_IS not in device.sent


def test_a_device_that_knows_no_wildcard_is_read_by_the_instance_in_its_i_am():
    device = controller()
    device.answers[asks(75)] = [NO_SUCH_OBJECT]
    heard = device.hold(bacnet.probe(TARGET))
    assert (heard.facts["bacnet.instance"], heard.facts["bacnet.model"]) == (1234, "MS-NAE5510-2")
    assert "bacnet.error" not in heard.facts


def test_a_refusal_alone_is_bacnet():
    device = Device({asks(75): [NO_SUCH_OBJECT]})
    assert device.hold(bacnet.probe(TARGET)).facts == {"bacnet.error": "error class 1, code 31"}
    assert len(device.sent) == 2


@pytest.mark.parametrize(("pdu", "said"), [("60 01 04", "reject 4"), ("71 01 09", "abort 9")])
def test_a_rejection_and_an_abortion_are_bacnet_too(pdu, said):
    message = bytes.fromhex("81 0a 00 09 01 00" + pdu)
    assert Device({asks(75): [message]}).hold(bacnet.probe(TARGET)).facts == {"bacnet.error": said}


def test_silence_costs_one_datagram():
    device = Device({})
    with pytest.raises(TimedOut):
        device.hold(bacnet.probe(TARGET))
    assert len(device.sent) == 1


def test_stops_reading_where_the_device_falls_silent():
    device = controller()
    del device.answers[asks(121, 1234)]
    device.hold(bacnet.probe(TARGET))
    assert device.sent[-1] == asks(121, 1234)


def test_a_property_that_it_has_not_is_no_fact():
    device = controller()
    device.answers[asks(58, 1234)] = [refused(58)]
    heard = device.hold(bacnet.probe(TARGET))
    assert "bacnet.location" not in heard.facts
    assert "bacnet.error" not in heard.facts


def test_a_station_behind_the_router_is_a_part_and_is_asked_nothing():
    device = controller()
    device.answers[asks(70, 1234)] = [acknowledged(70, text("BACnet Router"))]
    device.answers[bacnet_codec.WHO_IS] = [I_AM, BEHIND]
    heard = device.hold(bacnet.probe(TARGET))
    assert heard.facts["bacnet.router"] is True
    ((name, facts),) = heard.parts
    assert name == "device 4321 on network 5"
    assert facts == {
        "bacnet.instance": 4321,
        "bacnet.vendor_id": 36,
        "bacnet.network": 5,
        "bacnet.station": "0a",
    }
    assert all(request[5] & 0x20 == 0 for request in device.sent)


def test_a_router_that_lets_a_station_answer_is_itself_unknown():
    device = Device({asks(75): [acknowledged(75, "c4 020004d2", network="01 08 0007 01 22")]})
    heard = device.hold(bacnet.probe(TARGET))
    assert heard.facts == {"bacnet.router": True}
    ((name, facts),) = heard.parts
    assert (name, facts["bacnet.network"]) == ("device 1234 on network 7", 7)
    assert len(device.sent) == 2


def test_late_answers_to_another_request_are_passed_over():
    device = controller()
    device.answers[asks(70, 1234)] = [acknowledged(121, text("late")), acknowledged(70, text("MS-NAE5510-2"))]
    assert device.hold(bacnet.probe(TARGET)).facts["bacnet.model"] == "MS-NAE5510-2"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (text("Zählerraum"), "Zählerraum"),
        ("75 05 04 00 4b 00 d6", "KÖ"),
        ("74 05 4b d6 21", "KÖ!"),
        ("73 00 1b 41", "\\x1bA"),
        ("70", None),
        ("71 00", None),
        ("21 05", None),
    ],
)
def test_reads_a_text_in_the_character_set_that_it_names(value, expected):
    assert bacnet_codec.parse(acknowledged(70, value)).facts.get("bacnet.model") == expected


def test_everything_it_sends_is_in_its_says_and_no_write_is():
    device = controller()
    device.hold(bacnet.probe(TARGET))
    assert all(any(say.allows(request) for say in bacnet.SAYS) for request in device.sent)
    write = asks(77).replace(b"\x05\x07\x0c", b"\x05\x07\x0f")
    elsewhere = asks(77).replace(b"\x01\x04", b"\x01\x24", 1)
    broadcast = b"\x81\x0b" + bacnet_codec.WHO_IS[2:]
    assert write != asks(77)
    assert not any(say.allows(request) for say in bacnet.SAYS for request in (write, elsewhere, broadcast, b""))
    assert not any(say.allows(asks(77) + b"\0") for say in bacnet.SAYS)


@pytest.mark.parametrize("message", [INSTANCE, NO_SUCH_OBJECT, I_AM, BEHIND, acknowledged(70, text("NAE"))])
def test_a_message_cut_anywhere_is_a_protocol_error(message):
    for size in range(len(message)):
        with pytest.raises(ProtocolError):
            bacnet_codec.parse(message[:size])
        cut = message[:2] + size.to_bytes(2, "big") + message[4:size]
        with pytest.raises(ProtocolError):
            bacnet_codec.parse(cut)


@given(st.binary(max_size=200), st.sampled_from([b"", INSTANCE[4:15], BEHIND[4:10], b"\x01\x00", b"\x01\x00\x30\x01"]))
def test_junk_ends_in_facts_or_in_protocol_error(junk, head):
    content = head + junk
    for datagram in (junk, b"\x81\x0a" + (len(content) + 4).to_bytes(2, "big") + content):
        try:
            answer = bacnet_codec.parse(datagram)
        except ProtocolError:
            continue
        assert set(answer.facts) <= set(bacnet.FACTS)


@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([I_AM, BEHIND, INSTANCE])), max_size=12))
def test_whatever_answers_the_conversation_ends_in_facts_or_in_a_peer_error(datagrams):
    device = Device({asks(75): [INSTANCE], bacnet_codec.WHO_IS: datagrams})
    try:
        heard = device.hold(bacnet.probe(TARGET))
    except PeerError:
        return
    assert set(heard.facts) <= set(bacnet.FACTS)
    assert all(set(facts) <= set(bacnet.FACTS) for _, facts in heard.parts)
