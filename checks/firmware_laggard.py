"""Devices that run older firmware than their equals.

What: of several devices of one maker, model and hardware revision, some run an older version than the newest that was seen among them. No table of releases is
needed for that: the newer version is there, in the same city, and it works.

Why it matters in a city: rollouts are left half done. The devices that were out of reach on that day (a flooded cabinet, a mast without a lift) stay on the
old version for years, and nobody has a list of them.

How to fix: bring the members of this list to the version that the others run. Look first why they were left out: a device that refuses the update may need
a step in between, or its replacement.
"""

from collections import Counter
from collections.abc import Iterable

from checks.contract import FleetFlaw, FleetJudgement, Member, fleet_check
from checks.firmware import older_than
from checks.matches import shortened
from checks.products import plain, vendor_of
from checks.standards import clauses
from checks.versions import compare
from inventory.model import Device, Family, Severity

_Name = tuple[str, str, str]
_NAMED = 3
_YEARS = 2
"""So far apart, it is no rollout that is still under way."""


@fleet_check(
    id="firmware-laggard",
    title="Older firmware than on equal devices",
    severity=Severity.LOW,
    family=Family.FIRMWARE,
    remedy="Bring these devices to the version that their equals run, and find out why they were left out.",
    standards=clauses("CWE-1104", "firmware-behind"),
    sources=("the versions that equal devices of this scan state",),
)
def firmware_laggard(fleet: Iterable[Member]) -> FleetJudgement:
    """By vendor, model and hardware revision: those whose version is older than the newest of the group."""
    groups: dict[_Name, list[tuple[Member, str]]] = {}
    for member in fleet:
        version = member.device.claim("firmware")
        name = _name(member.device)
        if version is not None and all(name[:2]):
            groups.setdefault(name, []).append((member, version.value))
    for name, group in sorted(groups.items()):
        newest = _newest([version for _, version in group], name[0])
        behind = [(member, version) for member, version in group if compare(version, newest, name[0]) == -1]
        if behind:
            members = tuple(sorted(member.device.identity for member, _ in behind))
            severity = Severity.MEDIUM if _far_apart(group, behind, newest) else None
            yield FleetFlaw(members, _detail(group, behind, newest), "\0".join(name), severity)


def _name(device: Device) -> _Name:
    model, hardware = device.claim("model"), device.claim("hardware")
    return vendor_of(device), plain(model.value) if model else "", plain(hardware.value) if hardware else ""


def _newest(versions: list[str], vendor: str) -> str:
    """The newest of them, passing over what cannot be compared with the newest so far."""
    newest = versions[0]
    for version in sorted(set(versions)):
        if compare(version, newest, vendor) == 1:
            newest = version
    return newest


def _far_apart(group: list[tuple[Member, str]], behind: list[tuple[Member, str]], newest: str) -> bool:
    """Whether a laggard's firmware is known to have been built years before the newest."""
    there = [day for member, version in group if version == newest and (day := member.firmware.not_before)]
    here = [day for member, _ in behind if (day := member.firmware.not_after)]
    return bool(there and here) and older_than(min(here), _YEARS, min(there))


def _detail(group: list[tuple[Member, str]], behind: list[tuple[Member, str]], newest: str) -> str:
    device = group[0][0].device
    vendor, model = device.claim("vendor"), device.claim("model")
    named = f"{shortened(vendor.value)} {shortened(model.value)}" if vendor and model else "equal"
    counted = Counter(version for _, version in behind).most_common()
    older = ", ".join(f"{shortened(version)} ({count})" for version, count in counted[:_NAMED])
    others = len(counted) - _NAMED
    more = f" and {others} other version{'' if others == 1 else 's'}" if others > 0 else ""
    return f"{len(behind)} of {len(group)} {named} run older firmware than {shortened(newest)}, which was seen among them: {older}{more}."
