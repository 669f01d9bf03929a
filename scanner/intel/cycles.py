"""What endoflife.date says of a product, whichever of its files it came in, and what of it is a product's firmware, a life, or a component."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from checks.knowledge import Component, Lifecycle, Product, Release


@dataclass(frozen=True, slots=True)
class Cycle:
    """A branch of releases: `ends` the day on which its security support ends, None where none is named."""

    name: str
    released: date | None = None
    ends: date | None = None
    sold_until: date | None = None
    latest: str = ""
    latest_day: date | None = None


@dataclass(slots=True)
class Known:
    """All that the files say of one product; `slug` is endoflife.date's name of it."""

    slug: str
    cycles: list[Cycle] = field(default_factory=list)
    versions: dict[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Firmware:
    """Which product of which vendor a slug is.

    `rolling` where the end of a cycle only means that the next one is out: what runs it is behind, and not without support.
    """

    vendor: str
    name: str
    rolling: bool = False


_FIRMWARE = {
    "big-ip": _Firmware("F5", "BIG-IP"),
    "cisco-ios-xe": _Firmware("Cisco", "IOS XE"),
    "fortios": _Firmware("Fortinet", "FortiOS"),
    "openwrt": _Firmware("OpenWrt", "OpenWrt"),
    "opnsense": _Firmware("Deciso", "OPNsense", rolling=True),
    "pan-os": _Firmware("Palo Alto Networks", "PAN-OS"),
    "panos": _Firmware("Palo Alto Networks", "PAN-OS"),
    "routeros": _Firmware("MikroTik", "RouterOS", rolling=True),
    "sns-firmware": _Firmware("Stormshield", "SNS"),
}
_MODELS = {"sns-hardware": "Stormshield"}
"""Products whose cycles are the models of a maker: there, "eoas" is the end of sale and "eol" the end of the device's support."""
_COMPONENTS = {"apache": "apache-httpd", "apache-http-server": "apache-httpd", "linux": "linux-kernel"}
_NO_COMPONENT = {"android", "pci-dss", "raspberry-pi", "ros-2", "tls", "windows", "windows-embedded"}
"""What is no software that a banner names, or none whose version says of when a device's firmware is."""

_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,5}[-\w.+]{0,20}")
_UNFINISHED = re.compile(r"\d(?:-?(?:alpha|beta|rc|dev))", re.IGNORECASE)


def source_of(slug: str) -> str:
    """What a row names as its source."""
    return f"endoflife: endoflife.date/{slug}"


def products(known: Iterable[Known]) -> Iterator[Product]:
    """The firmware among them, each with every release that is known.

    Of some nothing is known but the branches (FortiOS, IOS XE, SNS). A branch's first day says nothing of what a device on it lacks, and the newest branch
    would pass for the newest release: they have lifecycles, and no releases.
    """
    for each in known:
        firmware = _FIRMWARE.get(each.slug)
        releases = _releases(each, named_by_cycles=True)
        if firmware and releases and (each.versions or any(cycle.latest for cycle in each.cycles)):
            as_of = max(release.day for release in releases if release.day)
            yield Product(firmware.vendor, (firmware.name,), releases, source_of(each.slug), as_of)


def lifecycles(known: Iterable[Known], checked: date) -> Iterator[Lifecycle]:
    """The branches whose end of support the maker has declared, and the models."""
    for each in known:
        firmware, maker = _FIRMWARE.get(each.slug), _MODELS.get(each.slug)
        for cycle in each.cycles:
            if maker and (cycle.ends or cycle.sold_until):
                yield Lifecycle(
                    maker, (cycle.name.upper(),), source_of(each.slug), checked, "", cycle.sold_until, cycle.ends
                )
            elif firmware and cycle.ends and _VERSION.fullmatch(cycle.name) and not firmware.rolling:
                yield Lifecycle(
                    firmware.vendor, (firmware.name,), source_of(each.slug), checked, cycle.name, None, cycle.ends
                )


def components(known: Iterable[Known]) -> Iterator[Component]:
    """The software among them that stands in banners, with the day of each release."""
    for each in known:
        releases = _releases(each, named_by_cycles=False)
        versions = {release.version: release.day.isoformat() for release in releases if release.day}
        if versions and not (each.slug in _FIRMWARE or each.slug in _MODELS or each.slug in _NO_COMPONENT):
            yield Component(_COMPONENTS.get(each.slug, each.slug), source_of(each.slug), versions)


def _releases(known: Known, *, named_by_cycles: bool) -> tuple[Release, ...]:
    """Every finished release with its day, oldest first; of two days for one version the earlier.

    With `named_by_cycles` a cycle's name is a version too, that of its first release; a component's would be no sure bound, because the day of a cycle may be
    that on which it was called stable.
    """
    days = dict(known.versions)
    for cycle in known.cycles:
        for version, day in (
            (cycle.latest, cycle.latest_day),
            (named_by_cycles and _first(cycle, days), cycle.released),
        ):
            if version and day:
                days[version] = min(day, days.get(version, day))
    found = [
        Release(version, day)
        for version, day in days.items()
        if _VERSION.fullmatch(version) and not _UNFINISHED.search(version)
    ]
    return tuple(sorted(found, key=lambda release: (release.day or date.min, _numbers(release.version))))


def _first(cycle: Cycle, known: dict[str, date]) -> str:
    """The name of a cycle as that of its first release ("7.4" for 7.4.0), where that one is not known by itself."""
    return "" if {cycle.name, f"{cycle.name}.0", f"{cycle.name}.1"} & set(known) else cycle.name


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d{1,9}", version)]
