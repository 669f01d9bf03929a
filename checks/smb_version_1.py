"""A file server still speaks version 1 of SMB.

What: the device negotiated NT LM 0.12, which is SMB version 1. Tocsin negotiates and leaves: it sets up no session and lists no share. Whoever speaks the
later versions alone passes.

Why it matters in a city: version 1 encrypts nothing, lets who sits in between take signatures and later versions out of the offer, and its servers are what
WannaCry and NotPetya went through from machine to machine (MS17-010, CVE-2017-0144). Kiosks, recorders, scanners and controllers with an embedded Windows are
where it has stayed, and they are seldom updated. Whether this one has that flaw is not tried.

How to fix: turn version 1 off. On Windows: `Set-SmbServerConfiguration -EnableSMB1Protocol $false`; in Samba: `server min protocol = SMB2`; on printers and
network storage in the settings of SMB. A scanner that can only write to version 1 gets a newer firmware, or sends by mail or SFTP instead. What knows
nothing else goes into a network of its own where only its clients reach ports 139 and 445.
"""

from checks.contract import Act, Judgement, check
from checks.exposure import exposed
from checks.policy import Policy
from checks.standards import clauses
from inventory.model import Device, Family, Severity


@check(
    id="smb-version-1",
    title="A file server speaks SMB version 1",
    severity=Severity.MEDIUM,
    family=Family.PORTS,
    needs=("smb",),
    remedy="Turn SMB version 1 off; what knows nothing else only its own clients may reach.",
    standards=clauses("open-ports", "CWE-757"),
    informed=("policy",),
    act=Act.SWITCH_OFF,
    sources=("US-CERT, SMB Security Best Practices, 2017-01-16",),
)
def smb_version_1(device: Device, policy: Policy | None = None) -> Judgement:
    """Every row of the table that belongs here."""
    return (yield from exposed(device, "smb-version-1", policy))
