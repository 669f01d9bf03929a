"""The form in which a finding is accepted: who answers for it, why and until when; shown once more before anything is written."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from inventory.errors import OperatorError
from inventory.findings import Finding
from scanner.acceptance import Word, read_word
from scanner.accepted import titled
from scanner.browse.shelf import Shelf
from scanner.rows import ListedDevice
from scanner.terminal import cell
from scanner.waiving import LONGEST_OWNER, LONGEST_REASON, latest

FIELDS = ("owner", "reason", "until")


class Confirm(ModalScreen[bool]):
    """What would be written, and where: only the key y writes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "yes, write it"),
        Binding("n,escape", "dismiss(False)", "no"),
    ]

    def __init__(self, shelf: Shelf, row: ListedDevice, finding: Finding, word: Word) -> None:
        super().__init__()
        self._said = (
            f"{row.device.address}: {finding.severity.label}, {titled(finding)}",
            f"accepted by {word.owner} until {word.until}: {word.reason}",
            f"It is written to the end of {shelf.options.waivers_path()}, for people to review; until that day it counts in no score.",
        )

    def compose(self) -> ComposeResult:
        """The sentences, and the two keys."""
        with Vertical(classes="dialog"):
            yield Static(Text("Live with this finding?", style="bold"))
            for line in self._said:
                yield Static(cell(line), classes="line")
            yield Static(Text.assemble(("y", "bold"), " write it   ", ("n", "bold"), " back"), classes="line")


class AcceptForm(ModalScreen[list[str] | None]):
    """Three fields; Enter goes on, Escape leaves without a trace."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "leave")]

    def __init__(self, shelf: Shelf, row: ListedDevice, finding: Finding) -> None:
        super().__init__()
        self._shelf, self._row, self._finding = shelf, row, finding
        self._writing = False

    def compose(self) -> ComposeResult:
        """The finding, the fields, and what is wrong with them."""
        last = latest(self._shelf.today)
        hints = ("a person or an office", "why the city lives with it", f"its last day, {last} at the latest")
        longest = (LONGEST_OWNER, LONGEST_REASON, 10)
        with Vertical(classes="dialog"):
            yield Static(Text("Accept a finding for a time", style="bold"))
            yield Static(cell(f"{self._row.device.address}: {titled(self._finding)}"), classes="line")
            for name, hint, most in zip(FIELDS, hints, longest, strict=True):
                yield Static(Text(name), classes="label")
                yield Input(placeholder=hint, id=name, max_length=most, compact=True)
            yield Static(id="wrong", classes="line")
            yield Static(Text.assemble(("Enter", "bold"), " goes on   ", ("Esc", "bold"), " leaves"))

    def on_mount(self) -> None:
        """Begin with the owner."""
        self.query_one("#owner", Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """To the next field, and from the last to the question."""
        at = FIELDS.index(event.input.id or FIELDS[0])
        if at + 1 < len(FIELDS):
            self.query_one(f"#{FIELDS[at + 1]}", Input).focus()
            return
        try:
            word = read_word(*(self.query_one(f"#{name}", Input).value for name in FIELDS))
        except OperatorError as error:
            self._say(str(error))
            return
        self._say("")
        question = Confirm(self._shelf, self._row, self._finding, word)
        self.app.push_screen(question, lambda sure: self._write(word) if sure else None)

    def _write(self, word: Word) -> None:
        if self._writing:
            return
        self._writing = True
        self._say("writing …")
        self.run_worker(lambda: self._accept(word), thread=True, exclusive=True)

    def _accept(self, word: Word) -> None:
        """In a thread of its own: it waits where somebody else writes."""
        try:
            told = self._shelf.accept(self._row, self._finding.id, word)
        except OperatorError as error:
            self.app.call_from_thread(self._failed, str(error))
        else:
            self.app.call_from_thread(self.dismiss, told)

    def _failed(self, why: str) -> None:
        self._writing = False
        self._say(why)

    def _say(self, what: str) -> None:
        self.query_one("#wrong", Static).update(cell(what, "bold red"))
