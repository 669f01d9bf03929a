"""Where results go: to standard output, or to files of which nobody ever sees a half."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inventory.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from inventory.report import Report
    from scanner.audiences.page import Page
    from scanner.city import City
    from scanner.edition import Edition
    from scanner.options import Options
    from scanner.report import Format


_NO_PAGER = "scanner.output.no_pager"
to_files = click.option(
    "-o",
    "--output",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write FILE; its suffix names the format (.html, .json, .csv …; `tocsin report --help` lists all). May be given several times.",
)
"""The option of every command that can write a report to files."""


def write(text: str) -> None:
    """Write to standard output; when the reader has gone away, the rest goes nowhere, quietly."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        let_go_of_stdout()
    except OSError as error:
        let_go_of_stdout()
        raise ConfigError(f"cannot write to standard output: {error.strerror}") from error


def let_go_of_stdout() -> None:
    """Point standard output at nothing, so that Python has no broken pipe to complain of when it ends."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def pager_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option of what is longer than a screen."""
    return click.option(
        "--no-pager",
        is_flag=True,
        expose_value=False,
        callback=_without_pager,
        help="Print at once, however long it is.",
    )(command)


def _without_pager(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.meta[_NO_PAGER] = value


def show_text(pieces: Iterable[str]) -> None:
    """Write text that may be longer than a screen: on a terminal through the reader's pager, unless the command was told --no-pager."""
    from scanner.pager import page

    context = click.get_current_context(silent=True)
    if context is not None and context.meta.get(_NO_PAGER):
        for piece in pieces:
            write(piece)
    else:
        page(pieces, write)


def show(*parts: RenderableType, paged: bool = False) -> None:
    """Write these below one another, as wide and as colourful as standard output is; what is `paged` may be longer than a screen."""
    from scanner.terminal import printed, wants_color, width_of

    text = printed(*parts, width=width_of(sys.stdout), color=wants_color(sys.stdout))
    if paged:
        show_text(text.splitlines(keepends=True))
    else:
        write(text)


def show_report(report: Report) -> None:
    """Write the text report, as wide and as colourful as standard output is."""
    from scanner.edition import Edition
    from scanner.report import text
    from scanner.terminal import wants_color, width_of

    show_text(text.render(Edition(report), width=width_of(sys.stdout), color=wants_color(sys.stdout)))


def show_page(page: Page) -> None:
    """Write a page for those who are no technicians, as wide and as colourful as standard output is."""
    from scanner.audiences.rendering import txt
    from scanner.terminal import wants_color, width_of

    for piece in txt.render(page, width=width_of(sys.stdout), color=wants_color(sys.stdout)):
        write(piece)


class Outputs:
    """The files that -o named, each with its format. Made before a scan begins, so that a name that cannot be followed costs no night."""

    def __init__(self, paths: Iterable[Path], choose: Callable[[Path], Format] | None = None) -> None:
        from scanner.report import format_for

        self._formats: dict[Path, Format] = {path: (choose or format_for)(path) for path in paths}
        for path in self._formats:
            if not path.parent.is_dir():
                raise ConfigError(f"cannot write {path}: there is no folder {path.parent}")
            if path.is_dir():
                raise ConfigError(f"cannot write {path}: it is a folder")
            if not os.access(path if path.exists() else path.parent, os.W_OK):
                raise ConfigError(f"cannot write {path}: {os.strerror(errno.EACCES)}")

    def write(self, report: Report, city: City, options: Options, *, kept: bool = True) -> None:
        """Render and save a ranked report in each, with its history where a format tells it; raises as `write_edition` does."""
        if self._formats:
            from scanner.editing import edition

            self.write_edition(edition(report, city, options, history=self.history and kept), kept=kept)

    @property
    def any(self) -> bool:
        """Whether a file was named at all."""
        return bool(self._formats)

    @property
    def history(self) -> bool:
        """Whether one of the formats tells of the scans before."""
        return any(one.history for one in self._formats.values())

    def write_edition(self, edition: Edition, *, kept: bool = True) -> None:
        """Render and save each; `ConfigError` when all have been tried and some cannot be written. `kept` says whether the scan can be had again."""
        failures = []
        for path, chosen in self._formats.items():
            try:
                save(path, chosen.render(edition))
            except ConfigError as error:
                failures.append(str(error))
        if failures:
            if kept:
                failures.append(f"the scan is kept: `tocsin report {edition.report.scan.id} -o FILE` writes it again")
            raise ConfigError("; ".join(failures))


def save(path: Path, text: str | Iterable[str]) -> None:
    """Put `text`, or its pieces, at `path` whole or not at all; a new file is its owner's alone, one that is replaced keeps its mode."""
    pieces = (text,) if isinstance(text, str) else text
    path = Path(os.path.realpath(path))
    try:
        if path.exists() and not path.is_file():  # a pipe or a device: there is nothing to replace
            with path.open("w", encoding="utf-8") as stream:
                stream.writelines(pieces)
            return
        beside, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(beside, "w", encoding="utf-8") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
                if path.exists():
                    os.fchmod(file.fileno(), path.stat().st_mode)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
