"""A tarpit for SSH: lines before the version line, one every few seconds and for ever, as RFC 4253, section 4.2 allows a server (after endlessh)."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit


@dataclass(frozen=True)
class Endless(Stream):
    """The tarpit; a line comes every `seconds` (endlessh.1: 10,000 milliseconds unless told otherwise) and never begins with "SSH-"."""

    port: int = 22
    seconds: float = 10.0
    tls: TLS | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Send line after line until the client is gone."""
        gone = asyncio.ensure_future(reader.read(1))
        line = 0
        try:
            while not gone.done():
                await asyncio.wait((gone,), timeout=self.seconds)
                line += 1
                writer.write(f"{line * 2654435761 % 2**32:x}\r\n".encode())
                await writer.drain()
        finally:
            gone.cancel()
