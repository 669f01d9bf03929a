"""A list of rows of which only those on the screen are ever drawn, so that ten thousand cost no more than ten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from inventory.text import one_line

T = TypeVar("T")
_BETWEEN = 2
_CURSOR = Style(reverse=True)
_HEAD = Style(bold=True)


@dataclass(frozen=True, slots=True)
class ListColumn(Generic[T]):
    """A column: its head, its text and style, how wide it is (0: `share` parts of what is left), and up to which width of the list it is left out."""

    head: str
    text: Callable[[T], str]
    style: Callable[[T], str] = lambda _: ""
    width: int = 0
    share: int = 1
    beyond: int = 0


class RowList(ScrollView, Generic[T], can_focus=True):
    """The rows and a cursor among them; Enter opens the row that it stands on. Texts are cut to their columns, and nothing in them is obeyed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "page up", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
        Binding("home,g", "edge(0)", "first", show=False),
        Binding("end,G", "edge(-1)", "last", show=False),
        Binding("enter", "open", "open"),
    ]
    DEFAULT_CSS = "RowList { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }"

    class Opened(Message):
        """The row under the cursor was opened."""

        def __init__(self, row_list: "RowList[Any]", at: int) -> None:
            super().__init__()
            self.row_list, self.at = row_list, at

        @property
        def control(self) -> Widget:
            """The list."""
            return self.row_list

    class Moved(Opened):
        """The cursor stands on another row."""

    def __init__(self, columns: Sequence[ListColumn[T]], *, name: str, empty: str = "nothing") -> None:
        super().__init__(id=name)
        self.columns = columns
        self._empty = empty
        self.rows: Sequence[T] = ()
        self.cursor = 0

    def show(self, rows: Sequence[T], cursor: int = 0) -> None:
        """Show these rows, with the cursor on one of them."""
        self.rows = rows
        self.cursor = max(0, min(cursor, len(rows) - 1))
        self.virtual_size = Size(0, len(rows) + 1)
        self.action_move(0)
        self.refresh()

    @property
    def chosen(self) -> T | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the head, which stays, or a row."""
        width, base = self.scrollable_content_region.width, self.rich_style
        at = self.scroll_offset.y + y - 1
        if y == 0:
            return self._strip([(column.head, _HEAD) for column in self.columns], width, base)
        if not self.rows and y == 1:
            return Strip([Segment(self._empty, base)]).adjust_cell_length(width, base)
        if at >= len(self.rows):
            return Strip.blank(width, base)
        row = self.rows[at]
        cells = [(one_line(c.text(row), 512), Style.parse(c.style(row))) for c in self.columns]
        strip = self._strip(cells, width, base)
        return strip.apply_style(_CURSOR) if at == self.cursor else strip

    def _strip(self, cells: Sequence[tuple[str, Style]], width: int, base: Style) -> Strip:
        segments = []
        for (text, style), wide in zip(cells, self._widths(width), strict=True):
            if wide:
                segments += [Segment(_cut(text, wide), base + style), Segment(" " * _BETWEEN, base)]
        return Strip(segments).adjust_cell_length(width, base)

    def _widths(self, width: int) -> list[int]:
        """How wide each column is, 0 for one that is left out."""
        shown = [column for column in self.columns if width > column.beyond]
        left = width - sum(column.width for column in shown) - _BETWEEN * (len(shown) - 1)
        shares = sum(column.share for column in shown if not column.width) or 1
        return [
            0 if column not in shown else column.width or max(4, left * column.share // shares)
            for column in self.columns
        ]

    def action_move(self, by: int) -> None:
        """Move the cursor, and the list with it."""
        before, self.cursor = self.cursor, max(0, min(self.cursor + by, len(self.rows) - 1))
        top, seen = self.scroll_offset.y, max(1, self.size.height - 1)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True, immediate=True)
        elif self.cursor >= top + seen:
            self.scroll_to(y=self.cursor - seen + 1, animate=False, force=True, immediate=True)
        self.refresh()
        if self.rows and (by == 0 or before != self.cursor):
            self.post_message(self.Moved(self, self.cursor))

    def action_page(self, pages: int) -> None:
        """A screen up or down."""
        self.action_move(pages * max(1, self.size.height - 2))

    def action_edge(self, at: int) -> None:
        """To the first or the last row."""
        self.action_move((at % max(1, len(self.rows))) - self.cursor)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.rows:
            self.post_message(self.Opened(self, self.cursor))

    def on_resize(self, _: events.Resize) -> None:
        """Keep the cursor on the screen."""
        self.virtual_size = Size(0, len(self.rows) + 1)
        self.action_move(0)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where somebody clicks; a second click opens."""
        at = self.scroll_offset.y + event.y - 1
        if event.y and 0 <= at < len(self.rows):
            same = at == self.cursor
            self.action_move(at - self.cursor)
            if same:
                self.action_open()


def _cut(text: str, width: int) -> str:
    return set_cell_size(text, width) if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…"
