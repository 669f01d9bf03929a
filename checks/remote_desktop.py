"""A desktop is offered to the network: RDP, X11, VNC or Radmin.

What: a screen, a keyboard and a mouse that are operated from afar. Tocsin asks which lock the desktop has and leaves: no account is named, no password tried,
no picture taken.

- RDP that does not demand an account before the desktop (no Network Level Authentication). High: whoever reaches it speaks with the login screen itself, and
  BlueKeep (CVE-2019-0708) was one of several flaws that needed no more than that.
- An X display that accepts a client without authorization. High: anyone watches the screen, reads what is typed and types into every window.
- RDP with Network Level Authentication, VNC with a password, an X display that refuses strangers, Radmin. Medium: each is a password away from the desktop.
  Where the policy allows the desktop for this kind of device, it is none.

A VNC desktop without a password is the finding no-authentication, and is not reported twice. What is known by the number of its port alone is at most likely.

Why it matters in a city: ticket machines, information kiosks, signs, panels and the workstations of control rooms are kept by integrators who come in this
way. So does who has found, bought or guessed one password, and most extortion of town halls has begun at such a port. Behind the desktop of a control room
stand the pumps.

How to fix: turn the desktop off where nobody needs it. Where somebody does, let only the maintenance hosts reach it (a VPN with a second factor, a firewall
rule), and demand an account first: Network Level Authentication in Windows. Run the X server with `-nolisten tcp`, and show windows through `ssh -X`.
"""

from checks.contract import Judgement, check
from checks.exposure import exposed
from checks.policy import Policy
from checks.standards import clauses
from inventory.model import Device, Family, Severity


@check(
    id="remote-desktop",
    title="A remote desktop is reachable",
    severity=Severity.MEDIUM,
    family=Family.PORTS,
    remedy="Let only the maintenance hosts reach the desktop, or turn it off where nobody uses it.",
    standards=clauses("open-ports", "CWE-668"),
    informed=("policy",),
    sources=("CISA, Stop Ransomware Guide: limit the use of RDP and other remote desktop services",),
)
def remote_desktop(device: Device, policy: Policy | None = None) -> Judgement:
    """Every row of the table that belongs here."""
    return (yield from exposed(device, "remote-desktop", policy))
