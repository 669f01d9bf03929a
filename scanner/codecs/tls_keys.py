"""The key schedule and the record protection of TLS 1.3 (RFC 8446, sections 4.4.4, 5.2, 5.3, 7.1 and 7.3), for a handshake without pre-shared keys. Pure."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

from inventory.errors import ProtocolError
from scanner.codecs.tls_codec import APPLICATION_DATA, vector

_IV_SIZE = 12


class Aead(Protocol):
    """Authenticated encryption: nonce, data, associated data."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Seal."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Open; raises `InvalidTag`."""


@dataclass(frozen=True, slots=True)
class Protection:
    """What a suite of TLS 1.3 protects with: its hash, the size of its key and of its tag in bytes, and the cipher."""

    digest: str
    key_size: int
    cipher: Callable[[bytes], Aead]
    tag_size: int = 16

    def hashed(self, transcript: bytes) -> bytes:
        """The hash of a transcript."""
        return hashlib.new(self.digest, transcript).digest()


PROTECTIONS: Mapping[int, Protection] = {
    0x1301: Protection("sha256", 16, AESGCM),
    0x1302: Protection("sha384", 32, AESGCM),
    0x1303: Protection("sha256", 32, ChaCha20Poly1305),
    0x1304: Protection("sha256", 16, AESCCM),
    0x1305: Protection("sha256", 16, partial(AESCCM, tag_length=8), 8),
}
"""By the suite's code point (RFC 8446, appendix B.4)."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The traffic secrets of one stage of a connection, and the secret that the next stage follows from."""

    client: bytes = field(repr=False)
    server: bytes = field(repr=False)
    stage: bytes = field(repr=False)


def extract(digest: str, salt: bytes, secret: bytes) -> bytes:
    """HKDF-Extract (RFC 5869, section 2.2)."""
    return hmac.digest(salt, secret, digest)


def expand_label(digest: str, secret: bytes, label: bytes, context: bytes, size: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446, section 7.1)."""
    info = size.to_bytes(2, "big") + vector(1, b"tls13 " + label) + vector(1, context)
    made = block = b""
    for number in range(1, 256):
        if len(made) >= size:
            break
        block = hmac.digest(secret, block + info + bytes((number,)), digest)
        made += block
    return made[:size]


def handshake_secrets(protection: Protection, shared: bytes, transcript: bytes) -> Secrets:
    """The secrets of the handshake, from what was agreed on and the transcript up to the ServerHello."""
    zeros = bytes(len(protection.hashed(b"")))
    return _stage(
        protection, extract(protection.digest, zeros, zeros), shared, (b"c hs traffic", b"s hs traffic"), transcript
    )


def application_secrets(protection: Protection, handshake: Secrets, transcript: bytes) -> Secrets:
    """The secrets of what comes after the handshake, from the transcript up to the server's Finished."""
    zeros = bytes(len(protection.hashed(b"")))
    return _stage(protection, handshake.stage, zeros, (b"c ap traffic", b"s ap traffic"), transcript)


def _stage(
    protection: Protection, before: bytes, material: bytes, labels: tuple[bytes, bytes], transcript: bytes
) -> Secrets:
    digest, context = protection.digest, protection.hashed(transcript)
    size = len(context)
    salt = expand_label(digest, before, b"derived", protection.hashed(b""), size)
    secret = extract(digest, salt, material)
    client, server = (expand_label(digest, secret, label, context, size) for label in labels)
    return Secrets(client, server, secret)


def finished(protection: Protection, secret: bytes, transcript: bytes) -> bytes:
    """The verify_data of a Finished (section 4.4.4), by the sender's secret of the handshake."""
    context = protection.hashed(transcript)
    key = expand_label(protection.digest, secret, b"finished", b"", len(context))
    return hmac.digest(key, context, protection.digest)


class Direction:
    """One direction of a connection under one traffic secret. It numbers its records."""

    def __init__(self, protection: Protection, secret: bytes) -> None:
        self._aead = protection.cipher(expand_label(protection.digest, secret, b"key", b"", protection.key_size))
        self._iv = int.from_bytes(expand_label(protection.digest, secret, b"iv", b"", _IV_SIZE), "big")
        self._tag_size = protection.tag_size
        self._number = 0

    def seal(self, kind: int, data: bytes) -> bytes:
        """`data` of that type as a record."""
        inner = data + bytes((kind,))
        header = bytes((APPLICATION_DATA, 3, 3)) + (len(inner) + self._tag_size).to_bytes(2, "big")
        return header + self._aead.encrypt(self._nonce(), inner, header)

    def open(self, record: bytes) -> tuple[int, bytes]:
        """Type and content of a record (its five bytes before it); `ProtocolError` where it is not the next one of this direction."""
        try:
            inner = self._aead.decrypt(self._nonce(), record[5:], record[:5]).rstrip(b"\x00")
        except (InvalidTag, ValueError) as error:
            raise ProtocolError("a TLS record that cannot be decrypted") from error
        if not inner:
            raise ProtocolError("a TLS record of padding alone")
        return inner[-1], inner[:-1]

    def _nonce(self) -> bytes:
        number, self._number = self._number, self._number + 1
        return (self._iv ^ number).to_bytes(_IV_SIZE, "big")
