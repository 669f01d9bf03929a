"""A control protocol that asks nobody who they are answers on the network.

What: the device speaks Modbus/TCP, DNP3, IEC 60870-5-104 or Niagara Fox in the clear, offers tunnelling or routing to its KNX bus without KNX IP Secure, or
an OPC UA endpoint that takes anonymous users with neither signature nor encryption. Whoever reaches the port may read and, as a rule, command what is
behind it. Tocsin asks for the device's name or for a sign of life only: it reads and writes no register, starts no data transfer, opens no tunnel and no
session.

Why it matters in a city: behind such a port stand pumps, lifts, tunnel ventilation, lights, substations and barriers. One laptop on the same network can
start or stop them, and the controller keeps no record of who it was.

How to fix: put the controller into a network segment of its own and let only the named control hosts reach the port (a firewall rule or the
controller's own access list). Where both ends can, use the protected form: Modbus/TCP Security (port 802), DNP3 and IEC 60870-5-104 over TLS (IEC 62351-3),
foxs on port 4911 with fox switched off, KNX IP Secure, and OPC UA with Basic256Sha256 or better and named users. Forbid writing where
only reading is needed.
"""

from collections.abc import Callable, Mapping

from checks.contract import Flaw, Judgement, check
from inventory.model import Device, Family, Observation, Severity


def _modbus(seen: Observation) -> str:
    return f"Answered Modbus/TCP without any authentication{_named(seen, 'modbus.vendor', 'modbus.product_code')}."


def _dnp3(seen: Observation) -> str:
    return f"Station {seen.facts.get('dnp3.station')} answered DNP3 without TLS, whose links know no authentication."


def _iec104(_: Observation) -> str:
    return "Answered IEC 60870-5-104 without TLS; the protocol knows no authentication."


def _fox(seen: Observation) -> str:
    if seen.facts.get("fox.encrypted"):
        return ""
    return f"Answered Niagara Fox in the clear, so a login and its session can be read and taken over{_named(seen, 'fox.station_name')}."


def _knx(seen: Observation) -> str:
    if not seen.facts.get("knx.reachable"):
        return ""
    return f"Offers its KNX bus without KNX IP Secure, so anyone may send telegrams to it{_named(seen, 'knx.name')}."


def _opcua(seen: Observation) -> str:
    if not seen.facts.get("opcua.open"):
        return ""
    return (
        f"Offers an OPC UA endpoint of security policy None to anonymous users{_named(seen, 'opcua.application_name')}."
    )


_SPOKEN: Mapping[str, Callable[[Observation], str]] = {
    "modbus": _modbus,
    "dnp3": _dnp3,
    "iec104": _iec104,
    "fox": _fox,
    "knx": _knx,
    "opcua": _opcua,
}
"""What is wrong with an observation of each protocol, in one sentence; "" where nothing is."""


@check(
    id="unauthenticated-control",
    title="A control protocol without authentication is reachable",
    severity=Severity.HIGH,
    family=Family.PORTS,
    needs=tuple(_SPOKEN),
    remedy="Let only the named control hosts reach the port: a firewall rule in front of the controller, or the controller's own access list.",
    standards=(
        "CWE-306",
        "ETSI EN 303 645 v3.1.3: 5.5-5",
        "EU CRA 2024/2847 Annex I: Part I (2)(d)",
        "OWASP IoT Top 10 2018: I2",
    ),
)
def unauthenticated_control(device: Device) -> Judgement:
    """Every endpoint that answered in a control protocol."""
    protected: list[str] = []
    for seen in device.speaking(*_SPOKEN):
        wrong = _SPOKEN[seen.protocol](seen)
        if wrong:
            yield Flaw(seen.endpoint, wrong, seen.evidence)
        else:
            protected.append(f"{seen.protocol} on {seen.endpoint.port}/{seen.endpoint.transport}")
    return f"protected or refused: {', '.join(protected)}" if protected else "no control protocol answered"


def _named(seen: Observation, *facts: str) -> str:
    words = [str(seen.facts[name]) for name in facts if seen.facts.get(name)]
    return f" and named itself {' '.join(words)}" if words else ""
