"""One writer at a time: a lock that the kernel drops with the process, however that ends."""

import fcntl
import os
import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from inventory.errors import StoreError

_EVERY = 0.05
_BUSY = (
    "another scan (process {holder}) is writing to the inventory beside {path};"
    " wait until it has ended, or name another inventory with --store"
)


class Lock:
    """An advisory lock on a file of its own, which names the process that holds it, and since when. The file stays, empty, when the lock is released.

    `left_by` says who had it before and ended without releasing it ("process 4711, since 2026-11-21 02:00 UTC"); "" where nobody did.
    """

    def __init__(self, path: Path, patience: float, busy: str = _BUSY) -> None:
        """`busy` is said where another has it: with its process as {holder}, when it took it as {since}, and {path}."""
        self._path = path
        self._busy = busy
        self._patience = patience
        self._file: int | None = None
        self.left_by = ""

    def acquire(self) -> None:
        """Take the lock, waiting up to `patience` seconds; `StoreError` names the process that has it. Taking it twice is taking it once."""
        if self._file is not None:
            return
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"cannot write {self._path}: {error.strerror}") from error
        try:
            self._wait_for(file)
            if (before := _entry(file))[0]:
                self.left_by = f"process {before[0]}, since {before[1]}"
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()} {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n".encode(), 0)
        except OSError as error:
            os.close(file)
            raise StoreError(f"cannot write {self._path}: {error.strerror}") from error
        except StoreError:
            os.close(file)
            raise
        self._file = file

    def release(self) -> None:
        """Let the next one have it; nothing where it is not held."""
        if self._file is not None:
            with suppress(OSError):
                os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def _wait_for(self, file: int) -> None:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder, since = _entry(file)
                    raise StoreError(
                        self._busy.format(holder=holder or "unknown", since=since, path=self._path)
                    ) from None
                time.sleep(_EVERY)
            else:
                return


def _entry(file: int) -> tuple[str, str]:
    """The process that wrote into the file last, and since when it had the lock; "" where nobody says."""
    found = re.fullmatch(r"(\d+)(?: (.+))?", os.pread(file, 60, 0).decode("ascii", "replace").strip())
    return (found[1], found[2] or "nobody knows when") if found else ("", "nobody knows when")
