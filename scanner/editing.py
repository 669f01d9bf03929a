"""Makes the edition of a ranked report: with what changed and how it went before, where a format tells that."""

from dataclasses import replace
from datetime import date

from inventory.report import Report
from inventory.store import Store
from scanner.city import City
from scanner.comparing import compared
from scanner.earlier import before
from scanner.edition import Edition
from scanner.options import Options
from scanner.ranking import ranked
from scanner.trend import tally, this, trend


def edition(report: Report, city: City, options: Options, *, history: bool = False) -> Edition:
    """The edition of a ranked report; `history` adds what the inventory, if there is one, knows of the scans before it."""
    alone = Edition(report, city=options.settings().city, today=city.today)
    if not history or not options.store_path().exists():
        return alone
    with options.open_store() as store:
        return _with_history(alone, store, options)


def _with_history(alone: Edition, store: Store, options: Options) -> Edition:
    past = before(alone.report.scan, store.scans())
    if not past:
        return replace(alone, trend=(this(alone.report),))
    older = store.report(past[0].id)
    then = options.city(_day(older))
    older = ranked(older, then)
    went = trend(alone.report, past, store, options.city, {older.scan.id: tally(older.assessments)})
    return replace(alone, change=compared(store, older, alone.report, then), trend=went)


def _day(report: Report) -> date:
    """The day of a scan, by whose waivers and register it was lived with."""
    return report.scan.started.astimezone().date()
