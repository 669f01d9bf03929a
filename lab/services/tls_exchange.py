"""How keys are agreed on, by suite, and the ServerKeyExchange that says so: RFC 2246, section 7.4.3, RFC 5246, section 7.4.3, and RFC 8422, section 5.4."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from lab.services.tls_messages import TLS12, vector

if TYPE_CHECKING:
    from lab.certificates import Key


class Exchange(StrEnum):
    """How a suite agrees on keys."""

    RSA = "rsa"
    RSA_EXPORT = "rsa-export"
    DHE = "dhe"
    DHE_EXPORT = "dhe-export"
    ECDHE = "ecdhe"
    DH_ANON = "dh-anon"
    DH_ANON_EXPORT = "dh-anon-export"
    ECDH_ANON = "ecdh-anon"

    @property
    def anonymous(self) -> bool:
        """Whether no certificate is shown."""
        return self in (Exchange.DH_ANON, Exchange.DH_ANON_EXPORT, Exchange.ECDH_ANON)

    @property
    def elliptic(self) -> bool:
        """Whether it is done on a curve."""
        return self in (Exchange.ECDHE, Exchange.ECDH_ANON)


_SUITES = {
    # RFC 2246 appendix A.5, RFC 3268, RFC 5246 appendix A.5, RFC 5288
    Exchange.RSA: "0001 0002 0004 0005 0007 0009 000a 002f 0035 003b 003c 003d 009c 009d",
    Exchange.RSA_EXPORT: "0003 0006 0008",
    Exchange.DHE: "0015 0016 0033 0039 0067 006b 009e 009f",
    Exchange.DHE_EXPORT: "0014",
    Exchange.DH_ANON: "0018 001a 001b 0034 003a 006c 006d 00a6 00a7",
    Exchange.DH_ANON_EXPORT: "0017 0019",
    # RFC 8422 section 6, RFC 5289
    Exchange.ECDHE: "c006 c007 c008 c009 c00a c010 c011 c012 c013 c014 c023 c024 c027 c028 c02b c02c c02f c030",
    Exchange.ECDH_ANON: "c015 c016 c017 c018 c019",
}
EXCHANGES = {code: exchange for exchange, codes in _SUITES.items() for code in codes.split()}
"""How each suite that a fake may have agrees on keys."""
_ECDSA = ("c006", "c007", "c008", "c009", "c00a", "c023", "c024", "c02b", "c02c")
CURVES = {"secp192r1": 19, "secp224r1": 21, "secp256r1": 23, "secp384r1": 24}
"""The curves that a fake may have, by their numbers (RFC 8422, section 5.1.1)."""
PRIMES = {
    # the one that Apache's mod_ssl had for EXPORT, which most servers with such suites shared in 2015 (weakdh.org)
    "mod_ssl-512": "9fdb8b8a004544f0045f1737d0ba2e0b274cdf1a9f588218fb435316a16e3741"
    "71fd19d8d8f37c39bf863fd60e3e300680a3030c6e4c3757d08f70e6aa871033",
    # the second group of Oakley, RFC 2409, section 6.2
    "oakley-2": "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff",
}
"""The Diffie-Hellman primes that a fake may have; the generator is 2."""
_EXPORT_PRIME = "mod_ssl-512"
_EXPORT_BITS = 512
_NAMED_CURVE = 3
_SHA256, _RSA, _ECDSA_SIGNS = 4, 1, 3


def signs_with(suite: str) -> str:
    """The kind of key that a suite's certificate must have."""
    return "ec" if suite in _ECDSA else "rsa"


@dataclass(frozen=True, slots=True)
class Keys:
    """What a server agrees on keys with: the key of its certificate, the name of its prime and of its curve."""

    key: "Key"
    prime: str
    curve: str

    def exchange(self, suite: str, version: int, randoms: bytes) -> bytes:
        """The body of the ServerKeyExchange; b"" where the suite needs none. `randoms` are the client's and the server's, one behind the other."""
        exchange = EXCHANGES[suite]
        offered = self._offered(exchange)
        if not offered or exchange.anonymous:
            return offered
        return offered + _signature(self.key, version, randoms + offered)

    def _offered(self, exchange: Exchange) -> bytes:
        if exchange is Exchange.RSA:
            return b""
        if exchange is Exchange.RSA_EXPORT:
            return _short_rsa() if self.key.key_size > _EXPORT_BITS else b""
        if exchange.elliptic:
            return bytes((_NAMED_CURVE,)) + CURVES[self.curve].to_bytes(2, "big") + vector(1, _point(self.curve))
        prime = _EXPORT_PRIME if "export" in exchange else self.prime
        return _finite(prime)


@cache
def _finite(prime: str) -> bytes:
    """The prime, the generator, and the server's number. It is the same for all connections, as old servers have it."""
    p = bytes.fromhex(PRIMES[prime])
    number = int.from_bytes(p, "big")
    public = pow(2, secrets.randbits(160) | 1, number)
    return vector(2, p) + vector(2, b"\x02") + vector(2, public.to_bytes(len(p), "big"))


@cache
def _point(curve: str) -> bytes:
    """The server's point, the same for all connections."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    kinds: Mapping[str, Callable[[], ec.EllipticCurve]] = {
        "secp192r1": ec.SECP192R1,
        "secp224r1": ec.SECP224R1,
        "secp256r1": ec.SECP256R1,
        "secp384r1": ec.SECP384R1,
    }
    public = ec.generate_private_key(kinds[curve]()).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@cache
def _short_rsa() -> bytes:
    """A key of 512 bits for the suites that may not use a longer one (RFC 2246, section 7.4.3)."""
    from lab.certificates import short_key

    public = short_key(_EXPORT_BITS, 65537).public_key().public_numbers()
    return vector(2, public.n.to_bytes(_EXPORT_BITS // 8, "big")) + vector(2, public.e.to_bytes(3, "big"))


def _signature(key: "Key", version: int, signed: bytes) -> bytes:
    """By TLS 1.2 with SHA-256, named before it (RFC 5246, section 4.7); before that with MD5 and SHA-1 together (RFC 2246, section 7.4.3)."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding

    digest = hashes.SHA256() if version == TLS12 else hashes.SHA1()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        kind, signature = _ECDSA_SIGNS, key.sign(signed, ec.ECDSA(digest))
    elif version == TLS12:
        kind, signature = _RSA, key.sign(signed, padding.PKCS1v15(), digest)
    else:
        kind, signature = _RSA, _both_hashes(key, signed)
    return (bytes((_SHA256, kind)) if version == TLS12 else b"") + vector(2, signature)


def _both_hashes(key: "Key", signed: bytes) -> bytes:
    """PKCS #1, block type 1, over both hashes and without their names, which the library does not do."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    assert isinstance(key, rsa.RSAPrivateKey)
    numbers, size = key.private_numbers(), key.key_size // 8
    digest = hashlib.md5(signed, usedforsecurity=False).digest() + hashlib.sha1(signed, usedforsecurity=False).digest()
    block = b"\x00\x01" + b"\xff" * (size - 3 - len(digest)) + b"\x00" + digest
    return pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n).to_bytes(size, "big")
