import pytest

from lab.services.modbus import Modbus

PLC = Modbus(port=5020, vendor="Schneider Electric", product_code="BMX P34 2020", revision="v2.60")
# Modbus Application Protocol V1.1b3, section 6.21, inside the MBAP header of the Messaging Implementation Guide V1.0b, section 3.1.3.
IDENTIFY = bytes.fromhex("0001 0000 0005 ff 2b0e0100")
IDENTITY = bytes.fromhex("0001 0000 0031 ff 2b0e01810000 03") + (
    b"\x00\x12Schneider Electric" + b"\x01\x0cBMX P34 2020" + b"\x02\x05v2.60"
)
READ_REGISTER = bytes.fromhex("0002 0000 0006 ff 03 0000 0001")
WRITE_COIL = bytes.fromhex("0003 0000 0006 ff 05 0000 ff00")
READ_ONE_OBJECT = bytes.fromhex("0004 0000 0005 ff 2b0e0402")


async def test_identifies_itself(build):
    house = await build(PLC)
    assert await house.talk(5020, IDENTIFY, until=b"v2.60") == IDENTITY
    assert house.harms == []


async def test_gives_one_object_and_refuses_one_that_it_has_not(build):
    house = await build(PLC)
    one = bytes.fromhex("0004 0000 000f ff 2b0e04810000 01 0205") + b"v2.60"
    missing = bytes.fromhex("0004 0000 0003 ff ab02")
    assert await house.talk(5020, READ_ONE_OBJECT + READ_ONE_OBJECT[:-1] + b"\x09", until=missing) == one + missing


@pytest.mark.parametrize(("request_frame", "function"), [(READ_REGISTER, 3), (WRITE_COIL, 5)])
async def test_reading_or_writing_registers_is_harm_and_an_exception(build, request_frame, function):
    house = await build(PLC)
    heard = await house.talk(5020, request_frame, until=b"\x01")
    assert heard[:6] == request_frame[:4] + b"\0\3"
    assert heard[7:] == bytes((function | 0x80, 1))
    assert house.harms == [f"Modbus function {function}"]


async def test_asking_the_serial_line_behind_it_is_harm(build):
    house = await build(PLC)
    heard = await house.talk(5020, IDENTIFY[:6] + b"\x07" + IDENTIFY[7:], until=b"\x0b")
    assert heard == bytes.fromhex("0001 0000 0003 07 ab0b")
    assert house.harms == ["a Modbus request to unit 7, on the serial line behind the controller"]


@pytest.mark.parametrize("junk", [b"GET / HTTP/1.1\r\n\r\n", b"\0\1\0\0\xff\xff\xff", b"\0\1\0\0\0\0\xff"])
async def test_hangs_up_on_what_is_not_modbus(build, junk):
    house = await build(PLC)
    assert await house.talk(5020, junk) == b""


@pytest.mark.real
async def test_nmap_finds_the_same_identity_and_its_other_questions_are_noticed(build, tool):
    house = await build(PLC)
    script = ("--script", "+modbus-discover", "--script-args", "modbus-discover.aggressive=false")
    said = await tool("nmap", "-Pn", "-n", "-sT", "-p", "5020", *script, house.address)
    assert "Schneider Electric BMX P34 2020 v2.60" in said.text
    assert "Modbus function 17" in house.harms
