"""Ending a handshake of TLS 1.0 to 1.2 (RFC 5246, section 7.3), for what the server says of session tickets after it (RFC 5077)."""

import hmac
from dataclasses import dataclass

from inventory.errors import PeerError, ProtocolError
from scanner.codecs import tls_codec
from scanner.codecs.tls_codec import TLS12, Version, messages, vector
from scanner.codecs.tls_hello import (
    ALPN,
    EXTENDED_MASTER_SECRET,
    RENEGOTIATION_SCSV,
    STATUS_REQUEST,
    TICKET,
    Hello,
)
from scanner.codecs.tls_old_keys import OLD_SUITES, Derivation, OldDirection, directions, offered
from scanner.codecs.tls_session import (
    CLIENT_KEY_EXCHANGE,
    FINISHED,
    NO_CERTIFICATE,
    Session,
    Ticket,
    alpn_of,
    message,
    parse_ticket,
    scheme_name,
    split_records,
)
from scanner.codecs.tls_shares import GROUPS, Draw, Share, seal_for
from scanner.conversation import Conversation, Send
from scanner.tls.asking import Asker, Flight, close, read_flight, read_record
from scanner.tls.inside13 import PROTOCOLS, STATUS
from scanner.tls.refusal import Beyond, Refused

_RECORDS_LIMIT = 16
_HELLO_REQUEST, _NAMED_CURVE = 0, 3
_CLOSE = bytes((tls_codec.WARNING, tls_codec.CLOSE_NOTIFY))


def finish_12(asker: Asker, version: Version, draw: Draw, *, alpn: bool) -> Conversation[Session]:
    """Shake hands to the end, or as far as a server goes that was given no certificate."""
    extensions = ((TICKET, b""), (EXTENDED_MASTER_SECRET, b""), (STATUS_REQUEST, STATUS))
    hello = Hello(
        version,
        (*offered(version), RENEGOTIATION_SCSV),
        groups=tuple(GROUPS),
        extensions=(*extensions, (ALPN, PROTOCOLS)) if alpn else extensions,
    )
    random = draw(32)
    yield from asker.open()
    record = hello.record(random, asker.target.name)
    yield Send(record)
    flight = yield from read_flight(version)
    try:
        ending = _ending(version, random, record, flight, draw)
    except ProtocolError:
        yield from close(version)
        raise
    try:
        yield Send(ending.sent)
        ticket, ended = yield from _last_words(ending)
    except ProtocolError:
        raise
    except PeerError:
        ticket, ended = None, False  # it hangs up on whoever has no certificate
    return _session(flight, ending, ticket, ended=ended)


@dataclass(frozen=True, slots=True)
class _Ending:
    """What ends the handshake: the bytes to send, and what the server's own end is read and judged by."""

    sent: bytes
    version: Version
    group: str
    scheme: str
    derivation: Derivation
    master: bytes
    transcript: bytes
    theirs: OldDirection


def _ending(version: Version, random: bytes, hello: bytes, flight: Flight, draw: Draw) -> _Ending:
    """The client's last flight; `ProtocolError` where the server's does not allow for one."""
    if flight.picked is None:
        raise Refused(flight.alert)
    suite = OLD_SUITES.get(flight.picked.code)
    if flight.picked.version != version.code:
        raise ProtocolError(f"it picked another version: 0x{flight.picked.version:04x}")
    if suite is None:
        raise Beyond(f"it picked the suite 0x{flight.picked.code}, which was not offered")
    if tls_codec.SERVER_HELLO_DONE not in flight.messages:
        raise ProtocolError("a TLS handshake that ends early")
    exchange = _exchange_curve if suite.ephemeral else _exchange_rsa
    premaster, body, group, scheme = exchange(version, flight, draw)
    transcript = hello[5:] + _said(flight.raw)
    first = NO_CERTIFICATE if tls_codec.CERTIFICATE_REQUEST in flight.messages else b""
    second = message(CLIENT_KEY_EXCHANGE, body)
    transcript += first + second
    derivation = Derivation(version, suite)
    randoms = random + flight.picked.random
    extended = EXTENDED_MASTER_SECRET in flight.picked.extensions
    master = derivation.master(premaster, randoms, transcript, extended=extended)
    ours, theirs = directions(derivation, master, randoms, draw)
    last = message(FINISHED, derivation.finished(master, b"client", transcript))
    sent = b"".join(_record(tls_codec.HANDSHAKE, version, each) for each in (first, second) if each)
    sent += _record(tls_codec.CHANGE_CIPHER_SPEC, version, b"\x01") + ours.seal(tls_codec.HANDSHAKE, last)
    sent += ours.seal(tls_codec.ALERT, _CLOSE)
    return _Ending(sent, version, group, scheme, derivation, master, transcript + last, theirs)


def _record(kind: int, version: Version, payload: bytes) -> bytes:
    return bytes((kind,)) + version.code.to_bytes(2, "big") + vector(2, payload)


def _said(raw: bytes) -> bytes:
    """The handshake messages of a flight as they go into the transcript: a HelloRequest does not (RFC 5246, section 7.4.1.1)."""
    records, _ = split_records(raw)
    handshake = b"".join(record[5:] for record in records if record[0] == tls_codec.HANDSHAKE)
    return b"".join(message(kind, body) for kind, body in messages(handshake) if kind != _HELLO_REQUEST)


def _exchange_curve(version: Version, flight: Flight, draw: Draw) -> tuple[bytes, bytes, str, str]:
    """Secret, ClientKeyExchange, group and signature scheme of an ECDHE suite (RFC 8422, sections 5.4 and 5.7)."""
    body = flight.messages.get(tls_codec.SERVER_KEY_EXCHANGE, b"")
    if len(body) < 5 or body[0] != _NAMED_CURVE:
        raise ProtocolError("a ServerKeyExchange without a named curve")
    group, end = int.from_bytes(body[1:3], "big"), 4 + body[3]
    if group not in GROUPS:
        raise Beyond(f"it wants a key of the group 0x{group:04x}, which was not offered")
    share = Share.drawn(group, draw)
    scheme = scheme_name(body[end:]) if version is TLS12 else ""  # before, the kind of the key alone decides
    return share.agree(body[4:end]), vector(1, share.public), GROUPS[group], scheme


def _exchange_rsa(version: Version, flight: Flight, draw: Draw) -> tuple[bytes, bytes, str, str]:
    """The same of an RSA suite (RFC 5246, section 7.4.7.1)."""
    if not flight.chain:
        raise ProtocolError("an RSA key exchange without a certificate")
    premaster = version.code.to_bytes(2, "big") + draw(46)
    return premaster, vector(2, seal_for(flight.chain[0], premaster, draw)), "", ""


def _last_words(ending: _Ending) -> Conversation[tuple[Ticket | None, bool]]:
    """The ticket that comes with the server's end of the handshake, and whether that end came; `ProtocolError` where it is not the right one."""
    handshake, sealed, ticket = b"", False, None
    for _ in range(_RECORDS_LIMIT):
        kind, payload, record = yield from read_record()
        if sealed:
            kind, payload = ending.theirs.open(record)
        if kind == tls_codec.CHANGE_CIPHER_SPEC:
            sealed = True
            continue
        if kind != tls_codec.HANDSHAKE:
            return ticket, False  # an alert: without a certificate it does not go on
        handshake += payload
        before = b""
        for each, body in messages(handshake):
            if each == tls_codec.NEW_SESSION_TICKET:
                ticket = parse_ticket(body)
            elif each == FINISHED and sealed:
                expected = ending.derivation.finished(ending.master, b"server", ending.transcript + before)
                if not hmac.compare_digest(expected, body):
                    raise ProtocolError("its Finished does not fit the handshake")
                return ticket, True
            before += message(each, body)
    raise ProtocolError("TLS records without end")


def _session(flight: Flight, ending: _Ending, ticket: Ticket | None, *, ended: bool) -> Session:
    picked = flight.picked
    extensions = picked.extensions if picked else {}
    return Session(
        flight.chain,
        alpn=alpn_of(extensions),
        tickets=(ticket is not None) if ended or ticket else None,
        ticket=ticket,
        client_certificate=tls_codec.CERTIFICATE_REQUEST in flight.messages,
        stapled=tls_codec.CERTIFICATE_STATUS in flight.messages,
        group=ending.group,
        signature_scheme=ending.scheme,
        finished=ended,
    )
