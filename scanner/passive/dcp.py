"""PROFINET DCP: what a station answers when an engineering tool looks for stations, and how it greets (IEC 61158-6-10, "DCP"; general knowledge)."""

from collections.abc import Iterator

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.octets import Octets
from scanner.codecs.packet import Frame, address_text
from scanner.passive.sighting import Sighting

NAME = "dcp"
HEARS = (("profinet", 0),)
ASKED = ""
FACTS = {
    "dcp.station_name": "the name of the station, by which its controller knows it",
    "dcp.station_type": "the type of station, mostly the product",
    "dcp.vendor_id": "the vendor's number, four hexadecimal digits",
    "dcp.device_id": "the device's number among the vendor's, four hexadecimal digits",
    "dcp.role": "io-device, io-controller, io-multidevice or supervisor",
    "dcp.address": "its IPv4 address; none where it has not been given one",
}
_HELLO, _IDENTIFY = b"\xfe\xfc", b"\xfe\xff"
_SERVICES = {_HELLO: b"\6\0", _IDENTIFY: b"\5\1"}
_ROLES = ("io-device", "io-controller", "io-multidevice", "supervisor")
_MOST = 64


def read(frame: Frame) -> Iterator[Sighting]:
    """The station; its MAC address is the frame's, for DCP is not routed."""
    octets = Octets(frame.payload, "a DCP frame")
    service = _SERVICES.get(octets.take(2))
    if service is None or octets.take(2) != service:
        raise ProtocolError("not a station's answer or greeting")
    octets.take(6)
    blocks = Octets(octets.take(octets.number(2)), "a DCP block")
    facts: dict[str, FactValue] = {}
    for _ in range(_MOST):
        if blocks.left < 4:
            break
        kind, size = (blocks.number(1), blocks.number(1)), blocks.number(2)
        value = blocks.take(size)
        blocks.take(min(size % 2, blocks.left))
        facts |= _fact(kind, value[2:])  # the first two bytes say how the value came about
    if not frame.mac or not facts:
        raise ProtocolError("DCP that says nothing")
    yield Sighting(facts, str(facts.get("dcp.address", "")), frame.mac)


def _fact(kind: tuple[int, int], value: bytes) -> dict[str, FactValue]:
    match kind:
        case (1, 2) if address_text(value[:4]):
            return {"dcp.address": address_text(value[:4])}
        case (2, 1) if one_line(value):
            return {"dcp.station_type": one_line(value.rstrip(b"\0"))}
        case (2, 2) if one_line(value):
            return {"dcp.station_name": one_line(value.rstrip(b"\0"))}
        case (2, 3) if len(value) >= 4:
            return {"dcp.vendor_id": value[:2].hex(), "dcp.device_id": value[2:4].hex()}
        case (2, 4) if value and value[0]:
            return {"dcp.role": tuple(word for bit, word in enumerate(_ROLES) if value[0] >> bit & 1)}
    return {}
