"""The bookkeeping of a raw sweep: which addresses have answered, which ports of a host are still silent. No I/O."""

import random
from collections.abc import Callable, Iterator

from scanner import spans

ROUNDS = 2
"""Every question is asked once, and once more where nothing answered."""
SETTLE = 1.0
"""Seconds in which an answer may still come after the last question of a round."""
PROGRESS_EVERY = 0.2


class Asked:
    """One host that is alive and whose ports are being asked; `owed` packets went to it besides, and the next port waits for them."""

    __slots__ = ("mac", "number", "open", "owed", "queue", "refusing", "round", "silent")

    def __init__(self, number: int, mac: bytes, ports: tuple[int, ...]) -> None:
        self.number = number
        self.mac = mac
        self.queue = random.Random(number).sample(ports, len(ports))
        self.silent = set(ports)
        self.open: list[int] = []
        self.owed = 0
        self.refusing: int | None = None
        self.round = 1

    def next_port(self) -> int | None:
        """The next port that has not answered yet."""
        while self.queue:
            port = self.queue.pop()
            if port in self.silent:
                return port
        return None

    def again(self) -> bool:
        """Whether there is another round; its queue is then the ports that were silent."""
        self.round += 1
        self.queue = sorted(self.silent)
        return self.round <= ROUNDS and bool(self.queue)


class Progress:
    """What was done so far, to be said five times a second."""

    def __init__(self) -> None:
        self.done = 0
        self.packets = 0
        self._said = 0.0

    def due(self, now: float) -> bool:
        """Whether it is time to say it again."""
        if now - self._said < PROGRESS_EVERY:
            return False
        self._said = now
        return True


class Rounds:
    """Walks through the addresses twice, the second time for those that were silent, with a pause after each walk."""

    def __init__(self, ranges: tuple[spans.Span, ...], permits: Callable[[int], bool], progress: Progress) -> None:
        self._ranges = ranges
        self._permits = permits
        self._places = spans.Places(ranges)
        self._seen = bytearray(spans.count(ranges) // 8 + 1)
        self._progress = progress
        self._round = 1
        self._walk = self._numbers()
        self._walked = 0
        self.waiting_until = 0.0
        self.over = False

    def answered(self, number: int) -> bool:
        """Note an answer; whether it is the first of an address that was asked."""
        place = self._places.of(number)
        if place is None or self._seen[place >> 3] >> (place & 7) & 1:
            return False
        self._seen[place >> 3] |= 1 << (place & 7)
        return True

    def next(self, now: float) -> int | None:
        """The next address to ask; None while answers are awaited and when it is over."""
        if self.over or now < self.waiting_until:
            return None
        number = next(self._walk, None)
        if number is None:
            self._end_round(now)
        return number

    def _end_round(self, now: float) -> None:
        if self._round > ROUNDS:
            self.over = True
            return
        self._round += 1
        self._walk = self._numbers() if self._round <= ROUNDS else iter(())
        self.waiting_until = now + SETTLE

    def _numbers(self) -> Iterator[int]:
        for span in self._ranges:
            for number in range(span.first, span.last + 1):
                self._walked += 1
                self._progress.done = self._walked // ROUNDS
                place = self._places.of(number) or 0
                if not self._seen[place >> 3] >> (place & 7) & 1 and self._permits(number):
                    yield number
