"""A channel of a maker's own management is open to the network.

What: services by which a maker's tools install, configure or control a device and which ask for no account, or should never have left the workshop: Cisco's
Smart Install among them. Each is known by what it says, or by its port where it says nothing.

Why it matters in a city: these channels stand beside the device's own login. However good its password is, whoever reaches the channel goes past it.

How to fix: turn the channel off where the maker offers that; else let only the management hosts reach its port.
"""

from checks.contract import Judgement, check
from checks.exposure import exposed
from checks.policy import Policy
from checks.standards import clauses
from inventory.model import Device, Family, Severity


@check(
    id="management-channel",
    title="A maker's management channel is reachable",
    severity=Severity.HIGH,
    family=Family.PORTS,
    remedy="Turn the channel off; where that cannot be, let only the management hosts reach its port.",
    standards=clauses("open-ports", "CWE-306"),
    sources=("the makers' manuals and advisories, each row with its own source",),
    informed=("policy",),
)
def management_channel(device: Device, policy: Policy | None = None) -> Judgement:
    """Every row of the table that belongs here."""
    return (yield from exposed(device, "management-channel", policy))
