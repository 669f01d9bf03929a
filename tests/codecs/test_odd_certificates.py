"""The odd certificates that devices have, one by one: what is read of each although a strict parser refuses it, or gives it in part."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.codecs.certificates import read_certificate
from scanner.codecs.der_extensions import read_extensions
from scanner.protocols import tls
from tests.made_certificates import (
    BMP,
    COMMON_NAME,
    COUNTRY,
    MD5_RSA,
    MODULUS,
    PRINTABLE,
    certificate,
    ec,
    extension,
    name,
    oid,
    rsa,
    tlv,
)

ESSENTIAL = {
    "tls.subject",
    "tls.issuer",
    "tls.serial",
    "tls.not_before",
    "tls.not_after",
    "tls.key_type",
    "tls.key_bits",
    "tls.signature_hash",
    "tls.self_signed",
    "tls.is_ca",
    "tls.sans",
    "tls.sha1",
    "tls.sha256",
    "tls.spki_sha256",
}
SOUND = certificate()
POINT = b"\x04" + bytes(64)
ALTERNATIVE, CONSTRAINTS, USAGE, PURPOSES = "2.5.29.17", "2.5.29.19", "2.5.29.15", "2.5.29.37"
# SEC 2 section 2.4.2: the prime of P-256, after which no more is read.
P256 = bytes.fromhex("00ffffffff00000001000000000000000000000000ffffffffffffffffffffffff")
EXPLICIT = tlv(0x30, tlv(0x02, b"\x01"), tlv(0x30, oid("1.2.840.10045.1.1"), tlv(0x02, P256)))
BINARY = tlv(0x30, tlv(0x02, b"\x01"), tlv(0x30, oid("1.2.840.10045.1.2"), tlv(0x30, tlv(0x02, b"\x00\xa3"))))


def test_a_sound_one_is_read_whole_and_nothing_is_complained_of():
    facts = read_certificate(SOUND)
    assert set(facts) == ESSENTIAL | {"tls.modulus", "tls.exponent"}
    assert facts["tls.modulus"] == MODULUS[1:].hex()
    assert (facts["tls.exponent"], facts["tls.key_bits"], facts["tls.self_signed"]) == ("65537", 2048, False)


@pytest.mark.parametrize(
    ("der", "read"),
    [
        pytest.param(certificate(version=6), {}, id="version 7"),
        pytest.param(certificate(version=None), {}, id="version 1"),
        pytest.param(certificate(serial=b"\x7f" * 30), {"tls.serial": "7f" * 30}, id="a serial of 30 bytes"),
        pytest.param(certificate(serial=b"\x80"), {"tls.serial": "-80"}, id="a negative serial"),
        pytest.param(certificate(serial=b"\x00"), {"tls.serial": "0"}, id="a serial of zero"),
        pytest.param(certificate(serial=b"\x7f" * 65000), {"tls.serial": "7f" * 128}, id="a serial of 65,000 bytes"),
        pytest.param(certificate(subject=tlv(0x30)), {"tls.subject": "", "tls.issuer": "CN=camera"}, id="no subject"),
        pytest.param(
            certificate(subject=name((COMMON_NAME, b"a@*"), tag=PRINTABLE)),
            {"tls.subject": "CN=a@*"},
            id="an illegal PrintableString",
        ),
        pytest.param(
            certificate(subject=name((COMMON_NAME, "Straße".encode("utf-16-be")), tag=BMP)),
            {"tls.subject": "CN=Straße"},
            id="a BMPString",
        ),
        pytest.param(
            certificate(issuer=name((COMMON_NAME, b"\xff\xfe\x1b[31m"))),
            {"tls.issuer": r"CN=ÿþ\x1b[31m", "tls.subject": "CN=camera"},
            id="an issuer that is not UTF-8",
        ),
        pytest.param(
            certificate(subject=name((COUNTRY, "中国城市".encode("gb18030")))),
            {"tls.issuer": "CN=camera"},
            id="a country in GB 18030",
        ),
        pytest.param(certificate(subject=name((COMMON_NAME, b"a" * 65536))), {}, id="a name of 64 KiB"),
        pytest.param(certificate(subject=name(*[(COMMON_NAME, b"a" * 20)] * 1800)), {}, id="1,800 names"),
        pytest.param(
            certificate(valid=(b"20000101000000Z", b"47640101000000Z")),
            {"tls.not_after": "4764-01-01T00:00:00+00:00"},
            id="the year 4764",
        ),
        pytest.param(
            certificate(valid=(b"2601010000Z", b"270101000000+0100")),
            {"tls.not_before": "2026-01-01T00:00:00+00:00", "tls.not_after": "2026-12-31T23:00:00+00:00"},
            id="no seconds, and a time zone",
        ),
        pytest.param(certificate(signature=MD5_RSA), {"tls.signature_hash": "md5"}, id="MD5"),
        pytest.param(certificate(signature="1.3.14.3.2.29"), {"tls.signature_hash": "sha1"}, id="the OIW's SHA-1"),
        pytest.param(SOUND + b"\0", {}, id="a trailing byte"),
        pytest.param(SOUND[:-100], {}, id="cut short within the signature"),
        pytest.param(
            certificate(key=rsa(exponent=b"\x01")), {"tls.exponent": "1", "tls.key_bits": 2048}, id="exponent 1"
        ),
        pytest.param(certificate(key=rsa(exponent=b"\x04")), {"tls.exponent": "4"}, id="an even exponent"),
        pytest.param(certificate(key=rsa(exponent=b"\x03")), {"tls.exponent": "3"}, id="exponent 3"),
        pytest.param(certificate(key=rsa(b"\0")), {"tls.key_bits": 0, "tls.modulus": "0"}, id="a modulus of zero"),
        pytest.param(certificate(key=rsa(MODULUS[1:])), {"tls.key_bits": 2048}, id="a modulus that looks negative"),
        pytest.param(
            certificate(key=rsa(b"\0\xc1" + b"\x5b" * 2046 + b"\x01")), {"tls.key_bits": 16384}, id="RSA of 16384 bits"
        ),
        pytest.param(
            certificate(key=rsa(MODULUS, MODULUS)), {"tls.exponent": "a number of 2048 bits"}, id="a huge exponent"
        ),
        pytest.param(
            certificate(key=ec(oid("1.3.132.0.8"), b"\x04" + bytes(40))),
            {"tls.key_type": "ec", "tls.curve": "secp160r1", "tls.key_bits": 160},
            id="a curve of 160 bits",
        ),
        pytest.param(
            certificate(key=ec(oid("1.3.132.0.39"), b"\x04" + bytes(144))),
            {"tls.curve": "sect571r1", "tls.key_bits": 571},
            id="a curve whose points are longer than it",
        ),
        pytest.param(
            certificate(key=ec(oid("1.3.36.3.3.2.8.1.1.7"), b"\x02" + bytes(32))),
            {"tls.curve": "brainpoolP256r1", "tls.key_bits": 256},
            id="brainpool, and a compressed point",
        ),
        pytest.param(
            certificate(key=ec(oid("1.2.840.10045.3.1.99"), POINT)),
            {"tls.curve": "1.2.840.10045.3.1.99", "tls.key_bits": 256},
            id="an unknown curve",
        ),
        pytest.param(
            certificate(key=ec(oid("1.2.840.10045.3.1.99"), b"\x03" + bytes(28))),
            {"tls.key_bits": 224},
            id="an unknown curve and a compressed point",
        ),
        pytest.param(
            certificate(key=ec(EXPLICIT, POINT)),
            {"tls.curve": "explicit", "tls.key_bits": 256},
            id="a curve written out",
        ),
        pytest.param(
            certificate(key=ec(BINARY, b"\x04" + bytes(42))),
            {"tls.curve": "explicit", "tls.key_bits": 163},
            id="a binary curve written out",
        ),
    ],
)
def test_of_an_odd_one_all_that_is_judged_is_read(der, read):
    facts = read_certificate(der)
    assert ESSENTIAL <= set(facts) <= set(tls.FACTS)
    assert {fact: facts[fact] for fact in read} == read
    assert all(len(str(value)) <= 16384 // 4 for value in facts.values())


def test_dates_of_zeros_cost_the_dates_alone():
    facts = read_certificate(certificate(valid=(b"000000000000Z", b"00000000000000Z")))
    assert ESSENTIAL - set(facts) == {"tls.not_before", "tls.not_after"}
    assert facts["tls.certificate_error"]


def test_a_modulus_of_half_a_million_bits_is_told_by_its_size_and_nothing_is_computed_with_it():
    facts = read_certificate(certificate(key=rsa(b"\0\xc1" + b"\x5b" * 62500 + b"\x01")))
    assert (facts["tls.key_type"], facts["tls.key_bits"]) == ("rsa", 500016)
    assert "tls.modulus" not in facts
    assert facts["tls.certificate_error"] == "public_key: a number of more than 16384 bits"


def test_a_key_of_an_unknown_kind_is_left_out():
    facts = read_certificate(certificate(key=tlv(0x30, tlv(0x30, oid("1.2.3.4")), tlv(0x03, b"\0\1\2"))))
    assert ESSENTIAL - set(facts) == {"tls.key_type", "tls.key_bits"}


def test_alternative_names_of_every_kind_are_read_and_none_hides_anything():
    names = (
        tlv(0x82, b"camera.city.example"),
        tlv(0x87, bytes((192, 0, 2, 1))),
        tlv(0x87, bytes(15) + b"\x01"),
        tlv(0x87, b"\x01\x02\x03"),
        tlv(0x86, b"urn:city:plc1"),
        tlv(0x81, b"ops@city.example"),
        tlv(0xA4, name((COMMON_NAME, b"camera"))),
        tlv(0xA0, oid("1.3.6.1.4.1.311.20.2.3"), tlv(0xA0, tlv(0x0C, b"me"))),
        tlv(0x88, b"\x2a\x03"),
        tlv(0x82, "evil\u202e\x1b".encode()),
    )
    facts = read_certificate(certificate(extensions=(extension(ALTERNATIVE, tlv(0x30, *names)),)))
    assert facts["tls.sans"] == (
        "camera.city.example",
        "192.0.2.1",
        "::1",
        "0x87:010203",
        "urn:city:plc1",
        "ops@city.example",
        "CN=camera",
        "1.3.6.1.4.1.311.20.2.3:0c026d65",
        "1.2.3",
        r"evil\u202e\x1b",
    )


def test_no_more_than_64_alternative_names_are_kept_each_of_253_characters():
    names = tlv(0x30, *(tlv(0x82, b"a" * 1000) for _ in range(200)))
    facts = read_certificate(certificate(extensions=(extension(ALTERNATIVE, names),)))
    assert facts["tls.sans"] == ("a" * 253,) * 64


def test_uses_purposes_and_constraints_are_read():
    facts = read_certificate(
        certificate(
            extensions=(
                extension(CONSTRAINTS, tlv(0x30, tlv(0x01, b"\xff"), tlv(0x02, b"\0"))),
                extension(USAGE, tlv(0x03, b"\x05\xa0")),
                extension(PURPOSES, tlv(0x30, oid("1.3.6.1.5.5.7.3.1"), oid("1.3.6.1.5.5.7.3.2"), oid("1.2.3.4"))),
            )
        )
    )
    assert facts["tls.is_ca"] is True
    assert facts["tls.key_usage"] == ("digital_signature", "key_encipherment")
    assert facts["tls.extended_key_usage"] == ("serverAuth", "clientAuth", "1.2.3.4")


@pytest.mark.parametrize(
    ("services", "told"),
    [
        ((("1.3.6.1.5.5.7.48.2", b"http://ca/"), ("1.3.6.1.5.5.7.48.1", b"http://ocsp/")), "http://ocsp/"),
        ((("1.3.6.1.5.5.7.48.2", b"http://ca/"),), None),
        ((), None),
    ],
)
def test_the_place_of_ocsp_is_read_where_there_is_one(services, told):
    listed = tlv(0x30, *(tlv(0x30, oid(kind), tlv(0x86, place)) for kind, place in services))
    facts = read_certificate(certificate(extensions=(extension("1.3.6.1.5.5.7.1.1", listed),)))
    assert facts.get("tls.ocsp_responder") == told


def test_decipher_only_is_the_ninth_bit():
    facts = read_certificate(certificate(extensions=(extension(USAGE, tlv(0x03, b"\x07\x08\x80")),)))
    assert facts["tls.key_usage"] == ("key_agreement", "decipher_only")


def test_one_broken_extension_costs_no_other():
    broken = (
        extension(USAGE, b"\x30\x00"),
        extension(ALTERNATIVE, tlv(0x30, tlv(0x82, b"a.example"))),
        extension("1.2.3.4", b""),
    )
    facts = read_certificate(certificate(extensions=broken))
    assert facts["tls.sans"] == ("a.example",)
    assert "tls.key_usage" not in facts
    assert "key_usage: no bit string" in str(facts["tls.certificate_error"])


def test_of_an_extension_that_stands_there_twice_the_first_counts():
    twice = tuple(
        extension(ALTERNATIVE, tlv(0x30, tlv(0x82, named))) for named in (b"first.example", b"second.example")
    )
    assert read_certificate(certificate(extensions=twice))["tls.sans"] == ("first.example",)


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_junk_in_extensions_ends_in_facts(contents):
    listed = [
        extension(kind, content)
        for kind, content in zip((ALTERNATIVE, CONSTRAINTS, USAGE, PURPOSES), contents, strict=False)
    ]
    facts, _ = read_extensions([(0xA3, tlv(0x30, *listed), b"")])
    assert set(facts) <= set(tls.FACTS)


def test_what_openssl_makes_is_read_as_openssl_says(tmp_path: Path):
    """An authority's certificate on a named curve, signed with RSASSA-PSS by an RSA key of exponent 3."""
    made = tmp_path / "made.der"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:1024", "-pkeyopt", "rsa_keygen_pubexp:3", "-nodes", "-sha384"),
            *(
                "-sigopt",
                "rsa_padding_mode:pss",
                "-subj",
                "/O=City, of/CN=plc",
                "-days",
                "4000",
                "-keyout",
                str(tmp_path / "key"),
            ),
            *("-addext", "subjectAltName=DNS:*.city.example,IP:192.0.2.7", "-addext", "extendedKeyUsage=clientAuth"),
            *("-addext", "keyUsage=keyCertSign", "-set_serial", "0xabcdef", "-outform", "DER", "-out", str(made)),
        ],
        check=True,
        capture_output=True,
    )
    facts = read_certificate(made.read_bytes())
    assert "tls.certificate_error" not in facts
    assert {
        "tls.subject": r"CN=plc,O=City\, of",
        "tls.serial": "abcdef",
        "tls.signature_hash": "sha384",
        "tls.exponent": "3",
        "tls.key_bits": 1024,
        "tls.self_signed": True,
        "tls.is_ca": True,
        "tls.key_usage": ("key_cert_sign",),
        "tls.extended_key_usage": ("clientAuth",),
        "tls.sans": ("*.city.example", "192.0.2.7"),
    }.items() <= facts.items()
