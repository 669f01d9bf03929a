"""An edition told otherwise: its report, and that of the scan before it, are both rewritten, and what changed between them is found anew."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from inventory.report import Report
from scanner.editing import Comparison, comparison
from scanner.edition import Edition
from scanner.options import Options

Rewriting: TypeAlias = Callable[[Sequence[Report]], Sequence[Report]]
"""Makes other reports of all that are told of, the newest first: of all at once, because what stands for a name has to be the same in each."""


def each(rewrite: Callable[[Report], Report]) -> Rewriting:
    """The rewriting of reports one by one."""
    return lambda reports: tuple(map(rewrite, reports))


def retold(told: Edition, options: Options, rewritings: Iterable[Rewriting]) -> Edition:
    """The edition after these rewritings, one after the other."""
    found = _compared(told, options)
    compared = found.reports if found else (told.report,)
    of_a_share = compared[0] is not told.report
    reports: Sequence[Report] = (told.report, *compared) if of_a_share else compared
    for rewrite in rewritings:
        reports = rewrite(reports)
    if found is None:
        return replace(told, report=reports[0], parts=())
    newer, older, *past = reports[1:] if of_a_share else reports
    return replace(told, report=reports[0], change=Comparison(older, newer, tuple(past)).change, parts=())


def _compared(told: Edition, options: Options) -> Comparison | None:
    """What the edition was compared with, read again: an edition keeps what changed only."""
    if told.change is None:
        return None
    with options.open_store() as store:
        return comparison(told, store, options)
