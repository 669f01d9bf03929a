"""The device states that its firmware was built years ago.

What: a build or release date that the device itself gives (in a banner, a UPnP description, a system description) lies more than three, five or ten
years back. This is the date of the whole firmware, not of one component in it. Where the stated date contradicts the components on the device it is
not believed; where several are stated, the latest counts. What only hints at a date (when a file was written, when a certificate was made) is not judged,
and neither is the day where more is known: where the maker's releases are (firmware-behind, firmware-abandoned) or the end of support (firmware-unsupported).

Why it matters in a city: devices in cabinets and on masts stay for fifteen years. Whatever was found wrong with the maker's code since the build date
is still wrong on this device, and the list is public.

How to fix: look up the newest firmware for the model, and update in the next maintenance window. Where the maker has none, the model is abandoned:
keep it behind an access list and put its replacement into the budget.
"""

from datetime import date

from checks.contract import Flaw, Inconclusive, Judgement, NotApplicable, check, examined
from checks.firmware import age_in_words, bounded, firmware_age, older_than, proof_of
from checks.intelligence import Intelligence, built_in
from checks.interval import RELEASE_TABLE, days_in_words
from checks.matches import few, shortened
from checks.releases import judged_by_catalogue
from checks.standards import clauses
from inventory.ages import Clue, FirmwareAge
from inventory.model import Confidence, Device, Endpoint, Family, Severity

_LONGEST = 120
_LIMITS = ((10, Severity.HIGH), (5, Severity.MEDIUM), (3, Severity.LOW))


@check(
    id="firmware-old",
    title="Old firmware",
    severity=Severity.MEDIUM,
    family=Family.FIRMWARE,
    remedy="Install the maker's newest firmware for this model; where there is none, plan the replacement.",
    standards=clauses("CWE-1104", "firmware-behind"),
    sources=("the build date that the device itself states",),
    informed=("intelligence",),
)
def firmware_old(device: Device, intelligence: Intelligence | None = None) -> Judgement:
    """The last day on which the firmware may have been built, by what the device states."""
    known = judged_by_catalogue(device, intelligence or built_in())
    if known:
        raise NotApplicable(known)
    age = firmware_age(device, intelligence)
    dated = [clue for clue in age.clues if clue.not_after is not None and clue.method != RELEASE_TABLE]
    stated = [clue for clue in dated if clue.confidence > Confidence.INFERRED]
    if not stated:
        raise NotApplicable(_nothing_stated(dated))
    built, bound = age.not_after, _bound(age, stated)
    if built is None or bound is None:
        raise Inconclusive(few(f"{clue.detail[:_LONGEST]} is stated, but {clue.set_aside}" for clue in stated))
    now = (intelligence.judged_on if intelligence else None) or examined(device).date()
    since = "before this scan" if now == examined(device).date() else f"before {now}"
    severity = _severity(built, now)
    if severity is not None:
        version = device.claim("firmware")
        named = f"Firmware {shortened(version.value)}" if version else "The firmware"
        yield Flaw(
            bound.endpoint or Endpoint(device.address, 0),
            f"{named} was built {_days(age, built)}, {_at_least(age)}{age_in_words(built, now)} {since}.",
            proof_of(device, bound),
            confidence=age.confidence,
            severity=bounded(severity, age.confidence),
            facet="firmware",
            sources=(f"the device's own statement ({bound.method})",),
        )
    return f"built {_days(age, built)}, {_at_least(age)}{age_in_words(built, now)} ago"


def _nothing_stated(weak: list[Clue]) -> str:
    if not weak:
        return "states no build date"
    return f"states no build date, and only weak clues say when it was built ({', '.join(sorted({clue.method for clue in weak}))})"


def _bound(age: FirmwareAge, stated: list[Clue]) -> Clue | None:
    """The statement by which the interval ends; None where the device's own are not believed."""
    believed = [clue for clue in stated if not clue.set_aside]
    ending = [clue for clue in believed if clue.not_after == age.not_after]
    return next((clue for clue in (*ending, *believed)), None)


def _days(age: FirmwareAge, built: date) -> str:
    between = age.not_before is not None and age.not_before != built
    return f"between {age.not_before} and {built}" if between else days_in_words(age.not_before, built)


def _at_least(age: FirmwareAge) -> str:
    return "" if age.not_before == age.not_after else "at least "


def _severity(built: date, now: date) -> Severity | None:
    return next((severity for years, severity in _LIMITS if older_than(built, years, now)), None)
