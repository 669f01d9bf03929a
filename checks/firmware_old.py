"""The device states that its firmware was built years ago.

What: a build or release date that the device itself gives (in a banner, a UPnP description, a system description) lies more than three, five or ten
years back. This is the date of the whole firmware, not of one component in it. Where the stated date contradicts the components on the device it is
not believed.

Why it matters in a city: devices in cabinets and on masts stay for fifteen years. Whatever was found wrong with the maker's code since the build date
is still wrong on this device, and the list is public.

How to fix: look up the newest firmware for the model, and update in the next maintenance window. Where the maker has none, the model is abandoned:
keep it behind an access list and put its replacement into the budget.
"""

from datetime import date

from checks.contract import Flaw, Inconclusive, Judgement, NotApplicable, check, examined
from checks.firmware import age_in_words, evidence_of, firmware_age, heard_at, older_than, stated_dates
from checks.intelligence import Intelligence
from inventory.model import Device, Family, Severity

_LIMITS = ((10, Severity.HIGH), (5, Severity.MEDIUM), (3, Severity.LOW))


@check(
    id="firmware-old",
    title="Old firmware",
    severity=Severity.MEDIUM,
    family=Family.FIRMWARE,
    remedy="Install the maker's newest firmware for this model; where there is none, plan the replacement.",
    standards=(
        "CWE-1104",
        "ETSI EN 303 645 v3.1.3: 5.3-2",
        "EU CRA 2024/2847 Annex I: Part I (2)(c)",
        "OWASP IoT Top 10 2018: I5",
    ),
    informed=("intelligence",),
)
def firmware_old(device: Device, intelligence: Intelligence | None = None) -> Judgement:
    """The latest date the firmware may have been built on, by the dates that the device states."""
    stated = stated_dates(device)
    if not stated:
        raise NotApplicable("states no build date")
    age = firmware_age(device, intelligence)
    built = age.not_after
    if built is None:
        raise Inconclusive(
            "; ".join(f"{clue.detail} is stated, but {clue.set_aside}" for clue in age.clues if clue.set_aside)
        )
    now = examined(device).date()
    severity = _severity(built, now)
    if severity is not None:
        claim = next(dated.claim for dated in stated if dated.day == built)
        version = device.claim("firmware")
        named = f"Firmware {version.value}" if version else "The firmware"
        yield Flaw(
            heard_at(device, claim),
            f"{named} was built on {built}, {age_in_words(built, now)} before this scan.",
            evidence_of(device, claim),
            confidence=age.confidence,
            severity=severity,
            facet="firmware",
        )
    return f"built on {built}, {age_in_words(built, now)} ago"


def _severity(built: date, now: date) -> Severity | None:
    return next((severity for years, severity in _LIMITS if older_than(built, years, now)), None)
