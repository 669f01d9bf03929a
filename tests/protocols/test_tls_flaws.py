"""Known flaws of TLS: what each test says of a sound server, of one with the flaw, and of one that does something else; and who is never tested."""

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.errors import PeerClosed, TimedOut, Unreached
from inventory.model import Endpoint
from scanner.codecs import heartbeat
from scanner.conversation import EVIDENCE_LIMIT, Read, ReadSome, Reconnect, Safety, Target
from scanner.protocols import tls_flaws
from tests.holding import hold_with
from tests.protocols.flawed_server import (
    BAD_RECORD_MAC,
    DECODE_ERROR,
    DECRYPTION_FAILED,
    HANDSHAKE_FAILURE,
    UNEXPECTED_MESSAGE,
    FlawedServer,
    alert,
    record,
)

TARGET = Target(Endpoint("192.0.2.1", 443), before={"tls.versions": ("TLSv1.2",)})
HEARTBLEED, CCS, ROBOT = "tls_flaws.heartbleed", "tls_flaws.ccs", "tls_flaws.robot"


def asked(server, *versions):
    heard = hold_with(tls_flaws.probe(Target(TARGET.endpoint, before={"tls.versions": versions})), server.answer)
    assert set(heard.facts) <= set(tls_flaws.FACTS)
    assert all(any(say.allows(request) for say in tls_flaws.SAYS) for request in server.sent)
    assert server.connections <= tls_flaws.CONNECTIONS
    assert len(heard.evidence) <= EVIDENCE_LIMIT
    return heard


def examined(server):
    return asked(server, "TLSv1.2")


def words(heard):
    return {name.removeprefix("tls_flaws."): str(told).partition(":")[0] for name, told in heard.facts.items()}


CLOSED = b"closed"
# Recorded from OpenSSL 1.0.1e, the library of Node.js 0.10.1, before the alert that followed: no payload, and 16 bytes of padding.
OPENSSL_1_0_1E = bytes.fromhex("18 0303 0013 02 0000 6d545835782fded116047ffa2ae6d8da")


@dataclasses.dataclass
class Taking(FlawedServer):
    """One that says `first` to an early ChangeCipherSpec and `second` to what follows; an `impatient` one hangs up on a piece of a message."""

    first: bytes = b""
    second: bytes = b""
    impatient: bool = False

    def _answer(self, kind, payload):
        if kind == 20 and not self._secret:
            self._taken = self.connections
            return self.first
        if kind == 22 and len(payload) == 1:
            taken = getattr(self, "_taken", 0) == self.connections
            said = self.second if taken else CLOSED if self.impatient else b""
            self._closed = said == CLOSED
            return b"" if said == CLOSED else said
        return super()._answer(kind, payload)


SOUND = {"version": "TLSv1.2", "heartbleed": "sound", "ccs": "sound", "robot": "sound"}


def test_a_sound_server_is_sound_in_all_three():
    server = FlawedServer()
    heard = examined(server)
    assert words(heard) == SOUND
    assert heard.evidence == b""
    assert server.connections == 1 + 1 + 7


@pytest.mark.parametrize("at_once", [True, False])
def test_openssl_1_0_1f_answers_the_heartbeat_that_is_too_short_and_leaks_nothing(at_once):
    server = FlawedServer(bleeds=True, at_once=at_once)
    heard = examined(server)
    assert words(heard) == SOUND | {"heartbleed": "vulnerable"}
    assert server.leaked == 0
    assert heard.evidence == record(24, b"\x02\x00\x00" + bytes(range(16)))


@pytest.mark.parametrize("announced", [1, 3, 16, 17, 0x4000, 0xFFFF])
def test_no_heartbeat_that_announces_more_than_it_holds_can_be_said(announced):
    for held in (b"", bytes(16), bytes(32)):
        if announced + 16 <= len(held):
            continue
        message = b"\x01" + announced.to_bytes(2, "big") + held
        for version in (b"\x03\x01", b"\x03\x02", b"\x03\x03"):
            request = b"\x18" + version + len(message).to_bytes(2, "big") + message
            assert [say.name for say in tls_flaws.SAYS if say.allows(request)] == []


@pytest.mark.parametrize(
    ("server", "word", "says"),
    [
        (FlawedServer(heartbeats=False), "not asked", "takes no heartbeats"),
        (FlawedServer(versions=(0x0302,)), "not asked", "agrees on no handshake in TLSv1.2"),
    ],
)
def test_what_says_nothing_of_heartbleed_is_no_verdict(server, word, says):
    told = examined(server).facts[HEARTBLEED]
    assert told.startswith(f"{word}: ")
    assert says in told


def test_no_heartbeat_is_sent_to_a_server_that_offers_none():
    server = FlawedServer(heartbeats=False)
    examined(server)
    assert [request for request in server.sent if request[0] == heartbeat.HEARTBEAT] == []


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (OPENSSL_1_0_1E, "vulnerable"),
        (alert(UNEXPECTED_MESSAGE), "sound"),
        (record(24, b"\x02\x00\x00" + bytes(15)), "unclear"),  # without its padding
        (record(24, b"\x02\x00\x10" + bytes(32)), "unclear"),  # with a payload
        (record(24, b"\x01\x00\x00" + bytes(16)), "unclear"),  # a request
        (record(22, bytes(4)), "unclear"),
        (b"\x15\x03\x03\x00\x02\x01\x00", "unclear"),  # it hangs up, as Node.js 0.10.1 does, which is vulnerable
        (b"HTTP/1.1 400", "unclear"),
    ],
)
def test_only_a_response_without_payload_is_heartbleed(monkeypatch, answer, word):
    server = FlawedServer()
    monkeypatch.setattr(server, "_heartbeat", lambda payload: answer)
    assert examined(server).facts[HEARTBLEED].startswith(f"{word}: ")


def test_a_server_that_hangs_up_on_what_comes_too_early_is_not_called_sound():
    class Quiet(FlawedServer):
        def _handshake(self, kind, body):
            self._closed = kind == 20
            return b"" if kind == 20 else super()._handshake(kind, body)

    told = examined(Quiet(bleeds=True)).facts[HEARTBLEED]
    assert told == "unclear: it offers heartbeats, and says nothing of one that is too short (closed)"


def test_openssl_1_0_1g_takes_an_early_change_cipher_spec_twice():
    server = FlawedServer(early=True)
    heard = examined(server)
    assert words(heard) == SOUND | {"ccs": "vulnerable"}
    assert "decryption_failed" in heard.facts[CCS]
    assert heard.evidence == alert(DECRYPTION_FAILED)
    assert server.connections == 1 + 3 + 7


def test_a_server_that_hangs_on_an_early_change_cipher_spec_is_not_called_vulnerable():
    assert examined(FlawedServer(hangs=True)).facts[CCS].startswith("unclear: ")


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        (alert(UNEXPECTED_MESSAGE), b"", "sound"),
        (alert(BAD_RECORD_MAC), b"", "sound"),  # said to the ChangeCipherSpec: it refuses it
        (b"\x15\x03\x03\x00\x02\x01\x00", b"", "sound"),
        (record(22, bytes(4)), b"", "unclear"),
        (b"HTTP/1.1 400", b"", "unclear"),
        (b"", alert(BAD_RECORD_MAC), "vulnerable"),
        (b"", alert(DECRYPTION_FAILED), "vulnerable"),
        (b"", alert(DECODE_ERROR), "likely"),  # RC4, whose records are too short
        (b"", CLOSED, "likely"),  # Node.js 0.10.28 with OpenSSL 1.0.1g
        (b"", alert(UNEXPECTED_MESSAGE), "unclear"),
        (b"", record(21, b"\x01\x14"), "unclear"),  # a warning is none
        (b"", record(21, b"\x02\x14\x00"), "unclear"),
        (b"", b"", "unclear"),
    ],
)
def test_only_who_decrypts_what_comes_next_has_taken_it(first, second, word):
    assert examined(Taking(first=first, second=second)).facts[CCS].startswith(f"{word}: ")


def test_a_server_that_cannot_bear_a_piece_of_a_message_anyway_is_not_called_vulnerable():
    told = examined(Taking(second=CLOSED, impatient=True)).facts[CCS]
    assert told == "unclear: it does not wait for the rest of a message anyway (closed)"


def test_an_early_change_cipher_spec_that_is_taken_only_once_is_no_verdict():
    class Fickle(FlawedServer):
        def _begin(self):
            super()._begin()
            self.early = self.connections == 1

    assert "did not do the same twice" in examined(Fickle()).facts[CCS]


def starts_well(padding):
    return padding[:2] == b"\x00\x02"


def is_well_padded(padding):
    return starts_well(padding) and padding[-49:-46] == b"\x00\x03\x03" and 0 not in padding[2:-49]


@pytest.mark.parametrize("well", [starts_well, is_well_padded])
def test_an_answer_that_depends_on_the_padding_is_an_oracle(well):
    server = FlawedServer(oracle=lambda p: alert(BAD_RECORD_MAC if well(p) else DECODE_ERROR))
    heard = examined(server)
    assert words(heard) == SOUND | {"robot": "vulnerable"}
    assert "as it should be: alert 20; another start: alert 50" in heard.facts[ROBOT]
    assert server.connections == 1 + 1 + 10


def test_silence_to_one_padding_alone_is_an_oracle_too():
    server = FlawedServer(oracle=lambda p: alert(BAD_RECORD_MAC) if starts_well(p) else b"")
    assert words(examined(server))["robot"] == "vulnerable"


def test_an_oracle_that_shows_only_where_the_rest_of_the_handshake_is_missing_is_found():
    server = FlawedServer(alone=lambda p: b"" if starts_well(p) else alert(HANDSHAKE_FAILURE))
    heard = examined(server)
    assert words(heard) == SOUND | {"robot": "vulnerable"}
    assert heard.facts[ROBOT].endswith("(as it should be: silent; another start: alert 40)")
    assert server.connections == 1 + 1 + 9


def test_answers_that_differ_by_chance_are_no_oracle():
    turns = iter(range(100))
    server = FlawedServer(oracle=lambda _: alert(BAD_RECORD_MAC if next(turns) % 3 else DECODE_ERROR))
    assert "not in the same way twice" in examined(server).facts[ROBOT]


@pytest.mark.parametrize(
    ("server", "told"),
    [
        (FlawedServer(rsa=False), "not asked: it agrees on no key exchange by RSA in TLSv1.2"),
        (FlawedServer(oracle=lambda _: b""), "unclear: it answers no key exchange at all"),
        (
            FlawedServer(wants_certificate=True, oracle=lambda _: alert(HANDSHAKE_FAILURE)),
            "not asked: it wants a certificate of its clients first (alert 40)",
        ),
        (FlawedServer(wants_certificate=True), "sound: it answers to every padding with the same (alert 20)"),
    ],
)
def test_what_says_nothing_of_robot_is_no_verdict(server, told):
    assert examined(server).facts[ROBOT] == told


def test_the_best_version_of_those_that_are_spoken_is_examined():
    server = FlawedServer(versions=(0x0301, 0x0302), early=True)
    assert words(asked(server, "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.3")) == SOUND | {
        "version": "TLSv1.1",
        "ccs": "vulnerable",
    }


@pytest.mark.parametrize("error", [PeerClosed(), TimedOut(), Unreached("connection refused")])
def test_a_server_that_goes_away_leaves_a_reason_and_is_asked_no_more(error):
    server = FlawedServer()

    def answer(step):
        if isinstance(step, Reconnect) and server.connections >= 3:
            server.connections += 1
            raise error
        return server.answer(step)

    heard = hold_with(tls_flaws.probe(TARGET), answer)
    assert words(heard) == SOUND | {"robot": "unclear", "heartbleed": "unclear"}
    assert str(error) in heard.facts[ROBOT]
    assert heard.facts[HEARTBLEED].startswith("unclear: left out")
    assert server.connections == 4


def test_a_server_that_hangs_up_on_rsa_alone_has_no_such_key_exchange():
    server = FlawedServer(rsa=False)

    def answer(step):
        if server.connections == 2 and isinstance(step, Read):
            raise PeerClosed
        return server.answer(step)

    heard = hold_with(tls_flaws.probe(TARGET), answer)
    assert words(heard) == SOUND | {"robot": "not asked"}
    assert "hangs up" in heard.facts[ROBOT]


@settings(deadline=None)  # it makes RSA keys and handshakes, the first of which takes its time
@given(st.lists(st.binary(max_size=60), max_size=20), st.sampled_from([PeerClosed(), TimedOut()]), st.booleans())
def test_whatever_comes_ends_in_facts(junk, end, framed):
    server, left = FlawedServer(bleeds=True, early=True), list(junk)

    def answer(step):
        if isinstance(step, Read) or not isinstance(step, ReadSome):
            return server.answer(step)
        if not left:
            raise end
        if framed:
            left[-1] = left[-1] or b"x"
            left[-1] = record(20 + len(left[-1]) % 5, left[-1]) if left[-1][:2] != b"\x15\x03" else left[-1]
        taken, rest = left[-1][: step.limit], left[-1][step.limit :]
        if rest and not framed:
            left[-1] = rest
        else:
            left.pop()
        if not taken:
            raise end
        return taken

    heard = hold_with(tls_flaws.probe(TARGET), answer)
    assert set(heard.facts) == set(tls_flaws.FACTS)
    assert all(
        re.match(r"(vulnerable|likely|sound|unclear|not asked): .", heard.facts[f]) for f in (HEARTBLEED, CCS, ROBOT)
    )


@pytest.mark.parametrize("cut", [1, 2, 3, 7])
def test_an_answer_in_pieces_is_the_same_answer(cut):
    server = FlawedServer(bleeds=True, early=True)

    def answer(step):
        return server.answer(
            dataclasses.replace(step, limit=min(cut, step.limit)) if isinstance(step, ReadSome) else step
        )

    assert words(hold_with(tls_flaws.probe(TARGET), answer)) == SOUND | {
        "heartbleed": "vulnerable",
        "ccs": "vulnerable",
    }


def test_it_is_of_the_class_that_needs_level_login_and_is_expected_nowhere():
    assert (tls_flaws.SAFETY, tls_flaws.PORTS, tls_flaws.ON_REQUEST) == (Safety.C, (), True)
