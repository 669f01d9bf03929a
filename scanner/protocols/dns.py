"""DNS: does it look names up for whoever asks, and with what software? Two small questions, of which no answer can be large.

RFC 1035, section 4.1. The first asks for an address below "invalid", a name that never exists and that resolvers are to answer for themselves (RFC 6761,
section 6.4), so that nothing is fetched on our account; only an old forwarder passes it on. It bids for recursion, for some resolvers turn away every
question that does not (unbound, REFUSED). The question is so long that even the longest answer without EDNS, 512 bytes, is less than ten times its length:
nobody is asked for the records of a zone or of the root. Who answers at all is then asked for its version (a TXT of version.bind in the class CH): one
string, 255 bytes at most.
"""

from inventory.errors import PeerError, ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs import dns_codec
from scanner.codecs.dns_codec import TXT, encoded, name_of
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target

NAME = "dns"
TRANSPORT = "udp"
PORTS = (53,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
_LIMIT = 4096
_A, _INTERNET, _CHAOS = 1, 1, 3
_NUMBERS = (0x7063, 0x7064)
_RECURSION_DESIRED, _RECURSION_AVAILABLE = 0x0100, 0x0080


def _question(number: int, flags: int, name: str, kind: int, space: int) -> bytes:
    head = (number, flags, 1, 0, 0, 0)
    asked = encoded(name_of(name)) + kind.to_bytes(2, "big") + space.to_bytes(2, "big")
    return b"".join(part.to_bytes(2, "big") for part in head) + asked


REQUEST = _question(_NUMBERS[0], _RECURSION_DESIRED, "tocsin-asks-whom-you-look-names-up-for.invalid", _A, _INTERNET)
VERSION = _question(_NUMBERS[1], 0, "version.bind", TXT, _CHAOS)
SAYS = (Say.exactly("address of a name that never exists", REQUEST), Say.exactly("version.bind", VERSION))
FACTS = {
    "dns.recursive": "whether it looked the name up for us: it offers recursion, and did not refuse",
    "dns.code": "its answer in a word of RFC 1035: 'NXDOMAIN', 'REFUSED'",
    "dns.version": "the software's own name and version, 'dnsmasq-2.90'",
}
_CODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
_LOOKED_UP = frozenset((0, 2, 3))
"""Answers of who tried: SERVFAIL says that it did in vain."""


def probe(target: Target) -> Conversation[Heard]:
    """Ask for the name, and who answers for its version."""
    yield Send(REQUEST)
    first = yield ReadSome(_LIMIT)
    facts = parse(first)
    try:
        yield Send(VERSION)
        second = yield ReadSome(_LIMIT)
        version = version_in(second)
    except PeerError:  # it need not say that
        return Heard(facts, first[:EVIDENCE_LIMIT])
    return Heard(facts | ({"dns.version": version} if version else {}), (first + second)[:EVIDENCE_LIMIT])


def parse(datagram: bytes) -> dict[str, FactValue]:
    """What the first answer says."""
    message = _answer(datagram, _NUMBERS[0])
    offered = bool(int.from_bytes(datagram[2:4], "big") & _RECURSION_AVAILABLE)
    code = _CODES.get(message.code, f"code {message.code}")
    return {"dns.recursive": offered and message.code in _LOOKED_UP, "dns.code": code}


def version_in(datagram: bytes) -> str:
    """The version in the second answer, "" where it holds none."""
    records = _answer(datagram, _NUMBERS[1]).of(TXT)
    return one_line(b" ".join(records[0].strings), 200) if records else ""


def _answer(datagram: bytes, number: int) -> dns_codec.Message:
    message = dns_codec.parse(datagram)
    if not message.response or message.identifier != number or message.operation:
        raise ProtocolError("not an answer to our DNS question")
    return message
