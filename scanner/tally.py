"""The value of `scanner.score` from counts alone: how many findings there are of each family and band.

A score does not depend on which findings those are, so a rank over a whole fleet counts them into one number and computes each number's value once. Test by
property: the value is the one that `score` gives, to the last digit.
"""

from collections.abc import Iterable
from functools import cache

from inventory.findings import Finding
from inventory.model import Family, Severity
from scanner.score import CEILING, FAMILY_SHARE, FLOOR, SHARE, effective, headroom

_FAMILIES = tuple(Family)
_BITS = 32
"""Room for a count; a device has fewer findings than 2^32."""
_MASK = (1 << _BITS) - 1
_ONE = {
    (family, severity): 1 << _BITS * (row * len(Severity) + severity)
    for row, family in enumerate(_FAMILIES)
    for severity in Severity
}


def one(finding: Finding) -> int:
    """What a finding adds to a tally; nothing if it is accepted. Tallies are added and taken from one another."""
    return 0 if finding.accepted is not None else _ONE[finding.family, effective(finding)]


def tally(findings: Iterable[Finding]) -> int:
    """The findings of a device as one number."""
    return sum(map(one, findings))


@cache
def tenths(tallied: int) -> int:
    """Ten times the value that `scanner.score.score` gives to findings of this tally."""
    families = sorted(_families(tallied), key=lambda family: (-family[0], -family[1], family[2]))
    if not families:
        return 0
    (band, value, _), *others = families
    exact = headroom(value, CEILING[band], [FAMILY_SHARE * other[1] for other in others])
    points = round(exact * 1000)
    return points if band is Severity.CRITICAL else min(points, round(CEILING[band] * 1000) - 1)


@cache
def worst(tallied: int) -> Severity:
    """The band: the worst severity of which there is a finding."""
    return max((band for band, _, _ in _families(tallied)), default=Severity.INFO)


def _families(tallied: int) -> list[tuple[Severity, float, str]]:
    """The band, the value and the name of each family that has findings."""
    found = []
    for row, family in enumerate(_FAMILIES):
        counts = tallied >> _BITS * len(Severity) * row
        shares = [
            (severity, SHARE[severity])
            for severity in sorted(Severity, reverse=True)
            for _ in range(counts >> _BITS * severity & _MASK)
        ]
        if shares:
            band = shares[0][0]
            found.append((band, headroom(FLOOR[band], CEILING[band], [share for _, share in shares[1:]]), family.value))
    return found
