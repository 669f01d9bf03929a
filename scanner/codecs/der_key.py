"""What a SubjectPublicKeyInfo says of its key, read by place: the kind, the size, the curve, an RSA key's modulus and exponent.

RFC 3279 (RSA, DSA), RFC 5480 (elliptic curves), RFC 8410 (Ed25519, Ed448). It does no arithmetic beyond reading numbers, so a modulus of half a million bits
costs no time; what is larger than any device's key is told by its size alone.
"""

import re

from inventory.model import FactValue
from scanner.codecs.der import INTEGER, OID, Value, oid, values

LARGEST_MODULUS = 16384
"""Bits; OpenSSL takes no larger one (OPENSSL_RSA_MAX_MODULUS_BITS), and nobody has one."""
_LARGEST_EXPONENT = 1024
_KINDS = {
    "1.2.840.113549.1.1.1": "rsa",
    "1.2.840.113549.1.1.10": "rsa",
    "1.2.840.10040.4.1": "dsa",
    "1.2.840.10045.2.1": "ec",
    "1.3.101.112": "ed25519",
    "1.3.101.113": "ed448",
}
_EDWARDS = {"ed25519": 256, "ed448": 456}
_SEC = {  # SEC 2 version 1.0 and 2.0, annex A: 1.3.132.0.n
    1: "sect163k1",
    2: "sect163r1",
    3: "sect239k1",
    4: "sect113r1",
    5: "sect113r2",
    6: "secp112r1",
    7: "secp112r2",
    8: "secp160r1",
    9: "secp160k1",
    10: "secp256k1",
    15: "sect163r2",
    16: "sect283k1",
    17: "sect283r1",
    22: "sect131r1",
    23: "sect131r2",
    24: "sect193r1",
    25: "sect193r2",
    26: "sect233k1",
    27: "sect233r1",
    28: "secp128r1",
    29: "secp128r2",
    30: "secp160r2",
    31: "secp192k1",
    32: "secp224k1",
    33: "secp224r1",
    34: "secp384r1",
    35: "secp521r1",
    36: "sect409k1",
    37: "sect409r1",
    38: "sect571k1",
    39: "sect571r1",
}
_BRAINPOOL = ("160", "192", "224", "256", "320", "384", "512")  # RFC 5639 section 4.1: r1 is odd, t1 even
CURVES = {
    "1.2.840.10045.3.1.1": "secp192r1",
    "1.2.840.10045.3.1.2": "prime192v2",
    "1.2.840.10045.3.1.3": "prime192v3",
    "1.2.840.10045.3.1.4": "prime239v1",
    "1.2.840.10045.3.1.5": "prime239v2",
    "1.2.840.10045.3.1.6": "prime239v3",
    "1.2.840.10045.3.1.7": "secp256r1",
    "1.2.156.10197.1.301": "sm2",
    **{f"1.3.132.0.{number}": curve for number, curve in _SEC.items()},
    **{f"1.3.36.3.3.2.8.1.1.{2 * at + 1}": f"brainpoolP{bits}r1" for at, bits in enumerate(_BRAINPOOL)},
    **{f"1.3.36.3.3.2.8.1.1.{2 * at + 2}": f"brainpoolP{bits}t1" for at, bits in enumerate(_BRAINPOOL)},
}
EXPLICIT = "explicit"
"""The name of a curve whose parameters are written out in place of a name, which RFC 5480 section 2.1.1 forbids."""


def read_key(content: bytes) -> dict[str, FactValue]:
    """The `tls.` facts of the content of a SubjectPublicKeyInfo."""
    parts = list(values(content))
    if len(parts) < 2:
        return {}
    algorithm, bits = (
        list(values(parts[0][1])),
        parts[1][1][1:],
    )  # the first octet of a BIT STRING counts its unused bits
    kind = _KINDS.get(oid(algorithm[0])) if algorithm else None
    parameters = algorithm[1] if len(algorithm) > 1 else (0, b"", b"")
    if kind is None:
        return {}
    read: dict[str, FactValue | None] = {"tls.key_type": kind}
    if kind == "rsa":
        read |= _rsa(bits)
    elif kind == "dsa":
        read["tls.key_bits"] = _bits(_integers(parameters[1])[:1])
    elif kind == "ec":
        read |= _curve(parameters, bits)
    else:
        read["tls.key_bits"] = _EDWARDS[kind]
    return {fact: value for fact, value in read.items() if value is not None}


def exponent_text(exponent: int) -> str:
    """An RSA exponent in decimal; one that no device has by its size."""
    size = exponent.bit_length()
    return str(exponent) if size <= _LARGEST_EXPONENT else f"a number of {size} bits"


def _rsa(key: bytes) -> dict[str, FactValue | None]:
    numbers = next((_integers(content) for _, content, _ in values(key)), [])
    read: dict[str, FactValue | None] = {"tls.key_bits": _bits(numbers[:1])}
    if numbers and numbers[0] >= 0 and numbers[0].bit_length() <= LARGEST_MODULUS:
        read["tls.modulus"] = format(numbers[0], "x")
    if len(numbers) > 1:
        read["tls.exponent"] = exponent_text(numbers[1])
    return read


def _curve(parameters: Value, point: bytes) -> dict[str, FactValue | None]:
    """A named curve's size is in its name; an unknown one's is that of its points."""
    if parameters[0] != OID:
        return {"tls.curve": EXPLICIT, "tls.key_bits": _field(parameters[1]) or _point(point)}
    number = oid(parameters)
    curve = CURVES.get(number)
    named = 256 if curve == "sm2" else int(m[0]) if curve and (m := re.search("[0-9]{3}", curve)) else None
    return {"tls.curve": curve or number, "tls.key_bits": named or _point(point)}


def _field(parameters: bytes) -> int | None:
    """The size of the field of explicit parameters: the prime p, or the m of 2^m (ANSI X9.62; RFC 3279 section 2.3.5)."""
    fields = list(values(parameters))
    field = list(values(fields[1][1])) if len(fields) > 1 else []
    if len(field) < 2:
        return None
    if field[1][0] == INTEGER:
        return int.from_bytes(field[1][1], "big").bit_length()
    degree = _integers(field[1][1])[:1]
    return degree[0] if degree and 0 < degree[0] <= LARGEST_MODULUS else None


def _point(point: bytes) -> int | None:
    """The size that a point gives away, a multiple of eight: whole, or compressed to one coordinate and a sign (SEC 1, section 2.3.3)."""
    if point[:1] == b"\x04":
        return (len(point) - 1) // 2 * 8
    return (len(point) - 1) * 8 if point[:1] in (b"\x02", b"\x03") else None


def _integers(content: bytes) -> list[int]:
    """The integers that stand there first. Devices write a modulus without the zero that tells it from a negative number, so none is taken as one."""
    return [int.from_bytes(number, "big") for tag, number, _ in values(content) if tag == INTEGER]


def _bits(numbers: list[int]) -> int | None:
    return numbers[0].bit_length() if numbers else None
