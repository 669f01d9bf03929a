"""What runs containers or flows takes orders from anybody, or waits for somebody to take it over.

What: the interfaces by which software is started on edge servers and gateways. Each is asked one question that only reads (its version, whether a login is
set, whether there is an administrator), and where it is silent its port speaks:

- Docker and Podman (2375): an engine that answers a stranger is root on its host. Critical, inside TLS too: there it should have asked for a certificate.
- Kubernetes (6443): the control plane reachable inside TLS is medium, and a policy may allow it; outside TLS everybody is its administrator as a rule:
  critical, but likely only, for a gateway before it may ask for an account.
- etcd (2379) without TLS: the cluster's secrets. High. No key is read.
- kubelet (10250, 10255): by the port alone; whether it lets strangers in is not tried.
- Node-RED (1880) whose editor asks for no login. Critical: a flow may run any command.
- Portainer without an administrator, Home Assistant without an owner: whoever comes first is it.

Why it matters in a city: the box in the cabinet that collects the sensors of a district is such a host. Open engines are found by worms within hours, and
whoever has the host has all that it is connected to.

How to fix: let none of these listen on the network where a local socket or SSH will do. Else ask for client certificates or a login, and let only the
administrators' hosts reach the port.
"""

from checks.contract import Act, Judgement, check
from checks.exposure import exposed
from checks.policy import Policy
from checks.standards import clauses
from inventory.model import Device, Family, Severity


@check(
    id="container-api",
    title="What runs containers takes orders from strangers",
    severity=Severity.CRITICAL,
    family=Family.PORTS,
    remedy="Let it listen on the host itself only, or ask for client certificates and let only the administrators' hosts reach it.",
    standards=clauses("open-ports", "CWE-306"),
    informed=("policy",),
    act=Act.ACCESS,
    sources=("Docker documentation, Protect the Docker daemon socket", "NSA and CISA, Kubernetes Hardening Guide v1.2"),
)
def container_api(device: Device, policy: Policy | None = None) -> Judgement:
    """Every row of the table that belongs here."""
    return (yield from exposed(device, "container-api", policy))
