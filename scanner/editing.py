"""Makes the edition of a ranked report: with what changed and how it went before, where a format tells that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from inventory.diff import Diff, diff
from inventory.report import Report, Scan
from inventory.store import Store
from scanner.city import City
from scanner.comparing import further_back, outside
from scanner.earlier import before
from scanner.edition import Edition
from scanner.options import Options
from scanner.ranking import ranked
from scanner.trend import added, tally, this, trend


@dataclass(frozen=True, slots=True)
class Comparison:
    """A ranked report, or what of it has been scanned before, beside the one before it; `past` says of what is missing in one of them whether it was there."""

    older: Report
    newer: Report
    past: tuple[Report, ...]

    @property
    def reports(self) -> tuple[Report, ...]:
        """All of them, the newest first."""
        return self.newer, self.older, *self.past

    @property
    def change(self) -> Diff:
        """What changed."""
        return diff(self.older, self.newer, self.past, outside(self.newer.scan))


def edition(
    report: Report, city: City, options: Options, *, history: bool = False, parts: Sequence[Report] = ()
) -> Edition:
    """The edition of a ranked report, and of the ranked `parts` that it is put together from; `history` adds what the inventory, if there is one, knows of the
    scans before it.
    """
    alone = Edition(report, city=options.settings().city, today=city.today, parts=tuple(parts))
    if not history or not options.store_path().exists():
        return alone
    with options.open_store() as store:
        return _with_history(alone, store, options)


def comparison(told: Edition, store: Store, options: Options) -> Comparison | None:
    """The report beside what it is compared with, or is to be, ranked by what the city lived with on its day; None where there is nothing."""
    return _comparison(told, store, options, store.scans(), said=True)


def _with_history(alone: Edition, store: Store, options: Options) -> Edition:
    scans, parts = store.scans(), alone.parts or (alone.report,)
    found = _comparison(alone, store, options, scans, said=bool(alone.parts))
    if found is None:
        return replace(alone, trend=(this(alone.report),))
    at_hand = {} if alone.parts else {found.older.scan.id: tally(found.older.assessments)}
    went = [trend(part, before(part.scan, scans), store, options.city, at_hand) for part in parts]
    return replace(alone, change=found.change, trend=went[0] if len(went) == 1 else added(went))


def _comparison(
    told: Edition, store: Store, options: Options, scans: Sequence[Scan], *, said: bool
) -> Comparison | None:
    """The comparison; with what devices `said` then, where that is to be rewritten, or several sites are judged together by it."""
    city_on = cache(options.city)
    pairs = _pairs(told, scans)
    if not pairs:
        return None
    older = [ranked(store.report(scan.id, said=said), city_on(_day(scan))) for _, scan in pairs]
    then = city_on(max(_day(scan) for _, scan in pairs))
    if not told.parts:
        return _beside(store, older[0], told.report, then)
    from scanner.citywide import put_together

    newer = _of(told.report, [part for part, _ in pairs]) if len(pairs) < len(told.parts) else told.report
    return _beside(store, put_together(older, then, options.settings().department), newer, then)


def _pairs(told: Edition, scans: Sequence[Scan]) -> list[tuple[Report, Scan]]:
    """Each report of a scan with the one that it is held against: the operator's choice, or the one before it."""
    if told.change is not None and not told.parts:
        return [(told.report, told.change.old)]
    return [(part, past[0]) for part in told.parts or (told.report,) if (past := before(part.scan, scans))]


def _beside(store: Store, older: Report, newer: Report, then: City) -> Comparison:
    return Comparison(older, newer, further_back(store, older, newer, then))


def _of(whole: Report, parts: Sequence[Report]) -> Report:
    """The share of these sites in the whole: of a site that was scanned for the first time, nothing is new."""
    theirs = {one.device.identity for part in parts for one in part.assessments}
    return replace(
        whole,
        assessments=tuple(one for one in whole.assessments if one.device.identity in theirs),
        fleet=tuple(finding for finding in whole.fleet if not theirs.isdisjoint(finding.devices)),
    )


def _day(scan: Scan) -> date:
    """The day of a scan, by whose waivers and register it was lived with."""
    return scan.started.astimezone().date()
