"""What a scan would send, said before it sends anything."""

from collections.abc import Iterator
from datetime import datetime

from checks.profiles import DEVICE
from inventory.model import Level
from scanner import spans
from scanner.conversation import Depth
from scanner.discover.plan import Leg, Way, permitted
from scanner.discover.ways import patience, ways_to
from scanner.gathering import grouped
from scanner.job import Job
from scanner.questions import datagrams

_BY_CONNECTING = frozenset((Way.SEGMENT_BY_CONNECT, Way.ROUTED_BY_CONNECT, Way.LOOPBACK))
_ASKED = {
    Way.SEGMENT: (2, 0, 2),  # ARP twice; SYN twice
    Way.SEGMENT_BY_CONNECT: (3, 0, 4),  # the kernel's ARP, thrice; SYN, ACK, FIN and ACK
    Way.ROUTED: (2, 2, 4),  # echo twice; SYN twice to a silent port
    Way.ROUTED_BY_CONNECT: (0, 2, 4),
    Way.LOOPBACK: (0, 1, 4),
    Way.NMAP: (12, 0, 3),  # echo and five SYN, twice; SYN twice and RST
}
"""Packets at most: to each address whether or not it is there, to each port that a silent address is asked for, and to each port of one that is there."""


def describe(job: Job) -> str:
    """The plan in a dozen lines: whom, by whose word, what, how many packets at most, how long. Sends nothing."""
    return "\n".join(f"{name + ':':15}{text}" for name, text in _lines(job)) + "\n"


def _lines(job: Job) -> Iterator[tuple[str, str]]:
    sweep, pace = job.sweep, job.pace
    ports = sweep.asked_ports
    allowed, refusals = permitted(sweep, datetime.now().astimezone())
    legs = ways_to(allowed, sweep.engine) if allowed else ()
    asked, left_out = spans.count(allowed), sweep.targets.count - spans.count(allowed)
    find = sum(_to_find(leg, ports, asked) for leg in legs) + len(sweep.targets.segments)
    per_device = len(ports) * max((_ASKED[leg.way][2] for leg in legs), default=4) + job.budget.packets
    yield "targets", ", ".join(sweep.targets.networks)
    yield "addresses", f"{asked:,}" + (f"; {left_out:,} more are left out" if left_out else "")
    yield from (("left out", note.text) for note in refusals)
    for segment in sweep.targets.segments:
        yield "neighbours", f"{segment}: one echo to all nodes (ff02::1), then those in scope that answer, as devices"
    yield "approved by", job.scan.authorised_by
    if job.scan.vantage:
        yield "vantage", f"{job.scan.vantage}: what answers is reached from there"
    yield "level", job.scan.level.label
    yield "checks", ", ".join(check.id for check in job.checks if check.level <= job.scan.level)
    yield "TCP ports", f"{len(ports)}: {', '.join(map(str, ports))}"
    yield "UDP questions", ", ".join(_datagrams(sweep.never_touch))
    yield "TLS", "; ".join(_of_tls(job))
    if "opcua_build" in job.requested:
        yield "OPC UA", "one session where anonymous users are taken without security, to read what the server is"
    if job.multicast:
        yield (
            "multicast",
            f"one datagram to everybody on each segment, for each of: {', '.join(p.NAME for p in grouped())}",
        )
    yield "never touched", ", ".join(map(str, sorted(sweep.never_touch)))
    yield (
        "packets",
        f"at most {find:,} to find who is there, then at most {per_device:,} to each device alive",
    )
    yield (
        "budget",
        f"of these {job.budget.packets} packets and {job.budget.connections} connections to identify a device"
        + ("; what was overheard of it in the last 30 days is not asked" if job.budget.strict else "")
        + ("; attempts to log in come on top" if job.scan.level > Level.IDENTIFY else ""),
    )
    yield (
        "pace",
        (
            f"{pace.name}: {pace.packets_per_second:g} packets/s in all, {pace.device_packets_per_second:g} to one device, "
            f"{pace.device_connections_per_second:g} connections/s to one device, one at a time"
        ),
    )
    one = per_device / pace.device_packets_per_second
    if any(leg.way in _BY_CONNECTING for leg in legs):
        one = max(one, len(ports) / pace.device_connections_per_second)
    least = find / sweep.pace.packets_per_second + one
    most = max(least, (find + asked * per_device) / sweep.pace.packets_per_second)
    yield "duration", f"from {_duration(least)} (one device alive) to {_duration(most)} (every address alive)"


def _to_find(leg: Leg, ports: tuple[int, ...], addresses: int) -> int:
    to_each, to_each_port, _ = _ASKED[leg.way]
    return leg.count * (to_each + to_each_port * patience(leg.way, ports, addresses))


def _datagrams(never_touch: frozenset[int]) -> list[str]:
    return [f"{protocol.NAME} {endpoint.port}" for protocol, endpoint in datagrams("0.0.0.0", never_touch)]


def _of_tls(job: Job) -> Iterator[str]:
    """What is asked where TLS is spoken, and what it is held against."""
    if job.depth is Depth.FULL:
        yield "in full: every version, suite and group that an endpoint accepts, some dozens of hellos at each"
    else:
        yield "the posture: at most 15 hellos an endpoint, with those that identify it"
    if "tls_flaws" in job.requested:
        yield "tests for known flaws, besides: tls_flaws"
    if job.profile != DEVICE:
        unsettled = "" if job.depth is Depth.FULL else ", for whose list of suites --tls full must be asked"
        yield f"held against {job.profile}{unsettled}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
