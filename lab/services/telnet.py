"""Telnet, server side (RFC 854), as crude as devices are: it states its options without waiting for answers, and the login is plain text."""

import asyncio
from dataclasses import dataclass

from lab.account import Account
from lab.fake import TLS, Stream, Visit
from lab.services import console

IAC, DO, WILL = 255, 253, 251
_SUBNEGOTIATION, _SUBNEGOTIATION_END = 250, 240
# DO ECHO, DO NAWS, WILL ECHO, WILL SUPPRESS-GO-AHEAD: what BusyBox's telnetd says on connecting.
BUSYBOX_OPTIONS = bytes((IAC, DO, 1, IAC, DO, 31, IAC, WILL, 1, IAC, WILL, 3))
_LINE_LIMIT = 256


@dataclass(frozen=True)
class Telnet(Stream):
    """A login and what is behind it: a shell or a menu (`inside` is shown once, then `prompt`). Without an account the shell is open to all.

    `farewells` are what a client may type there, and where the device has settings, the words of `lab.services.console`; anything else is harm. After `tries`
    refusals it hangs up.

    A device may guard itself: `delays` are the seconds that it takes over each refusal of its life, the last of them over all that follow. After one it may be
    silent for `pause` seconds before it asks again. With `drip` each byte that follows a password takes so many seconds.
    """

    port: int = 23
    tls: TLS | None = None
    options: bytes = BUSYBOX_OPTIONS
    banner: str = ""
    user_prompt: str = "login: "
    password_prompt: str = "Password: "
    refusal: str = "\r\nLogin incorrect\r\n"
    account: Account | None = None
    inside: str = "\r\n"
    prompt: str = "# "
    farewells: tuple[str, ...] = ("exit", "quit", "logout")
    tries: int = 3
    delays: tuple[float, ...] = ()
    pause: float = 0.0
    drip: float = 0.0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Greet, ask for the account, and let in whoever knows it."""
        keyboard = _Keyboard(reader, writer)
        writer.write(self.options + self.banner.encode())
        if self.account and not await self._login(self.account, keyboard, visit):
            return
        await self._session(keyboard, visit)

    async def _login(self, account: Account, keyboard: "_Keyboard", visit: Visit) -> bool:
        for _ in range(self.tries):
            user = await keyboard.asked(self.user_prompt, echo=True)
            if user == "":
                continue
            password = await keyboard.asked(self.password_prompt, echo=False) if user is not None else None
            if user is None or password is None:
                return False
            opened = account.opens(user, password)
            visit.login(user, opened=opened)
            if opened:
                return True
            await self._refuse(keyboard, visit)
        return False

    async def _refuse(self, keyboard: "_Keyboard", visit: Visit) -> None:
        await asyncio.sleep(delay(self.delays, visit))
        await keyboard.drip(self.refusal, self.drip)
        await asyncio.sleep(self.pause)

    async def _session(self, keyboard: "_Keyboard", visit: Visit) -> None:
        keyboard.say(self.inside)

        def stray(typed: str) -> None:
            visit.harm(f"{typed!r} was typed into the session on port {self.port}")

        if settings := console.offered(visit):
            await console.session(keyboard, settings, self.prompt, self.farewells, visit.client, stray)
            return
        while (typed := await keyboard.asked(self.prompt, echo=True)) is not None and typed not in self.farewells:
            if typed:
                stray(typed)


def delay(delays: tuple[float, ...], visit: Visit) -> float:
    """The seconds that a device takes over the refusal that was just counted."""
    return delays[min(visit.failed, len(delays)) - 1] if delays else 0.0


class _Keyboard:
    """What the client types, line by line, without the Telnet commands in it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._after_return = False

    def say(self, text: str) -> None:
        """Send a text as it is."""
        self._writer.write(text.encode())

    def show(self, text: str) -> None:
        """Print lines, which end in CR LF on this wire (RFC 854, "the end of a line")."""
        self.say(text.replace("\n", "\r\n"))

    async def drip(self, text: str, seconds: float) -> None:
        """Show a text, a byte at a time where each takes its seconds."""
        for piece in text if seconds else (text,):
            self.say(piece)
            await self._writer.drain()
            await asyncio.sleep(seconds)

    async def asked(self, prompt: str, *, echo: bool) -> str | None:
        """The line typed after `prompt`, or None when the client has gone."""
        self.say(prompt)
        await self._writer.drain()
        typed = bytearray()
        while len(typed) < _LINE_LIMIT:
            key = await self._key()
            if key is None:
                return None
            if key in b"\r\n":
                break
            typed.append(key)
        if echo:
            self._writer.write(bytes(typed))
        self.say("\r\n")
        return typed.decode("utf-8", "replace").strip()

    async def _key(self) -> int | None:
        """The next byte that is not a command; LF and NUL after CR are part of it (RFC 854, "the end of a line")."""
        while byte := await self._reader.read(1):
            if byte[0] == IAC:
                await self._command()
            elif self._after_return and byte in b"\n\0":
                self._after_return = False
            else:
                self._after_return = byte == b"\r"
                return byte[0]
        return None

    async def _command(self) -> None:
        verb = await self._reader.read(1)
        if verb and verb[0] == _SUBNEGOTIATION:
            while (byte := await self._reader.read(1)) and byte[0] != _SUBNEGOTIATION_END:
                pass
        elif verb and verb[0] >= WILL:
            await self._reader.read(1)
