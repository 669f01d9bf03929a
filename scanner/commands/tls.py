"""`tocsin tls`: one TLS endpoint in full."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inventory.errors import ConfigError, PeerError, Quarantined, Unreached
from inventory.model import Endpoint
from inventory.text import one_line
from scanner.commands.scan import LEVELS, OF_PROFILES, SEVERITIES, fail_on_severity, known_keys, pace
from scanner.exits import Exit, exit_for
from scanner.options import Options
from scanner.output import Outputs, show, to_files

if TYPE_CHECKING:
    from inventory.quarantine import Quarantine
    from inventory.report import Report
    from scanner.job import Job
    from scanner.ward import Ward


@click.command(short_help="Ask one TLS endpoint everything.")
@click.argument("endpoint", metavar="HOST[:PORT]")
@click.option("--starttls", metavar="PROTOCOL", help="TLS is opened there by a command of this protocol: smtp, ftp, …")
@click.option("--level", type=click.Choice(list(LEVELS)), help="As for scan.")
@pace
@click.option("--profile", "tls_profile", metavar="NAME", help=OF_PROFILES)
@known_keys
@click.option("--authorised-by", metavar="TEXT", help="By whose word a host is asked that no site approves.")
@fail_on_severity
@to_files
@click.option("--low-ports-at", type=click.IntRange(0, 60000), default=0, hidden=True)
@click.pass_obj
def command(
    options: Options, /, *, endpoint: str, starttls: str | None, fail_on: str, files: tuple[Path, ...], **wishes: Any
) -> int:
    """Ask one TLS endpoint everything, and say what is wrong with it.

    HOST is an address or a name, [::1]:8443 an IPv6 address with its port; the port is 443 where none is named. The scope, the pace and the audit trail are
    those of a scan, and it takes some dozens of connections, seldom more than two hundred. Nothing is stored in the inventory, but for the quarantine of a
    device that falls silent.
    """
    from scanner.jobs import Request, build
    from scanner.one_endpoint import parse_endpoint

    host, port = parse_endpoint(endpoint)
    opened_by = _prelude(starttls)
    level = LEVELS.get(wishes.pop("level") or "")
    request = Request(targets=(host,), level=level, ports=str(port), checks=("tls",), tls=("full",), **wishes)
    job = build(request, options.settings(), datetime.now().astimezone(), options.intelligence())
    outputs, city = Outputs(files), options.city()
    where = Endpoint(_one_address(job, host), port)
    try:
        report, volume = _look(options, job, where, opened_by)
    except PeerError as error:
        click.echo(_in_one_line(where, error), err=True)
        return Exit.INCOMPLETE
    from scanner.ranking import ranked
    from scanner.tls_page import page

    report = ranked(report, city)
    show(*page(report.assessments[0], name=job.sweep.targets.name_of(where.address), volume=volume))
    outputs.write(report, city, options, kept=False)
    return exit_for(report, SEVERITIES[fail_on])


def _prelude(name: str | None) -> str:
    """The protocol whose command opens TLS; ConfigError for one that we know none of."""
    from scanner.tls.preludes import PRELUDES

    if name is not None and name not in PRELUDES:
        raise ConfigError(f"no command of {one_line(name, 40)!r} opens TLS; known: {', '.join(sorted(PRELUDES))}")
    return name or ""


def _one_address(job: Job, host: str) -> str:
    """The address to ask: the only one, or the first of a name's."""
    targets = job.sweep.targets
    if targets.count != 1 and not targets.names:
        raise ConfigError(f"{one_line(host, 80)!r} is several hosts: name one (`tocsin scan` asks them all)")
    address = next(targets.addresses())
    if targets.count > 1:
        click.echo(f"note: {host} has {targets.count} addresses; {address} is asked", err=True)
    return address


def _look(options: Options, job: Job, where: Endpoint, starttls: str) -> tuple[Report, tuple[int, int]]:
    """The report on it, and the bytes sent and received."""
    from scanner.audit import Audit
    from scanner.one_endpoint import Look
    from scanner.wire import Wire

    sweep, ward = job.sweep, _ward(options)
    with Audit(options.audit_path()) as audit:
        wire = Wire(
            sweep.scope,
            job.pace,
            audit,
            level=sweep.level,
            never_touch=sweep.never_touch,
            shift=sweep.shift,
            ward=ward,
        )
        name = sweep.targets.name_of(where.address)
        look = Look(job, wire, ward, where, lambda: datetime.now(UTC), name=name, starttls=starttls)
        return asyncio.run(look.report()), wire.volume(where.address)


def _ward(options: Options) -> Ward:
    """The devices that the inventory says are left alone; one that falls silent now is added there at once."""
    from scanner.ward import Ward

    def keep(entry: Quarantine, instead_of: str) -> None:
        with options.open_store(create=True) as store:
            store.quarantine(entry, instead_of)

    ward = Ward()
    if options.store_path().exists():
        with options.open_store() as store:
            ward.open(store.quarantined(), keep)
    else:
        ward.open((), keep)
    return ward


def _in_one_line(where: Endpoint, error: PeerError) -> str:
    """What came instead of TLS."""
    place = str(where).partition("/")[0]
    if isinstance(error, Quarantined):
        return f"{place} is {one_line(str(error))}"
    if isinstance(error, Unreached):
        return f"{place} could not be reached: {one_line(str(error))}"
    said = str(error)
    instead = f"it began with {said.removeprefix('not TLS: ')!r}" if said.startswith("not TLS: ") else said
    return f"{place} speaks no TLS: {one_line(instead)}"
