"""Where a night's reports are put: a folder of its date, and `latest`, which leads to the newest. Nobody ever sees a half of a file or of the link."""

import hashlib
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path

from inventory.errors import ConfigError
from scanner.edition import Edition
from scanner.output import save
from scanner.report import format_named

LATEST = "latest"
UNFINISHED = ".unfinished"
"""Stands in the name of a report of a scan that did not end, before the suffix. No site's file name has a point of its own."""


class Shelf:
    """The folder of the dated folders, for reports of these sites in these formats. Raises `ConfigError` where it cannot be written."""

    def __init__(self, folder: Path, formats: Iterable[str], sites: Iterable[str]) -> None:
        self._folder = folder
        self._formats = tuple(format_named(name) for name in formats)
        self._names = file_names(sites)

    def place(self, night: date) -> Path:
        """The folder of that night."""
        return self._folder / night.isoformat()

    def require(self) -> None:
        """See that files can be made in it, before a packet is sent."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"cannot make the folder for reports {self._folder}: {error.strerror}") from error
        if not os.access(self._folder, os.W_OK | os.X_OK) or not self._folder.is_dir():
            raise ConfigError(f"cannot write into the folder for reports {self._folder}: make it this user's (chown)")
        link = self._folder / LATEST
        if link.exists() and not link.is_symlink():
            raise ConfigError(f"{link} is no link: move it aside, and the night makes it one to its newest reports")

    def put(self, site: str, night: date, edition: Edition) -> tuple[Path, ...]:
        """Write the reports of a site in place of those of the same night, and let `latest` lead there; all or the ones before stay."""
        self.require()
        place = self.place(night)
        name = self._names.get(site) or file_names([site])[site]
        ended = edition.report.scan.ended is not None
        paths = []
        try:
            place.mkdir(exist_ok=True)
            for chosen in self._formats:
                path = place / f"{name}{'' if ended else UNFINISHED}{chosen.suffix}"
                _sweep(place, path.name)
                save(path, chosen.render(edition))
                paths.append(path)
            if ended:
                _outlived(place, name, self._formats_of_unfinished(name))
            self._lead_to(night)
            _to_disk(place)
        except OSError as error:
            raise ConfigError(f"cannot write into {place}: {error.strerror}") from error
        return tuple(paths)

    def _formats_of_unfinished(self, name: str) -> tuple[str, ...]:
        return tuple(f"{name}{UNFINISHED}{chosen.suffix}" for chosen in self._formats)

    def _lead_to(self, night: date) -> None:
        """Swap the link in one step; one that leads to a later night stays."""
        link, beside = self._folder / LATEST, self._folder / f".{LATEST}.new"
        if link.is_symlink() and link.readlink().name > night.isoformat():
            return
        with suppress(FileNotFoundError):
            beside.unlink()
        beside.symlink_to(night.isoformat(), target_is_directory=True)
        beside.replace(link)
        _to_disk(self._folder)


def file_names(sites: Iterable[str]) -> dict[str, str]:
    """A file's name for each site: its letters and digits, with a mark where two sites would have the same."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for site in sites:
        name = re.sub(r"[^\w-]+", "-", site)[:80].strip("-") or "site"
        if name.casefold() in taken:
            name = f"{name}-{hashlib.sha256(site.encode()).hexdigest()[:6]}"
        taken.add(name.casefold())
        names[site] = name
    return names


def _sweep(place: Path, name: str) -> None:
    """Take away what a killed night left of a file that it had begun (`scanner.output.save` names them so)."""
    for left in place.glob(f".{name}.*"):
        left.unlink(missing_ok=True)


def _outlived(place: Path, name: str, unfinished: Iterable[str]) -> None:
    """Take away the reports of the scan from before it had ended."""
    for old in unfinished:
        _sweep(place, old)
        (place / old).unlink(missing_ok=True)


def _to_disk(folder: Path) -> None:
    """Bring the names in a folder to the disk: what is remembered as written must be found after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
