"""An X server, as far as its door: the connection setup (X Window System Protocol, chapter 8)."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from lab.fake import TLS, Stream, Visit

_VERSION, _REVISION = 11, 0
_REASON = b"Authorization required, but no authorization protocol specified\n"


@dataclass(frozen=True)
class X11(Stream):
    """A display, `is_open` to anyone or not. Any request after the setup is harm: it looks at the screen, or does something to it."""

    port: int = 6000
    tls: TLS | None = None
    is_open: bool = False
    vendor: str = "The X.Org Foundation"
    release: int = 12101007

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Accept or refuse."""
        try:
            setup = await reader.readexactly(12)
            order: Literal["little", "big"] = "little" if setup[:1] == b"l" else "big"
            for at in (6, 8):  # the authorization's name and data, each filled up to four bytes
                await reader.readexactly(-(-int.from_bytes(setup[at : at + 2], order) // 4) * 4)
        except asyncio.IncompleteReadError:
            return
        writer.write(self._accepted(order) if self.is_open else _refused(order))
        await writer.drain()
        if self.is_open and await reader.read(1):
            visit.harm("a request was sent to an open display")

    def _accepted(self, order: Literal["little", "big"]) -> bytes:
        """One depth of 24 bits, one screen of 1920 by 1080 without visuals."""

        def number(value: int, size: int) -> bytes:
            return value.to_bytes(size, order)

        vendor = self.vendor.encode()
        counts = number(len(vendor), 2) + number(65535, 2) + bytes((1, 1)) + b"\0\0\x20\x20\x08\xff" + bytes(4)
        body = number(self.release, 4) + number(0x200000, 4) + number(0x1FFFFF, 4) + number(0, 4) + counts
        body += vendor.ljust(-(-len(vendor) // 4) * 4, b"\0") + b"\x18\x20\x20" + bytes(5)
        body += number(0x100, 4) + number(0x20, 4) + number(0xFFFFFF, 4) + bytes(8) + number(1920, 2) + number(1080, 2)
        body += number(508, 2) + number(286, 2) + number(1, 2) * 2 + number(0x21, 4) + b"\0\0\x18\0"
        return b"\1\0" + number(_VERSION, 2) + number(_REVISION, 2) + number(len(body) // 4, 2) + body


def _refused(order: Literal["little", "big"]) -> bytes:
    head = bytes((0, len(_REASON))) + _VERSION.to_bytes(2, order) + _REVISION.to_bytes(2, order)
    return head + (len(_REASON) // 4).to_bytes(2, order) + _REASON
