"""A channel of a maker's own management is open to the network.

What: services by which a maker's tools install, configure or control a device and which ask for no account, or should never have left the workshop. Each is
known by what it says, or by its port where it says nothing, and then it is likely at most.

- Nobody is asked who they are. High: Cisco's Smart Install (4786), the configuration protocol (30718/udp) and the setup menu (9999) of Lantronix, Crestron's
  console (41795). Medium: Moxa's configuration (4800/udp), HID's discovery (4070/udp), Digi's RealPort (771).
- A back door: the consoles of Xiongmai's recorders and cameras (9527, 9530), SerComm's test interface (32764), Netis' (53413/udp). High.
- The maker's own protocol, with a login: Xiongmai (34567), Dahua (37777), MikroTik's Winbox (8291) and API (8728), a provider's TR-069 (7547). Medium.
  Hikvision's (8000): low. Where the policy allows it for this kind of device, it is no finding.

Tocsin says nothing at these ports that is not in the list of its requests: to Lantronix, Moxa and HID the one question that a device answers with its name.

Why it matters in a city: these channels stand beside the device's own login. However good its password is, whoever reaches the channel goes past it. The
botnets that were made of cameras, recorders and routers (Mirai and its children) came in this way.

How to fix: turn the channel off where the maker offers that; else let only the management hosts or the video server reach its port. What has a back door
that cannot be closed goes into a network of its own until it is replaced.
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
    informed=("policy",),
    sources=("the makers' manuals and advisories, each row with its own source",),
)
def management_channel(device: Device, policy: Policy | None = None) -> Judgement:
    """Every row of the table that belongs here."""
    return (yield from exposed(device, "management-channel", policy))
