"""A station of IEC 60870-5-104 that answers test frames (section 5.2) and keeps its data to itself."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

_STARTDT, _STOPDT, _TESTFR = 0x07, 0x13, 0x43
_NAMES = {_STARTDT: "STARTDT", _STOPDT: "STOPDT"}


@dataclass(frozen=True)
class Iec104(Stream):
    """A remote terminal unit whose control centre is another. Anything but TESTFR is harm: it takes the station away from the centre, or commands it."""

    port: int = 2404
    tls: TLS | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer frame after frame; hang up on what is none."""
        while True:
            try:
                start, size = await reader.readexactly(2)
                if start != 0x68 or not 4 <= size <= 253:
                    visit.harm("bytes that are no frame of IEC 60870-5-104")
                    return
                frame = await reader.readexactly(size)
            except asyncio.IncompleteReadError:
                return
            if frame == bytes((_TESTFR, 0, 0, 0)):
                writer.write(bytes((0x68, 4, 0x83, 0, 0, 0)))
                await writer.drain()
                continue
            if frame[0] & 1 == 0:
                visit.harm(f"an ASDU of type {frame[4] if size > 4 else 0} in IEC 60870-5-104")
            elif frame[0] != 0x83:
                visit.harm(f"{_NAMES.get(frame[0], 'an unknown frame')} in IEC 60870-5-104")
            return
