import asyncio
import contextlib
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from lab import certificates
from lab.fake import TLS, Log, Manners, Visit
from lab.services.old_tls import OldTls
from lab.services.tls_messages import Refused, parse_hello, parse_ssl2_hello

CARD = OldTls(
    port=8443,
    accepts=(("SSLv2", "010080 0700c0"), ("SSLv3", "0005 0003 0018"), ("TLSv1", "0035 0014 0002 0033")),
    shows=TLS("factory-512-md5", subject="CN=ups"),
    prime="mod_ssl-512",
    fallback_signal=True,
)
CAMERA = OldTls(
    port=8443,
    accepts=(("TLSv1", "c013 0033"), ("TLSv1.2", "c02f 009e")),
    shows=TLS("factory-1024-md5", subject="CN=camera"),
    client_decides=True,
    compresses=True,
    secure_renegotiation=True,
    master_secret=True,
)
RANDOM = bytes(range(32))


def hello(version, *suites, compressions=b"\0", extensions=b""):
    """A ClientHello by hand, RFC 5246 section 7.4.1.2, in one record."""
    listed = bytes.fromhex("".join(suites))
    body = version.to_bytes(2, "big") + RANDOM + b"\0" + len(listed).to_bytes(2, "big") + listed
    body += bytes((len(compressions),)) + compressions
    body += len(extensions).to_bytes(2, "big") + extensions if extensions else b""
    return b"\x16\x03\x01" + (len(body) + 4).to_bytes(2, "big") + b"\x01" + len(body).to_bytes(3, "big") + body


def messages(answer):
    """The handshake messages of an answer by their kind."""
    data, found = b"", {}
    while answer:
        size = int.from_bytes(answer[3:5], "big")
        assert answer[0] == 22
        data, answer = data + answer[5 : 5 + size], answer[5 + size :]
    while data:
        size = int.from_bytes(data[1:4], "big")
        found[data[0]], data = data[4 : 4 + size], data[4 + size :]
    return found


def picked(answer):
    """The version and the suite of a ServerHello."""
    said = messages(answer)[2]
    return said[:2].hex(), said[35 + said[34] :][:2].hex()


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (hello(0x0303, "c02f", "0002", "0035"), ("0301", "0035")),  # its best version, its own order
        (hello(0x0300, "0003", "0005"), ("0300", "0005")),
        (hello(0x0301, "0014"), ("0301", "0014")),
    ],
)
async def test_speaks_the_best_version_of_both_with_the_suite_that_it_wants_most(build, sent, expected):
    house = await build(CARD)
    assert picked(await house.talk(8443, sent + b"\x15")) == expected


async def test_the_client_decides_where_it_may(build):
    house = await build(CAMERA)
    assert picked(await house.talk(8443, hello(0x0303, "009e", "c02f") + b"\x15")) == ("0303", "009e")


@pytest.mark.parametrize(
    ("server", "sent", "alert"),
    [
        (CARD, hello(0x0301, "c02f"), "0228"),  # handshake_failure: no suite in common
        (CAMERA, hello(0x0300, "0033"), "0228"),  # SSL 3.0 has no protocol_version
        (CARD, hello(0x0300, "0005", "5600"), "0256"),  # inappropriate_fallback, RFC 7507
        (CAMERA, hello(0x0302, "0005"), "0228"),
        (CAMERA, hello(0x0303, "c02f", extensions=bytes.fromhex("000a000400020018")), "0228"),  # secp384r1 alone
        (CAMERA, hello(0x0303, "c02f", compressions=b"\1"), "022f"),  # "null" must be among them
        (CAMERA, hello(0x0303, "c02f", extensions=b"\0"), "0232"),  # decode_error
        (CAMERA, b"\x16\x03\x01\x00\x04\x02\x00\x00\x00", "020a"),  # unexpected_message: no ClientHello
    ],
)
async def test_refuses_with_the_alert_that_says_why(build, server, sent, alert):
    house = await build(server)
    answer = await house.talk(8443, sent)
    assert (answer[:1] + answer[3:]).hex() == "150002" + alert


async def test_agrees_to_nothing_that_the_client_did_not_bring_up(build):
    house = await build(CAMERA)
    plain = messages(await house.talk(8443, hello(0x0303, "009e") + b"\x15"))[2]
    assert (
        plain[67 + 2 :] == b"\0" + b""
    )  # version, random, a session of 32 bytes, the suite; no compression, no extension
    asking = hello(0x0303, "009e", "00ff", compressions=b"\1\0", extensions=bytes.fromhex("00170000"))
    full = messages(await house.talk(8443, asking + b"\x15"))[2]
    assert full[69:].hex() == "01" + "0009" + "ff01000100" + "00170000"


async def test_an_anonymous_suite_comes_without_certificate_and_signature(build):
    house = await build(CARD)
    said = messages(await house.talk(8443, hello(0x0300, "0018") + b"\x15"))
    assert set(said) == {2, 12, 14}
    assert len(said[12]) == 2 + 64 + 2 + 1 + 2 + 64


async def test_the_exchange_of_an_old_version_is_signed_over_both_hashes(build):
    house = await build(CARD)
    said = messages(await house.talk(8443, hello(0x0301, "0033") + b"\x15"))
    key = x509.load_der_x509_certificate(said[11][6:]).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    numbers = key.public_numbers()
    signature = said[12][-64:]
    block = pow(int.from_bytes(signature, "big"), numbers.e, numbers.n).to_bytes(64, "big")
    signed = RANDOM + said[2][2:34] + said[12][:-66]
    assert block[-36:] == hashlib.md5(signed).digest() + hashlib.sha1(signed).digest()
    assert block[:3] == b"\0\1\xff"


async def test_ssl_2_0_tells_the_specs_of_both_and_the_certificate(build):
    house = await build(CARD)
    # CLIENT-HELLO of Hickman's draft: 3DES, RC4 40 and RC4, no session, a challenge of 16 bytes
    sent = bytes.fromhex("8022 01 0002 0009 0000 0010 0700c0 020080 010080") + bytes(16)
    answer = await house.talk(8443, sent, b"\x80\x03\x00\x00\x01")
    assert answer[0] & 0x80
    assert answer[2:7].hex() == "0400010002"
    size = int.from_bytes(answer[7:9], "big")
    assert answer[9:13].hex() == "00060010"
    assert answer[13 + size :][:6].hex() == "0100800700c0"
    assert answer[13 : 13 + size][:1] == b"\x30"


async def test_whoever_goes_on_is_told_that_there_is_nothing(build):
    house = await build(CAMERA)
    said = await house.talk(8443, hello(0x0303, "009e"), b"\x16\x03\x03\x00\x04\x10\x00\x00\x00")
    assert said[-7:].hex() == "15030300020250"
    assert house.harms == []


@pytest.mark.real
@pytest.mark.parametrize(
    ("server", "options"),
    [
        (CAMERA, ("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")),
        (CAMERA, ("-tls1", "-cipher", "ECDHE-RSA-AES128-SHA:@SECLEVEL=0")),
        (CARD, ("-tls1", "-legacy_server_connect", "-cipher", "AES256-SHA:@SECLEVEL=0")),
    ],
)
async def test_openssl_finds_its_flight_right_and_goes_on(build, tool, server, options):
    house = await build(server)
    said = await tool("openssl", "s_client", "-msg", "-connect", f"{house.address}:8443", *options, typed=b"Q\n")
    assert "ServerHelloDone" in said.text
    assert "ClientKeyExchange" in said.text


@pytest.mark.parametrize("junk", [b"", b"\x16", b"GET / HTTP/1.0\r\n\r\n", b"\x80\x02\x01\x00\x02", b"\xff" * 400])
async def test_ends_a_connection_that_is_none_of_its(build, junk):
    house = await build(CARD)
    assert len(await asyncio.wait_for(house.talk(8443, junk + b"\0" * 5), 20)) <= 7


@given(st.binary(max_size=200))
def test_a_hello_is_read_or_refused_whatever_it_is(data):
    for parse in (parse_hello, parse_ssl2_hello):
        with contextlib.suppress(Refused):  # and no other exception
            assert all(len(code) in (4, 6) for code in parse(data).suites)


def test_needs_a_certificate_that_fits_its_suites():
    with pytest.raises(ValueError, match="c02b"):
        OldTls(accepts=(("TLSv1.2", "c02b"),), shows=TLS("self-signed"))


def test_devices_with_the_same_firmware_show_the_same_certificate_and_no_others():
    shared, own = TLS("self-signed", common="3.1"), TLS("self-signed")
    assert certificates.shown("a", shared, ("127.0.0.1",)) == certificates.shown("b", shared, ("127.0.0.2",))
    assert certificates.shown("a", own, ()) != certificates.shown("b", own, ())
    assert Visit("somebody", Log(), Manners()).addresses == ()
