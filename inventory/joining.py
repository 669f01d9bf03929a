"""Which records of one scan are one device: joined by the marks that they share, the strongest kind first. Pure, and in no order but its own.

All who bear a mark are joined, or none: where one of them cannot be the same device as another, the mark tells nothing of any. What was joined is compared
again, until nothing more comes of it; so joining what is joined changes nothing.
"""

import ipaddress
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from inventory.marks import SEEN_MAC, Kind, Mark, contradiction, marks, objection, seen_macs
from inventory.model import CLAIMS, Claim, Confidence, Device, Endpoint
from inventory.oui import normal, vendor_of

MOST = {4: 4, 6: 8}
"""Addresses of each IP version that one MAC address may have: whoever answers for more is a router that answers for others."""
MOST_BEARERS = 8
"""Records that one serial number or engine may join; what more of them state is no number of a device's own."""
_TOLD = 4


def join(devices: Iterable[Device]) -> tuple[Device, ...]:
    """The devices that the records are of, in the order of their addresses, each with why it is one and which others it is not."""
    clusters = sorted(devices, key=_place)
    while len(joined := _pass(clusters)) < len(clusters):
        clusters = joined
    told = _conflicts(clusters)
    return tuple(replace(device, conflicts=tuple(told.get(device.addresses, ()))) for device in clusters)


def bearable(addresses: Iterable[str]) -> bool:
    """Whether one MAC address may have so many addresses, and is no router's that answers for others."""
    counted = Counter(ipaddress.ip_address(address).version for address in addresses)
    return all(count <= MOST[version] for version, count in counted.items())


def merged(devices: Sequence[Device]) -> Device:
    """One record of several: every address, port, observation, claim and gap of each. The identity is of the first address."""
    devices = sorted(devices, key=_place)
    mac = next((device.mac for device in devices if device.mac), None)
    others = {other: device for device in reversed(devices) for other in seen_macs(device) - {normal(mac or "")}}
    claims = {claim for device in devices for claim in device.claims} | {
        Claim("mac", other, Confidence.CONFIRMED, SEEN_MAC, "", Endpoint(device.address, 0))
        for other, device in others.items()
    }
    return Device(
        identity=devices[0].identity,
        addresses=tuple(sorted({a for d in devices for a in d.addresses}, key=lambda a: Endpoint(a, 0).sort_key)),
        mac=mac,
        mac_vendor=vendor_of(mac) if mac else None,
        open_ports=tuple(sorted({endpoint for device in devices for endpoint in device.open_ports})),
        observations=tuple(
            sorted(
                (seen for device in devices for seen in device.observations),
                key=lambda seen: (seen.endpoint.sort_key, seen.protocol, seen.behind),
            )
        ),
        claims=_ranked(claims),
        gaps=tuple(
            sorted({gap for d in devices for gap in d.gaps}, key=lambda g: (g.endpoint.sort_key, g.protocol, g.reason))
        ),
        why=tuple(sorted({line for device in devices for line in device.why})),
        noted=tuple(sorted({address for device in devices for address in device.noted})),
        untrusted=next((device.untrusted for device in devices if device.untrusted), ""),
    )


def _ranked(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """In the order of CLAIMS; of one name the surest first, then what most agree on."""
    claims = tuple(claims)
    agreeing = Counter((claim.name, claim.value, claim.behind) for claim in claims)
    order = {name: at for at, name in enumerate(CLAIMS)}

    def rank(claim: Claim) -> tuple[object, ...]:
        where = claim.endpoint.sort_key if claim.endpoint else ()
        agreed = agreeing[claim.name, claim.value, claim.behind]
        known = order.get(claim.name, len(order))
        return (known, -claim.confidence, -agreed, where, claim.behind, claim.fingerprint, claim.value, claim.fact)

    return tuple(sorted(claims, key=rank))


def _place(device: Device) -> tuple[int, int, int, str]:
    return Endpoint(device.address, 0).sort_key


def _pass(devices: list[Device]) -> list[Device]:
    """Join by every kind of mark once, the strongest kind first."""
    for kind in Kind:
        devices = _by_kind(kind, devices)
    return devices


def _by_kind(kind: Kind, devices: list[Device]) -> list[Device]:
    groups = [
        (mark, bearers)
        for mark, bearers in sorted(_shared(devices).items())
        if mark.kind is kind and not _why_apart(mark, bearers)
    ]
    component: dict[tuple[str, ...], set[tuple[str, ...]]] = {d.addresses: {d.addresses} for d in devices}
    for _, bearers in groups:
        whole = set().union(*(component[device.addresses] for device in bearers))
        component |= dict.fromkeys(whole, whole)
    by_addresses = {device.addresses: device for device in devices}
    found: list[Device] = []
    for members in {min(whole): whole for whole in component.values()}.values():
        parts = [by_addresses[addresses] for addresses in sorted(members)]
        if len(parts) == 1 or any(contradiction(one, other) for one, other in combinations(parts, 2)):
            found += parts
        else:
            found.append(_one(parts, [mark for mark, bearers in groups if bearers[0].addresses in members]))
    return sorted(found, key=_place)


def _one(parts: Sequence[Device], by: Sequence[Mark]) -> Device:
    device = merged(parts)
    addresses = ", ".join(device.addresses)
    lines = (f"{addresses} are one device: {mark.said} is at {_listed(mark, parts)}." for mark in by)
    return replace(device, why=(*device.why, *lines))


def _listed(mark: Mark, parts: Sequence[Device]) -> str:
    bearing = sorted((d for d in parts if mark in marks(d)), key=_place)
    return " and ".join(", ".join(device.addresses) for device in bearing)


def _shared(devices: Iterable[Device]) -> Mapping[Mark, list[Device]]:
    """Every mark that more than one device bears, and who does, in order."""
    bearers: dict[tuple[Kind, str], list[tuple[Mark, Device]]] = {}
    for device in devices:
        for mark in marks(device):
            bearers.setdefault((mark.kind, mark.value), []).append((mark, device))
    return {
        min((mark for mark, _ in found), key=lambda mark: mark.said): sorted(
            (device for _, device in found), key=_place
        )
        for found in bearers.values()
        if len(found) > 1
    }


def _why_apart(mark: Mark, bearers: Sequence[Device]) -> str:
    """Why those who bear a mark are not all one device; "" where they are."""
    if mark.kind is Kind.MAC and not bearable(address for device in bearers for address in device.addresses):
        return f"{sum(len(d.addresses) for d in bearers)} addresses answer from it, so a router answers for others"
    most = 2 if mark.kind is Kind.KEY else MOST_BEARERS
    if mark.kind is not Kind.MAC and len(bearers) > most:
        return f"{len(bearers)} records share it, so it tells none of them"
    objections = (objection(mark.kind, one, other) for one, other in combinations(bearers, 2))
    return next((text for text in objections if text), "")


def _conflicts(devices: Iterable[Device]) -> Mapping[tuple[str, ...], list[str]]:
    """What each device, by its addresses, shares with others without being one with them."""
    told: dict[tuple[str, ...], list[str]] = {}
    for mark, bearers in sorted(_shared(devices).items()):
        why = _why_apart(mark, bearers) or "another mark of theirs contradicts it"
        for device in bearers:
            others = [other.address for other in bearers if other is not device]
            more = f" and {len(others) - _TOLD} more" if len(others) > _TOLD else ""
            line = f"{mark.said} is also at {', '.join(others[:_TOLD])}{more}, kept apart: {why}."
            told.setdefault(device.addresses, []).append(line[0].upper() + line[1:])
    return told
