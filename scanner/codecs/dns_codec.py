"""DNS messages: RFC 1035 as mDNS (RFC 6762) and DNS-SD (RFC 6763) use it. Pure: it reads a datagram or the payload of a captured frame, and sends nothing.

Names are tuples of labels as sent, because an instance's label may hold dots. A compressed name may only point backwards (RFC 1035 section 4.1.4), so that no
chain of pointers can go in circles; names, labels, records and strings are bounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

from inventory.errors import ProtocolError
from inventory.text import one_line

Name: TypeAlias = tuple[bytes, ...]

A, PTR, TXT, AAAA, SRV = 1, 12, 16, 28, 33
INTERNET = 1
_UNICAST_WANTED = 0x8000
"""The top bit of a question's class: an answer to the asker alone will do (RFC 6762 section 5.4). In a record it means that older ones are to be forgotten."""
NAME_LIMIT = 255
_LABELS, _RECORDS, _STRINGS = 128, 256, 64


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a name and a type."""

    name: Name
    kind: int


@dataclass(frozen=True, slots=True)
class Record:
    """A resource record. `target` is the name that a PTR or an SRV points to, `strings` those of a TXT, `address` that of an A or AAAA."""

    name: Name
    kind: int
    ttl: int
    target: Name = ()
    port: int = 0
    strings: tuple[bytes, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message. `records` are those of all sections, in order; `code` is the response code."""

    identifier: int
    response: bool
    operation: int
    code: int
    questions: tuple[Question, ...]
    records: tuple[Record, ...]

    def of(self, kind: int, name: Name | None = None) -> tuple[Record, ...]:
        """The records of that type, of that name where one is given; names are compared without case (RFC 6762 section 16)."""
        wanted = None if name is None else folded(name)
        return tuple(r for r in self.records if r.kind == kind and (wanted is None or folded(r.name) == wanted))


def folded(name: Name) -> Name:
    """The name for comparison: ASCII letters without case."""
    return tuple(label.lower() for label in name)


def name_of(text: str) -> Name:
    """The name that "_ipp._tcp.local" writes."""
    return tuple(label.encode() for label in text.split("."))


def text_of(name: Name) -> str:
    """The name as text, made visible; an instance's dots are not told from those between labels."""
    return one_line(b".".join(name), NAME_LIMIT)


def encoded(name: Name) -> bytes:
    """The name on the wire, uncompressed; `ProtocolError` where it cannot be one."""
    if not all(1 <= len(label) <= 63 for label in name):
        raise ProtocolError("a DNS label that is empty or longer than 63 bytes")
    whole = b"".join(bytes((len(label),)) + label for label in name) + b"\0"
    if len(whole) > NAME_LIMIT:
        raise ProtocolError(f"a DNS name of {len(whole)} bytes")
    return whole


def query(questions: Sequence[Question], identifier: int = 0) -> bytes:
    """A query in which every question asks for an answer to the asker alone."""
    asked = (encoded(q.name) + _number(q.kind) + _number(INTERNET | _UNICAST_WANTED) for q in questions)
    return b"".join((_number(identifier), b"\0\0", _number(len(questions)), b"\0\0" * 3, *asked))


def _number(value: int) -> bytes:
    return value.to_bytes(2, "big")


def parse(datagram: bytes) -> Message:
    """Read a whole message; raises `ProtocolError` for whatever is not one."""
    reader = _Reader(datagram)
    identifier, flags = reader.number(2), reader.number(2)
    asked, *counts = (reader.number(2) for _ in range(4))
    if asked + sum(counts) > _RECORDS:
        raise ProtocolError(f"a DNS message of {asked + sum(counts)} entries")
    questions = tuple(reader.question() for _ in range(asked))
    records = tuple(reader.record() for _ in range(sum(counts)))
    return Message(identifier, bool(flags & 0x8000), flags >> 11 & 15, flags & 15, questions, records)


class _Reader:
    """A place in a message; whatever lies beyond its end is a `ProtocolError`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise ProtocolError("a DNS message that is cut short")
        self._at += size
        return taken

    def name(self) -> Name:
        labels, self._at = _name_at(self._data, self._at)
        return labels

    def question(self) -> Question:
        name, kind, _ = self.name(), self.number(2), self.number(2)
        return Question(name, kind)

    def record(self) -> Record:
        name, kind, _, ttl = self.name(), self.number(2), self.number(2), self.number(4)
        size = self.number(2)
        start = self._at
        data = self.take(size)
        if kind == PTR:
            return Record(name, kind, ttl, target=self._name_within(start, size))
        if kind == SRV:
            if size < 7:
                raise ProtocolError("an SRV record that is cut short")
            port = int.from_bytes(data[4:6], "big")
            return Record(name, kind, ttl, target=self._name_within(start + 6, size - 6), port=port)
        if kind == TXT:
            return Record(name, kind, ttl, strings=_strings(data))
        if kind in (A, AAAA):
            return Record(name, kind, ttl, address=_address(kind, data))
        return Record(name, kind, ttl)

    def _name_within(self, start: int, size: int) -> Name:
        name, end = _name_at(self._data, start)
        if end != start + size:
            raise ProtocolError("a DNS name that does not fill its record")
        return name


def _name_at(data: bytes, start: int) -> tuple[Name, int]:
    """The name that begins at `start`, and where what follows it begins."""
    labels: list[bytes] = []
    at, after, size = start, -1, 0
    while True:
        if at >= len(data):
            raise ProtocolError("a DNS name that is cut short")
        length = data[at]
        if length >= 0xC0:
            if at + 1 >= len(data):
                raise ProtocolError("a DNS name that is cut short")
            to = (length & 0x3F) << 8 | data[at + 1]
            if to >= start:
                raise ProtocolError("a DNS name that does not point backwards")
            after = at + 2 if after < 0 else after
            start = at = to  # every jump goes further back than the last
            continue
        if length > 63:
            raise ProtocolError(f"a DNS label of type {length >> 6}")
        if not length:
            return tuple(labels), at + 1 if after < 0 else after
        size += length + 1
        if at + 1 + length > len(data) or size >= NAME_LIMIT or len(labels) >= _LABELS:
            raise ProtocolError("a DNS name that is cut short, or too long")
        labels.append(data[at + 1 : at + 1 + length])
        at += 1 + length


def _strings(data: bytes) -> tuple[bytes, ...]:
    """The strings of a TXT record, at most `_STRINGS` of them and without the empty ones (RFC 6763 section 6.1)."""
    found: list[bytes] = []
    at = 0
    while at < len(data) and len(found) < _STRINGS:
        size = data[at]
        if at + 1 + size > len(data):
            raise ProtocolError("a TXT string that is longer than its record")
        if size:
            found.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    return tuple(found)


def _address(kind: int, data: bytes) -> str:
    if len(data) != (4 if kind == A else 16):
        raise ProtocolError(f"a DNS address of {len(data)} bytes")
    return str(IPv4Address(data) if kind == A else IPv6Address(data))
