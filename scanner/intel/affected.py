"""Advisories as rows: those that say the same thing of the same versions of the same product become one, with all their vulnerabilities."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from checks.knowledge import Advisory
from scanner.intel.cvss import highest

_NOBODY = {"", "n/a", "multiple", "multiple open source", "unknown", "unspecified", "open source"}
_NOTHING = {"", "n/a", "multiple products", "unknown", "unspecified"}


def names_somebody(vendor: str, product: str) -> bool:
    """Whether an advisory can ever be found by a device's vendor and product."""
    return vendor.lower() not in _NOBODY and product.lower() not in _NOTHING


def joined(rows: Iterable[Advisory]) -> list[Advisory]:
    """One row for each advisory, vendor, product and versions, in that order, with the CVEs in order and the highest score."""
    found: dict[tuple[str, str, str, str], list[Advisory]] = {}
    for row in rows:
        found.setdefault((row.id, row.vendor, row.product, row.affected), []).append(row)
    return [_one(found[key]) for key in sorted(found)]


def _one(rows: list[Advisory]) -> Advisory:
    cves = tuple(sorted({cve for row in rows for cve in row.cves}))
    return replace(
        rows[0],
        cves=cves,
        cvss=highest(row.cvss for row in rows),
        published=min((row.published for row in rows), default=date.max),
    )


def between(first: str, below: str = "", up_to: str = "") -> str:
    """A range of versions as `checks.ranges` reads it: ">=1.0 <2.5", "<=2.5", "vers:all/*"; "" where nothing is said."""
    if "*" in {below, up_to}:
        below = up_to = ""
        bounded_above = False
    else:
        bounded_above = bool(below or up_to)
    from_the_start = first in {"", "0", "*", "unspecified", "n/a", "-"}
    if not bounded_above:
        return "vers:all/*" if from_the_start else f">={first}"
    end = f"<{below}" if below else f"<={up_to}"
    return end if from_the_start else f">={first} {end}"
