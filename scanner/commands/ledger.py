"""`tocsin ledger`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from inventory.errors import ConfigError
from inventory.text import one_line
from scanner.options import Options
from scanner.output import show, write

if TYPE_CHECKING:
    from inventory.ledger import Attempt
    from inventory.store import Store


@click.group(short_help="Show which accounts were offered to which device.")
def command() -> None:
    """Show which accounts were offered to which device, and what came of it."""


@command.command("show", short_help="List what was tried on DEVICE.")
@click.argument("device", required=False)
@click.pass_obj
def show_(options: Options, device: str | None) -> None:
    """List what was tried on DEVICE (an id or its beginning, an address or a MAC), or on all, the newest first. There are no passwords in it.

    What is younger than 24 hours counts: a device is offered one account twice at most, and bears no more failed logins than two, or than its maker's
    documented lock less two.
    """
    from scanner.terminal import cell, table

    with options.open_store() as store:
        attempts = store.ledger.tried(_names(store, device)) if device else store.ledger.everything()
    rows = table("when (UTC)", "device", "port", "protocol", "account", "catalogue", "from", "answer")
    for one in reversed(attempts):
        rows.add_row(*map(cell, _row(one)))
    count = f"{len(attempts)} attempt{'' if len(attempts) == 1 else 's'} in the ledger"
    show(*([rows] if attempts else []), cell(count))


@command.command(short_help="Forget what was tried on DEVICE.")
@click.argument("device")
@click.option(
    "--because", required=True, metavar="TEXT", help="Why its count may begin anew; goes into the audit trail."
)
@click.pass_obj
def forget(options: Options, device: str, because: str) -> None:
    """Forget what was tried on DEVICE, so that the next scan asks it again at once: after its password was changed, or its locks were reset.

    The device itself forgets nothing: what it counts as failed logins is not undone by this.
    """
    from scanner.audit import Audit

    if not because.strip():
        raise ConfigError("--because is empty: say why the count of the device may begin anew")
    with options.open_store() as store, Audit(options.audit_path()) as audit:
        names = _names(store, device)
        count = len(store.ledger.tried(names))
        outcome = f"forgot {count} attempt{'' if count == 1 else 's'}"
        when = datetime.now(UTC)
        audit.line(when=when, target=device, protocol="ledger", outcome=outcome, rule=f"because: {because}")
        store.ledger.forget(names)
    write(f"{one_line(device)}: {outcome}; the next scan at level login asks it again\n")


def _names(store: Store, device: str) -> tuple[str, ...]:
    """All that the device is known by; an address or an identity that only the ledger knows stands for itself."""
    from inventory.errors import StoreError
    from inventory.identity import known_by

    try:
        return known_by(store.device(device).assessment.device)
    except StoreError:
        names = (device, f"address:{device}")
        if not store.ledger.tried(names):
            raise
        return names


def _row(one: Attempt) -> tuple[str, ...]:
    address = next((name.removeprefix("address:") for name in one.names if name.startswith("address:")), "")
    who = one.user or "-"
    answer = f"{one.verdict.value}{f' ({one.reason})' if one.reason else ''}"
    when = f"{one.when.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    device = address or (one.names[0] if one.names else "-")
    return when, device, one.port, one.protocol, who, one.account, one.source or "-", answer
