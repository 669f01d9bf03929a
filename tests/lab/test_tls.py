import re

import pytest
from cryptography import x509

from lab import certificates
from lab.fake import TLS
from lab.services.http import Http, page

OLD = TLS("factory-1024-sha1", "TLSv1", "TLSv1.2", "CN=Dahua,O=Dahua")
VERSIONS = ("tls1", "tls1_1", "tls1_2", "tls1_3")


async def accepted(build, tool, tls):
    """The versions with which openssl's own client gets through, and the certificate as openssl prints it."""
    house = await build(Http(port=8443, tls=tls, pages=(("/", page("x")),)))
    where = f"{house.address}:8443"
    through = []
    for version in VERSIONS:
        said = await tool("openssl", "s_client", "-connect", where, f"-{version}", "-cipher", "ALL:@SECLEVEL=0")
        if "Cipher is (NONE)" not in said.text:
            through.append(version)
            pem = re.search(r"-----BEGIN.*?END CERTIFICATE-----", said.text, re.DOTALL)
    assert pem
    shown = await tool("openssl", "x509", "-noout", "-text", typed=pem[0].encode())
    return through, shown.text


@pytest.mark.real
async def test_a_camera_of_2010_speaks_tls_1_0_with_a_short_key_and_sha_1(build, tool):
    versions, certificate = await accepted(build, tool, OLD)
    assert versions == ["tls1", "tls1_1", "tls1_2"]
    assert certificate.count("Signature Algorithm: sha1WithRSAEncryption") == 2
    assert "Public-Key: (1024 bit)" in certificate
    assert "Issuer: O = Dahua, CN = Dahua" in certificate
    assert "Subject: O = Dahua, CN = Dahua" in certificate


@pytest.mark.real
async def test_the_sha_1_signature_is_a_true_one(tool, tmp_path):
    path = tmp_path / "certificate"
    path.write_bytes(certificates.pem("d", "factory-1024-sha1", "CN=d"))
    said = await tool("openssl", "verify", "-auth_level", "0", "-check_ss_sig", "-CAfile", str(path), str(path))
    assert said.text.strip().endswith("OK")


@pytest.mark.real
@pytest.mark.parametrize(
    ("tls", "versions"),
    [
        (TLS("modern", "TLSv1.2", "TLSv1.3"), ["tls1_2", "tls1_3"]),
        (TLS("modern", "TLSv1.3", "TLSv1.3"), ["tls1_3"]),
        (TLS("expired", "TLSv1.2", "TLSv1.2"), ["tls1_2"]),
    ],
)
async def test_speaks_the_versions_it_says_and_no_others(build, tool, tls, versions):
    assert (await accepted(build, tool, tls))[0] == versions


@pytest.mark.real
@pytest.mark.parametrize(
    ("recipe", "marks"),
    [
        ("modern", ("ecdsa-with-SHA256", "CN = Lab City Device CA", "Public-Key: (256 bit)")),
        ("expired", ("CN = Lab City Device CA", "Not After : Jun 30 00:00:00 2024 GMT", "Public-Key: (2048 bit)")),
        ("self-signed", ("Issuer: CN = x", "sha256WithRSAEncryption", "Public-Key: (2048 bit)")),
    ],
)
async def test_a_certificate_is_as_its_recipe_says(tool, recipe, marks):
    said = await tool("openssl", "x509", "-noout", "-text", typed=certificates.pem("d", recipe, "CN=x"))
    assert [mark for mark in marks if mark not in said.text] == []


@pytest.mark.parametrize("recipe", sorted(certificates.RECIPES))
def test_no_two_devices_share_a_key(recipe):
    first, second = (certificates.pem(name, recipe, "CN=x") for name in ("one", "two"))
    assert first.partition(b"BEGIN CERTIFICATE")[0] != second.partition(b"BEGIN CERTIFICATE")[0]
    assert certificates.pem("one", recipe, "CN=x") == first


async def test_a_client_that_gives_up_in_the_handshake_is_counted_and_is_no_fault(build):
    house = await build(Http(port=8443, tls=TLS("modern")))
    assert await house.talk(8443, b"not a ClientHello\r\n\r\n") != b"200"
    assert house.log.connections == 1


async def test_a_handshake_that_is_refused_ends_with_the_alert_that_says_why(build):
    house = await build(Http(port=8443, tls=TLS("modern")))
    # ClientHello of TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA, RFC 2246 section 7.4.1.2
    hello = bytes.fromhex("160301002f 0100002b 0301") + bytes(32) + bytes.fromhex("00 0004 002f00ff 0100")
    assert (await house.talk(8443, hello))[-2:].hex() == "0246"  # protocol_version


def test_a_certificate_bears_the_names_and_addresses_that_its_recipe_says():
    def sans(recipe):
        shown = certificates.shown("d", TLS(recipe, subject="CN=meter-7.lab,O=x"), ("127.0.0.7", "fd00:77::7"))
        certificate = x509.load_der_x509_certificate(certificates.der_of(shown))
        try:
            found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except x509.ExtensionNotFound:
            return []
        return [str(name.value) for name in found.value]

    assert sans("modern") == ["meter-7.lab", "127.0.0.7", "fd00:77::7"]
    assert sans("by-name") == ["meter-7.lab"]
    assert sans("self-signed") == []
