"""Deletes the beginning of an audit file, and puts on record that it did.

The new first line says how many lines stood before it and what the hash of the last of them was, which the second line follows; a new last line vouches for
the first. So what is left verifies as before, and a beginning that somebody else cut off does not.
"""

import contextlib
import fcntl
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NamedTuple

from scanner.chain import CONTINUES, DELETED, GENESIS, VOUCHED, record_of, sealed

_BLOCK = 1 << 20


class Shortened(NamedTuple):
    """The new file, open and locked, the hash of its last line, and how many lines were deleted now."""

    file: int
    head: str
    deleted: int


class _Cut(NamedTuple):
    """Where what is kept begins, how many lines stand before it, how many had been deleted before, and the hash of the last line before it."""

    at: int
    lines: int
    before: int
    last: str


def shortened_beside(path: Path, before: datetime, now: datetime, head: str) -> Shortened | None:
    """Replace the file at `path`, whose last hash is `head`, by one without the lines at its beginning that are older than `before`; None where there are none.

    Raises OSError; then the old file stays as it is.
    """
    path = Path(os.path.realpath(path))
    with path.open("rb") as old:
        cut = _cut(old, before.astimezone(UTC))
        if cut is None:
            return None
        beside, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            fcntl.flock(beside, fcntl.LOCK_EX | fcntl.LOCK_NB)
            head = _write(beside, old, cut, now, head)
            os.fsync(beside)
            Path(name).replace(path)
        except BaseException:
            os.close(beside)
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    fcntl.fcntl(beside, fcntl.F_SETFL, fcntl.fcntl(beside, fcntl.F_GETFL) | os.O_APPEND)
    return Shortened(beside, head, cut.lines)


def old_lines(path: Path, before: datetime) -> int:
    """How many lines would be deleted. Raises OSError."""
    with path.open("rb") as file:
        cut = _cut(file, before.astimezone(UTC))
    return cut.lines if cut else 0


def _cut(file: IO[bytes], before: datetime) -> _Cut | None:
    """Behind the last line of those at the beginning that are older; None where the first is not. What has no time goes with the next line that has."""
    cut, at, lines, earlier, last = None, 0, 0, 0, GENESIS
    for line in file:
        record = record_of(line) or {}
        when = _time(record.get("time"))
        if when is not None and when >= before:
            break
        at, lines, last = at + len(line), lines + 1, record.get("hash", last)
        if CONTINUES in record:
            earlier, lines, last = int(record[DELETED]), 0, record[CONTINUES]
        if when is not None:
            cut = _Cut(at, lines, earlier, last)
    return cut


def _time(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _write(file: int, old: IO[bytes], cut: _Cut, now: datetime, head: str) -> str:
    """The first line, what is kept, and the line that vouches for the first; returns the hash of the last line."""
    said = {
        "segment": "the lines before this one were deleted, because they had been kept for as long as they are to be"
    }
    first, name = sealed({**said, DELETED: cut.before + cut.lines, CONTINUES: cut.last}, GENESIS)
    with os.fdopen(os.dup(file), "wb") as new:
        new.write(first + b"\n")
        old.seek(cut.at)
        while block := old.read(_BLOCK):
            new.write(block)
        record = {
            "time": now.isoformat(timespec="milliseconds"),
            "segment": f"{cut.lines} lines were deleted from the beginning of this file",
            VOUCHED: name,
        }
        line, head = sealed(record, head)
        new.write(line + b"\n")
    return head
