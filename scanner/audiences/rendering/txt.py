"""The page as plain text, as wide as a letter."""

from collections.abc import Iterator

from rich.bar import Bar as RichBar
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from scanner.audiences.page import Bars, Block, Card, Figures, Heading, Page, Paragraph, Points, Table, Terms
from scanner.terminal import cell, printed, table

SUFFIX = ".txt"
_BAR = 24


def render(page: Page, *, width: int = 100, color: bool = False) -> Iterator[str]:
    """The blocks in their order, `width` columns wide, with colour codes if `color`."""
    yield printed(*_parts(page), width=min(width, 100), color=color)


def _parts(page: Page) -> Iterator[RenderableType]:
    yield cell(page.title, "bold")
    yield cell(page.subtitle)
    for block in page.blocks:
        yield Text("")
        yield from _block(block)
    yield Text("")
    yield from (cell(line, "dim") for line in page.small_print)


def _block(block: Block) -> Iterator[RenderableType]:  # noqa: PLR0912 - one branch a kind of block
    match block:
        case Heading(text):
            yield cell(text.upper(), "bold")
        case Paragraph(text, lead):
            yield cell(text, "bold" if lead else "")
        case Points(items, ordered):
            for number, item in enumerate(items, 1):
                yield _hanging(f"{number}." if ordered else "-", cell(item))
        case Figures(figures):
            for figure in figures:
                yield _hanging(figure.value, cell(figure.label), 8)
        case Table(caption, head, rows, numbers):
            yield cell(caption, "bold")
            made = table(*head)
            for column in made.columns[1:] if numbers else ():
                column.justify = "right"
            for row in rows:
                made.add_row(*map(cell, row))
            yield made
        case Bars():
            yield from _bars(block)
        case Terms(rows):
            for term, text in rows:
                yield _hanging(f"{term}:", cell(text), 16)
        case Card(title, tag, _, blocks):
            yield Text.assemble(cell(f"[{tag}]"), " ", cell(title, "bold"))
            for each in blocks:
                yield from (Padding(part, (0, 0, 0, 3)) for part in _block(each))


def _bars(bars: Bars) -> Iterator[RenderableType]:
    yield cell(bars.caption, "bold")
    most = max((bar.value for bar in bars.bars), default=0) or 1
    grid = RichTable.grid(padding=(0, 2))
    for bar in bars.bars:
        grid.add_row(cell(bar.label), RichBar(most, 0, bar.value, width=_BAR), cell(bar.shown))
    yield grid


def _hanging(mark: str, text: RenderableType, width: int = 0) -> RenderableType:
    grid = RichTable.grid(padding=(0, 1))
    grid.add_column(min_width=width)
    grid.add_column()
    grid.add_row(cell(mark), text)
    return grid
