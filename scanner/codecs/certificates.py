"""X.509 certificates as devices really have them: what cryptography reads, field by field, and a small walk over the DER for what it refuses.

One field in six is broken somewhere: years 0000, negative serials, illegal strings, unknown curves. A broken field costs that field, is named in
`tls.certificate_error`, and never the certificate. The hash of the DER is always there.
"""

import hashlib
import warnings
from collections.abc import Callable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs import der as walk

_UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_NAMES_LIMIT = 64


def fingerprint(der: bytes) -> str:
    """The SHA-256 of a certificate or a key, in hexadecimal."""
    return hashlib.sha256(der).hexdigest()


def read_certificate(der: bytes) -> dict[str, FactValue]:
    """Every `tls.` fact that this DER gives; what could not be read, and why, is in `tls.certificate_error`."""
    facts: dict[str, FactValue] = {"tls.sha256": fingerprint(der)}
    walked = walk.read_fields(der)
    if "tls.spki_sha256" in walked:
        facts["tls.spki_sha256"] = walked["tls.spki_sha256"]
    errors: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography deprecates what devices do; it is read while it can be
        try:
            certificate = x509.load_der_x509_certificate(der)
        except _UNREADABLE as error:
            errors.append(str(error))
        else:
            for name, read in _READERS.items():
                try:
                    value = read(certificate)
                except _UNREADABLE as error:
                    errors.append(f"{name.removeprefix('tls.')}: {error}")
                else:
                    facts |= {} if value is None else {name: value}
    if errors:
        facts = walked | facts | {"tls.certificate_error": one_line("; ".join(errors))}
    return facts


def _key_type(certificate: x509.Certificate) -> str | None:
    key = certificate.public_key()
    kinds = (
        (rsa.RSAPublicKey, "rsa"),
        (ec.EllipticCurvePublicKey, "ec"),
        (dsa.DSAPublicKey, "dsa"),
        (ed25519.Ed25519PublicKey, "ed25519"),
        (ed448.Ed448PublicKey, "ed448"),
    )
    return next((name for kind, name in kinds if isinstance(key, kind)), None)


def _key_bits(certificate: x509.Certificate) -> int | None:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey):
        return key.key_size
    return {"ed25519": 256, "ed448": 456}.get(_key_type(certificate) or "")


def _signature_hash(certificate: x509.Certificate) -> str | None:
    known = walk.SIGNATURE_HASHES.get(certificate.signature_algorithm_oid.dotted_string)
    if known is None and certificate.signature_hash_algorithm is not None:
        known = certificate.signature_hash_algorithm.name
    return known


def _self_signed(certificate: x509.Certificate) -> bool:
    """Same names, and its own key verifies it; the names alone where the signature is of a kind that cannot be verified here."""
    if certificate.subject != certificate.issuer:
        return False
    key, digest = certificate.public_key(), certificate.signature_hash_algorithm
    try:
        if isinstance(key, rsa.RSAPublicKey) and isinstance(digest, hashes.SHA1 | hashes.MD5):
            # The certificate's own method refuses these two, which is what most devices have.
            key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), digest)
        else:
            certificate.verify_directly_issued_by(certificate)
    except InvalidSignature:
        return False
    except _UNREADABLE:
        return True
    return True


def _sans(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    values = (_general_name(name) for name in list(names)[:_NAMES_LIMIT])
    return tuple(one_line(value, 253) for value in values)


def _ocsp_responder(certificate: x509.Certificate) -> str | None:
    """The first place of OCSP that it names (RFC 5280, section 4.2.2.1)."""
    try:
        places = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return None
    told = (place for place in places if place.access_method == x509.oid.AuthorityInformationAccessOID.OCSP)
    first = next(told, None)
    return one_line(_general_name(first.access_location), 253) if first else None


def _general_name(name: x509.GeneralName) -> str:
    if isinstance(name, x509.DirectoryName):
        return name.value.rfc4514_string()
    if isinstance(name, x509.OtherName):
        return f"{name.type_id.dotted_string}:{name.value.hex()}"
    return str(name.value)


_READERS: dict[str, Callable[[x509.Certificate], FactValue | None]] = {
    "tls.subject": lambda c: one_line(c.subject.rfc4514_string()),
    "tls.issuer": lambda c: one_line(c.issuer.rfc4514_string()),
    "tls.serial": lambda c: format(c.serial_number, "x"),
    "tls.not_before": lambda c: c.not_valid_before_utc.isoformat(),
    "tls.not_after": lambda c: c.not_valid_after_utc.isoformat(),
    "tls.key_type": _key_type,
    "tls.key_bits": _key_bits,
    "tls.signature_hash": _signature_hash,
    "tls.self_signed": _self_signed,
    "tls.sans": _sans,
    "tls.ocsp_responder": _ocsp_responder,
}
