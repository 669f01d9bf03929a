"""The map of the segments: every device as a cell in the colour of its band, or a bar where there are too many of them."""

import ipaddress
from collections import Counter
from collections.abc import Iterable

from markupsafe import Markup

from inventory.model import Endpoint
from inventory.report import Assessment
from inventory.text import counted
from scanner.drawings.picture import (
    BANDS,
    LETTERS,
    NAMES,
    WIDTH,
    band_of,
    bar,
    box,
    briefly,
    hatch,
    legend,
    letter,
    nothing,
    picture,
    shortened,
    text,
    told,
    width_of,
)
from scanner.edition import Edition

TITLE = "Devices by segment"
SEGMENTS = 40
"""Segments that are drawn: of more, those with the worst devices, and the rest is summed up."""
CELLS = 1200
"""Devices that are drawn one by one; where there are more, each segment is a bar."""
_CELL = 15
_IN_ROW = WIDTH // _CELL
_HEAD = 18
_BAR, _NUMBERS = 108, 88
_NOWHERE = "without an IP address"


def draw(edition: Edition, name: str = "segments") -> Markup:
    """A block for each /24 (IPv6: /64), by address; from where its devices were reached is said where it is known and there is room."""
    found = _segments(edition.report.assessments)
    if not found:
        return nothing(name, TITLE, "No device was found.")
    shown = _worst(found)
    single = sum(len(found[one]) for one in shown) <= CELLS
    most = max(len(found[one]) for one in shown)
    parts, y = [hatch(name)], 0.0
    for segment in shown:
        block, high = _cells(y, segment, found[segment]) if single else _bar(y, segment, found[segment], most, name)
        parts += block
        y += high
    says = [f"{segment}: {told(_counts(found[segment]))}" for segment in shown]
    others = [device for segment, devices in found.items() if segment not in shown for device in devices]
    if others:
        label = counted(len(found) - len(shown), "other segment")
        says.append(f"{label}: {told(_counts(others))}")
        parts += _head(y, label, _counts(others))
        y += _HEAD + 4
    seen = {band for devices in found.values() for _, band in devices}
    key, high = legend(y + 2, [band for band in BANDS if band in seen])
    return picture(name, TITLE, f"{'; '.join(says)}.", y + 2 + high, [*parts, *key])


Placed = tuple[Assessment, str]


def _segments(assessments: Iterable[Assessment]) -> dict[str, list[Placed]]:
    """The devices of each segment with their bands, by address."""
    found: dict[str, list[Placed]] = {}
    for one in sorted(assessments, key=lambda one: (Endpoint(one.device.address, 0).sort_key, one.device.identity)):
        found.setdefault(_segment(one.device.address), []).append((one, band_of(one)))
    return found


def _segment(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return _NOWHERE
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 64}", strict=False))


def _worst(found: dict[str, list[Placed]]) -> list[str]:
    """The segments that are drawn, in their order."""

    def danger(segment: str) -> tuple[int, ...]:
        counts = _counts(found[segment])
        return tuple(-counts[band] for band in BANDS)

    drawn = set(sorted(found, key=danger)[:SEGMENTS])
    return [segment for segment in found if segment in drawn]


def _counts(devices: Iterable[Placed]) -> Counter[str]:
    return Counter(band for _, band in devices)


def _head(y: float, label: str, counts: Counter[str]) -> list[Markup]:
    numbers = f"{counts.total():,}: {briefly(counts)}"
    room = WIDTH - width_of(numbers, 11) - 8
    return [text(0, y + 12, shortened(label, room)), text(WIDTH, y + 12, numbers, "number", "end", 11)]


def _cells(y: float, segment: str, devices: list[Placed]) -> tuple[list[Markup], float]:
    """A segment with its devices one by one, and how high that is."""
    parts, top = _head(y, segment, _counts(devices)), y + _HEAD
    vantages = sorted({vantage for one, _ in devices for vantage in one.context.vantages})
    if vantages:
        parts.append(text(0, top + 8, shortened(f"reached from {', '.join(vantages)}", WIDTH, 10), "number", size=10))
        top += 14
    for at, (one, band) in enumerate(devices):
        row, column = divmod(at, _IN_ROW)
        x, at_y = column * _CELL, top + row * _CELL
        parts.append(box(x, at_y, _CELL - 2, _CELL - 2, f"cell band-{band}", f"{one.device.address}: {NAMES[band]}"))
        parts.append(letter(x + _CELL / 2 - 1, at_y + 10, band))
    return parts, top - y + (len(devices) + _IN_ROW - 1) // _IN_ROW * _CELL + 8


def _bar(y: float, segment: str, devices: list[Placed], most: int, name: str) -> tuple[list[Markup], float]:
    """A segment in one line: its bar, how many devices it has, and how many of them are of its worst band."""
    counts = _counts(devices)
    worst = next(band for band in BANDS if counts[band])
    parts = [(f"band-{band}", counts[band], f"{segment}: {counts[band]:,} {NAMES[band]}") for band in BANDS]
    drawn = [
        text(0, y + 11, shortened(segment, _BAR - 4, 11), size=11),
        *bar(name, _BAR, y + 1, WIDTH - _BAR - _NUMBERS, parts, most),
        text(WIDTH, y + 11, f"{counts[worst]:,} {LETTERS[worst]} of {len(devices):,}", "number", "end", 11),
    ]
    return drawn, 18
