"""`tocsin show`."""

import click

from scanner.options import Options
from scanner.output import show


@click.command()
@click.argument("device")
@click.pass_obj
def command(options: Options, device: str) -> None:
    """Show all that is known of a device.

    DEVICE is an id or its beginning, an address, a MAC or a serial number.
    """
    from scanner.ranking import ranked_known
    from scanner.sheet import sheet

    with options.open_store() as store:
        known = store.device(device)
    show(*sheet(ranked_known(known, options.city())))
