"""What all drawings are made of: the frame with its title, texts that fit, and the bands with their letters."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from markupsafe import Markup

from inventory.report import Assessment
from inventory.text import one_line

WIDTH = 360
"""Units that every drawing is wide."""
BANDS = ("critical", "high", "medium", "low", "info", "none")
"""The bands of a device, worst first; "none" has nothing that counts."""
LETTERS = dict(zip(BANDS, "CHMLI–", strict=True))
NAMES = {**{band: band for band in BANDS}, "none": "nothing found"}
_NARROW, _BROAD = frozenset(" .,:;'|!()[]/ijltfrI-"), frozenset("mwMW@%")
_MOST = 400
_LEAST = 2.0


def band_of(assessment: Assessment) -> str:
    """The band of a device: "none" where nothing was found that counts."""
    counts = any(finding.accepted is None for outcome in assessment.outcomes for finding in outcome.findings)
    return assessment.score.band.label if counts else "none"


def picture(name: str, title: str, description: str, height: float, parts: Iterable[Markup]) -> Markup:
    """The <svg> of a drawing so many units high."""
    return Markup(
        '<svg class="drawing" role="img" viewBox="0 0 {width} {height}" font-size="12"'
        ' aria-labelledby="{name}-title {name}-description">'
        '<title id="{name}-title">{title}</title><desc id="{name}-description">{description}</desc>{parts}</svg>'
    ).format(
        name=name,
        width=WIDTH,
        height=number(height),
        title=one_line(title),
        description=one_line(description, 4096),
        parts=Markup("").join(parts),
    )


def nothing(name: str, title: str, why: str) -> Markup:
    """The drawing of what there is nothing of."""
    return picture(name, title, why, 28, [text(0, 18, shortened(why, WIDTH))])


def text(x: float, y: float, words: str, classes: str = "label", anchor: str = "start", size: float = 12) -> Markup:
    """A line of text."""
    return Markup('<text x="{}" y="{}" class="{}" text-anchor="{}"{}>{}</text>').format(
        number(x),
        number(y),
        classes,
        anchor,
        Markup("") if size == 12 else Markup(' font-size="{}"').format(number(size)),
        one_line(words),
    )


def box(x: float, y: float, width: float, height: float, classes: str, says: str = "") -> Markup:
    """A rectangle; what it `says` is shown when somebody points at it."""
    inside = Markup("<title>{}</title>").format(one_line(says)) if says else Markup("")
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}">{}</rect>').format(
        number(x), number(y), number(width), number(height), classes, inside
    )


def path(points: Sequence[tuple[float, float]], classes: str, *, closed: bool = False, dashes: str = "") -> Markup:
    """A line through these points, of `dashes` ("6 3") or whole, or an area within them."""
    dashed = Markup(' stroke-dasharray="{}"').format(dashes) if dashes else Markup("")
    return Markup('<path d="{}" class="{}"{}/>').format(_outline(points, closed=closed), classes, dashed)


def hatched_path(name: str, points: Sequence[tuple[float, float]]) -> Markup:
    """The pattern of what is critical over an area."""
    return Markup('<path d="{}" fill="url(#{}-hatch)"/>').format(_outline(points, closed=True), name)


def _outline(points: Sequence[tuple[float, float]], *, closed: bool) -> str:
    drawn = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return f"M{drawn}{'Z' if closed else ''}"


def hatch(name: str) -> Markup:
    """The pattern that marks what is critical where there are no colours."""
    return Markup(
        '<pattern id="{}-hatch" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<path d="M-1 1L1 -1M0 5L5 0M4 6L6 4" class="hatch"/></pattern>'
    ).format(name)


def hatched(name: str, x: float, y: float, width: float, height: float) -> Markup:
    """That pattern over a rectangle."""
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="url(#{}-hatch)"/>').format(
        number(x), number(y), number(width), number(height), name
    )


def bar(
    name: str, x: float, y: float, width: float, parts: Iterable[tuple[str, int, str]], most: int
) -> Iterator[Markup]:
    """A bar in parts: each a class of colours, a count, and what it says; a bar of `most` is `width` wide, and no part too thin to be seen."""
    parts = tuple(parts)
    for classes, count, says in parts:
        if count:
            wide = max(count / most * (width - _LEAST * len(parts)), _LEAST)
            yield box(x, y, wide, 12, f"bar {classes}", says)
            if classes == "band-critical":
                yield hatched(name, x, y, wide, 12)
            x += wide


def legend(y: float, bands: Iterable[str]) -> tuple[list[Markup], float]:
    """What the colours and the letters of these bands stand for, below `y`, and how high that is."""
    return keys(y, [(f"band-{band}", LETTERS[band], NAMES[band]) for band in bands])


def keys(y: float, entries: Iterable[tuple[str, str, str]]) -> tuple[list[Markup], float]:
    """What each class of colours and its letter stand for, below `y` in as many lines as it needs, and how high that is."""
    parts, x, top = [], 0.0, y
    for classes, sign, words in entries:
        wide = 16 + width_of(words, 11)
        if x and x + wide > WIDTH:
            x, top = 0.0, top + 17
        parts += [box(x, top, 12, 12, f"cell {classes}"), text(x + 6, top + 9.5, sign, f"on-{classes}", "middle", 9)]
        parts.append(text(x + 16, top + 10, words, size=11))
        x += wide + 8
    return parts, top + 14 - y


def letter(x: float, y: float, band: str) -> Markup:
    """The letter of a band, to stand on its colour."""
    return text(x, y, LETTERS[band], f"on-band-{band}", "middle", 9)


def told(counts: Counter[str]) -> str:
    """How many of each band, worst first: "2 critical, 5 high, 1 nothing found"."""
    return ", ".join(f"{counts[band]} {NAMES[band]}" for band in BANDS if counts[band]) or "none"


def briefly(counts: Counter[str]) -> str:
    """The same by letters: "2 C, 5 H, 1 –"."""
    return ", ".join(f"{counts[band]} {LETTERS[band]}" for band in BANDS if counts[band])


def shortened(words: str, width: float, size: float = 12) -> str:
    """A device's or the operator's text in one line that fits."""
    line = one_line(words, _MOST)
    if width_of(line, size) <= width:
        return line
    while line and width_of(line + "…", size) > width:
        line = line[:-1]
    return line + "…"


def width_of(words: str, size: float = 12) -> float:
    """Units that a text takes at most, in any of the faces that a page is set in."""
    return size * sum(map(_em, words))


@lru_cache(maxsize=4096)
def _em(character: str) -> float:
    """How wide a character is, in heights: letters of the East take the whole square."""
    if unicodedata.east_asian_width(character) in "WF" or character in _BROAD:
        return 1.0
    return 0.4 if character in _NARROW else 0.72 if character.isupper() else 0.62


def number(value: float) -> str:
    """A number in as few digits as a drawing needs."""
    return f"{value:.1f}".removesuffix(".0")
