"""What is behind no port in particular: a service that takes every connection and answers with a borrowed greeting, with a reset, or with nothing.

After portspoof, which is one server that the firewall sends every port to (its README and src/connection.cpp), and after firewalls that complete the handshake
themselves and only then ask whether anybody is there (RFC 4987, section 3.8).
"""

import asyncio
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

# The services that a scanner of a city may ask for, by IANA's registry and makers' manuals: those that nobody has together.
KNOWN = (
    21, 22, 23, 25, 53, 80, 81, 82, 88, 102, 111, 135, 139, 389, 443, 445, 502, 512, 513, 514, 548, 554, 623, 631, 636, 771, 789, 830, 873, 1080, 1099, 1217,
    1723, 1883, 1911, 1935, 1962, 2000, 2049, 2222, 2323, 2375, 2404, 2455, 3128, 3306, 3389, 4786, 4840, 5060, 5432, 5555, 5672, 5900, 5985, 6379, 7547, 8000,
    8080, 8291, 8443, 8554, 8883, 9200, 11211, 20000, 27017, 34567, 37777, 44818,
)  # fmt: skip
# Greetings as the programs named in them say, in turn over the ports: what is said has nothing to do with where.
GREETINGS = (
    b"SSH-2.0-OpenSSH_5.3\r\n",
    b"220 (vsFTPd 2.3.4)\r\n",
    b"\xff\xfb\x01\xff\xfb\x03login: ",
    b"HTTP/1.0 200 OK\r\nServer: RomPager/4.07 UPnP/1.0\r\n\r\n",
    b"220 mail ESMTP Postfix\r\n",
    b"RFB 003.008\n",
)


@dataclass(frozen=True)
class Anything(Stream):
    """One of very many open ports. It says `greeting` and waits for the client to go; where it `resets`, the connection is broken off at once."""

    port: int
    greeting: bytes = b""
    resets: bool = False
    tls: TLS | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Greet, or break off."""
        if self.resets:
            link = writer.get_extra_info("socket")
            link.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )  # socket(7): close sends a RST
            writer.transport.abort()
            return
        writer.write(self.greeting)
        await writer.drain()
        while await reader.read(4096):
            pass


def everywhere(ports: Iterable[int] = KNOWN, *, resets: bool = False, silent: bool = False) -> tuple[Anything, ...]:
    """Such a service at every port, each with another greeting."""
    said = (b"",) if resets or silent else GREETINGS
    return tuple(Anything(port, said[place % len(said)], resets) for place, port in enumerate(ports))
