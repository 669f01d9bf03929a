"""Keeps the record of a city in a file that is always whole: for a device that is a process of its own, and is asked by nobody else."""

import asyncio
import json
import os
from pathlib import Path

from lab.city import City, CityError

_PAUSE = 1.0
"""Seconds between two writings of what is no harm and no login."""


class Recorder:
    """Writes what happened to a city: at once when it is harmed or logged in to, and of all else once a second at most.

    The file of an earlier city is taken away before this one is up. Raises `CityError` where it cannot be written.
    """

    def __init__(self, city: City, path: Path) -> None:
        self._city = city
        self._path = path
        self._draft = path.with_name(f".{path.name}.{os.getpid()}")
        self._told = -1
        self._later: asyncio.TimerHandle | None = None
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise CityError(f"cannot write {path}: it is no ordinary file, and would be replaced by one")
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise CityError(f"cannot write {path}: {error.strerror}") from error

    def begin(self) -> None:
        """Write the first record, and go on from there."""
        self.write()
        self._city.watch(self._changed)

    def _changed(self) -> None:
        if self._city.told != self._told:
            self.write()
        elif self._later is None:
            self._later = asyncio.get_running_loop().call_later(_PAUSE, self.write)

    def write(self) -> None:
        """Put the present record in the place of the last one."""
        if self._later:
            self._later.cancel()
            self._later = None
        self._told = self._city.told
        try:
            self._draft.write_text(json.dumps(self._city.record(), indent=1, sort_keys=True) + "\n")
            self._draft.replace(self._path)
        except OSError as error:
            raise CityError(f"cannot write {self._path}: {error.strerror}") from error
