"""The firmware is one of those that published advisories name as vulnerable.

What: advisories of the maker, or of CISA about it, name the device's product and a range of versions, and the version that it states lies in it. What is
known to be exploited is another finding (firmware-known-exploited) and not counted here. There is one finding for all advisories that surely affect the
device, with the worst three, and one, inferred, for those that possibly do: because the version is not known, or cannot be compared with what the
advisory says. The first is high where one of them scores 9 or more and an attack on it is published or can be automated, low where all score below 4, and
medium otherwise. The second is low, and medium only where what may be there would be high: whether it is there at all is open, and a city that is told of a
thousand perhapses reads none of them. An advisory that names no versions does not count against firmware that was surely built more than a year after it.

Why it matters in a city: an advisory is also a manual. From the day of its publication everybody knows what is wrong with the device and can look for it.

How to fix: install the version that mends all of them, where one is named, or the newest. Where an advisory says that none will come, follow its
workarounds, and let only those networks reach the device that must.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from checks.contract import Act, Flaw, Judgement, NotApplicable, check
from checks.firmware import evidence_of, heard_at
from checks.holes import Hole, compared_with, holes, known_up_to, looked_through, names_closely, newest, open_ones
from checks.intelligence import Intelligence, built_in
from checks.knowledge import Points
from checks.standards import clauses
from checks.vulnerabilities import published
from inventory.model import Confidence, Device, Family, Severity
from inventory.text import one_line

_GRAVE, _SLIGHT = 9.0, 4.0
_WORST = 3
_EXPLOITATION = {"active": 2, "poc": 1}


@dataclass(frozen=True, slots=True)
class _Weighed:
    """The holes of one advisory, the highest score among them, and whether an attack is published or can be automated.

    `epss` is the highest probability of exploitation within 30 days, 0 where the intelligence has none.
    """

    id: str
    holes: tuple[Hole, ...]
    cvss: float
    exploitation: int
    automatable: bool
    epss: float = 0.0

    @property
    def is_grave(self) -> bool:
        return self.cvss >= _GRAVE and (self.exploitation > 0 or self.automatable)

    @property
    def rank(self) -> tuple[bool, float, float, int, bool, str]:
        """Worst first."""
        return (not self.is_grave, -self.cvss, -self.epss, -self.exploitation, not self.automatable, self.id)


@check(
    id="firmware-advisory",
    title="Firmware with published vulnerabilities",
    severity=Severity.MEDIUM,
    family=Family.FIRMWARE,
    remedy="Install firmware that mends all that the advisories name, or the newest; where there is none, follow the advisories' workarounds.",
    standards=clauses("CWE-1395", "vulnerable"),
    sources=("the makers' and CISA's advisories, each with its own source",),
    informed=("intelligence",),
)
def firmware_advisory(device: Device, intelligence: Intelligence | None = None) -> Judgement:
    """One finding for what surely affects the device, one for what may."""
    intelligence = intelligence or built_in()
    through = _through(device, intelligence)
    found = [hole for hole in holes(device, intelligence) if not _is_exploited(hole, intelligence)]
    sure = _weighed([hole for hole in found if hole.sure], intelligence)
    settled = {each.id for each in sure}
    possible = _weighed([hole for hole in open_ones(found) if hole.id not in settled], intelligence)
    if not found and not names_closely(device) and not device.claimed("component"):
        raise NotApplicable(f"which model it is is not known, so that {through} could not be compared")
    if sure:
        yield replace(_sure_flaw(device, sure), vulnerabilities=published(_cves(sure), intelligence))
    if possible:
        yield replace(_possible_flaw(device, possible), vulnerabilities=published(_cves(possible), intelligence))
    naming = len({hole.id for hole in found})
    mended = f" ({naming} {'names' if naming == 1 else 'name'} it, and its version is not affected)" if found else ""
    return f"none of {through} is known to affect it{mended}"


def _through(device: Device, intelligence: Intelligence) -> str:
    through = looked_through(device, intelligence)
    if through:
        return f"{through} as of {known_up_to(intelligence, 'advisories')}"
    vendor = device.claim("vendor")
    raise NotApplicable(f"the intelligence holds no advisory of {vendor.value}" if vendor else "its maker is not known")


def _is_exploited(hole: Hole, intelligence: Intelligence) -> bool:
    """Whether all that it is about is known to be exploited, and so is judged elsewhere."""
    return bool(hole.cves) and all(cve in intelligence.exploited for cve in hole.cves)


def _weighed(found: Iterable[Hole], intelligence: Intelligence) -> list[_Weighed]:
    by_id: dict[str, list[Hole]] = {}
    for hole in found:
        by_id.setdefault(hole.id, []).append(hole)
    return sorted((_weigh(name, theirs, intelligence) for name, theirs in by_id.items()), key=lambda each: each.rank)


def _weigh(name: str, theirs: list[Hole], intelligence: Intelligence) -> _Weighed:
    known: list[Points] = [
        intelligence.points[cve] for hole in theirs for cve in hole.cves if cve in intelligence.points
    ]
    scores = [hole.cvss(intelligence.points.get(cve)) for hole in theirs for cve in (hole.cves or ("",))]
    return _Weighed(
        name,
        tuple(theirs),
        max(scores),
        max((_EXPLOITATION.get(points.exploitation, 0) for points in known), default=0),
        any(points.automatable == "yes" for points in known),
        max(
            (one.probability for hole in theirs for cve in hole.cves if (one := intelligence.epss.get(cve))),
            default=0.0,
        ),
    )


def _cves(weighed: list[_Weighed]) -> Iterator[str]:
    return (cve for each in weighed for hole in each.holes for cve in hole.cves)


def _severity(weighed: list[_Weighed]) -> Severity:
    if weighed[0].is_grave:
        return Severity.HIGH
    scored = [each.cvss for each in weighed]
    return Severity.LOW if all(0 < score < _SLIGHT for score in scored) else Severity.MEDIUM


def _sure_flaw(device: Device, weighed: list[_Weighed]) -> Flaw:
    worst = weighed[0].holes[0]
    return Flaw(
        heard_at(device, worst.claim),
        f"{_product(worst)} is affected by {_counted(weighed)}: {_named(weighed)}.{_mended(weighed)}",
        evidence_of(device, worst.claim),
        confidence=max(hole.confidence for each in weighed for hole in each.holes),
        severity=_severity(weighed),
        facet="affected",
        sources=_sources(weighed),
    )


def _possible_flaw(device: Device, weighed: list[_Weighed]) -> Flaw:
    worst = weighed[0].holes[0]
    doubts = dict.fromkeys(hole.doubt for each in weighed for hole in each.holes)
    return Flaw(
        heard_at(device, worst.claim),
        f"{_product(worst)} is possibly affected by {_counted(weighed)}: {_named(weighed)}. Not sure, because {'; '.join(list(doubts)[:2])}.",
        evidence_of(device, worst.claim),
        confidence=Confidence.INFERRED,
        severity=Severity.MEDIUM if weighed[0].is_grave else Severity.LOW,
        facet="possible",
        title="Possibly firmware with published vulnerabilities",
        remedy=f"{compared_with(worst.version)} the advisories that are named.",
        act=Act.INVESTIGATE,
        sources=_sources(weighed),
    )


def _sources(weighed: list[_Weighed]) -> tuple[str, ...]:
    """Where the advisories stand that the finding names."""
    return tuple(dict.fromkeys(one_line(each.holes[0].source, 200) for each in weighed[:_WORST]))


def _product(hole: Hole) -> str:
    return f"{one_line(hole.what, 120)} {one_line(hole.version, 60)}".strip()


def _counted(weighed: list[_Weighed]) -> str:
    return f"{len(weighed)} {'advisory' if len(weighed) == 1 else 'advisories'}"


def _named(weighed: list[_Weighed]) -> str:
    parts = [_one(each) for each in weighed[:_WORST]]
    return "; ".join(parts) + (f"; and {len(weighed) - _WORST} more" if len(weighed) > _WORST else "")


def _one(each: _Weighed) -> str:
    cves = list(dict.fromkeys(cve for hole in each.holes for cve in hole.cves))
    about = ", ".join(cves[:2]) + (f" and {len(cves) - 2} more" if len(cves) > 2 else "")
    score = f", CVSS {each.cvss:.1f}" if each.cvss else ""
    score += f", EPSS {each.epss:.0%}" if each.epss else ""
    published = min(row.published for hole in each.holes for row in hole.rows)
    affects = f"affects {each.holes[0].ranges}" if each.holes[0].names_versions else "names no versions"
    about = f"{about}{score}, of {published}, {affects}" if about else f"of {published}"
    return f"{each.id} ({about})" if each.id not in cves else f"{about}"


def _mended(weighed: list[_Weighed]) -> str:
    """The smallest version that mends all of them, where it can be told, or how many name none."""
    ends = [hole.mended for each in weighed for hole in each.holes]
    vendors = {hole.vendor for each in weighed for hole in each.holes}
    whats = {hole.claim.name for each in weighed for hole in each.holes}
    end = newest(ends, vendors.pop()) if len(vendors) == 1 and whats == {"firmware"} else ""
    if end:
        return f" Version {one_line(end, 60)} mends {'it' if len(weighed) == 1 else 'all of them'}."
    without = sum(1 for each in weighed if not all(hole.mended for hole in each.holes))
    if without == len(weighed):
        return f" No version that mends {'it' if without == 1 else 'any of them'} is known here."
    return f" For {without} of them no version that mends it is known here." if without else ""
