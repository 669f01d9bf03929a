"""The extensions of a certificate that a judgement rests on, each read by itself: alternative names, constraints and uses (RFC 5280 section 4.2.1).

A strict parser gives all extensions or none; a device has one that is broken beside four that are not.
"""

import ipaddress
from collections.abc import Callable

from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.der import BIT_STRING, BOOLEAN, OCTET_STRING, OID, SEQUENCE, Value, name, oid, values

_EXTENSIONS = 0xA3
_NAMES_LIMIT = 64
_NAME_LIMIT = 253
_USES = (  # RFC 5280 section 4.2.1.3, in the order of their bits
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
_PURPOSES = {  # RFC 5280 section 4.2.1.12 and RFC 7299
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "2.5.29.37.0": "anyExtendedKeyUsage",
}
_OTHER_NAME, _DIRECTORY_NAME, _ADDRESS, _REGISTERED = 0xA0, 0xA4, 0x87, 0x88
_NOTHING: Value = (0, b"", b"")
_OCSP = "1.3.6.1.5.5.7.48.1"
_TEXTS = (0x81, 0x82, 0x86)  # a mail address, a DNS name, a URI


def read_extensions(fields: list[Value]) -> tuple[dict[str, FactValue], tuple[str, ...]]:
    """The `tls.` facts of the fields of a TBSCertificate, and what of them could not be read. Without extensions it is no authority's and has no names."""
    facts: dict[str, FactValue] = {"tls.is_ca": False, "tls.sans": ()}
    errors: list[str] = []
    for kind, content in _found(fields).items():
        fact, read = _READERS[kind]
        try:
            value = read(content)
        except ValueError as error:
            facts.pop(fact, None)
            errors.append(f"{fact.removeprefix('tls.')}: {error}")
        else:
            facts |= {} if value == "" else {fact: value}
    return facts, tuple(errors)


def _found(fields: list[Value]) -> dict[str, bytes]:
    """The content of each extension that is read here, the first of each kind."""
    listed = next((content for tag, content, _ in fields if tag == _EXTENSIONS), b"")
    found: dict[str, bytes] = {}
    for _, extensions, _ in values(listed):
        for _, extension, _ in values(extensions):
            parts = list(values(extension))
            kind = oid(parts[0]) if parts else ""
            if kind in _READERS and parts[-1][0] == OCTET_STRING:
                found.setdefault(kind, parts[-1][1])
    return found


def _sequence(content: bytes) -> list[Value]:
    value = next(values(content), None)
    if value is None or value[0] != SEQUENCE:
        raise ValueError("no sequence")
    return list(values(value[1]))


def _is_ca(content: bytes) -> bool:
    return any(tag == BOOLEAN and value != b"\0" for tag, value, _ in _sequence(content)[:1])


def _key_usage(content: bytes) -> tuple[str, ...]:
    tag, bits, _ = next(values(content), _NOTHING)
    if tag != BIT_STRING or len(bits) < 1:
        raise ValueError("no bit string")
    number = int.from_bytes(bits[1:3].ljust(2, b"\0"), "big")
    return tuple(use for place, use in enumerate(_USES) if number >> 15 - place & 1)


def _purposes(content: bytes) -> tuple[str, ...]:
    numbers = (oid(value) for value in _sequence(content)[:_NAMES_LIMIT])
    return tuple(_PURPOSES.get(number, number) for number in numbers if number)


def _names(content: bytes) -> tuple[str, ...]:
    return tuple(
        one_line(_general_name(tag, value), _NAME_LIMIT) for tag, value, _ in _sequence(content)[:_NAMES_LIMIT]
    )


def _responder(content: bytes) -> str:
    """The first place of OCSP among where its issuer's services are (RFC 5280 section 4.2.2.1)."""
    for _, description, _ in _sequence(content)[:_NAMES_LIMIT]:
        method, place = (*list(values(description))[:2], _NOTHING, _NOTHING)[:2]
        if oid(method) == _OCSP:
            return one_line(_general_name(place[0], place[1]), _NAME_LIMIT)
    return ""


def _general_name(tag: int, content: bytes) -> str | bytes:
    if tag == _ADDRESS and len(content) in (4, 16):
        return str(ipaddress.ip_address(content))
    if tag == _DIRECTORY_NAME:
        return name(next(values(content), _NOTHING)[1])
    if tag == _OTHER_NAME:
        kind, value = (*list(values(content))[:2], _NOTHING, _NOTHING)[:2]
        return f"{oid(kind)}:{value[1].hex()}"
    if tag == _REGISTERED:
        return oid((OID, content, b""))
    return content if tag in _TEXTS else f"{tag:#04x}:{content.hex()}"


_READERS: dict[str, tuple[str, Callable[[bytes], FactValue]]] = {
    "2.5.29.15": ("tls.key_usage", _key_usage),
    "2.5.29.17": ("tls.sans", _names),
    "2.5.29.19": ("tls.is_ca", _is_ca),
    "1.3.6.1.5.5.7.1.1": ("tls.ocsp_responder", _responder),
    "2.5.29.37": ("tls.extended_key_usage", _purposes),
}
