"""What a maker's release table says of when the version that a device runs was built: not after the day it came out.

It is LIKELY at most, and no more than that last day is taken from it. Makers build a release some days before they publish it, but of 330 releases of Reolink
six were published again with a build of up to 16 days later; and the release before it is no first day, because branches are kept side by side: of 165 builds
ten were older than the day on which their predecessor came out (the firmware archive of Reolink, whose versions carry the day of their build). A version
without its build, where the maker tells several builds of one version apart by their days, is a weak clue: of 1,430 dated files of Hikvision's archive 287
were made after the day on which it listed their version.
"""

from collections.abc import Iterator
from datetime import date

from checks.intelligence import Intelligence
from checks.interval import RELEASE_TABLE
from checks.knowledge import Product
from checks.matches import LONGEST_VERSION, Match, matches, version_of, versions
from checks.products import plain, plain_vendor, vendor_of
from checks.versions import compare, is_branch, lacks_build
from inventory.ages import Clue
from inventory.model import Claim, Confidence, Device


def release_clues(device: Device, intelligence: Intelligence) -> Iterator[Clue]:
    """A clue for each version that the device states and a table lists with its day: of several days, as for other hardware, the latest."""
    found = _of_this_hardware(device, tuple(_of_its_maker(device, intelligence)))
    days: dict[Claim, date] = {}
    for match in found:
        for claim in versions(device, match.name):
            for day in _days(version_of(claim), match.row, device):
                days[claim] = max(day, days.get(claim, day))
    yield from (_clue(device, claim, days[claim]) for claim in device.claims if claim in days)


def _of_its_maker(device: Device, intelligence: Intelligence) -> Iterator[Match[Product]]:
    """The rows of the device's own maker: another maker's system is built into its firmware after the day on which that came out."""
    vendor = vendor_of(device)
    return (one for one in matches(device, intelligence.products_by_name) if plain_vendor(one.row.vendor) == vendor)


def _of_this_hardware(device: Device, found: tuple[Match[Product], ...]) -> tuple[Match[Product], ...]:
    """The rows for the hardware version that the device states, where there are any."""
    stated = {plain(claim.value) for claim in device.claimed("hardware")}
    return tuple(one for one in found if one.row.hardware and plain(one.row.hardware) in stated) or found


def _days(version: str, product: Product, device: Device) -> Iterator[date]:
    """The days of the releases that are this very version."""
    if not version or len(version) > LONGEST_VERSION:
        return
    scheme = product.scheme or vendor_of(device)
    for release in product.releases:
        same = compare(version, release.version, scheme) == 0 and not is_branch(version, release.version, scheme)
        if release.day is not None and same:
            yield release.day


def _clue(device: Device, claim: Claim, day: date) -> Clue:
    vendor = device.claim("vendor")
    most = Confidence.INFERRED if lacks_build(version_of(claim), vendor_of(device)) else Confidence.LIKELY
    sure = min(most, claim.confidence, vendor.confidence if vendor else Confidence.INFERRED)
    return Clue(RELEASE_TABLE, f"{claim.value}, released on {day}", None, day, sure, claim.endpoint)
