"""The checks as rules of SARIF: what they are called, how bad they are, their manual pages, and what they are filed under."""

from collections.abc import Iterable, Mapping
from typing import Any

from checks.contract import Check, FleetCheck
from checks.standards import weaknesses
from inventory.findings import Finding, FleetFinding
from inventory.model import Severity
from scanner.manual import declared, manual
from scanner.markdown_text import paragraphs
from scanner.score import effective

LEVELS: Mapping[Severity, str] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
SCORES: Mapping[Severity, str] = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
"""The middle of each band of GitHub's security-severity (critical above 9.0, high from 7.0, medium from 4.0); what is only to be known has none."""
_DESCRIPTION, _TAGS = 1000, 20
"""GitHub takes descriptions of up to 1024 characters, and up to 20 tags."""


def severity(finding: Finding | FleetFinding) -> Severity:
    """What a finding counts as."""
    return effective(finding) if isinstance(finding, Finding) else finding.severity


def rule_id(finding: Finding | FleetFinding) -> str:
    """The check, and what the finding counts as where that is not what the check is declared as: GitHub knows one severity a rule, and none a result."""
    check, counts = declared().get(finding.check), severity(finding)
    return finding.check if check is None or check.severity is counts else f"{finding.check}/{counts.label}"


def rules(findings: Iterable[Finding | FleetFinding]) -> list[dict[str, Any]]:
    """Every check, those that these findings need in another severity, and those of an older release that are gone; by id."""
    made = {check.id: _rule(check, check.id, check.severity) for check in declared().values()}
    for finding in findings:
        name = rule_id(finding)
        if name not in made:
            check = declared().get(finding.check)
            made[name] = _rule(check, name, severity(finding)) if check else _of_old(finding)
    return [made[name] for name in sorted(made)]


def _rule(check: Check | FleetCheck, name: str, counts: Severity) -> dict[str, Any]:
    page = manual(check.id)
    return {
        "id": name,
        "name": in_pascal_case(name),
        "shortDescription": {"text": message(check.title)},
        "fullDescription": {"text": message(_cut(f"{page.summary}\n\n{page.what}"))},
        "help": {"text": message(_plain(check)), "markdown": message(_markdown(check))},
        **_help_page(check),
        "defaultConfiguration": {"level": LEVELS[counts]},
        "properties": _properties(check, counts),
    }


def _of_old(finding: Finding | FleetFinding) -> dict[str, Any]:
    """The rule of a check that no longer is, as far as its finding tells it."""
    counts = severity(finding)
    return {
        "id": finding.check,
        "name": in_pascal_case(finding.check),
        "shortDescription": {"text": message(finding.title)},
        "fullDescription": {"text": message(finding.title)},
        "help": {"text": message(finding.remedy or finding.title)},
        "defaultConfiguration": {"level": LEVELS[counts]},
        "properties": _properties(finding, counts),
    }


def _help_page(check: Check | FleetCheck) -> dict[str, str]:
    """The page of the first weakness that it is filed under."""
    for weakness in weaknesses(check.standards):
        return {"helpUri": f"https://cwe.mitre.org/data/definitions/{weakness.removeprefix('CWE-')}.html"}
    return {}


def _properties(one: Check | FleetCheck | Finding | FleetFinding, counts: Severity) -> dict[str, Any]:
    numbers = [name.removeprefix("CWE-") for name in weaknesses(one.standards)]
    tags = ["security", one.family.value, *(f"external/cwe/cwe-{number.zfill(3)}" for number in numbers)]
    scored = {"security-severity": SCORES[counts]} if counts in SCORES else {}
    return {"tags": tags[:_TAGS], **scored, "severity": counts.label}


def _plain(check: Check | FleetCheck) -> str:
    page = manual(check.id)
    said = (
        page.summary,
        page.what,
        page.why and f"Why it matters in a city: {page.why}",
        page.fix and f"How to fix: {page.fix}",
        f"Standards: {'; '.join(check.standards)}" if check.standards else "",
        f"Sources: {'; '.join(check.sources)}" if check.sources else "",
    )
    return "\n\n".join(filter(None, said))


def _markdown(check: Check | FleetCheck) -> str:
    page = manual(check.id)
    sections = (
        ("", [page.summary, page.what]),
        ("Why it matters in a city", [page.why]),
        ("How to fix", [page.fix]),
        ("Standards", ["\n".join(f"- {clause}" for clause in check.standards)]),
        ("Sources", ["\n".join(f"- {source}" for source in check.sources)]),
    )
    told = []
    for title, parts in sections:
        said = [paragraphs(part) for part in parts if part]
        told += [f"## {title}", *said] if said and title else said
    return "\n\n".join(told)


def message(text: str) -> str:
    """A text as SARIF's messages have it: braces are doubled (2.1.0, section 3.11.5), and nothing that a device says becomes a link (3.11.6)."""
    doubled = text.replace("{", "{{").replace("}", "}}")
    return doubled.replace("[", "\\[").replace("]", "\\]") if "](" in doubled and "\\]" not in doubled else doubled


def in_pascal_case(name: str) -> str:
    """An id as SARIF has its readable names: "TlsOldVersion"."""
    return "".join(word.capitalize() for word in name.replace("/", "-").split("-"))


def _cut(text: str) -> str:
    """At the end of a sentence, if it is too long."""
    text = text.strip()
    if len(text) <= _DESCRIPTION:
        return text
    return text[: text.rindex(". ", 0, _DESCRIPTION) + 1]
