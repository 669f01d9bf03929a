"""Keys and certificates for the fakes: a recipe says what is right or wrong with one, and every device gets its own.

No two devices share a key, because that would be a finding. The same device of the same process always gets the same.
"""

import os
import ssl
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    from lab.fake import TLS

    Key: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

CITY_AUTHORITY = "CN=Lab City Device CA,O=Lab City"
_SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")  # RFC 4055, section 5
_SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")  # RFC 3279, section 2.2.1


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a certificate is made: "ec" or the bits of an RSA key, who signs it and with which hash, and its life in days from now or as two dates."""

    rsa_bits: int = 0
    self_signed: bool = False
    sha1: bool = False
    valid: tuple[datetime, datetime] | None = None


RECIPES: Mapping[str, Recipe] = {
    "modern": Recipe(),
    "expired": Recipe(rsa_bits=2048, valid=(datetime(2022, 6, 30, tzinfo=UTC), datetime(2024, 6, 30, tzinfo=UTC))),
    "self-signed": Recipe(
        rsa_bits=2048, self_signed=True, valid=(datetime(2021, 3, 1, tzinfo=UTC), datetime(2046, 3, 1, tzinfo=UTC))
    ),
    "factory-1024-sha1": Recipe(
        rsa_bits=1024,
        self_signed=True,
        sha1=True,
        valid=(datetime(2015, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)),
    ),
}

_VERSIONS: Mapping[str, ssl.TLSVersion] = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


@cache
def context(device: str, tls: "TLS") -> ssl.SSLContext:
    """The server side of `tls` for one device."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are the point
        if tls.lowest in ("TLSv1", "TLSv1.1"):
            made.set_ciphers("ALL:@SECLEVEL=0")
            made.options &= ~(ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1)
        made.minimum_version = _VERSIONS[tls.lowest]
        made.maximum_version = _VERSIONS[tls.highest]
    if RECIPES[tls.certificate].rsa_bits == 1024 or RECIPES[tls.certificate].sha1:
        made.set_ciphers("ALL:@SECLEVEL=0")
    _load(made, pem(device, tls.certificate, tls.subject))
    return made


@cache
def pem(device: str, recipe: str, subject: str) -> bytes:
    """The key and the certificate of one device, as PEM."""
    from cryptography.hazmat.primitives import serialization as form

    key = _key(RECIPES[recipe])
    certificate = _certificate(RECIPES[recipe], subject, key)
    secret = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    return secret + certificate


@cache
def host_key(device: str, kind: str) -> bytes:
    """The SSH host key of one device, "ed25519" or "rsa", in OpenSSH's form."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    makers: Mapping[str, Callable[[], ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey]] = {
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
    }
    return makers[kind]().private_bytes(form.Encoding.PEM, form.PrivateFormat.OpenSSH, form.NoEncryption())


def _load(context: ssl.SSLContext, key_and_certificate: bytes) -> None:
    """Load from memory; `ssl` reads files only, and a file could be left behind."""
    descriptor = os.memfd_create("certificate")
    try:
        os.write(descriptor, key_and_certificate)
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _key(recipe: Recipe) -> "Key":
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if recipe.rsa_bits:
        return rsa.generate_private_key(65537, recipe.rsa_bits)
    return ec.generate_private_key(ec.SECP256R1())


@cache
def _authority_key() -> "Key":
    return _key(Recipe())


def _certificate(recipe: Recipe, subject: str, key: "Key") -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    now = datetime.now(UTC).replace(microsecond=0)
    since, until = recipe.valid or (now - timedelta(days=90), now + timedelta(days=640))
    name = x509.Name.from_rfc4514_string(subject)
    issuer = name if recipe.self_signed else x509.Name.from_rfc4514_string(CITY_AUTHORITY)
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    certificate = unsigned.sign(key if recipe.self_signed else _authority_key(), hashes.SHA256())
    return _with_sha1(certificate, key) if recipe.sha1 else certificate.public_bytes(Encoding.PEM)


def _with_sha1(certificate: "x509.Certificate", key: "Key") -> bytes:
    """The same certificate signed with SHA-1, which the library refuses to do: RFC 5280, section 4.1, put together by hand."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("only RSA keys sign with SHA-1 here")
    inner = certificate.tbs_certificate_bytes.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA, 1)
    signature = key.sign(inner, padding.PKCS1v15(), hashes.SHA1())
    algorithm = _der(0x30, _SHA1_WITH_RSA + b"\x05\x00")
    whole = _der(0x30, inner + algorithm + _der(0x03, b"\0" + signature))
    return ssl.DER_cert_to_PEM_cert(whole).encode()


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content
