"""SNMP: who the engine is, which needs no community, and the system group, which is asked for with the site's own community only.

Engine discovery is RFC 3414, section 4: a reportable GET with an empty engine ID, answered by a Report. Engine IDs are read as RFC 3411 says (section 5,
SnmpEngineID). The system group is RFC 3418; the message and the PDU are RFC 1901 and RFC 3416. No GETBULK, no walk, no SET.
What more a community opens is asked by `entity` and `ntcip`, which an answer here invites.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from inventory.errors import ProtocolError, TimedOut
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs import ber
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target
from scanner.mask import masked

NAME = "snmp"
TRANSPORT = "udp"
PORTS = (161,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
FACTS = {
    "snmp.engine_id": "the SNMPv3 engine ID, hexadecimal",
    "snmp.enterprise": "the enterprise number in the engine ID",
    "snmp.engine_mac": "the MAC address in the engine ID",
    "snmp.engine_ip": "the IP address in the engine ID",
    "snmp.engine_text": "the text in the engine ID",
    "snmp.engine_boots": "how often the engine has started",
    "snmp.engine_time": "seconds since the engine started",
    "snmp.sys_descr": "sysDescr.0",
    "snmp.sys_object_id": "sysObjectID.0",
    "snmp.sys_name": "sysName.0",
    "snmp.sys_uptime": "sysUpTime.0, hundredths of a second",
    "snmp.sys_location": "sysLocation.0",
}
V1, V2C, V3 = 0, 1, 3
GET, RESPONSE, REPORT = 0xA0, 0xA2, 0xA8
TIME_TICKS = 0x43
SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYSTEM = {
    SYS_DESCR: "snmp.sys_descr",
    "1.3.6.1.2.1.1.2.0": "snmp.sys_object_id",
    "1.3.6.1.2.1.1.5.0": "snmp.sys_name",
    "1.3.6.1.2.1.1.3.0": "snmp.sys_uptime",
    "1.3.6.1.2.1.1.6.0": "snmp.sys_location",
}
COMMUNITY_LIMIT = 255
BOTH_VERSIONS = rb"\x00\x01"
"""SNMPv1 and v2c, as `like_get` takes them."""
_STRAY_DATAGRAMS = 3


def _escaped(literal: bytes) -> bytes:
    return b"".join(rb"\x%02x" % byte for byte in literal)


_LENGTH = rb"(?:[\x00-\x7f]|\x81[\x80-\xff]|\x82..)"
_ANY_COMMUNITY = b"|".join(
    _escaped(ber.octets(bytes(size))[:-size]) + b".{%d}" % size for size in range(1, COMMUNITY_LIMIT + 1)
)
_NUMBER = rb"\x02\x04[\x40-\x7f]..."


def fresh_number() -> int:
    """A random message or request ID that always takes four bytes, so that requests have one shape."""
    return 0x40000000 | secrets.randbits(30)


def discovery(message_id: int) -> bytes:
    """The SNMPv3 message that asks an engine to name itself: reportable, no authentication, everything else empty."""
    header = ber.sequence(ber.integer(message_id), ber.integer(65507), ber.octets(b"\x04"), ber.integer(3))
    nothing = ber.octets(b"")
    security = ber.octets(ber.sequence(nothing, ber.integer(0), ber.integer(0), nothing, nothing, nothing))
    pdu = ber.element(GET, ber.integer(message_id), ber.integer(0), ber.integer(0), ber.sequence())
    return ber.sequence(ber.integer(V3), header, security, ber.sequence(nothing, nothing, pdu))


def get(version: int, community: str, request_id: int, names: tuple[str, ...] = tuple(SYSTEM)) -> bytes:
    """A GET of `names` (object identifiers, instance included) in SNMPv1 or v2c."""
    variables = (ber.sequence(ber.oid(name), ber.element(ber.NULL)) for name in names)
    pdu = ber.element(GET, ber.integer(request_id), ber.integer(0), ber.integer(0), ber.sequence(*variables))
    return ber.sequence(ber.integer(version), ber.octets(community.encode()), pdu)


def like_get(name: str, versions: bytes, names: tuple[str, ...]) -> Say:
    """What `get` makes, with holes for the lengths, the community and the request ID; no other object fits.

    The community is as long as its own length says: else a SET could hide in it, and the GET behind that would be passed over as a trailer.
    """
    example = get(V2C, "", 0x40000000, names)
    tail = example[example.index(b"\x02\x04\x40\0\0\0") + 6 :]
    head = rb"\x30%s\x02\x01[%s](?:%s)\xa0%s" % (_LENGTH, versions, _ANY_COMMUNITY, _LENGTH)
    return Say.like(name, head + _NUMBER + _escaped(tail))


def _like_discovery() -> Say:
    number = b"\x02\x04\x40\0\0\0"
    return Say.like("engine discovery", _NUMBER.join(_escaped(part) for part in discovery(0x40000000).split(number)))


SAYS = (_like_discovery(), like_get("GET of the system group", BOTH_VERSIONS, tuple(SYSTEM)))
ASK_SYS_DESCR = like_get("GET of sysDescr.0", BOTH_VERSIONS, (SYS_DESCR,))
"""What the login driver sends."""


def probe(target: Target) -> Conversation[Heard]:
    """Discover the engine; then, with the site's community, read the system group. One of the two answers is enough."""
    engine = yield from _discover()
    system = (yield from _read_system(target.community)) if target.community else None
    if engine is None and system is None:
        raise TimedOut
    heard = [part for part in (engine, system) if part is not None]
    facts = {name: value for part in heard for name, value in part.facts.items()}
    return Heard(facts, b"".join(part.evidence for part in heard)[:EVIDENCE_LIMIT])


def _discover() -> Conversation[Heard | None]:
    message_id = fresh_number()
    yield Send(discovery(message_id))
    try:
        for _ in range(_STRAY_DATAGRAMS):
            datagram = yield ReadSome(65535)
            if (heard := parse_report(datagram, message_id)) is not None:
                return heard
    except TimedOut:
        return None
    raise ProtocolError("no answer carried our SNMP message ID")


def _read_system(community: str) -> Conversation[Heard | None]:
    """Ask in v2c and, where that meets silence, in v1: agents from before 1996 speak no other."""
    for version in (V2C, V1):
        response = yield from read(version, community, tuple(SYSTEM))
        if response is not None:
            return _system(response, community)
    return None


def read(version: int, community: str, names: tuple[str, ...]) -> "Conversation[Response | None]":
    """One GET of `names`; None where nobody answers, as an agent does to a community that it does not know."""
    request_id = fresh_number()
    yield Send(get(version, community, request_id, names))
    try:
        return (yield from await_response(request_id))
    except TimedOut:
        return None


def _system(response: "Response", community: str) -> Heard:
    facts: dict[str, FactValue] = {}
    for name, (tag, content) in response.variables.items():
        if name in SYSTEM and (value := as_fact(tag, content, community)) is not None:
            facts[SYSTEM[name]] = value
    return Heard(facts, masked(response.excerpt, community))


def as_fact(tag: int, content: bytes, community: str) -> FactValue | None:
    """A variable's value as a fact; None for the exceptions of RFC 3416 (noSuchObject and the like) and for types that are not asked for."""
    if tag == ber.OCTETS:
        return one_line(masked(content, community))
    if tag == ber.OID:
        return ber.dotted(content)
    if tag == ber.INTEGER:
        return ber.signed(content)
    return ber.unsigned(content) if tag == TIME_TICKS else None


def await_response(request_id: int) -> "Conversation[Response]":
    """Read datagrams until one answers our request; late answers to an earlier one are passed over."""
    for _ in range(_STRAY_DATAGRAMS):
        datagram = yield ReadSome(65535)
        response = parse_response(datagram)
        if response is not None and response.request_id == request_id:
            return response
    raise ProtocolError("no answer carried our SNMP request ID")


@dataclass(frozen=True, slots=True)
class Response:
    """A GetResponse of v1 or v2c. `variables` maps names to (tag, content); `excerpt` is the encoded list of them, which holds no community."""

    request_id: int
    error: int
    variables: Mapping[str, tuple[int, bytes]]
    excerpt: bytes


def parse_response(datagram: bytes) -> Response | None:
    """Read a v1 or v2c message; None where it is SNMP but not a GetResponse (a Report that came late)."""
    message = ber.Cursor(datagram).enter()
    if message.integer() not in (V1, V2C):
        return None
    message.octets()
    tag, content = message.next()
    if tag != RESPONSE:
        return None
    pdu = message.over(content)
    request_id, error, _ = pdu.integer(), pdu.integer(), pdu.integer()
    encoded = pdu.take(ber.SEQUENCE)
    return Response(request_id, error, _variables(pdu.over(encoded)), encoded)


def _variables(bindings: ber.Cursor) -> dict[str, tuple[int, bytes]]:
    found: dict[str, tuple[int, bytes]] = {}
    while not bindings.ended:
        binding = bindings.enter()
        name = ber.dotted(binding.take(ber.OID))
        found[name] = binding.next()
    return found


def parse_report(datagram: bytes, message_id: int) -> Heard | None:
    """Read the answer to a discovery; None where it answers another message."""
    message = ber.Cursor(datagram).enter()
    if message.integer() != V3:
        raise ProtocolError("not SNMPv3")
    if message.enter().integer() != message_id:
        return None
    security = message.over(message.octets()).enter()
    engine_id, boots, time = security.octets(), security.integer(), security.integer()
    facts: dict[str, FactValue] = {"snmp.engine_boots": boots, "snmp.engine_time": time}
    return Heard(facts | _engine(engine_id), datagram[:EVIDENCE_LIMIT])


def _engine(engine_id: bytes) -> dict[str, FactValue]:
    """What an engine ID says of its maker and its address. Devices send shorter and longer ones than the 5 to 32 bytes of RFC 3411: those are only quoted."""
    if not engine_id:
        return {}
    facts: dict[str, FactValue] = {"snmp.engine_id": engine_id[:64].hex()}
    if 5 <= len(engine_id) <= 32:
        facts["snmp.enterprise"] = int.from_bytes(engine_id[:4], "big") & 0x7FFFFFFF
        if engine_id[0] & 0x80:
            facts |= _engine_address(engine_id[4], engine_id[5:])
    return facts


def _engine_address(form: int, content: bytes) -> dict[str, FactValue]:
    if (form, len(content)) in ((1, 4), (2, 16)):
        return {"snmp.engine_ip": str(ip_address(content))}
    if form == 3 and len(content) == 6:
        return {"snmp.engine_mac": content.hex(":")}
    if form == 4 and content:
        return {"snmp.engine_text": one_line(content)}
    return {}
