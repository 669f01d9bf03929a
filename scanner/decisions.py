"""When a finding is due and how urgent its fix is: CISA's remediation timelines (BOD 26-04), and SSVC's tree for those who deploy fixes.

Both are tables of others (`decisions.toml`), looked up and never interpolated. They want points that not every finding has, so this is what counts where one is
missing:

- A finding that rests on published vulnerabilities is due by the soonest row of any of them; a point that nobody has published counts as the worse one. What is
  only inferred is due by its band, as every other finding is: a guess sets no date of CISA's.
- Nobody has measured from where the device can be reached: not publicly exposed, and "controlled" for SSVC. That is what most of a city's segments are, and
  `why` says that it is taken for granted.
- A finding without published vulnerabilities: what lets whoever connects in (a confirmed critical) is exploited and automatable, for botnets do little else; of
  a high one ways are known; below that nothing is.
"""

import importlib.resources
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from inventory.findings import Finding, Vulnerability
from inventory.model import Confidence, Severity
from inventory.report import Context

TERMS = ("", "next upgrade", "60 days", "14 days", "3 days", "3 days & forensic investigation")
"""What can be due, from nothing to the soonest."""
OUTCOMES = ("", "defer", "scheduled", "out-of-cycle", "immediate")
"""What SSVC's deployers decide, from nothing to the most urgent."""
IMPACTS = ("low", "medium", "high", "very high")
_OF_TABLE = {"fix on system upgrade": "next upgrade"}
_UNMEASURED = "controlled"
_USUAL = "medium"


@dataclass(frozen=True, slots=True)
class Due:
    """A term of TERMS, and what sets it."""

    term: str
    why: str


@cache
def _tables() -> dict[str, Any]:
    text = importlib.resources.files("scanner").joinpath("decisions.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _timelines() -> dict[tuple[bool, bool, bool, bool], tuple[int, str]]:
    rows = enumerate(_tables()["timelines"]["rows"])
    return {
        (kev == "yes", exposed == "yes", automatable == "yes", impact == "total"): (number, _OF_TABLE.get(term, term))
        for number, (kev, exposed, automatable, impact, term) in rows
    }


@cache
def _deployer() -> dict[tuple[str, str, bool], tuple[str, ...]]:
    rows = _tables()["deployer"]["rows"]
    return {(found, exposure, automatable == "yes"): tuple(out) for found, exposure, automatable, *out in rows}


def timeline(*, exploited: bool, exposed: bool, automatable: bool, total: bool) -> str:
    """The term of BOD 26-04."""
    return _timelines()[exploited, exposed, automatable, total][1]


def decision(exploitation: str, exposure: str, *, automatable: bool, impact: str) -> str:
    """The outcome of SSVC's deployer tree; KeyError or ValueError for a point that it does not know."""
    return _deployer()[exploitation, exposure, automatable][IMPACTS.index(impact)]


def due(findings: Iterable[tuple[Finding, str]], context: Context) -> Due:
    """The soonest term of findings, each with the term of its own band; equal terms go to the first."""
    soonest = Due("", "")
    for finding, of_band in findings:
        for one in _dues(finding, of_band, context):
            if TERMS.index(one.term) > TERMS.index(soonest.term):
                soonest = one
    return soonest


def decided(findings: Iterable[tuple[Finding, Severity]], context: Context) -> str:
    """The most urgent outcome of findings, each with its effective severity; "" where there is none."""
    outcomes = (_decided(finding, severity, context) for finding, severity in findings)
    return max(outcomes, key=OUTCOMES.index, default="")


def _dues(finding: Finding, of_band: str, context: Context) -> Iterable[Due]:
    if not finding.vulnerabilities or finding.confidence is Confidence.INFERRED:
        yield Due(of_band, finding.title)
        return
    for hole in finding.vulnerabilities:
        points = _points(hole)
        exposed = context.exposure == "open"
        number, term = _timelines()[hole.exploited, exposed, *points]
        yield Due(term, _row(number, hole, exposed, points))


def _points(hole: Vulnerability) -> tuple[bool, bool]:
    """Automatable, and total impact; True where nobody has said."""
    return hole.automatable is not False, hole.total is not False


def _row(number: int, hole: Vulnerability, exposed: bool, points: tuple[bool, bool]) -> str:
    automatable, total = points
    said = (
        "exploited" if hole.exploited else "not known to be exploited",
        "exposed" if exposed else "not exposed",
        "automatable" if automatable else "not automatable",
        "total impact" if total else "partial impact",
    )
    return f"{hole.cve}, by CISA BOD 26-04 row {number}: {', '.join(said)}"


def _decided(finding: Finding, severity: Severity, context: Context) -> str:
    exposure = context.exposure or _UNMEASURED
    impact = context.impact or _USUAL
    if severity is Severity.INFO:
        return ""
    if finding.vulnerabilities and finding.confidence is not Confidence.INFERRED:
        known = ((_exploitation(hole), _points(hole)[0]) for hole in finding.vulnerabilities)
        outcomes = (decision(found, exposure, automatable=each, impact=impact) for found, each in known)
        return max(outcomes, key=OUTCOMES.index)
    found = {Severity.CRITICAL: "active", Severity.HIGH: "poc"}.get(severity, "none")
    return decision(found, exposure, automatable=severity is Severity.CRITICAL, impact=impact)


def _exploitation(hole: Vulnerability) -> str:
    return "active" if hole.exploited else hole.exploitation or "poc"
