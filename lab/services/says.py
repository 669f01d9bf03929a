"""What is no protocol: a port that says its bytes, whole or piece by piece, to whoever connects, and for ever if it is told to."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

_A_LOT = 1 << 16


@dataclass(frozen=True)
class Says(Stream):
    """`greeting` is said unasked and `answer` to the first bytes that come; then `endless` is said over and over.

    With `seconds` all of it but the greeting comes a byte at a time, and each takes so long. At the end it hangs up, unless it `holds` the connection.
    """

    port: int
    greeting: bytes = b""
    answer: bytes = b""
    endless: bytes = b""
    seconds: float = 0.0
    holds: bool = False
    tls: TLS | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Say all that there is to be said, for as long as anybody is there."""
        writer.write(self.greeting)
        await writer.drain()
        if self.answer and not await reader.read(_A_LOT):
            return
        gone = asyncio.ensure_future(_until_gone(reader))
        try:
            await self._say(self.answer, writer, gone)
            while self.endless and not gone.done():
                await self._say(self.endless, writer, gone)
            if self.holds:
                await gone
        finally:
            gone.cancel()

    async def _say(self, said: bytes, writer: asyncio.StreamWriter, gone: "asyncio.Future[None]") -> None:
        pieces = (said[at : at + 1] for at in range(len(said))) if self.seconds else (said,)
        for piece in pieces:
            if gone.done():
                return
            writer.write(piece)
            await writer.drain()
            await asyncio.wait((gone,), timeout=self.seconds)


async def _until_gone(reader: asyncio.StreamReader) -> None:
    """Hear whatever the client says, until it goes."""
    while await reader.read(_A_LOT):
        pass
