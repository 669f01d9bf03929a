"""A check's manual page, which is its module's docstring, in its parts."""

from dataclasses import dataclass
from functools import cache

from checks.contract import Check, FleetCheck, load_checks, load_fleet_checks

_WHY, _FIX = "Why it matters in a city: ", "How to fix: "


@dataclass(frozen=True, slots=True)
class Manual:
    """A manual page: its first sentence, what is meant, why it matters, and how to fix it; "" for what it does not say."""

    summary: str = ""
    what: str = ""
    why: str = ""
    fix: str = ""


@cache
def declared() -> dict[str, Check | FleetCheck]:
    """Every check by its id, those over the fleet last."""
    checks: tuple[Check | FleetCheck, ...] = (*load_checks(), *load_fleet_checks())
    return {one.id: one for one in checks}


@cache
def manual(check: str) -> Manual:
    """The manual page of the check with that id; an empty one where no such check is here any more."""
    return parts(declared()[check].manual) if check in declared() else Manual()


def parts(page: str) -> Manual:
    """A manual page in its parts; each paragraph on one line, unless it is a list."""
    told: dict[str, list[str]] = {"summary": [], "what": [], "why": [], "fix": []}
    part = "summary"
    for paragraph in page.split("\n\n"):
        for name, lead in (("why", _WHY), ("fix", _FIX)):
            if paragraph.startswith(lead):
                part, paragraph = name, paragraph.removeprefix(lead)  # noqa: PLW2901 - the same paragraph without its lead
        told[part].append(_unwrapped(paragraph.removeprefix("What: ") if part in {"summary", "what"} else paragraph))
        part = "what" if part == "summary" else part
    return Manual(**{name: _capital("\n\n".join(said)) for name, said in told.items()})


def _unwrapped(paragraph: str) -> str:
    """Its lines joined, but for those that begin an item of a list."""
    lines: list[str] = []
    for line in paragraph.splitlines():
        if lines and not line.startswith("- "):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
