"""`tocsin why`."""

import click

from scanner.options import Options
from scanner.output import show


@click.command()
@click.argument("device")
@click.pass_obj
def command(options: Options, device: str) -> None:
    """Say why a device ranks where it does.

    Point by point, and what to do about it. DEVICE is an id or its beginning, an address, a MAC or a serial number.
    """
    from scanner.ranking import placed
    from scanner.sheet import reasons

    with options.open_store() as store:
        known = store.device(device)
    show(*reasons(placed(known.assessment, options.city())))
