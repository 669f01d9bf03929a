"""A DNP3 station's link layer (IEEE 1815-2012, section 9.2): it tells its link status to whoever names its address."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

_REQUEST_LINK_STATUS, _LINK_STATUS = 0xC9, 0x0B
_SELF_ADDRESS, _BROADCAST = 0xFFFC, 0xFFFD


def _table() -> tuple[int, ...]:
    """The CRC's table for one octet: x^16+x^13+x^12+x^11+x^10+x^8+x^6+x^5+x^2+1, its bits turned round."""
    table = []
    for octet in range(256):
        crc = octet
        for _ in range(8):
            crc = crc >> 1 ^ (0xA6BC if crc & 1 else 0)
        table.append(crc)
    return tuple(table)


_TABLE = _table()


def crc(block: bytes) -> bytes:
    """The two octets that follow a block."""
    value = 0
    for octet in block:
        value = value >> 8 ^ _TABLE[(value ^ octet) & 0xFF]
    return (~value & 0xFFFF).to_bytes(2, "little")


@dataclass(frozen=True)
class Dnp3(Stream):
    """An outstation. A frame with a wrong CRC or for another station is passed over; a broadcast, a reset and user data are harm."""

    port: int = 20000
    tls: TLS | None = None
    station: int = 1

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer frame after frame."""
        while True:
            try:
                header = await reader.readexactly(10)
            except asyncio.IncompleteReadError:
                return
            if header[:2] != b"\x05\x64" or crc(header[:8]) != header[8:]:
                visit.harm("bytes that are no frame of DNP3")
                return
            station = int.from_bytes(header[4:6], "little")
            if header[3] != _REQUEST_LINK_STATUS or header[2] != 5:
                visit.harm(f"DNP3 link function {header[3] & 0x0F}")
                return
            if station >= _SELF_ADDRESS:
                visit.harm(f"a DNP3 frame to the address {station:#06x}, which more than one station hears")
                return
            if station == self.station:
                answer = bytes((0x05, 0x64, 5, _LINK_STATUS)) + header[6:8] + header[4:6]
                writer.write(answer + crc(answer))
                await writer.drain()
