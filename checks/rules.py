"""The rules by which TLS is judged: one table, `data/tls.toml`, with what each breach is called, how bad it is on a private network, and what says so.

The checks (`tls_*.py`) hold the conditions, the table everything else. A check tells the breach of a rule with `breach`, whose finding is then the rule's own
title, severity, remedy, standards and sources. The severities are for devices on private networks: nearly every device certificate is self-signed, without a
name and valid for decades, so those are low, and what separates devices is what lets a stranger in.
"""

import importlib.resources
import tomllib
from dataclasses import dataclass
from functools import cache

from checks.contract import Act, Flaw
from checks.standards import clauses
from inventory.model import Confidence, Observation, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: its id ("cipher.rc4"), what a breach is called, how bad and how sure it is, what to do, the clauses behind it, and where its facts stand."""

    id: str
    title: str
    severity: Severity
    remedy: str
    standards: tuple[str, ...]
    sources: tuple[str, ...]
    act: Act = Act.ENCRYPT
    confidence: Confidence = Confidence.CONFIRMED


@cache
def all_rules() -> dict[str, Rule]:
    """Every rule by its id, in the order of the table."""
    text = importlib.resources.files("checks").joinpath("data/tls.toml").read_text(encoding="utf-8")
    return {row["id"]: _rule(**row) for row in tomllib.loads(text)["rule"]}


def _rule(
    *,
    severity: str,
    standards: list[str],
    sources: list[str] | None = None,
    act: str = "encrypt",
    confidence: str = "confirmed",
    **texts: str,
) -> Rule:
    return Rule(
        severity=Severity[severity.upper()],
        standards=clauses(*standards),
        sources=tuple(sources or (clause for clause in standards if _is_a_source(clause))),
        act=Act(act),
        confidence=Confidence[confidence.upper()],
        **texts,
    )


def _is_a_source(clause: str) -> bool:
    """Whether it says why: not a subject, and not the name of the weakness."""
    return not clause.islower() and not clause.startswith("CWE-")


def breach(rule: str, seen: Observation, detail: str, *, severity: Severity | None = None, facet: str = "") -> Flaw:
    """The flaw that the rule of that id describes, at an observation; `severity` where this case is another, `facet` what tells two breaches apart."""
    row = all_rules()[rule]
    where = f"{seen.endpoint.transport}/{seen.endpoint.port}"
    return Flaw(
        seen.endpoint,
        detail,
        seen.evidence,
        confidence=row.confidence,
        severity=row.severity if severity is None else severity,
        facet=" ".join(part for part in (where, rule, facet) if part),
        title=row.title,
        remedy=row.remedy,
        standards=row.standards,
        act=row.act,
        sources=row.sources,
    )
