"""`tocsin devices`."""

import click

from scanner.options import Options
from scanner.output import show


@click.command()
@click.pass_obj
def command(options: Options) -> None:
    """List every device in the inventory, as it was seen last.

    Where scans from several places saw a device, as the one saw it that saw most of it. `tocsin show` says which that is.
    """
    from inventory.model import Endpoint
    from scanner.ranking import ranked_known
    from scanner.terminal import band, cell, name_of, table

    with options.open_store() as store:
        city = options.city()
        known = tuple(ranked_known(device, city) for device in store.briefs.newest())
    rows = table("address", "device", "id", "score", "band", "first seen", "last seen")
    rows.columns[0].no_wrap = True
    for each in sorted(known, key=lambda each: Endpoint(each.assessment.device.address, 0).sort_key):
        device, score = each.assessment.device, each.assessment.score
        rows.add_row(
            cell(device.address),
            cell(name_of(device)),
            cell(device.identity),
            cell(f"{score.value:.1f}"),
            band(score.band) if each.assessment.counted else cell("-"),
            cell(f"{each.first_seen:%Y-%m-%d}"),
            cell(f"{each.last_seen:%Y-%m-%d}"),
        )
    show(rows, cell(f"{len(known)} device{'' if len(known) == 1 else 's'}"))
