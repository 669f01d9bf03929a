"""The live display: two bars, what is being asked now, and every device above them as soon as it is done."""

from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from inventory.text import one_line
from scanner.events import Asking, Assessed, Ended, Event, Heard, HostFound, Listening, Noted, Started, Swept
from scanner.terminal import band, ending, verdict, wants_color


class Live:
    """An observer on a terminal; nothing that a device says is read as markup or obeyed."""

    def __init__(self, stream: TextIO) -> None:
        color = wants_color(stream)
        self._console = Console(file=stream, no_color=not color, highlight=False, markup=False, emoji=False)
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[now]}", markup=False),
            console=self._console,
            transient=True,
        )
        self._sweep = self._bars.add_task("addresses", total=None, now="")
        self._devices = self._bars.add_task("devices", total=None, now="")
        self._found: set[str] = set()

    def __enter__(self) -> "Live":
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, event: Event) -> None:
        """Show it."""
        match event:
            case Started(addresses, ports, how):
                self._say(Text(one_line(f"Scanning {addresses:,} addresses, {ports:,} ports on each: {how}"), "bold"))
                self._bars.update(self._sweep, total=addresses)
            case Swept(done, addresses):
                self._bars.update(self._sweep, completed=done, total=addresses)
            case HostFound(address):
                self._found.add(address)
                self._bars.update(self._devices, total=len(self._found))
            case Asking(address, what):
                self._bars.update(self._devices, now=one_line(f"{address} {what}", 60))
            case Assessed(assessment):
                self._bars.advance(self._devices)
                worst = band(assessment.counted[0].severity) if assessment.counted else Text("-", "dim")
                self._say(Text.assemble(worst, " ", verdict(assessment)))
            case Noted(text):
                self._say(Text(one_line(f"note: {text}"), "yellow"))
            case Listening(what):
                self._say(Text(one_line(what), "bold"))
                self._bars.update(self._sweep, description="read", total=None)
                self._bars.update(self._devices, description="heard")
            case Heard(devices, done, total):
                self._bars.update(
                    self._sweep, completed=done >> 20, total=total >> 20 or None, now="MiB" if total else ""
                )
                self._bars.update(self._devices, completed=devices)
            case Ended(report):
                bands = [a.score.band for a in report.assessments if a.counted]
                self._say(Text(ending(len(report.assessments), bands), "bold"))

    def _say(self, line: Text) -> None:
        self._console.print(line)
