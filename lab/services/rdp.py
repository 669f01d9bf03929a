"""RDP, server side, as far as its first answer: the X.224 connection confirm with the negotiation ([MS-RDPBCGR] 2.2.1.2)."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

RDP, SSL, HYBRID = 0, 1, 2
_RESPONSE, _FAILURE = 2, 3
_SSL_REQUIRED, _HYBRID_REQUIRED, _SSL_NOT_ALLOWED = 1, 5, 2
EXTENDED_CLIENT_DATA = 0x01
_ALL_FLAGS = (
    0x1F  # and graphics over channels, a reserved one, restricted administration, redirected authentication (2.2.1.2.1)
)
_SMALLEST = 11  # the TPKT header (RFC 1006, section 6) and the fixed part of a connection request (X.224, 13.3)


@dataclass(frozen=True)
class Rdp(Stream):
    """A desktop of Windows that demands `security`: HYBRID (an account first), SSL, or RDP (its own encryption only).

    `flags` say what it can besides: all that Windows 10 can, or the little of Windows 7.
    `negotiates` is False for a Windows from before Vista, which answers without a negotiation. Whoever goes on after the answer begins a session: that is harm.
    """

    port: int = 3389
    tls: TLS | None = None
    security: int = HYBRID
    negotiates: bool = True
    flags: int = _ALL_FLAGS

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer one connection request."""
        try:
            header = await reader.readexactly(4)
            size = int.from_bytes(header[2:], "big")
            if header[0] != 3 or size < _SMALLEST:
                return
            request = await reader.readexactly(size - 4)
        except asyncio.IncompleteReadError:
            return
        if request[1] & 0xF0 != 0xE0:
            return
        negotiation = self._negotiation(request[7:]) if self.negotiates else b""
        confirm = bytes((6 + len(negotiation), 0xD0)) + request[4:6] + b"\x12\x34\0" + negotiation
        writer.write(b"\3\0" + (4 + len(confirm)).to_bytes(2, "big") + confirm)
        await writer.drain()
        if await reader.read(1):
            visit.harm("a remote desktop's session was begun")

    def _negotiation(self, asked: bytes) -> bytes:
        """What is made of the protocols that the client offers; what it did not offer is demanded."""
        cookie, _, rest = asked.rpartition(b"\r\n")
        offered = int.from_bytes(rest[4:8], "little") if rest[:1] == b"\1" or (cookie and rest) else RDP
        if self.security == RDP:
            answer = (_RESPONSE, 0, RDP) if offered == RDP else (_FAILURE, 0, _SSL_NOT_ALLOWED)
        elif offered & self.security:
            answer = (_RESPONSE, self.flags, self.security)
        else:
            answer = (_FAILURE, 0, _HYBRID_REQUIRED if self.security == HYBRID else _SSL_REQUIRED)
        return bytes(answer[:2]) + b"\x08\0" + answer[2].to_bytes(4, "little")
