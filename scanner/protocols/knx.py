"""KNXnet/IP: one unicast DESCRIPTION_REQUEST; no tunnel and no management connection is opened.

KNX Standard 3/8/2 (Core), sections 7.5.4 (description types) and 7.7 (description); ISO 22510. The HPAI of the request is 0.0.0.0:0, "route back" (8.6.2.2):
the server then answers to where the datagram came from, through any NAT. The secured service families are of 3/8/9 (KNX IP Secure).
"""

from ipaddress import IPv4Address

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target

NAME = "knx"
TRANSPORT = "udp"
PORTS = (3671,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
REQUEST = bytes.fromhex("06 10 0203 000e 08 01 00000000 0000")
SAYS = (Say.exactly("description request", REQUEST),)
FACTS = {
    "knx.medium": "the medium behind it: TP1, PL110, RF, IP",
    "knx.individual_address": "its individual address, '1.1.0'",
    "knx.serial": "its KNX serial number, hexadecimal; the first two octets are the manufacturer",
    "knx.manufacturer": "the KNX manufacturer's number",
    "knx.mac": "its MAC address",
    "knx.multicast": "the routing multicast address",
    "knx.name": "its friendly name",
    "knx.programming_mode": "whether its programming mode is on",
    "knx.services": "the service families and their versions, 'tunnelling 2'",
    "knx.secured": "the service families that it offers in KNX IP Secure only",
    "knx.reachable": "whether tunnelling, routing, device management or the object server is offered without KNX IP Secure",
    "knx.device_descriptor": "the device descriptor type 0 (mask version), hexadecimal",
}
_RESPONSE = 0x0204
_MEDIA = {0x01: "TP0", 0x02: "TP1", 0x04: "PL110", 0x08: "PL132", 0x10: "RF", 0x20: "IP"}
_FAMILIES = {
    2: "core",
    3: "device management",
    4: "tunnelling",
    5: "routing",
    6: "remote logging",
    7: "remote configuration",
    8: "object server",
    9: "security",
}
_CONTROL = frozenset(("tunnelling", "routing", "device management", "object server"))
_BLOCKS = 16
_DEVICE_INFO = 54


def probe(target: Target) -> Conversation[Heard]:
    """Ask for the description, and read the first datagram that comes."""
    yield Send(REQUEST)
    return parse((yield ReadSome()))


def parse(datagram: bytes) -> Heard:
    """Read a DESCRIPTION_RESPONSE."""
    if len(datagram) < 8 or datagram[:2] != b"\x06\x10":
        raise ProtocolError("not KNXnet/IP 1.0")
    if int.from_bytes(datagram[2:4], "big") != _RESPONSE or int.from_bytes(datagram[4:6], "big") != len(datagram):
        raise ProtocolError("not a description response of KNXnet/IP")
    facts: dict[str, FactValue] = {}
    rest = datagram[6:]
    for _ in range(_BLOCKS):
        if not rest:
            break
        size = rest[0]
        if not 2 <= size <= len(rest):
            raise ProtocolError("a description block that is longer than its frame")
        facts |= _block(rest[1], rest[2:size])
        rest = rest[size:]
    if "knx.serial" not in facts:
        raise ProtocolError("a description without the device information, which it must have")
    offered = {name.rpartition(" ")[0] for name in _texts(facts, "knx.services")}
    facts["knx.reachable"] = bool(offered & _CONTROL - set(_texts(facts, "knx.secured")))
    return Heard(facts, datagram[:EVIDENCE_LIMIT])


def _texts(facts: dict[str, FactValue], name: str) -> tuple[str, ...]:
    value = facts.get(name)
    return value if isinstance(value, tuple) else ()


def _block(kind: int, body: bytes) -> dict[str, FactValue]:
    """What one description information block says; the others (addresses, tunnelling slots, the maker's own) are passed over."""
    if kind == 0x01:
        return _device(body)
    if kind == 0x02:
        return {"knx.services": tuple(f"{_family(family)} {version}" for family, version in _pairs(body))}
    if kind == 0x06:
        # The second octet is the lowest version of security that the family asks for; 0 asks for none.
        return {"knx.secured": tuple(_family(family) for family, version in _pairs(body) if version)}
    if kind == 0x08 and len(body) >= 6:
        return {"knx.device_descriptor": body[4:6].hex()}
    return {}


def _device(body: bytes) -> dict[str, FactValue]:
    if len(body) < _DEVICE_INFO - 2:
        raise ProtocolError("device information that is too short")
    area, device = body[2], body[3]
    return {
        "knx.medium": _MEDIA.get(body[0], f"{body[0]:#04x}"),
        "knx.programming_mode": bool(body[1] & 1),
        "knx.individual_address": f"{area >> 4}.{area & 0x0F}.{device}",
        "knx.serial": body[6:12].hex(),
        "knx.manufacturer": int.from_bytes(body[6:8], "big"),
        "knx.multicast": str(IPv4Address(body[12:16])),
        "knx.mac": body[16:22].hex(":"),
        "knx.name": one_line(body[22:52].partition(b"\0")[0].decode("latin-1")),
    }


def _family(number: int) -> str:
    return _FAMILIES.get(number, f"family {number}")


def _pairs(body: bytes) -> list[tuple[int, int]]:
    if len(body) % 2:
        raise ProtocolError("half a service family")
    return list(zip(body[::2], body[1::2], strict=True))
