"""OPC UA: which endpoints a server offers and how they are secured. No session is created and nobody logs in.

OPC 10000-6, section 7.1.2 (HEL, ACK, ERR) and 6.7 (OPN, MSG, CLO); OPC 10000-4, sections 5.4.4 (GetEndpoints) and 5.5 (the secure channel). Discovery needs a
channel of policy None, which every server opens for it; the channel is closed with CLO, because a controller has few of them. FindServers would add nothing:
each endpoint carries the description of its server. BuildInfo needs a session and is asked for by `opcua_build`.
"""

import re
from collections.abc import Iterable, Mapping

from inventory.errors import ProtocolError, TimedOut
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.certificates import read_certificate
from scanner.codecs.der import values
from scanner.codecs.opcua_codec import (
    MESSAGE_LIMIT,
    Description,
    Reader,
    chunk,
    now,
    number,
    read_descriptions,
    request,
    string,
)
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, Safety, Say, Send, Target

NAME = "opcua"
TRANSPORT = "tcp"
PORTS = (4840, 48010, 49320, 53530, 62541)
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
FACTS = {
    "opcua.application_name": "the application's name",
    "opcua.application_uri": "the application's own URI, unique to the installation",
    "opcua.product_uri": "the product's URI",
    "opcua.application_type": "server, client, client and server, or discovery server",
    "opcua.endpoint_urls": "the addresses at which it says it can be reached",
    "opcua.discovery_urls": "the addresses at which it says it can be discovered",
    "opcua.gateway_uri": "the gateway before it",
    "opcua.security": "the security of each endpoint, 'Basic256Sha256/SignAndEncrypt'",
    "opcua.tokens": "how a user may name himself: anonymous, user name, certificate, issued token",
    "opcua.anonymous": "whether an endpoint takes anonymous users",
    "opcua.open": "whether an endpoint takes anonymous users with neither signature nor encryption",
    "opcua.certificate_subject": "whom the server's certificate is made out to, RFC 4514",
    "opcua.certificate_issuer": "its issuer, RFC 4514",
    "opcua.certificate_serial": "its serial number, hexadecimal",
    "opcua.certificate_not_before": "the start of its validity, ISO 8601",
    "opcua.certificate_not_after": "the end of its validity, ISO 8601",
    "opcua.certificate_key_type": "the kind of its key: rsa, ec, …",
    "opcua.certificate_key_bits": "the size of its key",
    "opcua.certificate_curve": "the curve of an ec key: 'secp256r1', …",
    "opcua.certificate_exponent": "the public exponent of an rsa key",
    "opcua.certificate_modulus": "the modulus of an rsa key, hexadecimal",
    "opcua.certificate_signature_hash": "the hash it is signed with: sha1, sha256, …",
    "opcua.certificate_self_signed": "whether it is signed with its own key",
    "opcua.certificate_is_ca": "whether it says that it is an authority's",
    "opcua.certificate_key_usage": "what its key may be used for, RFC 5280 section 4.2.1.3",
    "opcua.certificate_extended_key_usage": "its purposes: 'serverAuth', …",
    "opcua.certificate_sans": "its alternative names, the application's URI among them",
    "opcua.certificate_ocsp_responder": "where its issuer tells whether it was revoked (OCSP), if it names such a place",
    "opcua.certificate_sha1": "SHA-1 of its DER, the thumbprint by which clients trust it",
    "opcua.certificate_sha256": "SHA-256 of its DER",
    "opcua.certificate_spki_sha256": "SHA-256 of its public key (SubjectPublicKeyInfo)",
    "opcua.certificate_error": "what of it could not be read, and why",
    "opcua.error": "the status with which it refused, '0x80550000'",
}
_TYPES = ("server", "client", "client and server", "discovery server")
_MODES = {1: "None", 2: "Sign", 3: "SignAndEncrypt"}
_TOKENS = ("anonymous", "user name", "certificate", "issued token")
_POLICIES = b"http://opcfoundation.org/UA/SecurityPolicy#"
_BUFFER = 65_536
_CHUNKS = 32
_SHOWN = 16
# Types of messages: the numbers of their binary encodings (OPC 10000-6, annex A).
_OPEN, _OPENED, _GET_ENDPOINTS, _ENDPOINTS, _CLOSE, _FAULT = 446, 449, 428, 431, 452, 397


def hello(url: str) -> bytes:
    """HEL: version 0, chunks of at most 64 KiB, a message of at most MESSAGE_LIMIT bytes."""
    limits = b"".join(map(number, (0, _BUFFER, _BUFFER, MESSAGE_LIMIT, _CHUNKS)))
    return chunk(b"HELF", limits + string(url))


def get_endpoints(channel: bytes, token: bytes, url: str, when: bytes) -> bytes:
    """GetEndpoints for the address that we came by; all locales, all profiles."""
    body = request(_GET_ENDPOINTS, when, string(url), string(None), string(None))
    return chunk(b"MSGF", channel + token + number(2) + number(2) + body)


def close_channel(channel: bytes, token: bytes, when: bytes, sequence: int = 3) -> bytes:
    """CloseSecureChannel; the server answers by closing the connection."""
    return chunk(b"CLOF", channel + token + number(sequence) * 2 + request(_CLOSE, when))


def open_secured(when: bytes) -> bytes:
    """OpenSecureChannel: issue, mode None, no nonce, for one minute."""
    security = number(0) + string(_POLICIES.decode() + "None") + string(None) * 2 + number(1) * 2
    return chunk(
        b"OPNF", security + request(_OPEN, when, number(0), number(0), number(1), string(None), number(60_000))
    )


def like(name: str, example: bytes, holes: Mapping[bytes, bytes]) -> Say:
    """The example with its length left open, and with a pattern in place of each literal of `holes`."""
    pattern = _hex(example[:4]) + rb".{4}" + _hex(example[8:])
    for literal, hole in holes.items():
        pattern = pattern.replace(_hex(literal), hole)
    return Say.like(name, pattern)


def _hex(literal: bytes) -> bytes:
    return b"".join(rb"\x%02x" % byte for byte in literal)


URL, CHANNEL, TOKEN, WHEN = (
    "opc.tcp://x:1",
    b"\xc1\xc2\xc3\xc4",
    b"\xd1\xd2\xd3\xd4",
    b"\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8",
)
"""What stands in an example for the address, the channel, its token and the time."""
HOLES = {
    string(URL): rb".{4}opc\.tcp://[\x21-\x7e]{1,255}:[0-9]{1,5}",
    CHANNEL: rb".{4}",
    TOKEN: rb".{4}",
    WHEN: rb".{8}",
}
SAY_HELLO = like("hello", hello(URL), HOLES)
SAY_OPEN = like("open secure channel, policy None", open_secured(WHEN), HOLES)
SAYS = (
    SAY_HELLO,
    SAY_OPEN,
    like("get endpoints", get_endpoints(CHANNEL, TOKEN, URL, WHEN), HOLES),
    like("close secure channel", close_channel(CHANNEL, TOKEN, WHEN), HOLES),
)


class Refused(ProtocolError):
    """The server speaks OPC UA and says no; `status` is its reason."""

    def __init__(self, status: int) -> None:
        super().__init__(f"OPC UA status {status:#010x}")
        self.status = status


def probe(target: Target) -> Conversation[Heard]:
    """Say hello, open a channel, ask for the endpoints, close the channel. A refusal proves the protocol too."""
    url = address(target)
    try:
        channel, token = yield from open_channel(url)
        try:
            yield Send(get_endpoints(channel, token, url, now()))
            _, body = yield from message()
        except (ProtocolError, TimedOut):
            yield Send(close_channel(channel, token, now()))
            raise
        yield Send(close_channel(channel, token, now()))
        return parse(body)
    except Refused as refusal:
        return Heard({"opcua.error": f"{refusal.status:#010x}"}, number(refusal.status))


def address(target: Target) -> str:
    """The address that we came by, as OPC UA writes it."""
    host = target.host if re.fullmatch(r"[\x21-\x7e]{1,255}", target.host) else target.endpoint.address
    return f"opc.tcp://{host}:{target.endpoint.port}"


def open_channel(url: str) -> Conversation[tuple[bytes, bytes]]:
    """Say hello and open a channel: its number and its token."""
    yield Send(hello(url))
    kind, _ = yield from message()
    if kind != b"ACK":
        raise ProtocolError("OPC UA without an acknowledgement")
    yield Send(open_secured(now()))
    _, body = yield from message()
    return opened(body)


def message() -> Conversation[tuple[bytes, bytes]]:
    """One message, of as many chunks as it takes: its type and its body from the security header on."""
    body = b""
    for _ in range(_CHUNKS):
        head = yield Read(8)
        size = chunk_size(head)
        piece = yield Read(size - 8)
        kind = head[:3]
        if kind == b"ERR":
            raise Refused(Reader(piece).number())
        if head[3:4] == b"A":
            raise Refused(Reader(_after_sequence(piece)).number())
        # Of the chunks after the first the headers are left away (OPC 10000-6, section 6.7.3).
        body += _after_sequence(piece) if body else piece
        if len(body) > MESSAGE_LIMIT:
            raise ProtocolError("an OPC UA message of more than 128 KiB")
        if head[3:4] == b"F":
            return kind, body
    raise ProtocolError(f"an OPC UA message of more than {_CHUNKS} chunks")


def chunk_size(head: bytes) -> int:
    """The size of a chunk, its eight bytes of header included."""
    size = int.from_bytes(head[4:8], "little")
    kinds = (b"ACKF", b"ERRF", b"OPNF", b"MSGF", b"MSGC", b"MSGA")
    if head[:4] not in kinds or not 8 < size <= _BUFFER:
        raise ProtocolError("not a chunk of OPC UA")
    return size


def _after_sequence(piece: bytes) -> bytes:
    """What follows channel, token, sequence number and request of a MSG chunk."""
    if len(piece) < 16:
        raise ProtocolError("a chunk of OPC UA that ends in its headers")
    return piece[16:]


def opened(body: bytes) -> tuple[bytes, bytes]:
    """The channel and the token of an OpenSecureChannelResponse, as they are sent back."""
    reader = Reader(body)
    channel = reader.take(4)
    for _ in range(3):
        reader.octets()
    reader.take(8)
    expect(reader, _OPENED)
    reader.number()
    reader.take(4)
    return channel, reader.take(4)


def expect(reader: Reader, kind: int) -> None:
    """The type and the header of a response; raises `Refused` for a fault or a bad result."""
    found = reader.node()
    result = reader.response_header() if found in (kind, _FAULT) else 0
    if found == _FAULT or result & 0x80000000:
        raise Refused(result)
    if found != kind:
        raise ProtocolError(f"OPC UA message {found} in place of {kind}")


def parse(body: bytes) -> Heard:
    """Read a GetEndpointsResponse, from the channel's number on."""
    reader = Reader(body)
    reader.take(16)
    expect(reader, _ENDPOINTS)
    return Heard(_facts(read_descriptions(reader)), body[16:][:EVIDENCE_LIMIT])


def _facts(endpoints: tuple[Description, ...]) -> dict[str, FactValue]:
    if not endpoints:
        return {}
    first = endpoints[0]
    facts: dict[str, FactValue] = {
        "opcua.security": _unique(_security(e) for e in endpoints),
        "opcua.tokens": _unique(_named(_TOKENS, t.kind) for e in endpoints for t in e.tokens),
        "opcua.anonymous": any(t.kind == 0 for e in endpoints for t in e.tokens),
        "opcua.open": any(e.mode == 1 and t.kind == 0 for e in endpoints for t in e.tokens),
        "opcua.application_type": _named(_TYPES, first.application_type),
        "opcua.endpoint_urls": _unique(one_line(e.url) for e in endpoints),
        "opcua.discovery_urls": _unique(one_line(url) for url in first.discovery_urls),
    }
    texts = {
        "opcua.application_name": first.application_name,
        "opcua.application_uri": first.application_uri,
        "opcua.product_uri": first.product_uri,
        "opcua.gateway_uri": first.gateway_uri,
    }
    facts |= {name: one_line(text) for name, text in texts.items() if text}
    return facts | _certificate(next((e.certificate for e in endpoints if e.certificate), b""))


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))[:_SHOWN]


def _named(names: tuple[str, ...], value: int) -> str:
    return names[value] if value < len(names) else f"type {value}"


def _security(endpoint: Description) -> str:
    policy = one_line(endpoint.policy.removeprefix(_POLICIES), 80)
    return f"{policy or 'none named'}/{_MODES.get(endpoint.mode, f'mode {endpoint.mode}')}"


def _certificate(chain: bytes) -> dict[str, FactValue]:
    """What the first certificate of a chain says; the chain is the certificates' DER one after the other (OPC 10000-6, section 6.2.6)."""
    if not chain:
        return {}
    leaf = next((der for _, _, der in values(chain)), chain)
    return {_certificate_fact(name): value for name, value in read_certificate(leaf).items()}


def _certificate_fact(name: str) -> str:
    """The name here of a fact of a certificate: 'tls.subject' is 'opcua.certificate_subject', 'tls.certificate_error' 'opcua.certificate_error'."""
    return f"opcua.certificate_{name.removeprefix('tls.').removeprefix('certificate_')}"
