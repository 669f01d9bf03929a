"""The calendar of the certificates: each that is known of any device, by the date of its end."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from checks.shown_certificates import ShownCertificate, shown_certificates
from inventory.model import Device


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate and the devices that show it; a leaf is listed for each device, an authority's certificate once for all of them."""

    shown: ShownCertificate
    devices: tuple[Device, ...]
    endpoints: tuple[str, ...]

    @property
    def ends(self) -> datetime:
        """When it ends, UTC."""
        return self.shown.ends


def calendar(devices: Iterable[Device]) -> tuple[Entry, ...]:
    """All certificates of the devices, those that ended or end first before the others."""
    found: dict[tuple[str, str, datetime], list[tuple[Device, ShownCertificate]]] = {}
    for device in devices:
        for shown in shown_certificates(device):
            owner = "" if shown.of_authority else device.identity
            found.setdefault((owner, shown.sha256 or shown.subject, shown.ends), []).append((device, shown))
    entries = [_entry(places) for places in found.values()]
    return tuple(sorted(entries, key=lambda one: (one.ends, one.shown.seen.endpoint, one.shown.sha256)))


def _entry(places: list[tuple[Device, ShownCertificate]]) -> Entry:
    shown = min((shown for _, shown in places), key=lambda one: one.seen.endpoint)
    devices = {device.identity: device for device, _ in places}
    endpoints = dict.fromkeys(f"{at.port}/{at.transport}" for at in sorted(one.seen.endpoint for _, one in places))
    return Entry(shown, tuple(devices.values()), tuple(endpoints))


def name_in(distinguished: str) -> str:
    """The common name of a distinguished name (RFC 4514), or all of it where it has none."""
    found = re.search(r"(?:^|,)CN=((?:\\.|[^,\\])+)", distinguished)
    return re.sub(r"\\(.)", r"\1", found[1]) if found else distinguished
