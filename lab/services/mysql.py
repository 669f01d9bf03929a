"""The MySQL protocol, server side (MySQL internals manual, "Connection Phase"), without TLS: the greeting, one answer to it, COM_PING and COM_QUIT.

A statement or any other command is harm.
"""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass

from lab.account import Account
from lab.fake import TLS, Stream, Visit

NATIVE, CACHING = "mysql_native_password", "caching_sha2_password"
_CAPABILITIES = 0x0008F7FF & ~0x0808  # neither TLS nor a database to begin with
_QUIT, _PING = 1, 14
_LIMIT = 4096
ROOT = Account("root")
"""The superuser, with a password that was changed."""


@dataclass(frozen=True)
class MySql(Stream):
    """A database server with one account. `switch` is the plugin of that account where it is not the one of the greeting."""

    port: int = 3306
    tls: TLS | None = None
    account: Account = ROOT
    version: str = "5.5.62"
    plugin: str = NATIVE
    switch: str = ""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Greet, and let in whoever knows the password; hang up on a packet that ends too early."""
        nonce = bytes(byte % 94 + 33 for byte in secrets.token_bytes(20))
        _send(writer, 0, self._greeting(nonce))
        try:
            number, response = await _packet(reader)
            user, proof = _credentials(response)
            if self.switch:
                _send(writer, number + 1, b"\xfe" + self.switch.encode() + b"\0" + nonce + b"\0")
                number, proof = await _packet(reader)
            proof = b"" if proof == b"\0" else proof  # how caching_sha2_password writes an empty one
            if not self._login(user, proof, nonce, visit):
                using = "YES" if proof else "NO"
                text = f"Access denied for user '{user}'@'{visit.client}' (using password: {using})"
                _refuse(writer, number + 1, 1045, text)
                return
            if self._asked_by == CACHING and proof:
                number += 1
                _send(writer, number, b"\1\3")
            _send(writer, number + 1, b"\0\0\0\2\0\0\0")
            await self._session(reader, writer, visit)
        except (asyncio.IncompleteReadError, ValueError, IndexError):
            return

    @property
    def _asked_by(self) -> str:
        return self.switch or self.plugin

    def _greeting(self, nonce: bytes) -> bytes:
        low, high = (_CAPABILITIES & 0xFFFF).to_bytes(2, "little"), (_CAPABILITIES >> 16).to_bytes(2, "little")
        head = (
            b"\x0a" + self.version.encode() + b"\0\x2a\0\0\0" + nonce[:8] + b"\0" + low + b"\x21\2\0" + high + b"\x15"
        )
        return head + bytes(10) + nonce[8:] + b"\0" + self.plugin.encode() + b"\0"

    def _login(self, user: str, proof: bytes, nonce: bytes, visit: Visit) -> bool:
        password = self.account.password
        right = password is not None and user == self.account.user and proof == self._proof(password, nonce)
        visit.login(user, opened=right or self.account.anyone)
        return right or self.account.anyone

    def _proof(self, password: str, nonce: bytes) -> bytes:
        """What the client must have computed; nothing for an empty password."""
        if not password:
            return b""
        kind = "sha256" if self._asked_by == CACHING else "sha1"

        def digest(text: bytes) -> bytes:
            return hashlib.new(kind, text, usedforsecurity=False).digest()

        once = digest(password.encode())
        twice = digest(once)
        mixed = digest(twice + nonce if kind == "sha256" else nonce + twice)
        return bytes(a ^ b for a, b in zip(once, mixed, strict=True))

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        while True:
            number, command = await _packet(reader)
            if command[0] == _QUIT:
                return
            if command[0] == _PING:
                _send(writer, number + 1, b"\0\0\0\2\0\0\0")
            else:
                visit.harm(f"the MySQL command {command[0]}")
                _refuse(writer, number + 1, 1047, "Unknown command")
            await writer.drain()


def _credentials(response: bytes) -> tuple[str, bytes]:
    """The user and the proof of a HandshakeResponse41."""
    user, _, rest = response[32:].partition(b"\0")
    return user.decode("utf-8", "replace"), rest[1 : 1 + rest[0]]


def _send(writer: asyncio.StreamWriter, number: int, payload: bytes) -> None:
    writer.write(len(payload).to_bytes(3, "little") + bytes((number & 0xFF,)) + payload)


def _refuse(writer: asyncio.StreamWriter, number: int, code: int, text: str) -> None:
    _send(writer, number, b"\xff" + code.to_bytes(2, "little") + b"#28000" + text.encode())


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readexactly(4)
    size = int.from_bytes(head[:3], "little")
    if size > _LIMIT:
        raise ValueError("a packet of that length")
    return head[3], await reader.readexactly(size)
