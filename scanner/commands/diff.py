"""`tocsin diff`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from scanner.options import Options
from scanner.output import show

if TYPE_CHECKING:
    from inventory.report import Scan


@click.command()
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.pass_obj
def command(options: Options, old: str | None, new: str | None) -> None:
    """Say what changed between two scans.

    Each is an id or its beginning. Without NEW: the newest scan. Without both: the newest scan and the one before it of the same networks,
    from the same vantage.
    """
    from inventory.diff import diff
    from scanner.changes import changes
    from scanner.ranking import ranked

    with options.open_store() as store:
        newer = store.report(new)
        older = store.report(old or _before(newer.scan, store.scans()))
    city = options.city()
    then = options.city(older.scan.started.astimezone().date())
    show(*changes(diff(ranked(older, then), ranked(newer, city))))


def _before(scan: Scan, scans: Sequence[Scan]) -> str:
    """The id of the newest scan of the same networks from the same place that ended before `scan` started, and was of its kind: asked, or only listened."""
    from inventory.errors import StoreError

    asked = (scan.networks, scan.vantage, scan.is_passive)
    for other in scans:
        alike = (other.networks, other.vantage, other.is_passive) == asked
        if alike and other.ended and other.ended <= scan.started and other.id != scan.id:
            return other.id
    place = f" from {scan.vantage}" if scan.vantage else ""
    raise StoreError(f"there is no earlier scan of {', '.join(scan.networks)}{place} to compare with")
