"""A CoAP server (RFC 7252) with its list of resources (RFC 6690), served in blocks (RFC 7959) where it is long, and LwM2M's device object."""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.fake import Datagram, Visit

_GET = 1
_CONFIRMABLE = 0b0100
"""Version 1 and the type, as the first four bits have them."""
_URI_PATH, _CONTENT_FORMAT, _BLOCK2, _OBSERVE = 11, 12, 23, 6
_CONTENT, _NOT_FOUND, _NOT_ALLOWED = 0x45, 0x84, 0x85
_LINK_FORMAT, _TLV = 40, 11542
_CORE = "/.well-known/core"
_BLOCK_SIZE, _BLOCK_EXPONENT = 64, 2
_MOST_BLOCKS = 4


@dataclass(frozen=True)
class Coap(Datagram):
    """A node. `links` is its list of resources; `device` are the texts of LwM2M's resources /3/0/n, none where it has no such object.

    A method that changes something, an observation, a fifth block, and a resource that nobody listed are harm: nodes run on batteries.
    """

    links: str
    port: int = 5683
    device: tuple[tuple[int, str], ...] = ()

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer a request in its acknowledgement."""
        if len(datagram) < 4 or datagram[0] >> 4 != _CONFIRMABLE or datagram[0] & 15 > 8:
            return None
        start = 4 + (datagram[0] & 15)
        options = tuple(_options(datagram[start:]))
        path = "/" + "/".join(value.decode("utf-8", "replace") for number, value in options if number == _URI_PATH)
        head = bytes((0x60 | datagram[0] & 15,)) + b"%c" + datagram[2:start].replace(b"%", b"%%")
        if datagram[1] != _GET or any(number == _OBSERVE for number, _ in options):
            visit.harm(f"CoAP {'observation' if datagram[1] == _GET else f'method {datagram[1]}'} on {path}")
            return head % _NOT_ALLOWED
        if path == _CORE:
            return self._listed(head, options, visit)
        if path == "/3/0" and self.device:
            return head % _CONTENT + _option(_CONTENT_FORMAT, _TLV.to_bytes(2, "big")) + b"\xff" + self._object()
        if path != "/3/0":
            visit.harm(f"a CoAP GET of {path}")
        return head % _NOT_FOUND

    def _listed(self, head: bytes, options: tuple[tuple[int, bytes], ...], visit: Visit) -> bytes:
        document = self.links.encode()
        wanted = next((int.from_bytes(value, "big") >> 4 for number, value in options if number == _BLOCK2), 0)
        if wanted >= _MOST_BLOCKS:
            visit.harm(f"block {wanted + 1} of a CoAP list")
        form = _option(_CONTENT_FORMAT, bytes((_LINK_FORMAT,)))
        if len(document) <= _BLOCK_SIZE:
            return head % _CONTENT + form + b"\xff" + document
        block = document[wanted * _BLOCK_SIZE : (wanted + 1) * _BLOCK_SIZE]
        more = len(document) > (wanted + 1) * _BLOCK_SIZE
        number = bytes((wanted << 4 & 0xFF | more << 3 | _BLOCK_EXPONENT,))
        return head % _CONTENT + form + _option(_BLOCK2 - _CONTENT_FORMAT, number) + b"\xff" + block

    def _object(self) -> bytes:
        """The TLV of OMA LightweightM2M 1.0.2, section 6.4.3: resources with a length of one byte."""
        return b"".join(
            b"\xc8" + bytes((number, len(value.encode()))) + value.encode() for number, value in self.device
        )


def _option(delta: int, value: bytes) -> bytes:
    """An option of fewer than thirteen bytes and a delta below thirteen."""
    return bytes((delta << 4 | len(value),)) + value


def _options(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, value) of each option (section 3.1), up to the payload or to what cannot be read."""
    at = number = 0
    while at < len(data) and data[at] != 0xFF:
        delta, size = data[at] >> 4, data[at] & 15
        at += 1
        if delta == 13 and at < len(data):
            delta, at = data[at] + 13, at + 1
        if size == 13 and at < len(data):
            size, at = data[at] + 13, at + 1
        if delta > 268 or at + size > len(data):
            return
        number += delta
        yield number, data[at : at + size]
        at += size
