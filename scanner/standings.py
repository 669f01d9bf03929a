"""How each finding of a report stands against the scan before, for formats whose readers close what they are not told of any more.

A finding that was not observed is not fixed: what such a reader must go on showing is among the changes, and not among the findings.
"""

from collections.abc import Iterator, Mapping

from inventory.diff import Diff, FindingChange, FindingState, FleetChange

Change = FindingChange | FleetChange
_UNSEEN = (FindingState.NOT_OBSERVED, FindingState.OUT_OF_SCOPE)


def standings(change: Diff | None) -> Mapping[str, Change]:
    """Each finding of the newer scan by its id; nothing where there is no scan before."""
    gone = (FindingState.FIXED, *_UNSEEN)
    return {one.finding.id: one for one in _all(change) if one.state not in gone}


def unobserved(change: Diff | None) -> Iterator[Change]:
    """The findings of the scan before that are neither found again nor fixed, in their order."""
    return (one for one in _all(change) if one.state in _UNSEEN)


def fixed(change: Diff | None) -> Iterator[Change]:
    """The findings of the scan before that are fixed, in their order."""
    return (one for one in _all(change) if one.state is FindingState.FIXED)


def is_new(change: Change | None) -> bool:
    """Whether a finding was not there before, or had been fixed: where there is a scan before, and also where it was accepted as soon as it was found."""
    if change is None:
        return False
    at_once = change.state is FindingState.ACCEPTED and change.reason.startswith("found for the first time")
    return change.state in (FindingState.NEW, FindingState.REGRESSED) or at_once


def _all(change: Diff | None) -> Iterator[Change]:
    if change is not None:
        yield from change.findings
        yield from change.fleet
