"""What a scan would send, said before it sends anything."""

from collections.abc import Iterator

from scanner.pipeline import Job
from scanner.protocols import load_protocols

_ARP_TRIES = 2
_SYN_TRIES = 2
_TALK = 120
"""Packets that a device with a handful of services is sent while it is identified and judged (measured on the fake city, rounded up)."""


def describe(job: Job) -> str:
    """The plan in a dozen lines: whom, by whose word, what, how many packets at most, how long. Sends nothing."""
    return "\n".join(f"{name + ':':15}{text}" for name, text in _lines(job)) + "\n"


def _lines(job: Job) -> Iterator[tuple[str, str]]:
    sweep, pace = job.sweep, job.pace
    count, ports = sweep.targets.count, sweep.asked_ports
    skipped = len(sweep.skip)
    yield "targets", ", ".join(sweep.targets.networks)
    yield "addresses", f"{count:,}" + (f", {skipped:,} of them done by the interrupted scan" if skipped else "")
    yield "approved by", job.scan.authorised_by
    yield "level", job.scan.level.label
    yield "checks", ", ".join(check.id for check in job.checks if check.level <= job.scan.level)
    yield "TCP ports", f"{len(ports)}: {', '.join(map(str, ports))}"
    yield "UDP questions", ", ".join(_datagrams())
    yield "never touched", ", ".join(map(str, sorted(sweep.never_touch)))
    per_device = len(ports) * _SYN_TRIES + _TALK
    asked = count - skipped
    yield (
        "packets",
        f"at most {asked * _ARP_TRIES:,} to find who is there, then at most {per_device:,} to each device alive",
    )
    yield (
        "pace",
        (
            f"{pace.name}: {pace.packets_per_second:g} packets/s in all, {pace.device_packets_per_second:g} to one device, "
            f"{pace.device_connections_per_second:g} connections/s to one device, one at a time"
        ),
    )
    least = asked * _ARP_TRIES / sweep.pace.packets_per_second + per_device / pace.device_packets_per_second
    most = max(least, asked * (_ARP_TRIES + per_device) / sweep.pace.packets_per_second)
    yield "duration", f"from {_duration(least)} (one device alive) to {_duration(most)} (every address alive)"


def _datagrams() -> list[str]:
    return [
        f"{protocol.NAME} {port}"
        for protocol in load_protocols().values()
        if protocol.TRANSPORT == "udp"
        for port in protocol.PORTS
    ]


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
