"""Reads what a learner hands in: reports, answers, and where the lab cannot be asked, its truth and record from files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from lab.commands.files import read_object
from lab.exercise import Exercise, Report

ANSWERS = Path("answers.txt")
SCHEMA = "tocsin-report/1"


class Missing(Exception):
    """Something is not handed in; the message says what, and how it is made."""


def reports(exercise: Exercise, given: Sequence[Path], *, complete: bool) -> dict[str, Report]:
    """The reports that an exercise asks for by name: the given files in their order, or those of the usual names here; raises `Missing`.

    Where it is not `complete`, because a part of the exercise has not begun, those that are not there are left out.
    """
    files = [*given, *(Path(name) for name in exercise.reports[len(given) :])]
    wanted = dict(zip(exercise.reports, files, strict=False))
    return {name: _report(file) for name, file in wanted.items() if complete or file.exists()}


def _report(file: Path) -> Report:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Missing(
            f"There is no {file} here: let a scan write it with -o {file}, or name it with --report."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise Missing(f"{file} is no report in JSON: {error}.") from error
    if not isinstance(said, dict) or said.get("schema") != SCHEMA:
        raise Missing(f"{file} is no report of a scan (schema {SCHEMA}): let `tocsin scan` write it with -o {file}.")
    return said


def answers(exercise: Exercise, given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The words of each answer by its question: from what was given, and else from answers.txt here. Raises `Missing`."""
    found: dict[str, tuple[str, ...]] = {}
    for line in (*(_lines() if exercise.questions else ()), *given):
        question, colon, rest = line.partition(":")
        known = question.strip().lower() if colon else exercise.questions[0] if len(exercise.questions) == 1 else line
        if known not in exercise.questions:
            asked = ", ".join(exercise.questions) or "none"
            raise Missing(f"{line.strip()!r} answers no question of this exercise (they are: {asked}).")
        found[known] = tuple((rest if colon else line).replace(",", " ").split())
    return found


def _lines() -> Iterator[str]:
    try:
        text = ANSWERS.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise Missing(f"{ANSWERS} cannot be read: {error}.") from error
    yield from (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


def truth(exercise: Exercise, file: Path) -> Mapping[str, Any]:
    """The truth that `tocsin-lab truth` printed; raises `click.UsageError` where it is not that of the exercise's devices."""
    said = read_object(file)
    try:
        real: dict[str, Any] = dict(said.get("truth", said))
        names = [one["name"] for one in real["devices"]]
    except (TypeError, ValueError, KeyError) as error:
        raise click.UsageError(f"{file} is not what `tocsin-lab truth` prints") from error
    if lacking := [name for name in exercise.devices if name not in names]:
        wanted = f"tocsin-lab truth --only {','.join(exercise.devices)} -o {file}"
        raise click.UsageError(
            f"{file} has no {lacking[0]}, which the exercise is about: `{wanted}` writes what is wanted"
        )
    return real


def record(exercise: Exercise, place: Path) -> Mapping[str, Any]:
    """A record of a city, or all of a folder, one for each device; raises `click.UsageError` where it does not tell of each device of the exercise."""
    said = []
    for file in sorted(place.glob("*.json")) if place.is_dir() else [place]:
        one = read_object(file)
        if not isinstance(one.get("log"), dict) or not isinstance(one.get("harms"), list):
            raise click.UsageError(f"{file} is no record of what was done to devices: it has no log or no harms")
        said.append(one)
    log = {name: log for one in said for name, log in one["log"].items()}
    if lacking := [name for name in exercise.devices if name not in log]:
        raise click.UsageError(f"{place} does not tell what was done to {lacking[0]}")
    return {"harms": [harm for one in said for harm in one["harms"]], "log": log}
