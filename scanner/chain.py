"""A chain of JSON lines, each bound to the one before it by its hash: how a line is sealed, read, found at the end of a file, and verified.

A line's `hash` is the SHA-256 of the previous line's hash and of the line itself in canonical form without its `hash`; the first line follows GENESIS.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory.errors import StoreError

GENESIS = "0" * 64
CONTINUES = "continues"
"""In the first line of a file whose beginning was deleted: the hash that the second line follows."""
DELETED = "deleted_lines"
"""In that line: how many lines stood before it."""
VOUCHED = "vouches_for"
"""In a line at the end of the chain: the hash of the first line of a file whose beginning was deleted."""
_BLOCK = 65536
_MOST_TAIL = 1 << 20


@dataclass(frozen=True, slots=True)
class Verified:
    """How a file stands: its lines, the number of the first that does not hold (from 1, None: all hold), and why; `deleted` lines stood before them once."""

    lines: int
    first_broken: int | None = None
    reason: str = ""
    deleted: int = 0


def verify(path: Path) -> Verified:
    """Read the file and check every line's hash and its place in the chain; raises `StoreError` when it cannot be read."""
    chain = _Chain()
    try:
        with path.open("rb") as file:
            for line in file:
                chain.follow(line)
    except OSError as error:
        raise StoreError(f"the audit file {path} cannot be read: {error.strerror}") from error
    if chain.torn_from:
        chain.broken(chain.torn_from, "it is half a line: its writer was killed and no run followed, or it was changed")
    if chain.unvouched and chain.first_broken is None:
        chain.broken(1, "it says that lines before it were deleted, and no line after it bears that out")
    return Verified(chain.lines, chain.first_broken, chain.reason, chain.deleted)


@dataclass(slots=True)
class _Chain:
    """The lines as they are read; lines that are none are torn until the next good line has their hash.

    `deleted` is the number of lines that the first one says stood before it, and `unvouched` its hash until a later line vouches for it.
    """

    lines: int = 0
    first_broken: int | None = None
    reason: str = ""
    head: str = GENESIS
    torn_from: int = 0
    torn: bytes = b""
    deleted: int = 0
    unvouched: str = ""

    def follow(self, line: bytes) -> None:
        self.lines += 1
        if self.first_broken is not None:
            return
        record = record_of(line)
        if record is None:
            self.torn_from, self.torn = self.torn_from or self.lines, self.torn + line
            return
        if self.torn_from and record.get("torn_sha256") != hashlib.sha256(self.torn).hexdigest():
            self.broken(self.torn_from, "it is no line of an audit file, and the next line does not account for it")
        elif record["previous"] != self.head:
            self.broken(self.lines, "it does not follow the line before it: a line was removed, inserted or moved")
        elif line.rstrip(b"\n") != sealed(record, record["previous"])[0]:
            self.broken(self.lines, "it was changed after it was written")
        self.head, self.torn_from, self.torn = record["hash"], 0, b""
        if record.get(VOUCHED) == self.unvouched:
            self.unvouched = ""
        if self.lines == 1 and isinstance(record.get(CONTINUES), str) and isinstance(record.get(DELETED), int):
            self.head, self.unvouched, self.deleted = record[CONTINUES], record["hash"], record[DELETED]

    def broken(self, line: int, reason: str) -> None:
        self.first_broken, self.reason = line, reason


def sealed(record: Mapping[str, Any], head: str) -> tuple[bytes, str]:
    """The line of `record` after `head`, and its hash; a `hash` that `record` has already does not count."""
    body = {name: value for name, value in record.items() if name != "hash"} | {"previous": head}
    text = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(head.encode() + text).hexdigest()
    return text[:-1] + b',"hash":"' + digest.encode() + b'"}', digest


def record_of(line: bytes) -> dict[str, Any] | None:
    """The record of a whole line; None for anything else."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or not all(isinstance(record.get(name), str) for name in ("hash", "previous")):
        return None
    return record


def tail(file: int) -> tuple[str, bytes, bool]:
    """The hash to go on from, the bytes behind the last whole line, and whether the file ends where a line ends; reads no more than the end of it."""
    end = os.fstat(file).st_size
    start, tail = end, b""
    while start > 0 and len(tail) < _MOST_TAIL:
        size = min(_BLOCK, start)
        start -= size
        tail = os.pread(file, size, start) + tail
        lines = tail.splitlines(keepends=True)
        # The first piece may be the end of a longer line, unless the file begins with it.
        for at in range(len(lines) - 1, 0 if start else -1, -1):
            record = record_of(lines[at])
            if record is not None:
                return record["hash"], b"".join(lines[at + 1 :]), lines[-1].endswith(b"\n")
    if tail and (start > 0 or tail[:2] != b'{"'[: len(tail)]):
        raise ValueError("it holds something else than audit lines")
    return GENESIS, tail, not tail
