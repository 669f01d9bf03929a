"""A device in one scan without its record, and which of the identities that are seen at one address are one device's.

From another segment no MAC address is seen, and where other ports are reached another key or model is: so a device may go by one identity here and by another
there. Only an address that means the same everywhere joins two of them.
"""

import ipaddress
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from inventory.answered import answered
from inventory.model import Device
from inventory.tables import ASSESSMENTS

MOST_PORTS = 256
"""Ports of a device that are kept beside its record: no device of a city has more, and what has more is none."""
LEFT_ALONE = "-"
"""What stands for the ports of a device that was in quarantine and was not asked."""
_KINDS = ("serial", "mac", "key", "engine", "model", "address")
"""Kinds of identities, the most lasting first (`inventory/identity.py`)."""
_LASTING = ("serial", "mac")
"""Identities of these kinds tell two devices apart; a key, an engine or a model may be another from where other ports are reached."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """A device in one scan without its record: at which ports ("tcp/80") it answered, and when it was assessed (ISO 8601, UTC).

    `left_alone` says that it was in quarantine and was not asked.
    """

    scan: str
    address: str
    identity: str
    addresses: tuple[str, ...]
    assessed: str
    kind: str = ""
    ports: tuple[str, ...] = ()
    left_alone: bool = False


def read_appearances(connection: sa.Connection, scans: Iterable[str]) -> tuple[Appearance, ...]:
    """Every device of every one of these scans; no record is read, so that ten thousand devices take a tenth of a second."""
    columns = (
        ASSESSMENTS.c[name] for name in ("scan", "address", "identity", "addresses", "assessed", "kind", "ports")
    )
    query = sa.select(*columns).where(ASSESSMENTS.c.scan.in_(sorted(scans)))
    return tuple(
        Appearance(
            *(row.scan, row.address, row.identity, tuple(row.addresses.split()), row.assessed, row.kind),
            ports=ports_of(row.ports),
            left_alone=row.ports == LEFT_ALONE,
        )
        for row in connection.execute(query)
    )


def ports_of(column: str) -> tuple[str, ...]:
    """What the column of the ports says."""
    return () if column == LEFT_ALONE else tuple(column.split())


def ports_column(device: Device, *, left_alone: bool) -> str:
    """The ports of a device as their column keeps them."""
    ports = dict.fromkeys(f"{each.transport}/{each.port}" for each in answered(device))
    return " ".join(list(ports)[:MOST_PORTS]) or (LEFT_ALONE if left_alone else "")


def may_be_one(identity: str, other: str, scans_of: Mapping[str, Set[str]]) -> bool:
    """Whether two identities at one address may be one device's: not if both are lasting ones of a kind, nor if one scan saw both."""
    kind, of_other = identity.partition(":")[0], other.partition(":")[0]
    if kind == of_other and kind in _LASTING:
        return False
    return scans_of.get(identity, frozenset()).isdisjoint(scans_of.get(other, frozenset()))


def other_names(newest: Iterable[Appearance], scans_of: Mapping[str, Set[str]]) -> dict[str, str]:
    """The identities that devices go by from elsewhere, each with the more lasting one that the device is known by.

    `newest` is how each identity appeared last, and `scans_of` has the scans that saw it. Where two say that they are of different kinds they stay two: to
    name one device twice is a nuisance, to hide one behind another is a hole.
    """
    owners: dict[str, Appearance] = {}
    names: dict[str, str] = {}
    for one in sorted(newest, key=lambda one: (rank_of(one.identity), one.assessed, one.identity)):
        places = [address for address in one.addresses if has_one_meaning(address)]
        held = next((owner for address in places if (owner := owners.get(address))), None)
        if held and _agree(held, one) and may_be_one(held.identity, one.identity, scans_of):
            names[one.identity] = held.identity
        else:
            owners |= dict.fromkeys(places, one)
    return names


def _agree(one: Appearance, other: Appearance) -> bool:
    return not one.kind or not other.kind or one.kind == other.kind


def rank_of(identity: str) -> int:
    """How lasting an identity is, 0 the most."""
    kind = identity.partition(":")[0]
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


@lru_cache(maxsize=65_536)
def has_one_meaning(address: str) -> bool:
    """Whether it is an address that is the same device's on every link: no link-local one, and no MAC address."""
    try:
        return not ipaddress.ip_address(address.partition("%")[0]).is_link_local
    except ValueError:
        return False
