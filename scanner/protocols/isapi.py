"""ISAPI: Hikvision's description of the device, one GET without credentials, of Hikvision's devices only.

Hikvision Intelligent Security API, general application: /ISAPI/System/deviceInfo. Almost every device answers 401, and that it does is worth knowing: the one
that does not tells strangers who it is.
"""

import re

from inventory.errors import ProtocolError
from inventory.model import Device, FactValue
from inventory.oui import normal
from scanner.codecs.http1 import authority, get_pattern, read_response, request
from scanner.codecs.xml_reader import local_name, read_xml, texts
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Say, Send, Target
from scanner.invitation import locked, made_by, web_servers
from scanner.protocols import sadp

NAME = "isapi"
TRANSPORT = "tcp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
PATH = "/ISAPI/System/deviceInfo"
SAYS = (Say.like("get deviceInfo", get_pattern(re.escape(PATH.encode()))),)
FACTS = {
    "isapi.authentication": "whether it asks for an account before it says who it is",
    "isapi.realm": "the realm of the challenge",
    "isapi.name": "deviceName, which its people gave it",
    "isapi.model": "the model",
    "isapi.serial": "the serial number",
    "isapi.mac": "its MAC address",
    "isapi.firmware": "firmwareVersion ('V5.5.82')",
    "isapi.firmware_built": "firmwareReleasedDate ('build 190220')",
    "isapi.encoder": "encoderVersion",
    "isapi.hardware": "hardwareVersion",
    "isapi.device_type": "deviceType ('IPCamera', 'NVR')",
}
_ELEMENTS = {
    "deviceName": "isapi.name",
    "model": "isapi.model",
    "serialNumber": "isapi.serial",
    "macAddress": "isapi.mac",
    "firmwareVersion": "isapi.firmware",
    "firmwareReleasedDate": "isapi.firmware_built",
    "encoderVersion": "isapi.encoder",
    "hardwareVersion": "isapi.hardware",
    "deviceType": "isapi.device_type",
}
_DOCUMENT_LIMIT = 16384


def invited(device: Device) -> tuple[Target, ...]:
    """The web servers of what is believed to be Hikvision's, under whichever name it is sold, as long as none has answered."""
    if not made_by(device, sadp.MAKERS) or device.speaking("isapi"):
        return ()
    return tuple(web_servers(device, PATH))


def probe(target: Target) -> Conversation[Heard]:
    """Get the description, or hear that it is locked."""
    yield Send(request("GET", PATH, authority(target, 443 if target.tls else 80)))
    response = yield from read_response(limit=_DOCUMENT_LIMIT)
    if response.status == 401:
        return Heard(locked(NAME, response), response.head[:EVIDENCE_LIMIT])
    if response.status != 200:
        raise ProtocolError(f"status {response.status} instead of ISAPI")
    at = max(response.body.find(b"<deviceName>"), 0)
    return Heard(parse(response.body), response.body[at : at + EVIDENCE_LIMIT])


def parse(document: bytes) -> dict[str, FactValue]:
    """The facts of a DeviceInfo document."""
    root = read_xml(document, "an ISAPI answer")
    said = texts(root, _ELEMENTS)
    if local_name(root) != "DeviceInfo" or not said:
        raise ProtocolError("no ISAPI DeviceInfo")
    if "isapi.mac" in said:
        said["isapi.mac"] = normal(said["isapi.mac"]) or said["isapi.mac"]
    return {**said, "isapi.authentication": False}
