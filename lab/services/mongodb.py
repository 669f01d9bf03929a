"""MongoDB's wire protocol, server side (MongoDB manual, "MongoDB Wire Protocol"; bsonspec.org), as far as isMaster, buildInfo and getParameter of logLevel.

Any other command lists, reads or writes: that is harm.
"""

import asyncio
import struct
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

_QUERY, _REPLY, _MESSAGE = 2004, 1, 2013
_LIMIT = 4096
_HELLOS = (b"isMaster", b"ismaster", b"hello")


@dataclass(frozen=True)
class MongoDb(Stream):
    """A database; `locked` is one with access control."""

    port: int = 27017
    tls: TLS | None = None
    version: str = "6.0.5"
    wire_version: int = 17
    locked: bool = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer commands until the client leaves."""
        try:
            while True:
                size, number, _, code = struct.unpack("<iiii", await reader.readexactly(16))
                if not 16 < size <= _LIMIT or code not in (_QUERY, _MESSAGE):
                    return
                document = self._respond(_command(code, await reader.readexactly(size - 16)), visit)
                head = bytes(5) if code == _MESSAGE else struct.pack("<iqii", 8, 0, 0, 1)
                kind = _MESSAGE if code == _MESSAGE else _REPLY
                writer.write(struct.pack("<iiii", 16 + len(head) + len(document), 1, number, kind) + head + document)
                await writer.drain()
        except (asyncio.IncompleteReadError, ValueError):
            return

    def _respond(self, command: bytes, visit: Visit) -> bytes:
        if command in _HELLOS:
            return _document(b"\x08ismaster\0\1", _number(b"maxWireVersion", self.wire_version))
        if command == b"buildInfo":
            return _document(_text(b"version", self.version.encode()))
        if command == b"serverStatus" and not self.locked:
            visit.harm("the MongoDB command 'serverStatus'")
            return _document(_text(b"host", visit.device.encode()), _text(b"version", self.version.encode()))
        if command != b"getParameter":
            visit.harm(f"the MongoDB command {command.decode('ascii', 'replace')!r}")
        if self.locked:
            text = b"command " + command + b" requires authentication"
            return _document(_text(b"errmsg", text), _number(b"code", 13), right=False)
        return _document(_number(b"logLevel", 0))


def _command(code: int, body: bytes) -> bytes:
    """The name of the first field, which is the command's."""
    start = 5 if code == _MESSAGE else body.index(b"\0", 4) + 9
    return body[start + 5 :].partition(b"\0")[0]


def _document(*fields: bytes, right: bool = True) -> bytes:
    body = b"".join(fields) + b"\1ok\0" + struct.pack("<d", float(right)) + b"\0"
    return struct.pack("<i", len(body) + 4) + body


def _number(name: bytes, value: int) -> bytes:
    return b"\x10" + name + b"\0" + struct.pack("<i", value)


def _text(name: bytes, value: bytes) -> bytes:
    return b"\2" + name + b"\0" + struct.pack("<i", len(value) + 1) + value + b"\0"
