"""mDNS and DNS-SD: which services the device announces, and what their records say of it. Unicast, to the device alone.

RFC 6762, section 5.5 (a query sent directly) and 6.7 (an asker with another port than 5353 gets a conventional answer); RFC 6763, section 9, is the list of
types. That list is asked for first; only a device that answers is asked on: at most four types, one instance of each. The records that an answer brings along
(RFC 6763, section 12) save the question for them.
"""

import re

from inventory.errors import PeerError, ProtocolError
from scanner.codecs import dns_codec, service_discovery
from scanner.codecs.dns_codec import PTR, SRV, TXT, Name, Question
from scanner.codecs.service_discovery import SERVICES, instances_in, types_in
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target

NAME = "mdns"
TRANSPORT = "udp"
PORTS = (5353,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
GROUP = "224.0.0.251"
FACTS = service_discovery.FACTS
TYPES = (
    "_axis-video._tcp",
    "_hue._tcp",
    "_qdiscover._tcp",
    "_ipp._tcp",
    "_sonos._tcp",
    "_hap._tcp",
    "_matter._tcp",
    "_matterc._udp",
    "_meshcop._udp",
    "_shelly._tcp",
    "_esphomelib._tcp",
    "_lxi._tcp",
    "_googlecast._tcp",
    "_netaudio-arc._udp",
    "_home-assistant._tcp",
    "_airport._tcp",
    "_airplay._tcp",
    "_raop._tcp",
    "_http._tcp",
    "_wled._tcp",
    "_rtsp._tcp",
    "_sip._udp",
    "_sip._tcp",
    "_opcua-tcp._tcp",
    "_coap._udp",
    "_mqtt._tcp",
    "_rfb._tcp",
    "_smb._tcp",
    "_https._tcp",
    "_ipps._tcp",
    "_pdl-datastream._tcp",
    "_printer._tcp",
    "_device-info._tcp",
    "_workstation._tcp",
    "_ssh._tcp",
)
"""The types that are asked about, those first whose records say most of the device."""
_ASKED = 4
_STRAY_DATAGRAMS = 3


def _question(name: Name, *kinds: int) -> bytes:
    return dns_codec.query([Question(name, kind) for kind in kinds])


def _of(kind: str) -> Name:
    return dns_codec.name_of(f"{kind}.local")


def _like_instances() -> Say:
    """The two questions about an instance: one label that the device has given itself, and below it one of our types."""
    types = b"|".join(re.escape(dns_codec.encoded(_of(kind))) for kind in TYPES)
    label = b"|".join(
        rb"\x%02x.{%d}" % (size, size) for size in range(1, 64)
    )  # as long as it says: nothing else hides in it
    name = rb"(?:%b)(?:%b)" % (label, types)
    return Say.like(
        "SRV and TXT of an instance",
        rb"\0{5}\x02\0{6}%b\0\x21\x80\x01%b\0\x10\x80\x01" % (name, name),
    )


LIST = _question(SERVICES, PTR)
SAYS = (
    Say.exactly("PTR of all service types", LIST),
    *(Say.exactly(f"PTR of {kind}", _question(_of(kind), PTR)) for kind in TYPES),
    _like_instances(),
)


def probe(target: Target) -> Conversation[Heard]:
    """Ask for the types, then about those that we know."""
    yield Send(LIST)
    heard = [(yield from _answer())]
    known = types_in([dns_codec.parse(heard[0])])
    for kind in [kind for kind in TYPES if kind in known][:_ASKED]:
        try:
            yield from _ask(kind, heard)
        except PeerError:
            continue  # the list alone says something
    facts = service_discovery.read(map(dns_codec.parse, heard))
    if not facts:
        raise ProtocolError("a DNS answer without a service")
    return Heard(facts, b"".join(heard)[:EVIDENCE_LIMIT])


def _ask(kind: str, heard: list[bytes]) -> Conversation[None]:
    """Ask about a type and about its first instance, and add the answers to `heard`; no question for what has been said."""
    if not instances_in(map(dns_codec.parse, heard), kind):
        yield Send(_question(_of(kind), PTR))
        heard.append((yield from _answer()))
    for name in instances_in(map(dns_codec.parse, heard), kind)[:1]:
        if not any(message.of(TXT, name) for message in map(dns_codec.parse, heard)):
            yield Send(_question(name, SRV, TXT))
            heard.append((yield from _answer()))


def _answer() -> Conversation[bytes]:
    """The next answer; a query or an answer without a record is passed over."""
    for _ in range(_STRAY_DATAGRAMS):
        datagram = yield ReadSome(9000)
        message = dns_codec.parse(datagram)
        if message.response and message.records:
            return datagram
    raise ProtocolError("no DNS answer with a record")


def parse(datagram: bytes) -> Heard:
    """The facts of one answer."""
    facts = service_discovery.read([dns_codec.parse(datagram)])
    if not facts:
        raise ProtocolError("a DNS answer without a service")
    return Heard(facts, datagram[:EVIDENCE_LIMIT])
