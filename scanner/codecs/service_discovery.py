"""DNS-SD (RFC 6763): the facts in a responder's records. Pure; what `mdns` is told and what a listener overhears is read alike.

The keys of TXT records are each service's own: IPP's are Apple's Bonjour Printing specification 1.2.1, HomeKit's the HAP specification (R2, table 6-7), the
others as makers document or publish them (general knowledge). A key is taken here only where all its users mean the same.
"""

import re
from collections.abc import Iterable, Iterator

from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.dns_codec import AAAA, PTR, SRV, TXT, A, Message, Name, Record, folded, name_of, text_of

SERVICES: Name = name_of("_services._dns-sd._udp.local")
FACTS = {
    "mdns.services": "the types of service it announces, '_ipp._tcp'",
    "mdns.hostname": "the host that its services are on",
    "mdns.addresses": "the addresses that it gives for that host",
    "mdns.instances": "its services by name: the type, then the instance, '_ipp._tcp Brother HL-L2350DW'",
    "mdns.txt": "what the TXT records say: the type, then key and value, '_ipp._tcp ty=Brother HL-L2350DW'",
    "mdns.manufacturer": "TXT: who made it",
    "mdns.model": "TXT: the model",
    "mdns.ty": "TXT: the printer's make and model, for people to read",
    "mdns.product": "TXT: the product's name, as its driver calls it",
    "mdns.firmware": "TXT: the firmware's version",
    "mdns.version": "TXT: a version of which the service alone knows what it counts",
    "mdns.serial": "TXT: the serial number",
    "mdns.mac": "TXT: the MAC address, 'aa:bb:cc:dd:ee:ff'",
    "mdns.id": "TXT: the identifier",
    "mdns.name": "TXT: the name that its people gave it",
    "mdns.location": "TXT: where it stands",
}
_KEYS = {
    "mdns.manufacturer": ("usb_mfg", "manufacturer", "mfg", "mf", "vendor", "vn"),
    "mdns.model": ("displaymodel", "usb_mdl", "model", "md", "modelid", "mdl", "mn", "modelname"),
    "mdns.ty": ("ty",),
    "mdns.product": ("product",),
    "mdns.firmware": ("fw", "fwver", "fwversion", "fw_version", "firmware", "firmwareversion", "fv"),
    "mdns.version": ("version", "ver"),
    "mdns.serial": ("serialnumber", "serial", "sn"),
    "mdns.mac": ("mac", "macaddress", "mac_address"),
    "mdns.id": ("bridgeid", "deviceid", "id", "uuid"),
    "mdns.name": ("fn", "friendlyname"),
    "mdns.location": ("note",),
}
_MAC = re.compile(r"((?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{12})(?:\||$)")
_LIST, _VALUE = 32, 200


def service_type(name: Name) -> str:
    """The "_ipp._tcp" that a name ends in, "" where it names no service in the local domain."""
    labels = folded(name)
    if len(labels) < 3 or labels[-1] != b"local" or labels[-2] not in (b"_tcp", b"_udp"):
        return ""
    kind = labels[-3]
    return f"{one_line(kind, 63)}.{labels[-2].decode()}" if kind[:1] == b"_" else ""


def types_in(messages: Iterable[Message]) -> tuple[str, ...]:
    """The types of service that the messages list or have records of, in order."""
    found: dict[str, None] = {}
    for record in _records(tuple(messages)):
        if record.kind == PTR and folded(record.name) == SERVICES:
            found[service_type(record.target)] = None
        elif record.kind in (PTR, SRV, TXT) and folded(record.name) != SERVICES:
            found[service_type(record.name)] = None
    return tuple(kind for kind in found if kind)[:_LIST]


def instances_in(messages: Iterable[Message], kind: str) -> tuple[Name, ...]:
    """The instances of a type, in order."""
    messages = tuple(messages)
    named = (r.target for r in _records(messages) if r.kind == PTR and service_type(r.name) == kind)
    own = (r.name for r in _records(messages) if r.kind in (SRV, TXT))
    whole = (name for name in (*named, *own) if len(name) == 4 and service_type(name) == kind)
    return tuple({folded(name): name for name in whole}.values())[:_LIST]


def read(messages: Iterable[Message]) -> dict[str, FactValue]:
    """The facts in all records of the messages; {} where they hold none of a service."""
    messages = tuple(messages)
    types = types_in(messages)
    if not types:
        return {}
    instances = [f"{kind} {one_line(name[0], 63)}" for kind in types for name in instances_in(messages, kind)]
    pairs = tuple(_pairs(messages))
    facts: dict[str, FactValue] = {"mdns.services": types}
    lists = {
        "mdns.instances": instances,
        "mdns.txt": [f"{kind} {key}={value}" for kind, key, value in pairs],
        "mdns.addresses": [record.address for record in _records(messages) if record.kind in (A, AAAA)],
    }
    facts |= {fact: tuple(dict.fromkeys(texts))[:_LIST] for fact, texts in lists.items() if texts}
    host = next((record.target for record in _records(messages) if record.kind == SRV and record.target), ())
    if host:
        facts["mdns.hostname"] = text_of(host)
    return facts | _stated(pairs)


def _records(messages: Iterable[Message]) -> Iterator[Record]:
    return (record for message in messages for record in message.records)


def _pairs(messages: Iterable[Message]) -> Iterator[tuple[str, str, str]]:
    """(type, key, value) of every TXT string that has a value (RFC 6763 section 6.4); the keys in lower case, for they are compared without case."""
    for record in _records(messages):
        kind = _described(record.name) if record.kind == TXT else ""
        for text in record.strings if kind else ():
            key, equals, value = text.partition(b"=")
            shown = one_line(value, _VALUE)
            if equals and key and shown:
                yield kind, one_line(key, 32).lower(), shown


def _described(name: Name) -> str:
    return service_type(name) if len(name) >= 4 else ""


def _stated(pairs: tuple[tuple[str, str, str], ...]) -> dict[str, FactValue]:
    """The first value of every key that means something, in the order of its spellings."""
    values: dict[str, str] = {}
    for _, key, value in pairs:
        values.setdefault(key, value)
    facts: dict[str, FactValue] = {}
    for fact, keys in _KEYS.items():
        stated = next((values[key] for key in keys if key in values), "")
        stated = _mac(stated) if fact == "mdns.mac" else stated
        if stated:
            facts[fact] = stated
    # Synology's DiskStation states its version in three parts (general knowledge).
    parts = [values.get(f"version_{part}", "") for part in ("major", "minor", "build")]
    if all(parts):
        facts["mdns.firmware"] = one_line(f"{parts[0]}.{parts[1]}-{parts[2]}", 40)
    return facts


def _mac(text: str) -> str:
    """The MAC address at the beginning of `text` in its usual spelling, "" where there is none."""
    found = _MAC.match(text)
    digits = re.sub("[:-]", "", found[1]).lower() if found else ""
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)) if digits else ""
