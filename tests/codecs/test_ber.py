import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from scanner.codecs import ber


# X.690, section 8.3 (INTEGER) and 8.19 (OBJECT IDENTIFIER, its own example 2.100.3 and the usual 1.3.6.1.4.1.8072).
@pytest.mark.parametrize(
    ("encoded", "value"),
    [("020100", 0), ("02017f", 127), ("02020080", 128), ("0201ff", -1), ("020300ffe3", 65507), ("0202ff7f", -129)],
)
def test_integers_are_written_and_read_in_as_few_bytes_as_hold_them(encoded, value):
    assert ber.integer(value).hex() == encoded
    assert ber.Cursor(bytes.fromhex(encoded)).integer() == value


@pytest.mark.parametrize(
    ("encoded", "value"), [("0603813403", "2.100.3"), ("06072b06010401bf08", "1.3.6.1.4.1.8072"), ("060100", "0.0")]
)
def test_object_identifiers_are_written_and_read(encoded, value):
    assert ber.oid(value).hex() == encoded
    assert ber.dotted(bytes.fromhex(encoded)[2:]) == value


def test_a_length_of_128_takes_the_long_form():
    assert ber.octets(bytes(128))[:3] == b"\x04\x81\x80"
    assert ber.octets(bytes(256))[:4] == b"\x04\x82\x01\x00"


def test_a_length_with_leading_zeros_is_read():
    assert ber.Cursor(b"\x04\x82\x00\x01A").octets() == b"A"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\x04",
        b"\x04\x05abcd",
        b"\x04\x80abcd\0\0",  # the indefinite form
        b"\x04\x85\0\0\0\0\x01A",
        b"\x04\x84\xff\xff\xff\xff",
        b"\x1f\x81\x01\x00",  # a tag of several bytes
        b"\x02\x01\x00",  # not an OCTET STRING
    ],
)
def test_what_is_broken_is_a_protocol_error(broken):
    with pytest.raises(ProtocolError):
        ber.Cursor(broken).octets()


def test_nesting_ends_at_the_depth_limit():
    bomb = b""
    for _ in range(100):
        bomb = ber.sequence(bomb)
    cursor = ber.Cursor(bomb)
    for _ in range(ber.DEPTH - 1):
        cursor = cursor.enter()
    with pytest.raises(ProtocolError):
        cursor.enter()


@pytest.mark.parametrize("content", [b"", b"\x81", b"\x2b\xff\xff\xff\xff\xff\x7f", b"\x2b" + b"\x01" * 200])
def test_a_broken_object_identifier_is_a_protocol_error(content):
    with pytest.raises(ProtocolError):
        ber.dotted(content)


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_integer_of_64_bits_survives(value):
    assert ber.Cursor(ber.integer(value)).integer() == value


@given(st.binary(max_size=64))
def test_junk_is_read_to_its_end_or_is_a_protocol_error(junk):
    cursor = ber.Cursor(junk)
    read = 0
    try:
        while not cursor.ended:
            read += len(cursor.next()[1])
    except ProtocolError:
        return
    assert read <= len(junk)


@given(st.binary(max_size=40))
def test_a_junk_object_identifier_is_text_or_a_protocol_error(junk):
    try:
        text = ber.dotted(junk)
    except ProtocolError:
        return
    assert all(arc.isdigit() for arc in text.split("."))
