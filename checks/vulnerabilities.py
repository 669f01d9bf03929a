"""What is published of the vulnerabilities behind a finding: whether they are exploited, SSVC's decision points, CVSS and CWE."""

from collections.abc import Iterable

from checks.intelligence import Intelligence
from inventory.findings import Vulnerability

MOST = 32
"""Vulnerabilities that a finding keeps: a firmware of ten years ago has hundreds, and the worst decide."""
_EXPLOITATION = ("", "none", "poc", "active")
_ANSWER = {"yes": True, "no": False, "total": True, "partial": False}


def published(cves: Iterable[str], intelligence: Intelligence) -> tuple[Vulnerability, ...]:
    """What is published of each, worst first: the exploited ones, then by their decision points, a point that nobody has published as if it were the worse."""
    found = {cve: _published(cve, intelligence) for cve in cves}
    return tuple(sorted(found.values(), key=lambda hole: _rank(hole, intelligence))[:MOST])


def _published(cve: str, intelligence: Intelligence) -> Vulnerability:
    exploited, points = cve in intelligence.exploited, intelligence.points.get(cve)
    if points is None:
        return Vulnerability(cve, exploited)
    return Vulnerability(
        cve,
        exploited,
        points.exploitation,
        _ANSWER.get(points.automatable),
        _ANSWER.get(points.impact),
        points.vector,
        points.weaknesses,
    )


def _rank(hole: Vulnerability, intelligence: Intelligence) -> tuple[object, ...]:
    points = intelligence.points.get(hole.cve)
    return (
        not hole.exploited,
        hole.automatable is False,
        hole.total is False,
        -_EXPLOITATION.index(hole.exploitation),
        -(points.cvss or 0.0 if points else 0.0),
        hole.cve,
    )
