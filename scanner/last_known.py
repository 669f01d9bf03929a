"""What is known of each device today: its newest record, and what that could not have seen again of the records before it.

A scan from the guests' network sees fewer ports than one from the management network, one at level identify opens no account, and one that was told to make a
single check makes no other. So that the last of them does not seem to have mended what it never looked at, each finding of the last 30 days stays until a
later scan has looked for it and not found it:

- its check was among those of that scan, and of its level;
- its port was among those that were asked, and where the later scan stood elsewhere, it answered there as well.

What was only heard settles nothing. From another segment a device may go by another identity, because no MAC address is seen there: where two share an
address and may be one, they are, as `scanner/reaching.py` has it. A device that none of these scans saw is known as its newest record has it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from checks.ports import parse_ports
from inventory.findings import Finding, FleetFinding, Outcome
from inventory.fleet import Brief, device_named
from inventory.known import Appearance, Known
from inventory.model import Level, Status
from inventory.report import Assessment, Scan
from inventory.store import Store
from scanner.reaching import Reached, recent

CHECKS_OF_LOGIN = frozenset(("accepts-any-password", "default-credentials", "snmp-default-community"))
"""Those that a scan at level identify does not make; written down here, because reading all checks takes long."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a device appeared in one scan."""

    scan: Scan
    appearance: Appearance

    def settles(self, finding: Finding, found_by: Scan) -> bool:
        """Whether this later look would have found it again, if it were still so."""
        where = finding.endpoint
        if self.appearance.left_alone or (finding.check in CHECKS_OF_LOGIN and self.scan.level < Level.LOGIN):
            return False
        if self.scan.checks and finding.check not in self.scan.checks:
            return False
        if self.scan.vantage != found_by.vantage:
            return f"{where.transport}/{where.port}" in self.appearance.ports
        return not (self.scan.ports and where.port) or where.port in _ports(self.scan.ports)


@dataclass(frozen=True, slots=True)
class Carried:
    """Findings of a device that an earlier scan made, and the brief of it there."""

    scan: Scan
    brief: Brief
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        place = f"from {self.scan.vantage}, " if self.scan.vantage else ""
        return f"scan {self.scan.id} ({place}level {self.scan.level.label})"


@dataclass(frozen=True)
class LastKnown:
    """Every device in brief, by identity; `carried` is what stays of earlier scans, by the identity of the device."""

    store: Store
    briefs: tuple[Brief, ...]
    carried: Mapping[str, tuple[Carried, ...]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many findings stay of earlier scans."""
        return sum(len(one.findings) for those in self.carried.values() for one in those)

    @property
    def together(self) -> tuple[FleetFinding, ...]:
        """What is wrong with several of these devices together."""
        earlier = {one.scan.id for those in self.carried.values() for one in those}
        return self.store.briefs.findings({brief.scan for brief in self.briefs} | earlier)

    def whole(self, brief: Brief) -> Assessment:
        """The record of one of these devices, with what stays."""
        return _with(self.store.whole(brief), self._in_full(brief.assessment.device.identity))

    def named(self, text: str) -> Known:
        """The device that `text` names, with its record."""
        brief = device_named(self.briefs, text)
        return replace(brief.known, assessment=self.whole(brief))

    def every(self) -> tuple[Known, ...]:
        """Every device with its record, by identity."""
        wanted = {brief.assessment.device.identity: brief.known for brief in self.briefs}
        return tuple(
            replace(wanted[identity], assessment=_with(known.assessment, self._in_full(identity)))
            for known in self.store.devices()
            if (identity := known.assessment.device.identity) in wanted
        )

    def _in_full(self, identity: str) -> Iterator[tuple[Carried, tuple[Finding, ...]]]:
        """What stays, with the texts that a brief has not."""
        for one in self.carried.get(identity, ()):
            ids = {finding.id for finding in one.findings}
            yield one, tuple(finding for finding in self.store.whole(one.brief).findings if finding.id in ids)


def last_known(store: Store, now: datetime) -> LastKnown:
    """What the inventory knows as of `now`."""
    briefs = store.briefs.newest()
    scans = {scan.id: scan for scan in _telling(recent(store.scans(), now))}
    if len(scans) < 2:
        return LastKnown(store, briefs)
    seen = store.appearances(scans)
    names = Reached(appearances=seen).other_names
    found = _Found(store, scans)
    groups: dict[str, list[Brief]] = defaultdict(list)
    for brief in briefs:
        identity = brief.assessment.device.identity
        groups[names.get(identity, identity)].append(brief)
    looks: dict[str, list[Look]] = defaultdict(list)
    for appearance in seen:
        looks[names.get(appearance.identity, appearance.identity)].append(Look(scans[appearance.scan], appearance))
    made = [found.device(group, looks.get(name, [])) for name, group in groups.items()]
    known = sorted((brief for brief, _ in made), key=lambda brief: brief.assessment.device.identity)
    return LastKnown(store, tuple(known), {b.assessment.device.identity: those for b, those in made if those})


def of_scan(store: Store, scan: str) -> LastKnown:
    """What one scan saw, by its id or the beginning of it, and nothing else."""
    return LastKnown(store, store.briefs.of_scan(store.scan(scan).id))


def _telling(scans: Sequence[Scan]) -> list[Scan]:
    """Those of which no later scan looked for all that they looked for, newest first."""
    kept: list[Scan] = []
    for scan in scans:
        if not scan.is_passive and not any(_repeats(later, scan) for later in kept):
            kept.append(scan)
    return kept


def _repeats(later: Scan, scan: Scan) -> bool:
    return (
        later.vantage == scan.vantage
        and later.level >= scan.level
        and later.ports in ("", scan.ports)
        and (not later.checks or (scan.checks != () and set(scan.checks) <= set(later.checks)))
        and set(scan.networks) <= set(later.networks)
    )


class _Found:
    """Reads the briefs of earlier scans, each scan's once and only where a device has something there that its newest record is not."""

    def __init__(self, store: Store, scans: Mapping[str, Scan]) -> None:
        self._store = store
        self._scans = scans
        self._briefs: dict[str, dict[str, Brief]] = {}

    def device(self, group: Sequence[Brief], looks: Iterable[Look]) -> tuple[Brief, tuple[Carried, ...]]:
        """One device of the identities in `group`: its newest brief with what stays of its looks, and what that is."""
        newest = max(group, key=lambda brief: (brief.assessment.when, brief.scan))
        own = (newest.scan, newest.assessment.device.address)
        in_turn = sorted(looks, key=lambda look: (look.appearance.assessed, look.scan.id), reverse=True)
        later = [look for look in in_turn if (look.scan.id, look.appearance.address) == own]
        if not later:
            return newest, ()
        has = {_what(finding) for finding in _findings(newest)}
        carried = []
        for look in in_turn[in_turn.index(later[0]) + 1 :]:
            brief = self._brief(look)
            stays = tuple(
                finding
                for finding in _findings(brief)
                if _what(finding) not in has and not any(one.settles(finding, look.scan) for one in later)
            )
            has |= {_what(finding) for finding in _findings(brief)}
            later.append(look)
            if stays:
                carried.append(Carried(look.scan, brief, stays))
        if not carried and len(group) == 1:
            return newest, ()
        return _joined(newest, group, carried), tuple(carried)

    def _brief(self, look: Look) -> Brief:
        there = self._briefs.get(look.scan.id)
        if there is None:
            of_scan = self._store.briefs.of_scan(look.scan.id)
            there = self._briefs[look.scan.id] = {brief.assessment.device.address: brief for brief in of_scan}
        return there[look.appearance.address]


@lru_cache(maxsize=64)
def _ports(text: str) -> frozenset[int]:
    return frozenset(parse_ports(text))


def _findings(brief: Brief) -> Iterator[Finding]:
    return (
        finding for outcome in brief.assessment.outcomes for finding in outcome.findings
    )  # in any order, which is soonest


def _what(finding: Finding) -> tuple[str, str]:
    """The same for the same flaw, whatever identity the device goes by."""
    return finding.check, finding.facet or f"{finding.endpoint.transport}/{finding.endpoint.port}"


def _joined(newest: Brief, group: Sequence[Brief], carried: Iterable[Carried]) -> Brief:
    known = [brief.known for brief in group]
    assessment = _with(newest.assessment, [(one, one.findings) for one in carried])
    first, last = min(one.first_seen for one in known), max(one.last_seen for one in known)
    return Brief(newest.scan, Known(assessment, first, last, sum(one.scans for one in known)))


def _with(assessment: Assessment, stays: Iterable[tuple[Carried, Sequence[Finding]]]) -> Assessment:
    """The assessment with those findings beside its own, each told where it is from."""
    outcomes = {outcome.check: outcome for outcome in assessment.outcomes}
    for one, findings in stays:
        for finding in findings:
            had = outcomes.get(finding.check, Outcome(finding.check, Status.FOUND, ""))
            told = f"found by {one}, and not looked for since"
            reason = had.reason if told in had.reason else "; ".join(part for part in (had.reason, told) if part)
            outcomes[finding.check] = Outcome(had.check, Status.FOUND, reason, (*had.findings, finding))
    return replace(assessment, outcomes=tuple(outcomes.values()))
