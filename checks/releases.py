"""Where a device's firmware stands among the releases known of its product.

Of a product there may be several rows, one for each version of the hardware. A row that lists the device's very version is its own; where none does and they
say different things, the least of it is said: that a newer release exists only where each of them says so, and the shortest of the distances.

Numbers and days must agree. Makers' archives hold several lines of firmware under one model (of 313 neighbours in Hikvision's, 46 run contrary to their days:
DS-K3G200X has 2.6.1 and then 1.0.0), and nobody says which of them a device is of. A release with a higher number that came out before the device's own is
not newer; where a lower number that continues no branch known before came out after it, it is not the newest.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cmp_to_key, lru_cache, reduce

from checks.contract import examined
from checks.firmware import firmware_age, older_than
from checks.intelligence import Intelligence
from checks.knowledge import Product, Release
from checks.lifecycles import declared
from checks.matches import LONGEST_VERSION, Match, matches, shortened, version_of, versions
from checks.products import plain, plain_vendor
from checks.same import Same
from checks.versions import compare, is_branch, lacks_build
from inventory.ages import FirmwareAge
from inventory.model import Claim, Confidence, Device

_NUMBER = re.compile(r"\d++")
_UNFINISHED = re.compile(r"(?:alpha|beta|rc|dev|snapshot|testing)", re.IGNORECASE)
_BUILD = re.compile(r"[ _]")
_ANY = {"", "unknown"}
"""Hardware that a row does not tell apart."""
STALE_YEARS = 1
"""From how old a table on it cannot say any more that nothing newer exists."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A device's version among the releases of its product that were known on a day.

    `claim` states the version. `known` is the release that it is, if the table lists it; `newer` are the newer ones by their numbers, oldest first. `built_by`
    is the latest day on which the version may have been made, None where nothing bounds it. `confidence` is how sure it is that these are the releases of this
    device. `contrary` is a release whose number and day say different things of which is newer, where that leaves open whether there is a newer one.
    """

    claim: Claim
    product: Product
    known: Release | None
    newer: tuple[Release, ...]
    built_by: date | None
    confidence: Confidence
    day: date
    contrary: Release | None = None

    @property
    def version(self) -> str:
        """The version that the device states, cut to what a sentence bears."""
        return shortened(version_of(self.claim))

    @property
    def newest(self) -> Release | None:
        """The newest release that can be compared with the device's; None where the device's own is the newest."""
        return self.newer[-1] if self.newer else None

    @property
    def latest(self) -> Release | None:
        """The one of the newer releases that came out last, where that is another than the one with the highest number."""
        days = [release for release in self.newer if release.day]
        last = max(days, key=lambda release: release.day or date.min, default=None)
        newest = self.newest
        return last if last and newest and newest.day and last.day and last.day > newest.day else None

    @property
    def newest_of_branch(self) -> Release | None:
        """The newest of the newer ones that begin with the same number as the device's; None where there is none."""
        branch = _numbers(version_of(self.claim))[:1]
        return next((release for release in reversed(self.newer) if _numbers(release.version)[:1] == branch), None)

    @property
    def first_newer(self) -> Release | None:
        """The release that follows the device's."""
        return self.newer[0] if self.newer else None

    @property
    def between(self) -> int:
        """How many known releases lie between the device's and the newest."""
        return max(len(self.newer) - 1, 0)

    @property
    def least_days(self) -> int:
        """The days that lie at least between the device's version and the newest release; 0 where that is not known."""
        if self.newest is None or self.newest.day is None or self.built_by is None:
            return 0
        return max((self.newest.day - self.built_by).days, 0)

    @property
    def is_stale(self) -> bool:
        """Whether the table is too old to say that nothing newer exists."""
        return older_than(self.product.as_of, STALE_YEARS, self.day)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Why a device's version has no place among known releases, in a sentence's part."""

    reason: str


def judged_on(device: Device, intelligence: Intelligence) -> date:
    """The day that the device is judged for: the one that the intelligence was asked for, else that of the scan."""
    return intelligence.judged_on or examined(device).date()


def standing(device: Device, intelligence: Intelligence) -> Standing | Unplaced:
    """Where the device's firmware stands on the day it is judged for, by all rows that speak of it."""
    return _standing(Same(device), intelligence)


@lru_cache(maxsize=16)  # three checks ask this of one device, one after another
def _standing(same: Same[Device], intelligence: Intelligence) -> Standing | Unplaced:
    device = same.value
    found = _of_this_hardware(device, matches(device, intelligence.products_by_name))
    if not found:
        return Unplaced("no release of its firmware is known")
    claims = [claim for match in found for claim in versions(device, match.name)]
    if not claims:
        return Unplaced("states no firmware version")
    day = judged_on(device, intelligence)
    age = firmware_age(device, intelligence)
    placed = [_placed(device, match, releases, age, day) for match, releases in _merged(found, day)]
    sure = [each for each in placed if each is not None]
    listed = [each for each in sure if each.known is not None]
    if not sure or (len(sure) < len(placed) and not listed):
        return Unplaced(f"{shortened(version_of(claims[0]))} cannot be compared with the releases known")
    least = _least(listed or sure)
    if isinstance(least, Standing) and least.newest is None and least.contrary is not None:
        return Unplaced(_in_doubt(least, least.contrary))
    return least


def judged_by_catalogue(device: Device, intelligence: Intelligence) -> str:
    """Why a stated build date need not be judged: what the release tables or the maker's declarations say of the device; "" where they say nothing."""
    ends = (match.row.end_of_support for match in declared(device, intelligence))
    if any(end is not None and end < judged_on(device, intelligence) for end in ends):
        return "judged by what is declared of its support"
    placed = standing(device, intelligence)
    if isinstance(placed, Unplaced) or (placed.newest is None and placed.is_stale):
        return ""
    return "judged by the releases known of its firmware"


def _of_this_hardware(device: Device, found: Iterable[Match[Product]]) -> tuple[Match[Product], ...]:
    """The rows for the hardware that the device states, where it states one that they know; else all of them."""
    rows = tuple(found)
    stated = {plain(claim.value) for claim in device.claimed("hardware")}
    own = tuple(match for match in rows if stated & _hardware(match.row))
    return own or rows


def _hardware(product: Product) -> set[str]:
    words = {plain(word) for word in re.split(r" or |[,;|]", product.hardware)}
    return words - _ANY


def _merged(found: tuple[Match[Product], ...], day: date) -> Iterator[tuple[Match[Product], tuple[Release, ...]]]:
    """The rows, those for the same hardware as one, with the releases that were out on that day; the newest table speaks for them."""
    groups: dict[tuple[str, str], list[Match[Product]]] = {}
    for match in found:
        groups.setdefault((plain(match.row.hardware), match.pattern if not match.exact else ""), []).append(match)
    for together in groups.values():
        speaker = max(together, key=lambda match: match.row.as_of)
        releases = (release for match in together for release in match.row.releases)
        yield speaker, tuple(release for release in releases if release.day is None or release.day <= day)


def _placed(
    device: Device, match: Match[Product], releases: tuple[Release, ...], age: FirmwareAge, day: date
) -> Standing | None:
    """The device's version among one row's releases; None where it cannot be compared with any. Of several versions stated, the newest that can be."""
    scheme = match.row.scheme or plain_vendor(match.row.vendor)
    built = age.not_before if age.not_before == age.not_after and age.confidence is Confidence.CONFIRMED else None
    stated = [(claim, _compared(version_of(claim), releases, scheme, built)) for claim in versions(device, match.name)]
    able = [(claim, orders) for claim, orders in stated if any(order is not None for order in orders)]
    if not able:
        return None
    surest = [(claim, orders) for claim, orders in able if claim.confidence == able[0][0].confidence]
    claim, orders = min(surest, key=lambda each: sum(order == 1 for order in each[1]))
    version, ordered = version_of(claim), list(zip(releases, orders, strict=True))
    same = [each for each, order in ordered if order == 0]
    known = max(same, key=lambda release: release.day or date.min, default=None)
    higher = [each for each, order in ordered if order == 1 and not _UNFINISHED.search(each.version)]
    older = [each for each, order in ordered if order == -1]
    if known is not None and is_branch(version, known.version, scheme):  # any release of the branch may be the device's
        branch, known = _numbers(version), None
        higher = [each for each in higher if not _is_beside(each, branch)]
        older = []
    since = known.day if known else age.not_before if age.confidence > Confidence.INFERRED else None
    newer = _ordered((each for each in higher if not (since and each.day and each.day < since)), scheme)
    bounds = _bounds(claim, known, newer, older, age)
    sure = min((match.confidence, claim.confidence, *(confidence for _, confidence in bounds[:1])))
    contrary = None if newer else _contrary(version, known, higher, older)
    placed = Standing(claim, match.row, known, newer, bounds[0][0] if bounds else None, sure, day, contrary)
    doubtful = placed.latest is not None or lacks_build(version, scheme)
    return replace(placed, confidence=min(sure, Confidence.LIKELY)) if doubtful else placed


def _contrary(version: str, known: Release | None, higher: list[Release], older: list[Release]) -> Release | None:
    """What leaves open whether the version is the newest: a higher number from before it, or a lower one from after it that continues no branch from before."""
    if higher:
        return higher[-1]
    if known is None or known.day is None:
        return None
    before = {_line(each.version) for each in older if each.day and each.day <= known.day} - {_line(version)}
    after = (each for each in older if each.day and each.day > known.day and _line(each.version) not in before)
    return max(after, key=lambda release: release.day or date.min, default=None)


def _in_doubt(placed: Standing, other: Release) -> str:
    return (
        f"{shortened(other.version)} of {other.day} stands against {placed.version}{f' of {placed.known.day}' if placed.known else ''}: "
        "number and day do not agree on which is newer"
    )


def _compared(version: str, releases: tuple[Release, ...], scheme: str, built: date | None) -> tuple[int | None, ...]:
    """How each release is to the version: 1 where it is newer."""
    if len(version) > LONGEST_VERSION:
        return ()
    return tuple(
        0 if _is_that_build(release, version, built) else compare(release.version, version, scheme)
        for release in releases
    )


def _is_that_build(release: Release, version: str, built: date | None) -> bool:
    """Whether the release is the version's number without its build, and came out on the very day that the device was built on."""
    number = release.version.strip().lower()
    rest = version.strip().lower().removeprefix(number)
    return built is not None and release.day == built and rest.startswith((" build", "build"))


def _ordered(releases: Iterable[Release], scheme: str) -> tuple[Release, ...]:
    """The releases by version, oldest first, each once; what cannot be compared with another stays where the table has it."""

    def by_version(one: Release, other: Release) -> int:
        return compare(one.version, other.version, scheme) or 0

    ordered: list[Release] = []
    for release in sorted(releases, key=cmp_to_key(by_version)):
        if not ordered or compare(ordered[-1].version, release.version, scheme) != 0:
            ordered.append(release)
    return tuple(ordered)


def _bounds(
    claim: Claim, known: Release | None, newer: tuple[Release, ...], older: list[Release], age: FirmwareAge
) -> list[tuple[date, Confidence]]:
    """The days by which the version was made, the earliest first, and how sure each is: its release's alone where that is known.

    Else it is the last that the device's own clues leave, unless an older release of the same branch came out after it, and the day of the next release of
    the branch: what differs in the last number alone. Another branch bounds nothing, because makers keep the older ones alive beside the newer.
    """
    if known is not None and known.day is not None:
        return [(known.day, Confidence.CONFIRMED)]
    branch = _numbers(version_of(claim))[:-1]
    after = [release.day for release in newer if release.day and _is_beside(release, branch)]
    before = max((release.day for release in older if release.day and _is_beside(release, branch)), default=date.min)
    found = [(day, Confidence.CONFIRMED) for day in after[:1]]
    if age.not_after is not None and age.not_after >= before:
        found.append((age.not_after, age.confidence))
    return sorted(found)


def _is_beside(release: Release, branch: tuple[int, ...]) -> bool:
    return bool(branch) and _numbers(release.version)[: len(branch)] == branch


def _line(version: str) -> tuple[int, ...]:
    """The branch of a version: its numbers without the last, and without its build."""
    return _numbers(_BUILD.split(version[:LONGEST_VERSION])[0])[:-1]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBER.findall(version[:LONGEST_VERSION]))


def _least(placed: list[Standing]) -> Standing | Unplaced:
    """What is certain whichever of the rows is the device's."""
    if len({each.newest is None for each in placed}) > 1:
        names = ", ".join(sorted({each.product.hardware or "another" for each in placed}))
        return Unplaced(f"{placed[0].version} is the newest for some of its hardware versions only ({names[:200]})")
    return reduce(lambda one, other: other if _distance(other) < _distance(one) else one, placed)


def _distance(placed: Standing) -> tuple[int, int, int]:
    return (placed.least_days, len(placed.newer), -placed.product.as_of.toordinal())
