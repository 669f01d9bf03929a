"""mDNS: names and services that devices announce or answer with (RFC 6762, services by RFC 6763)."""

from collections.abc import Iterator

from inventory.errors import ProtocolError
from scanner.codecs import dns_codec, service_discovery
from scanner.codecs.packet import Frame
from scanner.passive.sighting import Sighting

NAME = "mdns-heard"
HEARS = (("udp", 5353),)
ASKED = "mdns"
FACTS = service_discovery.FACTS


def read(frame: Frame) -> Iterator[Sighting]:
    """The sender of a response: RFC 6762, section 6, has each answer for itself."""
    if not frame.address:
        raise ProtocolError("mDNS of nobody")
    message = dns_codec.parse(frame.payload)
    if not message.response:
        raise ProtocolError("no response")
    facts = service_discovery.read([message])
    addressed = (r.name for r in message.records if r.kind in (dns_codec.A, dns_codec.AAAA))
    host = next(addressed, ())
    if host:
        facts.setdefault("mdns.hostname", dns_codec.text_of(host))
    if not facts:
        raise ProtocolError("mDNS that says nothing")
    mac = frame.mac if frame.is_from_this_link else ""
    yield Sighting(facts, frame.address, mac, port=5353)
