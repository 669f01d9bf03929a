"""One writer at a time: a lock that the kernel drops with the process, however that ends."""

import fcntl
import os
import time
from pathlib import Path

from inventory.errors import StoreError

_EVERY = 0.05
_BUSY = (
    "another scan (process {holder}) is writing to the inventory beside {path};"
    " wait until it has ended, or name another inventory with --store"
)


class Lock:
    """An advisory lock on a file of its own, which names the process that holds it. The file stays when the lock is released."""

    def __init__(self, path: Path, patience: float, busy: str = _BUSY) -> None:
        """`busy` is said where another has it: with its process as {holder}, and {path}."""
        self._path = path
        self._busy = busy
        self._patience = patience
        self._file: int | None = None

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
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
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
            os.close(self._file)
            self._file = None

    def _wait_for(self, file: int) -> None:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = os.pread(file, 20, 0).decode("ascii", "replace").strip() or "unknown"
                    raise StoreError(self._busy.format(holder=holder, path=self._path)) from None
                time.sleep(_EVERY)
            else:
                return
