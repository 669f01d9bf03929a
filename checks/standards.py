"""The clauses of standards by what they are about: one table, `data/standards.toml`, each with its edition and whom it binds.

A check names subjects ("default-credentials") and clauses of its own ("CWE-319"), and `clauses` spells them out.
"""

import importlib.resources
import tomllib
from functools import cache


@cache
def _subjects() -> dict[str, tuple[str, ...]]:
    text = importlib.resources.files("checks").joinpath("data/standards.toml").read_text(encoding="utf-8")
    return {row["id"]: tuple(row["clauses"]) for row in tomllib.loads(text)["subject"]}


def clauses(*names: str) -> tuple[str, ...]:
    """The clauses behind subjects, and those that are named themselves (they hold a digit), each once and in order; KeyError for an unknown subject."""
    found = [clause for name in names for clause in (_subjects()[name] if name.islower() else (name,))]
    return tuple(dict.fromkeys(found))
