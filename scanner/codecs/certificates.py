"""X.509 certificates as devices really have them: what cryptography reads, field by field, and a walk over the DER for what it refuses.

One field in six is broken somewhere: years 0000, negative serials, illegal strings, unknown curves, an exponent of 1. A broken field costs that field, is
named in `tls.certificate_error`, and never the certificate. The hashes of the DER are always there.

Names, dates and the signature are cryptography's to read, and the walk's where it will not. The extensions and the key's own numbers are always the walk's: of
the extensions cryptography gives all or none, and of a key none with a strange exponent. No arithmetic is done with a modulus that nobody has.
"""

import hashlib
import warnings
from collections.abc import Callable, Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa

from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.der_certificate import SIGNATURE_HASHES, read_fields, serial_text
from scanner.codecs.der_key import LARGEST_MODULUS

_UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_CHAIN_LIMIT, _SIZE_LIMIT = 16, 65536


def fingerprint(der: bytes) -> str:
    """The SHA-256 of a certificate or a key, in hexadecimal."""
    return hashlib.sha256(der).hexdigest()


def read_certificate(der: bytes) -> dict[str, FactValue]:
    """Every `tls.` fact that this DER gives; what could not be read, and why, is in `tls.certificate_error`."""
    walked, lost = read_fields(der)
    facts: dict[str, FactValue] = {
        "tls.sha256": fingerprint(der),
        "tls.sha1": hashlib.sha1(der, usedforsecurity=False).hexdigest(),
    }
    read, errors = _read_strictly(der, verifiable=_is_verifiable(walked))
    errors += [error for error in lost if error not in errors]
    facts = walked | read | facts
    if errors:
        facts["tls.certificate_error"] = one_line("; ".join(errors))
    return facts


def _read_strictly(der: bytes, *, verifiable: bool) -> tuple[dict[str, FactValue], list[str]]:
    """What cryptography reads, and what it says of the rest; its key is opened, and its signature verified, where that costs nothing."""
    facts: dict[str, FactValue] = {}
    errors = [] if verifiable else [f"public_key: a number of more than {LARGEST_MODULUS} bits"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography deprecates what devices do; it is read while it can be
        try:
            certificate = x509.load_der_x509_certificate(der)
        except _UNREADABLE as error:
            return {}, [str(error)]
        for name, read in _READERS.items():
            if name in _WITH_THE_KEY and not verifiable:
                continue
            try:
                value = read(certificate)
            except _UNREADABLE as error:
                errors.append(f"{name.removeprefix('tls.')}: {error}")
            else:
                facts |= {} if value is None else {name: value}
    return facts, errors


def _opened(certificate: x509.Certificate) -> None:
    """Learn nothing but whether the key can be opened: what it says is read by the walk."""
    certificate.public_key()


def _is_verifiable(walked: dict[str, FactValue]) -> bool:
    bits = walked.get("tls.key_bits")
    return not isinstance(bits, int) or bits <= LARGEST_MODULUS


def _signature_hash(certificate: x509.Certificate) -> str | None:
    known = SIGNATURE_HASHES.get(certificate.signature_algorithm_oid.dotted_string)
    if known is None and certificate.signature_hash_algorithm is not None:
        known = certificate.signature_hash_algorithm.name
    return known


def _self_signed(certificate: x509.Certificate) -> bool:
    """Same names, and its own key verifies it; the names alone where the signature is of a kind that cannot be verified here."""
    if certificate.subject != certificate.issuer:
        return False
    try:
        _verify(certificate)
    except InvalidSignature:
        return False
    except _UNREADABLE:
        return True
    return True


def _verify(certificate: x509.Certificate) -> None:
    """Verify a certificate by its own key. The certificate's own method refuses SHA-1 and MD5, which is what most devices have."""
    key, digest = certificate.public_key(), certificate.signature_hash_algorithm
    if not isinstance(digest, hashes.SHA1 | hashes.MD5):
        certificate.verify_directly_issued_by(certificate)
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(digest))
    elif isinstance(key, dsa.DSAPublicKey):
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, digest)


_READERS: dict[str, Callable[[x509.Certificate], FactValue | None]] = {
    "tls.subject": lambda c: one_line(c.subject.rfc4514_string()),
    "tls.issuer": lambda c: one_line(c.issuer.rfc4514_string()),
    "tls.serial": lambda c: serial_text(c.serial_number),
    "tls.not_before": lambda c: c.not_valid_before_utc.isoformat(),
    "tls.not_after": lambda c: c.not_valid_after_utc.isoformat(),
    "tls.signature_hash": _signature_hash,
    "tls.public_key": _opened,
    "tls.self_signed": _self_signed,
}
_WITH_THE_KEY = ("tls.public_key", "tls.self_signed")


def read_chain(ders: Sequence[bytes]) -> dict[str, FactValue]:
    """The facts of a chain, one entry for each certificate as sent: of 16 at most, and of one larger than 64 KB its hash alone. What cannot be read is ""."""
    shown = ders[:_CHAIN_LIMIT]
    read = [read_certificate(der) if len(der) <= _SIZE_LIMIT else {} for der in shown]
    columns = {"subjects": "tls.subject", "not_after": "tls.not_after", "hashes": "tls.signature_hash"}
    facts: dict[str, FactValue] = {"tls.chain": tuple(fingerprint(der) for der in shown)}
    return facts | {
        f"tls.chain_{column}": tuple(str(each.get(name, "")) for each in read) for column, name in columns.items()
    }
