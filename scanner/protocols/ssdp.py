"""SSDP: one unicast search for the root device, which points to its description.

UPnP Device Architecture 1.1, section 1.3.2 (M-SEARCH) and 1.3.3 (the answer, the head of an HTTP response in one datagram). Where LOCATION is an http URL at
the same address, `upnp` is led there. A device with several root devices (a router with a media server) sends an answer for each: their descriptions are
led to as well, up to three. A LOCATION at another address is noted and not followed, whatever the scope: a device must not be able to send the
scanner to another device's web pages.
"""

import ipaddress
import re
from urllib.parse import urlsplit

from inventory.errors import PeerClosed, PeerError, ProtocolError
from inventory.model import Endpoint, FactValue
from inventory.text import one_line
from scanner.codecs.http1 import SAFE_PATH, Incoming, read_head
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Lead, ReadAll, ReadSome, Safety, Say, Send, Target

NAME = "ssdp"
TRANSPORT = "udp"
PORTS = (1900,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
GROUP = "239.255.255.250"
# A unicast search needs neither the multicast address nor MX (section 1.3.2), but stacks of UPnP 1.0 ignore one without them.
M_SEARCH = (
    b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: upnp:rootdevice\r\n\r\n'
)
SAYS = (Say.exactly("m-search rootdevice", M_SEARCH),)
FACTS = {
    "ssdp.server": "the SERVER header: operating system, UPnP version, product",
    "ssdp.usn": "the unique service name",
    "ssdp.st": "the search target it answers to",
    "ssdp.location": "where its description is",
    "ssdp.others": "the unique service names of further root devices",
}
_DESCRIPTIONS, _OTHERS = 3, 16
_LIMIT = 16384
_QUIET = 0.5
_ANSWER = re.compile(rb"(?=HTTP/1\.[01] \d{3})")


def probe(target: Target) -> Conversation[Heard]:
    """Search once, and read the answers."""
    yield Send(M_SEARCH)
    datagram = yield ReadSome()
    try:
        said = datagram + (yield ReadAll(_LIMIT, quiet=_QUIET))
    except PeerError:
        said = datagram  # the first answer is enough
    first, *others = [part for part in _ANSWER.split(said) if part] or [b""]
    facts, location = yield from _answer(first)
    locations = [location]
    usns: list[str] = []
    for other in others[:_OTHERS]:
        try:
            more, location = yield from _answer(other)
        except PeerError:
            continue
        usns.append(str(more.get("ssdp.usn", "")))
        locations.append(location)
    new = tuple(usn for usn in dict.fromkeys(usns) if usn and usn != facts.get("ssdp.usn"))
    if new:
        facts["ssdp.others"] = new
    leads = dict.fromkeys(lead for location in locations if (lead := description(target, location)))
    return Heard(facts, said[:EVIDENCE_LIMIT], tuple(leads)[:_DESCRIPTIONS])


def _answer(datagram: bytes) -> Conversation[tuple[dict[str, FactValue], str]]:
    """The facts of one answer, and its LOCATION as sent."""
    incoming = Incoming()
    incoming.data, incoming.ended = datagram, PeerClosed()
    response = yield from read_head(incoming)
    names = {"ssdp.server": "Server", "ssdp.usn": "USN", "ssdp.st": "ST", "ssdp.location": "Location"}
    said = {fact: response.header(name) for fact, name in names.items()}
    facts: dict[str, FactValue] = {fact: one_line(text) for fact, text in said.items() if text}
    if response.status != 200 or not facts:
        raise ProtocolError(f"{response.version} {response.status} in answer to M-SEARCH")
    return facts, said["ssdp.location"] or ""


def description(target: Target, location: str) -> Lead | None:
    """The lead to the description at `location`, None where that is not an http URL at the same address."""
    try:
        url = urlsplit(location)
        address, port = ipaddress.ip_address(url.hostname or ""), url.port or 80
    except ValueError:
        return None
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    if url.scheme != "http" or url.username or not SAFE_PATH.fullmatch(path):
        return None
    if address != ipaddress.ip_address(target.endpoint.address):
        return None
    return Lead("upnp", Target(Endpoint(str(address), port), path=path))
