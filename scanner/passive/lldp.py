"""LLDP: a device introduces itself to its neighbour on the cable (IEEE 802.1AB), with its inventory in LLDP-MED (ANSI/TIA-1057, section 10.2.6)."""

from collections.abc import Iterator

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.octets import Octets
from scanner.codecs.packet import Frame, address_text, mac_text
from scanner.passive.sighting import Sighting

NAME = "lldp"
HEARS = (("lldp", 0),)
ASKED = ""
FACTS = {
    "lldp.chassis": "the chassis, a MAC address or a name",
    "lldp.port": "the port it was sent from",
    "lldp.port_description": "the port's description",
    "lldp.system_name": "the system's name",
    "lldp.system_description": "the system's description: mostly product and version",
    "lldp.capabilities": "what it does and has switched on: bridge, router, phone …",
    "lldp.management": "its management address",
    "lldp.hardware": "MED inventory: the hardware revision",
    "lldp.firmware": "MED inventory: the firmware revision",
    "lldp.software": "MED inventory: the software revision",
    "lldp.serial": "MED inventory: the serial number",
    "lldp.manufacturer": "MED inventory: the manufacturer",
    "lldp.model": "MED inventory: the model",
    "lldp.asset": "MED inventory: the asset number that its people gave it",
}
_TIA = bytes.fromhex("0012bb")
_MED = {5: "hardware", 6: "firmware", 7: "software", 8: "serial", 9: "manufacturer", 10: "model", 11: "asset"}
_TEXTS = {4: "port_description", 5: "system_name", 6: "system_description"}
_ABILITIES = ("other", "repeater", "bridge", "access-point", "router", "phone", "cable-modem", "station")
_MOST = 256


def read(frame: Frame) -> Iterator[Sighting]:
    """The device at the other end of the cable. Its MAC address is the chassis's where that is one, else the port's."""
    octets = Octets(frame.payload, "an LLDP frame")
    facts: dict[str, FactValue] = {}
    mac, management = frame.mac, ""
    for number in range(_MOST):
        head = octets.number(2)
        kind, value = head >> 9, octets.take(head & 0x01FF)
        if number == 0 and kind != 1:  # section 8.5.1: the chassis comes first, or it is not LLDP
            raise ProtocolError("LLDP without a chassis")
        if kind == 0:
            break
        if kind == 1:
            mac = (mac_text(value[1:]) if value[:1] == b"\4" else "") or mac
        if kind == 8 and not management:
            management = _management(value)
        facts |= _fact(kind, value)
    if management:
        facts["lldp.management"] = management
    if not mac and not management:
        raise ProtocolError("LLDP of nobody")
    yield Sighting(facts, management, mac)


def _fact(kind: int, value: bytes) -> dict[str, FactValue]:
    name, said = "", ""
    if kind in (1, 2):
        name, said = ("chassis", "port")[kind - 1], _identifier(value, mac_kind=4 if kind == 1 else 3)
    elif kind in _TEXTS:
        name, said = _TEXTS[kind], one_line(value)
    elif kind == 127 and value[:3] == _TIA and len(value) > 4:
        name, said = _MED.get(value[3], ""), one_line(value[4:].rstrip(b"\0"))
    elif kind == 7 and len(value) >= 4:
        on = int.from_bytes(value[2:4], "big")
        return {"lldp.capabilities": tuple(word for bit, word in enumerate(_ABILITIES) if on >> bit & 1)}
    return {f"lldp.{name}": said} if name and said else {}


def _identifier(value: bytes, mac_kind: int) -> str:
    """A chassis or a port: a MAC address, a network address behind its family's number, or a name."""
    kind, said = value[:1], value[1:]
    if kind == bytes((mac_kind,)):
        return said[:32].hex(":")
    if kind == bytes((mac_kind + 1,)) and said[:1] in (b"\1", b"\2"):
        return address_text(said[1:])
    return one_line(said)


def _management(value: bytes) -> str:
    """The address of the TLV: its length with the family, the family (1 IPv4, 2 IPv6), the address (section 8.5.9)."""
    size, family = value[:1], value[1:2]
    if not size or family not in (b"\1", b"\2"):
        return ""
    return address_text(value[2 : 1 + size[0]])
