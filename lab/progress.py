"""How far a learner is with an exercise: kept in a folder of its own, beside the devices' settings and the inventory of its scans."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.city import CityError


@dataclass(frozen=True, slots=True)
class Progress:
    """The hints that were given, the phases that began (with what was done before, and true then), and the day it was passed."""

    hints: int = 0
    phases: int = 0
    noted: tuple[Mapping[str, Any], ...] = ()
    passed: str = ""


def home() -> Path:
    """$XDG_STATE_HOME/tocsin-lab, or ~/.local/state/tocsin-lab (XDG Base Directory Specification: a relative path is ignored)."""
    given = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".local" / "state") / "tocsin-lab"


def folder(number: int) -> Path:
    """Where all of an exercise is kept."""
    return home() / f"exercise-{number}"


def devices(number: int) -> Path:
    """Where the settings of an exercise's devices are kept."""
    return folder(number) / "devices"


def read(number: int) -> Progress | None:
    """How far it is; None where it was not begun. Raises `CityError` where the file was spoilt."""
    file = _file(number)
    try:
        said = json.loads(file.read_text())
        return Progress(**{**said, "noted": tuple(said["noted"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CityError(
            f"{file} is not what was kept there ({error}); begin anew with exercise {number} start --anew"
        ) from error


def write(number: int, progress: Progress) -> None:
    """Keep how far it is; raises `CityError`."""
    file = _file(number)
    new = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.write_text(json.dumps(asdict(progress), indent=1) + "\n")
        new.replace(file)
    except OSError as error:
        raise CityError(f"cannot keep the progress in {file}: {error.strerror}") from error


def forget(number: int) -> None:
    """Remove all that is kept of an exercise; raises `CityError`."""
    try:
        shutil.rmtree(folder(number))
    except FileNotFoundError:
        return
    except OSError as error:
        raise CityError(f"cannot remove {folder(number)}: {error.strerror}") from error


def _file(number: int) -> Path:
    return folder(number) / "progress.json"
