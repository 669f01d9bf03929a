"""A draft of `policy.toml` from what devices were seen to do. It allows just that, good or bad, so its comments say how many do what, and who is alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from checks.deviations import Service, accepted_versions, least_of, not_examined, services
from checks.policy import ANY, TLS_MINIMA, Rule, built_in
from checks.services import at_own_port, secure_forms, talk_words
from inventory.model import KINDS, Device, Endpoint
from inventory.text import one_line
from scanner.policies import service_words
from scanner.terminal import name_of

_NAMED = 3
_LONGEST_NAME = 48
_NO_QUOTES = str.maketrans("", "", "\"'")
"""Whoever looks for the lines of a TOML file must not take a device's name for the beginning of a text."""
_NOTHING_SAID = Rule()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the devices of one kind were seen to do: who spoke what, had which port open, and accepted which TLS."""

    devices: tuple[Device, ...]
    speak: Mapping[str, list[Device]]
    talk: Mapping[str, list[Device]]
    ports: Mapping[str, list[Device]]
    tls: Mapping[str, list[Device]]


def draft(devices: Iterable[Device], of_what: str) -> str:
    """The whole file; `of_what` says where the devices were seen ("scan 20261121-night")."""
    by_kind: dict[str, list[Device]] = defaultdict(list)
    for device in devices:
        claim = device.claim("kind")
        by_kind["" if device.untrusted or claim is None else claim.value].append(device)
    known = {kind: found for kind, found in sorted(by_kind.items()) if kind in KINDS}
    left_out = sum(len(found) for kind, found in by_kind.items() if kind not in KINDS)
    parts = [_head(of_what, sum(map(len, known.values())), left_out)]
    parts += ["\n".join(_rule(kind, _seen(tuple(found)))) for kind, found in known.items()]
    return "\n\n".join(parts) + "\n"


def _head(of_what: str, count: int, left_out: int) -> str:
    lines = [
        f"# Draft of a policy.toml: what {_counted(count)} were seen to do, in {_comment(of_what, 400)}.",
        "# What stands here is allowed from then on. So read it line by line, and take out what should not be: above all what few of a kind do, and what",
        "# the built-in policy does not allow. What a rule does not say stays as the built-in policy has it. `tocsin policy check FILE` says what it reports.",
    ]
    if left_out:
        lines.append(f"# Left out: {_counted(left_out)} whose kind is not known, or that prove nothing.")
    return "\n".join(lines)


def _seen(devices: tuple[Device, ...]) -> _Seen:
    speak, talk, tls, ports = (defaultdict[str, list[Device]](list) for _ in range(4))
    words = service_words()
    silent: list[tuple[Device, Service]] = []
    for device in devices:
        doubtful = not_examined(device)
        for service in services(device):
            for name in sorted(_spoken(service) & words):
                _note((talk if name in talk_words() else speak)[name], device)
            for version in accepted_versions(service):
                _note(tls[version], device)
            if service.protocols - words or not (service.protocols or (_at(service) in doubtful)):
                silent.append((device, service))
    for device, service in silent:
        if service.protocols or not at_own_port(service.endpoint, (*speak, *talk)):
            _note(ports[_port(service.endpoint)], device)
    return _Seen(devices, speak, talk, ports, tls)


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
        yield f'    "{name}",  # {len(devices)} of {len(seen.devices)}{doubt}{_exceptions(devices, seen)}'
    yield "]"


def _least_tls(seen: _Seen) -> Iterator[str]:
    """The least version that any of them accepts; whoever is below the built-in 1.2 is named."""
    below = [version for version in seen.tls if least_of((version,)) in (ANY, *TLS_MINIMA[:2])]
    theirs = {device.identity for version in below for device in seen.tls[version]}
    old = [device for device in seen.devices if device.identity in theirs]
    told = f"  # {len(old)} of {len(seen.devices)} accept less than TLS 1.2{_exceptions(old, seen)}" if old else ""
    yield f'min_tls = "{least_of(tuple(seen.tls))}"{told}'


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
