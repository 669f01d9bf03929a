"""A control protocol that asks nobody who they are answers on the network.

What: the device speaks a protocol of plants or buildings that knows no user, no password and no encryption. What that allows, and how bad it is:

- Modbus/TCP (502): whoever reaches it may read every register and, as a rule, write it. High: writing is part of the protocol's core.
- Omron FINS (9600/udp): memory may be written and the controller stopped; a password protects the program's text at most. High.
- Siemens S7 (102): inputs, outputs and data blocks may be read and written and the controller stopped, unless a protection level is set or PUT/GET is
  switched off. Neither is asked for here, so the finding is likely, not confirmed. High.
- EtherNet/IP (44818): tags and parameters may be written and sessions opened, unless CIP Security, a trusted slot or the key switch forbids it, which is not
  asked for either: likely. High for a controller (CIP device type 14); medium for one drive, valve or rack of inputs and outputs.
- BACnet/IP (47808/udp): set points and outputs may be written at any priority. Medium: it is a building's comfort and energy that is at stake, what
  protects people and machines (frost, fire, pressure) is to be wired apart from it, and what was commanded is seen in the priority array and can be released.

Tocsin asks for the device's name only; it reads and writes no register, tag or output.

Why it matters in a city: behind such a port stand pumps, lifts, tunnel ventilation, lights and barriers. One laptop on the same network can start or
stop them, and the controller keeps no record of who it was.

How to fix: put the controller into a network segment of its own and let only the named control hosts reach the port (a firewall rule or the controller's own
access list). Where both ends can, use the protocol's secure variant: Modbus/TCP Security (port 802), CIP Security, BACnet/SC; on an S7 set a protection level
with a password and switch PUT/GET off. Forbid writing wherever only reading is needed.
"""

from dataclasses import dataclass

from checks.contract import Flaw, Judgement, check
from inventory.model import Confidence, Device, Family, Observation, Severity

_CONTROLLER = 14
"""The CIP device type of a programmable controller."""


@dataclass(frozen=True, slots=True)
class Control:
    """One protocol of the table: its name in prose, how bad it is that it answers, and the facts that say who did."""

    title: str
    severity: Severity
    named_by: tuple[str, ...]
    confidence: Confidence = Confidence.CONFIRMED


_ENIP = Control("EtherNet/IP", Severity.HIGH, ("enip.product_name",), Confidence.LIKELY)
PROTOCOLS = {
    "bacnet": Control("BACnet/IP", Severity.MEDIUM, ("bacnet.vendor", "bacnet.model")),
    "enip": _ENIP,
    "enip_tcp": _ENIP,
    "fins": Control("Omron FINS", Severity.HIGH, ("fins.model",)),
    "modbus": Control("Modbus/TCP", Severity.HIGH, ("modbus.vendor", "modbus.product_code")),
    "s7": Control("Siemens S7", Severity.HIGH, ("s7.module_type", "s7.order_number"), Confidence.LIKELY),
}


@check(
    id="unauthenticated-control",
    title="A control protocol without authentication is reachable",
    severity=Severity.HIGH,
    family=Family.PORTS,
    needs=tuple(PROTOCOLS),
    remedy="Let only the named control hosts reach the port: a firewall rule in front of the controller, or the controller's own access list.",
    standards=(
        "CWE-306",
        "ETSI EN 303 645 v3.1.3: 5.5-5",
        "EU CRA 2024/2847 Annex I: Part I (2)(d)",
        "OWASP IoT Top 10 2018: I2",
    ),
)
def unauthenticated_control(device: Device) -> Judgement:
    """Every endpoint where a protocol of the table answered."""
    for seen in device.speaking(*PROTOCOLS):
        control = PROTOCOLS[seen.protocol]
        yield Flaw(
            seen.endpoint,
            f"Answered {control.title} without any authentication{_named(seen, control)}.",
            seen.evidence,
            control.confidence,
            _severity(seen, control),
            remedy=_remedy(seen),
        )
    return "no control protocol answered"


def _severity(seen: Observation, control: Control) -> Severity:
    lesser = control is _ENIP and seen.facts.get("enip.device_type") != _CONTROLLER
    return Severity.MEDIUM if lesser else control.severity


def _remedy(seen: Observation) -> str:
    where = f"port {seen.endpoint.port}{'' if seen.endpoint.transport == 'tcp' else '/udp'}"
    return f"Let only the named control hosts reach {where}: a firewall rule in front of the controller, or the controller's own access list."


def _named(seen: Observation, control: Control) -> str:
    words = [str(seen.facts[name]) for name in control.named_by if seen.facts.get(name)]
    return f" and named itself {' '.join(words)}" if words else ""
