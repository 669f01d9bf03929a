import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError, TimedOut
from inventory.model import Endpoint
from scanner.codecs import coap_codec
from scanner.conversation import ReadSome, Send, Target
from scanner.protocols import coap
from tests.holding import hold_with

TARGET = Target(Endpoint("192.0.2.1", 5683, "udp"))
# Recorded from libcoap 4.3.1's coap-server (Debian 12) over 127.0.0.1; the message ID is put in by the peer below.
LIBCOAP = bytes.fromhex("6045 65d2 c128 ff") + (
    b'</>;title="General Info";ct=0,</time>;if="clock";rt="ticks";title="Internal Clock";ct=0;obs,</async>;ct=0,'
    b'</example_data>;title="Example Data";ct=0;obs'
)
# RFC 7252 section 5.2.2 (separate response): an empty acknowledgement, then a confirmable answer with an ID of its own.
EMPTY_ACKNOWLEDGEMENT = bytes.fromhex("6000 65d2")
SEPARATE = bytes.fromhex("4045 1234 c128 ff") + b'</3/0>;rt="oma.lwm2m"'
# RFC 7959 section 2.2: Block2 (option 23, eleven beyond Content-Format) with 64-byte blocks, more to follow; the last one without.
FIRST_BLOCK = bytes.fromhex("6045 65d2 c128 b10a ff") + b"</a>,"
LAST_BLOCK = bytes.fromhex("6045 65d2 c128 b112 ff") + b"</b>"


class Server:
    """Answers with the message ID of the question, but where a datagram has one of its own."""

    def __init__(self, *answers: bytes) -> None:
        self._left = list(answers)
        self._last = b""
        self.sent: list[bytes] = []

    def answer(self, step):
        if isinstance(step, Send):
            self.sent.append(step.data)
            self._last = step.data[2:4] if step.data[0] == 0x40 else self._last
            return b""
        assert isinstance(step, ReadSome)
        if not self._left:
            raise TimedOut
        return self._left.pop(0).replace(b"\x65\xd2", self._last, 1)


def talk(*answers: bytes):
    server = Server(*answers)
    return hold_with(coap.probe(TARGET), server.answer), server.sent


def test_asks_with_the_bytes_of_the_standard():
    # RFC 7252: version 1, confirmable, no token; GET; Uri-Path is option 11, of eleven and of four bytes.
    assert coap_codec.get(coap.CORE, 0x1234) == bytes.fromhex("4001 1234 bb") + b".well-known\x04core"
    assert coap_codec.get("/3/0", 1, 0x22) == bytes.fromhex("4001 0001 b133 0130 c122")


def test_reads_what_libcoap_lists():
    heard, sent = talk(LIBCOAP)
    assert heard.facts == {
        "coap.code": "2.05",
        "coap.resources": ("/", "/time", "/async", "/example_data"),
        "coap.rt": ("ticks",),
        "coap.if": ("clock",),
        "coap.titles": ("General Info", "Internal Clock", "Example Data"),
    }
    assert len(sent) == 1


def test_a_separate_answer_is_acknowledged():
    heard, sent = talk(EMPTY_ACKNOWLEDGEMENT, SEPARATE)
    assert heard.facts["coap.rt"] == ("oma.lwm2m",)
    assert sent[1:] == [bytes.fromhex("6000 1234")]


def test_the_blocks_of_a_long_list_are_joined():
    heard, sent = talk(FIRST_BLOCK, LAST_BLOCK)
    assert heard.facts["coap.resources"] == ("/a", "/b")
    assert sent[1][4:] == coap_codec.get(coap.CORE, 0)[4:] + bytes.fromhex("c112")


def test_no_more_than_256_bytes_are_asked_for_at_once():
    _, sent = talk(LIBCOAP)
    assert sent[0][4:] == coap_codec.get(coap.CORE, 0)[4:] + bytes.fromhex("c104")


def test_a_node_that_knows_no_blocks_is_asked_without():
    # RFC 7252, section 5.4.1: a critical option that is not understood is answered with 4.02.
    heard, sent = talk(bytes.fromhex("6082 65d2"), LIBCOAP)
    assert heard.facts["coap.code"] == "2.05"
    assert sent[1][4:] == coap_codec.get(coap.CORE, 0)[4:]


@pytest.mark.parametrize("more", ["c0", "c0 11 60", "c1", "c104 60", "c2 0004 ff00", "60", "ff00"])
def test_nothing_follows_the_number_of_the_block(more):
    request = coap_codec.get(coap.CORE, 1) + bytes.fromhex(more)
    assert not any(say.allows(request) for say in coap.SAYS)


def test_at_most_four_blocks_are_fetched():
    blocks = [FIRST_BLOCK.replace(b"\x0a\xff", bytes((number << 4 | 0x0A, 0xFF))) for number in range(9)]
    _, sent = talk(*blocks)
    assert len(sent) == 4


def test_everything_it_sends_is_in_its_says():
    for answers in ((EMPTY_ACKNOWLEDGEMENT, SEPARATE), (FIRST_BLOCK, LAST_BLOCK)):
        _, sent = talk(*answers)
        assert all(any(say.allows(request) for say in coap.SAYS) for request in sent)


@pytest.mark.parametrize("method", [2, 3, 4])
def test_no_other_method_is_in_its_says(method):
    request = coap_codec.get(coap.CORE, 1)
    assert not any(say.allows(request[:1] + bytes((method,)) + request[2:]) for say in coap.SAYS)


def test_a_refusal_still_proves_that_it_speaks_coap():
    heard, _ = talk(bytes.fromhex("6084 65d2"))
    assert heard.facts == {"coap.code": "4.04"}


@pytest.mark.parametrize("datagram", ["7000 65d2", "6045", "8045 0000", "6000 65d2 00", "6045 65d2 ff", "6021 65d2"])
def test_what_answers_nothing_is_a_peer_error(datagram):
    with pytest.raises(PeerError):
        talk(bytes.fromhex(datagram))


@pytest.mark.parametrize(
    ("document", "paths"),
    [
        (b"", []),
        (b'</a>;title="x,</b>",</c>', ["/a", "/c"]),
        (b"</a>;obs;ct=40,</b>;", ["/a", "/b"]),
        (b"</cut", []),
        (b"no links", []),
        (b"<coap://[2001:db8::1]/x>;rt=t", ["coap://[2001:db8::1]/x"]),
    ],
)
def test_reads_links_as_they_come(document, paths):
    assert [link.path for link in coap_codec.links(document)] == paths


@pytest.mark.parametrize("size", range(len(LIBCOAP)))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_protocol_error(size):
    try:
        heard = coap.parse(LIBCOAP[:size])
    except ProtocolError:
        assert size < 8
    else:
        assert set(heard.facts) <= set(coap.FACTS)


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x60\x45\0\0\xc1\x28\xff", b"\x60\x45\0\0"]))
def test_junk_ends_in_facts_or_in_a_protocol_error(junk, start):
    try:
        heard = coap.parse(start + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(coap.FACTS)


@given(st.text(alphabet='<>/;,"=ab \n', max_size=300))
def test_any_document_ends_in_links(text):
    assert all(link.path.isprintable() for link in coap_codec.links(text.encode()))
