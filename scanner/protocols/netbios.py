"""NetBIOS: a machine's names and its MAC address, from one node status request.

RFC 1002, sections 4.2.17 (the request: the name "*", type NBSTAT) and 4.2.18 (the answer: the names, then the unit's identifier, which is the MAC address).
Windows, Samba and many printers and storage systems answer it; behind a router it is one of the few ways to learn a MAC address. Windows also registers who is
logged in, under the suffix of its messenger service (03): that is nobody's business here, and is kept neither as a fact nor as evidence.
"""

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target

NAME = "netbios"
TRANSPORT = "udp"
PORTS = (137,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
# Transaction 0x7463, a plain query with one question: "*" and fifteen zero bytes in the half-byte spelling of RFC 1001, section 14.1; NBSTAT, Internet.
REQUEST = bytes.fromhex("7463 0000 0001 0000 0000 0000") + b"\x20CK" + b"A" * 30 + bytes.fromhex("00 0021 0001")
SAYS = (Say.exactly("node status request", REQUEST),)
FACTS = {
    "netbios.name": "the machine's name",
    "netbios.workgroup": "its workgroup or domain",
    "netbios.names": "the names that the machine itself holds, with their suffix: 'NAS<20>'",
    "netbios.mac": "the MAC address, 'aa:bb:cc:dd:ee:ff'; Samba states none",
}
_HEAD = 12
_GROUP = 0x8000
_NAMES = 64
_MESSENGER = 3


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(REQUEST)
    return parse((yield ReadSome(2048)))


def parse(datagram: bytes) -> Heard:
    """Read one answer."""
    if datagram[:2] != REQUEST[:2] or not datagram[2:3] or not datagram[2] & 0x80 or datagram[6:8] == b"\0\0":
        raise ProtocolError("not an answer to our NetBIOS request")
    at = _HEAD + (2 if datagram[_HEAD : _HEAD + 1] == b"\xc0" else 34) + 10
    count = datagram[at] if at < len(datagram) else 0
    names = datagram[at + 1 : at + 1 + 18 * count]
    if not 0 < count <= _NAMES or len(names) < 18 * count or datagram[at - 10 : at - 8] != b"\0\x21":
        raise ProtocolError("a NetBIOS answer without names")
    held = [names[start : start + 18] for start in range(0, len(names), 18)]
    machines = [entry for entry in held if not _is_of_people(entry, held)]
    rest = datagram[at + 1 + 18 * count :]
    kept = (
        datagram[: at + 1] + b"".join(entry if entry in machines else b"*" * 15 + entry[15:] for entry in held) + rest
    )
    return Heard(_facts(machines, rest[:6]), kept[:EVIDENCE_LIMIT])


def _is_of_people(entry: bytes, held: list[bytes]) -> bool:
    """Whether it is whom the messenger service delivers to, and not the machine, which registers its own name there too."""
    own = {other[:15] for other in held if other[15] == 0}
    return entry[15] == _MESSENGER and entry[:15] not in own


def _facts(held: list[bytes], unit: bytes) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {}
    shown = []
    for entry in held:
        name, suffix, flags = one_line(entry[:15].rstrip(b" \0"), 60), entry[15], int.from_bytes(entry[16:], "big")
        shown.append(f"{name}<{suffix:02x}>")
        if suffix == 0 and name:  # the workstation's own name, or its group's
            facts.setdefault("netbios.workgroup" if flags & _GROUP else "netbios.name", name)
    facts["netbios.names"] = tuple(dict.fromkeys(shown))
    if len(unit) == 6 and any(unit):
        facts["netbios.mac"] = unit.hex(":")
    return facts
