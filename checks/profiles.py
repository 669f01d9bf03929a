"""The profiles of TLS by name: what a guideline wants of a server, clause by clause; read from `data/tls_profiles.toml`.

`device` is the default and wants nothing beyond the rules of the other checks. What each clause is about is judged in `tls_profile.py`.
"""

import difflib
import importlib.resources
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

DEVICE = "device"
"""The profile that is meant where none is named."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One demand: what it is about, the clause that makes it, whether it is a must, and what is wanted.

    `names` are the versions, suites, groups, kinds of keys, curves or hashes that it speaks of, `limit` a number of bits, days or seconds, `sizes` the least
    bits of a key by its kind. For one about a fact, `wanted` is the value, and `detail` what is said of a server that has the other. `only` limits it to the
    servers that it concerns, "" to none.
    """

    about: str
    standard: str
    must: bool = False
    names: tuple[str, ...] = ()
    limit: int = 0
    sizes: Mapping[str, int] = field(default_factory=dict)
    fact: str = ""
    wanted: bool = True
    detail: str = ""
    only: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A guideline by its short name: its title, where it is to be read, and its clauses in order."""

    name: str
    title: str
    source: str
    clauses: tuple[Clause, ...] = ()

    def about(self, *subjects: str) -> tuple[Clause, ...]:
        """The clauses about any of those subjects."""
        return tuple(clause for clause in self.clauses if clause.about in subjects)

    @property
    def suites(self) -> frozenset[str]:
        """The suites that it lists, by code point; none where it says nothing of suites."""
        return frozenset(code for clause in self.about("suites") for code in clause.names)


@cache
def all_profiles() -> Mapping[str, Profile]:
    """Every profile by its name, `device` first."""
    text = importlib.resources.files("checks").joinpath("data/tls_profiles.toml").read_text(encoding="utf-8")
    return {row["name"]: _profile(**row) for row in tomllib.loads(text)["profile"]}


def profile_named(name: str) -> Profile:
    """The profile of that name; `ValueError` in one sentence where there is none."""
    known = all_profiles()
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, 1)
    meant = f"did you mean {close[0]!r}; " if close else ""
    raise ValueError(f"there is no TLS profile {name!r}; {meant}known: {', '.join(known)}")


def _profile(*, clause: tuple[dict[str, Any], ...] = (), **texts: str) -> Profile:
    return Profile(**texts, clauses=tuple(_clause(**row) for row in clause))


def _clause(*, names: tuple[str, ...] = (), **row: Any) -> Clause:
    return Clause(names=tuple(word for text in names for word in text.split()), **row)
