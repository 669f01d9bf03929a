"""A port of a controller is open, and what stands behind it takes orders without an account.

What: a TCP port at which controllers are programmed or read is open. Tocsin does not speak these protocols, for such controllers have few
connections to spare; so the finding rests on the number of the port and is likely, not confirmed (inferred, where others use the number as well):

- PC Worx (1962), ProConOS (20547), CODESYS 2 (1200, 2455), Crimson (789), MELSOFT (5007), SRTP (18245): the controller is programmed here, without an
  account or with one that its maker lets be left out. High.
- CODESYS 3 (1217, 11740), TwinCAT ADS (48898): programmed here too; they have accounts or routes, which are to be set up first. Medium.
- FINS over TCP (9600), HART-IP (5094), LonTalk over IP (1628, 1629): values are read and set. Medium.
- Synchrophasors (IEEE C37.118, 4712): measurements of the grid, and commands that start and stop their stream. Low.

What answers in a control protocol that Tocsin speaks is the finding unauthenticated-control.

Why it matters in a city: who programs the controller decides what the pump, the barrier or the tunnel's fans do, and what the control room is shown meanwhile.
A controller keeps no record of it, and most makers of these protocols say themselves that they belong into closed networks.

How to fix: let only the engineering station and the control hosts reach the port, by a firewall before the controller or its own access list. Turn the port off
where the maker offers that (Phoenix Contact's application note on classic controllers does) and set the password that the protocol has.
"""

from checks.contract import Judgement, check
from checks.exposure import exposed
from checks.policy import Policy
from checks.standards import clauses
from inventory.model import Device, Family, Severity


@check(
    id="control-port",
    title="A controller's own port is reachable",
    severity=Severity.HIGH,
    family=Family.PORTS,
    remedy="Let only the engineering station and the control hosts reach the port, by a firewall before the controller or its own access list.",
    standards=clauses("open-ports", "CWE-306", "MITRE ATT&CK for ICS: T0855 Unauthorized Command Message"),
    sources=("the makers' manuals and standards, each row with its own source",),
    informed=("policy",),
)
def control_port(device: Device, policy: Policy | None = None) -> Judgement:
    """Every row of the table that belongs here."""
    return (yield from exposed(device, "control-port", policy))
