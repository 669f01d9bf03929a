"""OpenOCD's console (OpenOCD User's Guide, Server Configuration: telnet_port), as it greets."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

# WILL SUPPRESS-GO-AHEAD, WILL ECHO, DO SUPPRESS-GO-AHEAD, DON'T ECHO (RFC 854).
_OPTIONS = bytes.fromhex("fffb03 fffb01 fffd03 fffe01")


@dataclass(frozen=True)
class OpenOcd(Stream):
    """The console of a debug adapter. Whatever is typed there is done to the processor: that is harm."""

    port: int = 4444
    tls: TLS | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Greet, and wait for what is typed."""
        writer.write(_OPTIONS + b"Open On-Chip Debugger\r\n\r> ")
        await writer.drain()
        if await reader.read(1):
            visit.harm("something was typed into a debugger's console")
