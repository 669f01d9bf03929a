from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from scanner.codecs import dns_codec
from scanner.codecs.dns_codec import PTR, SRV, TXT, A, Question, name_of

BYTES = Path(__file__).parents[1] / "bytes" / "mdns"
LISTED = (BYTES / "avahi-0.8-types.bin").read_bytes()
DESCRIBED = (BYTES / "avahi-0.8-ipp.bin").read_bytes()
HEAD = bytes.fromhex("0000 8400 0000 0001 0000 0000")


def test_writes_a_query_that_wants_a_unicast_answer():
    # RFC 6762 section 5.4: the top bit of the class of a question.
    assert dns_codec.query([Question(name_of("_ipp._tcp.local"), PTR)]) == (
        bytes.fromhex("0000 0000 0001 0000 0000 0000") + b"\x04_ipp\x04_tcp\x05local\0" + bytes.fromhex("000c 8001")
    )


def test_reads_the_types_that_avahi_lists():
    message = dns_codec.parse(LISTED)
    assert (message.response, message.code, message.operation) == (True, 0, 0)
    assert message.questions == (Question(name_of("_services._dns-sd._udp.local"), PTR),)
    assert [dns_codec.text_of(record.target) for record in message.of(PTR)] == [
        "_workstation._tcp.local",
        "_printer._tcp.local",
        "_ipp._tcp.local",
        "_ipps._tcp.local",
        "_http._tcp.local",
    ]


def test_reads_the_records_that_come_along():
    message = dns_codec.parse(DESCRIBED)
    instance = (b"City Hall", b"_ipp", b"_tcp", b"local")
    assert message.of(PTR)[0].target == instance
    assert message.of(SRV, instance)[0].port == 20631
    assert b"ty=Example Laser 9" in message.of(TXT, (b"CITY hall", b"_IPP", b"_tcp", b"local"))[0].strings
    assert message.of(A)[0].address == "10.99.8.1"


@pytest.mark.parametrize("whole", [LISTED, DESCRIBED], ids=["types", "ipp"])
def test_a_message_cut_anywhere_is_a_protocol_error(whole):
    for size in range(len(whole)):
        with pytest.raises(ProtocolError):
            dns_codec.parse(whole[:size])


@pytest.mark.parametrize(
    "name",
    [
        b"\xc0\x0c",  # points to itself
        b"\xc0\x0e\xc0\x0c",  # to what points back to it
        b"\x01a\xc0\x0c",  # to its own beginning
        b"\xc0\xff",  # beyond the end
        b"\xc0",
        b"\x40a\0",  # a label type that RFC 6891 withdrew
        b"\x80a\0",
        b"\x3f" + b"a" * 62,
        b"\x3f" + (b"a" * 63 + b"\x3f") * 4 + b"a" * 63 + b"\0",
        b"\x01a" * 130 + b"\0",
    ],
)
def test_a_name_that_loops_or_overflows_is_a_protocol_error(name):
    with pytest.raises(ProtocolError):
        dns_codec.parse(HEAD + name + bytes.fromhex("000c 0001 00000000 0000"))


def test_pointers_that_go_ever_further_back_are_followed_and_end():
    chain = b"\x01a\0" + b"".join(bytes((0xC0, 0x0C + at)) for at in [0, *range(3, 60, 2)])
    record = bytes((0xC0, 0x0C + len(chain) - 2)) + bytes.fromhex("0010 0001 00000000 0000")
    # The chain stands in the data of a first record, where nothing reads it.
    first = b"\0" + bytes.fromhex("00ff 0001 00000000") + len(chain).to_bytes(2, "big")
    message = bytes.fromhex("0000 8400 0000 0002 0000 0000") + first + chain + record
    try:
        names = [record.name for record in dns_codec.parse(message).records]
    except ProtocolError:
        return
    assert len(names) == 2


def test_a_count_of_more_than_it_reads_is_refused():
    with pytest.raises(ProtocolError, match="65535 entries"):
        dns_codec.parse(bytes.fromhex("0000 8400 0000 ffff 0000 0000"))


@pytest.mark.parametrize(
    ("kind", "data"),
    [(A, b"\x01\x02\x03"), (28, b"\0" * 15), (SRV, b"\0" * 6), (TXT, b"\x05abcd"), (PTR, b"\0\0"), (PTR, b"")],
)
def test_a_record_of_the_wrong_length_is_a_protocol_error(kind, data):
    with pytest.raises(ProtocolError):
        dns_codec.parse(HEAD + b"\0" + bytes((0, kind, 0, 1, 0, 0, 0, 0, 0, len(data))) + data)


def test_a_label_too_long_is_not_encoded():
    with pytest.raises(ProtocolError):
        dns_codec.encoded((b"a" * 64,))
    with pytest.raises(ProtocolError):
        dns_codec.encoded((b"a" * 63,) * 4)


@given(st.binary(max_size=400), st.sampled_from([b"", HEAD, LISTED[:60], DESCRIBED[:90]]))
def test_junk_ends_in_a_message_or_in_a_protocol_error(junk, start):
    try:
        message = dns_codec.parse(start + junk)
    except ProtocolError:
        return
    assert all(len(record.name) < 128 for record in message.records)


@given(st.integers(0, len(DESCRIBED) - 1), st.integers(0, 255))
def test_one_wrong_byte_ends_in_a_message_or_in_a_protocol_error(at, byte):
    try:
        message = dns_codec.parse(DESCRIBED[:at] + bytes((byte,)) + DESCRIBED[at + 1 :])
    except ProtocolError:
        return
    assert len(message.records) <= 256
