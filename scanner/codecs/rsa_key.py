"""The RSA key of a certificate, as two numbers: the modulus and the public exponent."""

import warnings

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa

_UNREADABLE = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion)


def rsa_key(der: bytes) -> tuple[int, int] | None:
    """Modulus and exponent; None where the key is of another kind or cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography deprecates what devices do; it is read while it can be
        try:
            key = x509.load_der_x509_certificate(der).public_key()
        except _UNREADABLE:
            return None
    if not isinstance(key, rsa.RSAPublicKey):
        return None
    numbers = key.public_numbers()
    return numbers.n, numbers.e
