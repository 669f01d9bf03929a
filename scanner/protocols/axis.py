"""Axis: who the device is, and for how long it has been up, by the two VAPIX calls that need no account.

VAPIX, Basic device information (getAllUnrestrictedProperties, AXIS OS 8.40 and later) and Systemready (9.50 and later): JSON in a POST, one connection each.
AXIS OS 11 and later let the owner turn the first one off for strangers.
"""

import json
from typing import Any

from inventory.errors import PeerError, ProtocolError
from inventory.model import Device, FactValue
from inventory.text import one_line
from scanner.codecs.http1 import Response, authority, post, post_pattern, read_response
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Reconnect, Safety, Say, Send, Target
from scanner.invitation import made_by, web_servers

NAME = "axis"
TRANSPORT = "tcp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
CONNECTIONS = 2
_JSON = "application/json"
_INFORMATION_PATH, _READY_PATH = "/axis-cgi/basicdeviceinfo.cgi", "/axis-cgi/systemready.cgi"
_INFORMATION = b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}'
_READY = b'{"apiVersion":"1.0","method":"systemready","params":{"timeout":1}}'
SAYS = (
    Say.like("getAllUnrestrictedProperties", post_pattern(rb"/axis-cgi/basicdeviceinfo\.cgi", _JSON, _INFORMATION)),
    Say.like("systemready", post_pattern(rb"/axis-cgi/systemready\.cgi", _JSON, _READY)),
)
FACTS = {
    "axis.brand": "Brand",
    "axis.product_number": "ProdNbr, the model ('P3245-LV')",
    "axis.product_full_name": "ProdFullName ('AXIS P3245-LV Dome Camera')",
    "axis.product_type": "ProdType ('Dome Camera')",
    "axis.serial": "SerialNumber, which is the MAC address",
    "axis.firmware": "Version of the firmware",
    "axis.build_date": "BuildDate of the firmware, as stated",
    "axis.hardware": "HardwareID",
    "axis.architecture": "Architecture of the processor",
    "axis.soc": "Soc, the maker and name of the chip",
    "axis.authentication": "whether it asks for an account before it says who it is",
    "axis.ready": "whether the system is ready",
    "axis.needs_setup": "whether it has no account yet; true: whoever comes first sets it",
    "axis.uptime": "seconds since it was started",
    "axis.boot_id": "what is new with each start",
}
_PROPERTIES = {
    "Brand": "axis.brand",
    "ProdNbr": "axis.product_number",
    "ProdFullName": "axis.product_full_name",
    "ProdType": "axis.product_type",
    "SerialNumber": "axis.serial",
    "Version": "axis.firmware",
    "BuildDate": "axis.build_date",
    "HardwareID": "axis.hardware",
    "Architecture": "axis.architecture",
    "Soc": "axis.soc",
}
_DOCUMENT_LIMIT = 16384
_DEEPEST = 16


def invited(device: Device) -> tuple[Target, ...]:
    """The web servers of what is believed to be made by Axis, as long as none has answered."""
    if not made_by(device, ("Axis",)) or device.speaking("axis"):
        return ()
    return tuple(web_servers(device, _INFORMATION_PATH))


def probe(target: Target) -> Conversation[Heard]:
    """Ask who it is and whether it is ready."""
    first = yield from _ask(target, _INFORMATION_PATH, _INFORMATION)
    facts, heard = _information(first), first
    try:
        yield Reconnect()
        second = yield from _ask(target, _READY_PATH, _READY)
        facts |= parse_ready(second.body)
    except PeerError:
        second = first
    if set(facts) == {"axis.authentication"}:
        raise ProtocolError(f"status {first.status} to VAPIX, and nothing else")
    if not first.body or facts.get("axis.authentication"):
        heard = second
    return Heard(facts, heard.body[:EVIDENCE_LIMIT])


def _ask(target: Target, path: str, body: bytes) -> Conversation[Response]:
    yield Send(post(path, authority(target, 443 if target.tls else 80), _JSON, body))
    return (yield from read_response(limit=_DOCUMENT_LIMIT))


def _information(response: Response) -> dict[str, FactValue]:
    if response.status in {401, 403}:
        return {"axis.authentication": True}
    if response.status != 200:
        raise ProtocolError(f"status {response.status} instead of an Axis device's properties")
    return parse_information(response.body)


def parse_information(document: bytes) -> dict[str, FactValue]:
    """The facts of an answer to getAllUnrestrictedProperties."""
    properties = _data(document).get("propertyList")
    if not isinstance(properties, dict):
        raise ProtocolError("VAPIX without properties")
    said = {fact: properties.get(name) for name, fact in _PROPERTIES.items()}
    facts: dict[str, FactValue] = {
        fact: one_line(text) for fact, text in said.items() if isinstance(text, str) and one_line(text)
    }
    if not facts:
        raise ProtocolError("VAPIX properties that say nothing")
    return facts | {"axis.authentication": False}


def parse_ready(document: bytes) -> dict[str, FactValue]:
    """The facts of an answer to systemready."""
    data = _data(document)
    facts: dict[str, FactValue] = {}
    for name, fact in (("systemready", "axis.ready"), ("needsetup", "axis.needs_setup")):
        if data.get(name) in {"yes", "no"}:
            facts[fact] = data[name] == "yes"
    uptime, boot = data.get("uptime"), data.get("bootid")
    if isinstance(uptime, str) and uptime.isascii() and uptime.isdecimal() and len(uptime) <= 12:
        facts["axis.uptime"] = int(uptime)
    if isinstance(boot, str) and one_line(boot, 80):
        facts["axis.boot_id"] = one_line(boot, 80)
    if not facts:
        raise ProtocolError("VAPIX systemready that says nothing")
    return facts


def _data(document: bytes) -> dict[str, Any]:
    """The data of a VAPIX answer in JSON."""
    if max(document.count(b"{"), document.count(b"[")) > _DEEPEST:
        raise ProtocolError("VAPIX that is nested too deeply")
    try:
        answer = json.loads(document.decode("utf-8", "replace"))
    except ValueError as error:
        raise ProtocolError(f"VAPIX that is not JSON: {one_line(str(error), 80)}") from error
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise ProtocolError("VAPIX without data")
    return data
