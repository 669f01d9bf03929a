"""The value of `scanner.score` from counts alone: how many findings there are of each family and band.

A score does not depend on which findings those are, so a rank over a whole fleet counts them into one number and computes each number's value once. Test by
property: the value is the one that `score` gives, to the last digit.
"""

from collections.abc import Iterable
from functools import cache

from inventory.findings import Finding
from inventory.model import Family, Severity
from scanner.score import CEILING, FAMILY_SHARE, FLOOR, SHARE, effective, headroom

WEIGHT = {Severity.CRITICAL: 4, Severity.HIGH: 2}
"""How often a device's score counts in the risk of its fleet; once where nothing is said of its band."""
_NAMES = tuple(family.value for family in Family)
_BITS = 32
"""Room for a count; a device has fewer findings than 2^32."""
_MASK = (1 << _BITS) - 1
_WIDTH = _BITS * len(Severity)
_OF_FAMILY = (1 << _WIDTH) - 1
_ONE = {
    (family, severity): 1 << row * _WIDTH + _BITS * severity
    for row, family in enumerate(Family)
    for severity in Severity
}


def one(finding: Finding) -> int:
    """What a finding adds to a tally; nothing if it is accepted. Tallies are added and taken from one another."""
    return 0 if finding.accepted is not None else adds(finding.family, effective(finding))


def adds(family: Family, severity: Severity) -> int:
    """What a finding of that family and effective severity adds."""
    return _ONE[family, severity]


def tally(findings: Iterable[Finding]) -> int:
    """The findings of a device as one number."""
    return sum(map(one, findings))


@cache
def tenths(tallied: int) -> int:
    """Ten times the value that `scanner.score.score` gives to findings of this tally."""
    families = sorted(_families(tallied))
    if not families:
        return 0
    band, value = Severity(-families[0][0]), -families[0][1]
    exact = headroom(value, CEILING[band], [FAMILY_SHARE * -other[1] for other in families[1:]])
    points = round(exact * 1000)
    return points if band is Severity.CRITICAL else min(points, round(CEILING[band] * 1000) - 1)


@cache
def risk(tallied: int) -> int:
    """Ten times what a device of this tally adds to the risk of its fleet: its score, weighed by its band."""
    return WEIGHT.get(worst(tallied), 1) * tenths(tallied)


@cache
def worst(tallied: int) -> Severity:
    """The band: the worst severity of which there is a finding."""
    return Severity(-min((family[0] for family in _families(tallied)), default=0))


def _families(tallied: int) -> list[tuple[int, float, str]]:
    """The band and the value of each family that has findings, both negative, and its name: in the order in which `score` takes them when sorted."""
    found = []
    for family in _NAMES:
        counts = tallied & _OF_FAMILY
        if counts:
            found.append((*_weighed(counts), family))
        tallied >>= _WIDTH
    return found


@cache
def _weighed(counts: int) -> tuple[int, float]:
    """The band and the value of a family, both negative, from the counts of its findings of each severity."""
    worst_first = [
        severity for severity in sorted(Severity, reverse=True) for _ in range(counts >> _BITS * severity & _MASK)
    ]
    band = worst_first[0]
    return -band, -headroom(FLOOR[band], CEILING[band], [SHARE[severity] for severity in worst_first[1:]])
