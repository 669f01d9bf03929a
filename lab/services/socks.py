"""A SOCKS 5 proxy (RFC 1928) up to the choice of a method. A request to connect, bind or associate is harm, and so is SOCKS 4, which begins with one."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

_NONE, _USER_AND_PASSWORD, _NO_ACCEPTABLE = 0, 2, 255


@dataclass(frozen=True)
class Socks(Stream):
    """A proxy for everybody or, `locked`, for those with an account."""

    port: int = 1080
    tls: TLS | None = None
    locked: bool = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Choose a method, and wait for what should not come."""
        version, count = (await reader.read(1) or b"\0")[0], (await reader.read(1) or b"\0")[0]
        if version == 4:
            visit.harm("a request to connect by SOCKS 4")
        if version != 5:
            return
        offered = await reader.readexactly(count)
        wanted = _USER_AND_PASSWORD if self.locked else _NONE
        chosen = wanted if wanted in offered else _NO_ACCEPTABLE
        writer.write(bytes((5, chosen)))
        await writer.drain()
        if chosen != _NO_ACCEPTABLE and await reader.read(1):
            visit.harm("a request over SOCKS 5")
