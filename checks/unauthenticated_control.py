"""A control protocol that asks nobody who they are answers on the network.

What: the device speaks Modbus/TCP, which knows no user, no password and no encryption. Whoever reaches the port may read every register and, as a
rule, write it. Tocsin asks for the device's name only; it reads and writes no register.

Why it matters in a city: behind such a port stand pumps, lifts, tunnel ventilation, lights and barriers. One laptop on the same network can start or
stop them, and the controller keeps no record of who it was.

How to fix: put the controller into a network segment of its own and let only the named control hosts reach port 502 (a firewall rule or the
controller's own access list). Where both ends can, use Modbus/TCP Security (port 802, TLS with certificates). Forbid writing wherever only reading is
needed.
"""

from checks.contract import Flaw, Judgement, check
from inventory.model import Device, Family, Observation, Severity


@check(
    id="unauthenticated-control",
    title="A control protocol without authentication is reachable",
    severity=Severity.HIGH,
    family=Family.PORTS,
    needs=("modbus",),
    remedy="Let only the named control hosts reach port 502: a firewall rule in front of the controller, or the controller's own access list.",
    standards=(
        "CWE-306",
        "ETSI EN 303 645 v3.1.3: 5.5-5",
        "EU CRA 2024/2847 Annex I: Part I (2)(d)",
        "OWASP IoT Top 10 2018: I2",
    ),
)
def unauthenticated_control(device: Device) -> Judgement:
    """Every Modbus endpoint that answered."""
    for seen in device.speaking("modbus"):
        yield Flaw(seen.endpoint, f"Answered Modbus/TCP without any authentication{_named(seen)}.", seen.evidence)
    return "no control protocol answered"


def _named(seen: Observation) -> str:
    words = [str(seen.facts[name]) for name in ("modbus.vendor", "modbus.product_code") if seen.facts.get(name)]
    return f" and named itself {' '.join(words)}" if words else ""
