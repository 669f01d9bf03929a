"""What becomes of a fake that is hurt: it falls silent for good, or restarts and counts it."""

import asyncio
import socket
import struct

import pytest

from lab.fake import Fate, Manners
from lab.services.http import Http, page
from lab.services.modbus import Modbus
from lab.services.snmp import Snmp

WEB = Http(port=8080, pages=(("/", page("x")),))
PLC = Modbus(port=5020, vendor="Acme", product_code="P1", revision="1.0")
AGENT = Snmp(enterprise=8691, mac="00:90:e8:00:00:01", port=16100, boots=3)
GET = b"GET / HTTP/1.0\r\n\r\n"
# MODBUS Application Protocol V1.1b3, section 6.21: Read Device Identification of unit 255.
IDENTIFY = bytes.fromhex("0001 0000 0005 ff 2b0e0100")
JUNK = b"GET / HTTP/1.1\r\n\r\n"
# RFC 3414, section 4: the discovery of an engine, as the scanner's own tests have it.
DISCOVER = bytes.fromhex(
    "303e 020103 3011 020440000000 020300ffe3 040104 020103"
    "0410 300e 0400 020100 020100 0400 0400 0400 3014 0400 0400 a00e 020440000000 020100 020100 3000"
)


def is_silent(address: str, port: int) -> bool:
    """Whether a connection meets neither an answer nor a refusal for as long as a whole SYN takes."""
    with socket.socket() as caller:
        caller.settimeout(0.5)
        try:
            caller.connect((address, port))
        except TimeoutError:
            return True
    return False


async def comes(true):
    """Let the city work until it has noticed."""
    while not true():  # noqa: ASYNC110 - the city has no event for it
        await asyncio.sleep(0)


async def test_a_device_that_dies_answers_at_none_of_its_ports(build):
    house = await build(PLC, WEB, manners=Manners(fate=Fate.DIES))
    await house.talk(8080, GET)
    _, writer = await asyncio.open_connection(house.address, 5020)
    writer.write(JUNK)
    await writer.drain()
    await comes(lambda: house.log.dead)
    writer.close()
    assert await asyncio.to_thread(is_silent, house.address, 5020)
    assert await asyncio.to_thread(is_silent, house.address, 8080)
    assert [harm.startswith("the controller faulted on ") for harm in house.harms] == [True]


@pytest.mark.parametrize("junk", [b"\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\0\1\0\0\0"])
async def test_every_byte_that_is_no_modbus_is_noticed(build, junk):
    house = await build(PLC)
    reader, writer = await asyncio.open_connection(house.address, 5020)
    writer.write(junk)
    writer.write_eof()
    await reader.read()
    writer.close()
    assert house.harms == [f"the controller faulted on {junk[:7].hex(' ')}"]


async def test_a_slot_that_is_never_freed_is_missed_by_the_one_too_many(build):
    house = await build(WEB, manners=Manners(connections_ever=2, fate=Fate.DIES))
    for _ in range(2):
        await house.talk(8080, GET)
    assert not house.log.dead
    _, writer = await asyncio.open_connection(house.address, 8080)
    await comes(lambda: house.log.dead)
    writer.close()
    assert house.harms == ["3 connections, and none of its 2 slots is ever freed"]
    assert await asyncio.to_thread(is_silent, house.address, 8080)


async def test_a_device_that_restarts_is_silent_meanwhile_and_counts_it(build):
    house = await build(WEB, AGENT, manners=Manners(connections=9, connections_per_second=2, fate=Fate.RESTARTS))
    assert b"\x02\x01\x03" in (await house.ask(16100, DISCOVER))[30:50]
    writers = [(await asyncio.open_connection(house.address, 8080))[1] for _ in range(3)]
    await comes(lambda: house.log.restarts)
    for writer in writers:
        writer.close()
    assert await asyncio.to_thread(is_silent, house.address, 8080)
    while await asyncio.to_thread(is_silent, house.address, 8080):
        pass
    assert b"\x02\x01\x04" in (await house.ask(16100, DISCOVER))[30:50]
    assert house.log.restarts == 1


async def test_who_comes_again_from_the_same_port_is_heard_after_a_restart(build):
    house = await build(PLC, manners=Manners(fate=Fate.RESTARTS))
    source = ("127.0.0.1", 0)
    for turn in (JUNK, IDENTIFY):
        reader, writer = await asyncio.wait_for(asyncio.open_connection(house.address, 5020, local_addr=source), 5)
        source = writer.get_extra_info("sockname")
        writer.write(turn)
        answer = await reader.read(200)
        link = writer.get_extra_info("socket")
        link.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )  # socket(7): the port is free at once
        writer.transport.abort()
        while await asyncio.to_thread(is_silent, house.address, 5020):
            pass
    assert b"Acme" in answer
