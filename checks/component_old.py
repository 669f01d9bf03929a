"""A component in the firmware was released many years ago.

What: the device names a component with its version (a web server, an SSH server, a kernel), and that version was released more than five or ten years
ago. The release date is a lower bound of the firmware's build and the honest age of that code; it is not the firmware's date, and a maker may have
mended the component without changing its number. Distributions do so as a rule; where the device names one, the finding says so. An operating system that is
named with its version is judged like any other component, unless it is the device's firmware itself and its releases are known: then firmware-behind judges it.

Why it matters in a city: the holes of widely used components are the ones that worms look for, because one hole opens a thousand makers' devices.

How to fix: update the firmware and look whether the component's version rises. If it does not, ask the maker which version it is and which fixes it
carries, and let only the maintenance network reach the port until there is an answer.
"""

from collections.abc import Iterator
from datetime import date

from checks.components import SAYS_NOTHING, SYSTEMS, name_and_version, plain_name, released_in_words
from checks.contract import Flaw, Judgement, NotApplicable, check, examined
from checks.firmware import Dated, age_in_words, component_dates, distribution_of, evidence_of, heard_at, older_than
from checks.intelligence import Intelligence, built_in
from checks.matches import few, shortened
from checks.products import plain
from checks.releases import Standing, standing
from checks.standards import clauses
from inventory.model import Device, Family, Severity

_LIMITS = ((10, Severity.MEDIUM), (5, Severity.LOW))


@check(
    id="component-old",
    title="Old component in the firmware",
    severity=Severity.LOW,
    family=Family.FIRMWARE,
    remedy="Update the firmware; where the component stays the same, ask the maker which fixes it carries.",
    standards=clauses("CWE-1104", "component"),
    sources=("release days of the components: their projects' tags and news, endoflife.date",),
    informed=("intelligence",),
)
def component_old(device: Device, intelligence: Intelligence | None = None) -> Judgement:
    """Each component once, by the oldest of its versions that the device names."""
    if not device.claimed("component"):
        raise NotApplicable("names no component with a version")
    intelligence = intelligence or built_in()
    dated = component_dates(device, intelligence)
    known = tuple(each for each in dated if not _is_the_firmware(device, each, intelligence))
    if dated and not known:
        raise NotApplicable("judged by the releases known of its firmware")
    if not known:
        raise NotApplicable(f"no release date is known of {_listed(device)}")
    now = intelligence.judged_on or examined(device).date()
    for name, oldest in _oldest(known):
        severity = _severity(oldest.day, now)
        if severity is not None:
            yield Flaw(
                heard_at(device, oldest.claim),
                _detail(device, oldest, now, intelligence),
                evidence_of(device, oldest.claim),
                confidence=oldest.claim.confidence,
                severity=severity,
                facet=name,
                sources=_sources(name, intelligence),
            )
    return f"released within five years: {few(dated.claim.value for dated in known)}"


def _sources(name: str, intelligence: Intelligence) -> tuple[str, ...]:
    """Where its days of release are from; the check's own where its version is a day itself."""
    known = intelligence.components.get(name)
    return (known.source,) if known else ()


def _is_the_firmware(device: Device, dated: Dated, intelligence: Intelligence) -> bool:
    """Whether the component is the operating system whose version is judged as the device's own."""
    name = plain_name((name_and_version(dated.claim.value) or ("",))[0])
    if name not in SYSTEMS:
        return False
    placed = standing(device, intelligence)
    return isinstance(placed, Standing) and plain(name) in {plain(each) for each in placed.product.names}


def _oldest(known: tuple[Dated, ...]) -> Iterator[tuple[str, Dated]]:
    by_name: dict[str, list[Dated]] = {}
    for dated in known:
        named = name_and_version(dated.claim.value)
        if named:
            by_name.setdefault(plain_name(named[0]), []).append(dated)
    for name in sorted(by_name):
        yield name, min(by_name[name], key=lambda dated: dated.day)


def _detail(device: Device, dated: Dated, now: date, intelligence: Intelligence) -> str:
    named = dated.claim.value
    when = released_in_words(*(name_and_version(named) or (named, "")), intelligence)
    since = "this scan" if now == examined(device).date() else str(now)
    whose = distribution_of(device, dated.claim)
    carried = f" It is {whose}'s build: {SAYS_NOTHING}." if whose else ""
    return f"{shortened(named)} was released {when}, {age_in_words(dated.day, now)} before {since}.{carried}"


def _listed(device: Device) -> str:
    return few(claim.value for claim in device.claimed("component"))


def _severity(day: date, now: date) -> Severity | None:
    return next((severity for years, severity in _LIMITS if older_than(day, years, now)), None)
