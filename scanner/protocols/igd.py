"""UPnP Internet Gateway Device: does the router list its port mappings for whoever asks? Then it makes them for whoever asks, too: there is one login, none.

UPnP Forum, WANIPConnection:1, section 2.4.14 (GetGenericPortMappingEntry: the entry at an index, counted from 0; error 713 beyond the last), SOAP 1.1 over
HTTP. It only reads. At most four entries are read, one connection each; AddPortMapping, DeletePortMapping and all that changes a connection are never said.
Asked where a UPnP description names such a service.
"""

import re

from inventory.errors import PeerError, ProtocolError
from inventory.model import Device, FactValue
from inventory.text import one_line
from scanner.codecs.http1 import Response, authority, post, post_pattern, read_response
from scanner.codecs.xml_reader import first, read_xml, text_of
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Reconnect, Safety, Say, Send, Target
from scanner.protocols.upnp import MAPPING_SERVICES

NAME = "igd"
TRANSPORT = "tcp"
PORTS: tuple[int, ...] = ()
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
CONNECTIONS = 4
_KIND = 'text/xml; charset="utf-8"'
_ACTION = "GetGenericPortMappingEntry"


def _question(service: str, index: int) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """The envelope that asks for one entry, and its header."""
    envelope = (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
        ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
        f'<u:{_ACTION} xmlns:u="{service}"><NewPortMappingIndex>{index}</NewPortMappingIndex></u:{_ACTION}>'
        "</s:Body></s:Envelope>"
    )
    return envelope.encode(), (("SOAPAction", f'"{service}#{_ACTION}"'),)


SAYS = tuple(
    Say.like(
        f"{_ACTION} {index} of {service.rpartition('service:')[2]}", post_pattern(rb"/[!-~]{0,1023}", _KIND, *asked)
    )
    for service in MAPPING_SERVICES
    for index in range(CONNECTIONS)
    for asked in [_question(service, index)]
)
FACTS = {
    "igd.service": "the service that maps ports, as the device names it",
    "igd.open": "whether it lists its port mappings for a stranger",
    "igd.mappings": "the port mappings that were read: 'TCP 8080 to 192.168.1.50 port 80'",
    "igd.more": "whether there may be more of them than were read",
    "igd.error": "the UPnP error with which it refused",
}
_END = frozenset((713, 714))
"""SpecifiedArrayIndexInvalid, and NoSuchEntryInArray, which some say in its stead."""
_LIMIT = 16384


def invited(device: Device) -> tuple[Target, ...]:
    """Where a UPnP description names a service that maps ports, on the server that the description is on."""
    return tuple(
        Target(seen.endpoint, path=str(seen.facts["upnp.mapping_path"]), before=seen.facts)
        for seen in device.speaking("upnp")
        if seen.facts.get("upnp.mapping_service") in MAPPING_SERVICES and seen.facts.get("upnp.mapping_path")
    )[:2]


def probe(target: Target) -> Conversation[Heard]:
    """Read the first entries."""
    service = str(target.before.get("upnp.mapping_service", MAPPING_SERVICES[0]))
    first_answer = yield from _entry(target, service, 0)
    mapping, error = parse(first_answer)
    facts: dict[str, FactValue] = {"igd.service": service, "igd.open": bool(mapping) or error in _END}
    if not facts["igd.open"]:
        return Heard(facts | {"igd.error": error}, _evidence(first_answer))
    found = [mapping] if mapping else []
    while found and len(found) < CONNECTIONS and mapping:
        try:
            yield Reconnect()
            mapping, _ = parse((yield from _entry(target, service, len(found))))
        except PeerError:  # the first entry has said what we came for
            break
        found += [mapping] if mapping else []
    facts |= {"igd.mappings": tuple(found)} if found else {}
    return Heard(facts | {"igd.more": len(found) == CONNECTIONS}, _evidence(first_answer))


def _entry(target: Target, service: str, index: int) -> Conversation[Response]:
    body, headers = _question(service, index)
    yield Send(post(target.path, authority(target, 80), _KIND, body, headers))
    return (yield from read_response(limit=_LIMIT))


def parse(response: Response) -> tuple[str, int]:
    """The mapping that an answer describes, or "" and the number of the UPnP error in its place; `ProtocolError` for anything else."""
    root = read_xml(response.body, "an answer about a port mapping")
    entry = first(root, f"{_ACTION}Response")
    if response.status == 200 and entry is not None:
        said = {name: text_of(first(entry, name), 80) for name in _ELEMENTS}
        kind, outside, client, inside = (said[name] for name in _ELEMENTS)
        return one_line(f"{kind} {outside} to {client} port {inside}", 200), 0
    code = text_of(first(root, "errorCode"), 8)
    if not re.fullmatch("[0-9]{3}", code):
        raise ProtocolError(f"status {response.status}, and neither a port mapping nor a UPnP error")
    return "", int(code)


_ELEMENTS = ("NewProtocol", "NewExternalPort", "NewInternalClient", "NewInternalPort")
_DESCRIPTION = re.compile(rb"(<(?:\w+:)?NewPortMappingDescription[^>]*>).*?(?=<|\Z)", re.DOTALL)
"""What somebody called the mapping: often a game, a program or a person, and no business of ours."""


def _evidence(response: Response) -> bytes:
    at = response.body.find(b"Body>")
    return _DESCRIPTION.sub(rb"\1", response.body[max(at, 0) :])[:EVIDENCE_LIMIT]
