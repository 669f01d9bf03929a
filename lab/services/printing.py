"""Raw printing (9100) and LPD (RFC 1179): whatever comes is printed, so any connection is harm."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit


@dataclass(frozen=True)
class Printing(Stream):
    """A port on which a printer prints what it is sent."""

    port: int = 9100
    tls: TLS | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Print."""
        visit.harm(f"a page was printed: a connection to port {self.port}")
        while await reader.read(4096):
            pass
