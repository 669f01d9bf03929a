"""The discovery services of gateways and serial servers: what they answer, and what they call harm."""

import os
from dataclasses import replace

import pytest

from lab.fake import Log, Manners, Visit
from lab.services.addp import Addp
from lab.services.lantronix import Lantronix
from lab.services.mndp import Mndp
from lab.services.moxa import MoxaSearch
from lab.services.ntp import Ntp
from lab.services.ubiquiti import Ubiquiti
from lab.services.vertx import VertxDiscovery

MAC = "00:20:4a:2a:12:07"
RADIO = Ubiquiti(MAC, "XM.ar7240.v5.6.3.28591.151130.1749", "mast-7", "N5N", "NanoStation M5", username="ubnt")
ADOPTED = Ubiquiti(MAC, "BZ.mt7621.v4.0.80.10875.200107.0939", "ap", "", "U7HD", protocol=2, unmanaged=False)
ROUTER = Mndp(MAC, "kerb", "7.15.3 (stable) 2024-07-24 10:39:01", "RB960PGS")
SERVER = Lantronix(MAC, "X2D")
NPORT = MoxaSearch(MAC, hardware=0x511A, product_line=0x55555500)
DIGI = Addp("00:40:9d:33:d2:94", "Digi Connect ME", "Version 82000856_F6 07/21/2006")
CLOCK = Ntp("ntpd 4.2.6p5@1.2349-o Mon Nov  2 04:29:47 UTC 2015 (1)", system="Linux/3.10.14")
DOOR = VertxDiscovery("00:06:8e:01:02:03", "VertX_EVO_V2000", "V2-V2000", "3.6.3.101", "07/27/2017")


async def test_a_radio_answers_version_1_with_its_fields(build):
    house = await build(RADIO)
    heard = await house.ask(10001, b"\x01\x00\x00\x00")
    assert heard[:2] == b"\x01\x00"
    assert int.from_bytes(heard[2:4], "big") == len(heard) - 4
    assert b"\x03\x00\x22XM.ar7240.v5.6.3.28591.151130.1749" in heard
    assert b"\x06\x00\x04ubnt" in heard


async def test_an_adopted_access_point_answers_version_2(build):
    house = await build(ADOPTED)
    heard = await house.ask(10001, b"\x02\x08\x00\x00")
    assert heard[:2] == b"\x02\x06"
    assert heard.endswith(b"\x15\x00\x04U7HD\x17\x00\x01\x00")


async def test_a_router_announces_itself_to_four_zeros(build):
    house = await build(ROUTER)
    heard = await house.ask(5678, bytes(4))
    assert b"\x00\x01\x00\x06" + bytes.fromhex("00204a2a1207") in heard
    assert b"\x00\x07\x00\x237.15.3 (stable) 2024-07-24 10:39:01" in heard


async def test_a_serial_server_answers_f6_with_f7(build):
    house = await build(SERVER)
    heard = await house.ask(30718, b"\x00\x00\x00\xf6")
    assert (heard[:4], len(heard)) == (b"\x00\x00\x00\xf7", 30)
    assert (heard[8:11], heard[22:24], heard[24:]) == (b"X2D", b"\x12\x07", bytes.fromhex("00204a2a1207"))


async def test_an_nport_answers_a_search_as_the_observed_one_did(build):
    house = await build(NPORT)
    heard = await house.ask(4800, bytes.fromhex("0100 0008 0000 0000"))
    assert heard[:20] == bytes.fromhex("8100 0018 0000 0000 0055 5555 1a51 0020 4a2a 1207")


async def test_a_digi_answers_as_the_recorded_one_did(build):
    house = await build(DIGI)
    heard = await house.ask(2362, b"DIGI\x00\x01\x00\x06" + b"\xff" * 6)
    assert heard[:16] == b"DIGI\x00\x02\x00\x60\x01\x06\x00\x40\x9d\x33\xd2\x94"
    assert b"\x0d\x0fDigi Connect ME" in heard
    assert b"\x08\x1eVersion 82000856_F6 07/21/2006" in heard


async def test_a_door_controller_answers_with_the_length_of_all(build):
    house = await build(DOOR)
    heard = await house.ask(4070, b"discover;013;")
    word, length, mac, name, _, kind, model, version, built, end = heard.split(b";")
    assert (word, int(length), mac, name, kind) == (
        b"discovered",
        len(heard),
        b"00:06:8E:01:02:03",
        b"VertX_EVO_V2000",
        b"1",
    )
    assert (model, version, built, end) == (b"V2-V2000", b"3.6.3.101", b"07/27/2017", b"")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        # RFC 9327, section 2: READVAR of two variables by name, of one that there is not, of an association that there is not.
        (
            bytes.fromhex("1602 0001 0000 0000 0000 000e") + b"version,system\0\0",
            bytes.fromhex("1682 0001 0115 0000 0000 005a")
            + b'version="ntpd 4.2.6p5@1.2349-o Mon Nov  2 04:29:47 UTC 2015 (1)", system="Linux/3.10.14"\r\n\0\0',
        ),
        (bytes.fromhex("1602 0001 0000 0000 0000 0004") + b"tape", bytes.fromhex("16c2 0001 0500 0000 0000 0000")),
        (bytes.fromhex("1602 0001 0000 0063 0000 0000"), bytes.fromhex("16c2 0001 0400 0063 0000 0000")),
        # RFC 5905, section 7.3: a client's packet, answered with its time of sending as the origin.
        (
            bytes.fromhex("23") + bytes(39) + b"\x01\x02\x03\x04\x05\x06\x07\x08",
            bytes.fromhex("240106ec 0000000000000000")
            + b"GPS\0"
            + bytes.fromhex("bc17c20000000000 0102030405060708")
            + bytes.fromhex("bc17c20000000000") * 2,
        ),
    ],
)
async def test_a_clock_tells_its_variables_and_the_time(build, asked, told):
    house = await build(CLOCK)
    assert await house.ask(123, asked) == told
    assert house.harms == []


@pytest.mark.parametrize(
    ("service", "request_bytes"),
    [
        (RADIO, b"\x02\x0a\x00\x00"),
        (SERVER, b"\x00\x00\x00\xf8"),
        (SERVER, b"\x00\x00\x00\x03X1"),
        (NPORT, bytes.fromhex("1000 0014 0000 0000 0055 5555 1a51 0020 4a2a 1207")),
        (DIGI, b"DIGI\x00\x05\x00\x06" + b"\xff" * 6),
        (CLOCK, bytes.fromhex("1700 032a 0000 0000 0000 0000")),
        (replace(CLOCK, open=False), bytes.fromhex("1603 0001 0000 0000 0000 0000")),
        (DOOR, b"command_blink_on;042;00:06:8E:01:02:03;30;"),
    ],
)
def test_what_writes_or_reads_secrets_is_harm_and_not_answered(service, request_bytes):
    log = Log()
    assert service.answer(request_bytes, Visit("127.0.0.1", log, Manners())) is None
    assert len(log.harms) == 1


@pytest.mark.real
async def test_nmap_reads_the_same_of_a_radio(build, tool):
    if os.geteuid() != 0:
        pytest.skip("nmap sends datagrams of its own making, which only root may: run the tests as root")
    house = await build(RADIO)
    said = await tool("nmap", "-Pn", "-n", "-sU", "-p", "10001", "--script", "ubiquiti-discovery", house.address)
    assert "firmware: XM.ar7240.v5.6.3.28591.151130.1749" in said.text
    assert "hostname: mast-7" in said.text
    assert house.harms == []


@pytest.mark.real
async def test_nmap_reads_the_same_of_a_clock(build, tool):
    if os.geteuid() != 0:
        pytest.skip("nmap sends datagrams of its own making, which only root may: run the tests as root")
    house = await build(CLOCK)
    said = await tool("nmap", "-Pn", "-n", "-sU", "-p", "123", "--script", "ntp-info", house.address)
    assert "ntpd 4.2.6p5@1.2349-o Mon Nov  2 04:29:47 UTC 2015 (1)" in said.text
    assert "Linux/3.10.14" in said.text
    # Whether the port is open nmap asks by a message of mode 1, symmetric active (nmap-payloads, 123/udp): that is no question.
    assert set(house.harms) == {"an NTP message of a peer, which would set its clock"}


@pytest.mark.real
async def test_nmap_reads_the_same_of_a_door_controller(build, tool):
    house = await build(DOOR)
    script = "broadcast-hid-discoveryd"
    options = f"{script}.address={house.address},{script}.timeout=2s"
    said = await tool("nmap", "--script", script, "--script-args", options)
    assert (
        f"Name: VertX_EVO_V2000; IP Address: {house.address}; Model: V2-V2000; Version: 3.6.3.101 (07/27/2017)"
        in said.text
    )
    assert house.harms == []
