"""ADB, the device's side (Android Open Source Project, packages/modules/adb, protocol.txt), as far as its door.

Version and greatest size of a message are the smaller of both sides' (transport.cpp, atransport::update_version).
"""

import asyncio
import hashlib
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

_VERSION, _MOST = 0x01000001, 1024 * 1024
_TOKEN = 1


@dataclass(frozen=True)
class Adb(Stream):
    """A debug bridge that takes commands from anybody, or `asks` for a key. Whatever follows the greeting is harm: it opens a service or shows a key."""

    port: int = 5555
    tls: TLS | None = None
    product: str = "rk3288_box"
    model: str = "rk3288"
    device: str = "rk3288"
    asks: bool = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Greet, and see what follows."""
        try:
            command, version, most = await _message(reader)
            if command != b"CNXN":
                visit.harm("a message before CNXN")
                return
            writer.write(self._greeting(visit, min(version, _VERSION), min(most, _MOST)))
            await writer.drain()
            command, *_ = await _message(reader)
        except asyncio.IncompleteReadError:
            return
        visit.harm(f"{command.decode('ascii', 'replace')} was sent to the debug bridge")

    def _greeting(self, visit: Visit, version: int, most: int) -> bytes:
        if self.asks:
            return _made(b"AUTH", _TOKEN, 0, hashlib.sha1(visit.device.encode(), usedforsecurity=False).digest())
        properties = {"name": self.product, "model": self.model, "device": self.device}
        banner = "device::" + "".join(f"ro.product.{name}={value};" for name, value in properties.items())
        return _made(b"CNXN", version, most, f"{banner}features=cmd,shell_v2".encode())


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, int, int]:
    """The command and the two arguments of the next message; its data is read and left."""
    header = await reader.readexactly(24)
    first, second, size = (int.from_bytes(header[at : at + 4], "little") for at in (4, 8, 12))
    await reader.readexactly(min(size, _MOST))
    return header[:4], first, second


def _made(command: bytes, first: int, second: int, data: bytes) -> bytes:
    numbers = (first, second, len(data), sum(data) & 0xFFFFFFFF)
    words = b"".join(number.to_bytes(4, "little") for number in numbers)
    return command + words + bytes(byte ^ 0xFF for byte in command) + data
