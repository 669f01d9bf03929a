"""The facts of a certificate by the place of its fields (RFC 5280 section 4.1), for what a strict parser refuses: nothing is checked but where it stands."""

import hashlib

from inventory.model import FactValue
from scanner.codecs.der import Value, name, oid, opened, time, values
from scanner.codecs.der_extensions import read_extensions
from scanner.codecs.der_key import read_key

_VERSION = 0xA0
_SERIAL_LIMIT = 256
_PSS = "1.2.840.113549.1.1.10"
_SHA1 = "sha1"
SIGNATURE_HASHES = {  # RFC 3279, 4055, 5758, 8998 and the OIW's own numbers; the digest where the OID alone says it
    "1.2.840.113549.1.1.2": "md2",
    "1.2.840.113549.1.1.3": "md4",
    "1.2.840.113549.1.1.4": "md5",
    "1.3.14.3.2.3": "md5",
    "1.2.840.113549.1.1.5": _SHA1,
    "1.3.14.3.2.13": _SHA1,
    "1.3.14.3.2.27": _SHA1,
    "1.3.14.3.2.29": _SHA1,
    "1.2.840.113549.1.1.14": "sha224",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10040.4.3": _SHA1,
    "2.16.840.1.101.3.4.3.1": "sha224",
    "2.16.840.1.101.3.4.3.2": "sha256",
    "1.2.840.10045.4.1": _SHA1,
    "1.2.840.10045.4.3.1": "sha224",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
    "1.2.156.10197.1.501": "sm3",
}
_DIGESTS = {  # RFC 4055 section 2.1
    "1.3.14.3.2.26": _SHA1,
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


def read_fields(der: bytes) -> tuple[dict[str, FactValue], tuple[str, ...]]:
    """The `tls.` facts that can be had by place, and what of the extensions could not; the key's hash is of its bytes exactly as they stand there."""
    fields = _fields(der)
    if len(fields) < 6:
        return {}, ()
    serial, signature, issuer, validity, subject, key = fields[:6]
    times = dict(zip(("tls.not_before", "tls.not_after"), map(time, values(validity[1])), strict=False))
    facts: dict[str, FactValue | None] = {
        "tls.serial": serial_text(int.from_bytes(serial[1], "big", signed=True)),
        "tls.signature_hash": _signature_hash(list(values(signature[1]))),
        "tls.issuer": name(issuer[1]),
        "tls.subject": name(subject[1]),
        **times,
        "tls.self_signed": issuer[1] == subject[1],
        "tls.spki_sha256": hashlib.sha256(key[2]).hexdigest(),
    }
    extensions, errors = read_extensions(fields[6:])
    return {fact: value for fact, value in facts.items() if value is not None} | read_key(key[1]) | extensions, errors


def serial_text(serial: int) -> str:
    """A serial number in hexadecimal, cut where it is longer than any that RFC 5280 section 4.1.2.2 allows many times over."""
    return format(serial, "x")[:_SERIAL_LIMIT]


def _fields(der: bytes) -> list[Value]:
    """The fields of the TBSCertificate from the serial number on, as far as they are there: a device may cut the end off."""
    found = list(values(opened(opened(der))))
    return found[1:] if found and found[0][0] == _VERSION else found


def _signature_hash(algorithm: list[Value]) -> str | None:
    """What the algorithm's number says; for RSASSA-PSS the first parameter, which is SHA-1 where it is left out (RFC 4055 section 3.1)."""
    number = oid(algorithm[0]) if algorithm else ""
    if number != _PSS:
        return SIGNATURE_HASHES.get(number)
    parameters = list(values(algorithm[1][1])) if len(algorithm) > 1 else []
    if not parameters or parameters[0][0] != 0xA0:
        return _SHA1
    digest = next((list(values(content)) for _, content, _ in values(parameters[0][1])), [])
    return _DIGESTS.get(oid(digest[0])) if digest else None
