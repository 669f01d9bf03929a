"""Which documented accounts may be tried on a device, given what it was identified as: chosen from the entries of `checks/credentials.py`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from checks.credentials import GENERIC, Entry, Without, load_catalogue, load_without, plain
from inventory.model import Device


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What may be tried: what is `shipped`, by vendor, the operator's `own` entries, and whether the `generic` ones may be tried on what was not identified."""

    shipped: Mapping[str, tuple[Entry, ...]]
    own: tuple[Entry, ...] = ()
    generic: bool = False
    without: tuple[Without, ...] = ()

    def documented(self, device: Device) -> tuple[Entry, ...]:
        """The entries for what the device was identified as: the operator's own, those that name its model, its maker's, and last what is seldom met."""
        claims = [device.claim(name) for name in ("vendor", "model", "kind", "firmware")]
        vendor, *product = (claim.value if claim else "" for claim in claims)
        own = [entry for entry in self.own if entry.fits(vendor, *product)]
        name = plain(vendor) if vendor else GENERIC if self.generic else ""
        named = [entry for entry in self.shipped.get(name, ()) if entry.fits(entry.vendor, *product)]
        if self.has_none(device):
            named = [entry for entry in named if entry.products]
        return (
            *sorted(own, key=lambda entry: not entry.vendor),
            *sorted(named, key=lambda entry: (entry.seldom, not entry.products)),
        )

    def has_none(self, device: Device) -> str:
        """Why the product has no default account by its maker's own word; empty where its maker says no such thing."""
        vendor, model = (claim.value if (claim := device.claim(name)) else "" for name in ("vendor", "model"))
        return next((record.why for record in self.without if vendor and record.fits(vendor, model)), "")

    def made_by(self, maker: str) -> tuple[Entry, ...]:
        """The entries for a service, by its own maker, whatever device it runs on."""
        return self.shipped.get(plain(maker), ()) if maker else ()


def catalogue(
    entries: Iterable[Entry] | None = None,
    own: tuple[Entry, ...] = (),
    *,
    generic: bool = False,
    without: tuple[Without, ...] | None = None,
) -> Catalogue:
    """The catalogue that is shipped (or of these entries), by vendor."""
    by_vendor: dict[str, list[Entry]] = {}
    for entry in load_catalogue() if entries is None else entries:
        by_vendor.setdefault(plain(entry.vendor), []).append(entry)
    told = without if without is not None else load_without() if entries is None else ()
    return Catalogue({vendor: tuple(found) for vendor, found in by_vendor.items()}, own, generic, told)


@cache
def shipped_catalogue() -> Catalogue:
    """The catalogue that is shipped, and nothing else."""
    return catalogue()
