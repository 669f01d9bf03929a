"""A deadline that costs nothing where there is nothing to wait for.

Most steps of a conversation come to their end at once: the kernel takes what is sent, and has what is read. A timer, and a round of the loop to let others go
on, are made only for those that wait.
"""

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


async def in_time(doing: Coroutine[Any, Any, T], until: float) -> T:
    """Await `doing` until then by the loop's clock; raises `TimeoutError`. As with `asyncio.timeout_at`, what need not wait is never late."""
    try:
        waits_for = doing.send(None)
    except StopIteration as ended:
        result: T = ended.value
        return result
    async with asyncio.timeout_at(until):
        return await _go_on(doing, waits_for)


@types.coroutine
def _go_on(doing: Coroutine[Any, Any, T], waits_for: Any) -> Generator[Any, Any, T]:
    """Go on with a coroutine that has begun and waits."""
    try:
        while True:
            try:
                answer = yield waits_for
            except BaseException as error:  # a deadline or a cancellation is the coroutine's to hear
                waits_for = doing.throw(error)
            else:
                waits_for = doing.send(answer)
    except StopIteration as ended:
        result: T = ended.value
        return result
