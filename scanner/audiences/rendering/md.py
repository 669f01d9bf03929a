"""The page as Markdown."""

import re
from collections.abc import Iterator

from inventory.text import one_line
from scanner.audiences.page import Bars, Block, Card, Figures, Heading, Page, Paragraph, Points, Table, Terms

SUFFIX = ".md"
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-!|~$&=@:])")
_HARMLESS = re.compile(r"\\([-()!+=:](?!/))")


def render(page: Page) -> Iterator[str]:
    """The blocks in their order, each followed by an empty line."""
    yield f"# {_text(page.title)}\n\n{_text(page.subtitle)}\n\n"
    for block in page.blocks:
        yield _block(block)
    for line in page.small_print:
        yield f"*{_text(line)}*\n\n"


def _block(block: Block, below: str = "##") -> str:  # noqa: PLR0911 - one return a kind of block
    match block:
        case Heading(text):
            return f"{below} {_text(text)}\n\n"
        case Paragraph(text, lead):
            return f"**{_text(text)}**\n\n" if lead else f"{_text(text)}\n\n"
        case Points(items, ordered):
            return _lines(f"{f'{number}.' if ordered else '-'} {_text(item)}" for number, item in enumerate(items, 1))
        case Figures(figures):
            return _lines(f"- **{_text(figure.value)}** {_text(figure.label)}" for figure in figures)
        case Table(caption, head, rows, numbers):
            rule = ["---", *(("---:" if numbers else "---") for _ in head[1:])]
            return f"**{_text(caption)}**\n\n" + _lines(_row(row) for row in (head, rule, *rows))
        case Bars(caption, bars):
            return f"**{_text(caption)}**\n\n" + _lines(f"- {_text(bar.label)}: {_text(bar.shown)}" for bar in bars)
        case Terms(rows):
            return _lines(f"- **{_text(term)}:** {_text(text)}" for term, text in rows)
        case Card(title, tag, _, blocks):
            return f"### {_text(title)} ({_text(tag)})\n\n" + "".join(_block(each, "####") for each in blocks)


def _row(cells: object) -> str:
    assert isinstance(cells, (tuple, list))
    return f"| {' | '.join(cell if set(cell) <= set('-:') and cell else _text(cell) for cell in cells)} |"


def _lines(lines: object) -> str:
    assert hasattr(lines, "__iter__")
    return "\n".join(lines) + "\n\n"


def _text(text: str) -> str:
    """One line in which nothing is obeyed: no link, no image, no tag, no cell's end."""
    escaped = _SPECIAL.sub(r"\\\1", one_line(text, 4096))
    return re.sub(r"^(\d+)\.", r"\1\\.", _HARMLESS.sub(r"\1", escaped))
