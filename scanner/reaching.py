"""From which places in the network each device was reached: what the scans of the last days measured, vantage by vantage.

Of one vantage the newest scan that asked an address decides about it; older ones count only for addresses that no newer one asked. So two sites that are
scanned on two nights are both known, and what a firewall was mended against last night is not held against it. A scan that asked an address and got no answer
from any port there has not reached the device; where no scan of a vantage asked, nothing is known, and nothing is said.

A scan of particular ports has reached what answered it, and shows of nothing that it cannot be reached. Nor does a scan in which another device, by what it
said of itself, answered at the address: whoever says one thing here and another there is not to be ranked lower for that.
"""

import ipaddress
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache

from checks.policy import Policy
from inventory.appearances import Appearance, may_be_one, other_names
from inventory.model import Device, Endpoint
from inventory.report import Scan
from inventory.store import Store
from inventory.vantages import MEASURED_FOR
from scanner import spans
from scanner.spans import Places, Span

EXPOSURES = ("small", "controlled", "open")
"""SSVC's words for who may stand at a place, the widest last."""
_LINK_LOCAL = (spans.read("fe80::/10"), spans.read("169.254.0.0/16"))
_NAMED = re.compile(r".*\(([^()]+)\)")


class State(StrEnum):
    """How a device stands to a vantage."""

    NOT_ASKED = "not asked"
    NOT_REACHED = "not reached"
    REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Sight:
    """How a device stands to one vantage: the scans that decide it, newest first, and how it appeared in those that reached it.

    `by_address` says that it was recognised by its address alone: from another segment no MAC address is seen, so it may go by another identity there.
    `doubtful` says that what seems another device answered at an address of it.
    """

    state: State
    scans: tuple[Scan, ...] = ()
    appearances: tuple[Appearance, ...] = ()
    by_address: bool = False
    doubtful: bool = False

    @property
    def ports(self) -> tuple[str, ...]:
        """Where it answered, by number: "tcp/80", "udp/161"."""
        found = {port for appearance in self.appearances for port in appearance.ports}
        return tuple(sorted(found, key=lambda port: (int(port.partition("/")[2]), port)))


@dataclass(frozen=True, slots=True)
class Reach:
    """From where a device was reached, the widest of these places first; its exposure, "" where it is not measured; and the ports that answered there."""

    vantages: tuple[str, ...] = ()
    exposure: str = ""
    ports: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Look:
    """One scan from a vantage, and which addresses it asked."""

    scan: Scan
    asked: tuple[Span, ...]

    @cached_property
    def _places(self) -> Mapping[int, Places]:
        return {version: Places(tuple(s for s in self.asked if s.version == version)) for version in (4, 6)}

    @property
    def is_whole(self) -> bool:
        """Whether it asked every port that is asked of a city, so that its silence means something."""
        return not self.scan.ports

    def covers(self, place: Span) -> bool:
        """Whether it asked that one address."""
        return self._places[place.version].of(place.first) is not None


@dataclass(frozen=True)
class Vantage:
    """A place from which was looked: who may stand there ("" where the policy does not know it), and the scans that decide, newest first."""

    name: str
    exposure: str
    looks: tuple[Look, ...]

    @property
    def newest(self) -> Scan:
        """The last scan from there."""
        return self.looks[0].scan


@dataclass(frozen=True)
class Reached:
    """What was measured. `vantages` are in order, the widest exposure first."""

    vantages: tuple[Vantage, ...] = ()
    appearances: tuple[Appearance, ...] = ()
    policy: Policy = field(default_factory=Policy, repr=False)

    @classmethod
    def read(cls, store: Store, policy: Policy, now: datetime, *, whole: bool = False) -> "Reached":
        """What the inventory holds, as of `now`; the policy says who may stand at a vantage. The `whole` is with the scans that decide nothing."""
        scans = recent(store.scans(), now)
        vantages = tuple(_vantages(scans, policy))
        deciding = {look.scan.id for vantage in vantages for look in vantage.looks}
        read = {scan.id for scan in scans} if whole else deciding
        return cls(vantages, store.appearances(read) if deciding else (), policy)

    def of(self, device: Device) -> Reach:
        """From where that device was reached."""
        sights = {vantage.name: self.sight(vantage, device.identity, device.addresses) for vantage in self.vantages}
        reached = [vantage for vantage in self.vantages if sights[vantage.name].state is State.REACHED]
        if not reached:
            return Reach()
        widest = reached[0].exposure
        ports = {port for one in reached if one.exposure == widest for port in sights[one.name].ports}
        exposure = widest if self._is_settled(reached, sights) else ""
        return Reach(tuple(one.name for one in reached), exposure, frozenset(ports))

    def sight(self, vantage: Vantage, identity: str, addresses: Sequence[str]) -> Sight:
        """How the device of that identity, which has those addresses now, stands to a vantage."""
        waiting = {address: place for address in addresses if (place := _place(address)) is not None}
        scans: list[Scan] = []
        found: list[Appearance] = []
        asked = by_address = doubtful = False
        for look in vantage.looks:
            seen, certain = self._seen(look.scan.id, identity, waiting)
            covered = {address for address, place in waiting.items() if look.is_whole and look.covers(place)}
            if not (any(one.ports for one in seen) or (look.is_whole and (seen or covered))):
                continue
            if any(one.left_alone for one in seen):
                continue
            asked = True
            doubtful |= self._is_held_by_another(look.scan.id, covered, seen)
            scans.append(look.scan)
            found += (one for one in seen if one.ports)
            by_address |= bool(seen) and not certain
            covered.update(address for one in seen for address in one.addresses if look.is_whole)
            waiting = {address: place for address, place in waiting.items() if address not in covered}
            if not waiting:
                break
        state = State.REACHED if found else State.NOT_REACHED if asked else State.NOT_ASKED
        return Sight(state, tuple(scans), tuple(found), by_address and bool(found), doubtful)

    def _is_held_by_another(self, scan: str, addresses: Iterable[str], seen: Collection[Appearance]) -> bool:
        """Whether something that is none of these answered at one of the addresses."""
        there = (self._by_address.get((scan, address)) for address in addresses)
        return any(one is not None and bool(one.ports) and one not in seen for one in there)

    def _seen(self, scan: str, identity: str, addresses: Iterable[str]) -> tuple[tuple[Appearance, ...], bool]:
        """How the device appeared in that scan, and whether by its identity."""
        own = self._by_identity.get((scan, identity))
        if own is not None:
            return (own,), True
        there = (self._by_address.get((scan, address)) for address in addresses)
        found = {one.identity: one for one in there if one is not None and self.may_be(identity, one.identity)}
        return tuple(found.values()), False

    def known(self) -> tuple[Appearance, ...]:
        """Every device that appeared, as it did last, by address; of what goes by several identities at one address the most lasting."""
        found, _ = self._known
        return tuple(sorted(found.values(), key=lambda one: (Endpoint(one.address, 0).sort_key, one.identity)))

    @property
    def other_names(self) -> Mapping[str, str]:
        """The identities that devices go by from elsewhere, each with the more lasting one that the device is known by."""
        _, names = self._known
        return names

    @cached_property
    def _known(self) -> tuple[Mapping[str, Appearance], Mapping[str, str]]:
        newest: dict[str, Appearance] = {}
        for one in sorted(self.appearances, key=lambda one: (one.assessed, one.scan)):
            before = newest.get(one.identity)
            newest[one.identity] = replace(one, kind=one.kind or (before.kind if before else ""))
        names = other_names(newest.values(), self._scans_of)
        for name, lasting in names.items():
            newest[lasting] = replace(newest[lasting], kind=newest[lasting].kind or newest[name].kind)
        return {name: one for name, one in newest.items() if name not in names}, names

    def may_be(self, identity: str, other: str) -> bool:
        """Whether two identities at one address may be one device's, by what these scans saw."""
        return may_be_one(identity, other, self._scans_of)

    def _is_settled(self, reached: Sequence[Vantage], sights: Mapping[str, Sight]) -> bool:
        """Whether nothing wider can be true: it is open, or it was asked from every wider place that the policy knows, an open one among them.

        Whoever has looked from nowhere but the office has not shown that a stranger cannot reach what the office can.
        """
        exposure = reached[0].exposure
        if exposure != "open" and any(vantage.exposure not in EXPOSURES for vantage in reached):
            return False
        wider = [v for v in self.policy.vantages if v.exposure in EXPOSURES[EXPOSURES.index(exposure) + 1 :]]
        asked = {name for name, sight in sights.items() if sight.state is not State.NOT_ASKED and not sight.doubtful}
        has_open = exposure == "open" or any(vantage.exposure == "open" for vantage in wider)
        return has_open and all(vantage.name in asked for vantage in wider)

    @cached_property
    def _by_identity(self) -> Mapping[tuple[str, str], Appearance]:
        return {(one.scan, one.identity): one for one in self.appearances}

    @cached_property
    def _by_address(self) -> Mapping[tuple[str, str], Appearance]:
        return {(one.scan, address): one for one in self.appearances for address in one.addresses if _place(address)}

    @cached_property
    def _scans_of(self) -> Mapping[str, set[str]]:
        scans: dict[str, set[str]] = {}
        for one in self.appearances:
            scans.setdefault(one.identity, set()).add(one.scan)
        return scans


def recent(scans: Iterable[Scan], now: datetime) -> tuple[Scan, ...]:
    """Those that ended and are young enough to tell of today, newest first."""
    young = (scan for scan in scans if scan.ended is not None and scan.ended >= now - MEASURED_FOR)
    return tuple(sorted(young, key=lambda scan: (scan.started, scan.id), reverse=True))


def asked_by(scan: Scan) -> tuple[Span, ...]:
    """The addresses that a scan asked: its networks and segments without what was denied. Link-local ones are left out, for each link has its own."""
    found = (_span(text) for text in scan.networks)
    denied = (_span(text) for text in scan.left_out)
    taken = (*_LINK_LOCAL, *(span for span in denied if span is not None))
    return spans.without((span for span in found if span is not None), taken)


def _on_link(scan: Scan) -> frozenset[str]:
    """Its link-local segments, whose addresses mean nothing elsewhere: there a device is known by its identity alone."""
    found = ((text, _span(text)) for text in scan.networks)
    return frozenset(text for text, span in found if span is not None and not spans.without([span], _LINK_LOCAL))


def _span(text: str) -> Span | None:
    """What a scan says that it asked: 10.20.0.0/24, 10.20.0.5-10.20.0.9, camera-7.example (10.20.0.7), fd00:77::/64%eth0."""
    named = _NAMED.fullmatch(text)
    try:
        return spans.read((named[1] if named else text).partition("%")[0])
    except ValueError:
        return None


@lru_cache(maxsize=65_536)
def _place(address: str) -> Span | None:
    """The address; None for one that means something else on another link, and for a MAC address."""
    try:
        there = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return None if there.is_link_local else Span(there.version, int(there), int(there))


def _vantages(scans: Sequence[Scan], policy: Policy) -> Iterator[Vantage]:
    """Every place that scans name, the widest first; a scan whose every address a newer one from there asked decides nothing."""
    known = {vantage.name: vantage.exposure for vantage in policy.vantages}
    looks: dict[str, list[Look]] = {}
    for scan in scans:
        if scan.vantage and not scan.is_passive:
            before = looks.setdefault(scan.vantage, [])
            asked, on_link = asked_by(scan), _on_link(scan)
            whole = [look for look in before if look.is_whole]
            newer = spans.without(asked, (span for look in whole for span in look.asked))
            if newer or on_link.difference(*(_on_link(look.scan) for look in whole)):
                before.append(Look(scan, asked))
    found = [Vantage(name, known.get(name, ""), tuple(of)) for name, of in looks.items()]
    yield from sorted(found, key=lambda one: (-_width(one.exposure), one.name))


def _width(exposure: str) -> int:
    return EXPOSURES.index(exposure) if exposure in EXPOSURES else -1
