"""`tocsin quarantine`."""

from datetime import UTC, datetime

import click

from inventory.errors import ConfigError
from inventory.text import one_line
from scanner.options import Options
from scanner.output import show, write


@click.group(short_help="List and release the devices that are left alone.")
def command() -> None:
    """List and release the devices that are left alone because they fell silent under questions."""


@command.command("list", short_help="List the devices in quarantine.")
@click.pass_obj
def list_(options: Options) -> None:
    """List the devices in quarantine: why, since when, and what was being asked last."""
    from inventory.model import Endpoint
    from scanner.terminal import cell, table

    with options.open_store() as store:
        entries = store.quarantined()
    rows = table("address", "mac", "id", "since (UTC)", "asked last", "reason")
    for column in rows.columns[:2]:
        column.no_wrap = True
    for entry in sorted(entries, key=lambda one: Endpoint(one.address, 0).sort_key):
        since = f"{entry.since.astimezone(UTC):%Y-%m-%d %H:%M}"
        said = (entry.address, entry.mac or "-", entry.identity, since, entry.asked or "-", entry.reason)
        rows.add_row(*map(cell, said))
    count = f"{len(entries)} device{'' if len(entries) == 1 else 's'} in quarantine"
    show(*([rows] if entries else []), cell(count))


@command.command(short_help="Let DEVICE be asked again by the next scan.")
@click.argument("device")
@click.option("--because", required=True, metavar="TEXT", help="Why it may be asked again; goes into the audit trail.")
@click.pass_obj
def release(options: Options, device: str, because: str) -> None:
    """Let DEVICE (an id or its beginning, an address or a MAC) be asked again by the next scan. Look at the device itself first."""
    from inventory.quarantine import named
    from scanner.audit import Audit

    if not because.strip():
        raise ConfigError("--because is empty: say why the device may be asked again")
    with options.open_store() as store:
        entry = named(store.quarantined(), device)
        with Audit(options.audit_path()) as audit:
            audit.line(
                when=datetime.now(UTC),
                target=entry.address,
                protocol="quarantine",
                outcome=f"released {entry.identity}, {entry}",
                rule=f"because: {because}",
            )
            store.release(entry.identity)
    write(f"{one_line(f'{entry.address} {entry.identity}')}: released; the next scan asks it again\n")
