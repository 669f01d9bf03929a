"""How a night is stopped: the first SIGTERM or Ctrl-C ends it cleanly within ten seconds, the second at once.

A scan is asked to end, and its open devices get `GRACE` seconds. Anything else is broken off where it stands: all of it can be done again.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

from scanner.pipeline import Run
from scanner.stopping import Stopped

GRACE = 5.0


class Stop:
    """A context manager that takes the two signals; `asked` says whether one came."""

    def __init__(self) -> None:
        self.asked = False
        self._gently: Callable[[], None] | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._take) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        if self._gently is None:
            raise Stopped
        self._gently()

    @contextmanager
    def gently(self, run: Run) -> Iterator[None]:
        """While a scan runs in this loop, it is the scan that is told, and it ends by itself."""
        loop = asyncio.get_running_loop()

        def end() -> None:
            run.grace = min(run.grace, GRACE)  # which it tells, where it was not stopping already
            run.interrupted.set()
            loop.call_later(GRACE, run.cut_off.set)

        def gently() -> None:
            loop.call_soon_threadsafe(end)  # the signal may come while the loop waits

        self._gently = gently
        try:
            yield
        finally:
            self._gently = None
