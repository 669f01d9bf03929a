"""A draft of `policy.toml` from what devices were seen to do: its comments say how many do what, and who is alone.

It allows what was seen, with one exception: what a check reports, such as Telnet on a camera, stands in a comment for a person to decide. A draft that is taken
as it is must not allow in the city's name what was never looked at, and take findings away by it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TypeAlias

from checks.contract import Check, load_checks
from checks.deviations import Service, accepted_versions, least_of, not_examined, services
from checks.exposure import all_exposures
from checks.policy import ANY, TLS_MINIMA, Rule, built_in
from checks.services import at_own_port, carriers, groups, secure_forms, talk_words
from inventory.model import KINDS, Device, Endpoint, Family
from inventory.report import Assessment
from inventory.text import one_line
from scanner.policies import service_words
from scanner.terminal import name_of

_NAMED = 3
_LEAST_LEARNT = "1.2"
_LONGEST_NAME = 48
_NO_QUOTES = str.maketrans("", "", "\"'")
"""Whoever looks for the lines of a TOML file must not take a device's name for the beginning of a text."""
_NOTHING_SAID = Rule()
_OF_A_SERVICE = frozenset(("no-authentication", "snmp-default-community"))
"""Checks beyond the family of ports that report a service as such."""
_BESIDE_THE_TABLE = {"cleartext-administration": {"ftp", "telnet"}, "unauthenticated-control": groups()["control"]}
_BY_THE_POLICY = frozenset(("policy-deviation", "forbidden-reach"))
Reported: TypeAlias = Mapping[tuple[str, str, int], frozenset[str]]
"""Which checks reported something of a device's port: by identity, transport and number."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the devices of one kind were seen to do: who spoke what, had which port open, and accepted which TLS."""

    devices: tuple[Device, ...]
    speak: Mapping[str, list[Device]]
    talk: Mapping[str, list[Device]]
    ports: Mapping[str, list[Device]]
    tls: Mapping[str, list[Device]]
    reported: Mapping[str, set[str]] = field(default_factory=dict)
    """By what a rule would name ("telnet", "tcp/9527"), the checks that report it."""


def reported(assessments: Iterable[Assessment]) -> Reported:
    """What checks reported of services, those aside that go by the policy alone."""
    found: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for assessment in assessments:
        for finding in assessment.findings:
            of_services = finding.family is Family.PORTS or finding.check in _OF_A_SERVICE
            if of_services and finding.check not in _BY_THE_POLICY and finding.endpoint.port:
                at = finding.endpoint.transport, finding.endpoint.port
                found[assessment.device.identity, *at].add(finding.check)
    return {place: frozenset(checks) for place, checks in found.items()}


def draft(devices: Iterable[Device], of_what: str, told: Reported = MappingProxyType({})) -> str:
    """The whole file; `of_what` says where the devices were seen ("scan 20261121-night"), `told` what checks reported of them."""
    by_kind: dict[str, list[Device]] = defaultdict(list)
    for device in devices:
        claim = device.claim("kind")
        by_kind["" if device.untrusted or claim is None else claim.value].append(device)
    known = {kind: found for kind, found in sorted(by_kind.items()) if kind in KINDS}
    left_out = sum(len(found) for kind, found in by_kind.items() if kind not in KINDS)
    parts = [_head(of_what, sum(map(len, known.values())), left_out)]
    parts += ["\n".join(_rule(kind, _seen(tuple(found), told))) for kind, found in known.items()]
    return "\n\n".join(parts) + "\n"


def _head(of_what: str, count: int, left_out: int) -> str:
    lines = [
        f"# Draft of a policy.toml: what {_counted(count)} {'was' if count == 1 else 'were'} seen to do, in {_comment(of_what, 400)}.",
        "# What stands here is allowed from then on. So read it line by line, and take out what should not be: above all what few of a kind do, and what",
        "# the built-in policy does not allow. What a check reports is in a comment: take its mark away only where the city means to have it.",
        "# What a rule does not say stays as the built-in policy has it. `tocsin policy check FILE` says what it reports.",
    ]
    if left_out:
        lines.append(f"# Left out: {_counted(left_out)} whose kind is not known, or that prove nothing.")
    return "\n".join(lines)


def _seen(devices: tuple[Device, ...], told: Reported) -> _Seen:
    reports: dict[str, set[str]] = defaultdict(set)
    speak, talk, tls, ports = (defaultdict[str, list[Device]](list) for _ in range(4))
    words = service_words()
    silent: list[tuple[Device, Service]] = []
    for device in devices:
        doubtful = not_examined(device)
        for service in services(device):
            checks = told.get((device.identity, *_at(service)), frozenset())
            for name in sorted(_spoken(service) & words):
                _note((talk if name in talk_words() else speak)[name], device)
                reports[name] |= checks
            for version in accepted_versions(service):
                _note(tls[version], device)
            if service.protocols - words or not (service.protocols or (_at(service) in doubtful)):
                silent.append((device, service))
    for device, service in silent:
        if service.protocols or not at_own_port(service.endpoint, (*speak, *talk)):
            _note(ports[_port(service.endpoint)], device)
            reports[_port(service.endpoint)] |= told.get((device.identity, *_at(service)), frozenset())
    return _Seen(devices, speak, talk, ports, tls, reports)


def _spoken(service: Service) -> frozenset[str]:
    """What is spoken there, inside TLS by the name for that."""
    inside = {plain: name for name, plain in secure_forms().items()} if service.inside_tls else {}
    return frozenset(inside.get(name, name) for name in service.protocols)


def _note(whose: list[Device], device: Device) -> None:
    if not whose or whose[-1] is not device:
        whose.append(device)


def _at(service: Service) -> tuple[str, int]:
    return service.endpoint.transport, service.endpoint.port


def _port(endpoint: Endpoint) -> str:
    return f"{endpoint.transport}/{endpoint.port}"


def _rule(kind: str, seen: _Seen) -> Iterator[str]:
    yield f"# {_counted(len(seen.devices))} of the kind {kind}"
    if not (seen.speak or seen.ports or seen.talk):
        yield "# Nothing was seen of them, and silence proves nothing: no rule."
        return
    shipped = built_in().rule_of(kind) or _NOTHING_SAID
    yield from ("[[rule]]", f'kind = "{kind}"')
    if seen.speak or seen.ports:
        yield from _list("speak", seen.speak, seen, lambda name: _is_shipped(name, shipped))
    if seen.ports:
        yield from _list("ports", seen.ports, seen, lambda _: False)
    if seen.tls:
        yield from _least_tls(seen)
    if seen.talk:
        yield from _list("talk", seen.talk, seen, lambda name: shipped.talk is None or name in shipped.talk)


def _is_shipped(name: str, shipped: Rule) -> bool:
    return shipped.speak is None or bool(shipped.speak & {name, secure_forms().get(name, name)})


def _list(key: str, who: Mapping[str, list[Device]], seen: _Seen, expected: Callable[[str], bool]) -> Iterator[str]:
    if not who:
        yield f"{key} = []"
        return
    yield f"{key} = ["
    for name, devices in sorted(who.items(), key=lambda item: (-len(item[1]), item[0])):
        doubt = "" if expected(name) else ", not in the built-in policy"
        checks = seen.reported.get(name, set())
        matters = checks or (set() if expected(name) else _matters_of(name))
        how = "reported by" if checks else "a matter of"
        doubt += f", {how} {' and '.join(sorted(matters))}" if matters else ""
        mark = "# " if _is_for_a_person(name, matters, is_expected=expected(name)) else ""
        yield f'    {mark}"{name}",  # {len(devices)} of {len(seen.devices)}{doubt}{_exceptions(devices, seen)}'
    yield "]"


def _is_for_a_person(name: str, checks: Collection[str], *, is_expected: bool) -> bool:
    """Whether to allow it is not to be learnt: a check is about it, and it is not usual for the kind, or to allow it would take the finding away."""
    silenced = name not in carriers() and any(check.id in checks and "policy" in check.informed for check in _checks())
    return bool(checks) and (not is_expected or silenced)


@cache
def _matters_of(name: str) -> frozenset[str]:
    """The checks that would be about such a service or port, had they been asked; () for what carries other services."""
    if name in carriers():
        return frozenset()
    rows = {row.check for row in all_exposures() if name in row.protocols or name in row.ports}
    beside = {check for check, names in _BESIDE_THE_TABLE.items() if name in names}
    return frozenset(rows | beside)


@cache
def _checks() -> tuple[Check, ...]:
    return tuple(load_checks())


def _least_tls(seen: _Seen) -> Iterator[str]:
    """The least version that any of them accepts, 1.2 where it is below: to allow less is for a person to write. Whoever is below is named."""
    below = [version for version in seen.tls if least_of((version,)) in (ANY, *TLS_MINIMA[:2])]
    theirs = {device.identity for version in below for device in seen.tls[version]}
    old = [device for device in seen.devices if device.identity in theirs]
    told = f"  # {len(old)} of {len(seen.devices)} accept less than TLS 1.2{_exceptions(old, seen)}" if old else ""
    rest = tuple(version for version in seen.tls if version not in below)
    yield f'min_tls = "{least_of(rest) if rest else _LEAST_LEARNT}"{told}'


def _exceptions(devices: list[Device], seen: _Seen) -> str:
    """Who they are, where they are the fewer."""
    if 2 * len(devices) > len(seen.devices):
        return ""
    named = ", ".join(_comment(f"{device.address} {name_of(device)}", _LONGEST_NAME) for device in devices[:_NAMED])
    more = f" and {len(devices) - _NAMED} more" if len(devices) > _NAMED else ""
    return f": {named}{more}"


def _comment(text: str, limit: int) -> str:
    return one_line(text, limit).translate(_NO_QUOTES)


def _counted(count: int) -> str:
    return f"{count} device{'' if count == 1 else 's'}"
