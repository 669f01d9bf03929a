"""UPnP: the description of a root device, at the place that SSDP named.

UPnP Device Architecture 1.1, section 2.3. One GET. The XML is read without entities and without the network, and what is broken in it is passed over.
"""

import re
from typing import TYPE_CHECKING

from inventory.errors import ProtocolError
from inventory.model import FactValue
from scanner.codecs.http1 import authority, get_pattern, origin, path_inside, read_response, request
from scanner.codecs.xml_reader import first, named, read_xml, text_of, texts
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Say, Send, Target

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NAME = "upnp"
TRANSPORT = "tcp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
SAYS = (Say.like("get description", get_pattern(rb"/[!-~]{0,1023}")),)
FACTS = {
    "upnp.manufacturer": "who made it",
    "upnp.model_name": "the model's name",
    "upnp.model_number": "the model's number; some put the firmware here",
    "upnp.model_description": "the model's description",
    "upnp.serial_number": "the serial number",
    "upnp.friendly_name": "the name that its owner or its maker gave it",
    "upnp.device_type": "the type as a URN",
    "upnp.udn": "the unique device name",
    "upnp.mapping_service": "the service by which it forwards ports from the outside, where it offers one",
    "upnp.mapping_path": "where that service is controlled",
}
MAPPING_SERVICES = (
    "urn:schemas-upnp-org:service:WANIPConnection:1",
    "urn:schemas-upnp-org:service:WANIPConnection:2",
    "urn:schemas-upnp-org:service:WANPPPConnection:1",
)
"""The services of an Internet Gateway Device that map ports (UPnP Forum, WANIPConnection:1 and :2, WANPPPConnection:1)."""
DESCRIPTION_LIMIT = 229376
"""Bytes of a description that are read: 224 KiB, which leaves room for the head among the bytes that a device may say."""
_ELEMENTS = {
    "manufacturer": "upnp.manufacturer",
    "modelName": "upnp.model_name",
    "modelNumber": "upnp.model_number",
    "modelDescription": "upnp.model_description",
    "serialNumber": "upnp.serial_number",
    "friendlyName": "upnp.friendly_name",
    "deviceType": "upnp.device_type",
    "UDN": "upnp.udn",
}


def probe(target: Target) -> Conversation[Heard]:
    """Get the description."""
    yield Send(request("GET", target.path, authority(target, 80)))
    response = yield from read_response(limit=DESCRIPTION_LIMIT)
    if response.status != 200:
        raise ProtocolError(f"status {response.status} instead of a UPnP description")
    place = origin(target, tls=target.tls) + target.path
    return Heard(parse(response.body, place), _evidence(response.body))


def parse(document: bytes, place: str = "") -> dict[str, FactValue]:
    """The facts of the first device of a description that was found at the URL `place`."""
    root = read_xml(document, "a UPnP description")
    device = first(root, "device")
    if device is None:
        raise ProtocolError("a UPnP description without a device")
    facts: dict[str, FactValue] = {**texts(device, _ELEMENTS)}
    return facts | _mapping(root, place)


def _mapping(root: "Element", place: str) -> dict[str, FactValue]:
    """The first service that maps ports, and its path where that is on the same server; a URL elsewhere is never asked."""
    base = text_of(first(root, "URLBase")) or place
    for service in named(root, "service"):
        kind, control = text_of(first(service, "serviceType"), 100), text_of(first(service, "controlURL"))
        if kind in MAPPING_SERVICES:
            facts: dict[str, FactValue] = {"upnp.mapping_service": kind}
            path = path_inside(base, control) if control and path_inside(place, base) else None
            return facts | ({"upnp.mapping_path": path} if path else {})
    return {}


def _evidence(body: bytes) -> bytes:
    found = re.search(rb"<(?:[A-Za-z0-9]{1,20}:)?device[\s>]", body)
    start = found.start() if found else 0
    return body[start : start + EVIDENCE_LIMIT]
