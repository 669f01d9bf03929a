"""The device does what the policy does not allow for its kind.

What: a policy says what each kind of device may offer (`speak`, `ports`), how it may announce itself (`talk`) and the least version of TLS (`min_tls`). The
city's own is its `policy.toml`; what that leaves open stands in the one that is shipped, and `tocsin policy show KIND` prints what holds. Whatever a device
was seen to do beyond it is a finding, one for each port: a shell or a file server on a camera, a mail server on a gateway, SSH on a controller.

The deviation is the finding and not the port, so it is low unless the rule says otherwise (`severity`; the shipped rules for controllers, doors and signs say
medium). It stays low where it is a matter of announcing; it is medium where not even the newest TLS that is spoken is enough.

Where another check makes a finding of the very service (Telnet, a control protocol without an account, a desktop, a maker's channel), its danger and its remedy
are told there. Then a deviation from the shipped rules says nothing more and is left out; one from the city's own is told, as low, because somebody broke
what the city decided. The same holds for TLS below 1.2, which is the finding tls-old-version. Where more than twelve ports deviate there is one finding for
all: then the device is hardly of the kind that it is taken for.

A device whose kind is not known has a rule only where the policy says something of any kind. A port that is open and could not be examined is not judged, nor
is silence: that a scan found nothing open proves nothing.

Why it matters in a city: its devices are bought by the thousand and set up once. What one of them offers beyond its fellows is what somebody left on
after a repair, what an update turned on again, or what an intruder put there; and nobody looks, because it is no known hole.

How to fix: turn the service off on the device, or let only the hosts that need it reach its port. Where it is meant to be there, write it into your policy,
for the kind, or for the site or department that needs it; `tocsin policy learn` writes a draft from what was seen.
"""

from checks.contract import Act, Flaw, Inconclusive, Judgement, NotApplicable, check
from checks.deviations import Deviation, deviations, doubts, services
from checks.policy import Policy, built_in
from checks.standards import clauses
from inventory.model import Device, Endpoint, Family, Severity

MOST = 12
"""Deviating ports that are told one by one."""
_REMEDY = "Turn the service off on the device, or write it into your policy where it is needed."
_REMEDIES = {
    Act.ENCRYPT: "Set the least version of TLS on the device to what the policy wants, or update its firmware to one that has it.",
}


@check(
    id="policy-deviation",
    title="It does what the policy does not allow",
    severity=Severity.LOW,
    family=Family.PORTS,
    remedy=_REMEDY,
    standards=clauses("open-ports", "CWE-1125"),
    informed=("policy",),
    act=Act.SWITCH_OFF,
    sources=("RFC 8520 section 1", "IEC 62443-4-2 CR 7.7"),
)
def policy_deviation(device: Device, policy: Policy | None = None) -> Judgement:
    """What was seen of a device, held against the rule that is its own."""
    policy = policy or built_in()
    rule = policy.rule_for(device)
    if rule is None:
        raise NotApplicable("its kind is not known, and the policy says nothing of any kind")
    if not services(device):
        raise NotApplicable("nothing was found open, and silence proves nothing")
    found = deviations(device, policy)
    if len(found) > MOST:
        yield _together(device, found)
    else:
        yield from map(_flaw, found)
    unsure = doubts(device, policy)
    if unsure:
        raise Inconclusive("; ".join(unsure[:MOST]))
    return f"what was seen of it is what {rule.place} allows"


def _flaw(one: Deviation) -> Flaw:
    return Flaw(
        one.endpoint,
        one.detail,
        one.evidence,
        confidence=one.confidence,
        severity=one.severity,
        facet=one.facet,
        title=f"Against the policy: {one.what}",
        remedy=_REMEDIES.get(one.act, ""),
        act=one.act,
        sources=(one.place or "the policy",),
    )


def _together(device: Device, found: tuple[Deviation, ...]) -> Flaw:
    named = [f"{one.what} on {one.endpoint.transport}/{one.endpoint.port}" for one in found[:MOST]]
    return Flaw(
        Endpoint(device.address, 0),
        f"{len(found)} ports deviate from {found[0].place}, so that it may be of another kind than believed:"
        f" {', '.join(named)} and {len(found) - MOST} more.",
        confidence=min(one.confidence for one in found),
        severity=max(one.severity for one in found),
        facet="many",
        title="Against the policy: far more ports than its kind has",
        remedy="Find out what the device is, then turn off what it does not need, or write a rule for it into your policy.",
        act=Act.INVESTIGATE,
        sources=(found[0].place or "the policy",),
    )
