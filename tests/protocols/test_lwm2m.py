from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Device, Endpoint, Observation
from scanner.conversation import Target
from scanner.protocols import lwm2m
from tests.datagrams import Datagrams
from tests.holding import hold_with

ENDPOINT = Endpoint("192.0.2.1", 5683, "udp")
# OMA LightweightM2M 1.0.2, section 6.4.3.1, the example "single object instance request": GET /3/0, the TLV of the Device object.
TLV = bytes.fromhex(
    "C8 00 14 4F 70 65 6E 20 4D 6F 62 69 6C 65 20 41 6C 6C 69 61 6E 63 65 C8 01 16 4C 69 67 68 74 77 65 69 67 68 74 20 4D 32 4D 20 43 6C 69 65 6E 74"
    "C8 02 09 33 34 35 30 30 30 31 32 33 C3 03 31 2E 30 86 06 41 00 01 41 01 05 88 07 08 42 00 0E D8 42 01 13 88 87 08 41 00 7D 42 01 03 84"
    "C1 09 64 C1 0A 0F 83 0B 41 00 00 C4 0D 51 82 42 8F C6 0E 2B 30 32 3A 30 30 C1 10 55"
)
ACKNOWLEDGED_TLV = bytes.fromhex("6045 0000 c2 2d16 ff") + TLV
FACTS = {
    "lwm2m.manufacturer": "Open Mobile Alliance",
    "lwm2m.model": "Lightweight M2M Client",
    "lwm2m.serial": "345000123",
    "lwm2m.firmware": "1.0",
}
# RFC 8428 section 4.1 (SenML JSON) and OMA LightweightM2M 1.0.2 section 6.4.4 (its own JSON).
SENML = b'[{"bn":"/3/0/","n":"0","vs":"Example"},{"n":"3","vs":"2.1"},{"n":"9","v":95}]'
OWN_JSON = b'{"bn":"/3/0/","e":[{"n":"0","sv":"Example"},{"n":"3","sv":"2.1"},{"n":"9","v":95}]}'


def device(facts) -> Device:
    seen = Observation(ENDPOINT, "coap", facts, b"", datetime(2026, 1, 1, tzinfo=UTC))
    return Device("address:192.0.2.1", ("192.0.2.1",), observations=(seen,))


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({"coap.resources": ("/1/0", "/3/0")}, True),
        ({"coap.resources": ("/", "/3")}, True),
        ({"coap.rt": ("oma.lwm2m",)}, True),
        ({"coap.resources": ("/30", "/time")}, False),
        ({"coap.code": "4.04"}, False),
    ],
)
def test_is_invited_where_coap_lists_the_device_object(facts, asked):
    assert lwm2m.invited(device(facts)) == ((Target(ENDPOINT, path="/3/0"),) if asked else ())


class Server(Datagrams):
    """Says its datagrams with the message ID of the question."""

    def answer(self, step):
        said = super().answer(step)
        return said[:2] + self.sent[-1][2:4] + said[4:] if said else said


def talk(*answers: bytes):
    server = Server(answers)
    return hold_with(lwm2m.probe(Target(ENDPOINT)), server.answer), server.sent


def test_reads_the_example_of_the_specification():
    heard, sent = talk(ACKNOWLEDGED_TLV)
    assert heard.facts == FACTS
    assert sent[0][4:] == bytes.fromhex("b133 0130")


def test_an_object_instance_around_the_resources_is_looked_into():
    wrapped = bytes.fromhex("08 00") + bytes((len(TLV),)) + TLV
    assert talk(bytes.fromhex("6045 0000 c2 2d16 ff") + wrapped)[0].facts == FACTS


@pytest.mark.parametrize(("form", "document"), [("c1 6e", SENML), ("c2 2d17", OWN_JSON)])
def test_reads_json(form, document):
    heard, _ = talk(bytes.fromhex("6045 0000" + form + "ff") + document)
    assert heard.facts == {"lwm2m.manufacturer": "Example", "lwm2m.firmware": "2.1"}


def test_asks_for_the_texts_one_by_one_where_the_object_is_refused():
    refused = bytes.fromhex("6085 0000")  # 4.05
    texts = [bytes.fromhex("6045 0000 c0 ff") + text for text in (b"Example", b"Node 4", b"N4-77", b"2.1\x1b")]
    heard, sent = talk(refused, *texts)
    assert list(heard.facts.values()) == ["Example", "Node 4", "N4-77", r"2.1\x1b"]
    assert [request[4:] for request in sent[1:]] == [bytes.fromhex("b133 0130 01") + b"%d" % n for n in range(4)]
    assert all(any(say.allows(request) for say in lwm2m.SAYS) for request in sent)


@pytest.mark.parametrize("resource", ["4", "5"])
def test_nothing_that_could_be_executed_is_in_its_says(resource):
    request = bytes.fromhex("4001 0000 b133 0130 01") + resource.encode()
    assert not any(say.allows(request) for say in lwm2m.SAYS)


@pytest.mark.parametrize(
    "answer",
    [
        bytes.fromhex("6084 0000"),
        bytes.fromhex("6045 0000 c1 6e ff") + b"[" * 100_000,
        bytes.fromhex("6045 0000 c1 6e ff") + b'{"e":7}',
        bytes.fromhex("6045 0000 c1 6e ff") + b'[7,{"n":["0"],"vs":"x"},{"n":"0","vs":7}]',
        bytes.fromhex("6045 0000 c2 2d16 ff c8 00 ff 41"),
        bytes.fromhex("6045 0000 c2 2d16 ff 02 00 00 00"),
        bytes.fromhex("6045 0000 c2 2d16 ff f8"),
    ],
)
def test_what_holds_no_device_object_is_a_peer_error(answer):
    with pytest.raises(PeerError):
        talk(answer)


@pytest.mark.parametrize("size", range(len(ACKNOWLEDGED_TLV)))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_protocol_error(size):
    try:
        heard = lwm2m.parse(ACKNOWLEDGED_TLV[:size])
    except ProtocolError:
        return
    assert heard.facts.items() <= FACTS.items()


@given(st.binary(max_size=200), st.sampled_from(["c2 2d16 ff", "c1 6e ff", "c2 2d17 ff", ""]))
def test_junk_ends_in_facts_or_in_a_protocol_error(junk, form):
    try:
        heard = lwm2m.parse(bytes.fromhex("6045 0000" + form) + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(lwm2m.FACTS)
