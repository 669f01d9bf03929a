"""The other side of a conversation over UDP: one recorded datagram for each ReadSome, and silence after the last."""

from collections.abc import Sequence

from inventory.errors import TimedOut
from scanner.conversation import Read, ReadAll, ReadSome, Send, Step


class Datagrams:
    """Says its datagrams one by one, whatever is asked; `sent` is what was asked."""

    def __init__(self, datagrams: Sequence[bytes]) -> None:
        self._left = list(datagrams)
        self.sent: list[bytes] = []

    def answer(self, step: Step) -> bytes:
        """Answer one step."""
        match step:
            case Send(data):
                self.sent.append(data)
                return b""
            case ReadSome(limit):
                if not self._left:
                    raise TimedOut
                return self._left.pop(0)[:limit]
            case Read():
                raise AssertionError("a conversation of datagrams reads whole ones")
            case ReadAll(limit):
                rest, self._left = b"".join(self._left), []
                return rest[:limit]
        raise AssertionError(f"{step} over UDP")
