"""DHCPv6: what a device calls itself when it asks for an IPv6 address (RFC 8415; the name by RFC 4704)."""

from collections.abc import Iterator

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.octets import Octets
from scanner.codecs.packet import Frame
from scanner.passive.sighting import Sighting

NAME = "dhcpv6"
HEARS = (("udp", 547),)
ASKED = ""
FACTS = {
    "dhcpv6.client_id": "option 1, the DUID in hexadecimal",
    "dhcpv6.fqdn": "option 39, its name",
    "dhcpv6.parameters": "option 6, the options that it asks for, in its order",
    "dhcpv6.vendor_class": "option 16, the first vendor class",
    "dhcpv6.vendor_enterprise": "option 16, the vendor's private enterprise number",
}
_FROM_CLIENTS = (1, 3, 4, 5, 6, 8, 9, 11)  # solicit, request, confirm, renew, rebind, release, decline, information


def read(frame: Frame) -> Iterator[Sighting]:
    """The client of the message, which always speaks from its link-local address (section 13)."""
    octets = Octets(frame.payload, "a DHCPv6 message")
    if octets.number(1) not in _FROM_CLIENTS:
        raise ProtocolError("not from a DHCPv6 client")
    octets.take(3)
    facts: dict[str, FactValue] = {}
    while octets.left >= 4:
        code, size = octets.number(2), octets.number(2)
        if size > octets.left:
            break
        facts |= _option(code, octets.take(size))
    yield Sighting(facts, frame.address, frame.mac if frame.is_from_this_link else "")


def _option(code: int, value: bytes) -> dict[str, FactValue]:
    if code == 1 and value:
        return {"dhcpv6.client_id": value[:130].hex(":")}
    if code == 6 and len(value) >= 2:
        return {"dhcpv6.parameters": ",".join(str(number) for number in _numbers(value[:256]))}
    if code == 16 and len(value) >= 6:
        size = int.from_bytes(value[4:6], "big")
        text = one_line(value[6 : 6 + size])
        named: dict[str, FactValue] = {"dhcpv6.vendor_class": text} if text else {}
        return {"dhcpv6.vendor_enterprise": int.from_bytes(value[:4], "big"), **named}
    if code == 39 and len(value) >= 2:
        name = _labels(value[1:])
        return {"dhcpv6.fqdn": name} if name else {}
    return {}


def _numbers(value: bytes) -> Iterator[int]:
    return (int.from_bytes(value[at : at + 2], "big") for at in range(0, len(value) - 1, 2))


def _labels(value: bytes) -> str:
    """A name in labels with their lengths, as RFC 1035, section 3.1, writes it, without compression."""
    labels, octets = [], Octets(value, "a name")
    while octets:
        size = octets.number(1)
        if not size or size > octets.left:
            break
        labels.append(octets.take(size))
    return one_line(b".".join(labels), 255)
