"""Which record speaks for a device that several places in the network have looked at.

From each place the newest record of a device counts, for it alone shows what has been mended since. Of these the one speaks that saw most: where the device
answered at the most ports, then at the higher level; so what a guests' network sees of a camera hides nothing that the management network found. An older
record has lost its word where another place, which once saw all these ports too, has looked again since, at no lower level: what is missing there now was
mended, and is not merely out of sight. A place that was not named is a place of its own.

This goes for the scans of the `MEASURED_FOR` before the newest one; what was seen before them alone, or from one place alone, is as it was seen last. A scan
that only listened saw from no place. Where a device goes by other identities from elsewhere (`inventory.appearances.other_names`), all of its records are
weighed together, and it is known by the most lasting one. A record in which the device was left alone in quarantine speaks if it is the newest.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

import sqlalchemy as sa

from inventory.appearances import LEFT_ALONE, Appearance, has_one_meaning, other_names, ports_of, rank_of
from inventory.model import Level
from inventory.report import Scan
from inventory.tables import ASSESSMENTS

MEASURED_FOR = timedelta(days=30)
"""What was seen longer ago from elsewhere says little of the firewalls of today, whose rules change by the month; what is overheard is kept as long."""


class View(NamedTuple):
    """How a device appeared from one place ("" was not named) in the newest scan there that saw just these ports: the columns of its record, as they stand."""

    vantage: str
    level: Level
    scan: str
    address: str
    identity: str
    addresses: str
    assessed: str
    kind: str
    ports: str
    scans: str

    @property
    def when(self) -> datetime:
        """When it was assessed."""
        return datetime.fromisoformat(self.assessed)

    @property
    def answers(self) -> int:
        """At how many ports it answered."""
        return len(ports_of(self.ports))

    def shows(self, other: "View") -> bool:
        """Whether it saw every port that the other one saw."""
        return set(ports_of(self.ports)).issuperset(ports_of(other.ports))


class Voice(NamedTuple):
    """The view whose record speaks for a device, the newest view from each place, and the identities that the device goes by besides in any of them."""

    chosen: View
    last: tuple[View, ...]
    names: tuple[str, ...] = ()


def voices(connection: sa.Connection, scans: Iterable[Scan]) -> dict[str, Voice]:
    """By identity, the record that speaks for each device that several places saw; empty where there is but one place."""
    places = _places(scans)
    if len({vantage for vantage, _ in places}) < 2:
        return {}
    views: dict[str, list[View]] = {}
    for (vantage, level), those in places.items():
        for view in _seen(connection, vantage, level, those):
            views.setdefault(view.identity, []).append(view)
    names = _names(views)
    for name, lasting in names.items():
        views[lasting] += views.pop(name)
    return {identity: _voice(identity, those) for identity, those in views.items() if _is_from_several(those)}


def _is_from_several(views: Sequence[View]) -> bool:
    return any(view.vantage != views[0].vantage or view.identity != views[0].identity for view in views)


def _places(scans: Iterable[Scan]) -> dict[tuple[str, Level], list[str]]:
    """The scans that asked lately, by the place from which they did and the level."""
    asked = [scan for scan in scans if not scan.is_passive]
    newest = max((scan.started for scan in asked), default=None)
    found: dict[tuple[str, Level], list[str]] = {}
    for scan in asked:
        if newest is not None and scan.started >= newest - MEASURED_FOR:
            found.setdefault((scan.vantage, scan.level), []).append(scan.id)
    return found


def _seen(connection: sa.Connection, vantage: str, level: Level, scans: Collection[str]) -> Iterator[View]:
    """Of each device, for each set of ports that it answered at in these scans, the last that did; an index has all of it, and no record is read."""
    last = sa.func.max(ASSESSMENTS.c.assessed)  # SQLite takes the other columns from the row that has it
    scan, address, identity, addresses, kind, ports = (
        ASSESSMENTS.c[name] for name in ("scan", "address", "identity", "addresses", "kind", "ports")
    )
    query = (
        sa.select(scan, address, identity, addresses, last, kind, ports, sa.func.group_concat(scan, " "))
        .where(ASSESSMENTS.c.scan.in_(sorted(scans)))
        .group_by(ASSESSMENTS.c.identity, ASSESSMENTS.c.ports)
    )
    for row in connection.execute(query):
        yield View._make((vantage, level, *row))


def _names(views: Mapping[str, Sequence[View]]) -> dict[str, str]:
    """The identities that go with another's; only those are weighed that share an address."""
    newest = {identity: max(those, key=attrgetter("assessed")) for identity, those in views.items()}
    at: dict[str, list[str]] = {}
    for identity, view in newest.items():
        for address in view.addresses.split():
            at.setdefault(address, []).append(identity)
    together = {one for address, those in at.items() if len(those) > 1 and has_one_meaning(address) for one in those}
    kinds = {one: next((v.kind for v in _newest_first(views[one]) if v.kind), "") for one in together}
    appeared = [
        Appearance(view.scan, view.address, one, tuple(view.addresses.split()), view.assessed, kinds[one])
        for one, view in newest.items()
        if one in together
    ]
    scans_of = {one: {scan for view in views[one] for scan in view.scans.split()} for one in together}
    return other_names(appeared, scans_of)


def _voice(identity: str, views: Sequence[View]) -> Voice:
    chosen, last = speaker(views)
    return Voice(chosen, last, tuple(sorted({view.identity for view in views} - {identity})))


def speaker(views: Sequence[View]) -> tuple[View, tuple[View, ...]]:
    """The view of a device whose record speaks for it, and the newest view from each place."""
    last: dict[str, View] = {}
    for view in sorted(views, key=attrgetter("assessed", "scan", "identity")):
        last[view.vantage] = view
    newest = max(last.values(), key=attrgetter("assessed", "vantage"))
    if newest.ports == LEFT_ALONE:
        return newest, tuple(last.values())
    standing = (view for view in last.values() if not _is_overtaken(view, last.values(), views))
    best = max(standing, key=lambda v: (v.answers, v.level, -rank_of(v.identity), v.assessed, v.vantage))
    return best, tuple(last.values())


def _is_overtaken(view: View, last: Iterable[View], views: Iterable[View]) -> bool:
    """Whether a place that once saw all of it has looked since, at no lower level."""
    since = {one.vantage for one in last if one.assessed > view.assessed and one.level >= view.level}
    return bool(since) and any(one.vantage in since and one.shows(view) for one in views)


def _newest_first(views: Iterable[View]) -> list[View]:
    return sorted(views, key=attrgetter("assessed", "vantage"), reverse=True)
