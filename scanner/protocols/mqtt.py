"""MQTT: does the broker let us in without credentials, and what does it say it is?

MQTT 3.1.1 (OASIS, 2014): CONNECT and CONNACK are sections 3.1 and 3.2. A clean session, a client identifier of our own, no will, nothing published, and one
subscription, to the broker's version: never `#`, for what the devices say to each other is not ours to read.
"""

import secrets
from collections.abc import Iterator

from inventory.errors import PeerError, ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, ReadAll, Safety, Say, Send, Target

NAME = "mqtt"
TRANSPORT = "tcp"
PORTS = (1883, 8883)
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
HARDY = True
FACTS = {
    "mqtt.return_code": "the return code of CONNACK",
    "mqtt.anonymous": "whether it lets us in without credentials",
    "mqtt.broker_version": "what $SYS/broker/version says",
}
_TOPIC = b"$SYS/broker/version"
_CLIENT = b"tocsin"
_CONNECT_HEAD = b"\x10\x1e\x00\x04MQTT\x04\x02\x00\x0a\x00\x12" + _CLIENT
SUBSCRIBE = bytes((0x82, len(_TOPIC) + 5, 0, 1, 0, len(_TOPIC))) + _TOPIC + b"\0"
DISCONNECT = b"\xe0\x00"
SAYS = (
    Say.like("CONNECT without credentials", b"".join(rb"\x%02x" % byte for byte in _CONNECT_HEAD) + rb"[0-9a-f]{12}"),
    Say.exactly("SUBSCRIBE $SYS/broker/version", SUBSCRIBE),
    Say.exactly("DISCONNECT", DISCONNECT),
)
_CONNACK, _PUBLISH, _SUBACK = 0x20, 0x30, 0x90
_WAITS, _WAIT = 6, 0.5
"""Together three seconds: a retained message comes at once, or there is none."""


def connect() -> bytes:
    """CONNECT: protocol level 4, clean session, keep alive for ten seconds, a random client identifier of 18 characters."""
    return _CONNECT_HEAD + secrets.token_hex(6).encode()


def probe(target: Target) -> Conversation[Heard]:
    """Ask to be let in; if we are, ask for the version; leave."""
    yield Send(connect())
    header = yield Read(2)
    if header[0] != _CONNACK or not 2 <= header[1] <= 127:
        raise ProtocolError("not an MQTT CONNACK")
    connack = header + (yield Read(header[1]))
    heard = parse_connack(connack)
    if not heard.facts["mqtt.anonymous"]:
        return heard
    try:
        version = yield from _broker_version()
    except PeerError:
        version = b""  # it has let us in, and that is what counts
    facts = dict(heard.facts)
    if version:
        facts["mqtt.broker_version"] = one_line(version)
    return Heard(facts, (connack + version)[:EVIDENCE_LIMIT])


def parse_connack(packet: bytes) -> Heard:
    """Read a whole CONNACK. A broker that only speaks MQTT 5 says so with a longer one, whose third and fourth bytes mean the same."""
    if len(packet) < 4 or packet[0] != _CONNACK or packet[2] & 0xFE:
        raise ProtocolError("not an MQTT CONNACK")
    facts: dict[str, FactValue] = {"mqtt.return_code": packet[3], "mqtt.anonymous": packet[3] == 0}
    return Heard(facts, packet[:EVIDENCE_LIMIT])


def _broker_version() -> Conversation[bytes]:
    yield Send(SUBSCRIBE)
    stream, version = b"", None
    for _ in range(_WAITS):
        stream += yield ReadAll(1024, quiet=_WAIT)
        version = published_version(stream)
        if version is not None or len(stream) >= 4096:
            break
    yield Send(DISCONNECT)
    return version or b""


def published_version(stream: bytes) -> bytes | None:
    """The payload of the first PUBLISH to our topic; b"" where the subscription was refused, None where nothing has been decided yet."""
    for kind, body in _packets(stream):
        if kind & 0xF0 == _SUBACK and body[2:3] == b"\x80":
            return b""
        if kind & 0xF0 == _PUBLISH and body.startswith(len(_TOPIC).to_bytes(2, "big") + _TOPIC):
            identifier = 2 if kind & 0x06 else 0
            return body[2 + len(_TOPIC) + identifier :]
    return None


def _packets(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """The whole packets of a stream; the remaining length is section 2.2.3's, of at most four bytes."""
    at = 0
    while at < len(stream):
        size, shift, start = 0, 0, at + 1
        while start < len(stream) and shift < 28:
            byte = stream[start]
            size |= (byte & 0x7F) << shift
            start, shift = start + 1, shift + 7
            if not byte & 0x80:
                break
        else:
            return
        if len(stream) - start < size:
            return
        yield stream[at], stream[start : start + size]
        at = start + size
