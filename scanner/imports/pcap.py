"""pcap captures, as tcpdump writes them (https://www.tcpdump.org/manpages/pcap-savefile.5.txt): both byte orders, micro- and nanoseconds."""

import struct
from collections.abc import Iterator, Mapping

from inventory.errors import ConfigError
from scanner.codecs.packet import LINKS, decode
from scanner.passive import hear
from scanner.passive.sighting import Sighting
from scanner.source import Broken, Source

NAME = "pcap"
TITLE = "a capture of tcpdump"
FACTS: Mapping[str, str] = {}
_MAGICS = {
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
}
LONGEST = 262_144
"""Bytes of a packet, which is tcpdump's own limit."""


def recognises(start: bytes) -> bool:
    """By its magic number."""
    return start[:4] in _MAGICS


def read(source: Source) -> Iterator[Sighting]:
    """What every packet tells, up to the first that is not whole."""
    head = source.read(24)
    if len(head) < 24 or head[:4] not in _MAGICS:
        raise ConfigError(f"{source.path} has no head of a pcap file")
    order, unit = _MAGICS[head[:4]]
    link = require_link(source, struct.unpack_from(f"{order}I", head, 20)[0] & 0x0FFFFFFF)
    record = struct.Struct(f"{order}IIII")
    while header := source.read(16):
        if len(header) < 16:
            raise Broken(f"it ends within the head of packet {source.records + 1:,}")
        seconds, fraction, size, _ = record.unpack(header)
        if size > LONGEST:
            raise Broken(f"packet {source.records + 1:,} says that it is {size:,} bytes long, which is no packet")
        data = source.read(size)
        source.records += 1
        frame = decode(data, link, seconds + fraction * unit)
        if frame is not None:
            yield from hear(frame)
        if len(data) < size:
            raise Broken(f"it ends within packet {source.records:,}")


def require_link(source: Source, link: int) -> int:
    """The link type, if it is one that can be decoded."""
    if link not in LINKS:
        known = ", ".join(f"{number} ({name})" for number, name in LINKS.items())
        raise ConfigError(f"{source.path} was captured on a link of type {link}, which cannot be read; known: {known}")
    return link
