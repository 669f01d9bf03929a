"""Raw printing (9100) and LPD (RFC 1179): whatever comes is printed, so any connection is harm, and what comes over it is a page more."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit


@dataclass(frozen=True)
class Printing(Stream):
    """A port on which a printer prints what it is sent, and counts its pages (`Log.pages`)."""

    port: int = 9100
    tls: TLS | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Print."""
        visit.harm(f"a connection to port {self.port}, which prints whatever comes")
        first = await reader.read(4096)
        if first:
            visit.log.pages += 1
            visit.harm(f"page {visit.log.pages} was printed: {first[:32]!r} on port {self.port}")
        while await reader.read(4096):
            pass
