"""LwM2M: the device object (/3/0) of a device that lists it among its CoAP resources, read without a session.

OMA LightweightM2M 1.0.2: appendix E.4 is the object (0 manufacturer, 1 model number, 2 serial number, 3 firmware version, 17 type, 18 hardware version),
section 6.4.3 the TLV, 6.4.4 its JSON; SenML JSON is RFC 8428. Where the whole object is refused, its four texts are asked for one by one. Nothing is written or
executed: resource 4 is Reboot, 5 Factory Reset, and neither is ever named.
"""

import json
from typing import Any

from inventory.errors import PeerError, ProtocolError
from inventory.model import Device, FactValue
from inventory.text import one_line
from scanner.codecs import coap_codec
from scanner.codecs.coap_codec import Message
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Target

NAME = "lwm2m"
TRANSPORT = "udp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
OBJECT = "/3/0"
FACTS = {
    "lwm2m.manufacturer": "resource 0, Manufacturer",
    "lwm2m.model": "resource 1, Model Number",
    "lwm2m.serial": "resource 2, Serial Number",
    "lwm2m.firmware": "resource 3, Firmware Version",
    "lwm2m.type": "resource 17, Device Type",
    "lwm2m.hardware": "resource 18, Hardware Version",
    "lwm2m.software": "resource 19, Software Version",
}
_RESOURCES = {
    0: "lwm2m.manufacturer",
    1: "lwm2m.model",
    2: "lwm2m.serial",
    3: "lwm2m.firmware",
    17: "lwm2m.type",
    18: "lwm2m.hardware",
    19: "lwm2m.software",
}
_SINGLE = tuple(range(4))
SAYS = (
    coap_codec.says(OBJECT),
    *(coap_codec.says(f"{OBJECT}/{resource}") for resource in _SINGLE),
    coap_codec.ACKNOWLEDGE,
)
_PLAIN, _TLV, _TLV_OLD, _JSON, _JSON_OLD, _SENML = 0, 11542, 1542, 11543, 1543, 110
_RESOURCE = 0b11
_ENTRIES = 128


def invited(device: Device) -> tuple[Target, ...]:
    """Where CoAP listed the device object or said that it is LwM2M's."""
    return tuple(
        Target(seen.endpoint, path=OBJECT)
        for seen in device.speaking("coap")
        if _lists_it(seen.facts.get("coap.resources", ()), seen.facts.get("coap.rt", ()))
    )


def _lists_it(resources: FactValue, types: FactValue) -> bool:
    paths = resources if isinstance(resources, tuple) else ()
    return any(path.rstrip("/") in ("/3", OBJECT) for path in paths) or (
        isinstance(types, tuple) and "oma.lwm2m" in types
    )


def probe(target: Target) -> Conversation[Heard]:
    """Read the object, or its texts one by one."""
    answer = yield from coap_codec.fetch(OBJECT)
    facts = facts_in(answer)
    evidence = answer.payload
    if not facts:
        for resource in _SINGLE:
            try:
                answer = yield from coap_codec.fetch(f"{OBJECT}/{resource}")
            except PeerError:
                break
            facts |= _one(answer, resource)
            evidence += answer.payload + b"\n"
    if not facts:
        raise ProtocolError(f"CoAP {answer.shown_code} in answer to {OBJECT}")
    return Heard(facts, evidence[:EVIDENCE_LIMIT])


def parse(datagram: bytes) -> Heard:
    """The facts of one answer to a GET of the object."""
    answer = coap_codec.parse(datagram)
    facts = facts_in(answer)
    if not facts:
        raise ProtocolError("no LwM2M device object")
    return Heard(facts, answer.payload[:EVIDENCE_LIMIT])


def facts_in(answer: Message) -> dict[str, FactValue]:
    """The device object's resources in an answer, {} where it holds none that we can read."""
    if answer.code != coap_codec.CONTENT:
        return {}
    form = answer.number(coap_codec.CONTENT_FORMAT)
    if form in (_TLV, _TLV_OLD):
        return _named(_tlv(answer.payload))
    if form in (_JSON, _JSON_OLD, _SENML):
        return _named(_json(answer.payload))
    return {}


def _one(answer: Message, resource: int) -> dict[str, FactValue]:
    """A single resource: text, or in one of the other forms."""
    plain = answer.number(coap_codec.CONTENT_FORMAT) in (None, _PLAIN)
    if answer.code == coap_codec.CONTENT and plain:
        return _named({resource: answer.payload})
    return facts_in(answer)


def _named(values: dict[int, bytes | str]) -> dict[str, FactValue]:
    texts = (
        (_RESOURCES[resource], one_line(value, 200)) for resource, value in values.items() if resource in _RESOURCES
    )
    return {fact: text for fact, text in texts if text}


def _tlv(payload: bytes) -> dict[int, bytes | str]:
    """The resources of a TLV document (section 6.4.3); an object instance around them is looked into once."""
    found: dict[int, bytes | str] = {}
    at = 0
    for _ in range(_ENTRIES):
        if at >= len(payload):
            break
        kind = payload[at]
        wide, size_bytes = kind >> 5 & 1, kind >> 3 & 3
        head = at + 2 + wide
        identifier = int.from_bytes(payload[at + 1 : head], "big")
        size = int.from_bytes(payload[head : head + size_bytes], "big") if size_bytes else kind & 7
        start = head + size_bytes
        if start + size > len(payload):
            raise ProtocolError("an LwM2M TLV that is longer than its message")
        value = payload[start : start + size]
        if kind >> 6 == _RESOURCE:
            found.setdefault(identifier, value)
        elif kind >> 6 == 0 and not at:
            payload, at = value, 0  # the instance's own resources, and nothing is taken from behind it
            if payload and payload[0] >> 6 == 0:
                raise ProtocolError("an LwM2M object instance within another")
            continue
        at = start + size
    return found


def _json(payload: bytes) -> dict[int, bytes | str]:
    """The texts of SenML JSON (a list), or of LwM2M 1.0's own JSON (an object with "e")."""
    try:
        document: Any = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError("an LwM2M answer that is not JSON") from error
    entries = document.get("e") if isinstance(document, dict) else document
    found: dict[int, bytes | str] = {}
    for entry in entries[:_ENTRIES] if isinstance(entries, list) else ():
        if not isinstance(entry, dict):
            continue
        name, text = entry.get("n", entry.get("bn")), entry.get("vs", entry.get("sv"))
        last = name.rstrip("/").rpartition("/")[2] if isinstance(name, str) else ""
        if isinstance(text, str) and last.isascii() and last.isdigit() and len(last) < 6:
            found.setdefault(int(last), text)
    return found
