"""The device runs the newest firmware known, and that is years old.

What: the device runs the newest release known for its product, and more than three years have passed since without another. Mostly nobody has declared such a
product dead, and nobody mends it; where something is declared, the finding names it. A table of releases that is itself more than a year old cannot say so,
nor one whose numbers and days do not agree on which release is the newest, and then nothing is said.

Why it matters in a city: such a device looks healthy in every report that only asks for updates. The components in it age all the same, and the next hole in
one of them stays open until the device is taken off its mast.

How to fix: ask the maker in writing whether it still mends this product. Without a yes, keep the device behind an access list that lets only what must talk to
it through, and put its replacement into the budget. Nothing that is to be bought new should lack a declared end of support.
"""

from datetime import date

from checks.contract import Act, Flaw, Judgement, NotApplicable, check
from checks.firmware import age_in_words, evidence_of, heard_at, older_than
from checks.firmware_behind import dated, stale
from checks.intelligence import Intelligence, built_in
from checks.lifecycles import declared, in_words
from checks.releases import Standing, Unplaced, standing
from checks.standards import clauses
from inventory.model import Confidence, Device, Family, Severity

_YEARS = 3


@check(
    id="firmware-abandoned",
    title="No new firmware for years",
    severity=Severity.LOW,
    family=Family.FIRMWARE,
    remedy="Ask the maker whether the product is still mended; plan its replacement, and isolate it until then.",
    standards=clauses("CWE-1104", "CWE-1277", "unsupported"),
    act=Act.REPLACE,
    sources=("the makers' tables of releases, each with its own source",),
    informed=("intelligence",),
)
def firmware_abandoned(device: Device, intelligence: Intelligence | None = None) -> Judgement:
    """The newest release known, where the device runs it, by its age."""
    intelligence = intelligence or built_in()
    placed = standing(device, intelligence)
    if isinstance(placed, Unplaced):
        raise NotApplicable(placed.reason)
    if placed.newest is not None:
        return f"a newer release exists: {dated(placed.newest)}"
    if placed.is_stale:
        raise NotApplicable(stale(placed))
    if placed.built_by is None:
        raise NotApplicable(f"no day is known of {placed.version}, the newest release")
    if older_than(placed.built_by, _YEARS, placed.day):
        yield Flaw(
            heard_at(device, placed.claim),
            " ".join((_sentence(placed, placed.built_by), *_notes(device, intelligence))),
            evidence_of(device, placed.claim),
            confidence=min(placed.confidence, Confidence.LIKELY),
            facet="firmware",
            sources=(placed.product.source,),
        )
    return f"runs {placed.version}, made on {placed.built_by} at the latest"


def _sentence(placed: Standing, built: date) -> str:
    age = age_in_words(built, placed.day)
    if placed.known is not None:
        return f"Firmware {placed.version} of {built} is the newest known, {age} old (releases as of {placed.product.as_of})."
    return (
        f"Firmware {placed.version}, at least {age} old, is newer than any release known as of {placed.product.as_of}."
    )


def _notes(device: Device, intelligence: Intelligence) -> list[str]:
    return [f"{in_words(match.row)}." for match in declared(device, intelligence)]
