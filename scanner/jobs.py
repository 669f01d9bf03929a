"""From what the operator asked for to what a scan will do: every refusal happens here, before the first packet."""

import hashlib
import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from checks.catalogue import Catalogue, catalogue
from checks.contract import Check, informed, load_checks, load_fleet_checks
from checks.credentials import read_own
from checks.intelligence import Intelligence, built_in
from checks.known_keys import KnownKeys, read_lists
from checks.policy import Policy
from checks.policy import built_in as built_in_policy
from checks.ports import default_ports, never_touch, parse_ports
from checks.profiles import DEVICE, Profile, profile_named
from inventory.errors import ConfigError, ScopeError
from inventory.model import Level
from inventory.report import Scan
from scanner import spans
from scanner.config import Settings, Site, is_window
from scanner.conversation import Depth, comes_with_login
from scanner.discover import Sweep, Targets, parse_targets, require, require_segments
from scanner.discover.plan import denies_of
from scanner.intel.gate import judged_by
from scanner.job import Job
from scanner.pace import PACES, Pace
from scanner.protocols import load_protocols
from scanner.questions import Budget
from scanner.recog import load_recog
from scanner.scope import Grant, Scope
from scanner.vantage import chosen

DEVICES_AT_ONCE = {"gentle": 8, "normal": 32, "lab": 100}
FLAWS = "vulnerabilities"
"""What --tls names beyond the depths: the tests for known flaws of the protocol, which only ever run where they are asked for."""
SLOWNESS = 120.0
CONNECTIONS_WAITED_FOR = 500
"""A device may keep us for so many seconds, and for the time in which our own pace allows so many connections to it: far more than any needs."""


@dataclass(frozen=True, slots=True)
class Request:
    """The command line of a scan, as given; None where the operator left the choice to the configuration."""

    targets: tuple[str, ...] = ()
    site: str | None = None
    level: Level | None = None
    pace: str | None = None
    checks: tuple[str, ...] = ()
    ports: str | None = None
    engine: str = "builtin"
    authorised_by: str | None = None
    window: str | None = None
    yes_large: bool = False
    low_ports_at: int = 0
    multicast: bool = False
    active_budget: int | None = None
    generic: bool = False
    tls: tuple[str, ...] = ()
    tls_profile: str | None = None
    known_keys: tuple[Path, ...] = ()
    vantage: str | None = None


def build(
    request: Request,
    settings: Settings,
    now: datetime,
    intelligence: Intelligence | None = None,
    policy: Policy | None = None,
) -> Job:
    """The job that the request asks for; ConfigError or ScopeError in one sentence when it cannot be."""
    _understood(request)
    site = _site(request, settings)
    texts = request.targets or tuple(str(network) for network in (site.networks if site else ()))
    if not texts:
        raise ConfigError(
            "nothing to scan: name a network, or a site of tocsin.toml with --site (`tocsin init` writes one)"
        )
    policy = policy or built_in_policy()
    policy = replace(policy, vantage=chosen(request.vantage, site.vantage if site else "", settings.vantage, policy))
    targets = parse_targets(texts, yes_large=request.yes_large)
    level = request.level if request.level is not None else (site.level if site else Level.IDENTIFY)
    require_segments(targets.segments)
    scope = _scope(request, settings, site, targets, level)
    grants = _approved(scope, targets, level, now)
    pace = _pace(request, site)
    ports = parse_ports(request.ports) if request.ports else default_ports()
    forbidden = never_touch().union(*(entry.never_touch for entry in settings.sites))
    # The sweep and the conversations go on at the same time, each with a half, so that together they keep the scan's rate.
    half = replace(pace, packets_per_second=pace.packets_per_second / 2)
    sweep = Sweep(targets, ports, half, scope, level, request.engine, never_touch=forbidden, shift=request.low_ports_at)
    scan = Scan(
        id=f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        started=now.astimezone(UTC),
        networks=targets.networks,
        level=level,
        authorised_by="; ".join(dict.fromkeys(grant.approved_by for grant in grants)),
        version=version("tocsin"),
        site=site.name if site else "",
        pace=pace.name,
        engine=request.engine,
        ports=request.ports or "",
        policy=policy.title,
        vantage=policy.vantage,
        left_out=tuple(map(str, spans.within(targets.reach, denies_of(scope.grants)))),
    )
    intelligence = intelligence or built_in()
    profile, depth, requested = _profile(request, settings, site), _depth(request, site), _requested(request, level)
    known: dict[str, object] = {
        "catalogue": _catalogue(request, settings, level),
        "profile": profile,
        "keys": _known_keys(request, settings),
        "intelligence": intelligence,
        "policy": policy,
    }
    checks = informed(_checks(request.checks), known)
    return Job(
        judged_by(scan, intelligence, now.date()),
        _plan(sweep, checks, f"tls {depth}", *sorted(requested), profile.name, policy.title, *_place(scan)),
        pace,
        sweep,
        checks,
        load_fleet_checks(),
        community=site.snmp_community if site else "",
        devices_at_once=DEVICES_AT_ONCE[pace.name],
        device_deadline=SLOWNESS + CONNECTIONS_WAITED_FOR / pace.device_connections_per_second,
        multicast=request.multicast,
        others=load_recog(settings.recog) if settings.recog else None,
        budget=Budget() if request.active_budget is None else Budget(packets=request.active_budget, strict=True),
        department=settings.department,
        depth=depth,
        requested=requested,
        profile=profile.name,
        intelligence=intelligence,
    )


def resumed(job: Job, unfinished: Scan, done: frozenset[str]) -> Job:
    """The same job without the addresses that an interrupted scan has done, stored under that scan."""
    scan = replace(job.scan, id=unfinished.id, started=unfinished.started)
    return replace(job, scan=scan, sweep=replace(job.sweep, skip=job.sweep.skip | done))


def _understood(request: Request) -> None:
    """Refuse words that say nothing: an empty variable in a crontab is nobody's word, and no hours."""
    if request.authorised_by is not None and not request.authorised_by.strip():
        raise ConfigError("--authorised-by is empty: say by whose word the scan is made")
    if request.window is not None and not is_window(request.window):
        raise ConfigError(f"--window must be two times of day such as 01:00-05:00, not {request.window!r}")
    require(request.engine)


def _site(request: Request, settings: Settings) -> Site | None:
    """The site that is meant: by name, or the only one that could be."""
    if request.site is not None:
        return settings.site(request.site)
    if not request.targets and len(settings.sites) > 1:
        raise ConfigError(f"several sites: name one with --site ({', '.join(site.name for site in settings.sites)})")
    return settings.sites[0] if settings.sites and not request.targets else None


def _scope(request: Request, settings: Settings, site: Site | None, targets: Targets, level: Level) -> Scope:
    """The sites' approvals, and the operator's own word for what is named on the command line. What any site denies stays denied."""
    denied = tuple(network for entry in settings.sites for network in entry.deny)
    word = request.authorised_by or ""
    if site and not word:
        site.require_approval()
    grants = [
        Grant(
            networks=entry.networks,
            deny=denied,
            level=entry.level,
            approved_by=entry.approved_by or word,
            site=entry.name,
            valid_until=entry.valid_until,
            window=request.window or entry.window,
        )
        for entry in ([site] if site else settings.sites)
        if entry.approved_by or entry is site
    ]
    if word and request.targets:
        grants.append(Grant(_named(targets), denied, level, word, window=request.window or ""))
    return Scope(grants)


def _named(targets: Targets) -> tuple[spans.Network, ...]:
    """The targets as networks: those named as networks whole, the rest in pieces so small that none has a network or broadcast address of its own."""
    zoneless = (text.partition("%")[0] for text in targets.networks if "/" in text)
    whole = [ipaddress.ip_network(text) for text in zoneless]
    rest = spans.without(targets.spans, map(spans.of_network, whole))
    return (*whole, *(piece for span in rest for network in spans.networks(span) for piece in _pieces(network)))


def _pieces(network: spans.Network) -> Iterable[spans.Network]:
    longest = network.max_prefixlen - 1
    return network.subnets(new_prefix=longest) if network.prefixlen < longest else (network,)


def _approved(scope: Scope, targets: Targets, level: Level, now: datetime) -> tuple[Grant, ...]:
    """The grants behind the targets; ScopeError where a part of them lies outside. Denied addresses among them are left out by discovery."""
    if not scope.grants:
        raise ScopeError(
            "nobody has approved this scan: say by whose word with --authorised-by, or put the network into tocsin.toml (`tocsin init`)"
        )
    outside = spans.without(targets.reach, map(spans.of_network, scope.networks))
    if outside:
        raise ScopeError(
            f"{outside[0]} lies in no approved network; add it to a site of tocsin.toml, or say by whose word with --authorised-by"
        )
    left = spans.without(targets.reach, (spans.of_network(network) for grant in scope.grants for network in grant.deny))
    if not left:
        raise ScopeError("every target is denied by tocsin.toml; take what may be scanned out of deny")
    ends = [spans.address_text(span.version, number) for span in left for number in (span.first, span.last)]
    return tuple(scope.allow(address, level, now) for address in ends)


def _pace(request: Request, site: Site | None) -> Pace:
    pace = PACES[request.pace or "normal"]
    changes: dict[str, Any] = site.pace.changes() if site and request.pace is None else {}
    return replace(pace, **changes)


def _checks(wanted: Iterable[str]) -> tuple[Check, ...]:
    """The checks by id or family; all of them when none is named."""
    names = set(wanted)
    known = load_checks()
    chosen = tuple(check for check in known if not names or {check.id, check.family.value} & names)
    unknown = names - {check.id for check in known} - {check.family.value for check in known}
    if unknown:
        raise ConfigError(f"no check or family {min(unknown)!r}; `tocsin checks` lists them")
    return chosen


def _catalogue(request: Request, settings: Settings, level: Level) -> Catalogue:
    """The accounts that may be tried: those of the catalogue, and the operator's own, which are read, and refused, even where no login is."""
    try:
        own = read_own(settings.accounts) if settings.accounts else ()
        return catalogue(None if level >= Level.LOGIN else (), own=own, generic=request.generic)
    except OSError as error:
        raise ConfigError(f"cannot read the accounts in {settings.accounts}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _profile(request: Request, settings: Settings, site: Site | None) -> Profile:
    """The profile that TLS is held against: the command line's, else that of the site that is scanned, else that of all."""
    of_site = site.tls_profile if site else ""
    name = of_site or settings.tls_profile or DEVICE if request.tls_profile is None else request.tls_profile
    try:
        return profile_named(name)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _depth(request: Request, site: Site | None) -> Depth:
    """How much is asked of TLS: in full if that is named at all, for it includes the posture."""
    if Depth.FULL.value in request.tls:
        return Depth.FULL
    chosen = site.tls if site and Depth.POSTURE.value not in request.tls else None
    return chosen or Depth.POSTURE


def _requested(request: Request, level: Level) -> frozenset[str]:
    """The protocols that are asked only because the operator says so, by their names or by the level."""
    of_level = level >= Level.LOGIN
    asked = frozenset(one.NAME for one in load_protocols().values() if of_level and comes_with_login(one))
    if FLAWS not in request.tls:
        return asked
    if level < Level.LOGIN:
        raise ConfigError(
            f"--tls {FLAWS} tests for known flaws, which goes further than what a device tells anyone: it needs --level login"
        )
    return asked | {"tls_flaws"}


def _known_keys(request: Request, settings: Settings) -> KnownKeys:
    """The operator's lists of keys whose private half is known."""
    try:
        return read_lists((*settings.known_keys, *request.known_keys))
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _place(scan: Scan) -> Iterable[str]:
    """Half of a scan from one place and half from another would tell of neither."""
    return (f"vantage {scan.vantage}",) if scan.vantage else ()


def _plan(sweep: Sweep, checks: tuple[Check, ...], *more: str) -> str:
    """The same text for the same question, so that an interrupted scan is recognised: what, which ports, how deep, by what, for which checks."""
    asked = [
        *map(str, sweep.targets.spans),
        *map(str, sweep.targets.segments),
        *map(str, sweep.asked_ports),
        sweep.level.label,
        sweep.engine,
        *more,
    ]
    return hashlib.sha256("\n".join([*asked, *(check.id for check in checks)]).encode()).hexdigest()
