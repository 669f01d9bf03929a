"""`tocsin forget`."""

from datetime import UTC, datetime

import click

from inventory.errors import ConfigError
from inventory.text import counted, one_line
from scanner.options import Options
from scanner.output import write


@click.command(short_help="Delete all that is known of a device.")
@click.argument("device")
@click.option("--because", required=True, metavar="TEXT", help="Why it is deleted; goes into the audit trail.")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@click.pass_obj
def command(options: Options, /, *, device: str, because: str, dry_run: bool) -> None:
    """Delete every record of DEVICE (an id or its beginning, an address, a MAC or a serial number) from the inventory: it was sold, or was never ours.

    What stays: reports that were written to files, the audit trail, which says what was sent to its addresses, and the logins of the last 24 hours, so that
    nobody is locked out. A device that is still in a network which is scanned is found again.
    """
    from inventory.identity import known_by
    from inventory.ledger import NIGHT
    from scanner.audit import Audit

    if not because.strip():
        raise ConfigError("--because is empty: say why the device is deleted")
    with options.open_store() as store:
        known = store.device(device)
        names = known.identities
        held = next((entry for entry in store.quarantined() if entry.identity in names), None)
        if held:
            raise ConfigError(
                f"{held.identity} is in quarantine, which keeps the next scan from asking it:"
                f" `tocsin quarantine release {held.identity} --because TEXT` first"
            )
        with store.past() as past:
            found = past.records_of(names)
            what = (
                f"{counted(found.records, 'record')} of {counted(found.scans, 'scan')},"
                f" named in {counted(found.fleet, 'finding')} of several devices"
            )
            if not dry_run:
                with Audit(options.audit_path()) as audit:
                    audit.line(
                        when=datetime.now(UTC),
                        target=known.assessment.device.address,
                        protocol="inventory",
                        outcome=f"forgot a device: {what}",
                        rule=f"because: {because}",
                    )
                past.forget(names)
                store.ledger.forget(known_by(known.assessment.device), datetime.now(UTC) - NIGHT)
    said = "would be deleted" if dry_run else "deleted"
    write(f"{one_line(device)}: {what}: {said}\n")
