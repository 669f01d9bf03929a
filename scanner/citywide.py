"""The newest scans of all sites, put together into one report, because what a city asks is asked of all of it.

Each device is told of by the newest scan that met it, so one that was moved from site to site counts once, and what several devices have wrong together is
judged over all of them: two sites may share a key.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from operator import attrgetter
from typing import TypeVar

from checks.contract import load_fleet_checks
from inventory.coverage import covered
from inventory.errors import StoreError
from inventory.findings import FleetFinding
from inventory.report import Assessment, Report, Scan, SiteScan, Traffic
from inventory.store import Store
from inventory.text import one_line
from scanner.assess import assess_fleet
from scanner.city import City
from scanner.config import Settings
from scanner.ranking import ranked, together

_DIGITS = 12
_SEVERAL = "several"
T = TypeVar("T")


def of_all_sites(
    store: Store, city: City, settings: Settings, judged: Callable[[Report], Report] = lambda report: report
) -> tuple[Report, tuple[Report, ...]]:
    """The ranked report over all sites, and the ranked reports that it is put together from: none where there is one site, whose report it is then.

    `judged` makes of a stored report what is ranked. Raises `StoreError` where no scan is of a site.
    """
    scans, unscanned = newest_of_each(store.scans(), [site.name for site in settings.sites])
    parts = tuple(ranked(judged(store.report(scan.id)), city) for scan in scans)
    if len(parts) + len(unscanned) == 1:
        return parts[0], ()
    return put_together(parts, city, settings.department, unscanned), parts


def newest_of_each(scans: Sequence[Scan], sites: Collection[str]) -> tuple[tuple[Scan, ...], tuple[str, ...]]:
    """The newest of `scans` (newest first) of each of these sites, and the sites that have none; of all that were scanned where no sites are named.

    One that ended and asked all that a city is asked goes before a newer one that did not. Raises `StoreError` where there is none at all.
    """
    of_sites: dict[str, list[Scan]] = {}
    for scan in scans:
        if scan.site:
            of_sites.setdefault(scan.site, []).append(scan)
    names = tuple(sites) or tuple(sorted(of_sites))
    chosen = tuple(_newest(of_sites[name]) for name in names if name in of_sites)
    if not chosen:
        raise StoreError("no scan is of a site of tocsin.toml: --all-sites puts the newest scans of sites together")
    return chosen, tuple(name for name in names if name not in of_sites)


def put_together(
    reports: Sequence[Report], city: City, department: Callable[[str], str], unscanned: Iterable[str] = ()
) -> Report:
    """One report, ranked, of the ranked `reports` of several sites; `department` says whose an address is, `unscanned` are sites without a scan."""
    assessments = tuple(_assessments(reports))
    whole = Report(
        _scan(reports, unscanned),
        assessments,
        together(_fleet(reports, assessments, department), assessments, city),
        covered(assessments, sum(report.coverage.addresses for report in reports)),
    )
    whole = replace(whole, assessments=whole.ranked)
    register = city.register.compared(whole) if city.register else None
    return replace(whole, register=register, waivers=city.waivers(whole))


def _newest(scans: Sequence[Scan]) -> Scan:
    full = (scan for scan in scans if scan.ended and not scan.is_passive and not scan.ports)
    return next(full, scans[0])


def _assessments(reports: Iterable[Report]) -> Iterator[Assessment]:
    """Every device once, with the site where it was met, where no register says another."""
    newest: dict[str, Assessment] = {}
    for report in reports:
        for one in report.assessments:
            known = newest.get(one.device.identity)
            if known is None or known.when < one.when:
                context = replace(one.context, site=one.context.site or report.scan.site)
                newest[one.device.identity] = replace(one, context=context)
    return iter(newest.values())


def _fleet(
    reports: Sequence[Report], assessments: Sequence[Assessment], department: Callable[[str], str]
) -> tuple[FleetFinding, ...]:
    """Judged anew over all devices; where a scan is not whole, or what was said in it is deleted, what each scan found by itself."""
    if all(report.scan.ended and not report.scan.evidence_deleted for report in reports):
        return assess_fleet(assessments, load_fleet_checks(), department)
    found: dict[str, FleetFinding] = {}
    for finding in (finding for report in reports for finding in report.fleet):
        known = found.get(finding.id, finding)
        found[finding.id] = replace(known, devices=tuple(sorted({*known.devices, *finding.devices})))
    return tuple(sorted(found.values(), key=lambda one: (-one.severity, one.check, one.id)))


def _scan(reports: Sequence[Report], unscanned: Iterable[str]) -> Scan:
    """What was asked of all of them; the newest scan's word where only one has room."""
    scans = tuple(report.scan for report in reports)
    newest = max(scans, key=attrgetter("started"))
    ends = [scan.ended for scan in scans if scan.ended]
    days = [scan.intel_as_of for scan in scans if scan.intel_as_of]
    deleted = [scan.evidence_deleted for scan in scans if scan.evidence_deleted]
    sites = [SiteScan(scan.site, scan.id, scan.started, scan.ended) for scan in scans]
    return replace(
        newest,
        id=f"sites-{sha256(' '.join(scan.id for scan in scans).encode()).hexdigest()[:_DIGITS]}",
        site="",
        started=min(scan.started for scan in scans),
        ended=max(ends) if len(ends) == len(scans) else None,
        networks=tuple(dict.fromkeys(network for scan in scans for network in scan.networks)),
        left_out=tuple(dict.fromkeys(network for scan in scans for network in scan.left_out)),
        level=min(scan.level for scan in scans),
        authorised_by=", ".join(dict.fromkeys(scan.authorised_by for scan in scans)),
        pace=_common(scans, "pace", _SEVERAL),
        engine=_common(scans, "engine", _SEVERAL),
        vantage=_common(scans, "vantage", ""),
        ports=_common(scans, "ports", ""),
        intel_as_of=min(days, default=None),
        evidence_deleted=max(deleted, default=None),
        traffic=_traffic(scans),
        notes=tuple(_notes(scans)),
        sites=(*sites, *map(SiteScan, unscanned)),
    )


def _traffic(scans: Iterable[Scan]) -> Traffic:
    sent = [scan.traffic for scan in scans]
    return Traffic(
        sum(one.packets_sent for one in sent),
        sum(one.connections for one in sent),
        sum(one.login_attempts for one in sent),
    )


def _notes(scans: Sequence[Scan]) -> Iterator[str]:
    """What each scan could not do, and in what they differ so that they cannot be held against each other."""
    if _common(scans, "intel", None) is None:
        yield "the sites were judged by different intelligence: --rescore judges them all by today's"
    for scan in scans:
        if scan.vantage != _common(scans, "vantage", ""):
            yield f"{one_line(scan.site)}: it was looked at from {one_line(scan.vantage) or 'a place that nobody named'}"
        if scan.ports != _common(scans, "ports", ""):
            yield f"{one_line(scan.site)}: only these ports were asked: {one_line(scan.ports)}"
        if scan.ended is None:
            yield f"{one_line(scan.site)}: the scan did not end"
        yield from (f"{one_line(scan.site)}: {note}" for note in scan.notes)


def _common(scans: Sequence[Scan], name: str, otherwise: T) -> T:
    """What all of them have under that name."""
    values: set[T] = {getattr(scan, name) for scan in scans}
    return values.pop() if len(values) == 1 else otherwise
