"""A file that is read from front to end once, in pieces: a regular one, a pipe, or one that gzip packed. Memory does not grow with it."""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from inventory.errors import ConfigError

LINE = 65536
"""Bytes of a line that a text file may have."""
_START = 4096
_PIECE = 1 << 20
_GZIP = b"\x1f\x8b"


class Broken(Exception):
    """The file does not go on as it should; what was read before stays true. The message is a sentence without a full stop."""


class Source:
    """An open file; a context manager. `told` is called with the bytes read of the file as it lies on the disk, once a megabyte.

    `size` is 0 where nobody knows it, `when` the time of its last change, 0.0 where it has none. `records` is for its reader to count in.
    """

    def __init__(self, path: Path, told: Callable[[int], None] = lambda _: None) -> None:
        self.path = path
        self.records = 0
        try:
            self._file = path.open("rb", buffering=0)
            about = os.fstat(self._file.fileno())
        except OSError as error:
            raise ConfigError(f"cannot read {path}: {error.strerror}") from error
        regular = stat.S_ISREG(about.st_mode)
        self.size = about.st_size if regular else 0
        self.when = about.st_mtime if regular else 0.0
        self._stream: Any = io.BufferedReader(_Counted(self._file, told), _PIECE)
        self._pushed = b""
        try:
            self.start = self._begin()
            if self.start.startswith(_GZIP):
                packed: Any = _Pushed(self._pushed, self._stream)  # it is only read, never sought in
                self._stream = gzip.GzipFile(mode="rb", fileobj=packed)
                self.start = self._begin()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "Source":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _begin(self) -> bytes:
        """The first bytes, which are read again afterwards."""
        try:
            self._pushed = b""
            self._pushed = self._read(_START)
        except Broken as error:
            raise ConfigError(f"cannot read {self.path}: {error}") from error
        return self._pushed

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        if self._pushed:
            given, self._pushed = self._pushed[:size], self._pushed[size:]
            return given if len(given) == size else given + self._read(size - len(given))
        return self._read(size)

    def _read(self, size: int) -> bytes:
        try:
            data: bytes = self._stream.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Broken(f"its compression is broken ({error})") from error
        except OSError as error:
            raise Broken(f"it cannot be read on ({error.strerror or error})") from error
        return data

    def skip(self, size: int) -> bool:
        """Pass over `size` bytes; whether there were so many."""
        while size > 0:
            passed = len(self.read(min(size, _PIECE)))
            if not passed:
                return False
            size -= passed
        return True

    def lines(self) -> Iterator[bytes]:
        """Each line without its end; `Broken` where one is longer than LINE."""
        rest = b""
        while piece := self.read(LINE):
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                self.records += 1
                yield line.rstrip(b"\r")
            if len(rest) > LINE:
                raise Broken(f"line {self.records + 1} is longer than {LINE:,} bytes")
        if rest:
            self.records += 1
            yield rest.rstrip(b"\r")


class _Counted(io.RawIOBase):
    """A raw file that tells how much of it was read."""

    def __init__(self, file: io.RawIOBase | io.FileIO, told: Callable[[int], None]) -> None:
        self._file = file
        self._told = told
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        got: int | None = self._file.readinto(buffer)
        self._count += got or 0
        self._told(self._count)
        return got


class _Pushed:
    """What gzip reads from: the bytes that were looked at already, then the rest."""

    def __init__(self, pushed: bytes, stream: Any) -> None:
        self._pushed = pushed
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if self._pushed:
            size = size if size >= 0 else len(self._pushed)
            given, self._pushed = self._pushed[:size], self._pushed[size:]
            return given
        data: bytes = self._stream.read(size)
        return data
