"""`tocsin import`: the devices of a file, with nothing sent."""  # noqa: N999 - a command is called as its file is

from __future__ import annotations

import asyncio
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

KINDS = ("arp", "csv", "dhcpd", "dnsmasq", "kea", "nmap", "pcap", "pcapng")


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as", "kind", type=click.Choice(KINDS), help="What the files are, where they do not show it.")
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
    sources: tuple[Path, ...],
    kind: str | None,
    networks: tuple[str, ...],
    files: tuple[Path, ...],
    quiet: bool,
) -> int:
    """Make devices of what FILE tells. Nothing is sent.

    FILE is a capture (pcap, pcapng, gzip'd or not), nmap's XML, DHCP leases (dnsmasq, ISC dhcpd, Kea), an ARP table (arp -an, ip neigh,
    show ip arp), or a CSV list with the columns address, mac, name, vendor, model, kind, serial, firmware, hardware. Only devices with
    private or link-local addresses count, and those in the networks of --network and tocsin.toml.
    """
    from inventory.model import Severity
    from scanner.local import local_networks
    from scanner.progress import watch, with_rank
    from scanner.ranking import ranked

    city = options.city()
    local = local_networks(networks, options.settings())
    outputs = Outputs(files)
    with options.open_store(create=True) as store, watch(quiet=quiet) as observe:
        from scanner.hearing import Hearing
        from scanner.listening import Record, new_scan

        now = datetime.now(UTC)
        scan = new_scan("import", tuple(path.name for path in sources), now)
        record = Record(scan, store, with_rank(observe, city), options.intelligence(), options.policy())
        hearing = Hearing(local)
        report, whole = _import(sources, kind, record, hearing, observe)
    report = ranked(report, city)
    if not quiet:
        show_report(report)
    outputs.write(report, city, options)
    code = exit_for(report, Severity.HIGH)
    return code if whole or code is not Exit.CLEAN else Exit.INCOMPLETE


def _import(
    sources: tuple[Path, ...], kind: str | None, record: Record, hearing: Hearing, observe: Observer
) -> tuple[Report, bool]:
    """Read the files one after another; what was read of a file that breaks off is kept, and said. Whether all was read."""
    from inventory.errors import ConfigError
    from scanner.source import Broken
    from scanner.stopping import Stopped, stoppable

    whole = True
    with stoppable():
        for path in sources:
            try:
                _read(path, kind, record, hearing, observe)
            except (Broken, ConfigError) as error:
                if not record.begun:
                    raise ConfigError(f"{path}: {error}" if isinstance(error, Broken) else str(error)) from error
                whole = False
                record.note(f"{path.name}: {error}; what was read before is kept")
            except Stopped:
                if not record.begun:
                    raise click.Abort from None
                whole = False
                record.note(f"{path.name}: the reading was stopped; what was read before is kept")
                break
    return asyncio.run(record.end(hearing)), whole


def _read(path: Path, kind: str | None, record: Record, hearing: Hearing, observe: Observer) -> None:
    from scanner.events import Heard
    from scanner.imports import kind_of, load_kinds
    from scanner.source import Source

    size = 0

    def told(done: int) -> None:
        observe(Heard(len(hearing), done, size))

    with Source(path, told) as source:
        size = source.size
        reader = load_kinds()[kind] if kind else kind_of(path, source.start)
        sightings = reader.read(source)
        first = next(sightings, None)  # a file that is not what it seems is refused before anything is written
        record.begin(f"importing {path.name}: {reader.TITLE}")
        if first is not None:
            hearing.take(first)
        for seen in sightings:
            hearing.take(seen)
