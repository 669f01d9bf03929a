"""Hostile devices that attack over the discovery protocols, over the protocols of controllers, and at a port that nobody knows."""

import asyncio
import random
import struct
from collections.abc import Iterable

from lab.fake import Datagram, Log, Manners, Stream, Visit
from lab.services.bacnet import Bacnet, Behind
from lab.services.dhip import Dhip
from lab.services.enip import Enip, Identity
from lab.services.fins import Fins
from lab.services.fox import Fox
from lab.services.http import Http
from lab.services.ipp import Ipp
from lab.services.knx import Knx
from lab.services.mdns import Announced, Mdns
from lab.services.mndp import Mndp
from lab.services.netbios import Netbios
from lab.services.onvif import Onvif
from lab.services.opcua import OpcUa
from lab.services.s7 import S7
from lab.services.sip import Sip, SipStream
from lab.services.ssdp import Ssdp
from lab.services.ubiquiti import Ubiquiti
from lab.services.wsdiscovery import WsDiscovery
from tests.hostile.street import OUTSIDE, STREET, Answerer, Handler, Hostile, Told, at, endlessly, hang, page, pages
from tests.hostile.web_devices import DRESS, DRESSED

UNKNOWN = 61999
"""A port of no list."""
UDP = (123, 137, 161, 623, 1900, 3671, 3702, 5060, 5353, 5678, 5683, 9600, 10001, 30718, 37020, 37810, 44818, 47808)
CONTROLLERS = (102, 631, 1911, 2404, 4840, 5060, 5900, 20000, 44818)
MAC = "44:19:b6:00:00:66"
SHORT = "\x1b[31m\x08=1+1"
"""What fits into a field of twenty or thirty bytes."""
# What an answer in each protocol begins with, by port: enough for a reader to go on.
BEGINNINGS = {
    123: bytes.fromhex("16a2 0001 0000 0000 0000 ffff") + b'version="ntpd ',
    137: bytes.fromhex("7463 8400 0000 0001 0000 0000")
    + b"\x20CK"
    + b"A" * 30
    + bytes.fromhex("00 0021 0001 00000000 ffff ff"),
    161: b"\x30\x82\xff\xff\x02\x01\x03",
    623: bytes.fromhex("0600ff07 00 00000000 00000000 ff 8118"),
    1900: b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: ",
    3671: bytes.fromhex("06100204 ffff 0001"),
    3702: b"<?xml version='1.0'?><Envelope><Body><ProbeMatches><ProbeMatch><Types>",
    5060: b"SIP/2.0 200 OK\r\nUser-Agent: ",
    5353: bytes.fromhex("0000 8400 ffff ffff ffff ffff"),
    5678: bytes.fromhex("00000000 0001 ffff"),
    5683: bytes.fromhex("6045 0000 dd ff ff"),
    9600: bytes.fromhex("c0 00 02 006300 000000 ef 0501 0000"),
    10001: bytes.fromhex("010000ff 01 ffff"),
    30718: bytes.fromhex("000000f7"),
    37020: b"<?xml version='1.0'?><ProbeMatch><Types>inquiry</Types><DeviceSN>",
    37810: struct.pack("<I4sQQQ", 32, b"DHIP", 0, 2**40, 2**40)
    + b'{"method":"client.notifyDevInfo","params":{"deviceInfo":',
    44818: bytes.fromhex("6300 ffff 00000000 00000000 0000000000000000 00000000 ffff 0c00 ffff"),
    47808: bytes.fromhex("810affff 0100 3001 0c 0c02000001 194b 3e 75 fe ffff 00"),
}
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "lollollollollol">'
    + b"".join(b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in b"bcdefghij")
    + b'<!ENTITY file SYSTEM "file:///etc/passwd">]>'
)


def devices() -> list[Hostile]:
    """One address each, hosts 46 to 49, 52 to 59 and 61."""
    return [
        Hostile("junk at every UDP port", 46, _web(), dict.fromkeys(UDP, _junk)),
        Hostile("absurd lengths at every UDP port", 47, _web(), {port: _absurd(port) for port in UDP}),
        Hostile("answers without end at every UDP port", 48, _web(), {port: _many(port) for port in UDP}),
        Hostile("dressed up in every discovery", 49, _dressed_streams(), dict(_dressed_datagrams())),
        # Beside the others they would be a third maker's controller at one address, and nothing more would be heard of any.
        Hostile("dressed up as other makers' controllers", 125, {102: _talking(_S7), 1911: _talking(_FOX)}),
        Hostile(
            "XML bombs",
            52,
            {80: pages(_bomb_page)},
            {3702: _bomb(b"Envelope"), 37020: _bomb(b"ProbeMatch"), 1900: _to_bomb},
        ),
        Hostile("names that point to themselves", 53, _web(), {5353: _loop, 137: _loop}),
        Hostile("blocks without end", 54, _web(), {5683: _blocks}),
        Hostile(
            "points elsewhere",
            55,
            _web(),
            {3702: _by(WsDiscovery("urn:uuid:1", f"http://{OUTSIDE}/onvif http://{STREET}.60:8088/onvif"))},
        ),
        Hostile(
            "points to a controller's port",
            56,
            {80: pages(_hikvision), 20000: _endless_handler},
            {1900: _located(20000)},
        ),
        Hostile("a greeting without end at a port of no list", 57, {UNKNOWN: _endless_handler}),
        Hostile("nonsense to every controller's question", 58, at(*CONTROLLERS, handler=_nonsense)),
        Hostile("no end to every controller's question", 59, at(*CONTROLLERS, handler=_endless_handler)),
        Hostile("two hundred stations behind it", 61, _web(), {47808: _by(_crowded())}),
    ]


def _web() -> dict[int, Handler]:
    """What makes the sweep find it."""
    return {80: pages(_hikvision)}


def _hikvision(head: bytes, told: Told) -> bytes:
    """Whose it is, so that it is asked in the maker's own protocols too."""
    return page(b"<title>x</title>", b"Server: App-webs/")


# What the lab's own fakes say, with other words


def _visit() -> Visit:
    return Visit("the test", Log(), Manners())


def _by(service: Datagram) -> Answerer:
    return lambda datagram, told: service.answers(datagram, _visit())


def _talking(service: Stream) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
        await service.talk(reader, writer, _visit())

    return handler


def _dressed_datagrams() -> Iterable[tuple[int, Answerer]]:
    services: tuple[Datagram, ...] = (
        Bacnet(7, 5, DRESS, DRESS, DRESS, DRESS, DRESS, DRESS, DRESS, behind=(Behind(9, b"\x07", 8, 5),)),
        Dhip(SHORT, SHORT, SHORT, SHORT, MAC, vendor=SHORT, name=DRESS),
        Enip(Identity(1, 14, 55, "20.011", "C0FFEE01", DRESS[:60])),
        Fins(SHORT, SHORT),
        Knx("00fa66000001", MAC, SHORT),
        Mdns("a.local", (Announced("_http._tcp", DRESS[:30], 80, (("model", DRESS[:120]), ("fw", SHORT))),)),
        Mndp(MAC, DRESS, DRESS, DRESS, platform=DRESS),
        Netbios("\x1b[31m=1+1", MAC),
        Sip(DRESS),
        Ssdp(DRESS, f"http://{STREET}.49:49152/d.xml", server=DRESS),
        Ubiquiti(MAC, DRESS, DRESS, DRESS, DRESS, essid=DRESS),
    )
    yield from ((service.port, _by(service)) for service in services)
    yield 3702, lambda datagram, told: [_probe_match(DRESSED)]
    yield 37020, lambda datagram, told: [_inquiry(DRESSED)]


_S7 = S7(SHORT, 5, "V3.3.12", tuple((number, SHORT) for number in (1, 2, 3, 4, 5, 7)))


_FOX = Fox(DRESS, DRESS, host=DRESS, version=DRESS, brand=DRESS)


def _dressed_streams() -> dict[int, Handler]:
    services: tuple[Stream, ...] = (
        Http(
            server="App-webs/",
            applications=(("/onvif/device_service", Onvif(SHORT, SHORT, SHORT, SHORT, SHORT, asks=False)),),
        ),
        OpcUa(DRESS, DRESS, DRESS),
        Ipp(attributes=(("printer-make-and-model", DRESS), ("printer-firmware-string-version", DRESS)), server=SHORT),
        SipStream(SHORT),
    )
    return {37777: _hang_up, **{service.port: _talking(service) for service in services}}


def _escaped(text: bytes) -> bytes:
    """As XML carries it; the control characters stay, which no XML may hold."""
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;")


def _probe_match(text: bytes) -> bytes:
    text = _escaped(text)
    scopes = b" ".join(b"onvif://www.onvif.org/%s/%s" % (kind, text) for kind in (b"name", b"hardware", b"location"))
    return (
        b"<Envelope><Body><ProbeMatches><ProbeMatch><EndpointReference><Address>%s</Address></EndpointReference><Types>%s</Types>"
        b"<Scopes>%s</Scopes><XAddrs>%s</XAddrs></ProbeMatch></ProbeMatches></Body></Envelope>"
        % (text, text, scopes, text)
    )


def _inquiry(text: bytes) -> bytes:
    names = (
        b"DeviceDescription",
        b"DeviceSN",
        b"SoftwareVersion",
        b"DSPVersion",
        b"MAC",
        b"IPv4Address",
        b"BootTime",
        b"OEMInfo",
    )
    elements = b"".join(b"<%s>%s</%s>" % (name, _escaped(text), name) for name in names)
    return b"<ProbeMatch><Types>inquiry</Types>%s</ProbeMatch>" % elements


def _crowded() -> Bacnet:
    behind = tuple(Behind(9, bytes((number % 250,)), 1000 + number, 5) for number in range(200))
    return Bacnet(7, 5, "JCI", "Gateway", behind=behind)


# Nonsense


def _junk(datagram: bytes, told: Told) -> list[bytes]:
    return [random.Random(len(told.datagrams)).randbytes(size) for size in (1, 40, 900)]


def _absurd(port: int) -> Answerer:
    return lambda datagram, told: [
        BEGINNINGS[port],
        BEGINNINGS[port] + DRESSED * 200,
        BEGINNINGS[port] + b"\xff" * 60000,
    ]


def _many(port: int) -> Answerer:
    """The question comes back, and the beginning of an answer again and again."""
    return lambda datagram, told: [datagram, *(BEGINNINGS[port] + bytes((number,)) for number in range(200))]


def _bomb(root: bytes) -> Answerer:
    return lambda datagram, told: [_bomb_document(root)]


def _bomb_document(root: bytes) -> bytes:
    said = b"&j;&file;"
    inside = b"".join(
        b"<%s>%s</%s>" % (name, said, name) for name in (b"Types", b"Scopes", b"XAddrs", b"DeviceSN", b"Model")
    )
    return BOMB + b"<%s><Body><ProbeMatch>%s</ProbeMatch></Body>%s</%s>" % (root, inside, inside, root)


def _bomb_page(head: bytes, told: Told) -> bytes:
    if head.startswith((b"POST", b"GET /d.xml")):
        return page(_bomb_document(b"Envelope"), b"Content-Type: application/soap+xml")
    return _hikvision(head, told)


def _located(port: int) -> Answerer:
    return lambda datagram, told: [
        b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1\r\nLOCATION: http://%s.56:%d/d.xml\r\n\r\n"
        % (STREET.encode(), port)
    ]


def _to_bomb(datagram: bytes, told: Told) -> list[bytes]:
    return [
        b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1\r\nLOCATION: http://%s.52:80/d.xml\r\n\r\n"
        % STREET.encode()
    ]


def _loop(datagram: bytes, told: Told) -> list[bytes]:
    """RFC 1035, section 4.1.4: a name that is a pointer to itself, and one to the other and back."""
    head = datagram[:2] + bytes.fromhex("8400 0000 0004 0000 0000")
    return [
        head + bytes.fromhex("c00c 000c 8001 00000e10 0002 c00c") * 4,
        head + bytes.fromhex("c00e c00c 0021 0001 00000e10 ffff"),
    ]


def _blocks(datagram: bytes, told: Told) -> list[bytes]:
    """RFC 7959: whichever block is asked for, another of 1024 bytes follows."""
    number = max(0, told.datagrams[5683] - 1)
    option = (number << 4 | 0x0E).to_bytes(3, "big")
    return [b"\x60\x45" + datagram[2:4] + b"\xc1\x28\xb3" + option + b"\xff" + b"</%d>," % number * 200]


async def _endless_handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    await endlessly(writer, b"hello " * 1000)


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    """Dahua's own port is open, so that its search is asked."""


async def _nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    """The question comes back with its lengths blown up."""
    while asked := await reader.read(4096):
        told.requests.append(asked)
        writer.write(asked[:2] + b"\xff\xff" + asked[4:] + b"\xff" * 300)
        await writer.drain()
    await hang(reader)
