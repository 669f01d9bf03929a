"""A port that is open and fragile: whoever says anything to it has done harm."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit


@dataclass(frozen=True)
class Guarded(Stream):
    """A management protocol of the maker's own, which expects nobody but the maker's own programs. It says nothing first."""

    port: int
    what: str
    tls: TLS | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Wait for the client to leave; bytes from it are harm."""
        if await reader.read(1):
            visit.harm(f"bytes to {self.what}, which is not spoken")
