"""Which scan of the past another is held against: of the same networks, from the same place, and one that asked if this one did."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from inventory.errors import StoreError
from inventory.report import Scan
from inventory.text import one_line

_NAMED = 8


def before(scan: Scan, scans: Iterable[Scan]) -> tuple[Scan, ...]:
    """Those of `scans` (newest first) that are like this one and had ended before it started, newest first."""
    return tuple(
        other for other in scans if _alike(scan, other) and other.ended is not None and other.ended <= scan.started
    )


def by(until: datetime, scans: Sequence[Scan]) -> Scan | None:
    """The newest of `scans` (newest first) that had ended by then."""
    return next((other for other in scans if other.ended is not None and other.ended <= until), None)


def of_site(site: str, scans: Sequence[Scan]) -> str:
    """The id of the newest scan of a site, of `scans` (newest first); `StoreError` where there is none."""
    for scan in scans:
        if scan.site == site:
            return scan.id
    known = ", ".join(sorted({scan.site for scan in scans} - {""})) or "none"
    raise StoreError(f"there is no scan of a site {one_line(site, 80)!r}; the sites that were scanned: {known}")


def others(scan: Scan, scans: Iterable[Scan], command: str, together: str = "") -> str:
    """A line that says that this is one site of several, and how the others are asked for; "" where it is the only one. `together` asks for all of them."""
    sites = sorted(one_line(name, 80) for name in {other.site for other in scans} - {scan.site, ""})
    if not sites:
        return ""
    more = f" and {len(sites) - _NAMED} more" if len(sites) > _NAMED else ""
    whole = f"; `{command} {together}` of all together" if together else ""
    return f"this is the site that was scanned last; `{command} --site NAME` tells of the others: {', '.join(sites[:_NAMED])}{more}{whole}\n"


def _alike(scan: Scan, other: Scan) -> bool:
    same = (other.networks, other.vantage, other.is_passive) == (scan.networks, scan.vantage, scan.is_passive)
    return same and other.id != scan.id
