"""How old a device's firmware is: an interval, with the clues it was drawn from.

The clues are the components on it, whose release days are hard lower bounds; the release tables of its maker, where they list the version it runs; and
whatever any method of `checks/clues` reads in what it says. `checks.interval` combines them: what contradicts better evidence is set aside, and stays among the
clues with the reason. Unknown is unknown, never young.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from checks.clue import clues_of
from checks.components import (
    SAYS_NOTHING,
    SYSTEMS,
    backported,
    name_and_version,
    plain_name,
    released,
    released_in_words,
)
from checks.intelligence import Intelligence, built_in
from checks.interval import COMPONENT, RELEASE_TABLE, combined
from checks.release_clues import release_clues
from checks.same import Same
from inventory.ages import Clue, FirmwareAge
from inventory.model import Claim, Confidence, Device, Endpoint, Observation, Severity

_A_YEAR = 366
_OWN_SYSTEMS = frozenset(("big-ip", "opnsense", "routeros"))
"""Systems that only their own maker's devices run: their release is the firmware's."""
_OUT_AFTER = timedelta(days=31)
"""Within so many days of its build a whole system is out: the images of OpenWrt 19.07.7, of 16 February 2021, were compiled on the 15th."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A claim and the day that it stands for."""

    claim: Claim
    day: date


def firmware_age(device: Device, intelligence: Intelligence | None = None) -> FirmwareAge:
    """When the firmware was built, as [not before, not after], each clue named; by the shipped intelligence where no other is given.

    What an untrusted device says of it is no clue.
    """
    if device.untrusted:
        return FirmwareAge()
    return _firmware_age(Same(device), intelligence or built_in())


@lru_cache(maxsize=16)  # four checks and the report ask for the age of one device, one after another
def _firmware_age(same: Same[Device], intelligence: Intelligence) -> FirmwareAge:
    device = same.value
    parts = component_dates(device, intelligence)
    clues = [
        *(_component_clue(device, dated, intelligence) for dated in parts),
        *release_clues(device, intelligence),
        *clues_of(device),
    ]
    scanned = max((seen.when.date() for seen in device.observations), default=None)
    age = combined(dict.fromkeys(clues), scanned)
    code = (dated.day for dated in parts if scanned is None or dated.day <= scanned)
    return replace(age, code=max(code, default=None))


def component_dates(device: Device, intelligence: Intelligence) -> tuple[Dated, ...]:
    """The components whose version has a known release date, in the order of the device's claims."""
    return tuple(_component_dates(device, intelligence))


def heard_at(device: Device, claim: Claim) -> Endpoint:
    """Where the claim was heard; the whole host where that is not known."""
    return claim.endpoint or Endpoint(device.address, 0)


def evidence_of(device: Device, claim: Claim) -> bytes:
    """The bytes in which the claim was heard."""
    return next((seen.evidence for seen in _heard(device, claim)), b"")


def heard_in(device: Device, claim: Claim) -> str:
    """The text of the fact from which the claim was read, and what SSH says beside it: "OpenSSH_7.4p1" and "Debian-10+deb9u7"."""
    return next((f"{seen.facts[claim.fact]} {seen.facts.get('ssh.comment', '')}" for seen in _heard(device, claim)), "")


def distribution_of(device: Device, claim: Claim) -> str:
    """Whose build a component is, by its version or by the text that it was heard in; "" where it is the maker's own, or a whole system itself."""
    name = plain_name((name_and_version(claim.value) or (claim.value,))[0])
    return "" if name in SYSTEMS else backported(claim.value) or backported(heard_in(device, claim))


def proof_of(device: Device, clue: Clue) -> bytes:
    """The bytes in which the clue was heard: those of a claim or a fact that says what it says, else the first from its endpoint."""
    claims = (claim for claim in device.claims if claim.value == clue.detail and claim.endpoint == clue.endpoint)
    stated = [seen.evidence for claim in claims for seen in _heard(device, claim)]
    there = [seen for seen in device.observations if seen.endpoint == clue.endpoint]
    said = [seen.evidence for seen in there if clue.detail in map(str, seen.facts.values())]
    return next((evidence for evidence in (*stated, *said, *(seen.evidence for seen in there))), b"")


def older_than(day: date, years: int, now: date) -> bool:
    """Whether more than `years` years lie between `day` and `now`, counted by anniversaries."""
    return (now.year - years, now.month, now.day) > (day.year, day.month, day.day)


def age_in_words(day: date, now: date) -> str:
    """The age in years, to one decimal, rounded down; in days where it is less than one."""
    days = (now - day).days
    if days < _A_YEAR:
        return "1 day" if days == 1 else f"{days} days"
    return f"{int(days / 36.5242) / 10:.1f} years"


def bounded(severity: Severity, confidence: Confidence) -> Severity:
    """The severity that a finding may have which is no surer than that: what is only inferred is never high."""
    return min(severity, Severity.MEDIUM) if confidence is Confidence.INFERRED else severity


def _heard(device: Device, claim: Claim) -> Iterator[Observation]:
    return (seen for seen in device.observations if seen.endpoint == claim.endpoint and claim.fact in seen.facts)


def _component_dates(device: Device, intelligence: Intelligence) -> Iterator[Dated]:
    for claim in device.claimed("component"):
        named = name_and_version(claim.value)
        day = released(*named, intelligence) if named else None
        if day is not None:
            yield Dated(claim, day)


def _component_clue(device: Device, dated: Dated, intelligence: Intelligence) -> Clue:
    """A lower bound; but a whole system is built before the day that it is released on, and other makers build on it long after."""
    claim, day = dated.claim, dated.day
    named, version = name_and_version(claim.value) or (claim.value, "")
    name, whose = plain_name(named), distribution_of(device, claim)
    said = f"{claim.value}, released {released_in_words(named, version, intelligence)}"
    said += f" ({whose}'s build: {SAYS_NOTHING})" if whose else ""
    if name in _OWN_SYSTEMS:
        return Clue(RELEASE_TABLE, said, None, day, min(claim.confidence, Confidence.LIKELY), claim.endpoint)
    if name in SYSTEMS:
        return Clue(COMPONENT, said, day - _OUT_AFTER, None, Confidence.INFERRED, claim.endpoint)
    return Clue(COMPONENT, said, day, None, claim.confidence, claim.endpoint)
