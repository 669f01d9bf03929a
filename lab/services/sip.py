"""A SIP user agent (RFC 3261) that answers OPTIONS, over UDP and over TCP. Whatever else reaches it makes it ring, register or talk: that is harm."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Datagram, Stream, Visit

_METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REFER, SUBSCRIBE, INFO, MESSAGE, UPDATE"
_REPEATED = ("via", "from", "to", "call-id", "cseq")


def reply(request: bytes, agent: str, header: str, status: str, visit: Visit) -> bytes | None:
    """The answer to a request; None for what is no request."""
    first, *lines = request.decode("utf-8", "replace").partition("\r\n\r\n")[0].split("\r\n")
    method, _, rest = first.partition(" ")
    if not rest.endswith(" SIP/2.0"):
        return None
    if method != "OPTIONS":
        visit.harm(f"a SIP {method}")
        return None
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    missing = [name for name in (*_REPEATED, "max-forwards", "contact") if not headers.get(name)]
    if missing:
        visit.harm(f"a SIP request without {', '.join(missing)}, at which some devices fall over")
        return None
    repeated = [f"{name.title()}: {headers[name]}{';tag=lab' if name == 'to' else ''}" for name in _REPEATED]
    said = [f"SIP/2.0 {status}", *repeated, f"{header}: {agent}", f"Allow: {_METHODS}", "Content-Length: 0", "", ""]
    return "\r\n".join(said).encode()


@dataclass(frozen=True)
class Sip(Datagram):
    """A user agent over UDP. `agent` is what it calls itself, in the header `header`."""

    agent: str
    port: int = 5060
    header: str = "User-Agent"
    status: str = "200 OK"

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer OPTIONS."""
        return reply(datagram, self.agent, self.header, self.status, visit)


@dataclass(frozen=True)
class SipStream(Stream):
    """The same over TCP."""

    agent: str = ""
    port: int = 5060
    tls: TLS | None = None
    header: str = "User-Agent"
    status: str = "200 OK"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer request after request."""
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                return
            said = reply(head, self.agent, self.header, self.status, visit)
            if said is None:
                return
            writer.write(said)
            await writer.drain()
