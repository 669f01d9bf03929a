"""What reads a server's words in the clear: whole, cut anywhere, and junk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from scanner.codecs.tls_codec import (
    KeyExchange,
    messages,
    parse_certificates,
    parse_key_exchange,
    parse_server_hello,
    read_extensions,
    record_size,
)
from scanner.codecs.tls_session import alpn_of, is_whole, parse_flight, split_records

# RFC 8446, section 4.1.3: TLS 1.2 on the wire, a session of two bytes, 0xc02f; renegotiation_info (RFC 5746) and ALPN h2 (RFC 7301).
HELLO = bytes.fromhex("0303") + bytes(32) + bytes.fromhex("02 abcd c02f 00 000e ff01 0001 00 0010 0005 0003 02 6832")
# RFC 5246, section 7.4.3: p = 23, g = 5, and a public key of 8. RFC 8422, section 5.4: secp256r1. RFC 4279, section 3: a hint of three bytes first.
FINITE = bytes.fromhex("0001 17 0001 05 0001 08")
EXCHANGES = [("DH", FINITE), ("DH(512)", FINITE), ("ECDH", bytes.fromhex("03 0017 01 04")), ("DHEPSK", b"\0\x03abc" + FINITE)]  # fmt: skip
CHAIN = bytes.fromhex("00000c 000003 010203 000003 040506")


def test_a_server_hello_says_what_was_picked():
    hello = parse_server_hello(HELLO)
    assert (hello.version, hello.code, hello.compression, hello.session) == (0x0303, "c02f", 0, b"\xab\xcd")
    assert hello.extensions == {0xFF01: b"\0", 16: b"\0\x03\x02h2"}
    assert alpn_of(hello.extensions) == "h2"


@pytest.mark.parametrize("size", range(40))
def test_a_server_hello_cut_before_its_suite_is_none(size):
    with pytest.raises(ProtocolError):
        parse_server_hello(HELLO[:size])


@pytest.mark.parametrize(("exchange", "body"), EXCHANGES)
def test_a_key_exchange_shows_its_prime_or_its_curve(exchange, body):
    assert parse_key_exchange(exchange, body) == (KeyExchange(curve=23) if exchange == "ECDH" else KeyExchange(23, 5))


@pytest.mark.parametrize(("exchange", "body"), EXCHANGES)
def test_a_key_exchange_cut_before_its_key_is_none(exchange, body):
    needed = body.index(b"\x05") + 1 if exchange != "ECDH" else 4
    for size in range(needed):
        with pytest.raises(ProtocolError):
            parse_key_exchange(exchange, body[:size])


@pytest.mark.parametrize("size", range(len(CHAIN) + 1))
def test_a_chain_cut_anywhere_gives_the_certificates_that_are_whole(size):
    assert parse_certificates(CHAIN[:size]) == (b"\x01\x02\x03", b"\x04\x05\x06")[: (size >= 9) + (size >= 15)]


def test_messages_are_those_that_are_whole():
    said = b"\x0e\0\0\0" * 3 + b"\x02\0\0\x01x" + b"\x0b\xff\xff\xff"
    assert list(messages(said)) == [(14, b"")] * 3 + [(2, b"x")]


def test_records_are_split_from_what_is_left_of_them():
    whole = b"\x16\x03\x03\0\x01x"
    assert split_records(whole * 3 + whole[:4]) == ([whole] * 3, whole[:4])


@given(st.binary(max_size=80), st.sampled_from(["DH", "ECDH", "DHEPSK", "ECDHEPSK", "RSA", "any"]))
def test_junk_ends_in_what_it_says_or_in_a_protocol_error(junk, exchange):
    readers = (
        parse_server_hello,
        parse_certificates,
        read_extensions,
        split_records,
        is_whole,
        parse_flight,
        lambda data: parse_key_exchange(exchange, data),
        lambda data: record_size(data.ljust(5, b"\0")),
        lambda data: parse_server_hello(HELLO[:40] + data),
        lambda data: parse_flight(b"\x08\0\0\x02\0\0\x0b" + len(data).to_bytes(3, "big") + data + b"\x0f\0\0\0\x14\0\0\0"),
    )  # fmt: skip
    for read in readers:
        try:
            assert read(junk) is not None
        except ProtocolError:
            continue


@given(st.binary(max_size=300))
def test_messages_and_extensions_lose_no_byte_of_junk(junk):
    assert sum(4 + len(body) for _, body in messages(junk)) <= len(junk)
    assert sum(4 + len(body) for body in read_extensions(junk).values()) <= len(junk) + 3
    try:
        records, rest = split_records(junk)
    except ProtocolError:
        return
    assert b"".join(records) + rest == junk
