"""Where a device does otherwise than its rule: what it offers, how it announces itself, and which TLS it accepts. One deviation a port, whatever speaks there.

Only what was seen is judged. What is open and could not be examined is a doubt; what did not answer is nothing at all. Where another check makes a finding of
the same service, the shipped rules are silent and the city's own are told as low: that somebody is told a thing twice tells him nothing, but that his own rule
is broken does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from checks.contract import Act
from checks.policy import ANY, SHIPPED, TLS_MINIMA, Policy, Rule
from checks.reported import reported_ports
from checks.services import (
    NOTHING,
    at_own_port,
    counts_as,
    in_words,
    no_service,
    plain_forms,
    talk_words,
)
from inventory.model import Confidence, Device, Endpoint, Observation, Severity

_LONE = frozenset(("tls",))
_VERSIONS = {
    "SSLv2": -2,
    "SSLv3": -1,
    "TLSv1.0": 0,
    "TLSv1.1": 1,
    "DTLSv1.0": 1,
    "TLSv1.2": 2,
    "DTLSv1.2": 2,
    "TLSv1.3": 3,
    "DTLSv1.3": 3,
}
"""The place of each version among TLS_MINIMA; DTLS 1.0 is made of TLS 1.1 (RFC 4347, section 1)."""
_REPORTED_BELOW = 2
"""Versions below this one, TLS 1.2, are what `tls-old-version` is about."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that a rule does not allow: in a few words (`what`) and in a sentence, where the rule stands, and how bad and how sure it is."""

    endpoint: Endpoint
    what: str
    detail: str
    place: str
    severity: Severity = Severity.LOW
    confidence: Confidence = Confidence.CONFIRMED
    evidence: bytes = b""
    act: Act = Act.SWITCH_OFF
    facet: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A port of a device, at whichever of its addresses it was seen first, with what was heard there."""

    endpoint: Endpoint
    heard: tuple[Observation, ...]

    @property
    def protocols(self) -> frozenset[str]:
        """What is spoken there, as a policy names it; TLS only where nothing was heard within it."""
        names = frozenset(counts_as(seen.protocol) for seen in self.heard) - no_service()
        return names - _LONE or names

    @property
    def inside_tls(self) -> bool:
        """Whether what is spoken there is spoken inside TLS from the first byte on."""
        said = [seen.facts[f"{seen.protocol}.tls"] for seen in self.heard if f"{seen.protocol}.tls" in seen.facts]
        around = any(seen.protocol == "tls" and not seen.facts.get("tls.starttls") for seen in self.heard)
        return all(said) and (around or bool(said))

    def evidence(self, *protocols: str) -> bytes:
        """What the first of these protocols said."""
        return next((seen.evidence for seen in self.heard if counts_as(seen.protocol) in protocols), b"")


def services(device: Device) -> tuple[Service, ...]:
    """Everything that was seen of it: open ports, and what was heard; in the order of the ports."""
    found: dict[tuple[str, int, str], tuple[Endpoint, list[Observation]]] = {}
    for seen in device.observations:
        portless = "" if seen.endpoint.port else counts_as(seen.protocol)
        if not seen.behind and (not portless or portless in talk_words()):
            found.setdefault((*_port(seen.endpoint), portless), (seen.endpoint, []))[1].append(seen)
    for endpoint in device.open_ports:
        found.setdefault((*_port(endpoint), ""), (endpoint, []))
    return tuple(Service(endpoint, tuple(heard)) for _, (endpoint, heard) in sorted(found.items()))


def _named(endpoint: Endpoint) -> str:
    return f"{endpoint.transport}/{endpoint.port}"


def _port(endpoint: Endpoint) -> tuple[str, int]:
    return endpoint.transport, endpoint.port


def deviations(device: Device, policy: Policy) -> tuple[Deviation, ...]:
    """All of a device's that are to be told, in the order of its ports; none where no rule speaks of it."""
    rule = policy.rule_for(device)
    found = tuple(_of_device(device, rule)) if rule else ()
    return tuple(_beside_others(found, reported_ports(device, policy))) if found else ()


def _beside_others(found: Iterable[Deviation], reported: frozenset[tuple[str, int]]) -> Iterator[Deviation]:
    """Those that say something, beside what other checks report of these ports."""
    for one in found:
        if one.act is Act.ENCRYPT or _port(one.endpoint) not in reported:
            yield one
        elif one.place != SHIPPED:
            yield replace(one, severity=min(one.severity, Severity.LOW))


def _of_device(device: Device, rule: Rule) -> Iterator[Deviation]:
    sure = _sureness(device, rule)
    doubtful = not_examined(device)
    for service in services(device):
        strange = strangers(service, rule)
        if strange:
            yield from _talk(service, strange & talk_words(), rule, sure)
            yield from _speech(service, strange - talk_words(), rule, sure)
        elif (
            not service.protocols
            and _port(service.endpoint) not in doubtful
            and not allows_port(service.endpoint, rule)
        ):
            yield _open(service, rule, min(sure, Confidence.LIKELY))
        else:
            yield from _old_tls(service, rule, sure)


def doubts(device: Device, policy: Policy) -> tuple[str, ...]:
    """The open ports of which it is not known what speaks there, and which only that could decide."""
    rule = policy.rule_for(device)
    if rule is None:
        return ()
    doubtful = not_examined(device)
    silent = (one.endpoint for one in services(device) if not one.protocols and _port(one.endpoint) in doubtful)
    return tuple(
        f"{_named(endpoint)} is open and could not be examined"
        for endpoint in silent
        if not allows_port(endpoint, rule)
    )


def not_examined(device: Device) -> frozenset[tuple[str, int]]:
    """The ports, each with its transport, where something could not be asked."""
    return frozenset(_port(gap.endpoint) for gap in device.gaps)


def _sureness(device: Device, rule: Rule) -> Confidence:
    """As sure as the kind is, where the rule is that of a kind."""
    kind = device.claim("kind")
    return kind.confidence if kind and rule.kind else Confidence.CONFIRMED


def strangers(service: Service, rule: Rule) -> frozenset[str]:
    """What is spoken at a port and allowed neither by name nor by the port."""
    if rule.opens(service.endpoint):
        return frozenset()
    judged = (
        frozenset() if rule.talk is None else talk_words(),
        frozenset() if _says_nothing_of_services(rule) else service.protocols - talk_words(),
    )
    allowed = (rule.speak or frozenset()) | (rule.talk or frozenset())
    if service.inside_tls:
        allowed |= plain_forms(allowed)
    return service.protocols & judged[0].union(judged[1]) - allowed


def allows_port(endpoint: Endpoint, rule: Rule) -> bool:
    """Whether a port where nothing was understood is one that the rule names, or the own port of what it names."""
    named = (*(rule.speak or ()), *(rule.talk or ()))
    return _says_nothing_of_services(rule) or rule.opens(endpoint) or bool(at_own_port(endpoint, named))


def _says_nothing_of_services(rule: Rule) -> bool:
    return rule.speak is None and rule.ports is None


def _allowed(rule: Rule) -> str:
    ports = f" at the ports {', '.join(sorted(rule.ports))}" if rule.ports else ""
    if ports and not rule.speak:
        return f"only what is{ports}"
    return f"{_only(in_words(rule.speak or ()))}{' and whatever is' if ports else ''}{ports}"


def _only(words: str) -> str:
    return words if words == NOTHING else f"only {words}"


def _speech(service: Service, strange: frozenset[str], rule: Rule, sure: Confidence) -> Iterator[Deviation]:
    if not strange:
        return
    said, place = ", ".join(sorted(strange)), _place(rule)
    yield Deviation(
        service.endpoint,
        said,
        f"Speaks {said}; {place} allows {_whom(rule)} {_allowed(rule)}.",
        place,
        rule.severity or Severity.LOW,
        sure,
        service.evidence(*sorted(strange)),
    )


def _talk(service: Service, strange: frozenset[str], rule: Rule, sure: Confidence) -> Iterator[Deviation]:
    if not strange:
        return
    said, place = ", ".join(sorted(strange)), rule.where("talk")
    yield Deviation(
        service.endpoint,
        said,
        f"Announces itself by {said}; {place} allows {_whom(rule)} {_only(in_words(rule.talk or ()))} for that.",
        place,
        min(rule.severity or Severity.LOW, Severity.LOW),
        sure,
        service.evidence(*sorted(strange)),
        facet=f"talk {_named(service.endpoint) if service.endpoint.port else said}",
    )


def _open(service: Service, rule: Rule, sure: Confidence) -> Deviation:
    place = _place(rule)
    return Deviation(
        service.endpoint,
        "an open port",
        f"Is open, and said nothing that was understood; {place} allows {_whom(rule)} {_allowed(rule)}.",
        place,
        rule.severity or Severity.LOW,
        sure,
    )


def _old_tls(service: Service, rule: Rule, sure: Confidence) -> Iterator[Deviation]:
    if rule.min_tls in ("", ANY):
        return
    least, place = TLS_MINIMA.index(rule.min_tls), rule.where("min_tls")
    accepted = accepted_versions(service)
    below = [version for version in accepted if _VERSIONS[version] < least]
    if below and not (place == SHIPPED and _reported(below)):
        said = ", ".join(below)
        yield Deviation(
            service.endpoint,
            said,
            f"Accepts {said}; {place} wants TLS {rule.min_tls} or later of {_whom(rule)}.",
            place,
            _severity_of_tls(rule, least, accepted, below),
            sure,
            service.evidence("tls"),
            act=Act.ENCRYPT,
            facet=f"{_named(service.endpoint)} tls",
        )


def accepted_versions(service: Service) -> tuple[str, ...]:
    """The versions of TLS that were accepted there, weakest first."""
    said = [seen.facts.get("tls.versions") for seen in service.heard]
    found = {version for versions in said if isinstance(versions, tuple) for version in versions} & _VERSIONS.keys()
    return tuple(sorted(found, key=lambda version: (_VERSIONS[version], version)))


def least_of(versions: tuple[str, ...]) -> str:
    """The least version that a rule must name to allow these: "1.2"; "any" where even 1.0 is too much."""
    lowest = min((_VERSIONS[version] for version in versions), default=-1)
    return TLS_MINIMA[lowest] if lowest >= 0 else ANY


def _reported(versions: list[str]) -> bool:
    """Whether `tls-old-version` is about all of these."""
    return all(_VERSIONS[version] < _REPORTED_BELOW for version in versions)


def _severity_of_tls(rule: Rule, least: int, accepted: tuple[str, ...], below: list[str]) -> Severity:
    if _reported(below):
        return min(rule.severity or Severity.LOW, Severity.LOW)
    never = _VERSIONS[accepted[-1]] < least
    return max(rule.severity or Severity.LOW, Severity.MEDIUM if never else Severity.LOW)


def _place(rule: Rule) -> str:
    return rule.where("ports" if rule.speak is None else "speak")


def _whom(rule: Rule) -> str:
    return f"devices of the kind {rule.kind}" if rule.kind else "any device"
