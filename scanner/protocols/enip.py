"""EtherNet/IP: List Identity, the one request that needs no session.

The CIP Networks Library, volume 2 (EtherNet/IP Adaptation of CIP), chapter 2: the encapsulation header (2-3), List Identity (2-4.2) and the CIP Identity item
(table 2-4.4). Numbers are little-endian, but for the socket address. Over UDP it is one datagram there and one back; `enip_tcp` asks the same over TCP where a
device does not answer here.
"""

import struct
from ipaddress import IPv4Address

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target

NAME = "enip"
TRANSPORT = "udp"
PORTS = (44818,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
LIST_IDENTITY = bytes.fromhex("6300 0000 00000000 00000000 0000000000000000 00000000")
SAYS = (Say.exactly("list identity", LIST_IDENTITY),)
FACTS = {
    "enip.vendor_id": "the number that ODVA gave the vendor",
    "enip.device_type": "the number of the CIP device profile",
    "enip.product_code": "the vendor's number of the product",
    "enip.revision": "major and minor revision, which is the firmware's",
    "enip.serial": "the serial number, eight hexadecimal digits",
    "enip.product_name": "the product's name",
    "enip.status": "the status word",
    "enip.owned": "whether another device has a connection that owns it",
    "enip.state": "the state of the device",
    "enip.address": "the address that the device believes to have",
}
HEADER = 24
LIMIT = 2048
_IDENTITY = 0x0C
_ITEM = struct.Struct("<HHHBBHIB")


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(LIST_IDENTITY)
    return parse((yield ReadSome(65535)))


def body_size(header: bytes) -> int:
    """The bytes that follow an encapsulation header that answers us."""
    command, length, _, status = struct.unpack("<HHII", header[:12])
    if command != 0x63 or status or length > LIMIT:
        raise ProtocolError("not an answer to List Identity")
    return int(length)


def parse(message: bytes) -> Heard:
    """Read one whole answer: the header, the number of items, and the first CIP Identity item."""
    if len(message) < HEADER + 2 or len(message) != HEADER + body_size(message[:HEADER]):
        raise ProtocolError("an EtherNet/IP message of a wrong length")
    items = message[HEADER + 2 :]
    for _ in range(int.from_bytes(message[HEADER : HEADER + 2], "little")):
        if len(items) < 4:
            break
        kind, length = struct.unpack("<HH", items[:4])
        if len(items) < 4 + length:
            break
        if kind == _IDENTITY:
            return Heard(_identity(items[4 : 4 + length]), message[:EVIDENCE_LIMIT])
        items = items[4 + length :]
    raise ProtocolError("no identity in answer to List Identity")


def _identity(item: bytes) -> dict[str, FactValue]:
    if len(item) < 18 + _ITEM.size:
        raise ProtocolError("an EtherNet/IP identity that ends too early")
    vendor, kind, code, major, minor, status, serial, length = _ITEM.unpack_from(item, 18)
    name, rest = item[18 + _ITEM.size :][:length], item[18 + _ITEM.size :][length:]
    if len(name) < length:
        raise ProtocolError("an EtherNet/IP product name longer than its item")
    facts: dict[str, FactValue] = {
        "enip.vendor_id": vendor,
        "enip.device_type": kind,
        "enip.product_code": code,
        "enip.revision": f"{major}.{minor:03d}" if vendor == 1 else f"{major}.{minor}",  # Rockwell writes 20.011
        "enip.status": status,
        "enip.owned": bool(status & 1),
    }
    optional: dict[str, FactValue] = {
        "enip.serial": f"{serial:08X}" if serial else "",
        "enip.product_name": one_line(name.split(b"\0")[0]),
        "enip.address": str(IPv4Address(item[6:10])) if any(item[6:10]) else "",
        "enip.state": rest[0] if rest else "",
    }
    return facts | {fact: value for fact, value in optional.items() if value != ""}
