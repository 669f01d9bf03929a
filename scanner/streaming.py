"""A report on standard output in a format of the operator's choice: as the scan goes on, where the format can be told so, and whole at its end where not."""

import sys
from queue import SimpleQueue
from threading import Thread
from types import TracebackType

from inventory.errors import ConfigError
from inventory.report import Scan
from scanner.city import City
from scanner.edition import Edition
from scanner.events import Assessed, Event, Observer, Started
from scanner.output import write
from scanner.ranking import placed
from scanner.report import Format


def all_of(*observers: Observer) -> Observer:
    """One observer that tells these, in turn."""

    def told(event: Event) -> None:
        for observer in observers:
            observer(event)

    return told


class Streaming:
    """An observer that prints a scan in `chosen` (None: in nothing) while it runs: ``with Streaming(…) as streaming: …``, and `streaming.end` after it.

    The lines go out from a thread of their own. A reader that is slow, or that has gone away, holds up no device that is being asked, whose silence would
    then be ours; and what standard output refuses is an error at the end of the scan, not in the middle of it.
    """

    def __init__(self, chosen: Format | None, scan: Scan, city: City) -> None:
        self._chosen = chosen
        self._city = city
        self._stream = chosen.stream(scan) if chosen and chosen.stream else None
        self._pieces: SimpleQueue[str | None] = SimpleQueue()
        self._failure: ConfigError | None = None
        self._printer = Thread(target=self._print, daemon=True)

    @property
    def on_a_terminal(self) -> bool:
        """Whether the lines go where a person watches, so that a display of progress among them would spoil both."""
        return self._stream is not None and sys.stdout.isatty()

    def __enter__(self) -> "Streaming":
        self._printer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pieces.put(None)
        if kind is None or issubclass(kind, Exception):  # who interrupts a scan twice waits for no reader
            self._printer.join()

    def __call__(self, event: Event) -> None:
        """Print the beginning, and each device as the city ranks it."""
        if self._stream is None:
            return
        match event:
            case Started():
                self._pieces.put(self._stream.begin())
            case Assessed(assessment):
                self._pieces.put(self._stream.device(placed(assessment, self._city)))

    def end(self, edition: Edition) -> None:
        """Print the rest, or all of it; `ConfigError` when standard output cannot be written to, or could not meanwhile."""
        if self._failure:
            raise self._failure
        if self._stream:
            for piece in self._stream.end(edition.report):
                write(piece)
        elif self._chosen:
            for piece in self._chosen.render(edition):
                write(piece)

    def _print(self) -> None:
        while (piece := self._pieces.get()) is not None:
            try:
                if not self._failure:
                    write(piece)
            except ConfigError as error:
                self._failure = error
