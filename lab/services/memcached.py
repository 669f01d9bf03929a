"""Memcached's text protocol (doc/protocol.txt), as far as `version` and `quit`. Whatever else is said reads, writes or clears the cache: that is harm."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit


@dataclass(frozen=True)
class Memcached(Stream):
    """A cache that takes any client, or, `locked`, one with a file of accounts (option -Y)."""

    port: int = 11211
    tls: TLS | None = None
    version: str = "1.6.18"
    locked: bool = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer commands until the client leaves."""
        while (line := await _line(reader)).endswith(b"\r\n"):
            words = line.split()
            if self.locked:
                writer.write(b"CLIENT_ERROR unauthenticated\r\n")
            elif words == [b"version"]:
                writer.write(f"VERSION {self.version}\r\n".encode())
            elif words == [b"quit"]:
                return
            else:
                visit.harm(f"the memcached command {line.strip().decode('ascii', 'replace')!r}")
                writer.write(b"ERROR\r\n")
            await writer.drain()


async def _line(reader: asyncio.StreamReader) -> bytes:
    """The next command, or b"" where the client has gone or its line has no end."""
    try:
        return await reader.readline()
    except ValueError:
        return b""
