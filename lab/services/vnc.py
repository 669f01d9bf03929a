"""A VNC server (RFC 6143, section 7.1) with VNC Authentication (7.2.2). Whoever enters the desktop does harm, and so does whoever is locked out."""

import asyncio
import hashlib
from dataclasses import dataclass, field

from lab.account import Account
from lab.fake import TLS, Stream, Visit

_NONE, _VNC = 1, 2
_LOCKED = b"Too many security failures"


@dataclass(frozen=True)
class Vnc(Stream):
    """A remote desktop. `security` are the types that it offers: 1 None, 2 VNC Authentication, for which the account's password is asked.

    After `marks` connections in a row that did not authenticate it turns clients away, as TigerVNC does (BlacklistThreshold); 0: never.
    """

    port: int = 5900
    tls: TLS | None = None
    version: str = "003.008"
    security: tuple[int, ...] = (_VNC,)
    account: Account = field(default_factory=lambda: Account(""))
    marks: int = 0
    _marked: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Exchange versions, list the types, and serve the one that is chosen."""
        try:
            if self._turns_away(visit):
                writer.write(b"RFB 003.003\n\0\0\0\0" + len(_LOCKED).to_bytes(4, "big") + _LOCKED)
                return
            writer.write(f"RFB {self.version}\n".encode())
            await writer.drain()
            await self._serve(reader, writer, visit)
        except asyncio.IncompleteReadError:
            return

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        theirs = await reader.readexactly(12)
        if not theirs.startswith(b"RFB 003."):
            return
        if theirs[8:11] in (b"007", b"008"):
            writer.write(bytes((len(self.security), *self.security)))
            await writer.drain()
            chosen = (await reader.readexactly(1))[0]
        else:
            chosen = self.security[0]
            writer.write(bytes((0, 0, 0, chosen)))
            await writer.drain()
        if chosen == _VNC and _VNC in self.security and not await self._authenticate(reader, writer, theirs, visit):
            return
        entered = chosen != _VNC and theirs[8:11] in (b"007", b"008")
        if entered or await reader.readexactly(1):
            visit.harm(f"security type {chosen} was chosen: the desktop was entered")

    async def _authenticate(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, theirs: bytes, visit: Visit
    ) -> bool:
        challenge = hashlib.sha256(f"{visit.device} {visit.log.connections}".encode()).digest()[:16]
        writer.write(challenge)
        await writer.drain()
        response = await reader.readexactly(16)
        password = self.account.password
        opened = self.account.anyone or (password is not None and response == encrypted(challenge, password))
        visit.login("the password", opened=opened)
        writer.write((not opened).to_bytes(4, "big"))
        if opened:
            self._marked.pop(_host(visit), None)
        elif theirs[8:11] == b"008":
            writer.write(len(b"Authentication failure").to_bytes(4, "big") + b"Authentication failure")
        await writer.drain()
        return opened

    def _turns_away(self, visit: Visit) -> bool:
        """Mark the client, or say that it has too many marks."""
        marks = self._marked.get(_host(visit), 0) + 1
        self._marked[_host(visit)] = marks
        if not self.marks or marks <= self.marks:
            return False
        visit.harm(f"{marks} connections in a row that did not authenticate: the desktop is locked")
        return True


def _host(visit: Visit) -> str:
    """The client without its port."""
    return visit.client.rpartition(":")[0]


def encrypted(challenge: bytes, password: str) -> bytes:
    """The challenge under DES; the lowest bit of each of the password's eight bytes is the key's highest."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    key = bytearray(8)
    for at, byte in enumerate(password.encode("latin-1", "replace")[:8]):
        for bit in range(8):
            key[at] |= (byte >> bit & 1) << (7 - bit)
    encryptor = Cipher(TripleDES(bytes(key) * 3), modes.ECB()).encryptor()
    return encryptor.update(challenge) + encryptor.finalize()
