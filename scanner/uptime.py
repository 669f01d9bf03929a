"""Which facts are a device's own counters of its starts and its running time, and what they prove when they are asked for twice. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from inventory.model import Device, Facts, FactValue
from inventory.quarantine import Uptime


@dataclass(frozen=True, slots=True)
class Counter:
    """The facts of one counter: how often it started, how long it runs and in how many units a second; and which fact must be the same both times."""

    source: str
    boots: str = ""
    uptime: str = ""
    per_second: int = 1
    same: str = ""
    wraps: bool = False

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of its facts."""
        return tuple(name for name in (self.boots, self.uptime, self.same) if name)


COUNTERS = (
    # RFC 3414, section 2.2: snmpEngineBoots is kept over restarts, snmpEngineTime counts the seconds since the last.
    Counter("SNMP engine", "snmp.engine_boots", "snmp.engine_time", same="snmp.engine_id"),
    # RFC 3418: hundredths of a second since the network management part of the system was started.
    Counter("SNMP sysUpTime", uptime="snmp.sys_uptime", per_second=100, wraps=True),
)


def counted(device: Device) -> Facts:
    """What the device's counters said while it was identified."""
    wanted = {name for counter in COUNTERS for name in counter.facts}
    return {
        name: value
        for seen in device.observations
        if not seen.behind
        for name, value in seen.facts.items()
        if name in wanted
    }


def uptimes(before: Facts, after: Facts) -> tuple[Uptime, ...]:
    """Each counter that said anything before, with what it says after; where another engine answers (one address, two machines) there is nothing to compare."""
    return tuple(_compared(before, after))


def _compared(before: Facts, after: Facts) -> Iterator[Uptime]:
    for counter in COUNTERS:
        if counter.same and after and before.get(counter.same) != after.get(counter.same):
            continue
        boots = [_whole(facts.get(counter.boots)) for facts in (before, after)]
        seconds = [_whole(facts.get(counter.uptime)) for facts in (before, after)]
        if boots[0] is None and seconds[0] is None:
            continue
        if after and boots[1] is None and seconds[1] is None:  # one counter is asked for again, which is proof enough
            continue
        spans = [None if ticks is None else ticks // counter.per_second for ticks in seconds]
        yield Uptime(counter.source, boots[0], boots[1], spans[0], spans[1], counter.wraps)


def _whole(value: FactValue | None) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
