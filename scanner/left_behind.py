"""An unfinished scan that a new one of the same place does not go on with, because it asked another question: which it is, and what differs."""

from collections.abc import Iterable, Iterator, Sequence

from inventory.report import Scan
from inventory.text import one_line
from scanner import spans
from scanner.reaching import asked_by

_SHOWN = 3


def left_behind(new: Scan, scans: Iterable[Scan]) -> Scan | None:
    """The last of `scans` (newest first) of the same place, where it did not end; None where it did, or there is none.

    The same place is the same site, or the same addresses where one of the two is of no site.
    """
    last = next((scan for scan in scans if scan.id != new.id and not scan.is_passive and _same_place(new, scan)), None)
    return last if last is not None and last.ended is None else None


def why_left(new: Scan, left: Scan) -> str:
    """A sentence: that scan is left as it is, and why."""
    named = f"the unfinished scan {left.id} of {left.started:%Y-%m-%d %H:%M} UTC (`tocsin report {left.id}`)"
    return f"{named} is left as it is and a new one is begun, because {_why(new, left)}"


def _same_place(new: Scan, other: Scan) -> bool:
    if new.site and other.site:
        return new.site == other.site
    return bool(spans.within(asked_by(new), asked_by(other)))


def _why(new: Scan, left: Scan) -> str:
    if differences := "; ".join(_differences(new, left)):
        return f"it asked another question: {differences}"
    if new.version != left.version:
        return f"it was made by Tocsin {left.version}, and this is {new.version}"
    return "it asked another question: other ports, checks or questions about TLS"


def _differences(new: Scan, left: Scan) -> Iterator[str]:
    gone, added = (sorted({*one.networks} - {*other.networks}) for one, other in ((left, new), (new, left)))
    if gone and added:
        yield f"networks {_few(gone)}, now {_few(added)}"
    elif gone or added:
        yield f"{'no longer' if gone else 'now also'} networks {_few(gone or added)}"
    settings = (
        ("level", left.level.label, new.level.label),
        ("ports", left.ports or "all", new.ports or "all"),
        ("engine", left.engine, new.engine),
        ("vantage", left.vantage or "none", new.vantage or "none"),
        ("policy", left.policy or "none", new.policy or "none"),
    )
    for what, then, now in settings:
        if then != now:
            yield f"{what} {one_line(then, 200)}, now {one_line(now, 200)}"


def _few(networks: Sequence[str]) -> str:
    more = f" and {len(networks) - _SHOWN} more" if len(networks) > _SHOWN else ""
    return one_line(f"{', '.join(networks[:_SHOWN])}{more}", 300)
