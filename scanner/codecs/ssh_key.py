"""An SSH host key as a certificate would hold it, so that the two can be compared: RFC 4253 section 6.6 in, RFC 5280 section 4.1.2.7 out.

Only ssh-rsa and ssh-dss: those are the keys that are known from firmware. Numbers of more than 16,384 bits are left alone.
"""

from inventory.errors import ProtocolError
from scanner.codecs.ssh_wire import take_string

_INTEGER, _BIT_STRING, _SEQUENCE = 0x02, 0x03, 0x30
_RSA = bytes.fromhex("06092a864886f70d010101 0500")  # rsaEncryption and NULL, RFC 3279 section 2.3.1
_DSA = bytes.fromhex("06072a8648ce380401")  # id-dsa, RFC 3279 section 2.3.2
_LONGEST_NUMBER = 2049
_SHORT = 0x80


def read(blob: bytes) -> tuple[bytes, int]:
    """The SubjectPublicKeyInfo of a key's blob and its RSA modulus; empty and 0 where the key has none. ProtocolError where it is broken."""
    kind, rest = take_string(blob)
    if kind == b"ssh-rsa":
        exponent, modulus = _numbers(rest, 2)
        key = _der(_SEQUENCE, _number(modulus), _number(exponent))
        return _info(_RSA, key), modulus
    if kind == b"ssh-dss":
        p, q, g, y = _numbers(rest, 4)
        return _info(_DSA + _der(_SEQUENCE, *map(_number, (p, q, g))), _number(y)), 0
    return b"", 0


def _numbers(rest: bytes, count: int) -> list[int]:
    found = []
    for _ in range(count):
        raw, rest = take_string(rest)
        if len(raw) > _LONGEST_NUMBER:
            raise ProtocolError("a number of the SSH host key is too large")
        found.append(int.from_bytes(raw, "big", signed=True))
    if min(found) <= 0:
        raise ProtocolError("a number of the SSH host key is not positive")
    return found


def _info(algorithm: bytes, key: bytes) -> bytes:
    return _der(_SEQUENCE, _der(_SEQUENCE, algorithm), _der(_BIT_STRING, b"\0", key))


def _number(value: int) -> bytes:
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < _SHORT:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _SHORT | len(length))) + length + content
