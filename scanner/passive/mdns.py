"""mDNS: names and services that devices announce or answer with (RFC 6762, services by RFC 6763, the format by RFC 1035, section 4.1)."""

from collections.abc import Iterator
from dataclasses import dataclass

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.octets import Octets
from scanner.packet import Frame
from scanner.passive.sighting import Sighting

NAME = "mdns-heard"
HEARS = (("udp", 5353),)
ASKED = "mdns"
FACTS = {
    "mdns.services": "the types of service it announces, '_ipp._tcp'",
    "mdns.hostname": "the host that its services are on",
    "mdns.instances": "its services by name: the type, then the instance, '_ipp._tcp Brother HL-L2350DW'",
    "mdns.txt": "what the TXT records say: the type, then key and value, '_ipp._tcp ty=Brother HL-L2350DW'",
}
_A, _PTR, _TXT, _AAAA, _SRV = 1, 12, 16, 28, 33
_MOST_RECORDS, _MOST_LABELS, _MOST_VALUES = 256, 64, 24
_META = "_services._dns-sd._udp.local"


@dataclass(frozen=True, slots=True)
class Record:
    """One resource record: its name, type, and its value as far as it is read here."""

    name: str
    kind: int
    value: str | tuple[str, ...]


def read(frame: Frame) -> Iterator[Sighting]:
    """The sender of a response: RFC 6762, section 6, has each answer for itself."""
    if not frame.address:
        raise ProtocolError("mDNS of nobody")
    records = parse(frame.payload)
    services = [r.value for r in records if r.kind == _PTR and r.name == _META and isinstance(r.value, str)]
    services += [r.name for r in records if r.kind == _PTR and r.name.startswith("_") and r.name != _META]
    named = [(_type_of(r.name), r) for r in records if r.kind in (_SRV, _TXT) and "._" in r.name]
    services += [kind for kind, _ in named]
    host = next((r.name for r in records if r.kind in (_A, _AAAA)), "")
    host = host or next((r.value for r in records if r.kind == _SRV and isinstance(r.value, str)), "")
    texts = [f"{kind} {text}" for kind, r in named if isinstance(r.value, tuple) for text in r.value]
    facts: dict[str, FactValue] = {
        "mdns.hostname": host,
        "mdns.services": _few(service.removesuffix(".local") for service in services),
        "mdns.instances": _few(f"{kind} {r.name.partition('._')[0]}" for kind, r in named),
        "mdns.txt": _few(texts),
    }
    facts = {name: value for name, value in facts.items() if value}
    if not facts:
        raise ProtocolError("mDNS that says nothing")
    mac = frame.mac if frame.is_from_this_link else ""
    yield Sighting(facts, frame.address, mac, port=5353)


def _type_of(name: str) -> str:
    """The type of service of an instance: of "Lobby._ipp._tcp.local" it is "_ipp._tcp"."""
    return f"_{name.partition('._')[2]}".removesuffix(".local")


def _few(texts: Iterator[str] | list[str]) -> tuple[str, ...]:
    return tuple(sorted({text for text in texts if text}))[:_MOST_VALUES]


def parse(message: bytes) -> tuple[Record, ...]:
    """The records of a response, in order."""
    head = Octets(message, "an mDNS message")
    head.take(2)
    flags = head.number(2)
    questions, *counts = (head.number(2) for _ in range(4))
    if not flags & 0x8000 or flags & 0x7800:
        raise ProtocolError("no response")
    at = 12
    for _ in range(min(questions, _MOST_RECORDS)):
        _, at = _name(message, at)
        at += 4
    found = []
    for _ in range(min(sum(counts), _MOST_RECORDS)):
        if at >= len(message):  # cut by the capture
            break
        record, at = _record(message, at)
        found.append(record)
    return tuple(found)


def _record(message: bytes, at: int) -> tuple[Record, int]:
    name, at = _name(message, at)
    head = Octets(message[at : at + 10], "a resource record")
    kind = head.number(2)
    head.take(6)
    size = head.number(2)
    begin, at = at + 10, at + 10 + size
    if at > len(message):
        raise ProtocolError("a resource record that ends early")
    value: str | tuple[str, ...] = ""
    if kind == _PTR:
        value = _name(message, begin)[0]
    elif kind == _SRV and size > 6:
        value = _name(message, begin + 6)[0]
    elif kind == _TXT:
        value = tuple(_strings(message[begin:at]))
    return Record(name, kind, value), at


def _strings(data: bytes) -> Iterator[str]:
    octets = Octets(data, "a TXT record")
    while octets:
        text = one_line(octets.take(octets.number(1)), 255)
        if text:
            yield text


def _name(message: bytes, at: int) -> tuple[str, int]:
    """The name at that place, and the place behind it. A pointer goes only backwards (RFC 1035, section 4.1.4), so that it ends."""
    labels: list[bytes] = []
    end, limit = 0, at
    while len(labels) < _MOST_LABELS:
        if at >= len(message):
            raise ProtocolError("a name that ends early")
        size = message[at]
        if size >= 0xC0:
            if at + 1 >= len(message):
                raise ProtocolError("a name that ends early")
            end = end or at + 2
            at = int.from_bytes(message[at : at + 2], "big") & 0x3FFF
            if at >= limit:
                raise ProtocolError("a name that points ahead")
            limit = at
        elif size >= 0x40:
            raise ProtocolError("a label of no known kind")
        elif size == 0:
            return one_line(b".".join(labels), 255), end or at + 1
        else:
            labels.append(message[at + 1 : at + 1 + size])
            at += 1 + size
    raise ProtocolError("a name of too many labels")
