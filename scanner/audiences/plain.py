"""Findings in plain words: what is wrong, what it means for people, and by when it is to be mended."""

import importlib.resources
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from inventory.findings import Finding, FleetFinding
from inventory.report import Assessment
from inventory.text import counted

_DAYS = re.compile(r"(\d+) days")
_PLURALS = {
    "access-point": "access points",
    "switch": "switches",
    "ups": "emergency power supplies",
    "plc": "industrial controllers",
}
_WORDS = {
    "plc": "industrial controller",
    "rtu": "remote control unit",
    "hmi": "control panel",
    "nas": "network storage",
    "pdu": "power strip",
}
_SINGULAR = {"ups": "emergency power supply"}
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Plain:
    """What is wrong and what it means, each a sentence."""

    wrong: str
    means: str


def plain(finding: Finding | FleetFinding) -> Plain:
    """The sentences of its check, else those of its family."""
    checks, families = _sentences()
    return checks.get(finding.check) or families[finding.family.value]


def days_of(term: str) -> int | None:
    """The days of "14 days" or "3 days & forensic investigation"; None for "next upgrade" and ""."""
    found = _DAYS.match(term)
    return int(found[1]) if found else None


def kind_in_words(kind: str, number: int = 1) -> str:
    """A kind of KINDS as people call it: "industrial controllers"; "device" for ""."""
    one = _SINGULAR.get(kind) or _WORDS.get(kind) or kind.replace("-", " ") or "device"
    if number == 1:
        return one
    return _PLURALS.get(kind) or (f"{one}s" if not one.endswith("s") else one)


def kind_of(assessment: Assessment) -> str:
    """The device's kind, "" where it is not known."""
    claim = assessment.device.claim("kind")
    return claim.value if claim else ""


def kinds_in_words(assessments: Sequence[Assessment]) -> str:
    """ "3 cameras, 2 recorders and 4 others"."""
    counts = sorted(Counter(map(kind_of, assessments)).items(), key=lambda each: (-each[1], each[0]))
    shown = counts if len(counts) <= _NAMED else counts[: _NAMED - 1]
    named = [f"{number:,} {kind_in_words(kind, number)}" for kind, number in shown]
    if rest := len(assessments) - sum(number for _, number in shown):
        named.append(counted(rest, "other device"))
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


@cache
def _sentences() -> tuple[dict[str, Plain], dict[str, Plain]]:
    text = importlib.resources.files("scanner.audiences").joinpath("plain.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    checks = {check: Plain(row["wrong"], row["means"]) for row in table["finding"] for check in row["checks"]}
    return checks, {family: Plain(row["wrong"], row["means"]) for family, row in table["family"].items()}
