"""ARP: which IPv4 address is at which MAC address (RFC 826), asked, answered or announced (RFC 5227)."""

from collections.abc import Iterator

from inventory.errors import ProtocolError
from scanner.codecs.octets import Octets
from scanner.codecs.packet import Frame, address_text, mac_text
from scanner.passive.sighting import Sighting

NAME = "arp"
HEARS = (("arp", 0),)
ASKED = ""
FACTS = {
    "arp.mac": "the MAC address at which the IPv4 address is",
    "arp.announced": "whether it told so unasked (a gratuitous ARP)",
}


def read(frame: Frame) -> Iterator[Sighting]:
    """The sender of a request or a reply; the target of a reply is the listener's to know."""
    octets = Octets(frame.payload, "an ARP packet")
    if octets.take(6) != b"\0\1\x08\0\6\4" or octets.number(2) not in (1, 2):
        raise ProtocolError("an ARP packet of other networks")
    mac, sender = mac_text(octets.take(6)), octets.take(4)
    octets.take(6)
    target, address = octets.take(4), address_text(sender)
    if not mac or not address:  # a probe of RFC 5227 has no sender's address yet
        raise ProtocolError("an ARP packet of nobody")
    facts: dict[str, str | bool] = {"arp.mac": mac}
    if sender == target:
        facts["arp.announced"] = True
    yield Sighting(facts, address, mac)
