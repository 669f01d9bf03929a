"""SSDP: UPnP devices announce themselves, and answer whoever searches (UPnP Device Architecture 1.1, sections 1.2.2 and 1.3.3).

Both carry the headers that `scanner/protocols/ssdp.py` reads in the answer to its own search; an announcement has another first line, and NT for ST.
"""

import re
from collections.abc import Iterator

from inventory.errors import ProtocolError
from inventory.model import Endpoint
from scanner.codecs.packet import Frame
from scanner.conversation import Target, read_alone
from scanner.passive.sighting import Sighting
from scanner.protocols import load_protocols, ssdp

NAME = "ssdp-heard"
HEARS = (("udp", 1900),)
ASKED = "ssdp"
FACTS = ssdp.FACTS
_NOTIFY = b"NOTIFY * HTTP/1.1\r\n"
_BYE = re.compile(rb"(?i)\r\nnts:[ \t]*ssdp:byebye")
_TYPE = re.compile(rb"(?i)\r\nnt:")


def read(frame: Frame) -> Iterator[Sighting]:
    """The sender of an announcement or an answer; one that says goodbye is passed over."""
    said = frame.payload
    if said.startswith(_NOTIFY):
        if _BYE.search(said):
            raise ProtocolError("a device that leaves")
        said = b"HTTP/1.1 200 OK\r\n" + _TYPE.sub(b"\r\nST:", said[len(_NOTIFY) - 2 :], count=1)[2:]
    if not frame.address:
        raise ProtocolError("SSDP of nobody")
    heard = read_alone(load_protocols()[ASKED], Target(Endpoint(frame.address, 1900, "udp")), said)
    if heard is None:
        raise ProtocolError("no SSDP")
    mac = frame.mac if frame.is_from_this_link else ""
    yield Sighting(heard.facts, frame.address, mac, port=1900)
