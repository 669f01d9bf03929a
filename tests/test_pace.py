import asyncio
import heapq
import itertools

import pytest

from inventory.errors import ConfigError
from scanner.pace import MARGIN, PACES, Bucket, Clock, Pace, Pacer


class Time:
    """A clock that stands still until everyone sleeps, and then jumps to the next who wakes."""

    def __init__(self):
        self.now = 1000.0
        self._sleeping = []
        self._order = itertools.count()

    def monotonic(self):
        return self.now

    async def sleep(self, seconds):
        awake = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleeping, (self.now + seconds, next(self._order), awake))
        await awake

    async def run(self, *doing):
        tasks = [asyncio.ensure_future(one) for one in doing]
        while not all(task.done() for task in tasks):
            for _ in range(20):
                await asyncio.sleep(0)
            if self._sleeping and not all(task.done() for task in tasks):
                self.now, _, awake = heapq.heappop(self._sleeping)
                awake.set_result(None)
        return [task.result() for task in tasks]


@pytest.fixture
def time():
    return Time()


def pacer(time, pace):
    return Pacer(pace, Clock(monotonic=time.monotonic, sleep=time.sleep))


def most_in_a_second(moments):
    return max(sum(start <= moment < start + 1 for moment in moments) for start in moments)


@pytest.mark.parametrize(("name", "most"), [("gentle", 1), ("normal", 4), ("lab", 50)])
async def test_no_second_sees_more_new_connections_on_a_device_than_the_pace_says(time, name, most):
    paced, moments = pacer(time, PACES[name]), []

    async def connect():
        async with paced.turn("10.0.0.1"):
            await paced.connection("10.0.0.1", 4)
            moments.append(time.now)

    await time.run(*(connect() for _ in range(3 * most)))
    assert len(moments) == 3 * most
    assert most_in_a_second(moments) <= most


async def test_a_connection_that_begins_late_moves_those_after_it(time):
    paced = pacer(time, Pace("x", 1000, 1000, 1, 4))
    late = itertools.cycle((0.2, 0.0))
    paced.clock = Clock(monotonic=time.monotonic, sleep=lambda seconds: time.sleep(seconds + next(late)))
    moments = []

    async def connect():
        async with paced.turn("10.0.0.1"):
            await paced.connection("10.0.0.1", 1)
            moments.append(time.now)

    await time.run(*(connect() for _ in range(6)))
    assert all(later - earlier >= MARGIN / 4 for earlier, later in itertools.pairwise(moments))


async def test_one_conversation_at_a_time_on_a_device_and_many_across_devices(time):
    paced = pacer(time, PACES["lab"])
    open_now: dict[str, int] = {}
    most: dict[str, int] = {}
    together = 0

    async def converse(address):
        nonlocal together
        async with paced.turn(address):
            open_now[address] = open_now.get(address, 0) + 1
            most[address] = max(most.get(address, 0), open_now[address])
            together = max(together, sum(open_now.values()))
            await time.sleep(1)
            open_now[address] -= 1

    await time.run(*(converse(f"10.0.0.{n % 3}") for n in range(12)))
    assert most == {"10.0.0.0": 1, "10.0.0.1": 1, "10.0.0.2": 1}
    assert together == 3
    assert time.now == pytest.approx(1004)


async def test_the_whole_scan_keeps_its_rate_over_many_devices(time):
    paced, moments = pacer(time, Pace("x", 100, 1000, 1, 1000)), []

    async def send(address):
        async with paced.turn(address):
            await paced.packets(address, 4)
            moments.append(time.now)

    await time.run(*(send(f"10.0.1.{n}") for n in range(100)))
    assert 4 * most_in_a_second(moments) <= 100 * 1.05 + 4
    assert time.now - 1000 == pytest.approx(4 * 99 / 100 - 0.05)


async def test_packets_that_could_not_wait_delay_the_next_ones(time):
    paced = pacer(time, Pace("x", 1000, 10, 1, 1000))

    async def converse():
        async with paced.turn("10.0.0.1"):
            await paced.packets("10.0.0.1", 1)
            paced.spend("10.0.0.1", 9)
            await paced.packets("10.0.0.1", 1)

    await time.run(converse())
    assert time.now == pytest.approx(1001)


async def test_a_device_rests_after_a_hard_conversation(time):
    paced, began = pacer(time, PACES["normal"]), []

    async def converse():
        async with paced.turn("10.0.0.1"):
            began.append(time.now)
            paced.rest("10.0.0.1")

    await time.run(converse(), converse())
    assert began == [1000, 1002]


async def test_the_lab_needs_no_rest(time):
    paced = pacer(time, PACES["lab"])

    async def converse():
        async with paced.turn("10.0.0.1"):
            paced.rest("10.0.0.1")

    await time.run(converse(), converse())
    assert time.now == 1000


async def test_memory_does_not_grow_with_the_number_of_addresses(time):
    paced, most = pacer(time, PACES["normal"]), 0
    for number in range(2000):
        async with paced.turn(f"10.0.{number // 256}.{number % 256}"):
            await time.run(paced.connection(f"10.0.{number // 256}.{number % 256}", 4))
            most = max(most, paced.devices)
        time.now += 0.1
    assert most < 10


async def test_a_device_is_remembered_as_long_as_it_is_owed_quiet(time):
    paced = pacer(time, PACES["normal"])
    async with paced.turn("10.0.0.1"):
        paced.rest("10.0.0.1")
    assert paced.devices == 1
    time.now += 3
    async with paced.turn("10.0.0.2"):
        pass
    assert paced.devices == 0


async def test_a_turn_that_fails_gives_the_device_back(time):
    paced = pacer(time, PACES["lab"])
    with pytest.raises(ZeroDivisionError):
        async with paced.turn("10.0.0.1"):
            1 / 0  # noqa: B018 - it is the error that counts
    async with asyncio.timeout(1), paced.turn("10.0.0.1"):
        pass


async def test_lost_connections_halve_the_scans_rate_once_a_second_and_answers_win_it_back(time):
    paced = pacer(time, PACES["normal"])
    paced.lost()
    paced.lost()
    assert paced.packets_per_second == 250
    for _ in range(10):
        time.now += 1
        paced.lost()
    assert paced.packets_per_second == 500 / 16
    for _ in range(200):
        paced.answered()
    assert paced.packets_per_second == 500


def test_a_bucket_that_was_idle_has_saved_up_its_burst_and_no_more():
    bucket = Bucket(10, burst=0.5)
    assert [bucket.take(1, 100.0) for _ in range(8)] == pytest.approx([0, 0, 0, 0, 0, 0, 0.1, 0.2])


@pytest.mark.parametrize("rates", [(0, 1, 1, 1), (1, -1, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0)])
def test_refuses_a_pace_that_stands_still(rates):
    with pytest.raises(ConfigError, match="above zero"):
        Pace("x", *rates)
