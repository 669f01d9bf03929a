"""The calendar of the certificates: how many have ended, and how many end in each of the next 24 months."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from markupsafe import Markup

from inventory.text import counted
from scanner.drawings.picture import WIDTH, box, hatch, hatched, keys, nothing, path, picture, text
from scanner.edition import Edition
from scanner.expiry import calendar

TITLE = "Certificates by the month in which they end"
MONTHS = 24
"""Months that are drawn, this one first."""
_WIDE = WIDTH / (MONTHS + 2)
_HIGH = 90
_TOP = 18
SOON = 3
"""Months that are called soon, this one first."""
_CLASSES = ("bad", "band-high", "good")
_NAMES = "JFMAMJJASOND"
_LAST_LETTERS = 9


def draw(edition: Edition, name: str = "certificates") -> Markup:
    """A bar for those that have ended, one for each month, and one for all later ones."""
    today = edition.today
    entries = calendar(assessment.device for assessment in edition.report.assessments)
    if not entries:
        return nothing(name, TITLE, "No device showed a certificate.")
    if today is None:
        return nothing(name, TITLE, f"{counted(len(entries), 'certificate')}; without a day none can be called ended.")
    counts = _counted((entry.ends for entry in entries), today)
    most = max(counts.values())
    bottom = _TOP + _HIGH
    parts = [hatch(name), path([(0, bottom), (WIDTH, bottom)], "axis")]
    for at in range(MONTHS + 2):
        parts += _bar(at, counts[at - 1], most, name)
    parts += _axis(today, bottom)
    words = ("ended", f"within {SOON} months", "later")
    key, high = keys(bottom + 36, zip(_CLASSES, "   ", words, strict=True))
    return picture(name, TITLE, _told(counts, today), bottom + 36 + high, [*parts, *key])


def _counted(ends: Iterable[datetime], today: date) -> Counter[int]:
    """How many end so many months from this one: -1 are those that have ended, MONTHS all later ones."""
    start = datetime.combine(today, time(), UTC)
    counts: Counter[int] = Counter()
    for end in ends:
        months = (end.year - today.year) * 12 + end.month - today.month
        counts[-1 if end <= start else min(months, MONTHS)] += 1
    return counts


def _bar(at: int, count: int, most: int, name: str) -> list[Markup]:
    """The bar in that column; its number stands above it."""
    if not count:
        return []
    high = max(count / most * _HIGH, 2)
    x, y, wide = at * _WIDE + 1, _TOP + _HIGH - high, _WIDE - 2
    parts = [box(x, y, wide, high, f"bar {_CLASSES[0 if at == 0 else 1 if at <= SOON else 2]}")]
    parts += [hatched(name, x, y, wide, high)] if at == 0 else []
    anchor, where = ("start", 0.0) if at == 0 else ("end", float(WIDTH)) if at > MONTHS else ("middle", x + wide / 2)
    return [*parts, text(where, y - 4, f"{count:,}", "number", anchor, 9)]


def _axis(today: date, bottom: float) -> list[Markup]:
    """The first letters of the months and the years below them; before them what has ended, after them all that is later."""
    parts = [
        text(_WIDE / 2, bottom + 13, "✕", "number", "middle", 10),
        text(WIDTH - _WIDE / 2, bottom + 13, "…", "number", "middle", 10),
    ]
    for at in range(MONTHS):
        month, years = (today.month - 1 + at) % 12, (today.month - 1 + at) // 12
        x = (at + 1) * _WIDE + _WIDE / 2
        parts.append(text(x, bottom + 13, _NAMES[month], "number", "middle", 10))
        if month == 0 or (at == 0 and month < _LAST_LETTERS):
            parts.append(text(x - 4, bottom + 26, str(today.year + years), "number", size=10))
    return parts


def _told(counts: Counter[int], today: date) -> str:
    says = [f"{counted(counts[-1], 'certificate')} ended"] if counts[-1] else []
    for at in range(MONTHS):
        if counts[at]:
            month = date(today.year + (today.month - 1 + at) // 12, (today.month - 1 + at) % 12 + 1, 1)
            says.append(f"{counts[at]:,} in {month:%B %Y}")
    says += [f"{counts[MONTHS]:,} later"] if counts[MONTHS] else []
    return f"{'; '.join(says)}."
