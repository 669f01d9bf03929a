"""A host whose answers are small and become huge: gzip that unfolds to a gigabyte, entities that unfold to more, JSON nested a hundred thousand deep."""

import gzip
import zlib

from lab.fake import Expected, Fake
from lab.services.astray import Astray, AstrayDatagrams
from lab.services.http import Http
from lab.services.says import Says
from lab.services.ssdp import Ssdp
from lab.services.wsdiscovery import WsDiscovery

_UDN = "uuid:0d0b95212-0000-1000-8000-000db9521219"
_ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
_LAUGHS = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">{_ENTITIES}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
_DESCRIPTION = (
    f'{_LAUGHS}<root xmlns="urn:schemas-upnp-org:device-1-0"><device><friendlyName>&l11;&f;</friendlyName>'
    f"<modelName>&l11;</modelName><UDN>{_UDN}</UDN></device></root>"
)
_SOAP = (
    f'{_LAUGHS}<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><tds:GetDeviceInformationResponse '
    'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><tds:Manufacturer>&l11;</tds:Manufacturer><tds:Model>&f;</tds:Model>'
    "</tds:GetDeviceInformationResponse></s:Body></s:Envelope>"
)


def _unfolding(size: int) -> bytes:
    """gzip of so many zeros (RFC 1952), as small as it gets: a thousandth."""
    packer = zlib.compressobj(9, wbits=31)
    megabyte = bytes(1 << 20)
    return b"".join(packer.compress(megabyte) for _ in range(size >> 20)) + packer.flush()


def _page(body: bytes, *headers: bytes) -> bytes:
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join((b"HTTP/1.1 200 OK", *headers, length, b"Connection: close", b"", body))


_GZIP = _page(_unfolding(64 << 20), b"Content-Type: text/html", b"Content-Encoding: gzip")
_TWICE = _page(
    gzip.compress(_unfolding(64 << 20)),
    b"Content-Type: text/html",
    b"Content-Encoding: gzip, gzip",
)
_DEEP = _page(b'{"version":' + b"[" * 100_000, b"Content-Type: application/json")

FAKE = Fake(
    name="bomb_server",
    title="Host whose answers unfold to gigabytes",
    host=219,
    mac="00:0d:b9:52:12:19",
    kind="camera",
    quarter="hostile",
    services=(
        Says(80, answer=_GZIP),
        Says(8080, answer=_TWICE),
        Says(1880, answer=_DEEP),
        Says(2375, answer=_DEEP),
        Http(
            port=8000,
            applications=(
                ("/d.xml", Astray(_DESCRIPTION, kind="text/xml")),
                ("/onvif/device_service", Astray(_SOAP, kind="application/soap+xml")),
            ),
        ),
        AstrayDatagrams(Ssdp(udn=_UDN, location="http://{address}:8000/d.xml"), 1900),
        AstrayDatagrams(
            WsDiscovery("0d0b95212-0000-1000-8000-000db9521219", "http://{address}:8000/onvif/device_service"), 3702
        ),
    ),
    causes=frozenset((Expected("no-authentication", 8000), Expected("firmware-unknown", 0))),
)
