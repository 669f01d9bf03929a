"""Keys and certificates for the fakes: a recipe says what is right or wrong with one, and every device gets its own.

No two devices share a key, because that would be a finding; unless they have it in common (`TLS.common`). The same device of the same process always gets
the same. Where the devices of a city are processes of their own, they keep their keys in one folder (`lab/keys.py`): what they have in common is the same then
too, and each has its own again when it comes back.
"""

import ipaddress
import os
import re
import secrets
import ssl
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from lab.keys import kept
from lab.once import once

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    from lab.fake import TLS

    Key: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

CITY_AUTHORITY = "CN=Lab City Device CA,O=Lab City"
Moment: TypeAlias = datetime | timedelta
"""A date, or how far from now."""
_WITH_RSA = {
    "sha256": bytes.fromhex("06092a864886f70d01010b"),  # RFC 4055, section 5
    "sha1": bytes.fromhex("06092a864886f70d010105"),  # RFC 3279, section 2.2.1
    "md5": bytes.fromhex("06092a864886f70d010104"),
}
_HOST_NAME = re.compile(r"(?=[^.]*[a-z*])[a-z0-9*-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_SMALLEST_OF_LIBRARY = 1024
_CONTEXTS = 1000
"""How many contexts are kept, at 25 kB each; another one is made of the same key in a millisecond."""

_SOUND, _USUAL = "ECDHE+AESGCM:ECDHE+CHACHA20", "DEFAULT"

_WARNINGS = Lock()
"""Held by the one thread that may change which warnings are shown, because that is the same for all."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a certificate is made: an EC key on P-256 or an RSA key of so many bits, who signs it and with which hash, and from when to when it is valid.

    With `named` it bears the device's name as an alternative name, with `addressed` its addresses too. `uses` and `purposes` are those of RFC 5280, sections
    4.2.1.3 and 4.2.1.12, as cryptography names them; without any the certificate says nothing of it. `authority` marks it as one that may issue others.
    """

    rsa_bits: int = 0
    exponent: int = 65537
    self_signed: bool = False
    digest: str = "sha256"
    valid: tuple[Moment, Moment] = (timedelta(days=-90), timedelta(days=640))
    named: bool = False
    addressed: bool = False
    authority: bool = False
    uses: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    """Host names that it bears whatever they look like."""

    @property
    def weak(self) -> bool:
        """Whether OpenSSL shows it only when told that security does not matter."""
        return 0 < self.rsa_bits < 2048 or self.digest != "sha256"


RECIPES: Mapping[str, Recipe] = {
    "modern": Recipe(named=True, addressed=True, uses=("digital_signature",), purposes=("SERVER_AUTH",)),
    "by-name": Recipe(named=True, uses=("digital_signature",), purposes=("SERVER_AUTH",)),
    "wildcard": Recipe(rsa_bits=2048, named=True, purposes=("SERVER_AUTH",)),
    "application": Recipe(  # OPC 10000-6, section 6.2.2
        rsa_bits=2048,
        self_signed=True,
        named=True,
        uses=("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        purposes=("SERVER_AUTH", "CLIENT_AUTH"),
    ),
    "expired": Recipe(
        rsa_bits=2048,
        valid=(datetime(2022, 6, 30, tzinfo=UTC), datetime(2024, 6, 30, tzinfo=UTC)),
        named=True,
        addressed=True,
    ),
    "self-signed": Recipe(
        rsa_bits=2048, self_signed=True, valid=(datetime(2021, 3, 1, tzinfo=UTC), datetime(2046, 3, 1, tzinfo=UTC))
    ),
    "factory-1024-sha1": Recipe(
        rsa_bits=1024,
        self_signed=True,
        digest="sha1",
        valid=(datetime(2015, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)),
    ),
    "factory-1024-md5": Recipe(
        rsa_bits=1024,
        exponent=3,
        self_signed=True,
        digest="md5",
        valid=(datetime(2008, 4, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)),
    ),
    "factory-512-md5": Recipe(
        rsa_bits=512,
        self_signed=True,
        digest="md5",
        valid=(datetime(2005, 9, 12, tzinfo=UTC), datetime(2025, 9, 7, tzinfo=UTC)),
    ),
    "first-start": Recipe(
        rsa_bits=2048,
        self_signed=True,
        valid=(datetime(1970, 1, 1, 0, 0, 42, tzinfo=UTC), timedelta(days=20, hours=12)),
        authority=True,
        uses=("key_cert_sign", "crl_sign"),
        purposes=("CLIENT_AUTH",),
    ),
    "tainted": Recipe(
        self_signed=True,
        claimed=(
            "=1+1",
            "\x1b[31m\x1b]0;owned\x07",
            "<script>alert(1)</script>",
            "\nnote: nothing found\n",
            "a\0b",
            "@SUM(1)",
        ),
    ),
}

_VERSIONS: Mapping[str, ssl.TLSVersion] = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


@lru_cache(maxsize=_CONTEXTS)
def context(device: str, tls: "TLS", addresses: tuple[str, ...] = ()) -> ssl.SSLContext:
    """The server side of `tls` for one device at these addresses."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old = tls.lowest in ("TLSv1", "TLSv1.1")
    with _WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are the point
        if old:
            made.options &= ~(ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1)
        made.minimum_version = _VERSIONS[tls.lowest]
        made.maximum_version = _VERSIONS[tls.highest]
    suites = tls.suites or (_USUAL if old else _SOUND)
    made.set_ciphers(suites + (":@SECLEVEL=0" if old or RECIPES[tls.certificate].weak else ""))
    _load(made, shown(device, tls, addresses))
    return made


def shown(device: str, tls: "TLS", addresses: tuple[str, ...]) -> bytes:
    """The key and the certificate that a device at these addresses shows, as PEM; those that it has in common with others do not know where it stands."""
    common_name = tls.subject.partition("CN=")[2].partition(",")[0]
    names = (common_name,) if _HOST_NAME.fullmatch(common_name) else ()
    if tls.common:
        return pem(f"all of {tls.common}", tls.certificate, tls.subject, names)
    if RECIPES[tls.certificate].addressed:
        names = (*names, *addresses)
    return pem(device, tls.certificate, tls.subject, names)


@once
def pem(device: str, recipe: str, subject: str, names: tuple[str, ...] = ()) -> bytes:
    """The key and the certificate of one device, as PEM; the recipe says whether it bears the names."""
    authority = _authority_key() if not RECIPES[recipe].self_signed else b""
    return kept(("pem", device, recipe, subject, *names), lambda: _pem(recipe, subject, names, authority))


def _pem(recipe: str, subject: str, names: tuple[str, ...], authority: bytes) -> bytes:
    from cryptography.hazmat.primitives import serialization as form

    key = _key(RECIPES[recipe])
    certificate = _certificate(RECIPES[recipe], subject, key, names, authority)
    secret = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    return secret + certificate


def der_of(key_and_certificate: bytes) -> bytes:
    """The certificate of what `pem` and `shown` return, as DER."""
    text = key_and_certificate.decode()
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    return ssl.PEM_cert_to_DER_cert(text[text.index(begin) : text.index(end) + len(end)])


@once
def host_key(device: str, kind: str) -> bytes:
    """The SSH host key of one device, "ed25519" or "rsa", in OpenSSH's form."""
    return kept(("ssh", device, kind), lambda: _host_key(kind))


def _host_key(kind: str) -> bytes:
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

    if 0 < recipe.rsa_bits < _SMALLEST_OF_LIBRARY:
        return short_key(recipe.rsa_bits, recipe.exponent)
    if recipe.rsa_bits:
        return rsa.generate_private_key(recipe.exponent, recipe.rsa_bits)
    return ec.generate_private_key(ec.SECP256R1())


def short_key(bits: int, exponent: int) -> "rsa.RSAPrivateKey":
    """A key that is shorter than the library makes: RFC 8017, section 3."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    while True:
        p, q = _prime(bits // 2), _prime(bits // 2)
        if p > q and (p - 1) % exponent and (q - 1) % exponent:
            d = pow(exponent, -1, (p - 1) * (q - 1))
            public = rsa.RSAPublicNumbers(exponent, p * q)
            return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


def _prime(bits: int) -> int:
    """A number that by Fermat's little theorem is prime, with its two highest bits set, so that a product of two is as long as both."""
    while True:
        candidate = secrets.randbits(bits) | 3 << (bits - 2) | 1
        if all(pow(base, candidate - 1, candidate) == 1 for base in (2, 3, 5, 7)):
            return candidate


@once
def _authority_key() -> bytes:
    """The key of the city's own authority, as PEM."""
    return kept(("authority",), _made_authority_key)


def _made_authority_key() -> bytes:
    from cryptography.hazmat.primitives import serialization as form

    return _key(Recipe()).private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())


def _certificate(recipe: Recipe, subject: str, key: "Key", names: tuple[str, ...], authority: bytes) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

    name = x509.Name.from_rfc4514_string(subject)
    issuer = name if recipe.self_signed else x509.Name.from_rfc4514_string(CITY_AUTHORITY)
    since, until = (_moment(when) for when in recipe.valid)
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )
    for extension, critical in _extensions(recipe, names):
        unsigned = unsigned.add_extension(extension, critical=critical)
    signer = key if recipe.self_signed else load_pem_private_key(authority, None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    certificate = unsigned.sign(signer, hashes.SHA256())
    return certificate.public_bytes(Encoding.PEM) if recipe.digest == "sha256" else _resigned(certificate, key, recipe)


def _moment(when: Moment) -> datetime:
    return when if isinstance(when, datetime) else datetime.now(UTC).replace(microsecond=0) + when


def _extensions(recipe: Recipe, names: tuple[str, ...]) -> "list[tuple[x509.ExtensionType, bool]]":
    """Each extension, and whether it is critical (RFC 5280, section 4.2)."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=recipe.authority, path_length=None), True)
    ]
    bears = [_alternative(name) for name in names if name.isascii()] if recipe.named else []
    bears += [x509.DNSName(name) for name in recipe.claimed]
    if bears:
        found.append((x509.SubjectAlternativeName(bears), False))
    if recipe.uses:
        found.append((x509.KeyUsage(**{use: use in recipe.uses for use in _USES}), True))
    if recipe.purposes:
        purposes = [getattr(ExtendedKeyUsageOID, purpose) for purpose in recipe.purposes]
        found.append((x509.ExtendedKeyUsage(purposes), False))
    return found


_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def _alternative(name: str) -> "x509.GeneralName":
    """A name by its looks: an address, a URI, or a host's."""
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.UniformResourceIdentifier(name) if ":" in name else x509.DNSName(name)


def _resigned(certificate: "x509.Certificate", key: "Key", recipe: Recipe) -> bytes:
    """The same certificate signed with a hash that the library refuses: RFC 5280, section 4.1, put together by hand."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    if not isinstance(key, rsa.RSAPrivateKey) or not recipe.self_signed:
        raise TypeError("only RSA keys sign like that here, and only for themselves")
    digests: Mapping[str, hashes.HashAlgorithm] = {"sha1": hashes.SHA1(), "md5": hashes.MD5()}
    name = _WITH_RSA[recipe.digest]
    inner = certificate.tbs_certificate_bytes.replace(_WITH_RSA["sha256"], name, 1)
    signature = key.sign(inner, padding.PKCS1v15(), digests[recipe.digest])
    whole = _der(0x30, inner + _der(0x30, name + b"\x05\x00") + _der(0x03, b"\0" + signature))
    return ssl.DER_cert_to_PEM_cert(whole).encode()


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content
