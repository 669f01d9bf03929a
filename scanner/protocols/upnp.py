"""UPnP: the description of a root device, at the place that SSDP named.

UPnP Device Architecture 1.1, section 2.3. One GET. The XML is read without entities and without the network, and what is broken in it is passed over.
"""

import re

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Say, Send, Target
from scanner.http1 import authority, get_pattern, read_response, request

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
}
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
    return Heard(parse(response.body), _evidence(response.body))


def parse(document: bytes) -> dict[str, FactValue]:
    """The facts of the first device of a description."""
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(document.strip(b" \t\r\n\0").removeprefix(b"\xef\xbb\xbf"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ProtocolError(f"a UPnP description that is not XML: {one_line(str(error), 80)}") from error
    device = (
        next((element for element in root.iter() if _name(element) == "device"), None) if root is not None else None
    )
    if device is None:
        raise ProtocolError("a UPnP description without a device")
    facts: dict[str, FactValue] = {}
    for element in device:
        fact = _ELEMENTS.get(_name(element))
        text = one_line(element.text or "") if fact else ""
        if fact and text:
            facts.setdefault(fact, text)
    return facts


def _name(element: object) -> str:
    """The name without its namespace or its undeclared prefix; "" of what is no element but a comment or an entity."""
    tag = getattr(element, "tag", "")
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def _evidence(body: bytes) -> bytes:
    found = re.search(rb"<(?:[A-Za-z0-9]{1,20}:)?device[\s>]", body)
    start = found.start() if found else 0
    return body[start : start + EVIDENCE_LIMIT]
