import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from scanner.wire import receive


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


async def test_what_comes_in_the_moment_of_a_deadline_is_not_lost(pair):
    ours, theirs = pair
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(receive(ours, 64))
    await asyncio.sleep(0)
    theirs.sendall(b"Login incorrect")
    loop.call_later(
        0, waiting.cancel
    )  # the loop sees what has come, and then that the time is up, in one and the same round
    with suppress(asyncio.CancelledError):
        await waiting
    assert waiting.cancelled()
    async with asyncio.timeout(10):
        assert await receive(ours, 64) == b"Login incorrect"


async def test_takes_no_more_than_it_may_and_sees_the_end(pair):
    ours, theirs = pair
    theirs.sendall(b"abc")
    theirs.shutdown(socket.SHUT_WR)
    assert [await receive(ours, 2), await receive(ours, 2), await receive(ours, 2)] == [b"ab", b"c", b""]


async def test_waits_again_where_something_else_has_taken_what_came(pair):
    ours, theirs = pair
    waiting = asyncio.create_task(receive(ours, 64))
    await asyncio.sleep(0)
    theirs.sendall(b"x")
    asyncio.get_running_loop().call_later(0, ours.recv, 64)
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()
    theirs.sendall(b"y")
    assert await waiting == b"y"
