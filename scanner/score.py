"""What to fix first: findings to one number, its band, when it is due, and where every point of it comes from.

Each finding stands in the band of its effective severity: what is only likely counts as high at most, what is only inferred as medium at most.

========  ======  =====  ============
band      points  share  due
========  ======  =====  ============
critical  90–100  0.25   3 days
high      70–90   0.12   14 days
medium    40–70   0.05   60 days
low       10–40   0.02   next upgrade
info      0–10    0      –
========  ======  =====  ============

The terms are those of CISA BOD 26-04. What rests on published vulnerabilities is due by the directive's own table instead (`scanner/decisions.py`).

Within a family the worst finding gives the floor m of its band, and each other one takes its share q of the headroom that is left up to the band's
ceiling c:

    F = c − (c − m) · Π(1 − q)

Across families the same once more: m is the worst family's F, c its ceiling, and each other family's share is a quarter of its own F. So the worst
finding alone decides the band, more findings never lower the number, their order does not matter, and no number of lows reaches a high. One decimal;
a band's ceiling belongs to the next band, so below critical it stops 0.1 short of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, prod

from inventory.findings import Finding, FleetFinding, Score
from inventory.model import Confidence, Family, Severity
from inventory.report import Context
from scanner.decisions import decided, due

FLOOR: Mapping[Severity, float] = {
    Severity.CRITICAL: 0.90,
    Severity.HIGH: 0.70,
    Severity.MEDIUM: 0.40,
    Severity.LOW: 0.10,
    Severity.INFO: 0.0,
}
CEILING: Mapping[Severity, float] = {
    Severity.CRITICAL: 1.0,
    Severity.HIGH: 0.90,
    Severity.MEDIUM: 0.70,
    Severity.LOW: 0.40,
    Severity.INFO: 0.10,
}
SHARE: Mapping[Severity, float] = {
    Severity.CRITICAL: 0.25,
    Severity.HIGH: 0.12,
    Severity.MEDIUM: 0.05,
    Severity.LOW: 0.02,
    Severity.INFO: 0.0,
}
DUE: Mapping[Severity, str] = {
    Severity.CRITICAL: "3 days",
    Severity.HIGH: "14 days",
    Severity.MEDIUM: "60 days",
    Severity.LOW: "next upgrade",
    Severity.INFO: "",
}
FAMILY_SHARE = 0.25
UNKNOWN = Context()
_AT_MOST = {
    Confidence.INFERRED: Severity.MEDIUM,
    Confidence.LIKELY: Severity.HIGH,
    Confidence.CONFIRMED: Severity.CRITICAL,
}


@dataclass(frozen=True, slots=True)
class _Weighed:
    """One family: its value F, its band, and what part of F each finding brings (the parts sum up to F)."""

    family: Family
    value: float
    band: Severity
    parts: tuple[tuple[Finding, float], ...]


def effective(finding: Finding) -> Severity:
    """The severity as its context moves it, and as far as it is proven."""
    return min(_moved(finding), _AT_MOST[finding.confidence])


def counts_as(finding: Finding | FleetFinding) -> Severity:
    """What it is counted as wherever findings are counted: one of a device as its context moves it, one of several devices as its check calls it."""
    return finding.severity if isinstance(finding, FleetFinding) else effective(finding)


def _moved(finding: Finding) -> Severity:
    if not finding.shifts:
        return finding.severity
    moved = finding.severity + sum(shift.by for shift in finding.shifts)
    return Severity(min(max(moved, Severity.INFO), Severity.CRITICAL))


def moved_by(finding: Finding) -> tuple[str, ...]:
    """Why a finding does not count as what its check calls it: its shifts, and what is not proven; () where it does."""
    counted, moved = effective(finding), _moved(finding)
    shifted = [f"{moved.label} here: {shift.why}" for shift in finding.shifts if moved != finding.severity]
    doubt = [f"{finding.confidence.label} only: counts as {counted.label}"] if counted != moved else []
    return (*shifted, *doubt)


def score(findings: Sequence[Finding], context: Context = UNKNOWN) -> Score:
    """The rank of a device with these findings; `why` names what each brings, worst first, and its points sum up to the value.

    What is accepted counts for nothing. The `context` moves no band here (the findings' own shifts do): it decides the date and the decision.
    """
    counted = sorted((finding for finding in findings if finding.accepted is None), key=_order)
    if not counted:
        return Score(0.0, Severity.INFO, "")
    band, tenths, parts = _attributed(counted)
    why = tuple(_line(*one) for one in _rounded(parts, tenths))
    term = due(((finding, DUE[effective(finding)]) for finding in counted), context)
    urgency = decided(((finding, effective(finding)) for finding in counted), context)
    return Score(tenths / 10, band, term.term, why, term.why, urgency)


def points(findings: Sequence[Finding]) -> tuple[tuple[int, Finding], ...]:
    """How many tenths of a point each finding that counts brings, worst first; they sum up to ten times the score."""
    counted = [finding for finding in findings if finding.accepted is None]
    if not counted:
        return ()
    _, tenths, parts = _attributed(counted)
    return tuple(_rounded(parts, tenths))


def _attributed(findings: Sequence[Finding]) -> tuple[Severity, int, list[tuple[Finding, float]]]:
    """The band, ten times the value, and each finding's part of it."""
    families = sorted(_families(findings), key=lambda weighed: (-weighed.band, -weighed.value, weighed.family.value))
    worst, others = families[0], families[1:]
    shares = [FAMILY_SHARE * other.value for other in others]
    exact = headroom(worst.value, CEILING[worst.band], shares)
    tenths = round(exact * 1000)
    if worst.band is not Severity.CRITICAL:
        tenths = min(tenths, round(CEILING[worst.band] * 1000) - 1)
    parts = [*worst.parts]
    for other, gained in zip(others, _split(exact - worst.value, shares), strict=True):
        parts += [(finding, gained * part / other.value if other.value else 0.0) for finding, part in other.parts]
    return worst.band, tenths, parts


def _families(findings: Sequence[Finding]) -> list[_Weighed]:
    by_family: dict[Family, list[Finding]] = {}
    for finding in sorted(findings, key=_order):
        by_family.setdefault(finding.family, []).append(finding)
    return [_weigh(family, members) for family, members in by_family.items()]


def _weigh(family: Family, members: list[Finding]) -> _Weighed:
    band = effective(members[0])
    floor, shares = FLOOR[band], [SHARE[effective(finding)] for finding in members[1:]]
    value = headroom(floor, CEILING[band], shares)
    parts = [floor, *_split(value - floor, shares)]
    return _Weighed(family, value, band, tuple(zip(members, parts, strict=True)))


def headroom(floor: float, ceiling: float, shares: list[float]) -> float:
    """The floor, raised by each share of the headroom that is left."""
    return ceiling - (ceiling - floor) * prod(1 - share for share in shares) if any(shares) else floor


def _split(gained: float, shares: list[float]) -> list[float]:
    """Attribute what was gained together: by logarithms, in which the factors of a product are added and so have no order."""
    weights = [-log(1 - share) for share in shares]
    total = sum(weights)
    return [gained * weight / total if total else 0.0 for weight in weights]


def _order(finding: Finding) -> tuple[object, ...]:
    return (-effective(finding), finding.check, finding.endpoint.sort_key, finding.id)


def _rounded(parts: list[tuple[Finding, float]], tenths: int) -> list[tuple[int, Finding]]:
    """Whole tenths that sum up to the value, what rounding leaves over going to the largest remainders; the worst first."""
    total = sum(part for _, part in parts)
    exact = [(finding, part / total * tenths if total else 0.0) for finding, part in parts]
    whole = [int(points) for _, points in exact]
    remainders = sorted(range(len(exact)), key=lambda at: (whole[at] - exact[at][1], _order(exact[at][0])))
    for at in remainders[: tenths - sum(whole)]:
        whole[at] += 1
    found = zip(whole, (finding for finding, _ in exact), strict=True)
    return sorted(found, key=lambda one: (-one[0], _order(one[1])))


def _line(points: int, finding: Finding) -> str:
    doubt = "".join(f", {reason}" for reason in moved_by(finding))
    where = f" on {finding.endpoint.port}/{finding.endpoint.transport}" if finding.endpoint.port else ""
    return f"+{points / 10:.1f} {finding.title}{where} ({finding.severity.label}{doubt})"
