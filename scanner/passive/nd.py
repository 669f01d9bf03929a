"""IPv6 neighbour discovery: which IPv6 address is at which MAC address, and who routes (RFC 4861)."""

from collections.abc import Iterator

from inventory.errors import ProtocolError
from scanner.codecs.octets import Octets
from scanner.codecs.packet import Frame, address_text, mac_text
from scanner.passive.sighting import Sighting

NAME = "nd"
HEARS = (("icmp6", 0),)
ASKED = ""
FACTS = {
    "nd.mac": "the MAC address at which the IPv6 address is",
    "nd.router": "whether it says that it is a router",
}
_ROUTER_SOLICIT, _ROUTER, _SOLICIT, _ADVERT = 133, 134, 135, 136
_SOURCE_LINK, _TARGET_LINK = 1, 2
_ROUTER_FLAG = 0x80


def read(frame: Frame) -> Iterator[Sighting]:
    """Whoever says in its options at which MAC address it is, or asks for an address of its own (RFC 4862, section 5.4.2)."""
    octets = Octets(frame.payload, "a neighbour discovery message")
    kind = octets.number(1)
    if frame.hops != 255 or octets.number(1) != 0 or not _ROUTER_SOLICIT <= kind <= _ADVERT:
        raise ProtocolError("not neighbour discovery")
    octets.take(2)
    flags = octets.take(4)[0]
    if kind == _ROUTER:
        octets.take(8)
    target = octets.take(16) if kind in (_SOLICIT, _ADVERT) else b""
    links = _options(octets)
    address, mac = frame.address, links.get(_SOURCE_LINK, "")
    if kind == _ADVERT:
        address, mac = address_text(target), links.get(_TARGET_LINK) or frame.mac
    elif kind == _SOLICIT and not any(frame.source):
        address, mac = address_text(target), frame.mac
    if not address or not mac:
        raise ProtocolError("neighbour discovery of nobody")
    facts: dict[str, str | bool] = {"nd.mac": mac}
    if kind == _ROUTER or (kind == _ADVERT and flags & _ROUTER_FLAG):
        facts["nd.router"] = True
    yield Sighting(facts, address, mac)


def _options(octets: Octets) -> dict[int, str]:
    """The link-layer addresses of the options, which come in units of eight bytes."""
    found = {}
    while octets:
        kind, size = octets.number(1), octets.number(1) * 8
        value = octets.take(size - 2)
        if kind in (_SOURCE_LINK, _TARGET_LINK) and mac_text(value[:6]):
            found[kind] = mac_text(value[:6])
    return found
