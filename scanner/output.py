"""Where results go: to standard output, or to files of which nobody ever sees a half."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inventory.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from inventory.report import Report
    from scanner.report import Render


to_files = click.option(
    "-o",
    "--output",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write FILE; its suffix names the format (.json, .txt). May be given several times.",
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


def show(*parts: RenderableType) -> None:
    """Write these below one another, as wide and as colourful as standard output is."""
    from scanner.terminal import printed, wants_color, width_of

    write(printed(*parts, width=width_of(sys.stdout), color=wants_color(sys.stdout)))


def show_report(report: Report) -> None:
    """Write the text report, as wide and as colourful as standard output is."""
    from scanner.report import text
    from scanner.terminal import wants_color, width_of

    write(text.render(report, width=width_of(sys.stdout), color=wants_color(sys.stdout)))


class Outputs:
    """The files that -o named, each with its format. Made before a scan begins, so that a name that cannot be followed costs no night."""

    def __init__(self, paths: Iterable[Path]) -> None:
        from scanner.report import render_for

        self._renders: dict[Path, Render] = {path: render_for(path.suffix) for path in paths}
        for path in self._renders:
            if not path.parent.is_dir():
                raise ConfigError(f"cannot write {path}: there is no folder {path.parent}")
            if path.is_dir():
                raise ConfigError(f"cannot write {path}: it is a folder")
            if not os.access(path if path.exists() else path.parent, os.W_OK):
                raise ConfigError(f"cannot write {path}: {os.strerror(errno.EACCES)}")

    def write(self, report: Report, *, kept: bool = True) -> None:
        """Render and save each; `ConfigError` when all have been tried and some cannot be written. `kept` says whether the scan can be had again."""
        failures = []
        for path, render in self._renders.items():
            try:
                save(path, render(report))
            except ConfigError as error:
                failures.append(str(error))
        if failures:
            if kept:
                failures.append(f"the scan is kept: `tocsin report {report.scan.id} -o FILE` writes it again")
            raise ConfigError("; ".join(failures))


def save(path: Path, text: str) -> None:
    """Put `text` at `path` whole or not at all; a new file is its owner's alone, one that is replaced keeps its mode."""
    path = Path(os.path.realpath(path))
    try:
        if path.exists() and not path.is_file():  # a pipe or a device: there is nothing to replace
            path.write_text(text, encoding="utf-8")
            return
        beside, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(beside, "w", encoding="utf-8") as file:
                file.write(text)
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
