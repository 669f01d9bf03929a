"""How many devices there are of each band."""

from collections import Counter

from markupsafe import Markup

from scanner.drawings.picture import BANDS, LETTERS, NAMES, WIDTH, band_of, box, hatch, hatched, picture, text, told
from scanner.edition import Edition

_STEP = 24
_FROM, _TO = 104, WIDTH - 52


def draw(edition: Edition, name: str = "bands") -> Markup:
    """A bar for each band, worst first."""
    counts = Counter(map(band_of, edition.report.assessments))
    most = max(counts.values(), default=1)
    parts = [hatch(name)]
    for at, band in enumerate(BANDS):
        y, wide = at * _STEP, counts[band] / most * (_TO - _FROM)
        parts.append(text(_FROM - 8, y + 14, f"{NAMES[band]} {LETTERS[band]}", anchor="end"))
        if counts[band]:
            parts.append(box(_FROM, y + 3, max(wide, 2), 16, f"bar band-{band}"))
            parts += [hatched(name, _FROM, y + 3, max(wide, 2), 16)] if band == "critical" else []
        parts.append(text(_FROM + wide + 6, y + 15, f"{counts[band]:,}", "number"))
    return picture(name, "Devices by band", f"{told(counts)}.", len(BANDS) * _STEP, parts)
