"""One connection of a test: a handshake up to where the server waits for the client, and then record after record."""

import os
from dataclasses import dataclass

from inventory.errors import PeerClosed, TimedOut
from scanner.codecs.heartbeat import HEARTBEAT
from scanner.codecs.tls_codec import ALERT, CHANGE_CIPHER_SPEC, CLOSE_NOTIFY, FATAL, RECORD_LIMIT
from scanner.codecs.tls_hello import Hello
from scanner.conversation import Conversation, ReadSome, Send
from scanner.tls.asking import Asker, Flight, read_flight

WAIT = 2.0
"""Seconds to wait for what a server says at once or not at all."""
SILENT, CLOSED, STRANGE = "silent", "closed", "not TLS"
"""Why no record came."""
_KINDS = range(CHANGE_CIPHER_SPEC, HEARTBEAT + 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came next: a record, by its kind and payload, or `end`, which says why none came."""

    kind: int = 0
    payload: bytes = b""
    end: str = ""
    raw: bytes = b""

    @property
    def alert(self) -> int | None:
        """The description of a fatal alert; None where it is none."""
        return self.payload[1] if self.kind == ALERT and len(self.payload) == 2 and self.payload[0] == FATAL else None

    @property
    def refuses(self) -> bool:
        """Whether the server wants no more of this: a fatal alert, a close_notify, or the end of the connection."""
        return self.alert is not None or self.end == CLOSED or self.payload[1:] == bytes((CLOSE_NOTIFY,))

    def __str__(self) -> str:
        """In words, and the same for the same answer."""
        if self.end:
            return self.end
        return f"alert {self.payload[1]}" if len(self.payload) == 2 and self.kind == ALERT else f"record {self.kind}"


def begin(asker: Asker, hello: Hello) -> Conversation[Flight]:
    """A handshake on a connection of its own, up to where the server waits for our key exchange, or to its refusal."""
    yield from asker.open()
    yield Send(hello.record(os.urandom(32), asker.target.name))
    return (yield from read_flight(hello.version))


def say(data: bytes) -> Conversation[None]:
    """Send, though the server may have hung up already: what it said last is still to be read."""
    try:
        yield Send(data)
    except PeerClosed:
        return


def answer(wait: float = WAIT) -> Conversation[Answer]:
    """The next record, or why there is none."""
    heard = b""
    try:
        heard = yield from _exactly(5, wait)
        kind, size = heard[0], int.from_bytes(heard[3:5], "big")
        if kind not in _KINDS or heard[1] != 3 or not 0 < size <= RECORD_LIMIT:
            return Answer(end=STRANGE, raw=heard)
        payload = yield from _exactly(size, wait)
    except TimedOut:
        return Answer(end=SILENT, raw=heard)
    except PeerClosed:
        return Answer(end=CLOSED, raw=heard)
    return Answer(kind, payload, raw=heard + payload)


def _exactly(size: int, wait: float) -> Conversation[bytes]:
    data = b""
    while len(data) < size:
        data += yield ReadSome(size - len(data), wait)
    return data
