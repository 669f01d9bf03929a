"""Answers that point to somebody else: to another host of the network, to this machine's own addresses, to where clouds keep their secrets.

What points is text to whoever reads it. Who follows it goes where nobody has sent him: the host at OTHER notes every contact as harm.
"""

from dataclasses import dataclass

from lab.fake import TLS, Datagram, Stream, Visit
from lab.services.http import Application, Asked, Page

OTHER = 250
"""The host number of the one that wants to be left alone."""


def elsewhere(text: str, visit: Visit) -> str:
    """The text with {other} for the address of that host, and {address} for the device's own."""
    other = f"{visit.address.rpartition('.')[0]}.{OTHER}"
    return text.replace("{other}", other).replace("{address}", visit.address)


@dataclass(frozen=True)
class Astray(Application):
    """A page whose body and Location point elsewhere."""

    body: str = ""
    location: str = ""
    status: int = 200
    kind: str = "text/html"

    def answer(self, asked: Asked, visit: Visit) -> Page:
        """The same to every question."""
        headers = (("Location", elsewhere(self.location, visit)),) if self.location else ()
        return Page(elsewhere(self.body, visit), kind=self.kind, status=self.status, headers=headers)


@dataclass(frozen=True)
class AstrayDatagrams(Datagram):
    """A service over UDP whose answers point elsewhere."""

    inner: Datagram
    port: int

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """What the service within answers, with the addresses filled in."""
        said = self.inner.answer(datagram, visit)
        return None if said is None else elsewhere(said.decode(), visit).encode()


@dataclass(frozen=True)
class Private(Stream):
    """A port of somebody who has not agreed to any of this: a connection is harm."""

    port: int
    tls: TLS | None = None

    async def talk(self, reader: object, writer: object, visit: Visit) -> None:
        """Note who came, and hang up."""
        visit.harm(f"a connection to port {self.port} of a host that nobody may ask")


@dataclass(frozen=True)
class PrivateDatagrams(Datagram):
    """The same over UDP."""

    port: int

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Note who came, and say nothing."""
        visit.harm(f"a datagram to port {self.port} of a host that nobody may ask")
        return None
