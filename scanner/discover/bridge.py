"""The other end of a bridge: starts the program, gives it commands, reads its events, and ends it."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import Any

from inventory.errors import ConfigError
from inventory.text import one_line

_LINE = 1 << 20
"""Bytes of one event: a host with all 65,535 ports open fits."""
_PATIENCE = 2.0
"""Seconds that a bridge may take to end when its stdin has closed."""


class BridgeEnded(Exception):
    """The bridge ended before its command was done; the message says why."""


class BridgeRefused(BridgeEnded):
    """The bridge found the command to leave the scope; nothing else may follow it either."""


class Bridge:
    """A running bridge program, used as ``async with Bridge("l2", scope) as bridge``; `scope` is its first command."""

    def __init__(self, program: str, scope: dict[str, Any]) -> None:
        self._program = program
        self._scope = scope
        self._process: asyncio.subprocess.Process | None = None
        self._complaints: asyncio.Task[str] | None = None

    @property
    def pid(self) -> int:
        """The process, 0 before it was started."""
        return self._process.pid if self._process else 0

    async def __aenter__(self) -> "Bridge":
        # -P: no module of the folder that the operator happens to stand in is ever imported by a privileged program.
        command = (sys.executable, "-P", "-m", f"scanner.bridges.{self._program}")
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=pipe, limit=_LINE
        )
        assert self._process.stderr is not None  # a pipe was asked for
        self._complaints = asyncio.create_task(_last_words(self._process.stderr))
        with contextlib.suppress(BridgeEnded):  # `follow` will say it
            await self._send(self._scope)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        assert process is not None  # it was entered
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(_PATIENCE):
                await process.wait()
        except (TimeoutError, asyncio.CancelledError):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._complaints is not None:
            await self._complaints

    async def follow(self, command: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Give a command and yield its events up to the one that says it is done; BridgeEnded or ConfigError when it never is."""
        await self._send(command)
        assert self._process is not None  # it was entered
        assert self._process.stdout is not None  # a pipe was asked for
        while line := await self._process.stdout.readline():
            event: dict[str, Any] = json.loads(line)
            match event["event"]:
                case "error":
                    raise BridgeEnded(one_line(event["text"]))
                case "refused":
                    raise BridgeRefused(one_line(event["text"]))
                case "missing":
                    raise ConfigError("nmap is not installed: apt-get install nmap, or leave out --engine nmap")
            yield event
            if event["event"] == "done":
                return
        raise BridgeEnded(await self._obituary())

    async def tell(self, command: dict[str, Any]) -> None:
        """Give a command that has no events of its own; BridgeEnded when nobody is there to take it."""
        await self._send(command)

    async def _send(self, command: dict[str, Any]) -> None:
        assert self._process is not None  # it was entered
        assert self._process.stdin is not None  # a pipe was asked for
        try:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            await self._process.stdin.drain()
        except ConnectionError:
            raise BridgeEnded(await self._obituary()) from None

    async def _obituary(self) -> str:
        assert self._process is not None  # it was entered
        assert self._complaints is not None  # it was entered
        code = await self._process.wait()
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        return one_line(f"{how}: {await self._complaints}".removesuffix(": "))


async def _last_words(stream: asyncio.StreamReader) -> str:
    """The last line of a stream, however long the stream."""
    tail = b""
    while more := await stream.read(4096):
        tail = (tail + more)[-2000:]
    lines = tail.decode(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "")


def scope_command(allow: Iterable[object], deny: Iterable[object], never_touch: Iterable[int]) -> dict[str, Any]:
    """The first command: what the scope says, for the bridge to check it again."""
    return {
        "command": "scope",
        "allow": [str(network) for network in allow],
        "deny": [str(network) for network in deny],
        "never_touch": sorted(never_touch),
    }
