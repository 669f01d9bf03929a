"""How old the firmware is, by kind: as old at least, or as young at least, as the clues allow."""

from collections import Counter
from datetime import date

from markupsafe import Markup

from inventory.ages import FirmwareAge
from inventory.text import counted
from scanner.drawings.picture import WIDTH, bar, hatch, keys, nothing, picture, shortened, text, width_of
from scanner.edition import Edition

TITLE = "Age of the firmware by kind"
ROWS = 12
AGES = ("very old, over 5 years", "ageing, over 2", "new, under 2", "known too roughly", "unknown")
"""What the interval proves: over five years old, over two, under two; neither of them; or nothing is known."""
_CLASSES = ("band-critical", "band-medium", "good", "band-info", "band-none")
_SIGNS = ("V", "A", "N", "~", "?")
_STEP = 36


def draw(edition: Edition, name: str = "firmware") -> Markup:
    """A bar for each kind, in parts by age; the kinds with most old firmware first."""
    today, assessments = edition.today, edition.report.assessments
    if not assessments:
        return nothing(name, TITLE, "No device was found.")
    if today is None:
        return nothing(name, TITLE, "Without a day, no age can be told.")
    kinds: dict[str, Counter[int]] = {}
    for one in assessments:
        kind = one.device.claim("kind")
        kinds.setdefault(kind.value if kind else "", Counter())[_age(one.firmware, today)] += 1
    ordered = sorted(kinds.items(), key=lambda one: (*(-one[1][age] for age in range(len(AGES))), one[0]))
    rows = ordered if len(ordered) <= ROWS else ordered[: ROWS - 1]
    most = max(counts.total() for _, counts in rows)
    parts, says = [hatch(name)], []
    for at, (kind_name, counts) in enumerate(rows):
        label = shortened(kind_name, WIDTH) or "no kind known"
        says.append(f"{label}: {_told(counts)}")
        parts += _row(at * _STEP, label, counts, most, name)
    y = len(rows) * _STEP
    if rest := ordered[len(rows) :]:
        together = sum((counts for _, counts in rest), Counter[int]())
        label = f"{counted(len(rest), 'other')}"
        says.append(f"{label}: {_told(together)}")
        parts += _head(y, label, together)
        y += 20
    key, high = keys(y + 4, zip(_CLASSES, _SIGNS, AGES, strict=True))
    return picture(name, TITLE, f"{'; '.join(says)}.", y + 4 + high, [*parts, *key])


def _age(firmware: FirmwareAge, today: date) -> int:
    """Which of AGES: only what the interval proves."""
    newest, oldest = firmware.not_after, firmware.not_before
    if newest is None and oldest is None:
        return 4
    if newest is not None and (today - newest).days > 5 * 365.25:
        return 0
    if newest is not None and (today - newest).days > 2 * 365.25:
        return 1
    return 2 if oldest is not None and (today - oldest).days <= 2 * 365.25 else 3


def _row(y: float, label: str, counts: Counter[int], most: int, name: str) -> list[Markup]:
    parts = [(classes, counts[age], f"{label}: {counts[age]:,} {AGES[age]}") for age, classes in enumerate(_CLASSES)]
    return [*_head(y, label, counts), *bar(name, 0, y + 17, WIDTH, parts, most)]


def _head(y: float, label: str, counts: Counter[int]) -> list[Markup]:
    signs = ", ".join(f"{counts[age]} {sign}" for age, sign in enumerate(_SIGNS) if counts[age])
    numbers = f"{counts.total():,}: {signs}"
    room = WIDTH - width_of(numbers, 11) - 8
    return [text(0, y + 12, shortened(label, room)), text(WIDTH, y + 12, numbers, "number", "end", 11)]


def _told(counts: Counter[int]) -> str:
    return ", ".join(f"{counts[age]} {words}" for age, words in enumerate(AGES) if counts[age])
