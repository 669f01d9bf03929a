"""RTSP 1.0, server side (RFC 2326): OPTIONS for all, DESCRIBE behind Digest or Basic, and no picture for anyone."""

import asyncio
import base64
import binascii
from dataclasses import dataclass

from lab.account import Account
from lab.fake import TLS, Stream, Visit
from lab.services import digest

_HARMS = frozenset(("SETUP", "PLAY", "PAUSE", "RECORD", "ANNOUNCE", "SET_PARAMETER", "REDIRECT", "TEARDOWN"))
_SDP = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=Media\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"


@dataclass(frozen=True)
class Rtsp(Stream):
    """A camera's stream server; without an account it describes its stream to all. After `locks_after` failures of one account it is locked (0: never)."""

    port: int = 554
    tls: TLS | None = None
    server: str = ""
    realm: str = ""
    account: Account | None = None
    scheme: str = "digest"
    locks_after: int = 0
    public: tuple[str, ...] = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN", "GET_PARAMETER")

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer requests until the client closes."""
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").split("\r\n")
                method, asked, version = first.split(" ")
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
                return
            if not version.startswith("RTSP/"):
                return
            headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
            writer.write(self._answer(method, asked, headers, visit).encode())
            await writer.drain()

    def _answer(self, method: str, asked: str, headers: dict[str, str], visit: Visit) -> str:
        if method in _HARMS:
            visit.harm(f"an RTSP {method}")
            return self._reply(headers, "405 Method Not Allowed")
        if method == "OPTIONS":
            return self._reply(headers, "200 OK", f"Public: {', '.join(self.public)}")
        if method != "DESCRIBE":
            return self._reply(headers, "405 Method Not Allowed")
        if self.account:
            user, opened = self._user(self.account, asked, headers)
            if user and visit.locked(user, self.locks_after):
                return self._reply(headers, "403 Account locked")
            if user:
                visit.login(user, opened=opened)
            if not opened:
                return self._reply(headers, "401 Unauthorized", f"WWW-Authenticate: {self._challenge(headers)}")
        return self._reply(headers, "200 OK", "Content-Type: application/sdp", f"Content-Length: {len(_SDP)}") + _SDP

    def _user(self, account: Account, asked: str, headers: dict[str, str]) -> tuple[str, bool]:
        """Who offers an account in the scheme that is asked for, "" for nobody, and whether it opens."""
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        if scheme.lower() != self.scheme:
            return "", False
        if self.scheme == "basic":
            user, _, password = _plain(credentials).partition(":")
            return user, account.opens(user, password)
        given = digest.fields(credentials)
        if not digest.fresh(given):
            return "", False
        right = given.get("uri") == asked and digest.opens(given, "DESCRIBE", self.realm, account)
        return given.get("username", ""), right

    def _challenge(self, headers: dict[str, str]) -> str:
        given = digest.fields(headers.get("authorization", ""))
        stale = "nonce" in given and not digest.fresh(given)
        return f'Basic realm="{self.realm}"' if self.scheme == "basic" else digest.challenge(self.realm, stale=stale)

    def _reply(self, headers: dict[str, str], status: str, *lines: str) -> str:
        stated = (f"Server: {self.server}",) if self.server else ()
        return "\r\n".join((f"RTSP/1.0 {status}", f"CSeq: {headers.get('cseq', '0')}", *stated, *lines, "", ""))


def _plain(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return ""
