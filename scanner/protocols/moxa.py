"""Moxa's search for NPort serial servers: which hardware it is, and its addresses.

The search request has a header only: request 1, length 8. The answer, 81, adds product line, hardware number, MAC address and IP address (NPort user
manuals, appendix "IP Report Protocol", for the numbers; the layout as observed of an NPort 5110A by M. Davidsaver, 2023). The other requests of this port read
and write the configuration, passwords among it: none of them can be said here. Asked of Moxa's devices only.
"""

from inventory.errors import ProtocolError
from inventory.model import Device, Endpoint, FactValue
from scanner.codecs import tlv
from scanner.conversation import Conversation, Heard, ReadSome, Safety, Say, Send, Target
from scanner.invitation import made_by

NAME = "moxa"
TRANSPORT = "udp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
SEARCH = bytes.fromhex("01 00 0008 00000000")
SAYS = (Say.exactly("search", SEARCH),)
FACTS = {
    "moxa.hardware": "the number of its hardware, '0x511a'",
    "moxa.product_line": "the number of its product line, '0x80015610'",
    "moxa.mac": "its MAC address",
    "moxa.address": "its IPv4 address",
}
_PORT = 4800
_LENGTH = 24


def invited(device: Device) -> tuple[Target, ...]:
    """Where Moxa's devices listen."""
    return (Target(Endpoint(device.address, _PORT, "udp")),) if made_by(device, ("Moxa",)) else ()


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(SEARCH)
    return parse((yield ReadSome(65535)))


def parse(datagram: bytes) -> Heard:
    """Read a whole answer to a search."""
    if len(datagram) < _LENGTH or datagram[:2] != b"\x81\x00" or datagram[2:4] != _LENGTH.to_bytes(2, "big"):
        raise ProtocolError("not an answer to Moxa's search")
    facts: dict[str, FactValue] = {
        "moxa.product_line": f"0x{int.from_bytes(datagram[8:12], 'little'):08x}",
        "moxa.hardware": f"0x{int.from_bytes(datagram[12:14], 'little'):04x}",
        "moxa.mac": tlv.mac_address(datagram[14:20]),
        "moxa.address": tlv.ip_address(datagram[20:24]),
    }
    return Heard(facts, datagram[:_LENGTH])
