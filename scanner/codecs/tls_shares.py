"""Agreeing on a secret with a TLS server: by an elliptic curve (RFC 8446, section 4.2.8; RFC 8422), or sealed with its RSA key (RFC 5246, section 7.4.7.1).

Pure: what must be random comes from the caller, so that a recorded handshake can be replayed. The secrets guard nothing: inside is never more than the end of
the handshake.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from inventory.errors import ProtocolError
from scanner.codecs.tls_session import RSA_SIZES

Draw: TypeAlias = Callable[[int], bytes]
"""That many random bytes: `os.urandom`, or known ones in a replay."""

X25519 = 0x001D
GROUPS = {X25519: "x25519", 0x0017: "secp256r1", 0x0018: "secp384r1", 0x0019: "secp521r1"}
"""The groups that a key can be agreed in here, by the code points and names of IANA's "TLS Supported Groups"."""
_CURVES: dict[int, ec.EllipticCurve] = {0x0017: ec.SECP256R1(), 0x0018: ec.SECP384R1(), 0x0019: ec.SECP521R1()}
_SCALAR_SIZE = 24  # bytes: less than the order of each curve, and more than this needs
_UNREADABLE = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion)


@dataclass(frozen=True, slots=True)
class Share:
    """One side's key of a group: its public half as it is sent, and the private one."""

    group: int
    public: bytes
    _private: X25519PrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def drawn(cls, group: int, draw: Draw) -> "Share":
        """A new key of one of GROUPS."""
        if group == X25519:
            mine = X25519PrivateKey.from_private_bytes(draw(32))
            return cls(group, mine.public_key().public_bytes_raw(), mine)
        scalar = int.from_bytes(draw(_SCALAR_SIZE), "big") + 1
        private = ec.derive_private_key(scalar, _CURVES[group])
        public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return cls(group, public, private)

    def agree(self, public: bytes) -> bytes:
        """The secret shared with whoever sent that public half; `ProtocolError` where it is no point of the group."""
        try:
            if isinstance(self._private, X25519PrivateKey):
                return self._private.exchange(X25519PublicKey.from_public_bytes(public))
            other = ec.EllipticCurvePublicKey.from_encoded_point(self._private.curve, public)
            return self._private.exchange(ec.ECDH(), other)
        except ValueError as error:
            raise ProtocolError("a key share that is no point of its group") from error


def seal_for(der: bytes, secret: bytes, draw: Draw) -> bytes:
    """`secret` as only the RSA key of that certificate opens it (RFC 8017, section 7.2.1); `ProtocolError` where it holds no such key."""
    modulus, exponent = _rsa_numbers(der)
    size = (modulus.bit_length() + 7) // 8
    if size not in RSA_SIZES or size < len(secret) + 11:
        raise ProtocolError(f"an RSA key of {modulus.bit_length()} bits")
    padding = bytes(byte or 1 for byte in draw(size - 3 - len(secret)))
    padded = int.from_bytes(b"\x00\x02" + padding + b"\x00" + secret, "big")
    return pow(padded, exponent, modulus).to_bytes(size, "big")


def _rsa_numbers(der: bytes) -> tuple[int, int]:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # what is deprecated about a device's certificate is a finding, and no matter here
        try:
            key = x509.load_der_x509_certificate(der).public_key()
        except _UNREADABLE as error:
            raise ProtocolError("an RSA key exchange with a certificate that cannot be read") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise ProtocolError("an RSA key exchange with a certificate that holds another key")
    numbers = key.public_numbers()
    if numbers.e.bit_length() > 64:
        raise ProtocolError("an RSA exponent of more than 64 bits")  # its power alone would take seconds
    return numbers.n, numbers.e
