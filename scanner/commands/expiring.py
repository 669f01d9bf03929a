"""`tocsin expiring`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import click

from scanner.options import Options
from scanner.output import show

if TYPE_CHECKING:
    from scanner.config import Settings
    from scanner.expiry import Entry


@click.command(short_help="List every known certificate by the day of its end.")
@click.option(
    "--days",
    type=click.IntRange(min=0, max=36_500),
    metavar="N",
    help="Only those that have ended, or end within N days.  [default: all]",
)
@click.pass_obj
def command(options: Options, days: int | None) -> None:
    """List every certificate that is known of any device by the date of its end, month by month; first those that have ended.

    It reads the inventory, as the devices were seen last, and asks nothing.
    """
    from scanner.expiry import calendar
    from scanner.terminal import cell, table

    settings, now = options.settings(), datetime.now(UTC)
    with options.open_store() as store:
        entries = calendar(known.assessment.device for known in store.devices())
    if days is not None:
        entries = tuple(entry for entry in entries if entry.ends <= now + timedelta(days=days))
    rows = table("ends", "device", "port", "subject", "issuer", "whose")
    rows.columns[0].no_wrap = True
    for month, those in groupby(entries, key=lambda entry: _month(entry.ends, now)):
        rows.add_row(cell(month, style="bold"))
        for entry in those:
            rows.add_row(*map(cell, _row(entry, settings)))
    ended = sum(entry.ends <= now for entry in entries)
    count = f"{len(entries)} certificate{'' if len(entries) == 1 else 's'}, {ended} of them ended"
    show(*([rows] if entries else []), cell(count))


def _month(ends: datetime, now: datetime) -> str:
    return "ended" if ends <= now else f"{ends:%B} {ends.year}"


def _row(entry: Entry, settings: Settings) -> tuple[str, ...]:
    from scanner.expiry import name_in

    shown, first = entry.shown, entry.devices[0]
    role = "authority " if shown.of_authority else ""
    issuer = "itself" if shown.self_signed else name_in(shown.issuer)
    device = first.address if len(entry.devices) == 1 else f"{first.address} and {len(entry.devices) - 1} more"
    whose = dict.fromkeys(_whose(device.address, settings) for device in entry.devices)
    return (
        str(entry.ends.date()),
        device,
        " ".join(entry.endpoints),
        f"{role}{name_in(shown.subject) or '-'}",
        issuer or "-",
        ", ".join(owner for owner in whose if owner) or "-",
    )


def _whose(address: str, settings: Settings) -> str:
    """The department, else the site, that the smallest network with this address belongs to; nobody's where it is known by its MAC address only."""
    import ipaddress

    try:
        there = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    owners = [
        (net.prefixlen, site.department or site.name)
        for site in settings.sites
        for net in site.networks
        if there in net
    ]
    return max(owners, default=(0, ""))[1]
