"""What both bridge programs share: JSON lines in and out, and the scope checked by a second pair of eyes.

A bridge obeys a `scope` command once, before any other, and refuses whatever leaves that scope. It ends when stdin closes.
"""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from scanner import spans
from scanner.guards import NEVER_TOUCH
from scanner.spans import Span


class Refused(Exception):
    """A command that asks for what the scope or the bridge does not allow, or that makes no sense."""


def emit(event: str, **values: object) -> None:
    """Write one event."""
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


class Commands:
    """The commands on stdin, read by the byte so that its end is noticed while another command is being followed."""

    def __init__(self) -> None:
        self._buffer = b""
        self.fd = sys.stdin.fileno()

    def pull(self) -> None:
        """Take what has come on stdin, waiting for it if need be; ends the program when stdin has closed."""
        more = os.read(self.fd, 65536)
        if not more:
            raise SystemExit(0)
        self._buffer += more

    @property
    def waiting(self) -> bool:
        """Whether another command has come."""
        return b"\n" in self._buffer

    def next(self) -> dict[str, Any]:
        """Wait for a command; Refused where a line is no JSON object."""
        while b"\n" not in self._buffer:
            self.pull()
        line, _, self._buffer = self._buffer.partition(b"\n")
        try:
            command = json.loads(line)
        except ValueError:
            raise Refused("a line that is not JSON") from None
        if not isinstance(command, dict):
            raise Refused("a line that is not a JSON object")
        return command


class Fence:
    """The scope as the bridge was told it, asked again for every range, port and address."""

    def __init__(self, command: Mapping[str, Any]) -> None:
        self.denied = spans.merge(spans.read(text) for text in command["deny"])
        self._allowed = spans.without((spans.read(text) for text in command["allow"]), self.denied)
        self._places = spans.Places(tuple(span for span in self._allowed if span.version == 4))
        self.forbidden = NEVER_TOUCH | frozenset(command["never_touch"])

    def ranges(self, texts: list[str]) -> tuple[Span, ...]:
        """The ranges of a command, merged; Refused where one leaves the scope."""
        asked = spans.merge(spans.read(text) for text in texts)
        outside = spans.without(asked, self._allowed)
        if outside:
            raise Refused(f"outside the scope: {outside[0]}")
        return asked

    def ports(self, ports: list[int]) -> tuple[int, ...]:
        """The ports of a command; Refused where one must never be touched."""
        touched = sorted(self.forbidden.intersection(ports))
        if touched:
            raise Refused(f"port {touched[0]} must never be touched")
        if not all(isinstance(port, int) and 0 < port < 65536 for port in ports):
            raise Refused("a port that is none")
        return tuple(ports)

    def permits(self, number: int) -> bool:
        """Whether a packet may go to the IPv4 address of that number."""
        return self._places.of(number) is not None


def fence_from(commands: Commands) -> Fence:
    """The fence of the first command, which must be `scope`."""
    command = commands.next()
    if command.get("command") != "scope":
        raise Refused("the first command must be scope")
    try:
        return Fence(command)
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"a scope that makes no sense: {error!r}") from None
