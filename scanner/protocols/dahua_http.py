"""Dahua's HTTP API: what the system is, one GET without credentials, of Dahua's devices only.

Dahua HTTP API, section on magicBox.cgi: getSystemInfo, lines of name=value. Almost every device answers 401; other actions of the same page restart the device,
and are in no template here.
"""

import re

from inventory.errors import ProtocolError
from inventory.model import Device, FactValue
from inventory.text import one_line, visible
from scanner.codecs.http1 import authority, get_pattern, read_response, request
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Say, Send, Target
from scanner.invitation import locked, made_by, web_servers
from scanner.protocols import dhip

NAME = "dahua_http"
TRANSPORT = "tcp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
PATH = "/cgi-bin/magicBox.cgi?action=getSystemInfo"
SAYS = (Say.like("get getSystemInfo", get_pattern(re.escape(PATH.encode()))),)
FACTS = {
    "dahua_http.authentication": "whether it asks for an account before it says who it is",
    "dahua_http.realm": "the realm of the challenge",
    "dahua_http.device_type": "deviceType, a number of older devices or the model",
    "dahua_http.update_serial": "updateSerial, the model by which updates are chosen",
    "dahua_http.serial": "serialNumber",
    "dahua_http.hardware": "hardwareVersion",
    "dahua_http.processor": "processor",
}
_NAMES = {
    "deviceType": "dahua_http.device_type",
    "updateSerial": "dahua_http.update_serial",
    "serialNumber": "dahua_http.serial",
    "hardwareVersion": "dahua_http.hardware",
    "processor": "dahua_http.processor",
}
_DOCUMENT_LIMIT = 4096


def invited(device: Device) -> tuple[Target, ...]:
    """The web servers of what is believed to be Dahua's, under whichever name it is sold, as long as none has answered."""
    if not made_by(device, dhip.MAKERS) or device.speaking("dahua_http"):
        return ()
    return tuple(web_servers(device, PATH))


def probe(target: Target) -> Conversation[Heard]:
    """Get the system's description, or hear that it is locked."""
    yield Send(request("GET", PATH, authority(target, 443 if target.tls else 80)))
    response = yield from read_response(limit=_DOCUMENT_LIMIT)
    if response.status == 401:
        return Heard(locked(NAME, response), response.head[:EVIDENCE_LIMIT])
    if response.status != 200:
        raise ProtocolError(f"status {response.status} instead of magicBox.cgi")
    return Heard(parse(response.body), response.body[:EVIDENCE_LIMIT])


def parse(body: bytes) -> dict[str, FactValue]:
    """The facts of the lines."""
    facts: dict[str, FactValue] = {}
    for line in visible(body, _DOCUMENT_LIMIT).split("\n"):
        name, equals, value = line.partition("=")
        fact = _NAMES.get(name.strip())
        if fact and equals and one_line(value):
            facts.setdefault(fact, one_line(value))
    if not facts:
        raise ProtocolError("no lines of magicBox.cgi")
    return facts | {"dahua_http.authentication": False}
