"""The base score of a CVSS 3 vector (first.org/cvss/v3.1/specification-document, section 7.1), for advisories that give the vector alone."""

import math
import re
from collections.abc import Iterable

_VECTOR = re.compile(r"CVSS:3\.[01]/([A-Z:/]{10,200})")
_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


def base_score(vector: str) -> float | None:
    """The score, None for what is no whole vector of CVSS 3.0 or 3.1."""
    match = _VECTOR.fullmatch(vector.strip()[:240])
    given = dict(part.split(":", 1) for part in match[1].split("/") if ":" in part) if match else {}
    try:
        weights = {metric: values[given[metric]] for metric, values in _WEIGHTS.items()}
        privileges = _PRIVILEGES[given["S"]][given["PR"]]
    except KeyError:
        return None
    lost = 1 - (1 - weights["C"]) * (1 - weights["I"]) * (1 - weights["A"])
    changed = given["S"] == "C"
    impact = 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 if changed else 6.42 * lost
    if impact <= 0:
        return 0.0
    ease = 8.22 * weights["AV"] * weights["AC"] * weights["UI"] * privileges
    return _rounded_up(min((1.08 if changed else 1.0) * (impact + ease), 10))


def highest(scores: Iterable[float | None]) -> float | None:
    """The highest of the scores that are known."""
    return max((score for score in scores if score is not None), default=None)


def _rounded_up(score: float) -> float:
    """To one decimal, as appendix A of the specification has it, lest a binary fraction be rounded up once more."""
    whole = round(score * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (math.floor(whole / 10_000) + 1) / 10
