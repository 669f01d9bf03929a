"""A router opens ports to the outside for whoever asks it to (UPnP).

What: the device's UPnP description offers the service of an Internet gateway that maps ports (WANIPConnection or WANPPPConnection). The protocol has no
login: any program on the inside may have a port of the outside forwarded to itself, and on many routers to any other device too. Tocsin reads the first four
entries of the list and neither adds nor deletes any. Where the list was told to a stranger it is confirmed that the service serves him; that it also adds
was not tried. Medium; high where there are mappings already, for then devices on the inside can be reached from the outside today. Where the service is
described but did not answer, likely.

Why it matters in a city: a camera with its own idea of remote access opens itself to the whole world, and nobody in the city has decided that. Malware does
the same: one infected kiosk opens a door for its owner, and no firewall rule shows it.

How to fix: turn UPnP (port forwarding by UPnP IGD, NAT-PMP and PCP) off on the router; write the few forwardings that are needed into its firewall by hand.
Then look at each mapping that was listed, and at the device behind it.
"""

from checks.contract import Act, Flaw, Judgement, check
from checks.policy import Policy, built_in
from checks.standards import clauses
from inventory.model import Confidence, Device, Family, Observation, Severity


@check(
    id="port-mapping",
    title="Anybody may open ports to the outside (UPnP)",
    severity=Severity.MEDIUM,
    family=Family.PORTS,
    needs=("upnp",),
    remedy="Turn UPnP port forwarding off on the router, and write the forwardings that are needed into its firewall by hand.",
    standards=clauses("open-ports", "CWE-306"),
    informed=("policy",),
    act=Act.SWITCH_OFF,
    sources=("UPnP Forum, WANIPConnection:1 Service Template, 2.4.14 to 2.4.16",),
)
def port_mapping(device: Device, policy: Policy | None = None) -> Judgement:
    """Every service that maps ports: by what it answered, else by its description."""
    policy = policy or built_in()
    answered = {str(seen.facts.get("igd.service")): seen for seen in device.speaking("igd")}
    allowed: list[str] = []
    refused = False
    for seen in device.speaking("upnp"):
        service = seen.facts.get("upnp.mapping_service")
        if not service:
            continue
        told = answered.get(str(service))
        if told is not None and told.facts.get("igd.open") is not True:
            refused = True
        elif rule := policy.permits(device, seen.endpoint, "igd"):
            allowed.append(f"mapping of ports by UPnP is allowed by {rule}")
        else:
            yield _flaw(told or seen, str(service))
    return "; ".join(allowed) or ("its service refused a stranger" if refused else "offers no mapping of ports")


def _flaw(seen: Observation, service: str) -> Flaw:
    listed = seen.facts.get("igd.mappings", ())
    mappings = listed if isinstance(listed, tuple) else ()
    told = seen.protocol == "igd"
    first = (
        f" It forwards {'; '.join(mappings)}{' and maybe more' if seen.facts.get('igd.more') else ''}."
        if mappings
        else ""
    )
    how = "listed its port mappings to a stranger" if told else "is described, but did not answer"
    return Flaw(
        seen.endpoint,
        f"{service.rpartition('service:')[2][:40]} {how}.{first}",
        seen.evidence,
        confidence=Confidence.CONFIRMED if told else Confidence.LIKELY,
        severity=Severity.HIGH if mappings else None,
        title="Ports are open to the outside, and anybody may add more (UPnP)" if mappings else "",
    )
