"""MNDP, the MikroTik Neighbor Discovery Protocol: identity, version with its build date, and board of a router, to whoever sends four zero bytes.

MikroTik's documentation names the protocol (RouterOS, Neighbor discovery); its layout is that of Wireshark's packet description: two bytes of header, a
sequence number, then fields of a two-byte type and a two-byte length. Uptime is little-endian, which MikroTik alone knows why.
"""

from inventory.errors import ProtocolError
from inventory.model import FactValue
from scanner.codecs import tlv
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target

NAME = "mndp"
TRANSPORT = "udp"
PORTS = (5678,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
REFRESH = bytes(4)
SAYS = (Say.exactly("refresh", REFRESH),)
FACTS = {
    "mndp.mac": "the MAC address of the interface that answered",
    "mndp.identity": "the router's name",
    "mndp.version": "the version and its build, '7.15.3 (stable) 2024-07-24 10:39:01'",
    "mndp.platform": "the platform, 'MikroTik'",
    "mndp.uptime": "seconds since it started",
    "mndp.software_id": "the licence's number",
    "mndp.board": "the board's name, which is the model's",
    "mndp.interface": "the name of the interface that answered",
    "mndp.address": "its IPv4 address",
}
_MAC, _UPTIME, _ADDRESS = 1, 10, 17
_TEXTS = {5: "identity", 7: "version", 8: "platform", 11: "software_id", 12: "board", 16: "interface"}


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(REFRESH)
    return parse((yield ReadSome(65535)))


def parse(datagram: bytes) -> Heard:
    """Read a whole announcement."""
    facts: dict[str, FactValue] = {}
    for kind, value in tlv.fields(datagram[4:], kind=2, length=2):
        if kind in _TEXTS:
            facts[f"mndp.{_TEXTS[kind]}"] = tlv.text(value)
        elif kind == _MAC:
            facts["mndp.mac"] = tlv.mac_address(value)
        elif kind == _UPTIME and len(value) == 4:
            facts["mndp.uptime"] = int.from_bytes(value, "little")
        elif kind == _ADDRESS and len(value) == 4:
            facts["mndp.address"] = tlv.ip_address(value)
    if "mndp.mac" not in facts:  # every announcement begins with it, and an echo of our zeros has none
        raise ProtocolError("not an announcement of MNDP")
    return Heard(facts, datagram[:EVIDENCE_LIMIT])
