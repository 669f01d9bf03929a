"""Desktops, file servers and debuggers of the lab, by bytes of the specifications and by the clients that Debian has."""

import pytest

from lab.services.adb import Adb
from lab.services.openocd import OpenOcd
from lab.services.rdp import HYBRID, RDP, SSL, Rdp
from lab.services.smb import Smb
from lab.services.x11 import X11
from tests.ports import free_port

# [MS-RDPBCGR] 2.2.1.1: offered are TLS, TLS or CredSSP, and nothing but RDP's own encryption.
OFFERS_TLS = bytes.fromhex("03000013 0ee00000000000 0100080001000000")
OFFERS_BOTH = bytes.fromhex("03000013 0ee00000000000 0100080003000000")
OFFERS_NOTHING = bytes.fromhex("0300000b 06e00000000000")
# [MS-CIFS] 2.2.4.52.1, and [MS-SMB2] 2.2.3 with one dialect, 2.0.2.
SMB1 = (
    bytes.fromhex("0000002f ff534d4272000000001801c0000000000000000000000000fffffeff00000000 00 0c00 02")
    + b"NT LM 0.12\0"
)
SMB2 = b"\0\0\0\x66\xfeSMB\x40\0" + bytes(58) + b"\x24\0\x01\0\x01\0\0\0" + bytes(28) + b"\x02\x02"
# Android Open Source Project, packages/modules/adb, protocol.txt.
CNXN = bytes.fromhex("434e584e 00000001 00100000 07000000 32020000 bcb1a7b1") + b"host::\0"
# X Window System Protocol, chapter 8, in both byte orders, and GetInputFocus.
SETUPS = (bytes.fromhex("6c00 0b00 0000 0000 0000 0000"), bytes.fromhex("4200 000b 0000 0000 0000 0000"))
FOCUS = b"\x2b\0\x01\0"


@pytest.mark.parametrize(
    ("security", "request_bytes", "negotiation"),
    [
        (SSL, OFFERS_TLS, "021f080001000000"),
        (SSL, OFFERS_NOTHING, "0300080001000000"),
        (HYBRID, OFFERS_TLS, "0300080005000000"),
        (HYBRID, OFFERS_BOTH, "021f080002000000"),
        (RDP, OFFERS_TLS, "0300080002000000"),
    ],
)
async def test_a_desktop_answers_by_the_security_that_it_demands(build, security, request_bytes, negotiation):
    house = await build(Rdp(security=security))
    confirm = await house.talk(3389, request_bytes, until=bytes.fromhex(negotiation))
    assert confirm == bytes.fromhex("03000013 0ed00000123400" + negotiation)
    assert house.harms == []


async def test_an_old_desktop_knows_no_negotiation(build):
    house = await build(Rdp(negotiates=False))
    assert await house.talk(3389, OFFERS_TLS, until=b"\x12\x34\0") == bytes.fromhex("0300000b 06d00000123400")


async def test_whoever_goes_on_after_the_answer_has_begun_a_session(build):
    house = await build(Rdp(security=SSL))
    await house.talk(3389, OFFERS_TLS, b"\x16\x03\x01")
    assert house.harms == ["a remote desktop's session was begun"]


@pytest.mark.parametrize("setup", SETUPS)
async def test_a_display_speaks_in_the_clients_byte_order(build, setup):
    house = await build(X11(is_open=True))
    accepted = await house.talk(6000, setup, until=b"\0\0\x18\0")
    length = int.from_bytes(accepted[6:8], "little" if setup[:1] == b"l" else "big")
    assert accepted[:1] == b"\1"
    assert len(accepted) == 8 + 4 * length
    assert house.harms == []


async def test_a_request_to_an_open_display_is_harm_and_a_closed_one_refuses(build):
    house = await build(X11(is_open=True), X11(6001))
    await house.talk(6000, SETUPS[0], FOCUS)
    assert (await house.talk(6001, SETUPS[0])).startswith(bytes.fromhex("0040 0b00 0000 1000"))
    assert house.harms == ["a request was sent to an open display"]


async def test_a_file_server_negotiates_what_it_knows(build):
    house = await build(Smb("KIOSK-12", "TICKETS", version_1=True), Smb("KIOSK-13", port=8445))
    first = await house.talk(445, SMB1, until="KIOSK-12".encode("utf-16-le") + b"\0\0")
    assert first[4:9] == b"\xffSMB\x72"
    assert len(first) == 4 + int.from_bytes(first[:4], "big")
    assert await house.talk(8445, SMB1) == b""
    later = await house.talk(8445, SMB2, until=b"KIOSK-13")
    assert later[4:8] == b"\xfeSMB"
    assert later[72:74] == b"\x02\x02"
    assert house.harms == []


async def test_a_session_that_is_set_up_is_harm(build):
    house = await build(Smb("KIOSK-12", version_1=True))
    await house.talk(445, SMB1, SMB1.replace(b"\xffSMB\x72", b"\xffSMB\x73"))
    assert house.harms == ["a message followed the negotiation of SMB"]


async def test_a_bridge_says_who_it_is_or_asks_for_a_key(build):
    house = await build(Adb(model="SIGN-BOX 4K"), Adb(5556, asks=True))
    banner = await house.talk(5555, CNXN, until=b"shell_v2")
    assert banner[:4] + banner[20:24] == b"CNXN\xbc\xb1\xa7\xb1"
    assert b"ro.product.model=SIGN-BOX 4K;" in banner
    assert (await house.talk(5556, CNXN, until=b"\xbe\xaa\xab\xb7"))[:8] == b"AUTH\1\0\0\0"
    assert house.harms == []


async def test_whatever_follows_the_greeting_of_a_bridge_is_harm(build):
    house = await build(Adb())
    await house.talk(5555, CNXN, bytes.fromhex("4f50454e 01000000 00000000 00000000 00000000 b0afbab1"))
    assert house.harms == ["OPEN was sent to the debug bridge"]


async def test_androids_own_client_takes_the_fake_for_a_device(build, tool, tmp_path):
    house = await build(Adb(product="sign", model="SIGN_BOX", device="rk3288"))
    own, env = ("-L", f"tcp:localhost:{free_port()}"), {"HOME": str(tmp_path), "ADB_MDNS": "0"}
    try:
        await tool("adb", *own, "connect", f"{house.address}:5555", env=env)
        listed = await tool("adb", *own, "devices", "-l", env=env)
    finally:
        await tool("adb", *own, "kill-server", env=env)
    assert f"{house.address}:5555" in listed.text
    assert "product:sign model:SIGN_BOX device:rk3288" in listed.text


async def test_a_debuggers_console_greets_and_is_harmed_by_a_word(build):
    house = await build(OpenOcd())
    assert b"Open On-Chip Debugger\r\n" in await house.talk(4444, until=b"> ")
    assert house.harms == []
    await house.talk(4444, b"halt\r\n")
    assert house.harms == ["something was typed into a debugger's console"]
