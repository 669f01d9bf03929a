"""pcapng captures, as Wireshark writes them (draft-ietf-opsawg-pcapng): sections of either byte order, with the interfaces' own clocks."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from inventory.errors import ConfigError
from scanner.codecs.packet import LINKS, decode
from scanner.imports.pcap import LONGEST
from scanner.passive import hear
from scanner.passive.sighting import Sighting
from scanner.source import Broken, Source

NAME = "pcapng"
TITLE = "a capture of Wireshark"
FACTS: Mapping[str, str] = {}
_SECTION = b"\x0a\x0d\x0d\x0a"
_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_INTERFACE, _PACKET, _SIMPLE, _ENHANCED = 1, 2, 3, 6
_RESOLUTION, _OFFSET = 9, 14
_MOST_INTERFACES = 4096
_LONGEST_BLOCK = LONGEST + 65_536
"""Bytes of a block that is read; what is longer and no packet is passed over."""


@dataclass(frozen=True, slots=True)
class _Interface:
    """Its link type, seconds to a tick, and seconds to be added."""

    link: int
    unit: float = 1e-6
    offset: int = 0


def recognises(start: bytes) -> bool:
    """By the section header's block type and byte-order magic."""
    return start[:4] == _SECTION and start[8:12] in _ORDERS


def read(source: Source) -> Iterator[Sighting]:
    """What every packet tells, up to the first block that is not whole."""
    order, interfaces = "", list[_Interface]()
    unknown: set[int] = set()
    while header := source.read(8):
        if header[:4] == _SECTION:
            order, interfaces = _section(source, header), []
            continue
        if not order:
            raise ConfigError(f"{source.path} has no head of a pcapng file")
        kind, body = _block(source, order, header)
        if kind == _INTERFACE:
            if len(interfaces) >= _MOST_INTERFACES:
                raise Broken(f"it has more than {_MOST_INTERFACES:,} interfaces")
            interfaces.append(_interface(body, order))
        elif kind in (_ENHANCED, _PACKET, _SIMPLE):
            source.records += 1
            number, when, data = _packet(kind, body, order, interfaces)
            if number >= len(interfaces):
                raise Broken(f"packet {source.records:,} is of an interface that was not described")
            if interfaces[number].link not in LINKS:
                unknown.add(interfaces[number].link)
                continue
            frame = decode(data, interfaces[number].link, when)
            if frame is not None:
                yield from hear(frame)
    if unknown:
        raise Broken(f"its packets of link type {', '.join(map(str, sorted(unknown)))} cannot be read")


def _section(source: Source, header: bytes) -> str:
    """The byte order of the section that begins; its other fields are passed over."""
    magic = source.read(4)
    if magic not in _ORDERS or len(header) < 8:
        raise Broken(f"a section after packet {source.records:,} is of no known byte order")
    order = _ORDERS[magic]
    (size,) = struct.unpack(f"{order}I", header[4:])
    if size < 28 or size % 4 or not source.skip(size - 12):
        raise Broken(f"the section after packet {source.records:,} ends within its head")
    return order


def _block(source: Source, order: str, header: bytes) -> tuple[int, bytes]:
    """The type and the body of a block; b"" of one that is passed over. Its length stands before and behind it."""
    if len(header) < 8:
        raise Broken(f"it ends within the block after packet {source.records:,}")
    kind, size = struct.unpack(f"{order}II", header)
    if size < 12 or size % 4:
        raise Broken(
            f"the block after packet {source.records:,} says that it is {size:,} bytes long, which is no block"
        )
    if kind not in (_INTERFACE, _PACKET, _SIMPLE, _ENHANCED):
        if not source.skip(size - 8):
            raise Broken(f"it ends within the block after packet {source.records:,}")
        return kind, b""
    if size > _LONGEST_BLOCK:
        raise Broken(f"packet {source.records + 1:,} says that it is {size:,} bytes long, which is no packet")
    body = source.read(size - 8)
    if len(body) < size - 8:
        raise Broken(f"it ends within packet {source.records + 1:,}")
    return kind, body[:-4]


def _interface(body: bytes, order: str) -> _Interface:
    if len(body) < 8:
        raise Broken("an interface is described in too few bytes")
    (link,) = struct.unpack_from(f"{order}H", body)
    unit, offset = 1e-6, 0
    at = 8
    while len(body) >= at + 4:
        code, size = struct.unpack_from(f"{order}HH", body, at)
        value = body[at + 4 : at + 4 + size]
        if code == _RESOLUTION and size == 1 and value:
            unit = 2.0 ** -(value[0] & 0x7F) if value[0] & 0x80 else 10.0 ** -value[0]
        elif code == _OFFSET and len(value) == 8:
            (offset,) = struct.unpack(f"{order}q", value)
        elif code == 0:
            break
        at += 4 + (size + 3) // 4 * 4
    return _Interface(link, unit, offset)


def _packet(kind: int, body: bytes, order: str, interfaces: list[_Interface]) -> tuple[int, float, bytes]:
    """The interface's number, the time, and the frame; the simple block has no time, and is of the first interface."""
    if kind == _SIMPLE:
        if len(body) < 4:
            raise Broken("a packet is described in too few bytes")
        (size,) = struct.unpack_from(f"{order}I", body)
        return 0, 0.0, body[4 : 4 + size]
    if len(body) < 20:
        raise Broken("a packet is described in too few bytes")
    number, high, low, size = struct.unpack_from(f"{order}IIII", body)
    if kind == _PACKET:  # two bytes of the interface, two of a count of drops
        (number,) = struct.unpack_from(f"{order}H", body)
    clock = interfaces[number] if number < len(interfaces) else _Interface(0)
    return number, clock.offset + ((high << 32) + low) * clock.unit, body[20 : 20 + size]
