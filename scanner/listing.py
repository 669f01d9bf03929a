"""A long table as text: what rich's tables do, for ten thousand rows in a fraction of the time, a line at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.color import ColorSystem
from rich.style import Style

from inventory.text import one_line

_BETWEEN = 2
_NARROWEST = 6
_NARROW = 100
_LONG_WORD = 20
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of text, however it came, and its style."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column. One that is `whole` is not folded while another can be; of one that is `unbroken` no word ever is.

    One that is `spare` is left out of a narrow table that is too wide.
    """

    head: str
    whole: bool = False
    spare: bool = False
    unbroken: bool = False


def lines(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, width: int, color: bool) -> Iterator[str]:
    """The table, ruled under its head; what does not fit its column goes on in the next line."""
    shown = [[one_line(cell.text, _LONGEST) for cell in row] for row in rows]
    measured = [_measured(column, texts) for column, texts in zip(columns, zip(*shown, strict=True), strict=True)]
    left = [
        at for at, column in enumerate(columns) if not (column.spare and width < _NARROW and _over(measured, width) > 0)
    ]
    widths = _fitted([measured[at] for at in left], width - _BETWEEN * (len(left) - 1))
    heads = [columns[at].head for at in left]
    yield from _row(heads, widths, ["bold"] * len(heads) if color else [])
    yield "─" * min(width, sum(widths) + _BETWEEN * (len(widths) - 1)) + "\n"
    for row, texts in zip(rows, shown, strict=True):
        yield from _row([texts[at] for at in left], widths, [row[at].style for at in left] if color else [])


@dataclass(frozen=True, slots=True)
class _Measured:
    """How wide a column wants to be, and how wide it has to be that no word of common length is broken."""

    wish: int
    least: int
    whole: bool = False
    unbroken: bool = False


def _measured(column: Column, texts: Sequence[str]) -> _Measured:
    wish = max(map(cell_len, (column.head, *texts)))
    longest = max(cell_len(word) for text in (column.head, *set(texts)) for word in text.split())
    least = wish if column.whole else longest if column.unbroken else min(longest, _LONG_WORD)
    return _Measured(wish, least, column.whole, column.unbroken)


def _over(measured: Sequence[_Measured], width: int) -> int:
    """By how much they are too wide together."""
    return sum(one.wish for one in measured) + _BETWEEN * (len(measured) - 1) - width


def _fitted(measured: Sequence[_Measured], room: int) -> list[int]:
    """As wide as they want to be; where that is too much, the widest are cut to one size.

    Words are kept if that does, else those of columns that are whole, else those of the unbroken ones, else none.
    """
    least = [one.least for one in measured]
    cut = [min(one.least, _NARROWEST) for one in measured]
    whole = [at for at, one in enumerate(measured) if one.whole or one.unbroken]
    unbroken = [at for at, one in enumerate(measured) if one.unbroken]
    for kept in (range(len(measured)), whole, unbroken, ()):
        floors = [least[at] if at in kept else cut[at] for at in range(len(measured))]
        limit = max(one.wish for one in measured)
        while limit > _NARROWEST and sum(_cut(measured, floors, limit)) > room:
            limit -= 1
        widths = _cut(measured, floors, limit)
        if sum(widths) <= room:
            break
    for at, one in enumerate(measured):  # what rounding left over
        if widths[at] < one.wish and sum(widths) < room:
            widths[at] += 1
    return widths


def _cut(measured: Sequence[_Measured], floors: Sequence[int], limit: int) -> list[int]:
    return [min(one.wish, max(limit, floor)) for one, floor in zip(measured, floors, strict=True)]


def _row(texts: Sequence[str], widths: Sequence[int], styles: Sequence[str]) -> Iterator[str]:
    folded = [_folded(text, width) for text, width in zip(texts, widths, strict=True)]
    for number in range(max(map(len, folded))):
        parts = []
        for at, pieces in enumerate(folded):
            piece = pieces[number] if number < len(pieces) else ""
            blank = " " * (widths[at] - cell_len(piece) + _BETWEEN)
            parts.append(f"{_painted(piece, styles[at]) if styles and piece else piece}{blank}")
        yield "".join(parts).rstrip() + "\n"


def _folded(text: str, width: int) -> list[str]:
    """The text in lines no wider than that, broken between words where it can be."""
    if cell_len(text) <= width:
        return [text]
    folded, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= width:
            line = longer
            continue
        if line:
            folded.append(line)
        line = word
        while cell_len(line) > width:
            piece = set_cell_size(line, width).rstrip() or line[0]
            folded.append(piece)
            line = line[len(piece) :]
    return [*folded, line] if line or not folded else folded


@lru_cache
def _codes(style: str) -> tuple[str, str]:
    before, _, after = Style.parse(style).render("\0", color_system=ColorSystem.STANDARD).partition("\0")
    return before, after


def _painted(text: str, style: str) -> str:
    before, after = _codes(style)
    return f"{before}{text}{after}"


def counted(number: int, of: int, what: str) -> str:
    """ "3 devices", or "3 of 10 devices" where there are more."""
    several = "" if of == 1 else "s"
    return f"{number:,} {what}{several}" if number == of else f"{number:,} of {of:,} {what}{several}"
