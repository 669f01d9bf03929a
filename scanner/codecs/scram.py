"""SCRAM-SHA-256, the client's side (RFC 5802 and RFC 7677), without channel binding: it proves the password without saying it, and so does the server."""

import hashlib
import hmac
import re
import secrets
import unicodedata
from base64 import b64decode, b64encode
from binascii import Error as Base64Error

from inventory.errors import ProtocolError

MECHANISM = "SCRAM-SHA-256"
ROUNDS_LIMIT = 200_000
"""Rounds of PBKDF2 that a server may ask for: PostgreSQL asks for 4096, and a hostile one for as many as keep us busy."""
_HEADER = "n,,"
_FIRST = re.compile(r"r=([!-+\--~]{1,200}),s=([A-Za-z0-9+/=]{4,200}),i=(\d{1,7})")
_FINAL = re.compile(r"v=([A-Za-z0-9+/=]{40,60})")


class Scram:
    """One exchange: `first()`, then `final()` of what the server says, then `proves()` of what it says at the end."""

    def __init__(self, user: str, password: str, nonce: str = "") -> None:
        self._password = unicodedata.normalize("NFKC", password).encode()
        self._nonce = nonce or b64encode(secrets.token_bytes(18)).decode()
        name = user.replace("=", "=3D").replace(",", "=2C")
        self._first = f"n={name},r={self._nonce}"
        self._signature = b""

    def first(self) -> bytes:
        """client-first-message."""
        return (_HEADER + self._first).encode()

    def final(self, challenge: bytes) -> bytes:
        """client-final-message in answer to server-first-message; `ProtocolError` where that is none, or asks for too much work."""
        text = challenge.decode("ascii", "replace")
        match = _FIRST.fullmatch(text)
        if match is None or not match[1].startswith(self._nonce) or match[1] == self._nonce:
            raise ProtocolError("a SCRAM challenge that is none")
        rounds = int(match[3])
        if not 1 <= rounds <= ROUNDS_LIMIT:
            raise ProtocolError(f"SCRAM with {rounds} rounds, which is more than we take upon us")
        try:
            salt = b64decode(match[2], validate=True)
        except Base64Error as error:
            raise ProtocolError("a SCRAM salt that is none") from error
        bare = f"c={b64encode(_HEADER.encode()).decode()},r={match[1]}"
        said = f"{self._first},{text},{bare}".encode()
        salted = hashlib.pbkdf2_hmac("sha256", self._password, salt, rounds)
        key = _keyed(salted, b"Client Key")
        proof = bytes(a ^ b for a, b in zip(key, _keyed(hashlib.sha256(key).digest(), said), strict=True))
        self._signature = _keyed(_keyed(salted, b"Server Key"), said)
        return f"{bare},p={b64encode(proof).decode()}".encode()

    def proves(self, final: bytes) -> bool:
        """Whether server-final-message shows that the server knows the password too."""
        match = _FINAL.match(final.decode("ascii", "replace"))
        if match is None or not self._signature:
            return False
        return hmac.compare_digest(match[1], b64encode(self._signature).decode())


def _keyed(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")
