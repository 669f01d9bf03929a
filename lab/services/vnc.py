"""A VNC server (RFC 6143, section 7.1) up to the choice of a security type. Whoever chooses one takes the desktop, or tries its password: that is harm."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit


@dataclass(frozen=True)
class Vnc(Stream):
    """A remote desktop. `security` are the types that it offers: 1 None, 2 VNC Authentication."""

    port: int = 5900
    tls: TLS | None = None
    version: str = "003.008"
    security: tuple[int, ...] = (2,)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Exchange versions and list the types."""
        writer.write(f"RFB {self.version}\n".encode())
        await writer.drain()
        try:
            theirs = await reader.readexactly(12)
            if not theirs.startswith(b"RFB 003."):
                return
            if theirs[8:11] in (b"007", b"008"):
                writer.write(bytes((len(self.security), *self.security)))
            else:
                writer.write(bytes((0, 0, 0, self.security[0])))
            await writer.drain()
            chosen = await reader.readexactly(1)
        except asyncio.IncompleteReadError:
            return
        visit.harm(f"security type {chosen[0]} was chosen: the desktop was entered")
