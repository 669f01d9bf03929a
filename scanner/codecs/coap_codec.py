"""CoAP messages (RFC 7252), as far as a GET needs them: options, block-wise answers (RFC 7959) and the link format (RFC 6690)."""

import re
import secrets
from dataclasses import dataclass, replace

from inventory.errors import ProtocolError
from inventory.text import one_line
from scanner.conversation import Conversation, ReadSome, Say, Send

CONFIRMABLE, NON_CONFIRMABLE, ACKNOWLEDGEMENT, RESET = range(4)
EMPTY, GET, CONTENT, BAD_OPTION = 0x00, 0x01, 0x45, 0x82
CONTENT_FORMAT, BLOCK2 = 12, 23
_URI_PATH = 11
BLOCKS = 4
"""Blocks of one resource that are fetched."""
FIRST_BLOCK = 4
"""The first 256 bytes (RFC 7959, section 2.2): so a node on batteries sends little, and no answer is more than ten times as long as the question's packet."""
_STRAY_DATAGRAMS = 3
_OPTIONS = 32
_LINKS = 64
_ATTRIBUTE = re.compile(r';\s{0,8}([\w*-]{1,32})(?:=(?:"([^"]{0,512})"|([^;,"]{0,256})))?', re.ASCII)
_LINK = re.compile(r'<([^>]{0,256})>((?:\s{0,8};[^;,"]{0,290}(?:"[^"]{0,512}")?){0,16})', re.ASCII)


@dataclass(frozen=True, slots=True)
class Message:
    """A message without its token; `options` are (number, value) in order."""

    kind: int
    code: int
    identifier: int
    options: tuple[tuple[int, bytes], ...] = ()
    payload: bytes = b""

    @property
    def shown_code(self) -> str:
        """The code as the RFC writes it, "2.05"."""
        return f"{self.code >> 5}.{self.code & 31:02d}"

    def number(self, option: int) -> int | None:
        """The value of an option that is a number; None where it is absent or longer than such a number is."""
        value = next((value for number, value in self.options if number == option), None)
        return None if value is None or len(value) > 4 else int.from_bytes(value, "big")


@dataclass(frozen=True, slots=True)
class Link:
    """One resource of the link format: its path and its attributes."""

    path: str
    attributes: tuple[tuple[str, str], ...]

    def words(self, attribute: str) -> tuple[str, ...]:
        """The words of an attribute that is a list ("rt", "if")."""
        return tuple(word for name, value in self.attributes if name == attribute for word in value.split())


def get(path: str, identifier: int, block: int | None = None) -> bytes:
    """A confirmable GET without a token; `block` is the value of a Block2 option."""
    message = bytes((0x40, GET)) + identifier.to_bytes(2, "big")
    last = 0
    options = [(_URI_PATH, part.encode()) for part in path.strip("/").split("/")]
    if block is not None:
        options.append((BLOCK2, block.to_bytes((block.bit_length() + 7) // 8, "big")))
    for number, value in options:
        message += _option_head(number - last, len(value)) + value
        last = number
    return message


def _option_head(delta: int, length: int) -> bytes:
    """Section 3.1; the deltas and lengths that are needed here are below 269."""
    nibbles, more = 0, b""
    for shift, value in ((4, delta), (0, length)):
        nibbles |= min(value, 13) << shift
        more += bytes((value - 13,)) if value >= 13 else b""
    return bytes((nibbles,)) + more


def says(path: str) -> Say:
    """What `fetch` may send for that path: the GET, with or without the number of a block, and nothing behind that."""
    example, delta = get(path, 0), (BLOCK2 - _URI_PATH) << 4
    head, options = _escaped(example[:2]), _escaped(example[4:])
    block = b"|".join(rb"\x%02x.{%d}" % (delta | size, size) for size in (1, 2, 3))
    return Say.like(f"GET {path}", rb"%b..%b(?:%b)?" % (head, options, block))


def _escaped(literal: bytes) -> bytes:
    return b"".join(rb"\x%02x" % byte for byte in literal)


ACKNOWLEDGE = Say.like("acknowledgement", rb"\x60\x00..")


def fetch(path: str, first: int | None = None) -> Conversation[Message]:
    """GET a resource, at most BLOCKS blocks of it, of the size that `first` asks for; the answer with the blocks joined."""
    answer = yield from _exchange(path, first)
    if answer.code == BAD_OPTION and first is not None:  # whoever knows no blocks sends no more than a datagram
        answer = yield from _exchange(path, None)
    payload = answer.payload
    for number in range(1, BLOCKS):
        block = answer.number(BLOCK2)
        if answer.code != CONTENT or block is None or not block & 8 or block >> 4 != number - 1 or block & 7 == 7:
            break
        following = yield from _exchange(path, number << 4 | block & 7)
        if following.code != CONTENT or (following.number(BLOCK2) or 0) >> 4 != number:
            break
        payload += following.payload
        answer = replace(following, options=following.options)
    return replace(answer, payload=payload)


def _exchange(path: str, block: int | None) -> Conversation[Message]:
    """One request and its answer, which may come in the acknowledgement or, confirmable or not, by itself (section 5.2)."""
    identifier = secrets.randbits(16)
    yield Send(get(path, identifier, block))
    for _ in range(_STRAY_DATAGRAMS):
        message = parse((yield ReadSome(65535)))
        if message.kind == RESET and message.identifier == identifier:
            raise ProtocolError("CoAP reset: it speaks the protocol and has nothing there")
        if message.code >> 5 in (2, 4, 5):
            if message.kind == ACKNOWLEDGEMENT and message.identifier != identifier:
                continue
            if message.kind == CONFIRMABLE:
                yield Send(b"\x60\x00" + message.identifier.to_bytes(2, "big"))
            return message
    raise ProtocolError("no CoAP answer to our request")


def parse(datagram: bytes) -> Message:
    """Read a whole message (section 3)."""
    if len(datagram) < 4 or datagram[0] >> 6 != 1:
        raise ProtocolError("not CoAP")
    kind, token, code = datagram[0] >> 4 & 3, datagram[0] & 15, datagram[1]
    if token > 8 or len(datagram) < 4 + token or (code == EMPTY and len(datagram) > 4) or code >> 5 in (1, 6, 7):
        raise ProtocolError("not a CoAP message")
    options, payload = _options(datagram[4 + token :])
    return Message(kind, code, int.from_bytes(datagram[2:4], "big"), options, payload)


def _options(data: bytes) -> tuple[tuple[tuple[int, bytes], ...], bytes]:
    """The options and the payload behind them."""
    options: list[tuple[int, bytes]] = []
    at = number = 0
    while at < len(data):
        head = data[at]
        at += 1
        if head == 0xFF:
            if at == len(data):
                raise ProtocolError("a CoAP payload marker without a payload")
            return tuple(options), data[at:]
        delta, at = _extended(data, at, head >> 4)
        length, at = _extended(data, at, head & 15)
        if at + length > len(data) or len(options) >= _OPTIONS:
            raise ProtocolError("a CoAP option that is longer than its message, or too many of them")
        number += delta
        options.append((number, data[at : at + length]))
        at += length
    return tuple(options), b""


def _extended(data: bytes, at: int, nibble: int) -> tuple[int, int]:
    if nibble < 13:
        return nibble, at
    size = nibble - 12
    if nibble == 15 or at + size > len(data):
        raise ProtocolError("a CoAP option that cannot be read")
    return int.from_bytes(data[at : at + size], "big") + (13 if size == 1 else 269), at + size


def links(payload: bytes) -> tuple[Link, ...]:
    """The resources that a link-format document lists, at most `_LINKS`; what cannot be read is passed over, as of a document that was cut."""
    text = payload[:16384].decode("utf-8", "replace")
    found: list[Link] = []
    for match in _LINK.finditer(text):
        if len(found) >= _LINKS:
            break
        attributes = ((name.lower(), one_line(a or b, 200)) for name, a, b in _ATTRIBUTE.findall(match[2]))
        found.append(Link(one_line(match[1], 200), tuple(attributes)))
    return tuple(found)
