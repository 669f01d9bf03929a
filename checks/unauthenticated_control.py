"""A control protocol that asks nobody who they are answers on the network.

What: the device speaks a protocol of plants, buildings or utilities that asks for no user and no password, or offers itself without them. What that allows,
and how bad it is:

- Modbus/TCP (502): whoever reaches it may read every register and, as a rule, write it. High: writing is part of the protocol's core.
- DNP3 (20000) and IEC 60870-5-104 (2404) without TLS: points may be read and outputs operated. High.
- Omron FINS (9600/udp): memory may be written and the controller stopped; a password protects the program's text at most. High.
- Siemens S7 (102): inputs, outputs and data blocks may be read and written and the controller stopped, unless a protection level is set or PUT/GET is
  switched off. Neither is asked for here, so the finding is likely, not confirmed. High.
- EtherNet/IP (44818): tags and parameters may be written and sessions opened, unless CIP Security, a trusted slot or the key switch forbids it, which is not
  asked for either: likely. High for a controller (CIP device type 14); medium for one drive, valve or rack of inputs and outputs.
- OPC UA (4840) that takes anonymous users at an endpoint with neither signature nor encryption. High: what they may do is the server's own affair.
- Niagara Fox (1911) in the clear: it has a login, which can be read on the way and taken over. High.
- KNXnet/IP (3671/udp) that offers tunnelling or routing without KNX IP Secure: anyone may send telegrams to the bus. High.
- BACnet/IP (47808/udp): set points and outputs may be written at any priority. Medium: it is a building's comfort and energy that is at stake, what
  protects people and machines (frost, fire, pressure) is to be wired apart from it, and what was commanded is seen in the priority array and can be released.

Tocsin asks for the device's name or a sign of life only: it reads and writes no register, tag or output, starts no data transfer and opens no tunnel.

Why it matters in a city: behind such a port stand pumps, lifts, tunnel ventilation, lights, substations and barriers. One laptop on the same network can
start or stop them, and the controller keeps no record of who it was.

How to fix: put the controller into a network segment of its own and let only the named control hosts reach the port (a firewall rule or the controller's own
access list). Where both ends can, use the protocol's protected form: Modbus/TCP Security (port 802), CIP Security, BACnet/SC, DNP3 and IEC 60870-5-104 over
TLS (IEC 62351-3), foxs on port 4911 with fox switched off, KNX IP Secure, OPC UA with Basic256Sha256 or better and named users; on an S7 set a protection
level with a password and switch PUT/GET off. Forbid writing wherever only reading is needed.
"""

from dataclasses import dataclass

from checks.contract import Flaw, Judgement, check
from checks.standards import clauses
from inventory.model import Confidence, Device, Family, Observation, Severity

_CONTROLLER = 14
"""The CIP device type of a programmable controller."""


@dataclass(frozen=True, slots=True)
class Control:
    """One protocol of the table: what is wrong when it answers, how bad that is, and the facts that say who did.

    `when` is a fact without which nothing is wrong, and `unless` one with which nothing is. `source` names the protocol's specification.
    """

    wrong: str
    severity: Severity
    named_by: tuple[str, ...] = ()
    confidence: Confidence = Confidence.CONFIRMED
    when: str = ""
    unless: str = ""
    source: str = ""

    def applies(self, seen: Observation) -> bool:
        """Whether something is wrong with what was heard."""
        return bool(not self.when or seen.facts.get(self.when)) and not (self.unless and seen.facts.get(self.unless))


_ENIP = Control(
    "Answered EtherNet/IP without any authentication",
    Severity.HIGH,
    ("enip.product_name",),
    Confidence.LIKELY,
    source="ODVA, The CIP Networks Library, Volume 2: EtherNet/IP",
)
PROTOCOLS = {
    "bacnet": Control(
        "Answered BACnet/IP without any authentication",
        Severity.MEDIUM,
        ("bacnet.vendor", "bacnet.model"),
        source="ANSI/ASHRAE 135: 15.5.2 and 19.2",
    ),
    "dnp3": Control(
        "Answered DNP3 without TLS; its links know no authentication",
        Severity.HIGH,
        source="IEEE 1815-2012: 9.2 and 13",
    ),
    "enip": _ENIP,
    "enip_tcp": _ENIP,
    "fins": Control(
        "Answered Omron FINS without any authentication",
        Severity.HIGH,
        ("fins.model",),
        source="Omron W227 and W342: FINS commands",
    ),
    "fox": Control(
        "Answered Niagara Fox in the clear, so a login and its session can be read and taken over",
        Severity.HIGH,
        ("fox.station_name",),
        unless="fox.encrypted",
        source="nmap, fox-info: Tridium publishes no specification",
    ),
    "iec104": Control(
        "Answered IEC 60870-5-104 without TLS; the protocol knows no authentication",
        Severity.HIGH,
        source="IEC 60870-5-104:2006: 5",
    ),
    "knx": Control(
        "Offers its KNX bus without KNX IP Secure, so anyone may send telegrams to it",
        Severity.HIGH,
        ("knx.name",),
        when="knx.reachable",
        source="KNX Standard 3/8/2: 7.5.4",
    ),
    "modbus": Control(
        "Answered Modbus/TCP without any authentication",
        Severity.HIGH,
        ("modbus.vendor", "modbus.product_code"),
        source="Modbus Application Protocol V1.1b3: 6",
    ),
    "opcua": Control(
        "Offers an OPC UA endpoint of security policy None to anonymous users",
        Severity.HIGH,
        ("opcua.application_name",),
        when="opcua.open",
        source="OPC 10000-4: UserTokenPolicy, and security policy None",
    ),
    "s7": Control(
        "Answered Siemens S7 without any authentication",
        Severity.HIGH,
        ("s7.module_type", "s7.order_number"),
        Confidence.LIKELY,
        source="Siemens, System Software for S7-300/400: protection levels",
    ),
}


@check(
    id="unauthenticated-control",
    title="A control protocol without authentication is reachable",
    severity=Severity.HIGH,
    family=Family.PORTS,
    needs=tuple(PROTOCOLS),
    remedy="Let only the named control hosts reach the port: a firewall rule in front of the controller, or the controller's own access list.",
    standards=clauses("CWE-306", "control-protocol"),
    sources=("the protocols' specifications, each protocol with its own source",),
)
def unauthenticated_control(device: Device) -> Judgement:
    """Every endpoint where a protocol of the table answered, and offers what it should not."""
    protected: list[str] = []
    for seen in device.speaking(*PROTOCOLS):
        control = PROTOCOLS[seen.protocol]
        if not control.applies(seen):
            protected.append(f"{seen.protocol} on {seen.endpoint.port}/{seen.endpoint.transport}")
            continue
        yield Flaw(
            seen.endpoint,
            f"{control.wrong}{_named(seen, control)}.",
            seen.evidence,
            control.confidence,
            _severity(seen, control),
            remedy=_remedy(seen),
            sources=(control.source,),
        )
    return f"protected or refused: {', '.join(protected)}" if protected else "no control protocol answered"


def _severity(seen: Observation, control: Control) -> Severity:
    lesser = control is _ENIP and seen.facts.get("enip.device_type") != _CONTROLLER
    return Severity.MEDIUM if lesser else control.severity


def _remedy(seen: Observation) -> str:
    where = f"port {seen.endpoint.port}{'' if seen.endpoint.transport == 'tcp' else '/udp'}"
    return f"Let only the named control hosts reach {where}: a firewall rule in front of the controller, or the controller's own access list."


def _named(seen: Observation, control: Control) -> str:
    words = [str(seen.facts[name]) for name in control.named_by if seen.facts.get(name)]
    return f" and named itself {' '.join(words)}" if words else ""
