"""SADP: Hikvision's search for devices, one unicast inquiry; its OEM brands speak it too.

General knowledge of the vendor's own search tool: UDP 37020, one XML document in each direction. The other Types of a Probe (activate, update, resetPassword)
change the device, and are in no template here. Older firmware answers to the multicast group only; such a device stays silent to us.
"""

import re
import uuid

from inventory.errors import ProtocolError
from inventory.model import Device, Endpoint, FactValue
from inventory.oui import normal
from scanner.codecs.xml_reader import first, local_name, read_xml, text_of, texts
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target
from scanner.invitation import made_by

NAME = "sadp"
TRANSPORT = "udp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
GROUP, GROUP_PORT, ANSWERS_TO_GROUP = "239.255.255.250", 37020, True
PORT = 37020
MAKERS = frozenset(("Hikvision", "HiLook", "HiWatch", "Annke", "LTS", "TruVision", "Interlogix"))
"""Hikvision and the names under which others sell its devices."""
_BEFORE = b'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>'
_AFTER = b"</Uuid><Types>inquiry</Types></Probe>"
_UUID = rb"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}"
SAYS = (Say.like("inquiry", re.escape(_BEFORE) + _UUID + re.escape(_AFTER)),)
_TEXTS = {
    "DeviceType": ("device_type", "the number of its type"),
    "DeviceDescription": ("model", "the model"),
    "DeviceSN": ("serial", "the serial number, with the model before it and the day it was made within it"),
    "SoftwareVersion": ("firmware", "the firmware's version and its build, 'V5.4.5build 170124'"),
    "DSPVersion": ("dsp_version", "the version of the codec's firmware, and its build"),
    "MAC": ("mac", "its MAC address"),
    "IPv4Address": ("ipv4", "the address it is set to"),
    "IPv4SubnetMask": ("mask", "its network mask"),
    "IPv4Gateway": ("gateway", "its gateway"),
    "IPv6Address": ("ipv6", "its IPv6 address"),
    "BootTime": ("boot_time", "when it was started, by its own clock"),
    "OEMInfo": ("oem", "the brand it is sold under"),
}
_NUMBERS = {
    "HttpPort": ("http_port", "where its web page is"),
    "CommandPort": ("command_port", "where its own management protocol is"),
    "AnalogChannelNum": ("analogue_channels", "the number of analogue channels"),
    "DigitalChannelNum": ("digital_channels", "the number of digital channels"),
}
_BOOLEANS = {
    "DHCP": ("dhcp", "whether it gets its address by DHCP"),
    "Encrypt": ("encrypted", "whether the answer's password fields would be encrypted"),
    "Activated": ("activated", "whether it has been given a first password; false: whoever comes first sets it"),
    "PasswordResetAbility": ("password_reset", "whether its password can be reset over the network"),
    "HCPlatformEnable": ("cloud_enabled", "whether it is connected to the vendor's cloud"),
}
FACTS = {f"sadp.{name}": meaning for group in (_TEXTS, _NUMBERS, _BOOLEANS) for name, meaning in group.values()}
_DIGITS = re.compile(r"[0-9]{1,5}")


def invited(device: Device) -> tuple[Target, ...]:
    """Devices of Hikvision and of the names it is sold under."""
    return (Target(Endpoint(device.address, PORT, "udp")),) if made_by(device, MAKERS) else ()


def request() -> bytes:
    """An inquiry; its Uuid is new each time."""
    return _BEFORE + str(uuid.uuid4()).upper().encode() + _AFTER


def probe(target: Target) -> Conversation[Heard]:
    """Ask once, and read the first answer."""
    yield Send(request())
    return parse((yield ReadSome()))


def parse(datagram: bytes) -> Heard:
    """Read one answer to an inquiry."""
    root = read_xml(datagram, "a SADP answer")
    if local_name(root) != "ProbeMatch" or text_of(first(root, "Types")) not in {"inquiry", "inquiry_v32"}:
        raise ProtocolError("no SADP answer to an inquiry")
    said = texts(root, {element: element for group in (_TEXTS, _NUMBERS, _BOOLEANS) for element in group})
    facts: dict[str, FactValue] = {}
    for element, text in said.items():
        if element in _TEXTS:
            facts[f"sadp.{_TEXTS[element][0]}"] = text
        elif element in _NUMBERS and _DIGITS.fullmatch(text):
            facts[f"sadp.{_NUMBERS[element][0]}"] = int(text)
        elif element in _BOOLEANS and text.lower() in {"true", "false"}:
            facts[f"sadp.{_BOOLEANS[element][0]}"] = text.lower() == "true"
    if "sadp.mac" in facts:
        facts["sadp.mac"] = normal(str(facts["sadp.mac"])) or facts["sadp.mac"]
    if not facts:
        raise ProtocolError("a SADP answer that says nothing")
    return Heard(facts, _evidence(datagram))


def _evidence(datagram: bytes) -> bytes:
    at = datagram.find(b"<DeviceType>")
    return datagram[max(at, 0) :][:EVIDENCE_LIMIT]
