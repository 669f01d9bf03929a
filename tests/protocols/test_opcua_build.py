from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.clue import clues_of
from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from inventory.model import Device, Endpoint, Level, Observation
from scanner.codecs.opcua_codec import Reader
from scanner.codecs.opcua_session import moment, read_answers, read_policy, read_token
from scanner.conversation import Safety, Target, comes_with_login, is_on_request
from scanner.protocols import load_protocols, opcua_build
from tests.conftest import Recorded
from tests.holding import hold_with

TARGET = Target(Endpoint("127.0.0.1", 4840))
RECORDED = Path(__file__).parents[1] / "bytes" / "opcua" / "open62541-session.hex"
FRAMES = [bytes.fromhex(line) for line in RECORDED.read_text().split()]
ACKNOWLEDGED, OPENED, CREATED, ACTIVATED, READ, CLOSED = FRAMES
NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
IN_SESSION = [461, 467, 631, 473]


def fault(status):
    """A ServiceFault (OPC 10000-4, section 7.30), in the chunk of the answer before."""
    body = ACTIVATED[8:24] + bytes.fromhex("01008d01") + bytes(12) + status.to_bytes(4, "little") + bytes(8)
    return b"MSGF" + (8 + len(body)).to_bytes(4, "little") + body


def sent_to(*answers, end=TimedOut):
    """What was sent to a server that says that and then nothing, and what became of it."""
    peer = Recorded([b"".join(answers)], silent=end is TimedOut)
    try:
        return peer.sent, hold_with(opcua_build.probe(TARGET), peer.answer)
    except PeerError as error:
        return peer.sent, error


def kinds(sent):
    """The requests by their kind, and those in a session by the number of their encoding."""
    return [int.from_bytes(one[26:28], "little") if one[:3] == b"MSG" else one[:3].decode() for one in sent]


def test_reads_what_open62541_says_of_its_build():
    sent, heard = sent_to(*FRAMES)
    assert heard.facts == {
        "opcua_build.product_uri": "http://open62541.org",
        "opcua_build.manufacturer": "open62541",
        "opcua_build.product_name": "open62541 OPC UA Server",
        "opcua_build.software_version": "1.5.8",
        "opcua_build.number": "Sep 22 2026 13:39:42",
        "opcua_build.named": "open62541; open62541 OPC UA Server; 1.5.8",
        "opcua_build.date": heard.facts["opcua_build.start_time"],
        "opcua_build.start_time": heard.facts["opcua_build.start_time"],
    }
    assert kinds(sent) == ["HEL", "OPN", *IN_SESSION, "CLO"]
    assert set(heard.facts) <= set(opcua_build.FACTS)


def test_the_day_of_compiling_counts_and_the_servers_start_does_not():
    seen = Observation(TARGET.endpoint, "opcua_build", sent_to(*FRAMES)[1].facts, b"", NOW)
    clues = list(clues_of(Device("serial:1", ("192.0.2.1",), observations=(seen,))))
    assert [(str(clue.not_before), bool(clue.set_aside)) for clue in clues] == [
        ("2026-11-21", True),
        ("2026-09-22", False),
    ]


def test_everything_it_sends_is_in_its_says_and_nothing_else_is():
    sent, _ = sent_to(*FRAMES)
    assert all(any(say.allows(request) for say in opcua_build.SAYS) for request in sent)
    assert not any(say.allows(request + b"\0") for say in opcua_build.SAYS for request in sent)
    asked = sent[4]
    for other in (673, 527, 712, 787):  # Write, Browse, Call, CreateSubscription
        changed = asked.replace(bytes.fromhex("01007702"), b"\x01\0" + other.to_bytes(2, "little"))
        assert changed != asked
        assert not any(say.allows(changed) for say in opcua_build.SAYS)
    another = asked.replace(bytes.fromhex("0100d408"), bytes.fromhex("0100d508"))
    assert another != asked
    assert not any(say.allows(another) for say in opcua_build.SAYS)


def test_a_session_that_is_left_over_is_forgotten_after_ten_seconds():
    sent, _ = sent_to(*FRAMES)
    assert bytes.fromhex("000000000088c340") in sent[2]  # the Double 10000.0, little endian


def test_it_is_a_login_that_whoever_asks_for_the_level_asks_for():
    protocol = load_protocols()["opcua_build"]
    assert (protocol.SAFETY, protocol.PORTS) == (Safety.C, ())
    assert is_on_request(protocol)
    assert comes_with_login(protocol)
    assert [one.NAME for one in load_protocols().values() if comes_with_login(one)] == ["opcua_build"]
    assert Level.LOGIN > Level.IDENTIFY


@pytest.mark.parametrize(("taken", "targets"), [(True, 1), (False, 0), (None, 0), ("True", 0)])
def test_only_a_server_that_takes_anonymous_users_without_security_is_asked(taken, targets):
    facts = {} if taken is None else {"opcua.anonymous": True, "opcua.open": taken}
    seen = Observation(TARGET.endpoint, "opcua", facts, b"", NOW)
    assert len(opcua_build.invited(Device("serial:1", ("127.0.0.1",), observations=(seen,)))) == targets


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        # BadTooManySessions, BadIdentityTokenRejected, BadUserAccessDenied
        ([ACKNOWLEDGED, OPENED, fault(0x80560000)], ["HEL", "OPN", 461, "CLO"]),
        ([ACKNOWLEDGED, OPENED, CREATED, fault(0x80210000)], ["HEL", "OPN", 461, 467, 473, "CLO"]),
        ([ACKNOWLEDGED, OPENED, CREATED, ACTIVATED, fault(0x801F0000)], ["HEL", "OPN", *IN_SESSION, "CLO"]),
    ],
)
def test_a_refusal_is_told_and_everything_is_closed(answers, told):
    sent, heard = sent_to(*answers)
    assert heard.facts["opcua_build.error"].startswith("0x80")
    assert kinds(sent) == told


@pytest.mark.parametrize("answered", range(2, 6))
def test_a_server_that_falls_silent_is_left_without_session_and_channel(answered):
    sent, ended = sent_to(*FRAMES[:answered])
    opened = answered >= 3
    assert kinds(sent)[-1] == "CLO"
    assert (473 in kinds(sent)) is opened
    if answered < 5:
        assert isinstance(ended, TimedOut)
    else:
        assert ended.facts["opcua_build.software_version"] == "1.5.8"
        assert isinstance(ended.failed, TimedOut)


def test_a_server_that_hangs_up_is_told_nothing_more():
    sent, ended = sent_to(ACKNOWLEDGED, OPENED, CREATED, end=PeerClosed)
    assert isinstance(ended, PeerClosed)
    assert kinds(sent) == ["HEL", "OPN", 461, 467]


def test_a_broken_answer_in_the_session_closes_it_too():
    sent, ended = sent_to(ACKNOWLEDGED, OPENED, CREATED, ACTIVATED[:4] + (4).to_bytes(4, "little"))
    assert isinstance(ended, ProtocolError)
    assert kinds(sent) == ["HEL", "OPN", 461, 467, 473, "CLO"]


def test_where_the_server_names_no_policy_nobody_is_named():
    unnamed = CREATED.replace(b"open62541-anonymous-policy-none#None", b"\x01pen62541-anonymous-policy-none#None")
    assert unnamed != CREATED
    sent, _ = sent_to(ACKNOWLEDGED, OPENED, unnamed, ACTIVATED, READ, CLOSED)
    whole, _ = sent_to(*FRAMES)
    assert len(sent[3]) < len(whole[3])
    assert all(any(say.allows(request) for say in opcua_build.SAYS) for request in sent)


@pytest.mark.parametrize(
    ("raw", "when"),
    [
        (bytes(8), None),
        (b"\xff" * 8, None),
        (b"\xff" * 7 + b"\x7f", None),
        ((116_444_736_000_000_000 - 1).to_bytes(8, "little"), None),
        ((132_223_104_000_000_000).to_bytes(8, "little"), datetime(2020, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_that_cannot_be_is_none(raw, when):
    # OPC 10000-6, section 5.2.2.5: hundreds of nanoseconds since 1 January 1601, and 0 is no moment.
    assert moment(raw) == when


@given(st.sampled_from(range(len(FRAMES))), st.integers(min_value=0), st.binary(max_size=12))
def test_an_answer_with_junk_in_it_ends_in_facts_or_in_an_error_of_the_peer(which, at, junk):
    frame = FRAMES[which]
    at %= len(frame)
    broken = frame[:at] + junk + frame[at + len(junk) :]
    sent, ended = sent_to(*FRAMES[:which], broken, *FRAMES[which + 1 :])
    assert isinstance(ended, PeerError) or set(ended.facts) <= set(opcua_build.FACTS)
    assert all(any(say.allows(request) for say in opcua_build.SAYS) for request in sent)


@given(st.binary(max_size=300))
def test_any_bytes_end_in_values_or_in_protocol_error(junk):
    for read in (read_token, read_policy, read_answers):
        try:
            read(Reader(junk))
        except ProtocolError:
            continue


def test_an_answer_cut_anywhere_ends_in_an_error_of_the_peer():
    for size in range(len(READ)):
        _, ended = sent_to(ACKNOWLEDGED, OPENED, CREATED, ACTIVATED, READ[:size])
        assert isinstance(ended, PeerError)
