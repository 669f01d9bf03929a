"""SSH, server side: asyncssh, which makes a real key exchange and a real password login under the version string of any device."""

import asyncio
import logging
import socket
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab import certificates
from lab.account import CHANGED, Account
from lab.fake import TLS, Stream, Visit
from lab.services.telnet import delay

if TYPE_CHECKING:
    import asyncssh

_CHUNK = 65536


@dataclass(frozen=True)
class Ssh(Stream):
    """A login by password. `version` is what follows "SSH-2.0-"; `host_key` is "ed25519" or "rsa"; empty algorithm lists are asyncssh's own.

    `delays` are the seconds that it takes over each refusal of its life, the last of them over all that follow.
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
            "process_factory": lambda process: _session(process, visit),
            "login_timeout": 30,
            **{name: list(names) for name, names in lists.items() if names},
        }


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
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


def _session(process: "asyncssh.SSHServerProcess[str]", visit: Visit) -> None:
    visit.harm(f"a session over SSH: {process.command or 'a shell'}")
    process.exit(1)
