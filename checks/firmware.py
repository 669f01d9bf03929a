"""How old a device's firmware is: an interval, with the clues it was drawn from.

A build date that the device states bounds it on both sides. A component's release date is a hard lower bound: no firmware carries code from its own
future. Where the two contradict each other the stated date is not believed, and the clues say so. Unknown is unknown, never young.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from checks.clue import clues_of
from checks.components import name_and_version, released
from checks.intelligence import Intelligence, built_in
from inventory.model import Claim, Clue, Confidence, Device, Endpoint, FirmwareAge


@dataclass(frozen=True, slots=True)
class Dated:
    """A claim and the day that it stands for."""

    claim: Claim
    day: date


def firmware_age(device: Device, intelligence: Intelligence | None = None) -> FirmwareAge:
    """When the firmware was built, as [not before, not after], each clue named; by the shipped intelligence where no other is given."""
    intelligence = intelligence or built_in()
    floor = max((dated.day for dated in component_dates(device, intelligence)), default=None)
    ceiling = max((seen.when.date() for seen in device.observations), default=None)
    clues = [_component_clue(dated) for dated in component_dates(device, intelligence)]
    clues += [_weighed(clue, floor, ceiling) for clue in clues_of(device)]
    credible = [clue for clue in clues if not clue.set_aside and clue.method != "component"]
    if credible:
        return replace(_between(credible), clues=tuple(clues), code=floor)
    doubted = any(clue.set_aside for clue in clues)
    sure = Confidence.INFERRED if doubted or floor is None else Confidence.LIKELY
    return FirmwareAge(floor, None, sure, tuple(clues), floor)


def _weighed(clue: Clue, floor: date | None, ceiling: date | None) -> Clue:
    """The clue, set aside where it cannot be true."""
    if floor is not None and clue.not_after is not None and clue.not_after < floor:
        return replace(clue, set_aside=f"a component was released only on {floor}")
    if ceiling is not None and clue.not_before is not None and clue.not_before > ceiling:
        return replace(clue, set_aside="it is after the scan")
    return clue


def stated_dates(device: Device) -> tuple[Dated, ...]:
    """The build dates that the device states, in the order of its claims; what is no date is left out."""
    found = ((claim, _day(claim.value)) for claim in device.claimed("firmware_date"))
    return tuple(Dated(claim, day) for claim, day in found if day is not None)


def component_dates(device: Device, intelligence: Intelligence) -> tuple[Dated, ...]:
    """The components whose version has a known release date, in the order of the device's claims."""
    return tuple(_component_dates(device, intelligence))


def heard_at(device: Device, claim: Claim) -> Endpoint:
    """Where the claim was heard; the whole host where that is not known."""
    return claim.endpoint or Endpoint(device.address, 0)


def evidence_of(device: Device, claim: Claim) -> bytes:
    """The bytes in which the claim was heard."""
    heard = (seen for seen in device.observations if seen.endpoint == claim.endpoint and claim.fact in seen.facts)
    return next((seen.evidence for seen in heard), b"")


def older_than(day: date, years: int, now: date) -> bool:
    """Whether more than `years` years lie between `day` and `now`, counted by anniversaries."""
    return (now.year - years, now.month, now.day) > (day.year, day.month, day.day)


def age_in_words(day: date, now: date) -> str:
    """The age in years, to one decimal, rounded down."""
    return f"{int((now - day).days / 36.5242) / 10:.1f} years"


def _between(credible: list[Clue]) -> FirmwareAge:
    first = min((clue.not_before for clue in credible if clue.not_before), default=None)
    last = max((clue.not_after for clue in credible if clue.not_after), default=None)
    confidence = max(clue.confidence for clue in credible)
    if len({(clue.not_before, clue.not_after) for clue in credible}) > 1:
        confidence = min(confidence, Confidence.LIKELY)
    return FirmwareAge(first, last, confidence)


def _component_dates(device: Device, intelligence: Intelligence) -> Iterator[Dated]:
    for claim in device.claimed("component"):
        named = name_and_version(claim.value)
        day = released(*named, intelligence) if named else None
        if day is not None:
            yield Dated(claim, day)


def _component_clue(dated: Dated) -> Clue:
    said = f"{dated.claim.value}, released on {dated.day}"
    return Clue("component", said, dated.day, None, dated.claim.confidence, dated.claim.endpoint)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
