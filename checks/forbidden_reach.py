"""A device answers a place in the network from which the policy forbids to reach it.

What: this scan said where it stood (`tocsin scan --vantage guest-wifi`), a device answered it there, and the policy does not allow that:

- a rule of the policy names the vantages from which devices of its kind may be reached (`reach = ["control-room"]`), and this is none of them; or
- no rule names any, the policy calls the vantage open, so that anyone may stand there, and the device is control equipment: a controller (PLC, RTU, traffic,
  building or door controller), an operator's panel, a gateway or serial server in front of such things, a message sign, a charger, what switches power, or
  whatever answers in a control protocol, be it called a printer.

High for control equipment, medium for everything else. Only an open port or an answer counts, no echo: a firewall may refuse in a device's name. What was
overheard reached nobody. It is as sure as the device's kind is, where the rule goes by that.

A place with a captive portal answers for everyone at the ports of the web; look at what answered before you look for a hole.

Why it matters in a city: the segments are what keeps a laptop in the library from a pump. They are drawn on a plan; then a rule is opened for a contractor,
a cable is put into the wrong switch, a router forwards what it should not. Nobody sees that from the inside; it shows from where it should not work.

How to fix: put the rule that is named into the firewall between the two, and scan again from the same place. Better than a rule for each device is one that
denies everything from that place to the network of the devices and allows the few hosts that need it. Where the access is meant, write the vantage into the
`reach` of the rule in the policy, with who wanted it.
"""

from checks.contract import Act, Flaw, Judgement, NotApplicable, check
from checks.policy import Policy, built_in
from checks.reach import forbids, is_control, speaks_control
from checks.standards import clauses
from inventory.answered import answered
from inventory.model import Confidence, Device, Endpoint, Family, Severity

_TOLD = 8
"""Ports that a sentence names; the evidence has them all."""


@check(
    id="forbidden-reach",
    title="It is reached from where the policy forbids it",
    severity=Severity.MEDIUM,
    family=Family.PORTS,
    remedy="Let the firewall between the two deny it, and only the named hosts reach the device.",
    standards=clauses("segmentation", "CWE-668", "CWE-923"),
    informed=("policy",),
    act=Act.SEGMENT,
    sources=("the scan itself, from where it stood; the policy",),
)
def forbidden_reach(device: Device, policy: Policy | None = None) -> Judgement:
    """What answered a place that the policy does not let it answer."""
    policy = policy or built_in()
    vantage = policy.vantage
    if not vantage:
        raise NotApplicable("nobody said from where this scan looked: --vantage names the place")
    reached = answered(device)
    if not reached:
        return f"no port of it answered {vantage}"
    why = forbids(policy, device, vantage)
    if not why:
        return f"nothing forbids to reach it from {vantage}"
    ports = tuple(dict.fromkeys(f"{at.transport}/{at.port}" for at in reached))
    yield Flaw(
        Endpoint(device.address, 0),
        f"It answered {vantage} at {_some(ports)}; it may not be reached from there ({why}).",
        f"from {vantage}: {' '.join(map(str, reached))}".encode(),
        _sureness(device, policy),
        Severity.HIGH if is_control(device) else Severity.MEDIUM,
        facet=f"from {vantage}",
        title=f"It is reached from {vantage}, which the policy forbids",
        remedy=f"Deny what comes from {vantage} in the firewall before this network: to {_some(device.addresses)}, {_some(ports)};"
        " better to the whole network, and allow the hosts that need it. Then scan again from there.",
    )
    return ""


def _sureness(device: Device, policy: Policy) -> Confidence:
    """As sure as the kind is; a control protocol was heard, and needs no kind."""
    kind, rule = device.claim("kind"), policy.rule_for(device)
    by_kind = (rule is not None and bool(rule.reach)) or not speaks_control(device)
    return kind.confidence if kind and by_kind else Confidence.CONFIRMED


def _some(words: tuple[str, ...]) -> str:
    more = len(words) - _TOLD
    return ", ".join(words[:_TOLD]) + (f" and {more} more" if more > 0 else "")
