"""The fakes of control protocols: they answer what is harmless, and notice what is not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.fake import Log, Manners, Visit
from lab.services import ber
from lab.services.dnp3 import Dnp3, crc
from lab.services.fox import Fox
from lab.services.iec104 import Iec104
from lab.services.knx import Knx
from lab.services.opcua import OpcUa
from lab.services.opcua_session import Build
from lab.services.snmp import Snmp

# IEC 60870-5-104:2006, figure 14.
TESTFR_ACT, TESTFR_CON = bytes.fromhex("680443000000"), bytes.fromhex("680483000000")
# IEEE 1815-2012, section 9.2; the CRCs were checked against dnp3-outstation 0.2.0.
LINK_REQUEST, LINK_STATUS = bytes.fromhex("056405c901000000de8e"), bytes.fromhex("0564050b00000100baf0")
# KNX Standard 3/8/2, section 7.7.1, with an HPAI that routes back.
DESCRIPTION_REQUEST = bytes.fromhex("0610 0203 000e 0801 00000000 0000")
FOX_HELLO = b"fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\n};;\n"
SERVER = OpcUa("PLC1", "urn:x:plc1", "urn:x", port=48400)


def visit() -> Visit:
    return Visit("test", Log(), Manners())


async def test_a_station_confirms_test_frames(build):
    house = await build(Iec104(port=24040))
    assert await house.talk(24040, TESTFR_ACT * 2, until=TESTFR_CON * 2) == TESTFR_CON * 2
    assert house.harms == []


@pytest.mark.parametrize(
    ("frame", "harm"),
    [
        ("680407000000", "STARTDT in IEC 60870-5-104"),
        ("680413000000", "STOPDT in IEC 60870-5-104"),
        ("680e0000000064010600010000000014", "an ASDU of type 100 in IEC 60870-5-104"),
        ("474554202f0d", "bytes that are no frame of IEC 60870-5-104"),
    ],
)
async def test_whatever_else_is_said_to_a_station_is_harm(build, frame, harm):
    house = await build(Iec104(port=24040))
    assert await house.talk(24040, bytes.fromhex(frame)) == b""
    assert house.harms == [harm]


async def test_an_outstation_tells_its_link_status(build):
    house = await build(Dnp3(port=20001))
    assert await house.talk(20001, LINK_REQUEST, until=LINK_STATUS) == LINK_STATUS
    assert house.harms == []


@pytest.mark.parametrize(
    ("head", "harm"),
    [
        ("056405c9ffff0000", "a DNP3 frame to the address 0xffff, which more than one station hears"),
        ("056405c9fcff0000", "a DNP3 frame to the address 0xfffc, which more than one station hears"),
        ("056405c001000000", "DNP3 link function 0"),
        ("056408c401000000", "DNP3 link function 4"),
    ],
)
async def test_broadcasts_resets_and_user_data_are_harm(build, head, harm):
    house = await build(Dnp3(port=20001))
    header = bytes.fromhex(head)
    assert await house.talk(20001, header + crc(header)) == b""
    assert house.harms == [harm]


async def test_an_outstation_passes_over_what_is_for_another(build):
    house = await build(Dnp3(port=20001, station=4))
    other = bytes.fromhex("056405c904000000")
    answer = await house.talk(20001, LINK_REQUEST, other + crc(other), until=b"\x05\x64")
    assert answer[3:8] == bytes.fromhex("0b00000400")
    assert house.harms == []


ROUTER = Knx("00c501023184", "00:24:6d:02:31:84", "KNX IP Router 752")


def test_a_router_describes_itself():
    answer = ROUTER.answer(DESCRIPTION_REQUEST, visit())
    assert answer is not None
    assert answer[:6] == bytes.fromhex("0610 0204 0046")
    assert bytes.fromhex("00c501023184 e000170c 00246d023184") + b"KNX IP Router 752" in answer
    assert answer.endswith(bytes.fromhex("0a02 0201 0301 0401 0501"))


def test_a_tunnel_is_harm_and_a_search_is_met_with_silence():
    asking = visit()
    connect = bytes.fromhex("0610 0205 001a 0801 00000000 0000 0801 00000000 0000 04040200")
    search = bytes.fromhex("0610 0201 000e 0801 00000000 0000")
    assert ROUTER.answer(connect, asking) is None
    assert ROUTER.answer(search, asking) is None
    assert asking.log.harms == ["KNXnet/IP service 0x0205"]


@given(st.binary(max_size=60))
def test_junk_is_met_with_silence(junk):
    assert ROUTER.answer(junk, visit()) is None


async def test_a_niagara_station_greets_once(build):
    house = await build(Fox("Qnx-TITAN-1", "TownHall", port=19110))
    said = await house.talk(19110, FOX_HELLO, until=b"};;\n")
    assert said.startswith(b"fox a 0 -1 fox hello\n{\n")
    assert b"\nhostId=s:Qnx-TITAN-1\n" in said
    await house.talk(19110, b"fox a 1 -1 fox login\n{\n};;\n")
    assert house.harms == ["a Fox frame that is no hello"]


def opc(kind: bytes, body: bytes) -> bytes:
    return kind + b"F" + (8 + len(body)).to_bytes(4, "little") + body


def request(number: int) -> bytes:
    return opc(
        b"MSG", bytes.fromhex("07000000 01000000 02000000 02000000 0100") + number.to_bytes(2, "little") + bytes(40)
    )


async def test_a_session_is_harm_and_a_channel_left_open_too(build):
    house = await build(SERVER)
    opening = opc(b"OPN", bytes(40))
    await house.talk(48400, opc(b"HEL", bytes(20)), opening, request(461), until=b"MSGF")
    assert house.harms[0] == "OPC UA request 461"
    await house.talk(48400, opening, until=b"OPNF")
    await house.talk(48400, opening, opc(b"CLO", bytes(40)))
    assert [harm for harm in house.harms if "left open" in harm] == ["an OPC UA channel was left open"] * 2


BUILT = replace(SERVER, build=Build("urn:x", "Lab", "PLC", "1.2", "7", days=0))
# Requests of a session as opcua_build and asyncua 2.1.0 word them (OPC 10000-4, section 5.6): the token is the one that this server gives out.
GIVEN = bytes.fromhex("05 0000 10000000") + bytes.fromhex("7a1c") * 8
NULL = b"\xff" * 4


def in_session(number: int, rest: bytes, token: bytes = GIVEN) -> bytes:
    head = bytes.fromhex("07000000 01000000 02000000 02000000 0100") + number.to_bytes(2, "little")
    return opc(b"MSG", head + token + bytes(16) + NULL + bytes.fromhex("10270000 000000") + rest)


def value_of(node: int) -> bytes:
    return b"\x01\0" + node.to_bytes(2, "little") + bytes.fromhex("0d000000") + NULL + b"\0\0" + NULL


CREATE = in_session(461, b"", b"\0\0")
ACTIVATE = in_session(467, NULL * 4 + bytes.fromhex("0100 4101 01 0d000000 09000000") + b"anonymous" + NULL * 2)
READ_BUILD = in_session(631, bytes(8) + bytes.fromhex("03000000 01000000") + value_of(2260))
CLOSE_SESSION = in_session(473, b"\x01")
CLOSE_CHANNEL = opc(b"CLO", bytes(40))


async def test_an_open_server_tells_a_stranger_its_build_in_a_session(build):
    house = await build(BUILT)
    asked = (opc(b"OPN", bytes(40)), CREATE, ACTIVATE, READ_BUILD, CLOSE_SESSION, CLOSE_CHANNEL)
    said = await house.talk(48400, *asked)
    # BuildInfo (340) in a Variant: five Strings and 1 January 2020 in hundreds of nanoseconds since 1601.
    words = b"".join(len(word).to_bytes(4, "little") + word for word in (b"urn:x", b"Lab", b"PLC", b"1.2", b"7"))
    told = words + (132_223_104_000_000_000).to_bytes(8, "little")
    assert bytes.fromhex("01 16 0100 5401 01") + len(told).to_bytes(4, "little") + told in said
    assert house.harms == []


@pytest.mark.parametrize(
    ("asked", "harm"),
    [
        ((CREATE, CLOSE_CHANNEL), "an OPC UA session was left open"),
        ((CREATE, CREATE, CLOSE_SESSION, CLOSE_CHANNEL), "a second OPC UA session"),
        ((READ_BUILD, CLOSE_CHANNEL), "an OPC UA request in a session that there is not"),
        (
            (CREATE, READ_BUILD, CLOSE_SESSION, CLOSE_CHANNEL),
            "an OPC UA Read of something else than BuildInfo and StartTime",
        ),
        (
            (
                CREATE,
                ACTIVATE,
                in_session(631, bytes(8) + bytes.fromhex("03000000 01000000") + value_of(2256)),
                CLOSE_SESSION,
                CLOSE_CHANNEL,
            ),
            "an OPC UA Read of something else than BuildInfo and StartTime",
        ),
        ((CREATE, ACTIVATE, in_session(673, b""), CLOSE_SESSION, CLOSE_CHANNEL), "OPC UA request 673"),
        (
            (CREATE, in_session(473, b"\0"), CLOSE_CHANNEL),
            "an OPC UA session that was closed without its subscriptions",
        ),
    ],
)
async def test_whatever_else_is_done_in_the_session_is_harm(build, asked, harm):
    house = await build(BUILT)
    await house.talk(48400, opc(b"OPN", bytes(40)), *asked)
    assert house.harms == [harm]


async def test_endpoints_are_told_to_anyone(build):
    house = await build(SERVER)
    said = await house.talk(48400, opc(b"OPN", bytes(40)), request(428), opc(b"CLO", bytes(40)))
    assert said.count(b"http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256") == 1
    assert b"PLC1" in said
    assert house.harms == []


AGENT = Snmp(
    9,
    "00:16:c8:00:00:01",
    community="city",
    objects=(("1.3.6.1.4.1.9.9.1.0", 7), ("1.3.6.1.4.1.9.9.2.0", b"\xff")),
    identifiers=(("1.3.6.1.4.1.9.9.3.0", "1.3.6.1"),),
    versions=(0,),
)


def snmp(version: int, kind: int, *names: str) -> bytes:
    pairs = [ber.element(ber.SEQUENCE, ber.object_identifier(name), bytes((5, 0))) for name in names]
    pdu = ber.element(kind, ber.integer(9), ber.integer(0), ber.integer(0), ber.element(ber.SEQUENCE, *pairs))
    return ber.element(ber.SEQUENCE, ber.integer(version), ber.element(ber.OCTET_STRING, b"city"), pdu)


def test_an_agent_tells_what_else_it_has():
    answer = AGENT.answer(snmp(0, 0xA0, *(f"1.3.6.1.4.1.9.9.{number}.0" for number in (1, 2, 3))), visit())
    assert answer is not None
    values = [pair.parts[1] for pair in ber.read(answer)[0].parts[2].parts[3].parts]
    assert [(value.tag, value.content) for value in values] == [(2, b"\x07"), (4, b"\xff"), (6, b"\x2b\x06\x01")]


def test_an_agent_is_silent_in_a_version_that_it_does_not_speak():
    assert AGENT.answer(snmp(1, 0xA0, "1.3.6.1.4.1.9.9.1.0"), visit()) is None


def test_a_bulk_request_is_harm():
    asking = visit()
    assert AGENT.answer(snmp(0, 0xA5, "1.3.6.1.4.1.9.9.1.0"), asking) is None
    assert asking.log.harms == ["an SNMP GETBULK"]
