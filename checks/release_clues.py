"""What a maker's release table says of when the version that a device runs was built: not after the day it came out.

It is LIKELY at most, and no more than that last day is taken from it. Makers build a release some days before they publish it, but of 330 releases of Reolink
six were published again with a build of up to 16 days later; and the release before it is no first day, because branches are kept side by side: of 165 builds
ten were older than the day on which their predecessor came out (the firmware archive of Reolink, whose versions carry the day of their build).
"""

from collections.abc import Iterator
from datetime import date

from checks.intelligence import Intelligence
from checks.interval import RELEASE_TABLE
from checks.knowledge import Product
from checks.products import goes_by, names_of, plain, vendor_of
from checks.versions import compare
from inventory.model import Claim, Clue, Confidence, Device

_LONGEST = 120


def release_clues(device: Device, intelligence: Intelligence) -> Iterator[Clue]:
    """A clue for each version that the device states and a table lists with its day: of several days, as for other hardware, the latest."""
    names = names_of(device)
    listed = intelligence.products.get(vendor_of(device), ())
    found = [product for product in listed if any(goes_by(names, name) for name in product.names)]
    products = _of_this_hardware(device, found)
    for claim in (*device.claimed("firmware"), *device.claimed("component")):
        days = [day for product in products for day in _days(claim, product, device)]
        if days:
            yield _clue(device, claim, max(days))


def _of_this_hardware(device: Device, products: list[Product]) -> list[Product]:
    """The rows for the hardware version that the device states, where there are any."""
    stated = {plain(claim.value) for claim in device.claimed("hardware")}
    return [product for product in products if product.hardware and plain(product.hardware) in stated] or products


def _days(claim: Claim, product: Product, device: Device) -> Iterator[date]:
    """The days of the releases that are this very version."""
    version = _version(claim, product, device)
    if not version or len(version) > _LONGEST:
        return
    scheme = product.scheme or vendor_of(device)
    for release in product.releases:
        if release.day is not None and compare(version, release.version, scheme) == 0:
            yield release.day


def _version(claim: Claim, product: Product, device: Device) -> str:
    """The version of the product that the claim states: a system's stands behind its name, and the firmware's is not that of a system on it."""
    name, _, version = claim.value.rpartition(" ")
    if claim.name == "component":
        return version if any(goes_by((plain(name),), own) for own in product.names) else ""
    named = tuple(plain(name) for name in _own_names(device))
    return claim.value if any(goes_by(named, own) for own in product.names) else ""


def _own_names(device: Device) -> Iterator[str]:
    yield from (claim.value for claim in device.claimed("model"))
    yield from (claim.value.split(":")[4] for claim in device.claimed("cpe") if claim.value.count(":") > 4)


def _clue(device: Device, claim: Claim, day: date) -> Clue:
    vendor = device.claim("vendor")
    sure = min(Confidence.LIKELY, claim.confidence, vendor.confidence if vendor else Confidence.INFERRED)
    return Clue(RELEASE_TABLE, f"{claim.value}, released on {day}", None, day, sure, claim.endpoint)
