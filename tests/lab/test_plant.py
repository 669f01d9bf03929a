"""The fakes of plants and buildings, asked with bytes from the specifications, and what they count as harm."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from lab.fake import Log, Manners, Stream, Visit
from lab.services.bacnet import Bacnet, Behind
from lab.services.enip import Enip, EnipTcp, Identity
from lab.services.fins import Fins
from lab.services.modbus import Modbus, Unit
from lab.services.s7 import S7


class Wires:
    """The writing end of a connection that only keeps what was written."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    async def drain(self) -> None:
        return None


async def converse(service: Stream, *turns: bytes) -> tuple[bytes, list[str]]:
    """What a service answers to bytes and the end that follows them, and the harm that was done."""
    reader, wires, visit = asyncio.StreamReader(), Wires(), Visit("somebody", Log(), Manners())
    reader.feed_data(b"".join(turns))
    reader.feed_eof()
    await service.talk(reader, cast(Any, wires), visit)
    return wires.written, visit.log.harms


CONTROLLER = Bacnet(
    port=47808,
    instance=1234,
    vendor_id=5,
    vendor="JCI",
    model="NAE",
    serial="A1",
    behind=(Behind(5, b"\x0a", 4321, 8),),
)
# ANSI/ASHRAE 135: ReadProperty of the wildcard Device (15.5), Who-Is (16.10), and what must not be sent.
WILDCARD = bytes.fromhex("81 0a 00 11 01 04 00 05 01 0c 0c 02 3f ff ff 19 4b")
WHO_IS = bytes.fromhex("81 0a 00 08 01 00 10 08")
WRITE_PROPERTY = bytes.fromhex("81 0a 00 16 01 04 00 05 01 0f 0c 02 00 04 d2 19 55 3e 44 00 00 3f")
BROADCAST = bytes.fromhex("81 0b 00 0c 01 20 ff ff 00 ff 10 08")
TO_A_STATION = bytes.fromhex("81 0a 00 16 01 24 00 05 01 0a ff 00 05 01 0c 0c 02 00 10 e1 19 4b")


async def test_a_bacnet_device_answers_the_wildcard_with_its_instance(build):
    house = await build(CONTROLLER)
    heard = await house.ask(47808, WILDCARD)
    assert heard == bytes.fromhex("81 0a 00 17 01 00 30 01 0c 0c 02 00 04 d2 19 4b 3e c4 02 00 04 d2 3f")
    assert house.harms == []


async def test_a_bacnet_device_says_who_is_there(build):
    house = await build(replace(CONTROLLER, behind=()))
    assert await house.ask(47808, WHO_IS) == bytes.fromhex(
        "81 0a 00 14 01 00 10 00 c4 02 00 04 d2 22 05 c4 91 03 21 05"
    )


async def test_a_bacnet_property_that_it_has_not_is_an_error(build):
    house = await build(CONTROLLER)
    heard = await house.ask(47808, WILDCARD[:-1] + b"\x3a")
    assert heard == bytes.fromhex("81 0a 00 0d 01 00 50 01 0c 91 02 91 20")


async def test_a_long_property_number_and_a_short_text_are_read(build):
    house = await build(CONTROLLER)
    request = bytes.fromhex("81 0a 00 12 01 04 00 05 08 0c 0c 02 00 04 d2 1a 01 74")
    heard = await house.ask(47808, request)
    assert heard[-8:] == bytes.fromhex("0174 3e 73 00 4131 3f")


@pytest.mark.parametrize(
    ("datagram", "harm"),
    [
        (WRITE_PROPERTY, "a BACnet service that is no reading: 00 05 01 0f"),
        (BROADCAST, "BVLL that is no unicast: 81 0b 00 0c 01 20 ff ff 00 ff 10 08"),
        (TO_A_STATION, "a BACnet message to another network"),
        (b"GET / HTTP/1.1", "BVLL that is no unicast: 47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31"),
    ],
)
def test_writing_and_broadcasting_over_bacnet_is_harm(datagram, harm):
    visit = Visit("somebody", Log(), Manners())
    assert CONTROLLER.answers(datagram, visit) == ()
    assert visit.log.harms == [harm]


def test_a_router_answers_a_who_is_for_its_stations_too():
    own, behind = CONTROLLER.answers(WHO_IS, Visit("somebody", Log(), Manners()))
    assert own[4:6] == b"\x01\x00"
    assert behind == bytes.fromhex("81 0a 00 18 01 08 00 05 01 0a 10 00 c4 02 00 10 e1 22 05 c4 91 03 21 08")


LOGIX = Identity(1, 14, 166, "20.011", "00C0ACB7", "1769-L33ER/A")
# The CIP Networks Library, volume 2, chapter 2.
LIST_IDENTITY = b"\x63" + bytes(23)
REGISTER_SESSION = bytes.fromhex("6500 0400 00000000 00000000 0000000000000000 00000000 0100 0000")


async def test_a_cip_device_lists_its_identity_over_both_transports(build):
    house = await build(Enip(LOGIX), EnipTcp(LOGIX))
    heard = await house.ask(44818, LIST_IDENTITY)
    assert heard[48:62] == bytes.fromhex("0100 0e00 a600 14 0b 3000 b7acc000")
    assert heard[62:] == b"\x0c1769-L33ER/A\x03"
    assert await house.talk(44818, LIST_IDENTITY, until=b"L33ER/A\x03") == heard
    assert house.harms == []


async def test_registering_a_session_is_harm(build):
    house = await build(EnipTcp(LOGIX))
    heard = await house.talk(44818, REGISTER_SESSION)
    assert heard[8] == 1
    assert house.harms == ["EtherNet/IP command 0x0065"]


CONTROLLER_DATA_READ = bytes.fromhex("80 00 02 00 00 00 00 63 00 ef 05 01 00")


async def test_an_omron_controller_says_its_model_and_nothing_else(build):
    house = await build(Fins(model="CJ2M-CPU33", version="02.01"))
    heard = await house.ask(9600, CONTROLLER_DATA_READ)
    assert heard[:14] == bytes.fromhex("c0 00 02 00 63 00 00 00 00 ef 05 01 00 00")
    assert heard[14:54] == b"CJ2M-CPU33          02.01               "
    stop = CONTROLLER_DATA_READ[:10] + b"\x04\x02"
    assert (await house.ask(9600, stop))[12:14] == b"\x04\x01"
    assert house.harms == ["FINS command 0402"]


PLC = S7(port=1020, order_number="6ES7 315-2EH14-0AB0", hardware=5, firmware="V3.2.14", texts=((1, "Pump"), (5, "S1")))
CONNECT = bytes.fromhex("03000016 11e00000001400c1020100c2020102c0010a")
SETUP = bytes.fromhex("03000019 02f080 3201000000000008 0000 f0000001000101e0")
READ_TEXTS = bytes.fromhex("03000021 02f080 32070000001c00080008 0001120411440100 ff090004001c0000")
DISCONNECT = bytes.fromhex("0300000b 06800006001480")
STOP = bytes.fromhex("03000021 02f080 3201000000000010 0000 29000000000009 505f50524f4752414d")


async def test_an_s7_controller_reads_out_its_list_and_lets_itself_be_disconnected():
    heard, harms = await converse(PLC, CONNECT, SETUP, READ_TEXTS, DISCONNECT)
    assert heard[5] == 0xD0
    assert b"\x00\x05S1\x00" in heard
    assert harms == []


@pytest.mark.parametrize(
    ("turns", "harm"),
    [
        ((CONNECT, SETUP), "an S7 connection that was not disconnected"),
        ((CONNECT, SETUP, STOP), "an S7 job 32 01 00 00 00 00 00 10 00 00 29 00 00 00"),
        ((CONNECT, READ_TEXTS), "an S7 job 32 07 00 00 00 1c 00 08 00 08 00 01 12 04"),
        ((b"GET / HTTP/1.1\r\n",), "no TPKT: 47 45 54 20"),
    ],
)
async def test_what_an_s7_controller_does_not_expect_is_harm(turns, harm):
    assert (await converse(PLC, *turns))[1] == [harm]


async def test_an_s7_controller_refuses_another_tsap():
    heard, harms = await converse(PLC, CONNECT.replace(b"\x01\x02\xc0", b"\x02\x00\xc0"))
    assert (heard[5], harms) == (0x80, [])


IDENTIFY = bytes.fromhex("0001 0000 0005 ff 2b0e0100")
BEHIND = Modbus(port=5020, vendor="SE", product_code="EGX150", units=(255,), behind=(Unit(1, ("SE", "PM5110", "2")),))


async def test_a_gateway_answers_for_the_meter_behind_it_and_says_who_is_not_there():
    heard, harms = await converse(BEHIND, IDENTIFY[:6] + b"\x01" + IDENTIFY[7:], IDENTIFY[:6] + b"\x00" + IDENTIFY[7:])
    meter = bytes.fromhex("0001 0000 0017 01 2b0e0181000003 0002 5345 0106") + b"PM5110" + b"\x02\x012"
    assert heard == meter + bytes.fromhex("0001 0000 0003 00 ab0b")
    assert harms == []


async def test_units_far_down_the_serial_line_are_left_alone():
    _, harms = await converse(BEHIND, IDENTIFY[:6] + b"\x07" + IDENTIFY[7:])
    assert harms == ["a Modbus request to unit 7, on the serial line behind the controller"]


FRAGILE = Modbus(port=5020, vendor="TE", product_code="140", revision="V2.80", units=(255,), fragile=True)


async def test_a_fragile_controller_stands_being_asked_for_its_name():
    heard, harms = await converse(FRAGILE, IDENTIFY)
    assert heard.endswith(b"V2.80")
    assert harms == []


@pytest.mark.parametrize(
    ("unexpected", "faulted_on"),
    [(b"\r\n", "0d 0a"), (b"GET / HTTP/1.1", "47 45 54 20 2f 20 48"), (IDENTIFY[:-2] + b"\x02\x00", "2b 0e 02 00")],
)
async def test_a_fragile_controller_faults_on_every_other_byte(unexpected, faulted_on):
    assert await converse(FRAGILE, unexpected) == (b"", [f"the controller faulted on {faulted_on}"])
