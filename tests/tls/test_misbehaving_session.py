"""Servers of TLS 1.3 that do not behave: they know the keys, because the client's are known; and what the endpoint's conversation makes of them."""

import hashlib
from itertools import repeat

import pytest

from inventory.errors import PeerClosed, ProtocolError, TimedOut
from inventory.model import Endpoint, FactValue
from scanner.codecs.tls_codec import TLS13, vector
from scanner.codecs.tls_keys import PROTECTIONS, Direction, application_secrets, finished, handshake_secrets
from scanner.codecs.tls_session import message
from scanner.codecs.tls_shares import X25519, Share
from scanner.conversation import Read, ReadSome, Reconnect, Send, StartTLS, Target
from scanner.protocols import tls
from scanner.tls.asking import Asker
from scanner.tls.finishing import FINISHING
from scanner.tls.refusal import Beyond
from scanner.tls.session import finish, inside, look_inside
from tests.holding import hold_with

TARGET = Target(Endpoint("192.0.2.1", 443))
REFUSED_ALPN = bytes.fromhex("15 0303 0002 02 78")  # fatal no_application_protocol, RFC 7301 section 3.2
FAILED = bytes.fromhex("15 0303 0002 02 28")


def counting(size: int) -> bytes:
    return bytes(range(size))


def allowed(sent: list[bytes]) -> bool:
    return bool(sent) and all(any(say.allows(request) for say in tls.SAYS) for request in sent)


PROTECTION = PROTECTIONS[0x1301]
EXTENSIONS = message(8, b"\0\0")
VERIFY = message(15, b"\x04\x03\0\0")
RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")  # RFC 8446, 4.1.3


def listed(*ders: bytes) -> bytes:
    """A Certificate message, RFC 8446 section 4.4.2."""
    return message(11, b"\0" + vector(3, b"".join(vector(3, der) + b"\0\0" for der in ders)))


def hello_of(extensions: bytes, suite: int = 0x1301, random: bytes = bytes(32)) -> bytes:
    body = b"\x03\x03" + random + b"\0" + suite.to_bytes(2, "big") + b"\0"
    return message(2, body + vector(2, b"\0\x2b\0\2\3\4" + extensions))


def plain(handshake: bytes) -> bytes:
    return b"\x16\x03\x03" + vector(2, handshake)


class Misbehaving:
    """A server of TLS 1.3 that says `flight` before its Finished, which is `finish` (None: the right one), and then `late`, sealed one by one, without end
    where that is an endless iterator."""

    def __init__(self, flight, *, finish=None, late=(), first=None, split=16000, aside=b""):
        self._key = Share.drawn(X25519, lambda size: bytes((9,)) * size)
        self._flight, self._finish, self._late, self._first, self._split = flight, finish, iter(late), first, split
        self._aside = aside
        self._buffer = b""
        self._after = None
        self.sent: list[bytes] = []

    def answer(self, step):
        if isinstance(step, Send):
            self.sent.append(step.data)
            if len(self.sent) == 1:
                self._buffer = self._first if self._first is not None else self._begin(step.data)
            return b""
        size = step.size if isinstance(step, Read) else 4096
        while self._after is not None and len(self._buffer) < size and (late := next(self._late, None)) is not None:
            self._buffer += self._after.seal(*late)
        if not self._buffer or (isinstance(step, Read) and len(self._buffer) < size):
            raise PeerClosed
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _begin(self, record):
        client = next(
            record[at + 4 : at + 36] for at in range(len(record)) if record[at : at + 4] == b"\x00\x1d\x00\x20"
        )
        hello = hello_of(b"\0\x33\0\x24\0\x1d\0\x20" + self._key.public)
        transcript = record[5:] + hello
        secrets = handshake_secrets(PROTECTION, self._key.agree(client), transcript)
        verify_data = finished(PROTECTION, secrets.server, transcript + self._flight)
        flight = self._flight + (message(20, verify_data) if self._finish is None else self._finish)
        ours = Direction(PROTECTION, secrets.server)
        self._after = Direction(PROTECTION, application_secrets(PROTECTION, secrets, transcript + flight).server)
        pieces = [flight[at : at + self._split] for at in range(0, len(flight), self._split)]
        return plain(hello) + b"\x14\x03\x03\0\1\1" + self._aside + b"".join(ours.seal(22, piece) for piece in pieces)


def held(server, asker=None):
    return hold_with(finish(asker or Asker(TARGET), TLS13, draw=counting), server.answer)


GOOD = EXTENSIONS + listed(b"leaf", b"root") + VERIFY
TICKET = message(4, b"\0\0\1\0" + bytes(4) + b"\0" + vector(2, b"ticket") + b"\0\0")


def test_a_server_that_behaves_is_read_in_records_of_any_size():
    for split in (700, 50, 7):
        server = Misbehaving(GOOD, late=[(22, TICKET)], split=split)
        assert held(server).chain == (b"leaf", b"root")
        assert allowed(server.sent)


@pytest.mark.parametrize(
    ("late", "tickets"),
    [
        (repeat((22, TICKET)), True),
        (repeat((22, message(24, b"\1"))), None),  # KeyUpdate
        (repeat((22, b"\x04\xff\xff\xff" * 700)), None),  # one of 16 MB
        (repeat((23, b"content" * 100)), None),
        (repeat((23, b"")), None),
        ([(22, TICKET[:-1])], None),
        ([(21, b"\x01\x00")], False),
        ([(21, b"\x02\x74")], None),
        ([], False),
    ],
)
def test_what_comes_late_is_heard_within_bounds(late, tickets):
    session = held(Misbehaving(GOOD, late=late))
    assert session.tickets is tickets
    assert session.chain == (b"leaf", b"root")


@pytest.mark.parametrize(
    ("flight", "reason"),
    [
        (EXTENSIONS + listed(bytes(16_000_000)) + VERIFY, "without end"),
        (EXTENSIONS + listed(*[bytes(30_000)] * 5) + VERIFY, "without end"),
        (listed(b"leaf") + EXTENSIONS + VERIFY, "out of order"),
        (EXTENSIONS + VERIFY, "out of order"),
        (EXTENSIONS + EXTENSIONS + listed(b"leaf") + VERIFY, "out of order"),
        (GOOD + message(24, b"\1"), "out of order"),
        (EXTENSIONS + message(24, b"\1") * 20_000, "out of order"),
    ],
)
def test_a_flight_that_is_none_ends_in_its_reason(flight, reason):
    server = Misbehaving(flight)
    with pytest.raises(ProtocolError, match=reason):
        held(server)
    assert FINISHING[1].allows(server.sent[-1])


def test_records_without_end_are_not_read_to_it():
    with pytest.raises(ProtocolError, match="records without end"):
        held(Misbehaving(GOOD, split=1))


def test_what_is_said_in_the_clear_is_not_taken_for_part_of_the_inside():
    with pytest.raises(ProtocolError, match="type 22 in the encrypted part"):
        held(Misbehaving(GOOD, aside=plain(EXTENSIONS)))


def test_a_wrong_finished_is_reported_and_not_trusted():
    server = Misbehaving(GOOD, finish=message(20, bytes(32)))
    with pytest.raises(ProtocolError, match="Finished does not fit"):
        held(server)
    assert FINISHING[1].allows(server.sent[-1])


def test_a_chain_is_read_as_far_as_sixteen_certificates():
    assert len(held(Misbehaving(EXTENSIONS + listed(*[b"leaf"] * 40) + VERIFY)).chain) == 16


@pytest.mark.parametrize(
    ("hello", "error"),
    [
        (hello_of(b"", 0x00C6), Beyond),  # TLS_SM4_GCM_SM3, RFC 8998
        (hello_of(b"\0\x33\0\2\1\0", random=RETRY_RANDOM), Beyond),  # ffdhe2048
        (hello_of(b"\0\x33\0\2\0\x1d", random=RETRY_RANDOM), ProtocolError),  # the key that it was sent
        (hello_of(b"\0\x2c" + vector(2, bytes(9000)), random=RETRY_RANDOM), Beyond),  # a cookie of 9,000 bytes
        (
            hello_of(b"\0\x33\0\x24\0\x1d\0\x20" + bytes(32)),
            ProtocolError,
        ),  # the point of order one, RFC 7748 section 6.1
        (hello_of(b"\0\x33\0\4\0\x1d\0\0"), ProtocolError),
        (hello_of(b""), ProtocolError),
    ],
)
def test_a_hello_that_does_not_lead_inside_is_closed_with_an_alert(hello, error):
    server = Misbehaving(b"", first=plain(hello))
    with pytest.raises(error):
        held(server)
    assert server.sent[-1] == bytes.fromhex("15 0303 0002 02 28")
    assert allowed(server.sent)


def test_a_cookie_is_sent_back():
    server = Misbehaving(b"", first=plain(hello_of(b"\0\x2c" + vector(2, b"\0\6cookie"), random=RETRY_RANDOM)))
    with pytest.raises(PeerClosed):
        held(server)
    assert b"\0\x2c\0\x08\0\6cookie" in server.sent[1]
    assert allowed(server.sent)


# --- what the endpoint's conversation makes of it ---


def looking(answers, most=6, asked=2):
    """`look_inside` with these answers, one a connection; how many connections it took, and whether the ssl module was asked."""
    asker, done, waiting = Asker(TARGET, asked=asked), [], list(answers)
    buffer = b""

    def answer(step):
        nonlocal buffer
        done.append(step)
        if isinstance(step, Reconnect):
            buffer = waiting.pop(0) if waiting else b""
        if isinstance(step, StartTLS):
            return b"the leaf"
        if isinstance(step, Read | ReadSome):
            size = step.size if isinstance(step, Read) else step.limit
            if len(buffer) < size:
                raise TimedOut
            taken, buffer = buffer[:size], buffer[size:]
            return taken
        return b""

    result = hold_with(look_inside(asker, most), answer)
    return result, asker.asked, StartTLS() in done


def test_whoever_refuses_because_of_alpn_is_asked_once_more_without():
    (chain, facts), asked, _ = looking([REFUSED_ALPN, REFUSED_ALPN])
    assert (chain, asked) == ((), 4)
    assert facts == {"tls.certificate_error": "not seen: the device refused the handshake (alert 120)"}


def test_no_hello_is_sent_that_is_not_left():
    assert looking([REFUSED_ALPN], asked=5)[1] == 6
    assert looking([FAILED], asked=5)[1:] == (6, False)


@pytest.mark.parametrize("answer", [FAILED, plain(hello_of(b"", 0x00C6))])
def test_where_ours_cannot_the_ssl_module_is_asked(answer):
    (chain, facts), asked, by_module = looking([answer])
    assert (chain, facts, asked, by_module) == ((b"the leaf",), {}, 4, True)


def test_a_silent_server_is_not_asked_again():
    (chain, facts), asked, by_module = looking([b""])
    assert (chain, asked, by_module) == ((), 3, False)
    assert facts == {"tls.certificate_error": "not seen: the device did not answer in time"}


KNOWN: dict[str, FactValue] = {"tls.versions": ("TLSv1.2", "TLSv1.3"), "tls.hellos": 9}


@pytest.mark.parametrize("shown", [b"leaf", b"old"])
def test_a_leaf_inside_tls_13_that_is_another_is_told(shown):
    known = {**KNOWN, "tls.sha256": hashlib.sha256(shown).hexdigest()}
    facts = hold_with(inside(Asker(TARGET), known), Misbehaving(GOOD).answer)
    other = None if shown == b"leaf" else hashlib.sha256(b"leaf").hexdigest()
    assert (facts.get("tls.inside_sha256"), facts["tls.hellos"]) == (other, 10)


def test_a_handshake_that_does_not_come_about_adds_its_hello_alone():
    assert hold_with(inside(Asker(TARGET), KNOWN), Misbehaving(b"", first=FAILED).answer) == {"tls.hellos": 10}


def test_a_server_that_gives_no_tickets_in_tls_12_is_asked_for_none():
    known: dict[str, FactValue] = {"tls.versions": ("TLSv1.2",), "tls.tickets": False, "tls.hellos": 9}
    assert hold_with(inside(Asker(TARGET), known), Misbehaving(GOOD).answer) == {}
