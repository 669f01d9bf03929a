import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from scanner.waiting import in_time


async def at_once() -> str:
    return "done"


async def one_round_later() -> str:
    await asyncio.sleep(0)
    return "done"


async def never() -> str:
    await asyncio.get_running_loop().create_future()
    return "done"


@pytest.mark.parametrize("doing", [at_once, one_round_later])
async def test_what_ends_in_time_tells_its_result(doing: Callable[[], Coroutine[Any, Any, str]]):
    assert await in_time(doing(), asyncio.get_running_loop().time() + 10) == "done"


async def test_what_need_not_wait_is_never_late():
    assert await in_time(at_once(), 0.0) == "done"


async def test_what_waits_too_long_is_told_so_and_ended():
    told = []

    async def waits() -> None:
        try:
            await never()
        except asyncio.CancelledError:
            told.append("ended")
            raise

    with pytest.raises(TimeoutError):
        await in_time(waits(), 0.0)
    assert told == ["ended"]


@pytest.mark.parametrize("rounds", [0, 1])
async def test_what_goes_wrong_is_raised(rounds: int):
    async def fails() -> None:
        for _ in range(rounds):
            await asyncio.sleep(0)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await in_time(fails(), asyncio.get_running_loop().time() + 10)


async def test_a_shorter_limit_within_is_the_one_that_ends_it():
    async def shorter() -> str:
        try:
            async with asyncio.timeout(0):
                await never()
        except TimeoutError:
            return "the shorter"
        return ""

    assert await in_time(shorter(), asyncio.get_running_loop().time() + 10) == "the shorter"


async def test_the_longer_limit_around_ends_both():
    async def longer() -> None:
        async with asyncio.timeout(10):
            await never()

    with pytest.raises(TimeoutError):
        await in_time(longer(), 0.0)


async def test_a_cancellation_is_no_deadline():
    task = asyncio.create_task(in_time(never(), asyncio.get_running_loop().time() + 10))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
