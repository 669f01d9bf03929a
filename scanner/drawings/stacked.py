"""Bars of devices by band, one for each group: worst group first, the rest summed up. Not a drawing, but three of them are made of it."""

from collections import Counter
from collections.abc import Callable

from markupsafe import Markup

from inventory.report import Assessment, Report
from inventory.text import counted
from scanner.drawings.picture import (
    BANDS,
    NAMES,
    WIDTH,
    band_of,
    bar,
    briefly,
    hatch,
    legend,
    nothing,
    picture,
    shortened,
    text,
    told,
    width_of,
)

ROWS = 12
"""Groups that have a row; of more, the last row sums up the rest."""
_STEP = 36
Groups = dict[str, Counter[str]]


def stacked(report: Report, group_of: Callable[[Assessment], str], by: str, name: str) -> Markup:
    """The devices by band in the groups that `group_of` tells ("" is one without a name), which are called by the noun `by`."""
    title = f"Devices by {by}"
    groups: Groups = {}
    for assessment in report.assessments:
        groups.setdefault(group_of(assessment), Counter())[band_of(assessment)] += 1
    if not groups:
        return nothing(name, title, "No device was found.")
    rows, others = _chosen(groups, by)
    most = max(counts.total() for _, counts in rows)
    parts = [hatch(name)]
    for at, (label, counts) in enumerate(rows):
        parts += _row(at * _STEP, label, counts, most, name)
    if others:
        parts += _head(len(rows) * _STEP, *others)
        rows = [*rows, others]
    y = len(rows) * _STEP - (12 if others else -2)
    key, high = legend(y, [band for band in BANDS if any(counts[band] for counts in groups.values())])
    says = "; ".join(f"{label}: {told(counts)}" for label, counts in rows)
    return picture(name, title, f"{says}.", y + high, [*parts, *key])


def _chosen(groups: Groups, by: str) -> tuple[list[tuple[str, Counter[str]]], tuple[str, Counter[str]] | None]:
    """The groups that have a row, and the rest together."""
    ordered = sorted(groups.items(), key=lambda one: (*(-one[1][band] for band in BANDS), one[0]))
    if len(ordered) > ROWS:
        ordered, rest = ordered[: ROWS - 1], ordered[ROWS - 1 :]
        others = Counter[str]()
        for _, counts in rest:
            others.update(counts)
        summed = (f"{counted(len(rest), 'other')}", others)
    else:
        summed = None
    return [(shortened(label, WIDTH) or f"no {by} known", counts) for label, counts in ordered], summed


def _row(y: float, label: str, counts: Counter[str], most: int, name: str) -> list[Markup]:
    parts = [(f"band-{band}", counts[band], f"{label}: {counts[band]:,} {NAMES[band]}") for band in BANDS]
    return [*_head(y, label, counts), *bar(name, 0, y + 17, WIDTH, parts, most)]


def _head(y: float, label: str, counts: Counter[str]) -> list[Markup]:
    """The name of a row at the left, its numbers at the right."""
    numbers = f"{counts.total():,}: {briefly(counts)}"
    room = WIDTH - width_of(numbers, 11) - 8
    return [
        text(0, y + 12, shortened(label, room)),
        text(WIDTH, y + 12, numbers, "number", "end", 11),
    ]
