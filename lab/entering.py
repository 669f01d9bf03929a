"""Runs a command where the scanner stands: inside the namespace of a city that is up, or here where the city stands on loopback addresses."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab import progress
from lab.city import CityError
from lab.namespace import tool
from lab.running import NOTES, Note


def command(city: Note, wanted: Sequence[str]) -> list[str]:
    """The command line that runs `wanted` (nothing: a shell) in the scanner's place of a city; raises `CityError`."""
    return [*_prefix(city), *(wanted or [os.environ.get("SHELL") or "/bin/sh"])]


def environment(city: Note) -> dict[str, str]:
    """The environment of such a command: this one, with our own programs on the path, and an inventory and an audit trail of the lab's own.

    What a scan of fakes finds is no part of the real city's inventory; an exercise has one of its own. Raises `CityError` where there can be none.
    """
    folder = Path(city.keep).parent if city.keep else progress.home()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CityError(
            f"cannot make {folder}: {error.strerror}; name a folder of your own in XDG_STATE_HOME"
        ) from error
    own = {"TOCSIN_STORE": str(folder / "inventory.db"), "TOCSIN_AUDIT": str(folder / "audit.jsonl")}
    programs = str(Path(sys.executable).parent)
    places = os.environ.get("PATH", os.defpath)
    path = places if programs in places.split(os.pathsep) else f"{programs}{os.pathsep}{places}"
    return {**own, **os.environ, "PATH": path, NOTES: str(city.file.parent)}


def enter(city: Note, wanted: Sequence[str]) -> None:
    """Become that command; raises `CityError` where it cannot be run."""
    line = command(city, wanted)
    surroundings = environment(city)
    try:
        os.execvpe(line[0], line, surroundings)
    except OSError as error:
        raise CityError(f"cannot run {line[0]}: {error.strerror}") from error


def told(city: Note, surroundings: Mapping[str, str]) -> str:
    """A sentence on where a shell stands."""
    return f"You stand in the network of the city {city.network}; its inventory is {surroundings['TOCSIN_STORE']}. exit leaves."


def _prefix(city: Note) -> list[str]:
    if city.mode != "namespace":
        return []
    inside = city.others[-1].pid  # the process that holds the scanner's namespace open
    return [tool("nsenter"), *_own_user(inside), "-n", "-t", str(inside)]


def _own_user(pid: int) -> list[str]:
    """What nsenter(1) is told where the city stands in a user namespace of its own."""
    ours, theirs = (Path(f"/proc/{one}/ns/user").readlink() for one in ("self", pid))
    return ["--preserve-credentials", "-U"] if ours != theirs else []
