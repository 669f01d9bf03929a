import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.codecs.bson import read_document
from scanner.conversation import Target
from scanner.protocols import mongodb

TARGET = Target(Endpoint("192.0.2.1", 27017))
# The documents were encoded with the bson package of PyMongo 4.10.1; what they say is the MongoDB manual's, "hello", "getParameter" and "buildInfo".
HELLO = bytes.fromhex(
    "a30000000869736d6173746572000103746f706f6c6f677956657273696f6e002d0000000770726f6365737349640065a1b2c3d4e5f60718293a4b12636f756e746572000000"
    "00000000000000106d617842736f6e4f626a65637453697a650000000001096c6f63616c54696d650000e86794a1010000106d61785769726556657273696f6e001100000008"
    "726561644f6e6c790000016f6b00000000000000f03f00"
)
REFUSED = bytes.fromhex(
    "6f000000016f6b000000000000000000026572726d7367002d000000636f6d6d616e6420676574506172616d657465722072657175697265732061757468656e746963617469"
    "6f6e0010636f6465000d00000002636f64654e616d65000d000000556e617574686f72697a65640000"
)
TAKEN = bytes.fromhex("1f000000106c6f674c6576656c0000000000016f6b00000000000000f03f00")
BUILD = bytes.fromhex(
    "690000000276657273696f6e0006000000362e302e3500046d6f64756c65730005000000000476657273696f6e4172726179002100000010300006000000103100000000001032"
    "000500000010330000000000000864656275670000016f6b00000000000000f03f00"
)
OLD_HELLO = HELLO.replace(b"maxWireVersion\0\x11", b"maxWireVersion\0\x03")
NOT_IN_USE = TAKEN.replace(b"logLevel", b"logLevul")


def reply(number: int, document: bytes) -> bytes:
    """OP_REPLY of one document, as isMaster by OP_QUERY is answered (MongoDB wire protocol)."""
    body = struct.pack("<iqii", 8, 0, 0, 1) + document
    return struct.pack("<iiii", len(body) + 16, 77, number, 1) + body


def message(number: int, document: bytes) -> bytes:
    """OP_MSG of one section."""
    return struct.pack("<iiii", len(document) + 21, 78, number, 2013) + bytes(5) + document


OPEN = reply(1, HELLO) + message(2, TAKEN) + message(3, BUILD)
FACTS = {"mongodb.wire_version": 17, "mongodb.version": "6.0.5"}


def test_a_server_without_access_control_takes_the_command(recite):
    heard, sent = recite(mongodb.probe(TARGET), [OPEN])
    assert heard.facts == FACTS | {"mongodb.open": True}
    assert heard.evidence == b"getParameter logLevel: ok: 1.0"
    # Encoded with PyMongo 4.10.1: isMaster on admin.$cmd as OP_QUERY, then getParameter and buildInfo as OP_MSG.
    assert [request.hex() for request in sent] == [
        "3a0000000100000000000000d40700000000000061646d696e2e24636d640000000000ffffffff130000001069734d6173746572000100000000",
        (
            "490000000200000000000000dd07000000000000003400000010676574506172616d657465720001000000106c6f674c6576656c0001000000"
            "02246462000600000061646d696e0000"
        ),
        "380000000300000000000000dd070000000000000023000000106275696c64496e666f000100000002246462000600000061646d696e0000",
    ]
    assert all(any(say.allows(request) for say in mongodb.SAYS) for request in sent)


def test_a_server_with_access_control_does_not(recite):
    heard, _ = recite(mongodb.probe(TARGET), [reply(1, HELLO) + message(2, REFUSED) + message(3, BUILD)])
    assert heard.facts == FACTS | {"mongodb.open": False}
    assert b"code: 13" in heard.evidence


def test_an_old_server_is_asked_in_its_own_way(recite):
    heard, sent = recite(mongodb.probe(TARGET), [reply(1, OLD_HELLO) + reply(2, TAKEN) + reply(3, BUILD)])
    assert heard.facts == FACTS | {"mongodb.open": True, "mongodb.wire_version": 3}
    assert all(b"admin.$cmd\0" in request for request in sent)


@pytest.mark.parametrize("rest", [b"", message(2, NOT_IN_USE), message(2, BUILD), message(9, TAKEN), b"\0" * 16])
def test_whatever_is_neither_yes_nor_no_is_no_verdict(recite, rest):
    heard, _ = recite(mongodb.probe(TARGET), [reply(1, HELLO) + rest])
    assert "mongodb.open" not in heard.facts


@pytest.mark.parametrize(
    "request_bytes",
    [
        mongodb.IS_MASTER.replace(b"isMaster", b"shutdown"),
        mongodb.GET_PARAMETER[False].replace(b"getParameter", b"dropDatabase"),
        mongodb.GET_PARAMETER[False].replace(b"logLevel", b"whatever"),
        mongodb.BUILD_INFO[True].replace(b"buildInfo", b"usersInfo"),
        mongodb.IS_MASTER + mongodb.IS_MASTER,
    ],
)
def test_no_other_command_is_in_its_says(request_bytes):
    assert not any(say.allows(request_bytes) for say in mongodb.SAYS)


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 400 Bad", reply(1, HELLO)[:-1], reply(2, HELLO), reply(1, TAKEN), reply(1, HELLO[:-1] + b"\1")],
)
def test_what_is_no_answer_of_mongodb_is_a_peer_error(recite, said):
    with pytest.raises(PeerError):
        recite(mongodb.probe(TARGET), [said])


@pytest.mark.parametrize("size", range(len(HELLO)))
def test_a_document_that_is_cut_is_a_protocol_error(size):
    with pytest.raises(ProtocolError):
        read_document(HELLO[:size])
    with pytest.raises(ProtocolError):
        read_document(struct.pack("<i", size) + HELLO[4:size])


@given(
    st.binary(max_size=60), st.sampled_from([b"\1ok\0", b"\2a\0\xff\xff\xff\x7f", b"\3d\0\0\0\0\0", b"\x10n\0\1\0\0\0"])
)
def test_a_junk_document_is_read_or_a_protocol_error(junk, start):
    inside = start + junk
    try:
        fields = read_document(struct.pack("<i", len(inside) + 5) + inside + b"\0")
    except ProtocolError:
        return
    assert all(isinstance(value, float | int | bool | str) for value in fields.values())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(
    st.binary(max_size=80), st.sampled_from([b"", reply(1, HELLO), OPEN[:20], reply(1, HELLO) + message(2, TAKEN)[:40]])
)
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, _ = recite(mongodb.probe(TARGET), [start + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(mongodb.FACTS)
