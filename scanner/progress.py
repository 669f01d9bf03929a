"""What a scan says while it runs: a live display where standard error is a terminal, plain lines where it is not, nothing with --quiet."""

import sys
from types import TracebackType
from typing import Protocol, TextIO

from inventory.text import one_line
from scanner.city import City
from scanner.events import Asking, Assessed, Ended, Event, Heard, HostFound, Listening, Noted, Observer, Started, Swept
from scanner.ranking import ranked

SLOW_FILE = 32 << 20
"""Bytes from which on the reading of a file is worth lines of progress."""


class Watch(Protocol):
    """An `Observer` that is open while the scan runs."""

    def __enter__(self) -> "Watch": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def __call__(self, event: Event) -> None:
        """Take note of what the scan tells."""


def watch(*, quiet: bool = False, stream: TextIO | None = None) -> Watch:
    """The observer that fits `stream` (standard error): ``with watch(quiet=quiet) as observer: …``."""
    stream = stream or sys.stderr
    if quiet:
        return Silence()
    if stream.isatty():
        from scanner.live import Live

        return Live(stream)
    return Lines(stream)


def with_rank(observe: Observer, city: City) -> Observer:
    """The observer that is told of the report at the end as the city ranks it: what is accepted is counted nowhere."""

    def told(event: Event) -> None:
        observe(Ended(ranked(event.report, city)) if isinstance(event, Ended) else event)

    return told


class Silence:
    """Says nothing."""

    def __enter__(self) -> "Silence":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return

    def __call__(self, event: Event) -> None:
        """Let it pass."""


class Lines(Silence):
    """One plain line for each thing that a log should keep: the beginning, each device, what could not be done, the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._tenth = 0

    def __call__(self, event: Event) -> None:
        """Write the line, if the event is worth one."""
        from scanner.terminal import ending, verdict

        match event:
            case Started(addresses, ports, how):
                self._say(f"scanning {addresses:,} addresses, {ports:,} ports on each: {how}")
            case Assessed(assessment):
                self._say(verdict(assessment))
            case Noted(text):
                self._say(f"note: {text}")
            case Listening(what):
                self._tenth = 0
                self._say(what)
            case Heard(devices, done, total):
                self._read_on(devices, done, total)
            case Ended(report):
                self._say(ending(len(report.assessments), [a.score.band for a in report.assessments if a.counted]))
            case Swept() | HostFound() | Asking():
                pass

    def _read_on(self, devices: int, done: int, total: int) -> None:
        """A line for each tenth of a file that takes a while."""
        tenth = done * 10 // total if total >= SLOW_FILE else 0
        if self._tenth < tenth < 10:
            self._tenth = tenth
            self._say(f"{tenth}0 % of {total >> 20:,} MiB read, {devices:,} devices so far")

    def _say(self, line: str) -> None:
        self._stream.write(f"{one_line(line)}\n")
        self._stream.flush()
