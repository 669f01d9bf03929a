"""A scan as a process of its own: read what it says line by line, end it, and see what is left."""

import os
import re
import select
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

_DEVICE = re.compile(r"(\d+\.\d+\.\d+\.\d+) .*: (?:nothing found|\d+ finding)")


class Running:
    """A scan under way, killed at the end of the block if it still runs.

    `said` is what came on its standard error until now, `reported` the devices that it said are done.
    """

    def __init__(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(
            command, stdin=quiet, stdout=quiet, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.pid = self._process.pid
        self.said: list[str] = []

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()

    @property
    def reported(self) -> set[str]:
        return {found[1] for line in self.said if (found := _DEVICE.match(line))}

    def until(self, text: str) -> None:
        """Wait for a line with this text."""
        self._read(lambda: bool(self.said) and text in self.said[-1])

    def until_lines(self, number: int) -> bool:
        """Wait until it has said so many lines; whether it did."""
        assert self._process.stderr is not None
        while len(self.said) < number and (line := self._process.stderr.readline()):
            self.said.append(line.rstrip("\n"))
        return len(self.said) >= number

    def until_reported(self, number: int) -> None:
        """Wait until so many devices are done."""
        self._read(lambda: len(self.reported) >= number)

    def children(self) -> list[int]:
        """Descriptors of its child processes, once there are any."""
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        while not (pids := path.read_text().split()):
            assert self._process.poll() is None
        return [os.pidfd_open(int(pid)) for pid in pids]

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> int:
        """Wait for its end: the exit code."""
        assert self._process.stderr is not None
        self.said += self._process.stderr.read().splitlines()
        return self._process.wait()

    def _read(self, enough: Any) -> None:
        assert self._process.stderr is not None
        while not enough():
            line = self._process.stderr.readline()
            assert line, f"it ended: {self.said}"
            self.said.append(line.rstrip("\n"))


def have_ended(processes: list[int]) -> bool:
    """Whether these processes (descriptors) are gone, or go within ten seconds."""
    poll = select.poll()
    for descriptor in processes:
        poll.register(descriptor, select.POLLIN)
    left = set(processes)
    while left and (gone := poll.poll(10_000)):
        for descriptor, _ in gone:
            poll.unregister(descriptor)
            os.close(descriptor)
            left.discard(descriptor)
    return not left


def integrity(store: Path) -> str:
    """What SQLite says of the file."""
    connection = sqlite3.connect(store)
    try:
        said: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
        return said
    finally:
        connection.close()
