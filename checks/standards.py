"""The standards by what they are about, each with its edition and whom it binds: `data/standards.toml`.

A check names subjects ("default-credentials") and clauses of its own ("CWE-319", "IEC 62443-4-2: CR 7.7"), and `clauses` spells them out, each with the edition
that numbers it so. Most of them bind manufacturers: they are an argument towards the vendor, and no duty of the city. What the numbers of CWE and of MITRE
ATT&CK for ICS are called stands in `data/cwe.tsv` and `data/attack_ics.tsv`.
"""

import importlib.resources
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_ATTACK, _WEAKNESS = "MITRE ATT&CK for ICS: ", "CWE-"
TOWARDS_THE_VENDOR = "bind manufacturers: cite them towards the vendor, they are no duty of the city"


@dataclass(frozen=True, slots=True)
class Framework:
    """A standard, a law or a vocabulary: `id` is what its clauses begin with, `edition` which of its editions numbers them so.

    `binds` is one of manufacturers, operators and nobody; `note` says it in a sentence, and `source` names where it can be read. `clause` is what one of its
    clauses looks like, and `attribution` what its owner wants to be said where it is reproduced.
    """

    id: str
    name: str
    edition: str
    title: str
    publisher: str
    binds: str
    note: str
    source: str
    clause: str
    attribution: str = ""

    def has(self, clause: str) -> bool:
        """Whether it is a clause of this one, by its form."""
        return clause == self.id or any(
            clause.startswith(f"{self.id}{mark}") and re.fullmatch(self.clause, clause.removeprefix(f"{self.id}{mark}"))
            for mark in (": ", "-", " ")
        )


@cache
def frameworks() -> tuple[Framework, ...]:
    """All of them, in the order of the table: those that bind manufacturers first."""
    return tuple(Framework(**row) for row in _table()["framework"])


def clauses(*names: str) -> tuple[str, ...]:
    """The clauses behind subjects (lower-case words) and those that are named themselves (they hold a capital), each once, in order, with its edition.

    KeyError for an unknown subject.
    """
    found = [clause for name in names for clause in (_subjects()[name] if name.islower() else (name,))]
    return tuple(dict.fromkeys(_with_edition(clause) for clause in found))


def framework_of(clause: str) -> Framework | None:
    """Whose clause it is; None where it is not written as any of them is."""
    return next((framework for framework in frameworks() if framework.has(clause)), None)


def cited(standards: Iterable[str]) -> tuple[Framework, ...]:
    """The frameworks that these clauses are of, each once, in the order of the table."""
    found = {framework_of(clause) for clause in set(standards)}
    return tuple(framework for framework in frameworks() if framework in found)


def weaknesses(standards: Iterable[str]) -> tuple[str, ...]:
    """The CWE ids among clauses: "CWE-319"."""
    return tuple(clause for clause in standards if clause.startswith(_WEAKNESS))


def techniques(standards: Iterable[str]) -> tuple[str, ...]:
    """The techniques of MITRE ATT&CK for ICS among clauses, with their names: "T0812 Default Credentials"."""
    named = (clause.removeprefix(_ATTACK) for clause in standards if clause.startswith(_ATTACK))
    return tuple(name for name in named if name.startswith("T"))


def in_words(standards: Iterable[str]) -> tuple[str, ...]:
    """The clauses as a person reads them, one line for each framework: "IEC 62443-4-2:2019: CR 1.1, CR 1.5"; a weakness with its name."""
    lines: dict[str, list[str]] = {}
    for clause in standards:
        head, _, rest = clause.partition(": ") if not clause.startswith("RFC ") else ("RFC", "", clause)
        lines.setdefault(head, []).append(rest)
    return tuple(_line(head, rests) for head, rests in lines.items())


def whom_they_bind(standards: Iterable[str]) -> str:
    """One sentence on whom these clauses bind; "" where none of them binds a manufacturer."""
    names = [framework.name for framework in cited(standards) if framework.binds == "manufacturers"]
    if not names:
        return ""
    if len(names) == 1:
        return f"{names[0]} binds manufacturers: cite it towards the vendor, it is no duty of the city."
    return f"{', '.join(names[:-1])} and {names[-1]} {TOWARDS_THE_VENDOR}."


@cache
def weakness_names() -> Mapping[str, str]:
    """What a weakness is called, by its id ("CWE-319")."""
    return {f"{_WEAKNESS}{number}": name for number, name in _pairs("cwe.tsv")}


@cache
def attack_names() -> Mapping[str, str]:
    """What a technique or a mitigation of MITRE ATT&CK for ICS is called, by its id ("T0812", "M0927")."""
    return dict(_pairs("attack_ics.tsv"))


def _line(head: str, rests: list[str]) -> str:
    told = ", ".join(rest for rest in rests if rest)
    if head == "RFC":
        return told
    if head in weakness_names():
        return f"{head} {weakness_names()[head]}"
    return f"{head}: {told}" if told else head


def _with_edition(clause: str) -> str:
    head, mark, rest = clause.partition(": ")
    return f"{_ids()[head]}{mark}{rest}" if head in _ids() else clause


@cache
def _ids() -> dict[str, str]:
    """The id of each framework, by its name without the edition."""
    return {framework.name: framework.id for framework in frameworks()}


def subjects() -> tuple[str, ...]:
    """What clauses may be asked for by."""
    return tuple(_subjects())


@cache
def _subjects() -> dict[str, tuple[str, ...]]:
    return {row["id"]: tuple(row["clauses"]) for row in _table()["subject"]}


@cache
def _table() -> dict[str, list[dict[str, str]]]:
    return tomllib.loads(_text("standards.toml"))


def _pairs(name: str) -> list[tuple[str, str]]:
    lines = (line.partition("\t") for line in _text(name).splitlines() if not line.startswith("#"))
    return [(key, value) for key, _, value in lines]


def _text(name: str) -> str:
    return importlib.resources.files("checks").joinpath("data", name).read_text(encoding="utf-8")
