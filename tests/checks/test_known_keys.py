"""Recall over the committed table by each of its hashes, none on fresh keys, and what is said of an operator's list that cannot be read."""

import datetime
import hashlib
import os
import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

import checks
from checks.known_keys import LARGEST_MODULUS, NONE, modulus, modulus_hashes, published, read_lists
from checks.tls_known_key import tls_known_key
from inventory.model import Confidence, Severity

TABLE = Path(checks.__path__[0]) / "data/known_keys.tsv"
ROWS = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")][1:]
# The RSA modulus of CN=somemachine.python.org, from CPython 3.11's Lib/test/certdata/badkey.pem, which ships in several products.
PYTHON = (
    "bc75dae19be2eeb41be361c4259c7db53cf22c789d49546d873263760a6664d98ba43bef4ba29749853bdb19f123d0342cd4"
    "813c33e9135323a6b8a7d5ac530ac2d55e089a61ac09e1a33ed360eb8b052aadee55477e18bf570a2f1122656813a9f96327"
    "7e171db8f1181d8c7fe9c9d56a92246672eddf4ceedae9be0f303d8d"
)
APT1 = "f97d1a703aec44d0f53a3a294e33acda43a49de1"
DROPBEAR_OF_A_ROUTER = "eda40399b83862ba130986ad8b2ad3c7d25a56556eb9cf44d6446857e1d4d983"
FRESH = "5e" * 32


def hashes_of(row):
    return [one.split(":") for one in row[1].split()]


def seen_by(kind, value):
    """The facts of an endpoint that shows the listed key or certificate, and nothing else of it that is listed."""
    if kind == "spki":
        return {"tls.spki_sha256": value}
    return {"tls.sha1" if len(value) == 40 else "tls.sha256": value, "tls.spki_sha256": FRESH}


def test_the_table_has_every_row_of_its_sources():
    kinds = [kind if kind != "certificate" else len(value) for row in ROWS for kind, value in hashes_of(row)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"spki": 562, "modulus": 498, 64: 327, 40: 2047}
    assert sum(row[0] == "malware" for row in ROWS) == 25
    assert len(published()) == len({value for row in ROWS for _, value in hashes_of(row)}) == 562 + 498 + 327 + 2047


def test_every_row_is_found_by_each_of_its_hashes(judge, make):
    missed = [
        (kind, value)
        for row in ROWS
        for kind, value in hashes_of(row)
        if kind != "modulus" and not judge(tls_known_key, make(("tls", 443, seen_by(kind, value)))).flaws
    ]
    assert missed == []


def test_every_modulus_is_found_by_the_hash_that_is_made_of_one():
    assert [
        value for row in ROWS for kind, value in hashes_of(row) if kind == "modulus" and not published().find([value])
    ] == []


def test_ten_thousand_fresh_keys_are_not_known():
    found = []
    for _ in range(9_970):
        key = ec.generate_private_key(ec.SECP256R1()).public_key()
        info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        found.append(published().find([hashlib.sha256(info).hexdigest()]))
    for _ in range(30):
        number = rsa.generate_private_key(65537, 1024).public_key().public_numbers().n
        found.append(published().find(modulus_hashes(number)))
    assert len(found) == 10_000
    assert set(found) == {None}


def test_a_modulus_is_hashed_as_the_table_does_it_and_as_openssl_prints_it(tmp_path):
    key = rsa.generate_private_key(65537, 1024)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cam")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + datetime.timedelta(days=9))
    file = tmp_path / "cam.pem"
    file.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    printed = subprocess.run(["openssl", "x509", "-noout", "-modulus", "-in", file], check=True, capture_output=True)
    number = key.public_key().public_numbers().n
    assert modulus_hashes(number) == (
        hashlib.sha256(number.to_bytes(128, "big")).hexdigest(),
        hashlib.sha1(printed.stdout).hexdigest()[20:],
    )


def test_the_products_are_named_those_of_its_own_vendor_first(judge, make):
    device = make(("tls", 443, {"tls.spki_sha256": DROPBEAR_OF_A_ROUTER, "tls.subject": "CN=switch"}))
    flaw = judge(tls_known_key, device).flaws[0]
    assert flaw.severity is Severity.CRITICAL
    assert flaw.confidence is Confidence.CONFIRMED
    assert flaw.facet == "tcp/443 key.known_private"
    assert flaw.detail == (
        "The certificate of CN=switch has a private key that ships in the firmware of"
        " Cisco SRW224P 24-port 10/100 + 2-port Gigabit Switch - WebView/PoE."
    )


def test_of_many_products_five_are_named(judge, make):
    row = next(row for row in ROWS if row[2].count(";") > 200 and "Teltonika" in row[2])
    facts = {"tls.spki_sha256": hashes_of(row)[0][1]}
    detail = judge(tls_known_key, make(("tls", 443, facts), claims={"vendor": "Teltonika"})).flaws[0].detail
    assert "in the firmware of Teltonika RUT5XX, Teltonika RUT950, Actiontec" in detail
    assert detail.endswith("more products.")
    assert len(detail) < 300


def test_malwares_certificate_is_told_in_words_of_its_own(judge, make):
    flaw = judge(tls_known_key, make(("tls", 443, {"tls.sha1": APT1, "tls.spki_sha256": FRESH}))).flaws[0]
    assert flaw.facet == "tcp/443 key.malware"
    assert "the malware APT1 used" in flaw.detail


def test_a_known_authority_in_the_chain_is_found_beside_the_leaf(judge, make):
    certificate = next(
        value for row in ROWS for kind, value in hashes_of(row) if len(value) == 64 and kind == "certificate"
    )
    facts = {
        "tls.sha256": FRESH,
        "tls.spki_sha256": FRESH,
        "tls.chain": (FRESH, certificate),
        "tls.chain_subjects": ("CN=cam", "CN=Root"),
    }
    flaw = judge(tls_known_key, make(("tls", 443, facts))).flaws[0]
    assert flaw.detail.startswith("The certificate of the authority CN=Root, which it sends along,")
    assert flaw.facet == f"tcp/443 key.known_private {certificate[:16]}"


@pytest.mark.parametrize(
    ("protocol", "fact"), [("opcua", "opcua.certificate_spki_sha256"), ("ssh", "ssh.hostkey_spki_sha256")]
)
def test_a_known_key_is_found_whatever_protocol_shows_it(judge, make, protocol, fact):
    assert judge(
        tls_known_key, make((protocol, 22, {fact: DROPBEAR_OF_A_ROUTER, "ssh.hostkey_sha256": FRESH}))
    ).ports == [22]


def test_the_modulus_of_a_certificate_that_is_listed_is_found(judge, make):
    device = make(("tls", 443, {"tls.modulus": f"00{PYTHON.upper()}", "tls.spki_sha256": FRESH}))
    assert "Opengear Lighthouse" in judge(tls_known_key, device).flaws[0].detail


def told(keys):
    return replace(tls_known_key, judge=partial(tls_known_key.judge, keys=keys))


def listed(folder, text, name="city.txt"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_citys_own_list_is_read_and_believed(tmp_path, judge, make):
    own = listed(tmp_path, f"# ours\n\n{FRESH.upper()}  stolen 2025 # by whom?\n{':'.join(['ab'] * 20)}\r\n")
    keys = read_lists([own])
    assert len(keys) == 2
    flaws = judge(
        told(keys), make(("tls", 443, {"tls.spki_sha256": FRESH}), ("tls", 8443, {"tls.sha1": "ab" * 20}))
    ).flaws
    assert [(flaw.endpoint.port, flaw.title) for flaw in flaws] == [
        (443, "A private key that everybody can have is used"),
        (8443, "A private key that everybody can have is used"),
    ]
    assert "is on the list city.txt of keys that are known (stolen 2025)" in flaws[0].detail


def test_without_the_list_the_same_key_passes(judge, make):
    judged = judge(told(NONE), make(("tls", 443, {"tls.spki_sha256": FRESH})))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize(
    ("protocol", "facts", "line"),
    [
        # The last 80 bits of SHA-1("Modulus=…\n"), of the modulus above: what openssl x509 -noout -modulus | sha1sum gives.
        ("tls", {"tls.modulus": "c0ffee0f" * 32, "tls.spki_sha256": FRESH}, "%s"),
        # The last 80 bits of the MD5 that ssh-keygen -l -E md5 prints.
        ("ssh", {"ssh.hostkey_sha256": FRESH, "ssh.hostkey_md5": "0123456789ab" + "cd" * 10}, "cd" * 10),
    ],
)
def test_a_key_of_debians_list_is_told_as_such(tmp_path, judge, make, protocol, facts, line):
    short = modulus_hashes(int("c0ffee0f" * 32, 16))[1]
    keys = read_lists([listed(tmp_path, f"{line.replace('%s', short)}\n")])
    flaw = judge(told(keys), make((protocol, 22, facts))).flaws[0]
    assert flaw.facet == "tcp/22 key.debian"
    assert flaw.severity is Severity.CRITICAL


def test_a_list_whose_name_says_blacklist_is_debians_whatever_its_hashes(tmp_path):
    found = read_lists([listed(tmp_path, f"{FRESH}\n", "blacklist.RSA-2048")]).find([FRESH])
    assert found is not None
    assert found.debian


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# ok\nzz\n", "line 2: 'zz' is no hash"),
        (f"{FRESH}0\n", "line 1: "),
        (b"\xff\xfe\n", "line 1: this is not UTF-8 text"),
        (f"{FRESH}\n\n\x1b[31m{FRESH}\n", r"line 3: '\\x1b\[31m5e"),
        ("a" * 5000, "line 1: the line is longer than 4096 bytes"),
    ],
)
def test_a_list_that_is_none_is_told_with_its_line(tmp_path, text, complaint):
    path = listed(tmp_path, text)
    with pytest.raises(ValueError, match=complaint) as told:
        read_lists([path])
    assert str(path) in str(told.value)


def test_a_list_that_is_not_there_is_told_by_its_name(tmp_path):
    with pytest.raises(ValueError, match=r"cannot read the list of known keys .*gone\.txt: No such file"):
        read_lists([tmp_path / "gone.txt"])


def test_a_folder_or_a_pipe_is_no_list(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ValueError, match="no list of known keys"):
            read_lists([path])


@pytest.mark.parametrize(
    "fact", ["", "xyz", "0", "-5", "2", "1_1", "ff" * (LARGEST_MODULUS // 8 + 1), 7, ("11",), None]
)
def test_what_is_no_odd_number_of_a_keys_size_is_no_modulus(fact):
    assert modulus(fact) is None


def test_an_endpoint_that_showed_no_key_leaves_the_check_without_a_verdict(judge, make):
    device = make(("tls", 443, {"tls.versions": ()}), ("ssh", 22, {"ssh.banner": "SSH-1.5-x"}))
    judged = judge(tls_known_key, device)
    assert judged.ended == "unreached"
    assert "192.0.2.1:443/tcp: no certificate was shown" in judged.reason
    assert "192.0.2.1:22/tcp: no host key was shown" in judged.reason
