import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.cipher_suites import all_suites
from inventory.errors import ProtocolError
from scanner.codecs import ssl2
from scanner.codecs.ssl2 import Ssl2

# Hickman, "The SSL Protocol" (1995), CLIENT-HELLO: message 1, version 0002, 39 bytes of cipher specs, no session, 16 bytes of challenge. The specs are those of
# its appendix C and those that SSLeay added.
HELLO = bytes.fromhex(
    "8040 01 0002 0027 0000 0010"
    "010080 020080 030080 040080 050080 060040 0700c0 000000 060140 0701c0 080080 ff8000 ff8010"
    "00112233445566778899aabbccddeeff"
)
# SERVER-HELLO: message 4, no session hit, certificate of type 1 (X.509), version 0002, five bytes of certificate, two specs, 16 bytes of connection id.
ANSWER = bytes.fromhex("04 00 01 0002 0005 0006 0010 3003020101 0700c0 020080") + bytes(16)


def test_a_client_hello_is_that_of_the_draft():
    assert ssl2.client_hello(bytes.fromhex("00112233445566778899aabbccddeeff")) == HELLO


def test_every_suite_of_the_version_is_offered():
    offered = {HELLO[at : at + 3].hex() for at in range(11, 50, 3)}
    assert offered == {suite.code for suite in all_suites().values() if suite.since == "SSLv2"}


def test_the_pattern_is_of_the_hello_alone():
    allowed = re.compile(ssl2.pattern(), re.DOTALL)
    assert allowed.fullmatch(HELLO)
    assert not allowed.fullmatch(HELLO[:-1])
    assert not allowed.fullmatch(HELLO[:6] + b"\x00\x03" + HELLO[8:])


def test_a_server_hello_names_specs_and_certificate():
    assert ssl2.parse_server_hello(ANSWER) == Ssl2(("0700c0", "020080"), bytes.fromhex("3003020101"))


def test_a_server_hello_may_list_no_spec_at_all():
    assert ssl2.parse_server_hello(bytes.fromhex("04 00 00 0002 0000 0000 0000")) == Ssl2(())


@pytest.mark.parametrize("size", range(len(ANSWER)))
def test_a_server_hello_cut_anywhere_is_none(size):
    with pytest.raises(ProtocolError):
        ssl2.parse_server_hello(ANSWER[:size])


def test_an_error_is_named():
    with pytest.raises(ProtocolError, match="0x0002"):
        ssl2.parse_server_hello(bytes.fromhex("00 0002"))


@pytest.mark.parametrize(
    ("header", "sizes"), [("8033", (2, 0x33)), ("ffff", (2, 0x7FFF)), ("0033", (3, 0x33)), ("3fff", (3, 0x3FFF))]
)
def test_a_record_has_one_of_two_headers(header, sizes):
    assert ssl2.record_size(bytes.fromhex(header)) == sizes


@pytest.mark.parametrize("header", [b"\x15\x03", b"\x16\x03", b"HT", b"SS", b"\x80\x00", b"\x00\x00"])
def test_what_begins_like_something_else_is_no_record(header):
    with pytest.raises(ProtocolError):
        ssl2.record_size(header)


def test_the_goodbye_is_a_no_cipher_error():
    assert ssl2.no_cipher_error() == bytes.fromhex("8003 00 0001")


@given(st.binary(max_size=80))
def test_junk_is_a_hello_or_a_protocol_error(junk):
    try:
        heard = ssl2.parse_server_hello(ANSWER[:5] + junk)
    except ProtocolError:
        return
    assert all(len(code) == 6 for code in heard.suites)
    assert heard.certificate in junk
