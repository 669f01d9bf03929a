"""An IPP printer (RFC 8011) inside HTTP (RFC 8010) that describes itself. Any other operation prints, or meddles with what is printed: that is harm."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

_GET_PRINTER_ATTRIBUTES = 0x000B
_NOT_SUPPORTED, _NOT_FOUND = 0x0501, 0x0406
_TEXT, _NAME, _URI, _ENUM, _KEYWORD, _CHARSET, _LANGUAGE = 0x41, 0x42, 0x45, 0x23, 0x44, 0x47, 0x48
_TYPES = {"printer-uuid": _URI, "printer-name": _NAME}
_IDLE = 3


@dataclass(frozen=True)
class Ipp(Stream):
    """A printer at /ipp/print. `attributes` are its texts by name."""

    port: int = 631
    tls: TLS | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    server: str = ""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer one request and close."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.split("\r\n")
            headers = {
                name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
            }
            body = await reader.readexactly(min(int(headers.get("content-length", "0")), 65536))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            return
        if not first.startswith("POST ") or headers.get("content-type") != "application/ipp" or len(body) < 9:
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        said = self._answer(first.split(" ")[1], body, visit)
        server = f"Server: {self.server}\r\n" if self.server else ""
        shown = f"HTTP/1.1 200 OK\r\n{server}Content-Type: application/ipp\r\nContent-Length: {len(said)}\r\nConnection: close\r\n\r\n"
        writer.write(shown.encode() + said)
        await writer.drain()

    def _answer(self, path: str, body: bytes, visit: Visit) -> bytes:
        operation, identifier = int.from_bytes(body[2:4], "big"), body[4:8]
        if operation != _GET_PRINTER_ATTRIBUTES:
            visit.harm(f"IPP operation {operation:#06x}")
            return self._group(_NOT_SUPPORTED, identifier)
        if path != "/ipp/print":
            return self._group(_NOT_FOUND, identifier)
        wanted = frozenset(_keywords(body))
        if not wanted:
            visit.harm("IPP attributes without a list of those wanted: hundreds, at which small printers stall")
        texts = [
            _attribute(_TYPES.get(name, _TEXT), name, text.encode()) for name, text in self.attributes if name in wanted
        ]
        state = _attribute(_ENUM, "printer-state", _IDLE.to_bytes(4, "big"))
        return self._group(0, identifier, b"\x04" + b"".join(texts) + state)

    def _group(self, status: int, identifier: bytes, printer: bytes = b"") -> bytes:
        operation = _attribute(_CHARSET, "attributes-charset", b"utf-8") + _attribute(
            _LANGUAGE, "attributes-natural-language", b"en"
        )
        return b"".join((b"\x01\x01", status.to_bytes(2, "big"), identifier, b"\x01", operation, printer, b"\x03"))


def _attribute(tag: int, name: str, value: bytes) -> bytes:
    return b"".join((bytes((tag,)), *(len(part).to_bytes(2, "big") + part for part in (name.encode(), value))))


def _keywords(body: bytes) -> Iterator[str]:
    """The values of requested-attributes: the keywords of the request."""
    at = 8
    while at < len(body) and body[at] != 3:
        if body[at] < 0x10:
            at += 1
            continue
        name_size = int.from_bytes(body[at + 1 : at + 3], "big")
        start = at + 5 + name_size
        size = int.from_bytes(body[start - 2 : start], "big")
        if body[at] == _KEYWORD:
            yield body[start : start + size].decode("utf-8", "replace")
        at = start + size
