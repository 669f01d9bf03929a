"""What an exercise is: a city, a worksheet, hints, and a checker that says in plain sentences what is missing.

A file of `lab/exercises/` holds one, under the name EXERCISE, with its worksheet beside it under the same name. The folder is the registry. A checker is a
function of what is true of the lab, what was done to it, and what the learner hands in; it reads reports of the schema tocsin-report/1 and no scanner.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

Report: TypeAlias = Mapping[str, Any]
Order: TypeAlias = Mapping[str, str]
"""What is asked of a city that is up (lab/control.py)."""


class Absent(Exception):
    """A device that an exercise is about is not there; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a learner's work is judged by.

    `truth` and `record` are those of the lab now, `reports` what was handed in by the names that the exercise gives them, `answers` the words of each answer by
    its question. `noted` has for each phase the `record` up to its beginning, and what was the `truth` then.
    """

    truth: Mapping[str, Any]
    record: Mapping[str, Any]
    reports: Mapping[str, Report] = field(default_factory=dict)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    noted: tuple[Mapping[str, Any], ...] = ()

    @property
    def report(self) -> Report:
        """The last report that is asked for."""
        return self.reports[list(self.reports)[-1]]

    def address(self, name: str) -> str:
        """Where the device of that name stands; raises `Absent` where it is turned off."""
        found = next((one for one in self.truth["devices"] if one["name"] == name), None)
        if found is None:
            raise Absent(f"{name} is turned off: turn it on with `tocsin-lab on {name}`, and check again.")
        return str(found["address"])

    def log(self, name: str) -> Mapping[str, Any]:
        """What happened to the device of that name."""
        return dict(self.record["log"].get(name, {}))

    def causing(self, *checks: str) -> frozenset[str]:
        """The addresses of the devices that truly have a finding of one of those checks."""
        return frozenset(
            one["address"] for one in self.truth["devices"] if any(f["check"] in checks for f in one["findings"])
        )

    def where(self, **stated: str) -> frozenset[str]:
        """The addresses of the devices that truly are so: kind="camera"."""
        wanted = stated.items()
        return frozenset(
            one["address"] for one in self.truth["devices"] if all(one[name] == value for name, value in wanted)
        )


Checker: TypeAlias = Callable[[Work], Iterator[str]]
"""Yields a sentence for each thing that is missing; none where the exercise is done."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise. Its city has the fakes `devices`, `count` of them (None: each once).

    `reports` are the files that are handed in, in the order in which they are made; `questions` are answered in the file answers.txt, or with --answer where it
    is one. `phases` are what happens to the city: the first when it comes up, each further one at the next `start`.
    """

    number: int
    title: str
    devices: tuple[str, ...]
    hints: tuple[str, ...]
    check: Checker
    count: int | None = None
    reports: tuple[str, ...] = ("report.json",)
    questions: tuple[str, ...] = ()
    phases: tuple[tuple[Order, ...], ...] = ((),)
    sheet: Path = Path()


@cache
def load_exercises() -> tuple[Exercise, ...]:
    """Every exercise, by number."""
    import lab.exercises

    return tuple(sorted(_exercises(lab.exercises.__path__), key=lambda one: one.number))


def _exercises(folder: Iterable[str]) -> Iterator[Exercise]:
    for found in pkgutil.iter_modules(folder, "lab.exercises."):
        module = importlib.import_module(found.name)
        if exercise := getattr(module, "EXERCISE", None):
            yield replace(exercise, sheet=Path(str(module.__file__)).with_suffix(".md"))


# What checkers say


def device(report: Report, address: str) -> Mapping[str, Any] | None:
    """The device of a report that has that address."""
    return next((one for one in report["devices"] if address in one["addresses"]), None)


def reported(report: Report, *checks: str) -> frozenset[str]:
    """The addresses of the devices that a report has a finding of one of those checks for."""
    return frozenset(
        one["addresses"][0] for one in report["devices"] if any(f["check"] in checks for f in one["findings"])
    )


def outcome(report: Report, address: str, check: str) -> tuple[str, str]:
    """How a check ended on the device at that address, and why; ("", "") where the report has no such device."""
    found = device(report, address)
    every = (found or {}).get("outcomes", ())
    return next(((str(o["status"]), str(o["reason"])) for o in every if o["check"] == check), ("", ""))


def at_login(report: Report) -> Iterator[str]:
    """What is missing where a scan did not try logins."""
    if report["scan"]["level"] != "login":
        yield "The scan tried no logins: scan again with --level login."


def unhurt(record: Mapping[str, Any]) -> Iterator[str]:
    """Each device that was hurt, and by what."""
    for harm in record["harms"]:
        yield f"{harm['device']} was hurt: {harm['harm']}. Look at what you sent it, and begin anew with `start --anew`."


def compared(work: Work, question: str, right: Iterable[str], what: str) -> Iterator[str]:
    """What is wrong with an answer that is a set of words, without giving it away."""
    given = {word.lower() for word in work.answers.get(question, ())}
    wanted = {word.lower() for word in right}
    if not given:
        yield f"There is no answer yet to {question!r} ({what})."
        return
    if extra := sorted(given - wanted):
        yield f"Your answer to {question!r} has {listed(extra)}, which is not so ({what})."
    if short := len(wanted - given):
        yield f"Your answer to {question!r} lacks {counted(short, 'entry', 'entries')} ({what})."


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many}"


def listed(words: Sequence[str]) -> str:
    """Words with commas, and an "and" before the last."""
    return " and ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), *words[-1:]])
