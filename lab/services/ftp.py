"""FTP, server side (RFC 959): a greeting and a login; nothing is stored or fetched."""

import asyncio
from dataclasses import dataclass

from lab.account import CHANGED, Account
from lab.fake import TLS, Stream, Visit

_WRITES = frozenset(("STOR", "STOU", "APPE", "DELE", "RMD", "MKD", "RNFR", "SITE"))


@dataclass(frozen=True)
class Ftp(Stream):
    """A control connection. `greeting` is what follows the code 220."""

    port: int = 21
    tls: TLS | None = None
    greeting: str = "FTP server ready."
    account: Account = CHANGED
    system: str = "UNIX Type: L8"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Greet and answer commands until QUIT."""
        writer.write(f"220 {self.greeting}\r\n".encode())
        user = ""
        while line := await reader.readline():
            verb, _, argument = line.decode("utf-8", "replace").strip().partition(" ")
            user = argument if verb.upper() == "USER" else user
            writer.write((self._reply(verb.upper(), argument, user, visit) + "\r\n").encode())
            await writer.drain()
            if verb.upper() == "QUIT":
                return

    def _reply(self, verb: str, argument: str, user: str, visit: Visit) -> str:
        if verb == "PASS":
            opened = self.account.opens(user, argument)
            visit.login(user, opened=opened)
            return "230 User logged in." if opened else "530 Login incorrect."
        if verb in _WRITES:
            visit.harm(f"an FTP {verb}")
        replies = {
            "USER": "331 Password required.",
            "QUIT": "221 Goodbye.",
            "SYST": f"215 {self.system}",
            "NOOP": "200 OK.",
        }
        return replies.get(verb, "530 Please login with USER and PASS.")
