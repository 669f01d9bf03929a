"""The application: the list of devices, its filter, and the keys."""

import os
import re
from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from rich.console import Group
from rich.table import Table
from rich.terminal_theme import TerminalTheme
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Static

from inventory.errors import ConfigError
from scanner.browse.pages import DevicePage, whole
from scanner.browse.row_list import ListColumn, RowList
from scanner.browse.shelf import SORTS, Shelf
from scanner.columns import DEVICE
from scanner.filters import keys
from scanner.path_page import path_page
from scanner.rows import ListedDevice
from scanner.terminal import cell

_WIDE = 150
"""Columns from which on there is room beside the list."""
_EIGHT = [
    (0, 0, 0),
    (170, 30, 30),
    (20, 105, 20),
    (125, 80, 0),
    (40, 80, 170),
    (120, 40, 140),
    (0, 95, 115),
    (90, 90, 90),
]
_ON_LIGHT = TerminalTheme((247, 247, 247), (26, 26, 26), _EIGHT, _EIGHT)
"""The eight colours of a terminal as they can be read on a light ground: a ratio of 4.5 and more (WCAG 2.2, 1.4.3)."""
_OF_THE_LIST = ("filter", "leave_filter", "sort", "turn_order", "next", "copy")
_BEGINNING = re.compile(r"(?:^|(?<=\s))[-!]?([A-Za-z][A-Za-z_-]*)$")
KEYS = (
    ("↑ ↓ PgUp PgDn Home End", "move; also j k g G"),
    ("Enter", "open the device, or the finding"),
    ("Esc", "back; in the list: without the filter"),
    ("/", "filter: kind:camera severity>=high -site:harbour garage"),
    ("s  S", "sort by the next column; the other way round"),
    ("n  N", "the next and the one before, of devices or of findings"),
    ("Tab", "to the other pane, to scroll it"),
    ("a", "accept the finding that is open: owner, reason, last day; asks before it writes"),
    ("c", "copy the id of the device or the finding"),
    ("t", "dark or light"),
    ("?", "this help"),
    ("q", "leave"),
)


class Help(ModalScreen[None]):
    """The keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter", "dismiss", "close")]

    def compose(self) -> ComposeResult:
        """A line for each."""
        rows = Table.grid(padding=(0, 2))
        for key, what in KEYS:
            rows.add_row(Text(key, style="bold"), Text(what))
        with VerticalScroll(classes="dialog"):
            yield Static(Group(Text("Keys", style="bold"), Text(""), rows))


class FilterLine(Input):
    """Where a filter is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "to the list"),
        Binding("escape", "app.leave_filter", "all devices"),
    ]


class Browser(App[None]):
    """The list of devices; everything else is a screen above it."""

    TITLE = "Tocsin"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #head, #title { height: auto; max-height: 2; background: $panel; padding: 0 1; }
    #list { height: 1fr; }
    #devices { width: 3fr; padding: 0 1; }
    #beside { display: none; width: 2fr; border-left: solid $panel; padding: 0 1; }
    .-wide #beside { display: block; }
    #findings { padding: 0 1; }
    #about { height: 1fr; border-top: solid $panel; padding: 0 1; }
    #filter { display: none; border: none; height: 1; padding: 0 1; }
    #filter.open { display: block; }
    #wrong-filter { display: none; height: auto; padding: 0 1; }
    #wrong-filter.open { display: block; }
    Help, Confirm, AcceptForm { align: center middle; }
    .dialog { width: 90%; max-width: 84; height: auto; max-height: 95%; border: round $primary; padding: 0 1; background: $surface; }
    .dialog Input { margin-bottom: 1; background: $boost; }
    .label { color: $text-muted; }
    #page { height: 1fr; padding: 0 1; }
    VerticalScroll { scrollbar-size-vertical: 1; }
    .line { margin-top: 1; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", key_display="/"),
        Binding("s", "sort", "sort"),
        Binding("S", "turn_order", "turn", show=False),
        Binding("n", "next(1)", "next", show=False),
        Binding("N", "next(-1)", "previous", show=False),
        Binding("c", "copy", "copy id", show=False),
        Binding("escape", "leave_filter", "all", show=False),
        Binding("t", "light", "dark or light", show=False),
        Binding("question_mark", "help", "help", key_display="?"),
        Binding("q", "quit", "leave"),
    ]

    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self.shelf = shelf
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]
        self.ansi_theme_light = _ON_LIGHT
        self.theme = "textual-light" if _is_light() else "textual-dark"

    def compose(self) -> ComposeResult:
        """What stands on the screen, from the top."""
        yield Static(id="head")
        with Horizontal(id="list"):
            yield RowList(_columns(self.shelf.every), name="devices", empty="no device is meant by this filter")
            with VerticalScroll(id="beside", can_focus=False):
                yield Static(id="preview")
        yield Static(id="wrong-filter")
        yield FilterLine(id="filter", placeholder="kind:camera severity>=high -site:harbour garage", compact=True)
        yield Footer()

    def on_mount(self) -> None:
        """Show the first devices."""
        self.devices.show(self.shelf.rows)
        self.devices.focus()
        self._tell()

    @property
    def devices(self) -> "RowList[ListedDevice]":
        """The list."""
        return self.screen_stack[0].query_one("#devices", RowList)

    def _tell(self) -> None:
        shelf = self.shelf
        order = f"by {DEVICE[shelf.sorted_by].head}{', turned' if shelf.turned else ''}"
        where = f"scan {shelf.scan}" if shelf.scan else "newest records"
        parts = (("Tocsin", "bold"), "  ", cell(shelf.options.settings().city or where), f"  {shelf.counts}  {order}")
        self.screen_stack[0].query_one("#head", Static).update(Text.assemble(*parts))

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Say beside the list why the device under the cursor ranks where it does, where there is room."""
        if event.row_list is self.devices and self.size.width >= _WIDE:
            self.call_after_refresh(self._preview, event.at)

    def _preview(self, at: int) -> None:
        row = self.devices.chosen
        if row is None or at != self.devices.cursor:
            return  # it has gone on since
        known = whole(self, self.shelf, row)
        if known is not None:
            self.screen_stack[0].query_one("#preview", Static).update(Group(*path_page(known.assessment)))

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Open a device."""
        row = self.devices.chosen
        if type(event) is RowList.Opened and event.row_list is self.devices and row is not None:
            known = whole(self, self.shelf, row)
            if known is not None:
                self.push_screen(DevicePage(self.shelf, row, known, self._turned), self._back)

    def _back(self, _: None) -> None:
        """The list again, in which a score may have changed."""
        row = self.devices.chosen
        self._show(row.device.identity if row else "")

    def _turned(self, by: int) -> ListedDevice | None:
        if not 0 <= self.devices.cursor + by < len(self.devices.rows):
            return None
        self.devices.action_move(by)
        return self.devices.chosen

    def action_filter(self) -> None:
        """Open the line of the filter."""
        typed = self.query_one("#filter", Input)
        typed.add_class("open")
        typed.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Choose as it is typed; what cannot be read yet is said, and the list stays."""
        if event.input.id == "filter":
            self._choose(_without_beginning(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the list."""
        if event.input.id == "filter":
            self._choose(event.value)
            self.devices.focus()

    def action_leave_filter(self) -> None:
        """Show all devices again."""
        typed = self.query_one("#filter", Input)
        typed.value = ""
        typed.remove_class("open")
        self._choose("")
        self.devices.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key does anything here: most are of the list alone."""
        return len(self.screen_stack) == 1 or action not in _OF_THE_LIST

    def _choose(self, typed: str) -> None:
        wrong = self.query_one("#wrong-filter", Static)
        try:
            self.shelf.choose(typed)
        except ConfigError as error:
            wrong.update(cell(str(error), "bold red"))
            wrong.add_class("open")
            return
        wrong.remove_class("open")
        self._show()

    def _show(self, at: str = "") -> None:
        rows = self.shelf.rows
        found = next((number for number, row in enumerate(rows) if row.device.identity == at), 0) if at else 0
        self.devices.show(rows, found)
        self._tell()

    def action_sort(self) -> None:
        """By the next column."""
        self.shelf.sort(SORTS[(SORTS.index(self.shelf.sorted_by) + 1) % len(SORTS)])
        self._show()

    def action_turn_order(self) -> None:
        """The other way round."""
        self.shelf.sort(self.shelf.sorted_by, turned=not self.shelf.turned)
        self._show()

    def action_next(self, by: int) -> None:
        """The next device."""
        self.devices.action_move(by)

    def action_copy(self) -> None:
        """The id of the device under the cursor."""
        if self.devices.chosen is not None:
            text = self.devices.chosen.device.identity
            self.copy_to_clipboard(text)
            self.notify(f"copied: {cell(text).plain}", markup=False)

    def action_light(self) -> None:
        """Dark or light."""
        self.ansi_theme_light = _ON_LIGHT
        self.theme = "textual-light" if self.theme == "textual-dark" else "textual-dark"

    def action_help(self) -> None:
        """The keys."""
        if not isinstance(self.screen, Help):
            self.push_screen(Help())


def _columns(rows: Sequence[ListedDevice]) -> list[ListColumn[ListedDevice]]:
    """What stands in the list: of names and departments nothing, where nobody has written any down."""

    def column(name: str, **more: int) -> ListColumn[ListedDevice]:
        shown = DEVICE[name]
        return ListColumn(shown.head, shown.cell, shown.style, **more)

    def known(name: str, **more: int) -> list[ListColumn[ListedDevice]]:
        return [column(name, **more)] if any(DEVICE[name].cell(row) for row in rows) else []

    longest = max((len(row.device.address) for row in rows), default=7)
    return [
        column("score", width=5),
        column("band", width=8),
        column("address", width=min(max(longest, 7), 39)),
        column("device", share=3),
        *known("name", share=2, beyond=105),
        *known("department", share=2, beyond=125),
        column("worst", share=4),
        column("due", width=7, beyond=95),
    ]


def _without_beginning(typed: str) -> str:
    """What was typed so far, without a last word that may still become a key."""
    last = _BEGINNING.search(typed)
    unfinished = last is not None and any(key.startswith(last[1].casefold()) for key in keys(date.min))
    return typed[: last.start()] if last is not None and unfinished else typed


def _is_light() -> bool:
    """Whether the terminal says that its background is light (COLORFGBG, as rxvt, Konsole and others set it)."""
    return os.environ.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")
