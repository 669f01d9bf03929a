"""How fast: token buckets for the whole scan and for each device, one conversation at a time on a device, and a rest after a hard one.

A bucket is a clock that runs ahead: whoever takes `n` tokens moves it `n / rate` seconds on, and waits until what was taken before is paid for. So a device
hears nothing in bursts, and a waiting conversation costs no timer but its own.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from inventory.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Pace:
    """How many packets and connections a second, for the whole scan and for one device; `cool_down` is the rest in seconds after a class B conversation.

    `patience` are the pauses in seconds before each further try to reach a device that has fallen silent.
    """

    name: str
    packets_per_second: float
    device_packets_per_second: float
    connections_per_device: int
    device_connections_per_second: float
    cool_down: float = 2.0
    patience: tuple[float, ...] = (5.0, 15.0)

    def __post_init__(self) -> None:
        rates = (self.packets_per_second, self.device_packets_per_second, self.device_connections_per_second)
        if min(rates) <= 0 or self.connections_per_device < 1 or self.cool_down < 0:
            raise ConfigError(f"the pace {self.name!r} has a rate of zero or less; every rate must be above zero")


PACES: Mapping[str, Pace] = {
    pace.name: pace
    for pace in (
        Pace("gentle", 100, 10, 1, 1),
        Pace("normal", 500, 40, 1, 4),
        Pace("lab", 20000, 2000, 1, 50, cool_down=0.0, patience=(1.0, 2.0)),
    )
}


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is, a clock that only goes forward, and a way to wait; a test gives its own and waits for nothing."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Bucket:
    """Tokens that come at `rate` a second; up to `burst` seconds' worth are saved up while nothing is taken."""

    def __init__(self, rate: float, burst: float = 0.0) -> None:
        self.rate = rate
        self._burst = burst
        self._paid_at = float("-inf")

    def take(self, count: float, now: float) -> float:
        """Take `count` tokens at the time `now`; return the seconds to wait until those taken before are paid for."""
        start = max(self._paid_at, now - self._burst)
        self._paid_at = start + count / self.rate
        return max(0.0, start - now)

    def slip(self, seconds: float) -> None:
        """Move on by `seconds`, by which the taker began later than it might have: so no two takers come closer than the rate allows."""
        self._paid_at += seconds

    def idle(self, now: float) -> bool:
        """Whether everything taken is paid for."""
        return self._paid_at <= now


@dataclass(slots=True)
class _Device:
    turns: asyncio.Semaphore
    packets: Bucket
    connections: Bucket
    users: int = 0
    rested_at: float = float("-inf")

    def forgettable(self, now: float) -> bool:
        return self.users == 0 and self.rested_at <= now and self.packets.idle(now) and self.connections.idle(now)


BURST = 0.05
"""Seconds' worth of packets that the whole scan may send at once; a device's own buckets save up nothing."""
MARGIN = 1.05
"""New connections come this much further apart than the rate says, so that no second of the device's own clock sees one too many."""
_SLOWEST = 1 / 16
_RECOVERY = 1 / 100


@dataclass(slots=True)
class Pacer:
    """One scan's pace. Devices are known by address, and only while their conversations last or their buckets are in debt."""

    pace: Pace
    clock: Clock = field(default_factory=Clock)
    _all: Bucket = field(init=False)
    _devices: dict[str, _Device] = field(init=False, default_factory=dict)
    _slowed_at: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        self._all = Bucket(self.pace.packets_per_second, BURST)

    @property
    def packets_per_second(self) -> float:
        """The rate of the whole scan, as it is now."""
        return self._all.rate

    @property
    def devices(self) -> int:
        """How many devices are remembered."""
        return len(self._devices)

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Hold one of the device's connections (there is one, in every named pace) until the block ends; waits for it, and for the device's rest."""
        device = self._devices.get(address)
        if device is None:
            device = self._devices[address] = self._new()
        device.users += 1
        try:
            async with device.turns:
                await self._sleep(device.rested_at - self.clock.monotonic())
                yield
        finally:
            device.users -= 1
            self._devices[address] = self._devices.pop(
                address
            )  # the last used stand last, so the first are forgotten first
            self._forget()

    async def connection(self, address: str, packets: float) -> None:
        """Wait until the device may see one more new connection, which costs `packets`. Within a turn only."""
        await self.packets(address, packets)
        bucket, asked = self._devices[address].connections, self.clock.monotonic()
        wait = bucket.take(1, asked)
        await self._sleep(wait)
        bucket.slip(max(0.0, self.clock.monotonic() - asked - wait))

    async def packets(self, address: str, count: float) -> None:
        """Wait until the scan and the device may see `count` more packets. Within a turn only."""
        now = self.clock.monotonic()
        device = self._devices[address].packets.take(count, now)
        await self._sleep(max(device, self._all.take(count, now)))

    def spend(self, address: str, count: float) -> None:
        """Count packets that could not wait (acknowledgements, a TLS handshake); the next ones wait for them. Within a turn only."""
        now = self.clock.monotonic()
        self._devices[address].packets.take(count, now)
        self._all.take(count, now)

    def rest(self, address: str, share: float = 1.0) -> None:
        """Leave the device alone for that share of the pace's cool-down. Within a turn only."""
        self._devices[address].rested_at = self.clock.monotonic() + self.pace.cool_down * share

    def lost(self) -> None:
        """A connection to an open port was not answered: halve the whole scan's rate, once a second at most, down to a sixteenth."""
        now = self.clock.monotonic()
        if now - self._slowed_at >= 1.0:
            self._slowed_at = now
            self._all.rate = max(self._all.rate / 2, self.pace.packets_per_second * _SLOWEST)

    def answered(self) -> None:
        """A connection was answered: win back a hundredth of the rate."""
        full = self.pace.packets_per_second
        self._all.rate = min(self._all.rate + full * _RECOVERY, full)

    def _new(self) -> _Device:
        return _Device(
            turns=asyncio.Semaphore(self.pace.connections_per_device),
            packets=Bucket(self.pace.device_packets_per_second),
            connections=Bucket(self.pace.device_connections_per_second / MARGIN),
        )

    def _forget(self) -> None:
        now = self.clock.monotonic()
        while self._devices:
            address, device = next(iter(self._devices.items()))
            if not device.forgettable(now):
                return
            del self._devices[address]

    async def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            await self.clock.sleep(seconds)
