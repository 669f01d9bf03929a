"""DHIP: Dahua's search for devices, one unicast datagram; its OEM brands speak it too.

General knowledge of the vendor's own configuration tool: UDP 37810, a header of 32 bytes (its length, "DHIP", and the length of what follows, twice, little
endian) and JSON. The methods that log in or set something are in no template here.
"""

import json
import struct
from typing import Any

from inventory.errors import ProtocolError
from inventory.model import Device, Endpoint, FactValue
from inventory.oui import normal
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target
from scanner.invitation import made_by

NAME = "dhip"
TRANSPORT = "udp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
GROUP, GROUP_PORT = "239.255.255.251", 37810
PORT = 37810
_PRIVATE_PORT = 37777
MAKERS = frozenset(("Dahua", "Amcrest", "Lorex", "Imou", "KBVISION", "Intelbras"))
"""Dahua and the names under which others sell its devices."""
_HEADER = struct.Struct("<I4sQQQ")
_SEARCH = b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }\n'
REQUEST = _HEADER.pack(32, b"DHIP", 0, len(_SEARCH), len(_SEARCH)) + _SEARCH
SAYS = (Say.exactly("search", REQUEST),)
_TEXTS = {
    "DeviceType": ("model", "the model"),
    "DeviceClass": ("device_class", "its class: 'IPC', 'NVR', 'VTO' and so on"),
    "SerialNo": ("serial", "the serial number"),
    "Version": ("firmware", "the firmware's version, with its build date where it gives one"),
    "Vendor": ("vendor", "the brand it is sold under"),
    "Manufacturer": ("manufacturer", "the maker, where it gives one"),
    "MachineName": ("name", "the name that its people gave it"),
}
_NUMBERS = {
    "HttpPort": ("http_port", "where its web page is"),
    "Port": ("private_port", "where its own management protocol is"),
    "Init": ("init", "its Init mask: the two lowest bits say whether it has been given a first password (1 no, 2 yes)"),
    "VideoInputChannels": ("video_inputs", "the number of its own video inputs"),
    "RemoteVideoInputChannels": ("remote_video_inputs", "the number of cameras that it can record over the network"),
}
FACTS = {
    **{f"dhip.{name}": meaning for group in (_TEXTS, _NUMBERS) for name, meaning in group.values()},
    "dhip.mac": "its MAC address",
    "dhip.ipv4": "the address it is set to",
    "dhip.ipv6": "its IPv6 address",
    "dhip.dhcp": "whether it gets its address by DHCP",
    "dhip.initialised": "whether it has been given a first password, by the Init mask",
}
_JSON_LIMIT = 8192
_DEEPEST = 16
_NOT_INITIALISED, _INITIALISED = 1, 2


def invited(device: Device) -> tuple[Target, ...]:
    """Devices of Dahua and of the names it is sold under, and whatever has Dahua's own TCP port open."""
    private = any(e.port == _PRIVATE_PORT and e.transport == "tcp" for e in device.open_ports)
    return (Target(Endpoint(device.address, PORT, "udp")),) if private or made_by(device, MAKERS) else ()


def probe(target: Target) -> Conversation[Heard]:
    """Search once, and read the first answer."""
    yield Send(REQUEST)
    return parse((yield ReadSome()))


def parse(datagram: bytes) -> Heard:
    """Read one answer: the header and the JSON behind it."""
    message = _message(datagram)
    params = message.get("params")
    info = params.get("deviceInfo") if isinstance(params, dict) else None
    if message.get("method") != "client.notifyDevInfo" or not isinstance(info, dict):
        raise ProtocolError("no DHIP answer to a search")
    facts: dict[str, FactValue] = {}
    for key, (name, _) in _TEXTS.items():
        if isinstance(info.get(key), str) and one_line(info[key]):
            facts[f"dhip.{name}"] = one_line(info[key])
    for key, (name, _) in _NUMBERS.items():
        if type(info.get(key)) is int and 0 <= info[key] < 2**32:
            facts[f"dhip.{name}"] = info[key]
    facts |= _address(message, info)
    init = facts.get("dhip.init")
    if isinstance(init, int) and init & 3 in {_NOT_INITIALISED, _INITIALISED}:
        facts["dhip.initialised"] = init & 3 == _INITIALISED
    if not facts:
        raise ProtocolError("a DHIP answer that says nothing")
    at = datagram.find(b'"deviceInfo"')
    return Heard(facts, datagram[at : at + EVIDENCE_LIMIT])


def _message(datagram: bytes) -> dict[str, Any]:
    """The JSON object behind the header; what follows its length (some add a line feed or a zero) is passed over."""
    if len(datagram) < _HEADER.size or datagram[4:8] != b"DHIP":
        raise ProtocolError("no DHIP header")
    size = _HEADER.unpack_from(datagram)[3]
    body = datagram[_HEADER.size :][: min(size or _JSON_LIMIT, _JSON_LIMIT)].strip(b" \t\r\n\0")
    if max(body.count(b"{"), body.count(b"[")) > _DEEPEST:
        raise ProtocolError("a DHIP answer that is nested too deeply")
    try:
        message = json.loads(body.decode("utf-8", "replace"))
    except ValueError as error:
        raise ProtocolError(f"a DHIP answer that is not JSON: {one_line(str(error), 80)}") from error
    if not isinstance(message, dict):
        raise ProtocolError("a DHIP answer that is no object")
    return message


def _address(message: dict[str, Any], info: dict[str, Any]) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {}
    mac = message.get("mac") or info.get("mac")
    if isinstance(mac, str) and normal(mac):
        facts["dhip.mac"] = str(normal(mac))
    four, six = info.get("IPv4Address"), info.get("IPv6Address")
    if isinstance(four, dict):
        if isinstance(four.get("IPAddress"), str):
            facts["dhip.ipv4"] = one_line(four["IPAddress"], 40)
        if isinstance(four.get("DhcpEnable"), bool):
            facts["dhip.dhcp"] = four["DhcpEnable"]
    if isinstance(six, dict) and isinstance(six.get("IPAddress"), str):
        facts["dhip.ipv6"] = one_line(six["IPAddress"], 60)
    return facts
