"""CDP: Cisco's older way of introducing oneself on the cable, which many telephones, switches and access points speak.

As Cisco describes it ("Frame Formats" of its LAN switching handbook) and as Wireshark's packet-cdp.c reads it (general knowledge).
"""

from collections.abc import Iterator

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.octets import Octets
from scanner.codecs.packet import Frame, address_text
from scanner.passive.sighting import Sighting

NAME = "cdp"
HEARS = (("cdp", 0),)
ASKED = ""
FACTS = {
    "cdp.device": "the device's id, mostly its host name",
    "cdp.port": "the port it was sent from",
    "cdp.capabilities": "what it does: router, switch, phone …",
    "cdp.version": "the software's version, as it shows it",
    "cdp.platform": "the product",
    "cdp.address": "its address, the one for management before others",
}
_TEXTS = {1: "device", 3: "port", 5: "version", 6: "platform"}
_ABILITIES = ("router", "bridge", "source-bridge", "switch", "host", "igmp", "repeater", "phone", "remote")
_ADDRESSES, _CAPABILITIES, _MANAGEMENT = 2, 4, 0x16
_MOST = 128


def read(frame: Frame) -> Iterator[Sighting]:
    """The device at the other end of the cable."""
    octets = Octets(frame.payload, "a CDP frame")
    if octets.number(1) not in (1, 2):
        raise ProtocolError("no version of CDP")
    octets.take(3)
    facts: dict[str, FactValue] = {}
    addresses: dict[int, str] = {}
    for _ in range(_MOST):
        if octets.left < 4:
            break
        kind, size = octets.number(2), octets.number(2)
        value = octets.take(size - 4)
        if kind in _TEXTS and one_line(value):
            facts[f"cdp.{_TEXTS[kind]}"] = one_line(value)
        elif kind == _CAPABILITIES and len(value) == 4:
            on = int.from_bytes(value, "big")
            facts["cdp.capabilities"] = tuple(word for bit, word in enumerate(_ABILITIES) if on >> bit & 1)
        elif kind in (_ADDRESSES, _MANAGEMENT):
            addresses[kind] = _address(value)
    address = addresses.get(_MANAGEMENT) or addresses.get(_ADDRESSES, "")
    if address:
        facts["cdp.address"] = address
    if not facts or not (address or frame.mac):
        raise ProtocolError("CDP that says nothing")
    yield Sighting(facts, address, frame.mac)


def _address(value: bytes) -> str:
    """The first IP address of a list: a count, then for each the protocol's kind, length and bytes, and the address's length and bytes."""
    octets = Octets(value, "a list of CDP addresses")
    for _ in range(min(octets.number(4), _MOST)):
        octets.take(1)
        octets.take(octets.number(1))
        address = address_text(octets.take(octets.number(2)))
        if address:
            return address
    return ""
