"""What the tests of the exercises share: the worksheets' commands, and `tocsin-lab` as it is typed."""

import re

from click.testing import CliRunner

from lab.cli import main
from lab.exercise import Exercise, load_exercises

EXERCISES = {one.number: one for one in load_exercises()}


def commands(exercise: Exercise) -> list[list[str]]:
    """The commands of a worksheet, block by block."""
    blocks = re.findall(r"```console\n(.*?)```", exercise.sheet.read_text(), re.DOTALL)
    return [[line.removeprefix("$ ") for line in block.splitlines()] for block in blocks]


def lab(*words: str) -> tuple[int, str]:
    """How `tocsin-lab` ends, and what it prints."""
    done = CliRunner().invoke(main, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output
