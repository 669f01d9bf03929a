"""Servers that pick what was not offered, talk nonsense after a ServerHello, or answer at random: facts or a reason, within fifteen hellos."""

from dataclasses import replace
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut, Unreached
from inventory.model import Endpoint, Facts
from inventory.text import visible
from scanner.codecs.tls_codec import TLS12
from scanner.conversation import (
    EVIDENCE_LIMIT,
    Depth,
    Heard,
    Read,
    ReadSome,
    ReadUntil,
    Reconnect,
    Send,
    StartTLS,
    Target,
)
from scanner.protocols import tls
from scanner.tls.asking import read_flight
from scanner.tls.questioning import HELLOS
from tests.holding import hold_with
from tests.hostile.tls_bytes import (
    HELLO_DONE,
    IN_13,
    SERVER_HELLO,
    certificate_message,
    handshake,
    key_of_curve,
    key_of_prime,
    record,
    records,
    retry,
    server_hello,
    vector,
)
from tests.tls.simulated import Offer

TARGET = Target(Endpoint("192.0.2.1", 443))
MOST = 2000
"""Connections, of whoever is asked in full."""
LEAF = certificate_message(b"\x30\x03\x02\x01\x05")
# 220, and 234 to AUTH TLS (RFC 4217, section 4).
GRANTED = {"": b"", "ftp": b"220 ready\r\n234 go\r\n", "postgresql": b"S"}


class Moody:
    """Says one thing after the other to those who connect, in turn, each with the error that ends it; SAYS is held against all that is sent.

    What it says is bytes, or made of what was offered.
    """

    def __init__(self, talks, starttls=""):
        self._talks, self._granted = cycle(talks), GRANTED[starttls]
        self.hellos = self.connections = 0
        self._connect()

    def _connect(self):
        self.connections += 1
        assert self.connections < MOST
        self._saying, self._end = next(self._talks)
        self._left = self._granted

    def answer(self, step):
        match step:
            case Send(data):
                assert any(say.allows(data) for say in tls.SAYS), data
                self._hear(data)
                return b""
            case Reconnect():
                self._connect()
                if self._end is Unreached and not self._saying:
                    raise Unreached("connection refused")
                return b""
            case StartTLS():
                raise self._end
            case Read(size):
                return self._take(size)
            case ReadUntil(delimiter):
                return self._take(self._left.find(delimiter) + len(delimiter) or len(self._left) + 1)
            case ReadSome(limit):
                return self._take(min(limit, len(self._left) or 1))
        raise AssertionError(step)

    def _hear(self, data):
        offer = Offer.read(data) if data[0] == 22 and data[5] == 1 else None
        if offer or (data[0] == 0x80 and data[2] == 1):
            self.hellos += 1
            self._left += b"".join(
                said if isinstance(said, bytes) else said(offer) if offer else b"" for said in self._saying
            )

    def _take(self, size):
        if len(self._left) < size:
            raise self._end
        taken, self._left = self._left[:size], self._left[size:]
        return taken


def agreeing(place, version, compression, *more):
    """A flight that takes one of the suites offered, in the version offered or in another."""

    def answer(offer):
        picked, suites = version or offer.version, offer.suites
        extensions = IN_13 + b"\0\x33" + vector(2, b"\0\x17\0\1\4") if picked == 0x0304 else b""
        suite = int(suites[place % len(suites)], 16)
        hello = server_hello(suite, min(picked, 0x0303), compression=compression, extensions=extensions)
        return record(22, b"".join((hello, *more)))

    return answer


def ask(talks, depth, starttls=""):
    """What the identification and then the question in that depth come to, and the servers."""
    first, second = Moody(talks, starttls), Moody(talks, starttls)
    target = replace(TARGET, starttls=starttls)
    heard = hold_with(tls.probe(target), first.answer)
    if depth is not Depth.VERSIONS and heard.facts["tls.versions"]:
        more = hold_with(tls.probe(replace(target, depth=depth, before=heard.facts)), second.answer)
        heard = replace(more, facts={**heard.facts, **more.facts})
    else:
        second.hellos = 0
    return heard, first, second


SUITES = (0xC02F, 0x009E, 0x002F, 0x0033, 0x0005, 0x0000, 0x1301, 0x00FF, 0xFEED)
HELLO = st.builds(
    server_hello,
    st.sampled_from(SUITES),
    st.sampled_from([0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x0305, 0x0002]),
    random=st.binary(min_size=32, max_size=32),
    compression=st.sampled_from([0, 0, 1, 64]),
    extensions=st.sampled_from([b"", b"\0\x2b\0\x02\x03\x04", b"\xff\x01\0\x01\0", b"\0\x10\0\x05\0\x03\x02h\x1b", b"\0\x2b"]),
)  # fmt: skip
MESSAGE = st.one_of(
    HELLO,
    HELLO,
    st.builds(retry, st.integers(0, 0xFFFF)),
    st.builds(certificate_message, st.binary(max_size=60)),
    st.builds(key_of_curve, st.integers(0, 40)),
    st.builds(key_of_prime, st.binary(max_size=80)),
    st.just(HELLO_DONE),
    st.builds(handshake, st.integers(0, 255), st.binary(max_size=20)),
)
AGREEING = st.builds(
    agreeing,
    st.integers(0, 64),
    st.sampled_from([0, 0, 0, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304]),
    st.sampled_from([0, 0, 1, 64]),
    MESSAGE,
    MESSAGE,
    st.just(HELLO_DONE),
)
SAID = st.one_of(
    AGREEING,
    st.builds(record, st.just(22), MESSAGE),
    st.builds(lambda *parts: record(22, b"".join(parts)), HELLO, MESSAGE, MESSAGE, MESSAGE),
    st.builds(record, st.just(21), st.sampled_from([b"\x02\x28", b"\x02\x46", b"\x02\x56", b"\x01\x70", b"\x01\0"])),
    st.binary(max_size=40),
    st.just(b"\x80\x0b\x04\0\x01\0\x02\0\0\0\0\0\0"),
)
ENDS = st.sampled_from([PeerClosed, PeerClosed, TimedOut, ProtocolError, Unreached])
WHOLE = st.tuples(st.tuples(AGREEING), st.just(PeerClosed))
TALKS = st.lists(st.one_of(st.tuples(st.lists(SAID, max_size=3), ENDS), WHOLE), min_size=1, max_size=9)


@pytest.mark.parametrize("depth", Depth)
@settings(max_examples=60)
@given(TALKS, st.sampled_from(sorted(GRANTED)))
def test_whatever_a_server_says_ends_in_facts_or_in_a_peer_error(depth, talks, starttls):
    try:
        heard, first, second = ask(talks, depth, starttls)
    except PeerError:
        return
    assert isinstance(heard, Heard)
    assert set(heard.facts) <= set(tls.FACTS)
    texts = [text for value in heard.facts.values() for text in (value if isinstance(value, tuple) else (value,))]
    assert all(visible(text) == text for text in texts if isinstance(text, str))
    assert len(heard.evidence) <= EVIDENCE_LIMIT
    assert first.hellos <= tls.CONNECTIONS
    if depth is Depth.POSTURE:
        assert first.hellos + second.hellos <= HELLOS
        assert first.hellos + second.hellos <= heard.facts["tls.hellos"]


AFTER = [
    b"garbage, and no record",
    record(21, b"\x01\x70") * 100,
    record(22, handshake(0, b"")) * 100,
    record(22, SERVER_HELLO) * 100,
    record(22, b"\x0b\xff\xff\xff") + record(22, bytes(16384)) * 10,
    b"".join(records(22, certificate_message(bytes(80)), 1)),
]


@pytest.mark.parametrize("after", AFTER, ids=["garbage", "alerts", "requests", "hellos", "16 MB", "bytes"])
def test_what_was_picked_is_true_whatever_comes_after_it(recite, after):
    flight, _ = recite(read_flight(TLS12), [record(22, SERVER_HELLO) + after])
    assert flight.picked is not None
    assert flight.picked.code == "c02f"
    assert flight.chain == ()


@pytest.mark.parametrize("before", AFTER[1:3])
def test_without_a_pick_there_is_nothing_to_tell(recite, before):
    with pytest.raises(ProtocolError, match="without"):
        recite(read_flight(TLS12), [before + record(22, SERVER_HELLO)])


def stubborn(**picked):
    return [([record(22, server_hello(**picked) + LEAF + HELLO_DONE)], PeerClosed)]


@pytest.mark.parametrize("depth", Depth)
def test_a_suite_that_was_not_offered_is_named_and_not_taken_for_accepted(depth):
    heard, _, _ = ask(stubborn(suite=0xFEED), depth)
    assert heard.facts["tls.versions"] == ("TLSv1.2",)
    assert (heard.facts["tls.accepted"], heard.facts["tls.suites"]) == ((), ())
    assert "suites: TLSv1.2: it picks 0xfeed, which was not offered" in heard.facts["tls.unsettled"]


def test_a_suite_is_accepted_as_soon_as_it_was_offered():
    heard, _, _ = ask(stubborn(suite=0x0002), Depth.POSTURE)  # NULL, which no first hello offers
    assert heard.facts["tls.accepted"] == ("TLSv1.2 0x0002",)


@pytest.mark.parametrize(("method", "settled"), [(0, True), (1, True), (64, False)])
def test_a_compression_that_was_not_offered_settles_nothing(method, settled):
    heard, _, _ = ask(stubborn(compression=method), Depth.POSTURE)
    assert ("compression" in heard.facts["tls.settled"]) is settled
    assert heard.facts.get("tls.compression") is ({0: False, 1: True}.get(method))


@pytest.mark.parametrize("depth", [Depth.POSTURE, Depth.FULL])
def test_ssl2_that_begins_and_does_not_end_is_not_settled(depth):
    server = Moody([([b"\xff\xff\x04"], TimedOut)])
    before: Facts = {"tls.versions": ("TLSv1.2",), "tls.settled": ("versions",), "tls.hellos": 4}
    heard = hold_with(tls.probe(replace(TARGET, depth=depth, before=before)), server.answer)
    assert "sslv2" not in heard.facts["tls.settled"]
    assert "sslv2: a SERVER-HELLO of SSL 2.0 that ends early" in heard.facts["tls.unsettled"]
