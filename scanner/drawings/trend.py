"""How it went over the scans: the devices by band, and the open findings by severity."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from inventory.text import counted
from scanner.drawings.picture import LETTERS, WIDTH, hatch, hatched_path, keys, nothing, path, picture, text
from scanner.edition import Edition, Past

TITLE = "Devices and open findings over time"
SEVERITIES = ("critical", "high", "medium", "low", "info")
_LEFT, _RIGHT = 40, WIDTH - 48
_DASHES = {"critical": "", "high": "", "medium": "8 3", "low": "4 3", "info": "1 3"}
_HIGH = 96
_DEVICES, _FINDINGS = 22, 160
_LEAST_APART = 11
_KEYS = [(f"band-{name}", LETTERS[name], "info or nothing" if name == "info" else name) for name in SEVERITIES]


def draw(edition: Edition, name: str = "trend") -> Markup:
    """Two panels over one axis of time: areas of devices, and lines of findings. The worst lies at the bottom of the areas, on the axis."""
    trend = edition.trend
    if not trend:
        return nothing(name, TITLE, "There is no earlier scan of these networks to compare with.")
    across = _across([past.when for past in trend])
    parts = [hatch(name), *_areas(trend, across, name), *_lines(trend, across)]
    key, high = keys(_FINDINGS + _HIGH + 24, _KEYS)
    return picture(name, TITLE, _told(trend), _FINDINGS + _HIGH + 24 + high, [*parts, *key])


def _across(moments: Sequence[datetime]) -> list[float]:
    """Where each scan stands on the axis of time; one alone stands at its end."""
    first, span = moments[0], (moments[-1] - moments[0]).total_seconds()
    if span <= 0:
        return [float(_RIGHT)] * len(moments)
    return [_LEFT + (when - first).total_seconds() / span * (_RIGHT - _LEFT) for when in moments]


def _areas(trend: Sequence[Past], across: Sequence[float], name: str) -> list[Markup]:
    counts = [dict(past.devices) for past in trend]
    most = max(1, *(sum(each.values()) for each in counts))
    parts = _panel(_DEVICES, "Devices by band", most, trend, across)
    below = [0] * len(trend)
    marks = []
    for band in SEVERITIES:
        heights = [each.get(band, 0) for each in counts]
        above = [low + high for low, high in zip(below, heights, strict=True)]
        if any(heights):
            upper = _points(across, above, most, _DEVICES)
            lower = _points(across, below, most, _DEVICES)
            shape = _shape(upper, lower)
            parts.append(path(shape, f"area band-{band}", closed=True))
            if band == "critical":
                parts.append(hatched_path(name, shape))
        if heights[-1]:
            marks.append((_up(_DEVICES, below[-1] + heights[-1] / 2, most), band, heights[-1]))
        below = above
    return parts + _marks(marks)


def _shape(upper: list[tuple[float, float]], lower: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The outline of an area; that of one scan alone is a bar."""
    if len(upper) > 1:
        return [*upper, *reversed(lower)]
    (x, top), (_, bottom) = upper[0], lower[0]
    return [(x - 12, top), (x, top), (x, bottom), (x - 12, bottom)]


def _lines(trend: Sequence[Past], across: Sequence[float]) -> list[Markup]:
    counts = [dict(past.findings) for past in trend]
    most = max(1, *(each.get(severity, 0) for each in counts for severity in SEVERITIES))
    parts = _panel(_FINDINGS, "Open findings by severity", most, trend, across)
    marks = []
    for severity in SEVERITIES:
        heights = [each.get(severity, 0) for each in counts]
        points = _points(across, heights, most, _FINDINGS)
        if any(heights):
            line = points if len(points) > 1 else [(points[0][0] - 12, points[0][1]), points[0]]
            parts.append(path(line, f"line band-{severity}", dashes=_DASHES[severity]))
            marks.append((points[-1][1], severity, heights[-1]))
    return parts + _marks(marks)


def _panel(top: float, title: str, most: int, trend: Sequence[Past], across: Sequence[float]) -> list[Markup]:
    """The frame of a panel: what it shows, its two heights, and the days at its ends."""
    bottom = top + _HIGH
    parts = [
        text(0, top - 8, title),
        path([(_LEFT, top), (_RIGHT, top)], "axis"),
        path([(_LEFT, bottom), (_RIGHT, bottom)], "axis"),
        text(_LEFT - 4, top + 4, f"{most:,}", "number", "end", 10),
        text(_LEFT - 4, bottom + 4, "0", "number", "end", 10),
        text(_RIGHT, bottom + 14, f"{trend[-1].when:%Y-%m-%d}", "number", "end", 10),
    ]
    if across[0] < _RIGHT:
        parts.append(text(_LEFT, bottom + 14, f"{trend[0].when:%Y-%m-%d}", "number", size=10))
    parts += [path([(x, bottom), (x, bottom + 3)], "axis") for x in dict.fromkeys(across)]
    return parts


def _points(across: Sequence[float], heights: Sequence[int], most: int, top: float) -> list[tuple[float, float]]:
    return [(x, _up(top, height, most)) for x, height in zip(across, heights, strict=True)]


def _up(top: float, height: float, most: int) -> float:
    return top + _HIGH - height / most * _HIGH


def _marks(marks: list[tuple[float, str, int]]) -> list[Markup]:
    """The letters and the last numbers at the ends of the lines, moved apart where they would cover each other."""
    parts, above = [], float("-inf")
    for y, band, count in sorted(marks):
        above = max(y, above + _LEAST_APART)
        parts.append(text(_RIGHT + 5, above + 4, f"{LETTERS[band]} {count:,}", "number", size=10))
    return parts


def _told(trend: Sequence[Past]) -> str:
    first, last = trend[0], trend[-1]
    says = f"On {last.when:%Y-%m-%d}: {_counts(last.devices)} devices; {_counts(last.findings)} open findings."
    if len(trend) == 1:
        return says
    return (
        f"{counted(len(trend), 'scan')}. On {first.when:%Y-%m-%d}: {_counts(first.devices)} devices;"
        f" {_counts(first.findings)} open findings. {says}"
    )


def _counts(counts: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{count:,} {band}" for band, count in counts if count) or "no"
