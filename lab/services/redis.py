"""Redis, server side (RESP, the Redis serialization protocol specification), as far as its door: PING, HELLO, AUTH and QUIT.

Whatever else is said reads or writes the data, or tells of it: that is harm. What it says to that is as redis-server 7.0.15 was heard.
"""

import asyncio
from dataclasses import dataclass

from lab.account import Account
from lab.fake import TLS, Stream, Visit

_NOAUTH = b"-NOAUTH Authentication required.\r\n"
_WRONGPASS = b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"
_DENIED = b"-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.\r\n"
_LIMIT, _WORDS = 4096, 8
_COMMANDS = frozenset(
    (
        b"PING",
        b"HELLO",
        b"INFO",
        b"GET",
        b"SET",
        b"KEYS",
        b"CONFIG",
        b"COMMAND",
        b"CLIENT",
        b"DBSIZE",
        b"SELECT",
        b"ACL",
    )
)
_OF_A_BROWSER = (b"POST", b"HOST:")
"""What only a browser that was lured here says: Redis closes the connection (networking.c, securityWarningCommand)."""


@dataclass(frozen=True)
class Redis(Stream):
    """A data store. Without an account it takes any client, unless it is `protected`; the account's user is "default" where only a password is set."""

    port: int = 6379
    tls: TLS | None = None
    version: str = "7.0.15"
    account: Account | None = None
    protected: bool = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer commands until the client leaves."""
        if self.protected:
            writer.write(_DENIED)
            return
        inside = self.account is None
        while command := await _command(reader):
            name = command[0].upper()
            if name in _OF_A_BROWSER:
                return
            if name == b"QUIT":
                writer.write(b"+OK\r\n")
                return
            if name == b"AUTH" and self.account is not None:
                answer, opened = self._auth(command[1:], visit)
                inside = inside or opened
            else:
                answer = self._answer(name, command, visit) if inside else self._refusal(name, command)
            writer.write(answer)
            await writer.drain()

    def _auth(self, words: list[bytes], visit: Visit) -> tuple[bytes, bool]:
        if self.account is None or len(words) not in (1, 2):
            return b"-ERR wrong number of arguments for 'auth' command\r\n", False
        user = words[0].decode("utf-8", "replace") if len(words) == 2 else "default"
        opened = self.account.opens(user, words[-1].decode("utf-8", "replace"))
        visit.login(user, opened=opened)
        return (b"+OK\r\n" if opened else _WRONGPASS), opened

    def _answer(self, name: bytes, command: list[bytes], visit: Visit) -> bytes:
        if name == b"PING":
            return b"+PONG\r\n"
        if name == b"HELLO" and len(command) == 1:
            return self._hello()
        visit.harm(f"the Redis command {name.decode('ascii', 'replace')!r}")
        if name == b"INFO":
            text = f"# Server\r\nredis_version:{self.version}\r\nredis_mode:standalone\r\n".encode()
            return b"$%d\r\n%s\r\n" % (len(text), text)
        return self._refusal(name, command)

    def _refusal(self, name: bytes, command: list[bytes]) -> bytes:
        """What is wrong with a command, which is looked at before who sends it; the quotation marks were others before version 7."""
        if name == b"GET" and len(command) != 2:
            return b"-ERR wrong number of arguments for 'get' command\r\n"
        if name in _COMMANDS:
            return _NOAUTH
        mark = b"'" if int(self.version.partition(".")[0]) >= 7 else b"`"
        words = b"".join(mark + word + mark + b" " for word in command[1:])
        return b"-ERR unknown command %s, with args beginning with: %s\r\n" % (mark + command[0] + mark, words)

    def _hello(self) -> bytes:
        if int(self.version.partition(".")[0]) < 6:
            return b"-ERR unknown command `HELLO`, with args beginning with: \r\n"
        fields = [
            b"$6\r\nserver",
            b"$5\r\nredis",
            b"$7\r\nversion",
            b"$%d\r\n%s" % (len(self.version), self.version.encode()),
        ]
        fields += [b"$5\r\nproto", b":2", b"$2\r\nid", b":7", b"$4\r\nmode", b"$10\r\nstandalone"]
        fields += [b"$4\r\nrole", b"$6\r\nmaster", b"$7\r\nmodules", b"*0"]
        return b"*14\r\n" + b"\r\n".join(fields) + b"\r\n"


async def _command(reader: asyncio.StreamReader) -> list[bytes]:
    """The words of the next command, an array of bulk strings or an inline one, which may follow empty lines; [] at the end, and for what is none."""
    try:
        while not (line := (await reader.readuntil(b"\n")).strip()):
            pass
        if not line.startswith(b"*"):
            return line.split()[:_WORDS]
        words = []
        for _ in range(min(int(line[1:]), _WORDS)):
            size = int((await reader.readuntil(b"\r\n")).strip().removeprefix(b"$"))
            if not 0 <= size <= _LIMIT:
                return []
            words.append((await reader.readexactly(size + 2))[:-2])
        return words
    except (ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return []
