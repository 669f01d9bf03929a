"""`tocsin diff`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner.commands.scan import SEVERITIES, notified, notified_on
from scanner.earlier import before, of_site, others
from scanner.exits import Exit
from scanner.options import Options
from scanner.output import save, show, write

if TYPE_CHECKING:
    from inventory.diff import Diff
    from inventory.report import Report, Scan
    from inventory.store import Store
    from scanner.edition import Edition
    from scanner.notices import Bell

_AGO = re.compile(r"([0-9]{1,4})([dw])")
_DAYS = {"d": 1, "w": 7}


@click.command()
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option("--site", metavar="NAME", help="The newest scan of this site.  [default: the newest scan of all]")
@click.option("--all-sites", is_flag=True, help="The newest scan of every site, each against the one before it.")
@click.option(
    "--since",
    metavar="7d|2w|DATE",
    help="Compare the newest scan with the newest one of the same networks, kind and vantage that had ended so long ago, or by the end of that day.",
)
@click.option(
    "--format", "named", type=click.Choice(["text", "json"]), default="text", help="How it is printed.  [default: text]"
)
@click.option(
    "-o", "--output", "file", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE (.json) instead."
)
@click.option(
    "--fail-on",
    type=click.Choice(list(SEVERITIES)),
    help="End with exit code 1 where something got worse from this severity on: new, back, no longer accepted, or worse than before.",
)
@notified
@notified_on
@click.option(
    "--share-safe",
    is_flag=True,
    help="Replace every address, name, serial number, person, department, site and id by another, as `tocsin report --share-safe` does.",
)
@click.pass_obj
def command(
    options: Options,
    /,
    *,
    old: str | None,
    new: str | None,
    since: str | None,
    named: str,
    file: Path | None,
    fail_on: str | None,
    share_safe: bool,
    **wishes: Any,
) -> int:
    """Say what changed between two scans.

    Each is an id or its beginning. Without NEW: the newest scan. Without both: the newest scan and the one before it of the same networks,
    from the same vantage. --notify tells of the newest scan of its networks only, and of the first one in a sentence.
    """
    from inventory.errors import ConfigError
    from scanner.edition import Edition
    from scanner.news import bulletin

    site: str | None = wishes.pop("site")
    all_sites: bool = wishes.pop("all_sites")
    _require_one_choice(old or new, site, since, told=bool(wishes["urls"]), all_sites=all_sites)
    if file is not None and file.suffix != ".json":
        raise ConfigError(f"a diff is written to a file as .json, which {file} is not")
    if all_sites:
        report, change = _of_all_sites(options, share_safe=share_safe)
        _write(change, named, file, None)
        return _code(report, change, fail_on)
    until = _moment(since, datetime.now().astimezone()) if since is not None else None
    with options.open_store() as store:
        bell, scans = _bell(options, store, **wishes), store.scans()
        newer = store.report(new if site is None else of_site(site, scans), said=share_safe)
        if bell:
            _require_newest(newer.scan, scans)
        first = bell is not None and old is None and until is None and not before(newer.scan, scans)
        chosen = (
            "" if first else old or (_before(newer.scan, scans) if until is None else _since(newer.scan, scans, until))
        )
        report, compared = _compared(options, store, newer, chosen)
        problems = bell.ring(newer.scan.site, bulletin(report, compared, bell.level)) if bell else ()
    if compared is None:
        show("this is the first scan of its networks: there is none to compare with yet")
    else:
        _write(_veiled(Edition(report, compared), options) if share_safe else compared, named, file, until)
    if (old, site, file, bell, named) == (None, None, None, None, "text"):
        click.echo(others(newer.scan, scans, "tocsin diff", "--all-sites"), err=True, nl=False)
    return _code(report, compared, fail_on, problems)


def _require_one_choice(scan: str | None, site: str | None, since: str | None, *, told: bool, all_sites: bool) -> None:
    """Raise `ConfigError` where options choose different scans."""
    from inventory.errors import ConfigError

    if since is not None and scan is not None:
        raise ConfigError("give either --since or scans to compare, not both")
    if site is not None and scan is not None:
        raise ConfigError("give either --site or scans to compare, not both")
    if all_sites and (told or (scan, site, since) != (None, None, None)):
        raise ConfigError(
            "--all-sites compares the newest scan of every site: give no scans, --site, --since or --notify with it"
        )


def _code(report: Report, change: Diff | None, fail_on: str | None, problems: Sequence[str] = ()) -> Exit:
    from scanner.news import bulletin

    failed = fail_on is not None and bulletin(report, change, SEVERITIES[fail_on]).worse
    return Exit.FINDINGS if failed else Exit.INCOMPLETE if problems else Exit.CLEAN


def _of_all_sites(options: Options, *, share_safe: bool) -> tuple[Report, Diff]:
    """The report over all sites, and what changed there."""
    from inventory.errors import StoreError
    from scanner.citywide import of_all_sites
    from scanner.editing import comparison
    from scanner.edition import Edition

    with options.open_store() as store:
        report, parts = of_all_sites(store, options.city(), options.settings())
        found = comparison(Edition(report, parts=parts), store, options)
    if found is None:
        raise StoreError("no site was scanned twice: there is nothing to compare with yet")
    told = Edition(report, found.change, parts=parts)
    return report, _veiled(told, options) if share_safe else found.change


def _compared(options: Options, store: Store, newer: Report, chosen: str) -> tuple[Report, Diff | None]:
    """The newer report in its rank, and what changed since the scan of that id; None where there is none."""
    from scanner.comparing import compared
    from scanner.ranking import ranked

    report = ranked(newer, options.city())
    if not chosen:
        return report, None
    older = store.report(chosen, said=False)
    then = options.city(older.scan.started.astimezone().date())
    return report, compared(store, ranked(older, then), report, then)


def _write(change: Diff, named: str, file: Path | None, until: datetime | None) -> None:
    """Save it as JSON, or print it in the format that is named."""
    from scanner.changes import changes
    from scanner.diff_json import render
    from scanner.terminal import cell

    if file is not None:
        save(file, render(change))
    elif named == "json":
        for piece in render(change):
            write(piece)
    else:
        show(*([cell(_which(change.new, change.old, until))] if until else []), *changes(change))


def _bell(options: Options, store: Store, urls: Sequence[str], notify_on: str | None) -> Bell | None:
    """The bell that rings at these addresses, as tocsin.toml has it rung where the command does not say; None where there are none."""
    if not urls:
        return None
    from scanner.notices import Bell

    settings = options.settings()
    level = SEVERITIES[notify_on] if notify_on else settings.nights.notify_on
    warn = partial(click.echo, err=True)
    return Bell(store, urls, level, warn, city=settings.city, details=settings.nights.notify_details)


def _require_newest(scan: Scan, scans: Sequence[Scan]) -> None:
    """Who is told of an old scan believes that it is so still."""
    from inventory.errors import ConfigError

    newer = next((other for other in scans if scan in before(other, scans)), None)
    if newer is not None:
        raise ConfigError(f"--notify tells of the newest scan: {newer.id} is newer than {scan.id}")


def _veiled(told: Edition, options: Options) -> Diff:
    """What changed, under pseudonyms."""
    from scanner.audiences import Audience
    from scanner.telling import Telling, Wanted

    wanted = Wanted(Audience.TECHNICIAN, share_safe=True)
    change = Telling(wanted, told.report, options.city(), options).told(told).change
    assert change is not None  # there was one to be told
    return change


def _before(scan: Scan, scans: Sequence[Scan]) -> str:
    """The id of the newest scan like it that ended before `scan` started."""
    from inventory.errors import StoreError

    for other in before(scan, scans):
        return other.id
    place = f" from {scan.vantage}" if scan.vantage else ""
    raise StoreError(f"there is no earlier scan of {', '.join(scan.networks)}{place} to compare with")


def _since(scan: Scan, scans: Sequence[Scan], until: datetime) -> str:
    """The id of the newest scan like it that had ended by then."""
    from inventory.errors import StoreError
    from scanner.earlier import by

    alike = before(scan, scans)
    if found := by(until, alike):
        return found.id
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
