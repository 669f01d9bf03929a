"""`tocsin listen`: the devices that an interface hears, with nothing sent."""

from __future__ import annotations

import asyncio
import math
import signal
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.exits import Exit, exit_for
from scanner.options import Options
from scanner.output import Outputs, show_report, to_files

if TYPE_CHECKING:
    from inventory.report import Report
    from scanner.events import Observer
    from scanner.hearing import Hearing
    from scanner.listening import Record

KEPT_EVERY = 60.0
"""Seconds after which what was heard is kept, so that a listener that is killed loses no more."""


def _is_number(context: click.Context, parameter: click.Parameter, seconds: float | None) -> float | None:
    """Refuse "nan", which a range lets through: it is not below its beginning and not above its end."""
    if seconds is not None and math.isnan(seconds):
        raise click.BadParameter("'nan' is no number of seconds.")
    return seconds


@click.command()
@click.argument("interface")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1, max=31_536_000),
    callback=_is_number,
    help="Listen for so long.  [default: until Ctrl-C]",
)
@click.option("--promiscuous", is_flag=True, help="Hear also what is sent to others, where a switch mirrors it.")
@click.option(
    "--network", "networks", multiple=True, metavar="NETWORK", help="Also local, besides the private networks."
)
@to_files
@click.option("--quiet", is_flag=True, help="No progress and no table; the exit code and the files speak.")
@click.pass_obj
def command(
    options: Options,
    /,
    *,
    interface: str,
    seconds: float | None,
    promiscuous: bool,
    networks: tuple[str, ...],
    files: tuple[Path, ...],
    quiet: bool,
) -> int:
    """Make devices of what INTERFACE hears. Not one packet is sent.

    Hears ARP, DHCP, LLDP, CDP, mDNS, SSDP, MNDP, BACnet, PROFINET DCP, IPv6 neighbours, and HTTP and TLS in the clear. Only devices with
    private or link-local addresses count, and those in the networks of --network and tocsin.toml. Needs root or CAP_NET_RAW.
    """
    from inventory.model import Severity
    from scanner.discover.listen import require_listening
    from scanner.hearing import Hearing
    from scanner.listening import Record, new_scan
    from scanner.local import local_networks
    from scanner.progress import watch, with_rank
    from scanner.ranking import ranked

    city = options.city()
    local = local_networks(networks, options.settings())
    require_listening(interface)
    outputs = Outputs(files)
    with options.open_store(create=True) as store, watch(quiet=quiet) as observe:
        now = datetime.now(UTC)
        record = Record(
            new_scan("listen", (interface,), now),
            store,
            with_rank(observe, city),
            options.intelligence(),
            options.policy(),
        )
        record.begin(
            f"listening on {interface}{f' for {seconds:g} seconds' if seconds else ', until Ctrl-C'}; nothing is sent"
        )
        report, whole = asyncio.run(
            _listen(interface, seconds or 0.0, record, Hearing(local), observe, promiscuous=promiscuous)
        )
    report = ranked(report, city)
    if not quiet:
        show_report(report)
    outputs.write(report, city, options)
    code = exit_for(report, Severity.HIGH)
    return code if whole or code is not Exit.CLEAN else Exit.INCOMPLETE


async def _listen(
    interface: str, seconds: float, record: Record, hearing: Hearing, observe: Observer, *, promiscuous: bool
) -> tuple[Report, bool]:
    """Listen until the time is up or the first Ctrl-C or SIGTERM, which is how listening ends; the second ends it at once. Whether the interface stayed."""
    from scanner.discover.listen import BridgeEnded

    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def end(number: int) -> None:
        loop.remove_signal_handler(number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    whole = True
    try:
        await _hear(interface, seconds, record, hearing, observe, stop, promiscuous=promiscuous)
    except BridgeEnded as error:
        whole = False
        record.note(f"listening ended early: {error}")
    return await record.end(hearing), whole


async def _hear(
    interface: str,
    seconds: float,
    record: Record,
    hearing: Hearing,
    observe: Observer,
    stop: asyncio.Event,
    *,
    promiscuous: bool,
) -> None:
    from scanner.codecs.packet import decode
    from scanner.discover.listen import Overheard, listen
    from scanner.events import Heard
    from scanner.passive import hear, udp_ports

    loop = asyncio.get_running_loop()
    kept, dropped = loop.time(), 0
    try:
        async with aclosing(listen(interface, udp_ports(), stop, seconds=seconds, promiscuous=promiscuous)) as events:
            async for event in events:
                if isinstance(event, Overheard):
                    frame = decode(event.raw, when=event.when)
                    for seen in hear(frame) if frame is not None else ():
                        hearing.take(seen)
                    continue
                dropped = event.dropped
                observe(Heard(len(hearing)))
                if loop.time() - kept >= KEPT_EVERY:
                    await record.keep(hearing)
                    kept = loop.time()
    finally:
        if dropped:
            record.note(f"{dropped:,} frames came faster than they could be read, and were lost")
