"""EtherNet/IP, the device's side (The CIP Networks Library, volume 2, chapter 2): List Identity over UDP and TCP, and nothing that opens a session."""

import asyncio
import ipaddress
import struct
from dataclasses import dataclass

from lab.fake import TLS, Datagram, Stream, Visit

_HEADER = struct.Struct("<HHII8sI")
_LIST_IDENTITY = 0x63
_UNSUPPORTED = 0x01


@dataclass(frozen=True)
class Identity:
    """What a CIP device says of itself: its numbers, its revision as major and minor, its serial as eight hexadecimal digits, and its product name."""

    vendor_id: int
    device_type: int
    product_code: int
    revision: str
    serial: str
    product_name: str
    status: int = 0x0030
    state: int = 3

    def item(self, address: str) -> bytes:
        """The CIP Identity item (table 2-4.4); the socket address alone is in network order."""
        where = struct.pack(">HH4s8s", 2, 44818, ipaddress.IPv4Address(address).packed, bytes(8))
        revision = (int(part) for part in self.revision.split("."))
        numbers = struct.pack("<HHHBB", self.vendor_id, self.device_type, self.product_code, *revision)
        name = self.product_name.encode()
        rest = struct.pack("<HIB", self.status, int(self.serial, 16), len(name)) + name + bytes((self.state,))
        content = struct.pack("<H", 1) + where + numbers + rest
        return struct.pack("<HHH", 1, 0x0C, len(content)) + content


def _answer(header: bytes, identity: Identity, visit: Visit) -> bytes:
    command, length, session, status, context, options = _HEADER.unpack(header)
    if command != _LIST_IDENTITY or length or session or status or options:
        visit.harm(f"EtherNet/IP command {command:#06x}")
        return _HEADER.pack(command, 0, session, _UNSUPPORTED, context, 0)
    item = identity.item(visit.address)
    return _HEADER.pack(command, len(item), 0, 0, context, 0) + item


@dataclass(frozen=True)
class Enip(Datagram):
    """A CIP device over UDP."""

    identity: Identity
    port: int = 44818

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer List Identity."""
        if len(datagram) != _HEADER.size:
            visit.harm(f"{len(datagram)} bytes that are no EtherNet/IP request without data")
            return None
        return _answer(datagram, self.identity, visit)


@dataclass(frozen=True)
class EnipTcp(Stream):
    """A CIP device over TCP: every session that somebody registers would be one less for the controllers that need it."""

    identity: Identity
    port: int = 44818
    tls: TLS | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer List Identity; hang up after anything else."""
        while True:
            try:
                header = await reader.readexactly(_HEADER.size)
            except asyncio.IncompleteReadError as cut:
                if cut.partial:
                    visit.harm(f"{len(cut.partial)} bytes that are no EtherNet/IP header")
                return
            answer = _answer(header, self.identity, visit)
            writer.write(answer)
            await writer.drain()
            if answer[8]:
                return
