"""`discover`: the sweep as a stream."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator

from scanner.discover.records import Host, Note, Progress, Sighting, Sweep
from scanner.discover.ways import Run

Record = Host | Note | Progress | Sighting


async def discover(sweep: Sweep) -> AsyncGenerator[Record, None]:
    """Ask every target that the scope allows and yield each host as soon as its ports are known.

    ScopeError when the scope refuses every target, ConfigError when the engine is missing. Memory grows with the hosts that are alive, not with addresses.
    A reader that stops early should close the stream (`contextlib.aclosing`), which ends the bridges.
    """
    outlet = _Outlet()
    task = asyncio.create_task(Run(sweep, outlet.put).run())
    task.add_done_callback(lambda _: outlet.end())
    try:
        async for record in outlet.records():
            yield record
        await task
    finally:
        task.cancel()
        await asyncio.wait([task])


class _Outlet:
    """What was found and not yet taken. A slow reader never slows the sweep down: answers would be lost, or a device kept waiting."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque()
        self._news = asyncio.Event()
        self._over = False

    def put(self, record: Record) -> None:
        """Add a record; a progress replaces the one before it."""
        if isinstance(record, Progress) and self._records and isinstance(self._records[-1], Progress):
            self._records.pop()
        self._records.append(record)
        self._news.set()

    def end(self) -> None:
        """Say that nothing more comes."""
        self._over = True
        self._news.set()

    async def records(self) -> AsyncIterator[Record]:
        """Every record in turn, as it comes."""
        while self._records or not self._over:
            if self._records:
                yield self._records.popleft()
            else:
                self._news.clear()
                await self._news.wait()
