"""A newer firmware than the one that the device runs has been released.

What: the maker's releases for this very product are known, the device states its version, and a newer release exists. The finding says how far the device is
behind: the time from its release to the newest, the number of releases between, and since when the next one could be had. Where the device's own release is
not dated, the shortest time that its build date and its neighbours leave open is counted. Of several hardware versions only what holds for each is said. A
release with a higher number that came out before the device's own is not newer: archives keep several lines of firmware under one model. More than five years
are high, more than two medium, and less, or a time that is not known, low.

Why it matters in a city: every release note is a list of holes for whoever looks for devices that did not follow. This is the finding with the cheapest
remedy: the mended firmware is there, and mostly it is free.

How to fix: read the release notes on the way from this version to the newest (some makers ask for an intermediate step), try it on one device, then update
the others in a maintenance window. Where the jump to a new major version is too much for now, the newest release of the branch that runs is the least.
"""

from datetime import date

from checks.contract import Flaw, Judgement, NotApplicable, check
from checks.firmware import age_in_words, bounded, evidence_of, heard_at, older_than
from checks.intelligence import Intelligence, built_in
from checks.knowledge import Release
from checks.matches import shortened
from checks.releases import Standing, Unplaced, standing
from checks.standards import clauses
from inventory.model import Device, Family, Severity

_LIMITS = ((5, Severity.HIGH), (2, Severity.MEDIUM))


@check(
    id="firmware-behind",
    title="A newer firmware exists",
    severity=Severity.LOW,
    family=Family.FIRMWARE,
    remedy="Install the newest firmware for this model; read the release notes for steps between.",
    standards=clauses("CWE-1104", "firmware-behind"),
    sources=("the makers' tables of releases, each with its own source",),
    informed=("intelligence",),
)
def firmware_behind(device: Device, intelligence: Intelligence | None = None) -> Judgement:
    """The device's version against the newest release that it can be compared with."""
    placed = standing(device, intelligence or built_in())
    if isinstance(placed, Unplaced):
        raise NotApplicable(placed.reason)
    if placed.newest is not None:
        yield Flaw(
            heard_at(device, placed.claim),
            " ".join(_sentences(placed, placed.newest)),
            evidence_of(device, placed.claim),
            confidence=placed.confidence,
            severity=bounded(_severity(placed.built_by, placed.newest.day), placed.confidence),
            facet="firmware",
            sources=(placed.product.source,),
        )
        return ""
    if placed.is_stale:
        raise NotApplicable(stale(placed))
    return f"runs {placed.version}, and nothing newer is known as of {placed.product.as_of}"


def stale(placed: Standing) -> str:
    """Why a table cannot say that nothing newer exists."""
    return f"the table of its releases is of {placed.product.as_of}, and knows nothing of what came later"


def dated(release: Release) -> str:
    """The release and its day: "6.42.7 (2018-08-17)"."""
    version = shortened(release.version)
    return f"{version} ({release.day})" if release.day else version


def _sentences(placed: Standing, newest: Release) -> list[str]:
    first, branch, latest = placed.first_newer, placed.newest_of_branch, placed.latest
    said = [f"{_running(placed)}; the newest release known is {dated(newest)}{_distance(placed, newest)}."]
    if latest is not None:
        said.append(f"That is so by its number; by its day it is {dated(latest)}.")
    if first is not None and first != newest:
        count = placed.between
        number = "One known release lies" if count == 1 else f"{count} known releases lie"
        said.append(f"{number} between; the next after it was {_available(first)}.")
    if branch is not None and branch not in {newest, first, latest}:
        said.append(f"The newest of its own branch is {dated(branch)}.")
    return said


def _running(placed: Standing) -> str:
    if placed.known is not None and placed.known.day is not None:
        return f"Firmware {placed.version} of {placed.known.day} runs"
    bound = f", made on {placed.built_by} at the latest," if placed.built_by else ""
    return f"Firmware {placed.version}{bound} runs"


def _distance(placed: Standing, newest: Release) -> str:
    if placed.built_by is None or newest.day is None or placed.least_days == 0:
        return ""
    exact = placed.known is not None and placed.known.day is not None
    return f", {'' if exact else 'at least '}{age_in_words(placed.built_by, newest.day)} later"


def _available(release: Release) -> str:
    version = shortened(release.version)
    return f"{version}, to be had since {release.day}" if release.day else version


def _severity(built: date | None, newest: date | None) -> Severity:
    """By the time between the two: unknown is the least."""
    if built is None or newest is None:
        return Severity.LOW
    return next((severity for years, severity in _LIMITS if older_than(built, years, newest)), Severity.LOW)
