"""The reader's pager, for what is longer than their terminal: $TOCSIN_PAGER, else $PAGER, else less; "" and cat mean none."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from rich.cells import cell_len
from rich.text import Text


def page(pieces: Iterable[str], write: Callable[[str], None]) -> None:
    """Give the pieces to the pager if they are more than fits the terminal that standard output is, else to `write`."""
    command = _pager() if sys.stdout.isatty() and sys.stdin.isatty() else []
    rest, head = iter(pieces), list[str]()
    if command and _is_too_long(rest, head, shutil.get_terminal_size()) and _given(command, chain(head, rest)):
        return
    for piece in chain(head, rest):
        write(piece)


def _pager() -> list[str]:
    """The pager's command; none where nobody wants one, or it is not installed."""
    said = os.environ.get("TOCSIN_PAGER", os.environ.get("PAGER", "less"))
    try:
        command = shlex.split(said)
    except ValueError:  # quotes that are not closed
        return []
    wanted = bool(command) and os.path.basename(command[0]) != "cat" and os.environ.get("TERM") != "dumb"  # noqa: PTH119 - it may be no path
    return command if wanted and shutil.which(command[0]) else []


def _is_too_long(pieces: Iterator[str], taken: list[str], size: os.terminal_size) -> bool:
    """Whether the pieces are more than a terminal of that size can show; those that had to be `taken` to see it are kept."""
    left = size.lines - 1  # the shell's next line wants one
    for piece in pieces:
        taken.append(piece)
        left -= sum(max(1, -(-cell_len(Text.from_ansi(line).plain) // size.columns)) for line in piece.splitlines())
        if left < 0:
            return True
    return False


def _given(command: list[str], pieces: Iterator[str]) -> bool:
    """Whether the pager took them, be it that its reader had enough of them; where it cannot be started nothing is lost."""
    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
    except OSError:
        return False
    assert pager.stdin is not None
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pager
    try:
        with contextlib.suppress(BrokenPipeError), pager.stdin as stream:
            for piece in pieces:
                stream.write(piece.encode(errors="backslashreplace"))
        pager.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return True
