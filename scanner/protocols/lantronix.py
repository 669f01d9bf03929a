"""Lantronix's configuration protocol on port 77FE hexadecimal: what kind of serial server it is.

The query for the firmware (F6), answered by F7: the first 16 bytes of the firmware's image with its type, 4 bytes that end in the serial number, and with
later models the MAC address (Lantronix UDS-10 user guide, table 19; XPort user manual, table 24). F8 would give the setup record with the Telnet password
in it, 03 and FA to FD reset and configure the device: none of them can be said here.
"""

import re

from inventory.errors import ProtocolError
from inventory.model import FactValue
from scanner.codecs import tlv
from scanner.conversation import Conversation, Heard, ReadSome, Safety, Say, Send, Target

NAME = "lantronix"
TRANSPORT = "udp"
PORTS = (30718,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
QUERY = b"\x00\x00\x00\xf6"
SAYS = (Say.exactly("query for the firmware", QUERY),)
FACTS = {
    "lantronix.type": "the type of its firmware, 'X2D'",
    "lantronix.number": "the two bytes of its serial number, '42-18'",
    "lantronix.mac": "its MAC address, with models that state it",
}
_ANSWER = b"\x00\x00\x00\xf7"
_WITHOUT_MAC, _WITH_MAC = 24, 30
_TYPE = re.compile(rb"[0-9A-Z]{2}[0-9A-Z]?")


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(QUERY)
    return parse((yield ReadSome(65535)))


def parse(datagram: bytes) -> Heard:
    """Read a whole F7 block."""
    if not datagram.startswith(_ANSWER) or len(datagram) not in (_WITHOUT_MAC, _WITH_MAC):
        raise ProtocolError("not an F7 block")
    facts: dict[str, FactValue] = {"lantronix.number": f"{datagram[22]}-{datagram[23]}"}
    kind = _TYPE.match(datagram, 8, 11)
    if kind:
        facts["lantronix.type"] = kind[0].decode("ascii")
    if len(datagram) == _WITH_MAC:
        facts["lantronix.mac"] = tlv.mac_address(datagram[24:])
    return Heard(facts, datagram)
