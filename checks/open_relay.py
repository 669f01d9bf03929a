"""A service does for strangers what they could not do themselves: it looks names up, or passes their connections on.

What: proxies and resolvers that take whoever comes.

- SOCKS 5 (1080): the proxy chose "no authentication required" when it was greeted. It was asked to connect nowhere. High.
- HTTP proxies (3128, 8080 …): Squid, tinyproxy and others that say who they are when they are asked for a page of their own. Whom they fetch for was not
  tried, and none is ever asked to fetch anything: inferred; where the proxy's own access list would have turned us away at once, and did not, likely.
  Medium. A proxy that asks for a login (407), or that turned us away, passes.
- DNS (53/udp): the device looked up a name for us that cannot exist. Where it was seen to do so on its own segment and is a router, gateway, firewall or
  access point, that is its job, and passes; another device there should leave it to them: low. Where the scan probably stood on another segment (the
  device's network card was not seen; see amplifier) it is medium and inferred, since an open resolver answers one forged question with up to 54 times as
  many bytes (CISA TA14-017A).

A policy may allow each of them, for the city's own resolvers and proxies.

Why it matters in a city: whoever stands in the guest network reaches through an open proxy what only the device may reach, past every firewall between, and
what is done through it is done in the device's name. Botnets sell such proxies; a resolver that answers everyone also tells which names the others have
looked up.

How to fix: turn the proxy or the resolver off where nobody needs it. Else let it listen on the inside only, name the clients that it serves (an access
list), and give them accounts.
"""

import re
from collections.abc import Iterator

from checks.contract import Act, Flaw, Judgement, check
from checks.policy import Policy, built_in
from checks.segment import on_segment
from checks.standards import clauses
from inventory.model import Confidence, Device, Family, Observation, Severity

_RESOLVES_FOR_OTHERS = frozenset(("router", "gateway", "firewall", "access-point"))
_PROXY = re.compile(r"squid|tinyproxy|privoxy|mikrotik httpproxy|ccproxy|3proxy", re.IGNORECASE)
_CHECKS_FIRST = re.compile("tinyproxy", re.IGNORECASE)
"""What looks at its access list before it reads the request, and says 403 to whom it does not serve."""
_TURNED_AWAY = frozenset((401, 403, 407))
_SOURCES = (
    "RFC 1928, section 3",
    "RFC 9110, section 7.6.3 (Via) and 15.5.8 (407)",
    "RFC 5358 (BCP 140): preventing use of recursive nameservers in reflector attacks",
    "CISA alert TA14-017A, UDP-Based Amplification Attacks",
)


@check(
    id="open-relay",
    title="A proxy or resolver serves whoever comes",
    severity=Severity.MEDIUM,
    family=Family.PORTS,
    needs=("dns", "http", "socks"),
    remedy="Turn it off, or name the clients that it serves and let it listen on the inside only.",
    standards=clauses("open-ports", "CWE-441"),
    informed=("policy",),
    act=Act.ACCESS,
    sources=_SOURCES,
)
def open_relay(device: Device, policy: Policy | None = None) -> Judgement:
    """Resolvers, SOCKS and HTTP proxies that did not turn us away."""
    policy = policy or built_in()
    allowed: list[str] = []
    for seen, flaw in _open(device):
        rule = policy.permits(device, seen.endpoint, seen.protocol)
        if rule:
            allowed.append(f"{seen.protocol} on {seen.endpoint.transport}/{seen.endpoint.port} is allowed by {rule}")
        else:
            yield flaw
    return "; ".join(allowed) or "no proxy and no resolver served a stranger that it should not"


def _open(device: Device) -> Iterator[tuple[Observation, Flaw]]:
    near = on_segment(device)
    for seen in device.speaking("dns"):
        if seen.facts.get("dns.recursive") is True and not (near and _serves_its_segment(device)):
            yield seen, _resolver(seen, near=near)
    yield from ((seen, _socks(seen)) for seen in device.speaking("socks") if seen.facts.get("socks.open") is True)
    yield from ((seen, _proxy(seen)) for seen in device.speaking("http") if _is_proxy(seen))


def _serves_its_segment(device: Device) -> bool:
    return device.fact("kind") in _RESOLVES_FOR_OTHERS


def _resolver(seen: Observation, *, near: bool) -> Flaw:
    doubt = (
        "The scan stood on its segment; whether it does so for others was not tried."
        if near
        else "Its network card was not seen, so the scan probably stood on another segment."
    )
    return Flaw(
        seen.endpoint,
        f"Looked up a name for a stranger (recursion, answer {str(seen.facts.get('dns.code', ''))[:20]}). {doubt}",
        seen.evidence,
        confidence=Confidence.CONFIRMED if near else Confidence.INFERRED,
        severity=Severity.LOW if near else Severity.MEDIUM,
        title="A resolver looks names up for whoever asks",
        remedy="Turn the resolver off, or let it answer only the networks that it serves (dnsmasq: `interface` or `local-service`; unbound: `access-control`).",
    )


def _socks(seen: Observation) -> Flaw:
    return Flaw(
        seen.endpoint,
        "The SOCKS 5 proxy takes clients without a login (method 0); it was asked to connect nowhere.",
        seen.evidence,
        severity=Severity.HIGH,
        title="An open SOCKS proxy passes connections on for anybody",
        remedy=f"Turn the proxy off; where it is needed, give its clients accounts and let only them reach port {seen.endpoint.port}.",
    )


def _is_proxy(seen: Observation) -> bool:
    named = _PROXY.search(str(seen.facts.get("http.server", ""))[:200])
    return named is not None and seen.facts.get("http.status") not in _TURNED_AWAY


def _proxy(seen: Observation) -> Flaw:
    server = str(seen.facts.get("http.server", ""))[:80]
    checked = _CHECKS_FIRST.search(server) is not None
    return Flaw(
        seen.endpoint,
        f"An HTTP proxy answers strangers ({server}); for whom it fetches pages was not tried.",
        seen.evidence,
        confidence=Confidence.LIKELY if checked else Confidence.INFERRED,
        title="An HTTP proxy answers strangers",
        remedy="Turn the proxy off; where it is needed, name its clients (Squid: `http_access`; tinyproxy: `Allow`) or ask them for a login.",
        facet=f"{seen.endpoint.transport}/{seen.endpoint.port} http-proxy",
    )
