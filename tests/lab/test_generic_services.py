import pytest

from lab.fake import Log, Manners, Visit
from lab.services.coap import Coap
from lab.services.ipmi import Ipmi
from lab.services.ipp import Ipp
from lab.services.mdns import Announced, Mdns
from lab.services.netbios import Netbios
from lab.services.sip import Sip, SipStream
from lab.services.vnc import Vnc

# RFC 1035 section 4.1 and RFC 6762 section 5.4: one question, class Internet with the bit that wants a unicast answer.
HEAD = bytes.fromhex("0000 0000 0001 0000 0000 0000")
LIST = HEAD + b"\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c\x80\x01"
HTTP = HEAD + b"\x05_http\x04_tcp\x05local\0\0\x0c\x80\x01"
NAS = Mdns("nas", (Announced("_http._tcp", "School. 1", 5000, (("model", "DS218+"),)),), port=5353)
# RFC 3261 section 11.
OPTIONS = (
    b"OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP a.invalid;branch=z9hG4bK1;rport\r\nFrom: <sip:a@a.invalid>;tag=1\r\nTo: <sip:127.0.0.1>\r\n"
    b"Call-ID: 1@a.invalid\r\nCSeq: 1 OPTIONS\r\nContact: <sip:a@a.invalid>\r\nMax-Forwards: 0\r\nContent-Length: 0\r\n\r\n"
)
# RFC 8010 section 3.1: Get-Printer-Attributes, with one attribute wanted.
ATTRIBUTES = bytes.fromhex("0101 000b 00000001 01 44 0014") + b"requested-attributes\0\x16printer-make-and-model\x03"
# IPMI 2.0 section 22.13.
CAPABILITIES = bytes.fromhex("0600ff07 00 00000000 00000000 09 2018c8 8100388e04b5")
# RFC 1002 section 4.2.17.
NODE_STATUS = bytes.fromhex("0007 0000 0001 0000 0000 0000") + b"\x20CK" + b"A" * 30 + bytes.fromhex("00 0021 0001")


async def test_lists_its_types_and_brings_the_records_along(build):
    house = await build(NAS)
    listed = await house.ask(5353, LIST)
    assert listed[:12] == bytes.fromhex("0000 8400 0001 0001 0000 0000")
    assert listed.endswith(b"\x05_http\x04_tcp\x05local\0")
    described = await house.ask(5353, HTTP)
    assert described[:12] == bytes.fromhex("0000 8400 0001 0001 0000 0003")
    assert b"\x09School. 1\x05_http" in described
    assert b"\x0cmodel=DS218+" in described
    assert house.harms == []


async def test_a_small_stack_leaves_the_records_to_a_further_question(build):
    house = await build(Mdns("nas", NAS.services, brings_along=False))
    assert b"model=" not in await house.ask(5353, HTTP)
    named = HEAD + b"\x09School. 1\x05_http\x04_tcp\x05local\0\0\x10\x80\x01"
    assert b"\x0cmodel=DS218+" in await house.ask(5353, named)


@pytest.mark.parametrize(
    ("message", "harm"),
    [
        (b"\0\0\x84\0" + LIST[4:], "a DNS response that nobody asked for"),
        (b"\0\0\x28\0" + LIST[4:], "a DNS update"),
    ],
)
def test_an_update_is_harm(message, harm):
    assert NAS.answer(message, Visit("test", log := Log(), Manners())) is None
    assert log.harms == [harm]


async def test_coap_lists_its_resources_in_blocks(build):
    house = await build(Coap("</1>," * 20, device=((0, "Example"),)))
    core = bytes.fromhex("4001 0007 bb") + b".well-known\x04core"
    first = await house.ask(5683, core)
    assert first[:8] == bytes.fromhex("6045 0007 c128 b10a")  # Block2: number 0, more to come, 64 bytes
    assert first[8:9] == b"\xff"
    assert len(first) == 9 + 64
    last = await house.ask(5683, core + bytes.fromhex("c112"))
    assert last[6:9] == bytes.fromhex("b112ff")
    assert (await house.ask(5683, bytes.fromhex("4001 0008 b133 0130"))).endswith(b"\xff\xc8\x00\x07Example")
    assert house.harms == []


@pytest.mark.parametrize(
    ("request_bytes", "harm"),
    [
        ("4003 0001 b133 0130", "CoAP method 3 on /3/0"),
        ("4001 0001 60 5133 0130", "CoAP observation on /3/0"),
        ("4001 0001 b133 0130 0134", "a CoAP GET of /3/0/4"),
    ],
)
async def test_writing_observing_or_roaming_over_coap_is_harm(build, request_bytes, harm):
    house = await build(Coap("</3/0>"))
    assert (await house.ask(5683, bytes.fromhex(request_bytes)))[1] >= 0x84
    assert house.harms == [harm]


async def test_sip_answers_options_over_both_transports(build):
    house = await build(Sip("Example 1"), SipStream("Example 1"))
    said = await house.ask(5060, OPTIONS)
    assert said.startswith(b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a.invalid")
    assert b"\r\nUser-Agent: Example 1\r\n" in said
    assert await house.talk(5060, OPTIONS, until=b"\r\n\r\n") == said
    assert house.harms == []


@pytest.mark.parametrize(
    ("request_bytes", "harm"),
    [
        (OPTIONS.replace(b"OPTIONS", b"INVITE"), "a SIP INVITE"),
        (OPTIONS.replace(b"Contact", b"X"), "a SIP request without contact, at which some devices fall over"),
    ],
)
async def test_ringing_is_harm(build, request_bytes, harm):
    house = await build(SipStream("Example 1"))
    assert await house.talk(5060, request_bytes) == b""
    assert house.harms == [harm]


def post(body: bytes) -> bytes:
    return b"POST /ipp/print HTTP/1.1\r\nContent-Type: application/ipp\r\nContent-Length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )


async def test_ipp_tells_the_attributes_that_are_wanted(build):
    house = await build(Ipp(port=6310, attributes=(("printer-make-and-model", "Example 9"), ("printer-info", "Lobby"))))
    said = await house.talk(6310, post(ATTRIBUTES))
    assert b"\x41\x00\x16printer-make-and-model\x00\x09Example 9" in said
    assert b"Lobby" not in said
    assert house.harms == []


async def test_printing_is_harm(build):
    house = await build(Ipp(port=6310))
    await house.talk(6310, post(ATTRIBUTES.replace(b"\0\x0b", b"\0\x02", 1)))
    assert house.harms == ["IPP operation 0x0002"]


async def test_ipmi_tells_its_locks_with_right_checksums(build):
    house = await build(Ipmi(port=6230, kinds=0x94, state=0x06, extended=0x03, oem=10876))
    said = await house.ask(6230, CAPABILITIES)
    assert said[13] == len(said) - 14
    assert sum(said[14:17]) & 0xFF == sum(said[17:]) & 0xFF == 0
    assert said[20:29] == bytes.fromhex("00 01 94 06 03 7c2a00 00")
    assert house.harms == []


def test_opening_an_ipmi_session_is_harm():
    challenge = CAPABILITIES[:19] + b"\x39" + CAPABILITIES[20:]
    assert Ipmi().answer(challenge, Visit("test", log := Log(), Manners())) is None
    assert log.harms == ["IPMI command 0x39 in a session of kind 0"]


@pytest.mark.parametrize(("version", "locks"), [(b"RFB 003.008\n", b"\x02\x01\x10"), (b"RFB 003.003\n", b"\0\0\0\x01")])
async def test_vnc_lists_its_locks(build, version, locks):
    house = await build(Vnc(security=(1, 16)))
    assert await house.talk(5900, version, until=locks) == b"RFB 003.008\n" + locks
    assert house.harms == []


async def test_choosing_a_lock_is_harm(build):
    house = await build(Vnc(security=(1,)))
    await house.talk(5900, b"RFB 003.008\n\x01")
    assert house.harms == ["security type 1 was chosen: the desktop was entered"]


async def test_netbios_tells_names_and_mac(build):
    house = await build(Netbios("Kiosk-7", "1c:ee:c9:40:10:6b", "TICKETS", port=1370))
    said = await house.ask(1370, NODE_STATUS)
    assert said[:12] == bytes.fromhex("0007 8400 0000 0001 0000 0000")
    assert b"\x03KIOSK-7        \x00\x04\x00TICKETS        \x00\x84\x00" in said
    assert said[-46:-40] == bytes.fromhex("1ceec940106b")


@pytest.mark.real
async def test_ipmitool_reads_the_same(build, tool):
    house = await build(Ipmi(port=6230, kinds=0x94, state=0x06, extended=0x03))
    said = await tool(
        "ipmitool",
        "-I",
        "lan",
        "-H",
        house.address,
        "-p",
        "6230",
        "-R",
        "1",
        "-N",
        "1",
        "-P",
        "x",
        "-U",
        "y",
        "-v",
        "mc",
        "info",
    )
    assert "command 0x39" in house.harms[0], said.text  # it read the locks, chose MD5, and asked for a challenge


@pytest.mark.real
async def test_a_coap_client_reads_the_whole_list(build, tool):
    house = await build(Coap("</1>," * 40))
    said = await tool("coap-client-notls", "-B", "5", "-m", "get", f"coap://{house.address}/.well-known/core")
    assert said.text.count("</1>") == 40
    assert len(house.harms) == 0
