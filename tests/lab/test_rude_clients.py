"""Whatever a client does, no service of the city falls over it, and none holds on to whoever has gone."""

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator, Iterator

import pytest

from lab.city import City, shift_needed
from lab.fake import Datagram, Fake, Log, Manners, Service, Stream, Visit, load_depot, load_fakes
from lab.plan import lay_out
from lab.services.anything import Anything
from lab.services.endless import Endless
from lab.services.http import Http
from lab.services.telnet import Telnet
from tests.conftest import LOOPBACK

NOISE = random.Random(7).randbytes(600)
RUDE = {
    "nothing at all": b"",
    "noise": NOISE,
    "noughts": bytes(300),
    "half a request": b"GET / HTTP/1.1\r\nHost: exam",
    "a request of another": b"OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/TCP nm;branch=foo\r\nContent-Length: -1\r\n\r\n",
    "a body that never comes": b"POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\nuser=",
    "a line without end": b"A" * 100_000,
    "an opening of TLS, cut": bytes.fromhex("16030100c8010000c40303"),
    "sizes of nothing": b"\x03\x00\x00\x00\x00\x00\x00\x00*1\r\n$-5\r\n",
}
AT_ONCE = 150


def _misleads(service: Service) -> bool:
    """Whether a service keeps its clients on purpose."""
    return isinstance(service, Anything | Endless) or (isinstance(service, Telnet) and service.drip > 0)


PEACEFUL = [f for f in load_fakes() if f.quarter != "hostile" and not any(_misleads(one) for one in f.services)]
STREAMS = [(fake, service) for fake in PEACEFUL for service in fake.services if isinstance(service, Stream)]
WEB = [(fake, service) for fake, service in STREAMS if isinstance(service, Http) and service.tls is None]


@pytest.fixture
async def standing() -> AsyncIterator[City]:
    """All peaceful fakes at work in this process."""
    plan = lay_out(f"{LOOPBACK}.0/24", only=[fake.name for fake in PEACEFUL])
    city = City(plan.placed, shift_needed(plan.placed))
    await city.open()
    yield city
    await city.close()


async def _meet(city: City, fake: Fake, service: Stream) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(f"{LOOPBACK}.{fake.host}", city.port(service.port))


async def _said(city: City, fake: Fake, service: Stream, *turns: bytes) -> bytes:
    """What a service says to a client that says its turns and then no more: until the service has closed too."""
    reader, writer = await _meet(city, fake, service)
    heard = b""
    try:
        for turn in turns:
            writer.write(turn)
            await writer.drain()
        writer.write_eof()
        while data := await reader.read(65536):
            heard += data
    except ConnectionError:
        pass  # it has hung up on us, as it may
    finally:
        writer.close()
    return heard


def _dead(city: City, fake: Fake) -> bool:
    """Whether a device bears no rudeness, and was killed or is restarting."""
    log = city.record()["log"][fake.name]
    return bool(log["dead"] or log["restarts"])


@pytest.mark.parametrize("rudeness", RUDE)
async def test_every_service_closes_when_a_rude_client_has_no_more_to_say(standing, rudeness):
    room = asyncio.Semaphore(AT_ONCE)

    async def visit(fake: Fake, service: Stream) -> str:
        async with room:
            try:
                async with asyncio.timeout(30):
                    await _said(standing, fake, service, RUDE[rudeness])
            except TimeoutError:
                return "" if _dead(standing, fake) else f"{fake.name} port {service.port} holds on"
        return ""

    heard = await asyncio.gather(*(visit(fake, service) for fake, service in STREAMS if not _dead(standing, fake)))
    assert {held for held in heard if held} == set()
    assert standing.faults == []


async def test_no_service_falls_over_a_reset(standing):
    for fake, service in STREAMS:
        if not _dead(standing, fake):
            _, writer = await _meet(standing, fake, service)
            writer.write(b"GET / HT")
            link = writer.get_extra_info("socket")
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # socket(7): close sends RST
            writer.transport.abort()
    assert standing.faults == []


async def test_a_request_in_single_bytes_is_answered(standing):
    for fake, service in WEB[::4]:
        if not _dead(standing, fake):
            turns = (bytes((byte,)) for byte in b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert (await _said(standing, fake, service, *turns)).startswith(b"HTTP/1.1 "), fake.name


async def test_ten_requests_in_one_piece_are_answered_in_turn_where_the_server_keeps_alive(standing):
    for fake, service in WEB:
        if not _dead(standing, fake):
            heard = await _said(standing, fake, service, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" * 10)
            assert heard.count(b"HTTP/1.1 ") == (10 if service.keeps_alive else 1), fake.name


def _datagrams() -> Iterator[bytes]:
    yield from (message[:1400] for message in RUDE.values())
    yield from (NOISE[at : at + size] for at in range(0, 500, 25) for size in (1, 4, 12, 24, 60))


@pytest.mark.parametrize("fake", [*load_fakes(), *load_depot()], ids=lambda fake: fake.name)
def test_no_datagram_makes_a_service_fall_over(fake):
    services = [service for service in fake.services if isinstance(service, Datagram)]
    for service in services:
        visit = Visit("192.0.2.1:4000", Log(), Manners())
        for datagram in _datagrams():
            assert all(isinstance(answer, bytes) for answer in service.answers(datagram, visit))
