"""WS-Discovery: one unicast Probe, to which cameras, recorders, printers and Windows answer what they are and where their services are.

WS-Discovery of April 2005, sections 5.2 and 5.3 (Probe without Types matches whatever is there), over SOAP-over-UDP 1.0; scopes as in the ONVIF Core
Specification, section 7.3.2.2. The Probe goes to the device itself and not to the group. Where it is an ONVIF device with an address of its own among the
XAddrs, `onvif` is led there; an XAddr at another address is noted and not followed.
"""

import ipaddress
import re
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from inventory.errors import ProtocolError
from inventory.model import Endpoint, FactValue
from inventory.oui import normal
from inventory.text import one_line
from scanner.codecs.http1 import SAFE_PATH
from scanner.codecs.xml_reader import first, read_xml, text_of
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Lead, ReadSome, Safety, Say, Send, Target

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NAME = "wsdiscovery"
TRANSPORT = "udp"
PORTS = (3702,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
GROUP = "239.255.255.250"
_BEFORE = (
    b'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    b' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>'
    b'<a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>urn:uuid:'
)
_AFTER = (
    b"</a:MessageID><a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"
    b'<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body><d:Probe></d:Probe></s:Body></s:Envelope>'
)
_UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

SAYS = (Say.like("probe", re.escape(_BEFORE) + _UUID + re.escape(_AFTER)),)
FACTS = {
    "wsdiscovery.types": "what it is, without prefixes ('NetworkVideoTransmitter')",
    "wsdiscovery.scopes": "its scopes as sent",
    "wsdiscovery.hardware": "ONVIF scope hardware: the model",
    "wsdiscovery.name": "ONVIF scope name: the maker's or the owner's name for it",
    "wsdiscovery.location": "ONVIF scopes location, in order, parted by ', '",
    "wsdiscovery.profiles": "ONVIF scopes Profile ('Streaming', 'T', 'G')",
    "wsdiscovery.mac": "scope MAC, which some makers add",
    "wsdiscovery.xaddrs": "where its services are, as URLs",
    "wsdiscovery.endpoint": "the address of its endpoint reference, 'urn:uuid:…'",
}
_NUMBER_LIMIT = 32
_TEXT_LIMIT = 300
_LIST_LIMIT = 16384
_SCOPE_HOST = "www.onvif.org"
_ONVIF_TYPES = frozenset(("NetworkVideoTransmitter", "NetworkVideoDisplay", "NetworkVideoStorage"))


def request() -> bytes:
    """A Probe for everything; its MessageID is new each time, for a device passes over one that it has seen (SOAP-over-UDP 1.0, section 4)."""
    return _BEFORE + str(uuid.uuid4()).encode() + _AFTER


def probe(target: Target) -> Conversation[Heard]:
    """Ask once, and read the first answer."""
    yield Send(request())
    heard = parse((yield ReadSome()))
    return Heard(heard.facts, heard.evidence, _leads(target, heard))


def parse(datagram: bytes) -> Heard:
    """Read one answer: the first ProbeMatch in it."""
    match = first(read_xml(datagram, "a WS-Discovery answer"), "ProbeMatch")
    if match is None:
        raise ProtocolError("a WS-Discovery answer without a match")
    scopes = _words(match, "Scopes")
    facts: dict[str, FactValue] = {
        "wsdiscovery.types": tuple(word.rpartition(":")[2] for word in _words(match, "Types")),
        "wsdiscovery.scopes": scopes,
        "wsdiscovery.xaddrs": _words(match, "XAddrs"),
        **_of_scopes(scopes),
    }
    reference = first(match, "EndpointReference")
    if reference is not None:
        facts["wsdiscovery.endpoint"] = text_of(first(reference, "Address"))
    facts = {name: value for name, value in facts.items() if value}
    if not facts:
        raise ProtocolError("a WS-Discovery match that says nothing")
    return Heard(facts, _evidence(datagram))


def _words(match: "Element", name: str) -> tuple[str, ...]:
    words = text_of(first(match, name), _LIST_LIMIT).split(" ")
    return tuple(word[:_TEXT_LIMIT] for word in words[:_NUMBER_LIMIT] if word)


def _of_scopes(scopes: tuple[str, ...]) -> dict[str, FactValue]:
    """The ONVIF scopes that name something, percent-decoded."""
    said: dict[str, list[str]] = {}
    for kind, text in filter(None, map(_scope, scopes)):
        said.setdefault(kind, []).append(text)
    one = {name: said.get(name, [""])[0] for name in ("hardware", "name")}
    one["mac"] = normal(said.get("mac", [""])[0]) or ""
    return {
        **{f"wsdiscovery.{name}": text for name, text in one.items()},
        "wsdiscovery.location": ", ".join(said.get("location", [])),
        "wsdiscovery.profiles": tuple(said.get("profile", [])),
    }


def _scope(scope: str) -> tuple[str, str] | None:
    """The kind and the text of an ONVIF scope; None for any other."""
    scheme, _, rest = scope.partition("://")
    host, _, path = rest.partition("/")
    kind, _, text = path.partition("/")
    text = one_line(unquote(text), _TEXT_LIMIT)
    return (kind.lower(), text) if scheme == "onvif" and host.lower() == _SCOPE_HOST and text else None


def _leads(target: Target, heard: Heard) -> tuple[Lead, ...]:
    """To the ONVIF service of an ONVIF device: the first XAddr that is an http URL at this very address, else the first https one."""
    if not _is_onvif(heard):
        return ()
    addresses = heard.facts.get("wsdiscovery.xaddrs", ())
    own = sorted(
        _own(target, addresses if isinstance(addresses, tuple) else ()), key=lambda lead: lead.target.tls
    )  # stable
    return tuple(own[:1])


def _is_onvif(heard: Heard) -> bool:
    types, scopes = heard.facts.get("wsdiscovery.types", ()), heard.facts.get("wsdiscovery.scopes", ())
    named = isinstance(types, tuple) and not _ONVIF_TYPES.isdisjoint(types)
    return named or (isinstance(scopes, tuple) and any(scope.startswith("onvif://") for scope in scopes))


def _own(target: Target, xaddrs: tuple[str, ...]) -> Iterator[Lead]:
    for xaddr in xaddrs:
        try:
            url = urlsplit(xaddr)
            address = ipaddress.ip_address(url.hostname or "")
            port = url.port or (443 if url.scheme == "https" else 80)
        except ValueError:
            continue
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        here = address == ipaddress.ip_address(target.endpoint.address)
        if here and url.scheme in {"http", "https"} and not url.username and SAFE_PATH.fullmatch(path):
            yield Lead("onvif", Target(Endpoint(str(address), port), tls=url.scheme == "https", path=path))


def _evidence(datagram: bytes) -> bytes:
    """From the Body on: the header only repeats addresses."""
    at = datagram.find(b"Body>")
    return datagram[max(at, 0) :][:EVIDENCE_LIMIT]
