"""`tocsin-lab exercise`."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab.commands.explained import explained
from lab.commands.files import plain

if TYPE_CHECKING:
    from lab.exercise import Exercise, Work

_FILE = click.Path(exists=True, path_type=Path)


@click.command("exercise")
@click.argument("number", type=int, required=False)
@click.argument("action", type=click.Choice(("start", "hint", "check")), required=False)
@click.option(
    "--mode", type=click.Choice(("auto", "namespace", "loopback")), default="auto", help="start: where it stands."
)
@click.option("--network", default="", help="start: the city's network (default 10.77.0.0/24).")
@click.option("--anew", is_flag=True, help="start: forget all that was done, and begin from the beginning.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(path_type=Path),
    help="check: a report of yours (default: as the worksheet names it, here).",
)
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="[QUESTION:]WORDS",
    help="check: an answer (default: the file answers.txt here).",
)
@click.option(
    "--truth", "truth_file", type=_FILE, help="check: what `tocsin-lab truth` printed, where the lab cannot be asked."
)
@click.option(
    "--record", "record_file", type=_FILE, help="check: the record of the lab, or a folder of them, likewise."
)
def exercise(number: int | None, action: str | None, mode: str, network: str, *, anew: bool, **handed_in: Any) -> None:
    """List the exercises, or show the worksheet of one; start its city, give the next hint, check what was done.

    `check` exits with 0 where the exercise is passed and with 1 where something is missing.
    """
    with explained():
        if number is None:
            _list()
            return
        wanted = _of(number)
        if action is None:
            click.echo(wanted.sheet.read_text(encoding="utf-8"), nl=False)
        elif action == "start":
            from lab.lesson import start

            start(wanted, mode, network, click.echo, anew=anew)
        elif action == "hint":
            _hint(wanted)
        else:
            sys.exit(_check(wanted, **handed_in))


def _list() -> None:
    from lab import progress
    from lab.exercise import load_exercises

    for one in load_exercises():
        known = progress.read(one.number)
        done = "-" if known is None else f"passed {known.passed}" if known.passed else "begun"
        click.echo(f"{one.number}  {done:<17}  {one.title}")


def _of(number: int) -> "Exercise":
    from lab.exercise import load_exercises

    known = {one.number: one for one in load_exercises()}
    if number not in known:
        raise click.UsageError(f"there is no exercise {number}; there are: {', '.join(map(str, known))}")
    return known[number]


def _hint(wanted: "Exercise") -> None:
    from lab import progress

    known = progress.read(wanted.number) or progress.Progress()
    given = min(known.hints + 1, len(wanted.hints))
    click.echo(f"Hint {given} of {len(wanted.hints)}: {wanted.hints[given - 1]}")
    progress.write(wanted.number, replace(known, hints=given))


def _check(
    wanted: "Exercise",
    reports: tuple[Path, ...],
    answers: tuple[str, ...],
    truth_file: Path | None,
    record_file: Path | None,
) -> int:
    from lab import progress
    from lab.commands import handing_in
    from lab.exercise import Absent

    known = progress.read(wanted.number) or progress.Progress()
    truth, record = _lab(wanted, truth_file, record_file)
    try:
        complete = len(known.noted) in (0, len(wanted.phases))
        read = handing_in.reports(wanted, reports, complete=complete)
        answered = handing_in.answers(wanted, answers)
        missing = list(_missing(wanted, _work(truth, record, read, answered, known.noted)))
    except (handing_in.Missing, Absent) as error:
        missing = [str(error)]
    for sentence in missing:
        click.echo(plain(sentence))
    if missing:
        click.echo(f"Not yet. When you are stuck: tocsin-lab exercise {wanted.number} hint")
        return 1
    progress.write(wanted.number, replace(known, passed=f"{datetime.now().astimezone():%Y-%m-%d}"))
    click.echo(f"Passed: exercise {wanted.number}, {wanted.title}.")
    return 0


def _work(truth: Mapping[str, Any], record: Mapping[str, Any], *rest: Any) -> "Work":
    from lab.exercise import Work

    return Work(truth, record, *rest)


def _missing(wanted: "Exercise", work: "Work") -> Iterator[str]:
    try:
        yield from wanted.check(work)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        what = "a report is not of the schema tocsin-report/1, or what it is held against is no truth or no record"
        raise click.UsageError(f"{what}: {plain(repr(error))}") from error


def _lab(
    wanted: "Exercise", truth_file: Path | None, record_file: Path | None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What is true of the lab and what was done to it."""
    from lab.commands import handing_in
    from lab.control import ask
    from lab.lesson import city_of

    if truth_file and record_file:
        return handing_in.truth(wanted, truth_file), handing_in.record(wanted, record_file)
    if truth_file or record_file:
        raise click.UsageError("--truth and --record go together")
    city = city_of(wanted)
    if city is None:
        raise click.UsageError(
            f"exercise {wanted.number} is not up: bring it up with `tocsin-lab exercise {wanted.number} start` in another terminal"
        )
    return ask(city, {"do": "truth"}), ask(city, {"do": "record"})
