"""SSH, server side: asyncssh, which makes a real key exchange and a real password login under the version string of any device."""

import asyncio
import logging
import socket
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from lab import certificates
from lab.account import CHANGED, Account
from lab.fake import TLS, Stream, Visit
from lab.services import console
from lab.services.telnet import delay

if TYPE_CHECKING:
    import asyncssh

_CHUNK = 65536
_FAREWELLS = ("exit", "quit", "logout")


@dataclass(frozen=True)
class Ssh(Stream):
    """A login by password. `version` is what follows "SSH-2.0-"; `host_key` is "ed25519" or "rsa"; empty algorithm lists are asyncssh's own.

    `delays` are the seconds that it takes over each refusal of its life, the last of them over all that follow. Where the device has settings, there is a
    shell with a `prompt`, which knows the words of `lab.services.console`; any other session is harm.
    """

    port: int = 22
    tls: TLS | None = None
    version: str = "dropbear_2020.81"
    host_key: str = "ed25519"
    account: Account = CHANGED
    kex: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    delays: tuple[float, ...] = ()
    prompt: str = "# "

    def prepare(self, device: str, addresses: tuple[str, ...]) -> None:
        """Make the device's host key and load asyncssh."""
        import asyncssh  # noqa: F401 - slow the first time

        logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
        certificates.host_key(device, self.host_key)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Hand the connection to asyncssh through a pair of sockets, since it wants one of its own."""
        import asyncssh

        ours, theirs = socket.socketpair()
        inner_reader, inner_writer = await asyncio.open_connection(sock=ours)
        pumps = [asyncio.ensure_future(_pump(reader, inner_writer)), asyncio.ensure_future(_pump(inner_reader, writer))]
        try:
            server = await asyncssh.run_server(theirs, **self._options(visit))
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            server.abort()
        except (asyncssh.Error, OSError):
            pass  # the client went away or asked for what this device cannot
        finally:
            for pump in pumps:
                pump.cancel()
            inner_writer.close()
            theirs.close()

    def _options(self, visit: Visit) -> dict[str, Any]:
        import asyncssh

        # Old devices know only finite-field Diffie-Hellman, which cryptography warns of.
        warnings.filterwarnings("ignore", message="Diffie-Hellman over finite fields", module="asyncssh")
        lists = {"kex_algs": self.kex, "encryption_algs": self.ciphers, "mac_algs": self.macs}
        return {
            "server_factory": lambda: _server(self.account, visit, self.delays),
            "server_version": self.version,
            "server_host_keys": [asyncssh.import_private_key(certificates.host_key(visit.device, self.host_key))],
            "process_factory": lambda process: _session(process, visit, self.prompt),
            "login_timeout": 30,
            **{name: list(names) for name, names in lists.items() if names},
        }


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
        writer.write_eof()  # or asyncssh would wait for a client that has gone, as long as a login may take
    except OSError:
        pass  # either side may go at any time


def _server(account: Account, visit: Visit, delays: tuple[float, ...]) -> "asyncssh.SSHServer":
    import asyncssh

    class Door(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def kbdint_auth_supported(self) -> bool:
            return False

        async def validate_password(self, username: str, password: str) -> bool:
            opened = account.opens(username, password)
            visit.login(username, opened=opened)
            if not opened:
                await asyncio.sleep(delay(delays, visit))
            return opened

    return Door()


async def _session(process: "asyncssh.SSHServerProcess[str]", visit: Visit, prompt: str) -> None:
    settings = console.offered(visit)
    if settings is None or process.command is not None or process.subsystem is not None:
        visit.harm(f"a session over SSH: {process.command or process.subsystem or 'a shell'}")
        process.exit(1)
        return

    def stray(typed: str) -> None:
        visit.harm(f"{typed!r} was typed into the session over SSH")

    await console.session(_Line(process), settings, prompt, _FAREWELLS, visit.client, stray)
    process.exit(0)


class _Line:
    """The line of a session; asyncssh edits what is typed where the client asked for a terminal."""

    def __init__(self, process: "asyncssh.SSHServerProcess[str]") -> None:
        self._process = process

    def show(self, text: str) -> None:
        """Print lines; asyncssh ends them as a terminal needs it."""
        self._process.stdout.write(text)

    async def asked(self, prompt: str, *, echo: bool) -> str | None:
        """The line typed after `prompt`, or None where the client has gone."""
        import asyncssh

        self.show(prompt)
        if self._process.term_type:
            cast("asyncssh.SSHLineEditorChannel", self._process.channel).set_echo(echo)
        try:
            typed = await self._process.stdin.readline()
        except (asyncssh.BreakReceived, asyncssh.TerminalSizeChanged):
            return ""  # Ctrl-C empties the line, and another size of the window is nothing to us
        except asyncssh.Error:
            return None
        return typed.strip() if typed else None
