"""The maker supports this device, or the branch of its firmware, no longer.

What: a declaration of the maker, or of an authority after him, names this product and a day on which support ends, or the branch that the firmware is of, and
that day has passed or comes within a year. Where only the sale has ended this is said for information. Each declaration is in the intelligence with its
document and the day on which that was last looked at; where no document names the day itself, the first on which one says that support had ended stands for
it. What nobody declared is not judged here.

Why it matters in a city: from that day on a hole is not mended, however bad it is, and insurers and auditors ask for the date. Cabinets are planned for
fifteen years, and support is declared for five.

How to fix: a branch is left by updating to one that is supported. A device is replaced; until then it belongs behind an access list that lets only its own
system reach it, with every service off that is not needed, and with the last firmware that its maker made.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from checks.contract import Act, Flaw, Judgement, NotApplicable, check
from checks.firmware import age_in_words, bounded, evidence_of, heard_at
from checks.intelligence import Intelligence, built_in
from checks.knowledge import Lifecycle
from checks.lifecycles import branch_claim, declared, in_words
from checks.matches import Match, shortened, version_of, versions
from checks.products import plain_vendor
from checks.releases import judged_on
from checks.standards import clauses
from checks.versions import compare
from inventory.model import Claim, Device, Family, Severity

_NOTICE = timedelta(days=365)
_REPLACE = "Replace the device; until then let only its own system reach it, and install the last firmware there is."
_MOVE = "Update to a branch of the firmware that the maker supports; where this model has none, replace the device."


@check(
    id="firmware-unsupported",
    title="No longer supported by its maker",
    severity=Severity.HIGH,
    family=Family.FIRMWARE,
    remedy=_REPLACE,
    standards=clauses("CWE-1104", "CWE-1277", "unsupported"),
    act=Act.REPLACE,
    sources=("the makers' declarations of end of life, each with its own source",),
    informed=("intelligence",),
)
def firmware_unsupported(device: Device, intelligence: Intelligence | None = None) -> Judgement:
    """The declaration about the device, and the one about its branch of the firmware."""
    intelligence = intelligence or built_in()
    found = declared(device, intelligence)
    if not found:
        raise NotApplicable("no declaration about its support is known")
    day = judged_on(device, intelligence)
    for match in found:
        yield from _judged(device, match, day)
    return "; ".join(in_words(match.row) for match in found)


def _judged(device: Device, match: Match[Lifecycle], day: date) -> Iterator[Flaw]:
    row = match.row
    ends = row.end_of_support
    if ends is not None and ends < day:
        since = f"{ends} at the latest" if "at the latest" in row.note else f"{ends}"
        said = f"{_opening(device, match)} has not been supported since {since}, {age_in_words(ends, day)} ago."
        yield _flaw(device, match, said, Severity.HIGH)
    elif ends is not None and ends - day <= _NOTICE:
        flaw = _flaw(device, match, f"Support of {_subject(device, match)} ends on {ends}.", Severity.LOW)
        yield replace(flaw, title="Support by its maker ends soon")
    elif row.end_of_sale is not None and row.end_of_sale < day:
        flaw = _flaw(
            device, match, f"{_opening(device, match)} has not been sold since {row.end_of_sale}.", Severity.INFO
        )
        yield replace(
            flaw,
            title="No longer sold by its maker",
            remedy="Plan the replacement before support ends.",
            act=Act.REPLACE,
        )


def _flaw(device: Device, match: Match[Lifecycle], said: str, severity: Severity) -> Flaw:
    claim = _claim(device, match)
    sure = min(match.confidence, claim.confidence)
    return Flaw(
        heard_at(device, claim),
        " ".join((said, *_last_firmware(device, match), f"{in_words(match.row)}.")),
        evidence_of(device, claim),
        confidence=sure,
        severity=bounded(severity, sure),
        facet="branch" if match.row.branch else "device",
        remedy=_MOVE if match.row.branch else _REPLACE,
        act=Act.UPDATE if match.row.branch else Act.REPLACE,
        sources=(match.row.source,),
    )


def _claim(device: Device, match: Match[Lifecycle]) -> Claim:
    """What it was recognised by: the version where a branch is meant, else the name."""
    return (branch_claim(device, match) if match.row.branch else None) or match.name.claim


def _subject(device: Device, match: Match[Lifecycle]) -> str:
    if match.row.branch:
        return f"branch {match.row.branch} of its firmware (it runs {shortened(version_of(_claim(device, match)))})"
    named = match.name.claim
    return shortened(named.value) if named.name == "model" else match.row.names[0].rstrip("*")


def _opening(device: Device, match: Match[Lifecycle]) -> str:
    """The subject as it opens a sentence; a model's name is left as its maker writes it."""
    subject = _subject(device, match)
    return f"{subject[0].upper()}{subject[1:]}" if match.row.branch else subject


def _last_firmware(device: Device, match: Match[Lifecycle]) -> Iterator[str]:
    """Whether the device runs the last firmware, where that is known."""
    last, stated = match.row.last_firmware, versions(device, match.name)[:1]
    orders = [compare(version_of(claim), last, plain_vendor(match.row.vendor)) for claim in stated if last]
    if orders and orders[0] == -1:
        yield f"It does not even run the last firmware, {last}, but {shortened(version_of(stated[0]))}."
    elif orders and orders[0] is not None:
        yield "It runs the last firmware."
