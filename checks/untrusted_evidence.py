"""What a host says proves nothing: it opens whatever is asked, or it is several devices at once that exclude each other.

What: one of four signs that the answers of this address are made up, or made by something that stands in between:

- so many of its ports were open (16, or all that were asked) that it was tried, and two ports drawn at random from those that are assigned to nobody (49152 to
  65535, RFC 6335, section 6) took the connection as well. A device listens where its services are; a port drawn at random is closed on it.
- 48 of the services that are asked for by default were open at once: twice as many as on storage or a server with everything switched on.
- it answered as controllers of three makers, or in eight control protocols: gateways speak several protocols, in the name of one maker.
- it answered word for word with what a known honeypot answers where nobody has changed its settings.

Nothing else is judged on such a host, no account is tried on it, and its keys and answers count for no comparison with other devices.

Why it matters in a city: somebody put it there, and it is well to know who. It may be the city's own honeypot or tarpit, a firewall that answers for what is
behind it (a SYN proxy, a captive portal), or another's box. What stands behind such a firewall was not examined. Judged like a device, it would
fill the list with dozens of critical findings that are none, and hide the ones that are.

How to fix: find out what answers here. Enter the city's own honeypots in the register and accept the finding for them. Where a firewall answers for the devices
behind it, scan from a place behind it, or let the scanner's address pass. What nobody knows is to be taken off the network and looked at.
"""

from checks.contract import Act, Flaw, Judgement, check
from checks.standards import clauses
from inventory.model import Device, Endpoint, Family, Severity


@check(
    id="untrusted-evidence",
    title="What this host answers proves nothing",
    severity=Severity.MEDIUM,
    family=Family.PORTS,
    remedy="Find out what answers at this address: a honeypot, a tarpit, or a firewall that answers for what stands behind it; scan from behind that one.",
    standards=clauses(
        "open-ports",
        "NIST IR 8425: Asset Identification",
        "IEC 62443-4-2: CR 7.8",
        "CIS Controls v8.1: 1.2",
        "CWE-1059",
    ),
    act=Act.INVESTIGATE,
    sources=(
        "RFC 6335, section 6: ports 49152 to 65535 are assigned to nobody",
        "RFC 4987, section 3.8: firewalls and proxies complete the handshake in the name of what is behind them",
    ),
)
def untrusted_evidence(device: Device) -> Judgement:
    """What the identification has said against the device."""
    if device.untrusted:
        evidence = next((seen.evidence for seen in device.observations if seen.evidence), b"")
        yield Flaw(Endpoint(device.address, 0), f"{device.untrusted[:1].upper()}{device.untrusted[1:]}.", evidence)
    return "nothing speaks against what it says"
