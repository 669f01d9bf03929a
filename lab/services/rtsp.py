"""RTSP 1.0, server side (RFC 2326): OPTIONS for all, DESCRIBE behind Digest, and no picture for anyone."""

import asyncio
from dataclasses import dataclass

from lab.account import Account
from lab.fake import TLS, Stream, Visit
from lab.services import digest

_HARMS = frozenset(("SETUP", "PLAY", "RECORD", "ANNOUNCE", "SET_PARAMETER", "REDIRECT"))
_SDP = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=Media\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"


@dataclass(frozen=True)
class Rtsp(Stream):
    """A camera's stream server; without an account it describes its stream to all."""

    port: int = 554
    tls: TLS | None = None
    server: str = ""
    realm: str = ""
    account: Account | None = None
    public: tuple[str, ...] = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN", "GET_PARAMETER")

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer requests until the client closes."""
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").split("\r\n")
                method, _, version = first.split(" ")
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
                return
            if not version.startswith("RTSP/"):
                return
            headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
            writer.write(self._answer(method, headers, visit).encode())
            await writer.drain()

    def _answer(self, method: str, headers: dict[str, str], visit: Visit) -> str:
        if method in _HARMS:
            visit.harm(f"an RTSP {method}")
            return self._reply(headers, "405 Method Not Allowed")
        if method == "OPTIONS":
            return self._reply(headers, "200 OK", f"Public: {', '.join(self.public)}")
        if method != "DESCRIBE":
            return self._reply(headers, "405 Method Not Allowed")
        if self.account and not self._opened(self.account, headers, visit):
            return self._reply(headers, "401 Unauthorized", f"WWW-Authenticate: {digest.challenge(self.realm)}")
        return self._reply(headers, "200 OK", "Content-Type: application/sdp", f"Content-Length: {len(_SDP)}") + _SDP

    def _opened(self, account: Account, headers: dict[str, str], visit: Visit) -> bool:
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        given = digest.fields(credentials)
        if scheme.lower() != "digest" or not digest.fresh(given):
            return False
        opened = digest.opens(given, "DESCRIBE", self.realm, account)
        visit.login(given.get("username", ""), opened=opened)
        return opened

    def _reply(self, headers: dict[str, str], status: str, *lines: str) -> str:
        stated = (f"Server: {self.server}",) if self.server else ()
        return "\r\n".join((f"RTSP/1.0 {status}", f"CSeq: {headers.get('cseq', '0')}", *stated, *lines, "", ""))
