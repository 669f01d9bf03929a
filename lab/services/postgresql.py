"""PostgreSQL, server side (manual, part "Frontend/Backend Protocol"), up to ReadyForQuery. A statement, or anything else after the login, is harm.

The methods of pg_hba.conf: "trust", "password" (in clear), "md5" and "scram-sha-256" (RFC 5802 and RFC 7677), without TLS.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from lab.account import Account
from lab.fake import TLS, Stream, Visit

_SSL, _GSS, _CANCEL, _VERSION_3 = 80877103, 80877104, 80877102, 3
_LIMIT = 10_000
_ROUNDS = 4096
POSTGRES = Account("postgres")
"""The superuser, with a password that was changed."""


@dataclass(frozen=True)
class PostgreSql(Stream):
    """A database server with one account, which may be trusted without a password."""

    port: int = 5432
    tls: TLS | None = None
    account: Account = POSTGRES
    method: str = "scram-sha-256"
    version: str = "15.5"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Take the start, ask for the password, and let in whoever knows it."""
        desk = _Desk(reader, writer)
        try:
            user = await self._start(desk, visit)
            if user is not None and await self._admit(user, desk, visit):
                await self._session(desk, visit)
        except (asyncio.IncompleteReadError, ValueError, struct.error):
            return

    async def _start(self, desk: "_Desk", visit: Visit) -> str | None:
        """The user that the client starts as, None where it names none."""
        for _ in range(3):
            code, body = await desk.start()
            if code not in (_SSL, _GSS):
                break
            desk.say(b"N")
        if code == _CANCEL:
            visit.harm("a request to cancel somebody's statement")
            return None
        if code >> 16 != _VERSION_3:
            desk.refuse("0A000", f"unsupported frontend protocol {code >> 16}.{code & 0xFFFF}")
            return None
        words = [word.decode("utf-8", "replace") for word in body.split(b"\0")]
        user = dict(zip(words[::2], words[1::2], strict=False)).get("user")
        if not user:
            desk.refuse("28000", "no PostgreSQL user name specified in startup packet")
        return user or None

    async def _admit(self, user: str, desk: "_Desk", visit: Visit) -> bool:
        if self.method == "trust":
            desk.authentication(0)
            if user != self.account.user:
                desk.refuse("28000", f'role "{user}" does not exist')
            return user == self.account.user
        known = self.account.password if user == self.account.user else None
        opened = await self._asked(user, known, desk)
        visit.login(user, opened=opened)
        if not opened:
            desk.refuse("28P01", f'password authentication failed for user "{user}"')
            return False
        desk.authentication(0)
        return True

    async def _asked(self, user: str, known: str | None, desk: "_Desk") -> bool:
        if self.method == "password":
            desk.authentication(3)
            return self._is(known, (await desk.password()).removesuffix(b"\0"))
        if self.method == "md5":
            salt = secrets.token_bytes(4)
            desk.authentication(5, salt)
            given = (await desk.password()).removesuffix(b"\0")
            inner = hashlib.md5(((known or "") + user).encode(), usedforsecurity=False).hexdigest().encode()
            wanted = b"md5" + hashlib.md5(inner + salt, usedforsecurity=False).hexdigest().encode()
            return self.account.anyone or (known is not None and given == wanted)
        return await self._scram(known, desk)

    def _is(self, known: str | None, given: bytes) -> bool:
        return self.account.anyone or (known is not None and given == known.encode())

    async def _scram(self, known: str | None, desk: "_Desk") -> bool:
        desk.authentication(10, b"SCRAM-SHA-256\0\0")
        first = (await desk.password()).partition(b"n,,")[2]
        salt = secrets.token_bytes(16)
        nonce = first.partition(b"r=")[2] + base64.b64encode(secrets.token_bytes(18))
        challenge = b"r=%s,s=%s,i=%d" % (nonce, base64.b64encode(salt), _ROUNDS)
        desk.authentication(11, challenge)
        bare, _, proof = (await desk.password()).partition(b",p=")
        if known is None or not bare.endswith(b",r=" + nonce):
            return False
        salted = hashlib.pbkdf2_hmac("sha256", known.encode(), salt, _ROUNDS)
        said = b",".join((first, challenge, bare))
        stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
        signature = hmac.digest(stored, said, "sha256")
        key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature, strict=True))
        if hashlib.sha256(key).digest() != stored:
            return False
        own = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), said, "sha256")
        desk.authentication(12, b"v=" + base64.b64encode(own))
        return True

    async def _session(self, desk: "_Desk", visit: Visit) -> None:
        desk.tell(b"S", b"server_version\0" + self.version.encode() + b"\0")
        desk.tell(b"K", secrets.token_bytes(8))
        while True:
            desk.tell(b"Z", b"I")
            kind, _ = await desk.message()
            if kind == b"X":
                return
            visit.harm(f"a PostgreSQL message of type {kind.decode('ascii', 'replace')!r} after the login")
            desk.refuse("42501", "permission denied")


class _Desk:
    """The messages of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def start(self) -> tuple[int, bytes]:
        """The code and the body of a message without a type: a start, or a request before it."""
        size, code = struct.unpack(">II", await self._reader.readexactly(8))
        return code, await self._body(size - 8)

    async def message(self) -> tuple[bytes, bytes]:
        kind = await self._reader.readexactly(1)
        (size,) = struct.unpack(">I", await self._reader.readexactly(4))
        return kind, await self._body(size - 4)

    async def password(self) -> bytes:
        kind, body = await self.message()
        if kind != b"p":
            raise ValueError("not a password")
        return body

    async def _body(self, size: int) -> bytes:
        if not 0 <= size <= _LIMIT:
            raise ValueError("a message of that length")
        return await self._reader.readexactly(size)

    def say(self, data: bytes) -> None:
        self._writer.write(data)

    def tell(self, kind: bytes, body: bytes) -> None:
        self.say(kind + struct.pack(">I", len(body) + 4) + body)

    def authentication(self, number: int, body: bytes = b"") -> None:
        self.tell(b"R", struct.pack(">I", number) + body)

    def refuse(self, code: str, text: str) -> None:
        fields: Sequence[str] = ("SFATAL", "VFATAL", f"C{code}", f"M{text}")
        self.tell(b"E", b"".join(field.encode() + b"\0" for field in fields) + b"\0")
