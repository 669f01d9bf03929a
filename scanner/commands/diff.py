"""`tocsin diff`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import click

from scanner.options import Options
from scanner.output import show

if TYPE_CHECKING:
    from inventory.report import Scan

_AGO = re.compile(r"([0-9]{1,4})([dw])")
_DAYS = {"d": 1, "w": 7}


@click.command()
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option(
    "--since",
    metavar="7d|2w|DATE",
    help="Compare the newest scan with the newest one of the same networks, kind and vantage that had ended so long ago, or by the end of that day.",
)
@click.pass_obj
def command(options: Options, old: str | None, new: str | None, since: str | None) -> None:
    """Say what changed between two scans.

    Each is an id or its beginning. Without NEW: the newest scan. Without both: the newest scan and the one before it of the same networks,
    from the same vantage.
    """
    from inventory.diff import diff
    from inventory.errors import ConfigError
    from scanner.changes import changes
    from scanner.ranking import ranked
    from scanner.terminal import cell

    if since is not None and (old is not None or new is not None):
        raise ConfigError("give either --since or scans to compare, not both")
    until = _moment(since, datetime.now().astimezone()) if since is not None else None
    with options.open_store() as store:
        newer = store.report(new)
        before = old or (
            _before(newer.scan, store.scans()) if until is None else _since(newer.scan, store.scans(), until)
        )
        older = store.report(before)
    city = options.city()
    then = options.city(older.scan.started.astimezone().date())
    told = changes(diff(ranked(older, then), ranked(newer, city)))
    show(*([cell(_which(newer.scan, older.scan, until))] if until else []), *told)


def _alike(scan: Scan, other: Scan) -> bool:
    """Whether another scan looked at the same networks from the same place, and asked if this one did."""
    return (
        (other.networks, other.vantage, other.is_passive) == (scan.networks, scan.vantage, scan.is_passive)
        and other.ended is not None
        and other.id != scan.id
    )


def _before(scan: Scan, scans: Sequence[Scan]) -> str:
    """The id of the newest scan like it that ended before `scan` started."""
    from inventory.errors import StoreError

    for other in scans:
        if _alike(scan, other) and other.ended and other.ended <= scan.started:
            return other.id
    place = f" from {scan.vantage}" if scan.vantage else ""
    raise StoreError(f"there is no earlier scan of {', '.join(scan.networks)}{place} to compare with")


def _since(scan: Scan, scans: Sequence[Scan], until: datetime) -> str:
    """The id of the newest scan like it that had ended by then."""
    from inventory.errors import StoreError

    alike = [other for other in scans if _alike(scan, other) and other.ended and other.ended <= scan.started]
    for other in alike:
        if other.ended and other.ended <= until:
            return other.id
    kind = "that only listened" if scan.is_passive else "that asked"
    where = f" from {scan.vantage}" if scan.vantage else ""
    oldest = f"; the oldest is {alike[-1].id} ({alike[-1].started:%Y-%m-%d %H:%M} UTC)" if alike else ""
    raise StoreError(f"no scan of {', '.join(scan.networks)}{where} {kind} had ended by {_day(until)}{oldest}")


def _which(new: Scan, old: Scan, until: datetime) -> str:
    return (
        f"the newest scan, {new.id} of {new.started:%Y-%m-%d %H:%M}, against {old.id} of {old.started:%Y-%m-%d %H:%M},"
        f" the newest of the same networks that had ended by {_day(until)}"
    )


def _day(moment: datetime) -> str:
    """The moment to the minute; its day alone where that is meant to its end."""
    return f"{moment:%Y-%m-%d}" if moment.time() == time.max else f"{moment:%Y-%m-%d %H:%M}"


def _moment(since: str, now: datetime) -> datetime:
    """The last moment at which the older scan may have ended: so long before now, or the end of that day."""
    from inventory.errors import ConfigError

    if ago := _AGO.fullmatch(since):
        days = int(ago[1]) * _DAYS[ago[2]]
        if not days:
            raise ConfigError(f"--since {since}: the number must be at least 1")
        return now - timedelta(days=days)
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise ConfigError(
            f"--since {since!r} is neither a date (2026-11-14) nor a number of days or weeks (7d, 2w)"
        ) from None
    if day > now.date():
        raise ConfigError(f"--since {since} is in the future")
    return datetime.combine(day, time.max).astimezone()
