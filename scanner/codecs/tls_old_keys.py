"""The keys and the record protection of TLS 1.0 to 1.2 (RFC 2246, 4346, 5246; AES-GCM of RFC 5288, ChaCha20 of RFC 7905), as far as they are needed to end
a handshake and hear what comes with its end. Pure.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from inventory.errors import ProtocolError
from scanner.codecs.tls_codec import TLS10, TLS12, Version
from scanner.codecs.tls_shares import Draw

_BLOCK, _MAC_SIZE, _MASTER_SIZE, _VERIFY_SIZE = 16, 20, 48, 12


class Mode(Enum):
    """How a suite protects its records."""

    GCM = auto()
    CHACHA20 = auto()
    CBC_SHA = auto()


@dataclass(frozen=True, slots=True)
class OldSuite:
    """A suite that a handshake can be ended with: whether its key exchange is ECDHE or RSA, its mode, its key in bytes, its hash in TLS 1.2."""

    ephemeral: bool
    mode: Mode
    key_size: int
    digest: str = "sha256"


OLD_SUITES: Mapping[str, OldSuite] = {
    "c02b": OldSuite(True, Mode.GCM, 16),
    "c02f": OldSuite(True, Mode.GCM, 16),
    "c02c": OldSuite(True, Mode.GCM, 32, "sha384"),
    "c030": OldSuite(True, Mode.GCM, 32, "sha384"),
    "cca9": OldSuite(True, Mode.CHACHA20, 32),
    "cca8": OldSuite(True, Mode.CHACHA20, 32),
    "c009": OldSuite(True, Mode.CBC_SHA, 16),
    "c013": OldSuite(True, Mode.CBC_SHA, 16),
    "c00a": OldSuite(True, Mode.CBC_SHA, 32),
    "c014": OldSuite(True, Mode.CBC_SHA, 32),
    "009c": OldSuite(False, Mode.GCM, 16),
    "009d": OldSuite(False, Mode.GCM, 32, "sha384"),
    "002f": OldSuite(False, Mode.CBC_SHA, 16),
    "0035": OldSuite(False, Mode.CBC_SHA, 32),
}
"""By code point, in the order of offering; the AEADs are of TLS 1.2 alone."""


def offered(version: Version) -> tuple[str, ...]:
    """The suites that can be offered in a version."""
    return tuple(code for code, suite in OLD_SUITES.items() if version is TLS12 or suite.mode is Mode.CBC_SHA)


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a version and a suite make bytes of a secret (RFC 5246, section 5; RFC 2246, section 5)."""

    version: Version
    suite: OldSuite

    def hashed(self, transcript: bytes) -> bytes:
        """The hash of a transcript: before TLS 1.2 two of them."""
        if self.version is TLS12:
            return hashlib.new(self.suite.digest, transcript).digest()
        return (
            hashlib.md5(transcript, usedforsecurity=False).digest()
            + hashlib.sha1(transcript, usedforsecurity=False).digest()
        )

    def expand(self, secret: bytes, label: bytes, seed: bytes, size: int) -> bytes:
        """The PRF of the version."""
        if self.version is TLS12:
            return _expand(self.suite.digest, secret, label + seed, size)
        half = (len(secret) + 1) // 2
        md5 = _expand("md5", secret[:half], label + seed, size)
        sha1 = _expand("sha1", secret[-half:], label + seed, size)
        return bytes(left ^ right for left, right in zip(md5, sha1, strict=True))

    def master(self, premaster: bytes, randoms: bytes, transcript: bytes, *, extended: bool) -> bytes:
        """The master secret: by the client's and the server's random, or `extended` (RFC 7627) by the transcript up to the ClientKeyExchange."""
        if extended:
            return self.expand(premaster, b"extended master secret", self.hashed(transcript), _MASTER_SIZE)
        return self.expand(premaster, b"master secret", randoms, _MASTER_SIZE)

    def finished(self, master: bytes, sender: bytes, transcript: bytes) -> bytes:
        """The verify_data of a Finished; `sender` is b"client" or b"server"."""
        return self.expand(master, sender + b" finished", self.hashed(transcript), _VERIFY_SIZE)


def _expand(digest: str, secret: bytes, seed: bytes, size: int) -> bytes:
    """P_hash (RFC 5246, section 5)."""
    made, chained = b"", seed
    while len(made) < size:
        chained = hmac.digest(secret, chained, digest)
        made += hmac.digest(secret, chained + seed, digest)
    return made[:size]


class OldDirection:
    """One direction of a connection after its ChangeCipherSpec. It numbers its records."""

    def __init__(self, version: Version, mode: Mode, keys: tuple[bytes, bytes, bytes], draw: Draw) -> None:
        self._mac_key, self._key, self._iv = keys
        self._version, self._mode, self._draw = version, mode, draw
        self._number = 0

    def seal(self, kind: int, data: bytes) -> bytes:
        """`data` of that type as a record."""
        header = self._header(kind, data)
        if self._mode is Mode.CBC_SHA:
            sealed = self._seal_cbc(header, data)
        elif self._mode is Mode.GCM:
            explicit = header[:8]
            sealed = explicit + AESGCM(self._key).encrypt(self._iv + explicit, data, header)
        else:
            sealed = ChaCha20Poly1305(self._key).encrypt(self._nonce(header), data, header)
        self._number += 1
        return header[8:11] + len(sealed).to_bytes(2, "big") + sealed

    def open(self, record: bytes) -> tuple[int, bytes]:
        """Type and content of a record; `ProtocolError` where it is not the next one of this direction."""
        kind, sealed = record[0], record[5:]
        try:
            data = self._open_cbc(kind, sealed) if self._mode is Mode.CBC_SHA else self._open_aead(kind, sealed)
        except (InvalidTag, ValueError) as error:
            raise ProtocolError("a TLS record that cannot be decrypted") from error
        self._number += 1
        return kind, data

    def _header(self, kind: int, data: bytes) -> bytes:
        """What is authenticated with the content: its number, type, version and length."""
        start = self._number.to_bytes(8, "big") + bytes((kind,)) + self._version.code.to_bytes(2, "big")
        return start + len(data).to_bytes(2, "big")

    def _nonce(self, header: bytes) -> bytes:
        return (int.from_bytes(self._iv, "big") ^ int.from_bytes(header[:8], "big")).to_bytes(12, "big")

    def _open_aead(self, kind: int, sealed: bytes) -> bytes:
        explicit, sealed = (sealed[:8], sealed[8:]) if self._mode is Mode.GCM else (b"", sealed)
        header = self._header(kind, bytes(max(0, len(sealed) - 16)))
        if self._mode is Mode.GCM:
            return AESGCM(self._key).decrypt(self._iv + explicit, sealed, header)
        return ChaCha20Poly1305(self._key).decrypt(self._nonce(header), sealed, header)

    def _seal_cbc(self, header: bytes, data: bytes) -> bytes:
        plain = data + hmac.digest(self._mac_key, header + data, "sha1")
        padding = _BLOCK - 1 - len(plain) % _BLOCK
        plain += bytes((padding,)) * (padding + 1)
        if self._version is TLS10:  # the vector is what was sent last, RFC 2246 section 6.2.3.2
            sealed = self._cbc(self._iv, plain, opening=False)
            self._iv = sealed[-_BLOCK:]
            return sealed
        iv = self._draw(_BLOCK)
        return iv + self._cbc(iv, plain, opening=False)

    def _open_cbc(self, kind: int, sealed: bytes) -> bytes:
        if self._version is TLS10:
            iv, self._iv = self._iv, sealed[-_BLOCK:]
        else:
            iv, sealed = sealed[:_BLOCK], sealed[_BLOCK:]
        plain = self._cbc(iv, sealed, opening=True)
        end = len(plain) - (plain[-1] + 1 if plain else 0) - _MAC_SIZE
        if end < 0:
            raise ProtocolError("a TLS record that is too short")
        data, tag = plain[:end], plain[end : end + _MAC_SIZE]
        if not hmac.compare_digest(tag, hmac.digest(self._mac_key, self._header(kind, data) + data, "sha1")):
            raise ProtocolError("a TLS record that cannot be authenticated")
        return data

    def _cbc(self, iv: bytes, data: bytes, *, opening: bool) -> bytes:
        cipher = Cipher(algorithms.AES(self._key), modes.CBC(iv))
        context = cipher.decryptor() if opening else cipher.encryptor()
        return context.update(data) + context.finalize()


def directions(derivation: Derivation, master: bytes, randoms: bytes, draw: Draw) -> tuple[OldDirection, OldDirection]:
    """The client's direction and the server's (RFC 5246, section 6.3); `randoms` are the client's and the server's."""
    suite = derivation.suite
    mac = _MAC_SIZE if suite.mode is Mode.CBC_SHA else 0
    iv = {Mode.GCM: 4, Mode.CHACHA20: 12, Mode.CBC_SHA: _BLOCK}[suite.mode]
    sizes = (mac, mac, suite.key_size, suite.key_size, iv, iv)
    block = derivation.expand(master, b"key expansion", randoms[32:] + randoms[:32], sum(sizes))
    parts = []
    for size in sizes:
        parts.append(block[:size])
        block = block[size:]
    keys = (parts[0], parts[2], parts[4]), (parts[1], parts[3], parts[5])
    client, server = (OldDirection(derivation.version, suite.mode, each, draw) for each in keys)
    return client, server
