"""A client's RSA key exchange up to TLS 1.2 (RFC 5246, section 7.4.7.1) with a padding of PKCS #1 v1.5 (RFC 8017, section 7.2.1) that may be wrong.

Whoever sends these knows the secret in each of them, for it is made up on the spot: nothing of anybody's is decrypted.

    EM = 0x00 || 0x02 || PS (no zero in it) || 0x00 || client_version || 46 random bytes
"""

from enum import StrEnum

from scanner.codecs.tls_codec import CERTIFICATE, CHANGE_CIPHER_SPEC, HANDSHAKE, Version, vector

CLIENT_KEY_EXCHANGE = 16
BEGINNING = bytes((CLIENT_KEY_EXCHANGE,))
"""The first byte of a ClientKeyExchange."""
TOO_EARLY = b"\x14\x00\x00\x00"
"""A Finished with nothing in it, which is not to be sent in the clear."""
SECRET = 46
_MASTER = 2 + SECRET
_FIXED = 3 + _MASTER
SMALLEST, LARGEST = 8 * (_FIXED + 8), 8192
"""Sizes of a modulus, in bits: room for the message and the eight bytes of padding that RFC 8017 demands, and no more than any certificate has."""
JUNK = 64
"""Bytes of the message that stands in the place of Finished: whole blocks of every cipher, and none of them right."""
KEY_EXCHANGE_PATTERN = (
    rb"(?:\x16\x03[\x01-\x03]\x00\x07\x0b\x00\x00\x03\x00\x00\x00)?\x16\x03[\x01-\x03].{2}\x10\x00.{2}.{2}.{59,1024}"
)
FINISHING_PATTERN = rb"\x14\x03[\x01-\x03]\x00\x01\x01\x16\x03[\x01-\x03]\x00\x40.{64}"


class Padding(StrEnum):
    """How what is encrypted begins, and where its zero stands (Böck, Somorovsky, Young: ROBOT, 2017, section 3.2)."""

    GOOD = "as it should be"
    START = "another start"
    ZERO = "a zero in the wrong place"
    NO_ZERO = "no zero"
    VERSION = "another version"


def padded(padding: Padding, size: int, version: Version, random: bytes) -> bytes:
    """`size` bytes to encrypt, with a secret of 46 bytes and a padding made of `random`, of which there are `size` bytes."""
    filling = bytes(byte or 1 for byte in random)
    secret, fill = filling[:SECRET], filling[SECRET : SECRET + size - _FIXED]
    code = version.code.to_bytes(2, "big")
    match padding:
        case Padding.START:
            return b"\x41\x17" + fill + b"\x00" + code + secret
        case Padding.ZERO:
            return b"\x00\x02" + fill + b"\x11" + secret + b"\x00\x11"
        case Padding.NO_ZERO:
            return b"\x00\x02" + fill + b"\x11\x11\x11" + secret
        case Padding.VERSION:
            return b"\x00\x02" + fill + b"\x00\x02\x02" + secret
        case Padding.GOOD:
            return b"\x00\x02" + fill + b"\x00" + code + secret


def encrypted(message: bytes, modulus: int, exponent: int) -> bytes:
    """RSAEP of RFC 8017, section 5.1.1, as long as the modulus."""
    size = (modulus.bit_length() + 7) // 8
    return pow(int.from_bytes(message, "big"), exponent, modulus).to_bytes(size, "big")


def key_exchange(version: Version, secret: bytes, *, certificate: bool) -> bytes:
    """The record of a ClientKeyExchange; before it, where the server asks for a `certificate`, the one that says there is none."""
    exchange = _handshake(version, CLIENT_KEY_EXCHANGE, vector(2, secret))
    return _handshake(version, CERTIFICATE, vector(3, b"")) + exchange if certificate else exchange


def finishing(version: Version, junk: bytes) -> bytes:
    """A ChangeCipherSpec, and what cannot be decrypted to a Finished, whatever the keys are."""
    return change_cipher_spec(version) + fragment(version, junk)


def change_cipher_spec(version: Version) -> bytes:
    """The record that says that what comes now is encrypted (RFC 5246, section 7.1)."""
    return bytes((CHANGE_CIPHER_SPEC,)) + version.code.to_bytes(2, "big") + vector(2, b"\x01")


def fragment(version: Version, data: bytes) -> bytes:
    """A record with a piece of a handshake message."""
    return bytes((HANDSHAKE,)) + version.code.to_bytes(2, "big") + vector(2, data)


def _handshake(version: Version, kind: int, body: bytes) -> bytes:
    return fragment(version, bytes((kind,)) + vector(3, body))
