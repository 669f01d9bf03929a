"""A small, forgiving walk over the DER of a certificate, for the facts that a strict parser withholds when one field is broken.

It checks nothing: it takes the fields of RFC 5280 section 4.1 by their place, and leaves out what it cannot read.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from inventory.model import FactValue
from inventory.text import one_line

SIGNATURE_HASHES = {  # RFC 3279, 4055, 5758; the digest where the OID alone says it
    "1.2.840.113549.1.1.2": "md2",
    "1.2.840.113549.1.1.3": "md4",
    "1.2.840.113549.1.1.4": "md5",
    "1.2.840.113549.1.1.5": "sha1",
    "1.3.14.3.2.29": "sha1",
    "1.2.840.113549.1.1.14": "sha224",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10040.4.3": "sha1",
    "2.16.840.1.101.3.4.3.2": "sha256",
    "1.2.840.10045.4.1": "sha1",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_KEY_TYPES = {
    "1.2.840.113549.1.1.1": "rsa",
    "1.2.840.10040.4.1": "dsa",
    "1.2.840.10045.2.1": "ec",
    "1.3.101.112": "ed25519",
    "1.3.101.113": "ed448",
}
_ATTRIBUTES = {  # RFC 4514 section 3
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
}
_OID, _BMP_STRING, _UTC_TIME, _VERSION = 0x06, 0x1E, 0x17, 0xA0
_VALUES_LIMIT = 256

Value = tuple[int, bytes, bytes]
"""Tag, content, and both with the length between them."""


def values(data: bytes) -> Iterator[Value]:
    """The values that follow one another in `data`; ends where one is longer than what is left."""
    for _ in range(_VALUES_LIMIT):
        if len(data) < 2:
            return
        size, start = data[1], 2
        if size & 0x80:
            width = size & 0x7F
            if not 1 <= width <= 4:
                return
            size, start = int.from_bytes(data[2 : 2 + width], "big"), 2 + width
        if len(data) < start + size:
            return
        yield data[0], data[start : start + size], data[: start + size]
        data = data[start + size :]


def read_fields(der: bytes) -> dict[str, FactValue]:
    """The `tls.` facts that can be had by place; the key's hash is of its bytes exactly as they stand in the certificate."""
    fields = _fields(der)
    if len(fields) < 6:
        return {}
    serial, signature, issuer, validity, subject, key = fields[:6]
    names = {"tls.issuer": _name(issuer[1]), "tls.subject": _name(subject[1])}
    times = dict(zip(("tls.not_before", "tls.not_after"), map(_time, values(validity[1])), strict=False))
    facts: dict[str, FactValue | None] = {
        "tls.serial": format(int.from_bytes(serial[1], "big", signed=True), "x"),
        "tls.signature_hash": SIGNATURE_HASHES.get(_oid(next(values(signature[1]), (0, b"", b"")))),
        **names,
        **times,
        "tls.spki_sha256": hashlib.sha256(key[2]).hexdigest(),
        **_key(key[1]),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _fields(der: bytes) -> list[Value]:
    """The fields of the TBSCertificate from the serial number on."""
    for _, certificate, _ in values(der):
        for _, signed, _ in values(certificate):
            found = list(values(signed))
            return found[1:] if found and found[0][0] == _VERSION else found
    return []


def _oid(value: Value) -> str:
    tag, content, _ = value
    if tag != _OID or not content:
        return ""
    numbers, number = [], 0
    for byte in content[:64]:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    if not numbers:
        return ""
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def _name(content: bytes) -> str:
    """RFC 4514: the last RDN first."""
    parts = []
    for _, rdn, _ in values(content):
        pairs = [list(values(pair)) for _, pair, _ in values(rdn)]
        parts.append("+".join(_attribute(pair) for pair in pairs if len(pair) == 2))
    return one_line(",".join(reversed(parts)))


def _attribute(pair: list[Value]) -> str:
    kind, (tag, content, _) = _oid(pair[0]), pair[1]
    try:
        text = content.decode("utf-16-be" if tag == _BMP_STRING else "utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    escaped = re.sub(r'([,+"\\<>;])', r"\\\1", text)
    return f"{_ATTRIBUTES.get(kind, kind)}={escaped}"


def _time(value: Value) -> str | None:
    """RFC 5280 section 4.1.2.5: a UTCTime's year is in 1950 to 2049."""
    tag, content, _ = value
    text = content.decode("latin-1").removesuffix("Z")
    if tag == _UTC_TIME:
        text = ("20" if text[:2] < "50" else "19") + text
    if not re.fullmatch(r"[0-9]{14}|[0-9]{12}", text):
        return None
    try:
        return datetime.strptime(text.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC).isoformat()
    except ValueError:
        return None


def _key(content: bytes) -> dict[str, FactValue | None]:
    """Type and size of a SubjectPublicKeyInfo; an EC key's size is that of its point."""
    parts = list(values(content))
    if len(parts) < 2:
        return {}
    algorithm = list(values(parts[0][1]))
    kind = _KEY_TYPES.get(_oid(algorithm[0])) if algorithm else None
    bits: int | None = None
    if kind == "rsa":
        bits = _first_integer_bits(parts[1][1][1:])
    elif kind == "dsa" and len(algorithm) > 1:
        bits = _first_integer_bits(algorithm[1][2])
    elif kind == "ec" and parts[1][1][1:2] == b"\x04":
        bits = (len(parts[1][1]) - 2) // 2 * 8
    elif kind in {"ed25519", "ed448"}:
        bits = {"ed25519": 256, "ed448": 456}[kind]
    return {"tls.key_type": kind, "tls.key_bits": bits}


def _first_integer_bits(sequence: bytes) -> int | None:
    for _, content, _ in values(sequence):
        for _, number, _ in values(content):
            return int.from_bytes(number, "big").bit_length()
    return None
