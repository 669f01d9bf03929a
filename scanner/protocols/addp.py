"""ADDP, the Advanced Device Discovery Protocol of Digi's serial servers and gateways: name, firmware with its date, ports.

The discovery request for any MAC address, sent to one device; it answers with fields of one byte of type and one of length. Described by Q. Beukes
("Advanced Digi Discovery Protocol Explained", 2009), who read it off Digi's own tool. Its other requests (3, 5 and 7) configure and restart the device with a
password that everybody knows: none of them can be said here. Asked of Digi's devices only.
"""

from inventory.errors import ProtocolError
from inventory.model import Device, Endpoint, FactValue
from scanner.codecs import tlv
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target
from scanner.invitation import made_by

NAME = "addp"
TRANSPORT = "udp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
GROUP, GROUP_PORT = "224.0.5.128", 2362
DISCOVER = b"DIGI\x00\x01\x00\x06" + b"\xff" * 6
SAYS = (Say.exactly("discovery request", DISCOVER),)
FACTS = {
    "addp.mac": "its MAC address",
    "addp.address": "its IPv4 address",
    "addp.name": "the device's name, which is the product's until somebody changes it",
    "addp.network_name": "its name in the network",
    "addp.firmware": "its firmware, 'Version 82000856_F6 07/21/2006'",
    "addp.hardware_type": "the number of its hardware",
    "addp.hardware_revision": "the revision of its hardware",
    "addp.serial_ports": "how many serial ports it has",
    "addp.realport": "the TCP port of RealPort, which gives out the serial lines",
}
_PORT = 2362
_ANSWER = b"DIGI\x00\x02"
_MAC, _ADDRESS = 0x01, 0x02
_TEXTS = {0x04: "network_name", 0x08: "firmware", 0x0D: "name"}
_NUMBERS = {0x06: "hardware_type", 0x07: "hardware_revision", 0x0E: "realport", 0x12: "serial_ports"}


def invited(device: Device) -> tuple[Target, ...]:
    """Where Digi's devices listen."""
    return (Target(Endpoint(device.address, _PORT, "udp")),) if made_by(device, ("Digi", "DigiBoard")) else ()


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(DISCOVER)
    return parse((yield ReadSome(65535)))


def parse(datagram: bytes) -> Heard:
    """Read a whole discovery response."""
    if len(datagram) < 8 or not datagram.startswith(_ANSWER):
        raise ProtocolError("not an answer of ADDP")
    if int.from_bytes(datagram[6:8], "big") != len(datagram) - 8:
        raise ProtocolError("a length that is not that of the datagram")
    facts: dict[str, FactValue] = {}
    for kind, value in tlv.fields(datagram[8:], kind=1, length=1):
        if kind in _TEXTS:
            facts[f"addp.{_TEXTS[kind]}"] = tlv.text(value)
        elif kind in _NUMBERS:
            facts[f"addp.{_NUMBERS[kind]}"] = tlv.number(value)
        elif kind == _MAC:
            facts["addp.mac"] = tlv.mac_address(value)
        elif kind == _ADDRESS:
            facts["addp.address"] = tlv.ip_address(value)
    if "addp.mac" not in facts:
        raise ProtocolError("an answer of ADDP without a MAC address")
    return Heard(facts, datagram[:EVIDENCE_LIMIT])
