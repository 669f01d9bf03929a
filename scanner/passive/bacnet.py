"""BACnet/IP: I-Am, by which a device tells its number and its maker (ASHRAE 135, clause 16.10; the network layer by clause 6, BACnet/IP by annex J)."""

from collections.abc import Iterator

from inventory.errors import ProtocolError
from inventory.model import FactValue
from scanner.codecs.octets import Octets
from scanner.codecs.packet import Frame, address_text
from scanner.passive.sighting import Sighting

NAME = "bacnet-heard"
HEARS = tuple(("udp", port) for port in range(47808, 47824))
ASKED = "bacnet"
FACTS = {
    "bacnet.instance": "the device's instance number, which is its own on the whole internetwork",
    "bacnet.vendor_id": "the vendor's number in ASHRAE's registry",
    "bacnet.network": "the number of the network behind a router in which it is",
    "bacnet.station": "its address in that network, in hexadecimal",
}
_FORWARDED, _UNICAST, _BROADCAST = 0x04, 0x0A, 0x0B
_HAS_TARGET, _HAS_SOURCE, _FOR_NETWORK = 0x20, 0x08, 0x80
_I_AM = b"\x10\x00"
_OBJECT, _UNSIGNED, _ENUMERATED = 12, 2, 9
_DEVICE = 8


def read(frame: Frame) -> Iterator[Sighting]:
    """The device that says so; where the network layer names a source, one behind the router that speaks."""
    octets = Octets(frame.payload, "a BACnet message")
    if octets.number(1) != 0x81:
        raise ProtocolError("not BACnet/IP")
    function, size = octets.number(1), octets.number(2)
    octets = Octets(octets.take(size - 4), "a BACnet message")
    address, port, mac = frame.address, frame.source_port, frame.mac if frame.is_from_this_link else ""
    if function == _FORWARDED:  # by a BBMD, which names the first sender (J.4.5)
        address, port, mac = address_text(octets.take(4)), octets.number(2), ""
    elif function not in (_UNICAST, _BROADCAST):
        raise ProtocolError("a BACnet message about broadcasts")
    network, station = _source(octets)
    facts = _i_am(octets)
    if not address:
        raise ProtocolError("BACnet of nobody")
    behind = ""
    if network:
        behind = f"device {facts['bacnet.instance']} on network {network}"
        facts |= {"bacnet.network": network, "bacnet.station": station}
    yield Sighting(facts, address, mac, port=port, behind=behind)


def _source(octets: Octets) -> tuple[int, str]:
    """The network and the station that the network layer names as the source, (0, "") where it is the sender itself (clause 6.2.2)."""
    if octets.number(1) != 1:
        raise ProtocolError("no version of BACnet")
    control = octets.number(1)
    if control & _FOR_NETWORK:
        raise ProtocolError("a BACnet message for routers")
    if control & _HAS_TARGET:
        octets.take(2)
        octets.take(octets.number(1))
    network, station = 0, ""
    if control & _HAS_SOURCE:
        network = octets.number(2)
        station = octets.take(octets.number(1)).hex()
    if control & _HAS_TARGET:
        octets.take(1)
    return network, station


def _i_am(octets: Octets) -> dict[str, FactValue]:
    if octets.take(2) != _I_AM:
        raise ProtocolError("not an I-Am")
    device = _value(octets, _OBJECT)
    _value(octets, _UNSIGNED)
    _value(octets, _ENUMERATED)
    vendor = _value(octets, _UNSIGNED)
    if device >> 22 != _DEVICE:
        raise ProtocolError("an I-Am of no device")
    return {"bacnet.instance": device & 0x3FFFFF, "bacnet.vendor_id": vendor}


def _value(octets: Octets, kind: int) -> int:
    """One application-tagged number of that kind (clause 20.2.1)."""
    tag = octets.number(1)
    if tag >> 4 != kind or tag & 0x08 or not 1 <= tag & 7 <= 4:
        raise ProtocolError("a BACnet value of another kind")
    return octets.number(tag & 7)
