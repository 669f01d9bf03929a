"""Ctrl-C and SIGTERM during work that keeps what it has done so far."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(BaseException):
    """The operator ends it; like KeyboardInterrupt no error, so that nothing on the way takes it for one."""


@contextmanager
def stoppable() -> Iterator[None]:
    """The first Ctrl-C or SIGTERM raises `Stopped` in the block, whatever it waits for; the second ends the program as usual."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        put_back()
        raise Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}

    def put_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    try:
        yield
    finally:
        put_back()
