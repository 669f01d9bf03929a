"""What was done to whom, and by whose leave: JSON lines that are only ever appended, each bound to the one before it by its hash.

A line's `hash` is the SHA-256 of the previous line's hash and of the line itself in canonical form without its `hash`; the first line follows sixty-four
zeros. A changed, inserted or removed line breaks the chain for whoever verifies it. (Lines cut off at the very end leave no trace in the file itself; to
notice that, keep the last hash elsewhere.) A process that is killed may leave half a line: it stays as it is, and the next run says so in a line of its own
that carries the half line's hash. No request, answer, password or community is ever in it: of what was said it has the templates' names.
"""

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from inventory.errors import StoreError
from inventory.text import one_line

GENESIS = "0" * 64
_BLOCK = 65536
_MOST_TAIL = 1 << 20


@dataclass(frozen=True, slots=True)
class Verified:
    """How a file stands: its lines, the number of the first that does not hold (from 1, None: all hold), and why."""

    lines: int
    first_broken: int | None = None
    reason: str = ""


class Audit:
    """The audit file of one run, locked until `close`; raises `StoreError` when it is another run's, cannot be written, or the disk is full."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failure = ""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"the audit file {path} cannot be opened: {error.strerror}") from error
        try:
            if not stat.S_ISREG(os.fstat(self._file).st_mode):
                raise StoreError(f"the audit file {path} is a device or a pipe, which keeps nothing: name a file")
            self._begin()
        except BaseException:
            os.close(self._file)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def head(self) -> str:
        """The hash of the last line: kept elsewhere, it proves that none was cut off."""
        return self._head

    def ready(self) -> None:
        """Raise `StoreError` once a line could not be written: what cannot be audited is not done."""
        if self._failure:
            raise StoreError(self._failure)

    def line(  # noqa: PLR0913 - the fields of the line, all named by the caller
        self,
        *,
        when: datetime,
        target: str,
        protocol: str,
        outcome: str,
        said: Sequence[str] = (),
        bytes_out: int = 0,
        bytes_in: int = 0,
        connections: int = 0,
        rule: str = "",
        account: str = "",
    ) -> None:
        """Append what was done: the target ("10.0.0.1:80/tcp", or a network that was swept), the names of the templates said, how it ended, and the rule
        that allowed it. `account` is the name that was tried, never its password."""
        record = {
            "time": when.isoformat(timespec="milliseconds"),
            "target": one_line(target),
            "protocol": one_line(protocol),
            "said": [one_line(name) for name in said],
            "bytes_out": bytes_out,
            "bytes_in": bytes_in,
            "connections": connections,
            "outcome": one_line(outcome),
            "rule": one_line(rule),
        }
        self._append(record | ({"account": one_line(account)} if account else {}))

    def close(self) -> None:
        """Bring the lines to the disk and let another run have the file."""
        if self._file < 0:
            return
        try:
            if not self._failure:
                os.fsync(self._file)
        except OSError as error:
            raise StoreError(f"the audit file {self._path} cannot be brought to the disk: {error.strerror}") from error
        finally:
            os.close(self._file)
            self._file = -1
            self._failure = f"the audit file {self._path} is closed"

    def _begin(self) -> None:
        """Lock the file, find the line to go on from, and put what is torn behind it on record."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(
                f"the audit file {self._path} is in use by another scan; wait for it, or give this one its own file"
            ) from error
        try:
            self._head, torn, whole = _tail(self._file)
        except (ValueError, OSError) as error:
            raise StoreError(f"the audit file {self._path} cannot be continued: {error}; name another file") from error
        if torn:
            ending = b"\n" if not torn.endswith(b"\n") else b""
            noted = {"torn_bytes": len(torn + ending), "torn_sha256": hashlib.sha256(torn + ending).hexdigest()}
            self._append({"segment": "the line before was torn by a run that was killed"} | noted, before=ending)
        elif not whole:
            self._write(b"\n")

    def _append(self, record: Mapping[str, Any], before: bytes = b"") -> None:
        self.ready()
        line, head = _sealed(record, self._head)
        self._write(before + line + b"\n")
        self._head = head

    def _write(self, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            self._failure = f"the audit file {self._path} cannot be written: {error.strerror}; the scan stops here"
            raise StoreError(self._failure) from error


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
    return Verified(chain.lines, chain.first_broken, chain.reason)


@dataclass(slots=True)
class _Chain:
    """The lines as they are read; lines that are none are torn until the next good line has their hash."""

    lines: int = 0
    first_broken: int | None = None
    reason: str = ""
    head: str = GENESIS
    torn_from: int = 0
    torn: bytes = b""

    def follow(self, line: bytes) -> None:
        self.lines += 1
        if self.first_broken is not None:
            return
        record = _record(line)
        if record is None:
            self.torn_from, self.torn = self.torn_from or self.lines, self.torn + line
            return
        if self.torn_from and record.get("torn_sha256") != hashlib.sha256(self.torn).hexdigest():
            self.broken(self.torn_from, "it is no line of an audit file, and the next line does not account for it")
        elif record["previous"] != self.head:
            self.broken(self.lines, "it does not follow the line before it: a line was removed, inserted or moved")
        elif line.rstrip(b"\n") != _sealed(record, record["previous"])[0]:
            self.broken(self.lines, "it was changed after it was written")
        self.head, self.torn_from, self.torn = record["hash"], 0, b""

    def broken(self, line: int, reason: str) -> None:
        self.first_broken, self.reason = line, reason


def _sealed(record: Mapping[str, Any], head: str) -> tuple[bytes, str]:
    """The line of `record` after `head`, and its hash; a `hash` that `record` has already does not count."""
    body = {name: value for name, value in record.items() if name != "hash"} | {"previous": head}
    text = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(head.encode() + text).hexdigest()
    return text[:-1] + b',"hash":"' + digest.encode() + b'"}', digest


def _record(line: bytes) -> dict[str, Any] | None:
    """The record of a whole line; None for anything else."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or not all(isinstance(record.get(name), str) for name in ("hash", "previous")):
        return None
    return record


def _tail(file: int) -> tuple[str, bytes, bool]:
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
            record = _record(lines[at])
            if record is not None:
                return record["hash"], b"".join(lines[at + 1 :]), lines[-1].endswith(b"\n")
    if tail and (start > 0 or tail[:2] != b'{"'[: len(tail)]):
        raise ValueError("it holds something else than audit lines")
    return GENESIS, tail, not tail
