"""A printer prints whatever reaches its port.

What: raw printing (9100 to 9107, "JetDirect") and LPD (515). Tocsin never sends a packet to these ports, because every byte would become paper and a
connection alone may block the queue; no option changes that. They are known by what the device announces (mDNS: _pdl-datastream), by a capture, or by what
another tool found open: on a printer likely, since others use those numbers as well. LPD is not judged by its announcement: a printer without it has to
announce the name all the same, to keep it (Bonjour Printing Specification).

Why it matters in a city: the printers of offices, schools and libraries print what the whole house writes. By the same port PJL and PostScript list and read
files on many models, keep copies of later jobs, and change settings; there is no login. And anybody can use up the paper.

How to fix: print by IPP over TLS (IPPS, 631) with accounts, or by a print server, and turn raw printing and LPD off. Where they are needed, name the print
server in the printer's access list and drop ports 515 and 9100 to 9107 at the segment's border.
"""

from checks.contract import Act, Judgement, check
from checks.exposure import exposed
from checks.policy import Policy
from checks.standards import clauses
from inventory.model import Device, Family, Severity


@check(
    id="raw-printing",
    title="A printer prints whatever reaches its port",
    severity=Severity.MEDIUM,
    family=Family.PORTS,
    remedy="Turn raw printing and LPD off and print by IPPS; where they are needed, let only the print server reach them.",
    standards=clauses("open-ports", "CWE-306"),
    informed=("policy",),
    act=Act.SWITCH_OFF,
    sources=("SoK: Exploiting Network Printers, IEEE S&P 2017",),
)
def raw_printing(device: Device, policy: Policy | None = None) -> Judgement:
    """Every row of the table that belongs here."""
    return (yield from exposed(device, "raw-printing", policy))
