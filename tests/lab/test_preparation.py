"""What is made for the first client of a service does not hold up those of others, and is made once."""

import asyncio
import socket
import ssl
from dataclasses import dataclass, field
from threading import Event

import pytest

from lab.city import City
from lab.fake import TLS, Fake, Stream, Visit
from lab.plan import Placed
from lab.services.http import Http
from tests.conftest import LOOPBACK


@dataclass(frozen=True)
class Slow(Stream):
    """Says "ready" once what it needs is made, which takes until `made` is set."""

    port: int = 8801
    tls: TLS | None = None
    made: Event = field(default_factory=Event)
    asked: list[str] = field(default_factory=list)

    def prepare(self, device: str, addresses: tuple[str, ...]) -> None:
        """Wait."""
        self.asked.append(device)
        assert self.made.wait(20)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Say so."""
        writer.write(b"ready")


def place(name: str, host: int, *services: Stream) -> Placed:
    fake = Fake(name, "", host, f"02:00:00:00:00:{host:02x}", services, frozenset())
    return Placed(fake, name, f"{LOOPBACK}.{host}")


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a city of one device count as a large one."""
    monkeypatch.setattr("lab.city._PREPARED", 0)


async def test_a_small_city_has_all_made_when_it_is_up():
    slow = Slow()
    slow.made.set()
    city = City([place("slow", 61, slow)])
    await city.open()
    await city.close()
    assert slow.asked == ["slow"]


async def test_a_device_answers_while_something_is_made_for_another(large):
    slow = Slow()
    city = City([place("slow", 62, slow), place("quick", 63, Http(port=8802))])
    await city.open()
    assert slow.asked == []
    waiting, one = await asyncio.open_connection(f"{LOOPBACK}.62", 8801)
    answering, other = await asyncio.open_connection(f"{LOOPBACK}.63", 8802)
    other.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(20):
        assert (await answering.read()).startswith(b"HTTP/1.1 404 ")
        slow.made.set()
        assert await waiting.read() == b"ready"
    for writer in (one, other):
        writer.close()
        await writer.wait_closed()
    await city.close()
    assert city.faults == []


async def test_clients_that_come_at_once_are_shown_one_certificate(large):
    city = City([place("camera", 64, Http(port=8803, tls=TLS("self-signed")))])
    await city.open()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    async def shown() -> bytes:
        _, writer = await asyncio.open_connection(f"{LOOPBACK}.64", 8803, ssl=context)
        certificate: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        await writer.wait_closed()
        return certificate

    async with asyncio.timeout(20):
        assert len(set(await asyncio.gather(*(shown() for _ in range(5))))) == 1
    await city.close()


async def test_nothing_is_made_for_who_only_looked_whether_the_port_is_open(large):
    slow = Slow()
    city = City([place("slow", 65, slow, Http(port=8804))])
    await city.open()
    socket.create_connection((f"{LOOPBACK}.65", 8801)).close()  # before the city had its turn
    reader, writer = await asyncio.open_connection(f"{LOOPBACK}.65", 8804)
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    async with asyncio.timeout(20):
        await reader.read()
    writer.close()
    await writer.wait_closed()
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)
    assert city.record()["log"]["slow"]["connections"] == 2
    assert slow.asked == []
    slow.made.set()
    await city.close()
    assert city.faults == []
