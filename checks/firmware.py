"""How old a device's firmware is: an interval, with the clues it was drawn from.

A build date that the device states bounds it on both sides. A component's release date is a hard lower bound: no firmware carries code from its own
future. Where the two contradict each other the stated date is not believed, and the clues say so. Unknown is unknown, never young.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from checks.components import name_and_version, released
from inventory.model import Claim, Confidence, Device, Endpoint, FirmwareAge


@dataclass(frozen=True, slots=True)
class Dated:
    """A claim and the day that it stands for."""

    claim: Claim
    day: date


def firmware_age(device: Device) -> FirmwareAge:
    """When the firmware was built, as [not before, not after], each clue named."""
    clues = [_component_clue(dated) for dated in component_dates(device)]
    floor = max((dated.day for dated in component_dates(device)), default=None)
    ceiling = max((seen.when.date() for seen in device.observations), default=None)
    credible: list[Dated] = []
    for dated in stated_dates(device):
        clues.append(("stated date", f"{dated.day} {_heard(dated.claim)}"))
        if floor is not None and dated.day < floor:
            clues.append(("conflict", f"{dated.day} is stated, but a component was released only on {floor}"))
        elif ceiling is not None and dated.day > ceiling:
            clues.append(("conflict", f"{dated.day} is stated, which is after the scan"))
        else:
            credible.append(dated)
    if credible:
        return _between(credible, clues)
    if floor is not None:
        doubted = any(method == "conflict" for method, _ in clues)
        return FirmwareAge(floor, None, Confidence.INFERRED if doubted else Confidence.LIKELY, tuple(clues))
    return FirmwareAge(clues=tuple(clues))


def stated_dates(device: Device) -> tuple[Dated, ...]:
    """The build dates that the device states, in the order of its claims; what is no date is left out."""
    found = ((claim, _day(claim.value)) for claim in device.claimed("firmware_date"))
    return tuple(Dated(claim, day) for claim, day in found if day is not None)


def component_dates(device: Device) -> tuple[Dated, ...]:
    """The components whose version has a known release date, in the order of the device's claims."""
    return tuple(_component_dates(device))


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


def _between(credible: list[Dated], clues: list[tuple[str, str]]) -> FirmwareAge:
    first, last = min(dated.day for dated in credible), max(dated.day for dated in credible)
    confidence = max(dated.claim.confidence for dated in credible)
    if first != last:
        clues.append(("conflict", f"{first} and {last} are both stated"))
        confidence = min(confidence, Confidence.LIKELY)
    return FirmwareAge(first, last, confidence, tuple(clues))


def _component_dates(device: Device) -> Iterator[Dated]:
    for claim in device.claimed("component"):
        named = name_and_version(claim.value)
        day = released(*named) if named else None
        if day is not None:
            yield Dated(claim, day)


def _component_clue(dated: Dated) -> tuple[str, str]:
    return (
        "component",
        f"{dated.claim.value}, released on {dated.day}, {_heard(dated.claim)}: not built before that day",
    )


def _heard(claim: Claim) -> str:
    return f"heard at {claim.endpoint}" if claim.endpoint else "as the device states"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
