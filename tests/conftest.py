"""What every test may ask for."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from inventory.errors import PeerClosed, ProtocolError, TimedOut
from scanner.conversation import Conversation, Read, ReadAll, ReadSome, ReadUntil, Reconnect, Send, StartTLS, Step
from tests.holding import hold_with

Recite = Callable[..., tuple[Any, list[bytes]]]


class Recorded:
    """The other side of a conversation, played from recorded bytes.

    `answers` holds one bytes object for each connection (or, over UDP, for each datagram). `cut` delivers at most that many bytes to each ReadSome.
    A `silent` peer stays and says nothing more, where another closes.
    """

    def __init__(self, answers: Sequence[bytes], cut: int = 0, silent: bool = False) -> None:
        self._answers = list(answers)
        self._buffer = self._answers.pop(0) if self._answers else b""
        self._cut = cut
        self._end = TimedOut if silent else PeerClosed
        self.sent: list[bytes] = []

    def answer(self, step: Step) -> bytes:  # noqa: PLR0911 - one return for each kind of step
        match step:
            case Send(data):
                self.sent.append(data)
                return b""
            case Reconnect():
                self._buffer = self._answers.pop(0) if self._answers else b""
                return b""
            case StartTLS():
                return b""
            case Read(size):
                return self._take(size)
            case ReadUntil(delimiter, limit):
                at = self._buffer.find(delimiter)
                if at < 0 and len(self._buffer) >= limit:
                    raise ProtocolError("no delimiter")
                return self._take(at + len(delimiter) if at >= 0 else len(self._buffer) + 1)
            case ReadSome(limit):
                if not self._buffer:
                    raise self._end
                return self._take(min(limit, self._cut or limit, len(self._buffer)))
            case ReadAll(limit):
                return self._take(min(limit, len(self._buffer)))

    def _take(self, size: int) -> bytes:
        if len(self._buffer) < size:
            partial, self._buffer = self._buffer, b""
            raise self._end(partial)
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken


def hold(
    conversation: Conversation[Any], answers: Sequence[bytes], cut: int = 0, silent: bool = False
) -> tuple[Any, list[bytes]]:
    """Hold `conversation` against recorded answers; return what it returned and what it sent."""
    peer = Recorded(answers, cut, silent)
    return hold_with(conversation, peer.answer), peer.sent


@pytest.fixture
def recite() -> Recite:
    """`recite(probe(target), [bytes, …], cut=3)` holds a conversation with recorded bytes and returns (result, what was sent)."""
    return hold
