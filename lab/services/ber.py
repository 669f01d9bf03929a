"""The Basic Encoding Rules (X.690), as much of them as SNMP needs."""

from dataclasses import dataclass

INTEGER, OCTET_STRING, NULL, OBJECT, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30


class Malformed(Exception):
    """The bytes are not BER."""


@dataclass(frozen=True, slots=True)
class Element:
    """A tag and its content."""

    tag: int
    content: bytes

    @property
    def number(self) -> int:
        """The content as a signed integer."""
        return int.from_bytes(self.content, "big", signed=True)

    @property
    def parts(self) -> "tuple[Element, ...]":
        """The content as a sequence of elements."""
        found, rest = [], self.content
        while rest:
            element, rest = read(rest)
            found.append(element)
        return tuple(found)


def read(data: bytes) -> tuple[Element, bytes]:
    """The first element, and what follows it."""
    if len(data) < 2:
        raise Malformed
    size, at = data[1], 2
    if size & 0x80:
        at += size & 0x7F
        size = int.from_bytes(data[2:at], "big")
    if len(data) < at + size:
        raise Malformed
    return Element(data[0], data[at : at + size]), data[at + size :]


def element(tag: int, *contents: bytes) -> bytes:
    """One element around its contents."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """An integer in the fewest octets."""
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def object_identifier(dotted: str) -> bytes:
    """An object identifier from "1.3.6.1"."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return element(OBJECT, b"".join(_arc(arc) for arc in (first * 40 + second, *rest)))


def dotted(content: bytes) -> str:
    """An object identifier's content as "1.3.6.1"."""
    arcs, arc = [], 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    if not arcs:
        raise Malformed
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - first * 40, *arcs[1:]))


def _arc(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | arc & 0x7F)
    return bytes(reversed(octets))
