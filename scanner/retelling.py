"""An edition told otherwise: its report, and that of the scan before it, are both rewritten, and what changed between them is found anew."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from inventory.diff import diff
from inventory.report import Report
from scanner.comparing import further_back, outside
from scanner.edition import Edition
from scanner.options import Options
from scanner.ranking import ranked

Rewriting: TypeAlias = Callable[[Sequence[Report]], Sequence[Report]]
"""Makes other reports of all that are told of, the newest first: of all at once, because what stands for a name has to be the same in each."""


def each(rewrite: Callable[[Report], Report]) -> Rewriting:
    """The rewriting of reports one by one."""
    return lambda reports: tuple(map(rewrite, reports))


def retold(told: Edition, options: Options, rewritings: Iterable[Rewriting]) -> Edition:
    """The edition after these rewritings, one after the other."""
    reports: Sequence[Report] = (told.report, *_before(told, options))
    for rewrite in rewritings:
        reports = rewrite(reports)
    newer, *older = reports
    change = diff(older[0], newer, older[1:], outside(newer.scan)) if older else None
    return replace(told, report=newer, change=change)


def _before(told: Edition, options: Options) -> tuple[Report, ...]:
    """The scan before, ranked by what the city lived with on its day, and what those before that say; none where there is none."""
    if told.change is None:
        return ()
    with options.open_store() as store:
        older = store.report(told.change.old.id)
        then = options.city(older.scan.started.astimezone().date())
        older = ranked(older, then)
        return (older, *further_back(store, older, told.report, then))
