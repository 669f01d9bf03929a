"""Ending a handshake of TLS 1.3 (RFC 8446, section 2): what the server says under encryption, up to its first session ticket.

The client's Finished and its close_notify go together. A server sends its tickets as soon as it has the one, and hears from the other that nothing follows: so
one that gives none is not waited for, because it closes.
"""

import hmac

from inventory.errors import PeerClosed, PeerError, ProtocolError
from scanner.codecs import tls_codec
from scanner.codecs.tls_codec import TLS13, ServerHello, vector
from scanner.codecs.tls_hello import ALPN, HEARTBEAT, KEY_SHARE, STATUS_REQUEST, Hello
from scanner.codecs.tls_keys import PROTECTIONS, Direction, Protection, application_secrets, finished, handshake_secrets
from scanner.codecs.tls_session import (
    COOKIE,
    FINISHED,
    NO_CERTIFICATE_13,
    PSK_MODES,
    Flight13,
    Session,
    Ticket,
    is_whole,
    message,
    message_hash,
    parse_flight,
    parse_ticket_13,
    split_records,
)
from scanner.codecs.tls_shares import GROUPS, X25519, Draw, Share
from scanner.conversation import Conversation, ReadSome, Send
from scanner.tls.asking import Asker, close, read_flight, read_record
from scanner.tls.refusal import Beyond, Refused

PROTOCOLS = vector(2, vector(1, b"h2") + vector(1, b"http/1.1"))
STATUS = b"\x01" + vector(2, b"") + vector(2, b"")  # OCSP, of any responder (RFC 6066, section 8)
_RESUMING = b"\x01\x01"  # by psk_dhe_ke: whoever does not say how it would is given no ticket (RFC 8446, section 4.2.9)
_QUIETLY = b"\x02"  # heartbeats: none are to be sent to us (RFC 6520, section 2)
_CLOSE = bytes((tls_codec.WARNING, tls_codec.CLOSE_NOTIFY))
_COOKIE_LIMIT = 512
_RECORDS_LIMIT = 64
_LATE_READS, _LATE_BYTES, _LATE_SECONDS = 8, 4096, 1.0


def finish_13(asker: Asker, draw: Draw, *, alpn: bool) -> Conversation[Session]:
    """Shake hands to the end."""
    shaking = _Hands(asker.target.name, draw, alpn=alpn)
    yield from asker.open()
    picked = yield from _agree(asker, shaking)
    protection = PROTECTIONS.get(picked.suite)
    if protection is None:
        yield from close(TLS13)
        raise Beyond(f"it picked the suite 0x{picked.code}, which is not known here")
    return (yield from _inside(shaking, protection, picked))


class _Hands:
    """The client's side up to the ServerHello: its hello, its key, and the transcript."""

    def __init__(self, name: str, draw: Draw, *, alpn: bool) -> None:
        self._name = name
        self._draw = draw
        self._random = draw(32)
        self._alpn = alpn
        self.share = Share.drawn(X25519, draw)
        self.transcript = b""
        self._cookie: tuple[tuple[int, bytes], ...] = ()

    def hello(self) -> bytes:
        """The record of the ClientHello."""
        extensions: tuple[tuple[int, bytes], ...] = (
            (PSK_MODES, _RESUMING),
            (STATUS_REQUEST, STATUS),
            (HEARTBEAT, _QUIETLY),
            *self._cookie,
        )
        record = Hello(
            TLS13,
            tuple(f"{suite:04x}" for suite in PROTECTIONS),
            groups=tuple(GROUPS),
            extensions=(*extensions, (ALPN, PROTOCOLS)) if self._alpn else extensions,
            shares=(self.share.group,),
            keys=((self.share.group, self.share.public),),
        ).record(self._random, self._name)
        self.transcript += record[5:]
        return record

    def retry(self, picked: ServerHello, said: bytes) -> None:
        """Do as a HelloRetryRequest asks (section 4.1.4)."""
        protection = PROTECTIONS.get(picked.suite)
        if protection is None:
            raise Beyond(f"it picked the suite 0x{picked.code}, which is not known here")
        wanted, cookie = picked.extensions.get(KEY_SHARE, b""), picked.extensions.get(COOKIE, b"")
        group = int.from_bytes(wanted, "big") if wanted else self.share.group
        if group not in GROUPS or len(cookie) > _COOKIE_LIMIT:
            raise Beyond(f"it wants a key of the group 0x{group:04x}, which is not known here")
        if wanted and group == self.share.group:
            raise ProtocolError("a HelloRetryRequest for the key that it was sent")
        if wanted:
            self.share = Share.drawn(group, self._draw)
        self._cookie = ((COOKIE, cookie),) if cookie else ()
        self.transcript = message_hash(protection.hashed(self.transcript)) + said


def _agree(asker: Asker, shaking: _Hands) -> Conversation[ServerHello]:
    """Say hello, and again if the server asks for another key."""
    yield Send(shaking.hello())
    picked, said = yield from _server_hello()
    if picked.retry:
        try:
            shaking.retry(picked, said)
        except ProtocolError:
            yield from close(TLS13)
            raise
        asker.again += 1
        yield Send(shaking.hello())
        again, said = yield from _server_hello()
        if again.retry or again.suite != picked.suite:
            yield from close(TLS13)
            raise ProtocolError("a HelloRetryRequest after another")
        picked = again
    shaking.transcript += said
    return picked


def _server_hello() -> Conversation[tuple[ServerHello, bytes]]:
    """What was picked, and the message that says so."""
    flight = yield from read_flight(TLS13)
    if flight.picked is None:
        raise Refused(flight.alert)
    if flight.picked.version != TLS13.code:
        yield from close(TLS13)
        raise ProtocolError(f"it picked another version: 0x{flight.picked.version:04x}")
    return flight.picked, message(tls_codec.SERVER_HELLO, flight.messages[tls_codec.SERVER_HELLO])


def _inside(shaking: _Hands, protection: Protection, picked: ServerHello) -> Conversation[Session]:
    key = picked.extensions.get(KEY_SHARE, b"")
    try:
        if key[:2] != shaking.share.group.to_bytes(2, "big") or len(key) < 4:
            raise ProtocolError("a ServerHello without the key that goes with ours")
        shared = shaking.share.agree(key[4 : 4 + int.from_bytes(key[2:4], "big")])
    except ProtocolError:
        yield from close(TLS13)
        raise
    secrets = handshake_secrets(protection, shared, shaking.transcript)
    ours = Direction(protection, secrets.client)
    try:
        flight = yield from _flight(Direction(protection, secrets.server))
        expected = finished(protection, secrets.server, shaking.transcript + flight.signed)
        if not hmac.compare_digest(expected, flight.verify_data):
            raise ProtocolError("its Finished does not fit the handshake")
    except PeerError:
        yield from _send(ours.seal(tls_codec.ALERT, _CLOSE))
        raise
    transcript = shaking.transcript + flight.raw
    last = NO_CERTIFICATE_13 if flight.requests_certificate else b""
    last += message(FINISHED, finished(protection, secrets.client, transcript + last))
    after = application_secrets(protection, secrets, transcript)
    goodbye = Direction(protection, after.client).seal(tls_codec.ALERT, _CLOSE)
    yield from _send(ours.seal(tls_codec.HANDSHAKE, last) + goodbye)
    ticket, heard_out = yield from _ticket(Direction(protection, after.server))
    return _session(flight, shaking.share.group, ticket, heard_out=heard_out)


def _session(flight: Flight13, group: int, ticket: Ticket | None, *, heard_out: bool) -> Session:
    known = ticket is not None or (heard_out and not flight.requests_certificate)  # without one it may just have ended
    return Session(
        flight.chain,
        alpn=flight.alpn,
        tickets=(ticket is not None) if known else None,
        ticket=ticket,
        early_data=bool(ticket and ticket.early_data) if known else None,
        client_certificate=flight.requests_certificate,
        stapled=flight.stapled,
        heartbeat=flight.heartbeat,
        group=GROUPS[group],
        signature_scheme=flight.scheme,
    )


def _send(data: bytes) -> Conversation[None]:
    """Send to one who may have gone already."""
    try:
        yield Send(data)
    except PeerError:
        return


def _flight(theirs: Direction) -> Conversation[Flight13]:
    """The server's messages up to its Finished."""
    handshake = b""
    for _ in range(_RECORDS_LIMIT):
        kind, payload, record = yield from read_record()
        if kind == tls_codec.CHANGE_CIPHER_SPEC and payload == b"\x01":
            continue  # for the sake of middleboxes, appendix D.4
        sealed = kind == tls_codec.APPLICATION_DATA
        if sealed:
            kind, payload = theirs.open(record)
        if kind == tls_codec.ALERT:
            raise Refused(payload[1] if len(payload) > 1 else None)
        if kind != tls_codec.HANDSHAKE or not sealed:
            raise ProtocolError(f"a TLS record of type {kind} in the encrypted part of a handshake")
        handshake += payload
        if is_whole(handshake):
            return parse_flight(handshake)
    raise ProtocolError("TLS records without end")


def _ticket(theirs: Direction) -> Conversation[tuple[Ticket | None, bool]]:
    """The first session ticket; None where none comes, then also whether the server was heard to its end."""
    heard = handshake = b""
    for _ in range(_LATE_READS):
        try:
            heard += yield ReadSome(_LATE_BYTES, wait=_LATE_SECONDS)
            records, heard = split_records(heard)
            for record in records:
                kind, payload = theirs.open(record)
                if kind != tls_codec.HANDSHAKE:
                    return (
                        None,
                        kind == tls_codec.ALERT and payload == _CLOSE,
                    )  # what else it is says nothing of tickets
                handshake += payload
                first = next(tls_codec.messages(handshake), None)
                if first is not None:
                    given = first[0] == tls_codec.NEW_SESSION_TICKET
                    return (parse_ticket_13(first[1]) if given else None), given
        except PeerError as error:
            return None, isinstance(error, PeerClosed) and not heard + handshake
    return None, False
