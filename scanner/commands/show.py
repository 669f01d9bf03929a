"""`tocsin show`."""

from __future__ import annotations

import click

from scanner.lists import as_format, write_csv
from scanner.options import Options
from scanner.output import pager_option, show, write


@click.command(short_help="Show all that is known of a device.")
@click.argument("device")
@as_format
@pager_option
@click.pass_obj
def command(options: Options, device: str, as_format: str) -> None:
    """Show all that is known of a device.

    DEVICE is an id or its beginning, an address, a MAC or a serial number. As JSON it is the object of a report, as CSV its findings, one a line.
    """
    from scanner.ranking import ranked_known
    from scanner.sheet import sheet

    with options.open_store() as store:
        known = ranked_known(store.device(device), options.city())
    if as_format == "json":
        import json

        from scanner.report.json import device_as_json, known_as_json, shown

        told = device_as_json(known.assessment) | known_as_json(known)
        write(f"{json.dumps(shown(told), indent=2, ensure_ascii=False)}\n")
    elif as_format == "csv":
        from scanner.columns import FINDING, FINDING_FILE, named
        from scanner.rows import ListedDevice, ListedFinding

        row = ListedDevice(known)
        found = sorted((ListedFinding(row, one) for one in known.assessment.findings), key=lambda one: one.rank)
        write_csv(found, named(None, FINDING_FILE, FINDING))
    else:
        show(*sheet(known), paged=True)
