"""What was done to whom, and by whose leave: JSON lines that are only ever appended, each bound to the one before it by its hash.

A line's `hash` is the SHA-256 of the previous line's hash and of the line itself in canonical form without its `hash`; the first line follows sixty-four
zeros. A changed, inserted or removed line breaks the chain for whoever verifies it. (Lines cut off at the very end leave no trace in the file itself; to
notice that, keep the last hash elsewhere.) A process that is killed may leave half a line: it stays as it is, and the next run says so in a line of its own
that carries the half line's hash. What has been kept for as long as it is to be can be deleted from the beginning (`scanner.shortening`). No request, answer,
password or community is ever in it: of what was said it has the templates' names.
"""

import fcntl
import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from inventory.errors import StoreError
from inventory.text import one_line
from scanner.chain import GENESIS, sealed, tail
from scanner.shortening import shortened_beside


class Audit:
    """The audit file of one run, locked until `close`; raises `StoreError` when it is another run's, cannot be written, or the disk is full."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failure = ""
        self._head = GENESIS
        self._file = _opened(path)
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

    def shorten(self, before: datetime, now: datetime) -> int:
        """Delete the lines at the beginning that are older than `before`, and put on record how many; the number of them. The file is replaced as a whole."""
        self.ready()
        try:
            shortened = shortened_beside(self._path, before, now, self._head)
            if shortened is None:
                return 0
            os.close(self._file)
            self._file, self._head = shortened.file, shortened.head
        except OSError as error:
            raise StoreError(f"the audit file {self._path} cannot be shortened: {error.strerror}") from error
        return shortened.deleted

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
            self._lock()
        except OSError as error:
            raise StoreError(
                f"the audit file {self._path} is in use by another scan; wait for it, or give this one its own file"
            ) from error
        try:
            self._head, torn, whole = tail(self._file)
        except (ValueError, OSError) as error:
            raise StoreError(f"the audit file {self._path} cannot be continued: {error}; name another file") from error
        if torn:
            ending = b"\n" if not torn.endswith(b"\n") else b""
            noted = {"torn_bytes": len(torn + ending), "torn_sha256": hashlib.sha256(torn + ending).hexdigest()}
            self._append({"segment": "the line before was torn by a run that was killed"} | noted, before=ending)
        elif not whole:
            self._write(b"\n")

    def _lock(self) -> None:
        """Lock the file that is at the path: whoever shortened it meanwhile has put another there."""
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        while not _is_at(self._path, self._file):
            os.close(self._file)
            self._file = _opened(self._path)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _append(self, record: Mapping[str, Any], before: bytes = b"") -> None:
        self.ready()
        line, head = sealed(record, self._head)
        self._write(before + line + b"\n")
        self._head = head

    def _write(self, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            self._failure = f"the audit file {self._path} cannot be written: {error.strerror}; the scan stops here"
            raise StoreError(self._failure) from error


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"the audit file {path} cannot be opened: {error.strerror}") from error


def _is_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False
