"""A remote shell or a file service that knows no encryption is open.

What: rexec (512), rlogin (513), rsh (514) and TFTP (69/udp), each known by its port alone.

- The three r-services are never spoken to: whatever is sent there is a login or a command. An open port is likely to be theirs; at 514 that is only inferred,
  for servers of logs use the number as well. High.
- TFTP is never asked either, because it has no question that is surely harmless. What it is asked for is a file, and a server that writes makes one. Of the
  nonsense that one might send in its stead, some servers say nothing, and others take it for something else: atftpd 0.8 sends the file for a mode of
  transfer that does not exist. Every answer comes from another port than the question went to, besides. It is known by a capture or by another tool's scan.
  Medium.

Telnet, FTP, HTTP and SNMP are judged by cleartext-administration.

Why it matters in a city: these are on old controllers, printers and terminal servers, and on routers that load their configuration at the start. Whoever
listens has the password, or needs none; whoever reaches TFTP fetches the configuration with all its secrets.

How to fix: turn them off and use SSH and SFTP. Where a device boots by TFTP, let only that device reach the server, in a network of its own.
"""

from checks.contract import Act, Judgement, check
from checks.exposure import exposed
from checks.policy import Policy
from checks.standards import clauses
from inventory.model import Device, Family, Severity


@check(
    id="cleartext-service",
    title="A shell or file service without encryption is open",
    severity=Severity.HIGH,
    family=Family.PORTS,
    remedy="Turn the service off, and use SSH and SFTP in its stead.",
    standards=clauses("open-ports", "CWE-319"),
    informed=("policy",),
    act=Act.SWITCH_OFF,
    sources=("RFC 1282, security considerations", "RFC 1350, section 6"),
)
def cleartext_service(device: Device, policy: Policy | None = None) -> Judgement:
    """Every row of the table that belongs here."""
    return (yield from exposed(device, "cleartext-service", policy))
