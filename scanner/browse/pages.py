"""The pages below the list: a device with its findings, and a finding."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Static

from inventory.errors import OperatorError
from inventory.findings import Finding
from inventory.known import Known
from scanner.browse.accepting import AcceptForm
from scanner.browse.row_list import ListColumn, RowList
from scanner.browse.shelf import Shelf
from scanner.path_page import finding_page
from scanner.rows import ListedDevice
from scanner.score import effective
from scanner.sheet import identity, outcomes, section
from scanner.terminal import BAND_STYLES, band, cell, name_of

Turn = Callable[[int], ListedDevice | None]
"""The device so many rows further on in the list; None at its ends."""


def whole(app: App[None], shelf: Shelf, row: ListedDevice) -> Known | None:
    """The device with its whole record; None where it cannot be read, and why has been said."""
    try:
        return shelf.whole(row)
    except OperatorError as error:
        app.notify(cell(error).plain, severity="error", markup=False)
        return None


def title(known: Known) -> Text:
    """Score, band, address and what it is."""
    score, device = known.assessment.score, known.assessment.device
    counted = Text.assemble(" ", band(score.band)) if known.assessment.counted else ""
    due = f"; due: {score.due}" if score.due else ""
    return Text.assemble(
        f"{score.value:.1f}", counted, "  ", cell(device.address, "bold"), "  ", cell(name_of(device)), due
    )


def _at(finding: Finding) -> str:
    return f"{finding.endpoint.port}/{finding.endpoint.transport}" if finding.endpoint.port else "-"


def _accepted(finding: Finding) -> str:
    return f"until {finding.accepted.until}" if finding.accepted else ""


FINDINGS: Sequence[ListColumn[Finding]] = (
    ListColumn("severity", lambda f: effective(f).label, lambda f: BAND_STYLES[effective(f)], width=8),
    ListColumn("port", _at, width=9),
    ListColumn("finding", lambda f: f.title, share=1),
    ListColumn("accepted", _accepted, width=16),
    ListColumn("id", lambda f: f.id, width=16, beyond=100),
)


class Page(Screen[None]):
    """What is common to both: the way back, the next and the one before, and the id for the clipboard."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,left,h", "dismiss", "back"),
        Binding("n", "turn(1)", "next"),
        Binding("N", "turn(-1)", "previous", show=False),
        Binding("c", "copy", "copy id"),
    ]

    def __init__(self, shelf: Shelf, row: ListedDevice, known: Known) -> None:
        super().__init__()
        self.shelf, self.row, self.known = shelf, row, known

    def copy(self, text: str) -> None:
        """Put an id onto the clipboard, as far as the terminal lets us (OSC 52), and say so."""
        self.app.copy_to_clipboard(text)
        self.notify(f"copied: {cell(text).plain}", markup=False)


class DevicePage(Page):
    """One device: its findings above, which open, and below all that is known of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "app.focus_next", "other pane")]

    def __init__(self, shelf: Shelf, row: ListedDevice, known: Known, turn: Turn) -> None:
        super().__init__(shelf, row, known)
        self._turn = turn

    def compose(self) -> ComposeResult:
        """Title, findings, the rest."""
        yield Static(id="title")
        yield RowList(FINDINGS, name="findings", empty="nothing found")
        with VerticalScroll(id="about"):
            yield Static(id="sheet")
        yield Footer()

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def _show(self, cursor: int = 0) -> None:
        known = self.known
        self.query_one("#title", Static).update(title(known))
        found = self.query_one("#findings", RowList)
        accepted = any(finding.accepted for finding in known.assessment.findings)
        found.columns = [column for column in FINDINGS if accepted or column.head != "accepted"]
        found.styles.height = min(len(known.assessment.findings), 9) + 2
        found.show(known.assessment.findings, cursor)
        parts: Iterable[RenderableType] = (*identity(known), *outcomes(known.assessment))
        self.query_one("#sheet", Static).update(Group(*parts))
        self.query_one("#about", VerticalScroll).scroll_home(animate=False)

    def on_screen_resume(self) -> None:
        """Come back from a finding, which may have been accepted meanwhile."""
        if self.is_mounted and (now := self.shelf.again(self.row)) is not self.row:
            self.row, self.known = now, whole(self.app, self.shelf, now) or self.known
            self._show(self.query_one("#findings", RowList).cursor)

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Open a finding."""
        if type(event) is RowList.Opened:
            self.app.push_screen(FindingPage(self.shelf, self.row, self.known, event.at))

    def action_turn(self, by: int) -> None:
        """The next device of the list."""
        row = self._turn(by)
        if row is None:
            self.notify("there is no other", timeout=2)
            return
        known = whole(self.app, self.shelf, row)
        if known is not None:
            self.row, self.known = row, known
            self._show()

    def action_copy(self) -> None:
        """Its id."""
        self.copy(self.row.device.identity)


class FindingPage(Page):
    """One finding: what was heard, why it is as grave as that, what ends it, and what says so."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "accept", "accept")]

    def __init__(self, shelf: Shelf, row: ListedDevice, known: Known, at: int) -> None:
        super().__init__(shelf, row, known)
        self._at = at

    @property
    def finding(self) -> Finding:
        """The one that is shown."""
        return self.known.assessment.findings[self._at]

    def compose(self) -> ComposeResult:
        """Title and page."""
        yield Static(id="title")
        with VerticalScroll(id="page"):
            yield Static(id="sheet")
        yield Footer()

    def on_mount(self) -> None:
        """Show it."""
        self._show()

    def _show(self) -> None:
        number = f"finding {self._at + 1} of {len(self.known.assessment.findings)}"
        self.query_one("#title", Static).update(Text.assemble(band(effective(self.finding)), "  ", number))
        parts = (
            *finding_page(self.known.assessment, self.finding),
            *section("Evidence"),
            cell(self.finding.evidence or "none"),
        )
        self.query_one("#sheet", Static).update(Group(*parts))
        self.query_one("#page", VerticalScroll).scroll_home(animate=False)

    def action_turn(self, by: int) -> None:
        """The next finding of the device."""
        if not 0 <= self._at + by < len(self.known.assessment.findings):
            self.notify("there is no other", timeout=2)
            return
        self._at += by
        self._show()

    def action_copy(self) -> None:
        """Its id."""
        self.copy(self.finding.id)

    def action_accept(self) -> None:
        """Ask who answers for it."""
        if self.finding.accepted is not None:
            self.notify(
                f"it is accepted already, until {self.finding.accepted.until}", severity="warning", markup=False
            )
            return
        self.app.push_screen(AcceptForm(self.shelf, self.row, self.finding), self._accepted)

    def _accepted(self, told: list[str] | None) -> None:
        if told is None:
            return
        self.row = self.shelf.again(self.row)
        self.known = whole(self.app, self.shelf, self.row) or self.known
        self._show()
        self.notify("\n".join(cell(line).plain for line in told[1:]), title="accepted", markup=False, timeout=10)
