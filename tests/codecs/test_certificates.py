import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.codecs.certificates import read_certificate, read_chain
from scanner.protocols import tls

FOLDER = Path(__file__).parents[1] / "bytes/certificates"
RSA = (FOLDER / "rsa1024-sha1.der").read_bytes()
EC = (FOLDER / "ec256-sha256.der").read_bytes()
OCSP = (FOLDER / "ec256-ocsp.der").read_bytes()
V3 = (FOLDER / "../tls/openssl-3.0-up-to-1.2-4.bin").read_bytes()[109 : 109 + 0x34B]
PRIME256V1 = bytes.fromhex("0608 2a8648ce3d030107")


@pytest.mark.parametrize(
    ("name", "kind", "bits", "hash_"),
    [
        ("rsa512-md5", "rsa", 512, "md5"),
        ("rsa1024-sha1", "rsa", 1024, "sha1"),
        ("dsa1024-sha1", "dsa", 1024, "sha1"),
        ("ec256-sha256", "ec", 256, "sha256"),
        ("ed25519", "ed25519", 256, None),
    ],
)
def test_reads_key_and_signature(name, kind, bits, hash_):
    der = (FOLDER / f"{name}.der").read_bytes()
    facts = read_certificate(der)
    assert (facts["tls.key_type"], facts["tls.key_bits"], facts.get("tls.signature_hash")) == (kind, bits, hash_)
    assert facts["tls.sha256"] == hashlib.sha256(der).hexdigest()
    assert facts["tls.self_signed"] is True
    assert "tls.certificate_error" not in facts


def test_reads_names_times_and_serial():
    facts = read_certificate(RSA)
    assert facts["tls.subject"] == facts["tls.issuer"] == "CN=Dahua camera,O=Dahua,C=CN"
    assert facts["tls.serial"] == "1234"
    assert facts["tls.not_before"] == "2026-11-21T04:58:18+00:00"
    assert facts["tls.not_after"] == "2046-11-16T04:58:18+00:00"
    assert facts["tls.sans"] == ()


def test_reads_alternative_names():
    facts = read_certificate(V3)
    assert facts["tls.sans"] == ("camera.test", "192.0.2.1")


def test_reads_where_its_issuer_tells_whether_it_was_revoked():
    assert read_certificate(OCSP)["tls.ocsp_responder"] == "http://ocsp.riverside.example/"
    assert "tls.ocsp_responder" not in read_certificate(RSA)


@pytest.mark.parametrize("name", ["rsa512-md5", "rsa1024-sha1", "ec256-sha256", "ed25519"])
def test_same_names_and_another_signature_are_not_self_signed(name):
    der = (FOLDER / f"{name}.der").read_bytes()
    assert read_certificate(der[:-1] + bytes((der[-1] ^ 1,)))["tls.self_signed"] is False


def test_the_walk_reads_what_cryptography_reads():
    """The walk over the DER is the fallback; where both can read, they agree."""
    whole = read_certificate(RSA)
    walked = read_certificate(RSA + b"\0")  # a trailing byte, which cryptography refuses
    assert "tls.certificate_error" in walked
    shared = set(walked) - {"tls.sha256", "tls.sha1", "tls.certificate_error"}
    assert len(shared) == 14
    assert {name: walked[name] for name in shared} == {name: whole[name] for name in shared}


@pytest.mark.parametrize(
    ("der", "lost"),
    [
        pytest.param(RSA.replace(b"\x02\x02\x12\x34", b"\x02\x02\x92\x34"), set(), id="a negative serial"),
        pytest.param(RSA.replace(b"\x02\x02\x12\x34", b"\x02\x02\x00\x00"), set(), id="a serial of zero"),
        pytest.param(RSA.replace(b"261121045818Z", b"000000000000Z"), {"tls.not_before"}, id="a date of zeros"),
        pytest.param(RSA.replace(b"Dahua camera", b"\xff\xfehua camera", 1), set(), id="an issuer that is not UTF-8"),
        pytest.param(RSA.replace(b"\x13\x02CN", b"\x13\x02@*", 1), set(), id="an illegal PrintableString"),
        pytest.param(EC.replace(PRIME256V1, PRIME256V1[:-1] + b"\x63"), set(), id="an unknown curve"),
        pytest.param(V3.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x06"), set(), id="version 7"),
        pytest.param(V3 + b"\0\0", set(), id="trailing bytes"),
    ],
)
def test_a_broken_field_costs_no_more_than_that_field(der, lost):
    facts = read_certificate(der)
    expected = {"tls.subject", "tls.issuer", "tls.serial", "tls.not_before", "tls.not_after", "tls.signature_hash"}
    expected |= {"tls.key_type", "tls.key_bits", "tls.spki_sha256"}
    assert expected - lost <= set(facts)
    assert not lost & set(facts)


@pytest.mark.parametrize("size", range(0, len(RSA), 7))
def test_a_certificate_cut_short_keeps_its_hash_and_says_so(size):
    facts = read_certificate(RSA[:size])
    assert facts["tls.sha256"] == hashlib.sha256(RSA[:size]).hexdigest()
    assert facts["tls.certificate_error"]


@given(st.binary(max_size=300))
def test_junk_ends_in_facts(junk):
    assert set(read_certificate(junk)) <= set(tls.FACTS)


@given(st.integers(0, len(RSA) - 1), st.integers(0, 255))
def test_any_changed_byte_ends_in_facts(at, byte):
    facts = read_certificate(RSA[:at] + bytes((byte,)) + RSA[at + 1 :])
    assert set(facts) <= set(tls.FACTS)


def test_reads_every_certificate_of_a_chain():
    facts = read_chain((EC, RSA))
    assert facts["tls.chain"] == tuple(hashlib.sha256(der).hexdigest() for der in (EC, RSA))
    assert facts["tls.chain_subjects"] == ("CN=Dahua camera,O=Dahua,C=CN",) * 2
    assert facts["tls.chain_hashes"] == ("sha256", "sha1")
    assert facts["tls.chain_not_after"] == tuple(read_certificate(der)["tls.not_after"] for der in (EC, RSA))
    assert set(facts) <= set(tls.FACTS)


def columns(facts):
    return [facts[f"tls.chain{column}"] for column in ("", "_subjects", "_not_after", "_hashes")]


def test_a_chain_keeps_its_columns_where_one_certificate_cannot_be_read():
    hashes_of_der, *others = columns(read_chain((RSA, b"junk", bytes(70_000))))
    assert len(hashes_of_der) == 3
    assert [column[1:] for column in others] == [("", "")] * 3


def test_a_chain_ends_with_its_sixteenth_certificate():
    assert columns(read_chain((EC,) * 40)) == columns(read_chain((EC,) * 16))


@given(st.lists(st.binary(max_size=80), max_size=4))
def test_a_chain_of_junk_is_read_as_junk(ders):
    assert {len(column) for column in columns(read_chain(ders))} == {len(ders)}
