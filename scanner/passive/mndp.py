"""MNDP: MikroTik's routers and radios introduce themselves in datagrams to port 5678 (its manual, "Neighbor discovery"; general knowledge)."""

from collections.abc import Iterator

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.octets import Octets
from scanner.codecs.packet import Frame, mac_text
from scanner.passive.sighting import Sighting

NAME = "mndp-heard"
HEARS = (("udp", 5678),)
ASKED = "mndp"
FACTS = {
    "mndp.identity": "the name that its people gave it",
    "mndp.version": "the version of RouterOS",
    "mndp.platform": "the platform, 'MikroTik'",
    "mndp.board": "the board's name, which is the product's",
    "mndp.software_id": "the licence's software id",
    "mndp.interface": "the interface it was sent from",
}
_MAC = 1
_TEXTS = {5: "identity", 7: "version", 8: "platform", 11: "software_id", 12: "board", 16: "interface"}


def read(frame: Frame) -> Iterator[Sighting]:
    """The sender, if it tells more than that it looks for others."""
    octets = Octets(frame.payload, "an MNDP datagram")
    octets.take(4)
    facts: dict[str, FactValue] = {}
    mac = ""
    while octets.left >= 4:
        kind, size = octets.number(2), octets.number(2)
        value = octets.take(size)
        if kind == _MAC:
            mac = mac_text(value)
        elif kind in _TEXTS and one_line(value):
            facts[f"mndp.{_TEXTS[kind]}"] = one_line(value)
    if not mac or not facts:
        raise ProtocolError("MNDP that says nothing")
    yield Sighting(facts, frame.address, mac if frame.is_from_this_link else "")
