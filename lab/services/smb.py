"""An SMB server, as far as its door: the negotiation of version 1 ([MS-CIFS] 2.2.4.52) and of versions 2 and 3 ([MS-SMB2] 2.2.3 and 2.2.4)."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

_MOST = 65536
_NT_DIALECT = b"\x02NT LM 0.12\0"
_SIGNING = {"none": 0, "offered": 1, "required": 3}


@dataclass(frozen=True)
class Smb(Stream):
    """A file server that speaks version 1 as well (`version_1`), or the later ones alone: then it closes on who offers nothing else, as Windows does.

    `dialects` are those of versions 2 and 3 that it knows; `signing` is "none", "offered" or "required". A session that is set up is harm.
    """

    name: str
    workgroup: str = "WORKGROUP"
    port: int = 445
    tls: TLS | None = None
    version_1: bool = False
    dialects: tuple[int, ...] = (0x0202, 0x0210, 0x0300, 0x0302, 0x0311)
    signing: str = "offered"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Negotiate once."""
        try:
            answer = self._answer(await _message(reader), visit)
            if not answer:
                return
            writer.write(len(answer).to_bytes(4, "big") + answer)
            await writer.drain()
            await _message(reader)
        except asyncio.IncompleteReadError:
            return
        visit.harm("a message followed the negotiation of SMB")

    def _answer(self, message: bytes, visit: Visit) -> bytes:
        if message[:5] == b"\xffSMB\x72":
            return self._version_1(message) if self.version_1 and _NT_DIALECT in message else b""
        if message[:4] == b"\xfeSMB" and message[12:14] == b"\0\0":
            return self._later(message)
        visit.harm("an SMB command before the negotiation")
        return b""

    def _version_1(self, message: bytes) -> bytes:
        offered = message[35:].split(b"\0")[:-1]
        index = offered.index(_NT_DIALECT[:-1])
        mode = 3 | _SIGNING[self.signing] << 2
        words = (
            index.to_bytes(2, "little")
            + bytes((mode,))
            + bytes.fromhex("3200 0100 04410000 00000100 00000000 fde30000")
        )
        words += bytes.fromhex("00f2052a01000000") + bytes(2) + b"\x08"
        names = b"".join(name.encode("utf-16-le") + b"\0\0" for name in (self.workgroup, self.name))
        body = bytes(range(8)) + names
        head = message[:9] + bytes((message[9] | 0x80,)) + message[10:32]
        return head + b"\x11" + words + len(body).to_bytes(2, "little") + body

    def _later(self, message: bytes) -> bytes:
        count = int.from_bytes(message[66:68], "little")
        offered = [int.from_bytes(message[at : at + 2], "little") for at in range(100, 100 + 2 * count, 2)]
        common = set(self.dialects) & set(offered)
        if not common:
            return b""
        head = b"\xfeSMB\x40\0\0\0" + bytes(6) + b"\1\0\1\0\0\0" + bytes(44)
        body = b"\x41\0" + _SIGNING[self.signing].to_bytes(2, "little") + max(common).to_bytes(2, "little") + bytes(2)
        guid = self.name.encode().ljust(16, b"\0")[:16]
        sizes = (7).to_bytes(4, "little") + (0x100000).to_bytes(4, "little") * 3
        return head + body + guid + sizes + bytes.fromhex("00f2052a01000000") + bytes(8) + b"\x80\0\0\0" + bytes(5)


async def _message(reader: asyncio.StreamReader) -> bytes:
    frame = await reader.readexactly(4)
    return await reader.readexactly(min(int.from_bytes(frame[1:], "big"), _MOST))
