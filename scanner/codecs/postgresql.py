"""The messages of PostgreSQL's protocol 3.0, as far as the end of a login (PostgreSQL manual, part "Frontend/Backend Protocol", chapter "Message Formats").

After the start each message is a type of one byte and a length of four, which counts itself and not the type.
"""

import struct
from dataclasses import dataclass

from inventory.errors import ProtocolError
from scanner.conversation import Conversation, Read

SSL_REQUEST = struct.pack(">II", 8, 80877103)
TERMINATE = b"X\0\0\0\4"
PROTOCOL_3_0 = 196608
_LIMIT = 16384
_TYPES = b"ERSKZNvAGHVD1234nstTICW"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the server: its type and its body."""

    type: bytes
    body: bytes

    @property
    def number(self) -> int:
        """The integer that the body of an Authentication message begins with."""
        if len(self.body) < 4:
            raise ProtocolError("a PostgreSQL message that is cut short")
        return int.from_bytes(self.body[:4], "big")

    def field(self, code: str) -> str:
        """A field of an ErrorResponse by its code ("C" SQLSTATE, "M" message, "V" severity in English); "" where it is not there."""
        wanted = code.encode()
        found = (part[1:] for part in self.body.split(b"\0") if part[:1] == wanted)
        return next(found, b"").decode("utf-8", "backslashreplace")


def startup(**parameters: str) -> bytes:
    """StartupMessage of protocol 3.0 with its parameters ("user", "database")."""
    pairs = b"".join(name.encode() + b"\0" + value.encode() + b"\0" for name, value in parameters.items())
    body = struct.pack(">I", PROTOCOL_3_0) + pairs + b"\0"
    return struct.pack(">I", len(body) + 4) + body


def message(kind: bytes, body: bytes) -> bytes:
    """A message of the client."""
    return kind + struct.pack(">I", len(body) + 4) + body


def read_message() -> Conversation[Message]:
    """The next message of the server; `ProtocolError` where it cannot be one."""
    head = yield Read(5)
    size = int.from_bytes(head[1:], "big")
    if head[:1] not in _TYPES or not 4 <= size <= _LIMIT:
        raise ProtocolError("not a message of PostgreSQL")
    body = (yield Read(size - 4)) if size > 4 else b""
    return Message(head[:1], body)
