"""HID's discovery daemon on VertX and EDGE door controllers: model, firmware and its build date.

The text `discover;013;`, answered by `discovered;LENGTH;MAC;NAME;IP;TYPE;MODEL;VERSION;DATE;`, as seen of a VertX EVO V2000 and an EH400 (ZDI-16-223; the
packet descriptions of nmap). The daemon's other command, which makes the reader blink, is a hole to run anything as root through: it cannot be said here.
Asked of HID's devices only.
"""

import re

from inventory.errors import ProtocolError
from inventory.model import Device, Endpoint, FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target
from scanner.invitation import made_by

NAME = "vertx"
TRANSPORT = "udp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
DISCOVER = b"discover;013;"
SAYS = (Say.exactly("discover", DISCOVER),)
FACTS = {
    "vertx.mac": "its MAC address",
    "vertx.name": "its name",
    "vertx.address": "its own IPv4 address",
    "vertx.type": "the kind of interface, a number",
    "vertx.model": "its model, 'V2-V2000' or 'EH400'",
    "vertx.version": "the version of its firmware",
    "vertx.built": "when the firmware was built, '07/27/2017'",
}
_PORT = 4070
_MAC = re.compile(rb"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}")
_NAMES = ("name", "address", "type", "model", "version", "built")


def invited(device: Device) -> tuple[Target, ...]:
    """Where HID's controllers listen."""
    return (Target(Endpoint(device.address, _PORT, "udp")),) if made_by(device, ("HID",)) else ()


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(DISCOVER)
    return parse((yield ReadSome(65535)))


def parse(datagram: bytes) -> Heard:
    """Read a whole answer; the length in it counts the whole text."""
    word, *rest = datagram.split(b";")
    if word != b"discovered" or len(rest) < 2 + len(_NAMES):
        raise ProtocolError("not an answer of HID's discovery")
    length, mac, *values = rest
    if not re.fullmatch(rb"\d{1,5}", length) or int(length) != len(datagram) or not _MAC.fullmatch(mac):
        raise ProtocolError("a length or a MAC address that is none")
    facts: dict[str, FactValue] = {"vertx.mac": mac.decode("ascii").lower().replace("-", ":")}
    facts |= {f"vertx.{name}": one_line(value) for name, value in zip(_NAMES, values, strict=False) if value}
    return Heard(facts, datagram[:EVIDENCE_LIMIT])
