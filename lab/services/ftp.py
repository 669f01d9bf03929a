"""FTP, server side (RFC 959): a greeting and a login. Behind it a client may ask where it stands; whatever else it does there is harm."""

import asyncio
from dataclasses import dataclass

from lab.account import CHANGED, Account
from lab.fake import TLS, Stream, Visit

_CONTENT = frozenset(
    ("STOR", "STOU", "APPE", "DELE", "RMD", "MKD", "RNFR", "RNTO", "SITE", "RETR", "LIST", "NLST", "MLSD", "MLST")
)
"""What writes, and what reads what the device keeps (RFC 959, 3659)."""
_BOUNCES = frozenset(("PORT", "EPRT"))
"""What makes the device connect to wherever the client says (RFC 2577, section 3)."""
_ANYONE = frozenset(("anonymous", "ftp"))


@dataclass(frozen=True)
class Ftp(Stream):
    """A control connection. `greeting` is what follows the code 220.

    With `invites` strangers may come in as anonymous, by any password (RFC 1635). With `needs_tls` no account is heard in the clear. After `locks_after`
    failures of one account it is locked (0: never).
    """

    port: int = 21
    tls: TLS | None = None
    greeting: str = "FTP server ready."
    account: Account = CHANGED
    system: str = "UNIX Type: L8"
    invites: bool = False
    needs_tls: bool = False
    locks_after: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Greet and answer commands until QUIT."""
        writer.write(f"220 {self.greeting}\r\n".encode())
        session = _Session(self, visit)
        while line := await _line(reader):
            verb, _, argument = line.decode("utf-8", "replace").strip().partition(" ")
            writer.write((session.reply(verb.upper(), argument) + "\r\n").encode())
            await writer.drain()
            if verb.upper() == "QUIT":
                return


async def _line(reader: asyncio.StreamReader) -> bytes:
    """The next command, or b"" where the client has gone or its line has no end."""
    try:
        return await reader.readline()
    except ValueError:
        return b""


class _Session:
    """One client: whom it named, and whether it is in."""

    def __init__(self, server: Ftp, visit: Visit) -> None:
        self._server = server
        self._visit = visit
        self._user = ""
        self._inside = False

    def reply(self, verb: str, argument: str) -> str:
        if verb == "USER":
            return self._named(argument)
        if verb == "PASS":
            return self._let_in(argument)
        if verb in _CONTENT | _BOUNCES:
            self._visit.harm(f"an FTP {verb}")
        replies = {"QUIT": "221 Goodbye.", "SYST": f"215 {self._server.system}", "NOOP": "200 OK."}
        if self._inside:
            replies["PWD"] = '257 "/" is the current directory.'
            return replies.get(verb, "502 Command not implemented.")
        return replies.get(verb, "530 Please login with USER and PASS.")

    def _named(self, user: str) -> str:
        self._user, self._inside = user, False
        if self._server.needs_tls:
            return "530 Non-anonymous sessions must use encryption."
        if self._server.invites and user in _ANYONE:
            return "331 Guest login ok, send your complete e-mail address as password."
        return "331 Password required."

    def _let_in(self, password: str) -> str:
        server, user = self._server, self._user
        if not user:
            return "503 Login with USER first."
        if server.needs_tls:
            return "530 Non-anonymous sessions must use encryption."
        if self._visit.locked(user, server.locks_after):
            return "530 Account locked after too many failed logins."
        self._inside = (server.invites and user in _ANYONE) or server.account.opens(user, password)
        self._visit.login(user, opened=self._inside)
        return "230 User logged in." if self._inside else "530 Login incorrect."
