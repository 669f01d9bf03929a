"""BACnet/IP: who a building controller is, read from its Device object, property after property.

The first datagram is a ReadProperty of the wildcard Device, which a device answers for itself (ANSI/ASHRAE 135, 15.5.2) and whose refusal proves BACnet as
well. Then at most READS properties, one after the other. One Who-Is goes to this device alone, where it told no instance, or where it answers for others or
calls itself a gateway: for each station of a gateway answers it, and there may be hundreds. Nothing is broadcast, written or subscribed, and nothing is sent
on to a network behind a router: an answer that comes from there (SNET and SADR in the NPDU, 6.2.2) is of a part, and what it says is all that is asked of it.
"""

import re

from inventory.errors import PeerError, ProtocolError
from inventory.model import Facts, FactValue
from scanner.codecs.bacnet_codec import (
    OBJECT_IDENTIFIER,
    PROPERTIES,
    WHO_IS,
    WILDCARD,
    Answer,
    Station,
    invoke_of,
    parse,
    read_property,
    split,
)
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadAll, ReadSome, Safety, Say, Send, Target

NAME = "bacnet"
TRANSPORT = "udp"
PORTS = (47808,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
READS = 8
"""Properties that are read of one device."""
PARTS = 64
"""Stations behind a router that are kept."""
FACTS = {
    "bacnet.instance": "the Device object's instance number",
    "bacnet.vendor_id": "vendor-identifier: the number that ASHRAE gave the vendor",
    "bacnet.vendor": "vendor-name",
    "bacnet.model": "model-name",
    "bacnet.firmware": "firmware-revision",
    "bacnet.application": "application-software-version",
    "bacnet.name": "object-name of the Device object",
    "bacnet.location": "location",
    "bacnet.description": "description",
    "bacnet.serial": "serial-number",
    "bacnet.error": "how the device refused to be read",
    "bacnet.network": "the number of the network behind the router that the station answered from",
    "bacnet.station": "the station's address on that network, hexadecimal",
    "bacnet.router": "whether stations behind it answered through it",
}
_STRAY_DATAGRAMS = 3
_GATEWAY = re.compile(r"(?i)gateway|rout(?:er|ing)|bridge")
_QUIET = 1.0
_LISTEN = 8192


def _reads() -> Say:
    """A ReadProperty of any Device instance, of one of PROPERTIES."""
    shapes = []
    for identifier in PROPERTIES:
        request = read_property(WILDCARD, identifier)
        head, tail = request.split(b"\x02\x3f\xff\xff")
        shapes.append(re.escape(head) + rb"\x02[\x00-\x3f].." + re.escape(tail))
    return Say.like("ReadProperty of the Device object", b"|".join(shapes))


SAYS = (_reads(), Say.exactly("Who-Is to one device", WHO_IS))


def probe(target: Target) -> Conversation[Heard]:
    """Ask for the instance, then for the properties of the Device object."""
    yield Send(read_property(WILDCARD, OBJECT_IDENTIFIER))
    first, evidence = yield from _await(OBJECT_IDENTIFIER)
    told = dict(first.facts)
    announced: dict[Station | None, dict[str, FactValue]] = {}
    if first.station or "bacnet.instance" not in told:
        announced = yield from _announced()
        told |= announced.pop(first.station, {})
    instance = told.get("bacnet.instance")
    if isinstance(instance, int):
        told.pop("bacnet.error", None)
        evidence += yield from _read_properties(first.station, instance, told)
    if not announced and _is_gateway(told):
        announced = yield from _announced()
        told |= announced.pop(None, {})
    if first.station:
        announced[first.station] = told
        told = {}
    if announced:
        told["bacnet.router"] = True
    parts = tuple(_part(station, facts) for station, facts in sorted(announced.items(), key=str) if station)
    return Heard(told, evidence[:EVIDENCE_LIMIT], parts=parts[:PARTS])


def _is_gateway(told: Facts) -> bool:
    """Whether it calls itself one that speaks for others."""
    return any(_GATEWAY.search(str(told.get(f"bacnet.{name}", ""))) for name in ("model", "name", "description"))


def _announced() -> Conversation[dict[Station | None, dict[str, FactValue]]]:
    """The I-Ams that come to one Who-Is, by where they come from. A device may broadcast its own, which is not heard here."""
    yield Send(WHO_IS)
    datagrams = yield ReadAll(_LISTEN, quiet=_QUIET)
    found: dict[Station | None, dict[str, FactValue]] = {}
    for datagram in split(datagrams):
        try:
            answer = parse(datagram)
        except ProtocolError:
            continue
        if answer.invoke is None:
            found[answer.station] = answer.facts
    return found


def _read_properties(station: Station | None, instance: int, told: dict[str, FactValue]) -> Conversation[bytes]:
    """Read what is not known yet into `told`, until READS are done or the device falls silent; return the evidence.

    A station behind a router is not read: each request would go out on its network.
    """
    missing = [identifier for identifier, name in PROPERTIES.items() if f"bacnet.{name}" not in told]
    evidence = b""
    for identifier in missing[: 0 if station else READS - 1]:
        yield Send(read_property(instance, identifier))
        try:
            answer, datagram = yield from _await(identifier)
        except PeerError:
            break
        if answer.station is None:
            told |= {name: value for name, value in answer.facts.items() if name != "bacnet.error"}
            evidence += datagram if answer.facts else b""
    return evidence


def _await(identifier: int) -> Conversation[tuple[Answer, bytes]]:
    """Read datagrams until one answers the request for `identifier`."""
    for _ in range(_STRAY_DATAGRAMS):
        datagram = yield ReadSome(65535)
        answer = parse(datagram)
        if answer.invoke == invoke_of(identifier):
            return answer, datagram
    raise ProtocolError("no answer carried our BACnet invoke ID")


def _part(station: Station, facts: Facts) -> tuple[str, Facts]:
    """A station as a part: called by its instance where that is known."""
    instance = facts.get("bacnet.instance")
    name = str(station) if instance is None else f"device {instance} on network {station.network}"
    where: dict[str, FactValue] = {"bacnet.network": station.network, "bacnet.station": station.address.hex()}
    return name, {**facts, **where}
