import asyncio
import socket
from dataclasses import dataclass

import pytest

from lab.city import City, CityError
from lab.fake import Datagram, Manners
from lab.services.http import Http, page
from lab.services.telnet import Telnet

WEB = Http(port=8080, pages=(("/", page("x")),))
OTHER = Telnet(port=2323)


async def test_two_connections_at_once_are_harm_on_whatever_ports(build):
    house = await build(WEB, OTHER)
    _, first = await asyncio.open_connection(house.address, 8080)
    heard = await house.talk(2323, until=b"# ")
    first.close()
    await first.wait_closed()
    assert heard
    assert house.log.most_open == 2
    assert house.harms == ["2 connections at once"]


def one_after_another(address, ports, times):
    """Connect and close, again and again, as fast as a blocking client can: never two at once."""
    for turn in range(times):
        with socket.create_connection((address, ports[turn % len(ports)]), timeout=20):
            pass


async def test_connections_one_after_another_are_no_harm_however_fast(build):
    house = await build(WEB, OTHER)
    await asyncio.to_thread(one_after_another, house.address, (8080, 2323), 200)
    await house.talk(2323, until=b"# ")
    assert house.log.connections == 201
    assert house.log.most_open == 1
    assert house.harms == []


async def test_a_device_that_bears_two_connections_is_not_hurt_by_two(build):
    house = await build(WEB, OTHER, manners=Manners(connections=2))
    _, first = await asyncio.open_connection(house.address, 8080)
    await house.talk(2323, until=b"# ")
    first.close()
    await first.wait_closed()
    assert house.harms == []


async def test_more_connections_in_a_second_than_the_device_bears_are_harm(build):
    house = await build(WEB, manners=Manners(connections_per_second=2))
    while house.log.busiest_second < 3:  # however slow this machine is just now
        await asyncio.to_thread(one_after_another, house.address, (8080,), 3)
        await house.talk(8080, b"GET / HTTP/1.0\r\n\r\n")
    assert "3 connections in a second" in house.harms


async def test_its_ports_are_free_again_after_it_is_closed(build):
    house = await build(WEB)
    await house.talk(8080, b"GET / HTTP/1.0\r\n\r\n")
    await house.city.close()
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection(house.address, 8080)


async def test_closing_hangs_up_on_whoever_is_there(build):
    house = await build(OTHER)
    reader, writer = await asyncio.open_connection(house.address, 2323)
    await reader.readuntil(b"# ")
    await house.city.close()
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_an_address_that_is_taken_is_named(build):
    house = await build(WEB)
    again = City([site.placed for site in house.city._sites])
    with pytest.raises(CityError, match=f"cannot bind {house.address} port 8080/tcp: it is taken"):
        await again.open()
    await again.close()


async def test_a_port_below_1024_is_shifted_and_others_are_not(build):
    house = await build(WEB)
    privileged = City([], shift=20000)
    assert (privileged.port(80), privileged.port(1024), house.city.port(80)) == (20080, 1024, 80)


@dataclass(frozen=True)
class Faulty(Datagram):
    """A service that is written wrongly."""

    heard: asyncio.Event
    port: int = 1161

    def answer(self, datagram, visit):
        self.heard.set()
        raise IndexError(datagram[0])


async def test_what_a_datagram_finds_wrong_with_the_lab_is_kept(build, capsys):
    heard = asyncio.Event()
    house = await build(Faulty(heard))
    asking = asyncio.get_running_loop().create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=(house.address, 1161)
    )
    transport, _ = await asking
    transport.sendto(b"?")
    async with asyncio.timeout(20):
        await heard.wait()
    transport.close()
    (fault,) = house.city.faults
    assert "house port 1161/udp" in fault
    assert "IndexError: 63" in capsys.readouterr().err
    house.city.faults.clear()
