"""Keeps what is set on the devices of a city, a file for each, so that they come up again as they were left."""

import json
import os
from dataclasses import replace
from pathlib import Path

from lab.city import CityError
from lab.plan import Placed, Plan, reconfigured
from lab.settings import SettingError


def recalled(plan: Plan, folder: Path) -> Plan:
    """The city as it was left; raises `CityError` where a file is not what was kept."""
    return replace(plan, placed=tuple(_recalled(one, folder / f"{one.name}.json") for one in plan.placed))


def keep(folder: Path, placed: Placed) -> None:
    """Keep the settings of one device; raises `CityError`."""
    file = folder / f"{placed.name}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = file.with_suffix(".new")
        new.write_text(json.dumps(dict(placed.chosen), indent=1) + "\n")
        new.chmod(0o600)  # a password that a learner chose
        os.replace(new, file)  # noqa: PTH105 - Path.replace is the same
    except OSError as error:
        raise CityError(f"cannot keep the settings of {placed.name} in {folder}: {error.strerror}") from error


def _recalled(placed: Placed, file: Path) -> Placed:
    try:
        chosen = json.loads(file.read_text())
        if not (isinstance(chosen, dict) and all(isinstance(value, str) for value in chosen.values())):
            raise ValueError("no JSON object of strings")
        return reconfigured(placed, chosen)
    except FileNotFoundError:
        return placed
    except (OSError, ValueError, SettingError) as error:
        raise CityError(
            f"{file} does not hold the settings of {placed.name}: {error}; remove it to begin anew"
        ) from error
