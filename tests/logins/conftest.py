"""A device that plays a script, for the login drivers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest

from inventory.errors import PeerClosed, TimedOut, Unreached
from inventory.model import Endpoint
from scanner.conversation import Conversation, Read, ReadAll, ReadSome, ReadUntil, Send, StartTLS, Step
from tests.holding import hold_with

NOWHERE = Endpoint("192.0.2.1", 80)
Reply: TypeAlias = bytes | Callable[[bytes], bytes] | None


@dataclass(slots=True)
class ScriptedLine:
    """Each connection is a list: what the device says unasked, then its reply to each thing it is sent (a function makes one from what was sent).

    None is silence, a script that has ended is a device that hangs up or, if `silent`, stays and says nothing. Answers to Telnet options count for nothing.
    """

    connections: list[Sequence[Reply]]
    endpoint: Endpoint = NOWHERE
    tls: bool = False
    silent: bool = False
    path: str = ""
    form: str = ""
    host_key: str = ""
    sent: list[bytes] = field(default_factory=list)

    async def connected(self) -> Any:
        raise Unreached("refused")

    async def hold(self, conversation: Conversation[Any]) -> Any:
        if not self.connections:
            raise Unreached("refused")
        peer = _Peer(self, list(self.connections.pop(0)))
        return hold_with(conversation, peer.answer)


class _Peer:
    def __init__(self, line: ScriptedLine, script: list[Reply]) -> None:
        self._line, self._script, self._buffer = line, script, b""
        self._say(b"")

    def _say(self, heard: bytes) -> None:
        reply = self._script.pop(0) if self._script else None
        self._buffer += reply(heard) if callable(reply) else reply or b""

    def answer(self, step: Step) -> bytes:
        if isinstance(step, Send):
            if not step.data.startswith(b"\xff"):
                self._line.sent.append(step.data)
                self._say(step.data)
            return b""
        if isinstance(step, StartTLS):
            return b""
        if isinstance(step, ReadAll):
            return self._take(step.limit)
        if len(self._buffer) < (step.size if isinstance(step, Read) else 1):
            raise TimedOut if self._line.silent or self._script else PeerClosed
        if isinstance(step, ReadSome):
            return self._take(step.limit)
        assert isinstance(step, Read | ReadUntil)
        if isinstance(step, Read):
            size = step.size
        else:
            at = self._buffer.find(step.delimiter)
            size = at + len(step.delimiter) if at >= 0 else len(self._buffer) + 1
        if len(self._buffer) < size:  # what has come is not all of it, and no more comes
            ended = TimedOut if self._line.silent or self._script else PeerClosed
            raise ended(self._take(len(self._buffer)))
        return self._take(size)

    def _take(self, size: int) -> bytes:
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken


@pytest.fixture
def scripted() -> type[ScriptedLine]:
    """`scripted([[greeting, reply, …], …])` is a line to a device that plays that script."""
    return ScriptedLine
