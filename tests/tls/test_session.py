"""Handshakes brought to their end: recorded ones with the client's keys known, the trace of RFC 8448, and servers that do not behave."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.codecs.tls_codec import TLS10, TLS11, TLS12, TLS13, vector
from scanner.codecs.tls_hello import Hello
from scanner.codecs.tls_session import Ticket, message, parse_ticket, parse_ticket_13, split_records
from scanner.conversation import Target
from scanner.protocols import tls
from scanner.tls.asking import Asker
from scanner.tls.finishing import FINISHING
from scanner.tls.refusal import Refused
from scanner.tls.session import finish, session_facts

BYTES = Path(__file__).parents[1] / "bytes/tls"
TARGET = Target(Endpoint("192.0.2.1", 443))
# RFC 8448, section 3: "{client} create an ephemeral x25519 key pair".
RFC_PRIVATE = bytes.fromhex("49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005")
RECORDED = {
    "openssl-3.0-session-1.3": TLS13,
    "nginx-1.22-session-1.3-retry": TLS13,
    "gnutls-3.7-session-1.3-request": TLS13,
    "openssl-3.0-session-1.2-gcm": TLS12,
    "openssl-3.0-session-1.2-rsa": TLS12,
    "openssl-3.0-session-1.1": TLS11,
    "openssl-3.0-session-1.0": TLS10,
}
REFUSED_ALPN = bytes.fromhex("15 0303 0002 02 78")  # fatal no_application_protocol, RFC 7301 section 3.2
FAILED = bytes.fromhex("15 0303 0002 02 28")


def counting(size: int) -> bytes:
    """What the recorded clients took for random."""
    return bytes(range(size))


@pytest.fixture
def replay(monkeypatch, recite):
    """`replay(name)` holds a recorded conversation; its hellos are sent as they were then, because they are part of what is hashed."""

    def hold(name, *, draw=counting, version=None, said=None, asker=None, **how):
        hellos = split_records((BYTES / f"{name}-client.bin").read_bytes())[0]
        monkeypatch.setattr(Hello, "record", lambda *_: hellos.pop(0))
        heard = (BYTES / f"{name}.bin").read_bytes() if said is None else said
        return recite(finish(asker or Asker(TARGET), version or RECORDED[name], draw=draw), [heard], **how)

    return hold


def allowed(sent: list[bytes]) -> bool:
    return bool(sent) and all(any(say.allows(request) for say in tls.SAYS) for request in sent)


def test_the_trace_of_rfc_8448_is_read_to_its_ticket(replay):
    session, sent = replay("rfc8448-1-rtt", draw=lambda _: RFC_PRIVATE, version=TLS13)
    assert [len(der) for der in session.chain] == [432]
    assert session.signature_scheme == "rsa_pss_rsae_sha256"
    assert session.group == "x25519"
    assert session.ticket == Ticket(30, 1024)
    assert session.early_data is True
    assert session.alpn == ""
    assert sent[1][:58].hex() == (
        "170303003575ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f80338ac98fc46deb384bd1caeacab6867d726c40546"
    )
    assert FINISHING[0].allows(sent[1])


def test_a_recorded_server_of_tls_13_shows_all_that_is_inside(replay):
    session, sent = replay("openssl-3.0-session-1.3")
    assert len(session.chain) == 3
    assert (session.alpn, session.stapled, session.client_certificate) == ("h2", True, False)
    assert (session.tickets, session.ticket_lifetime, session.early_data) == (True, 7200, True)
    assert session.signature_scheme == "ecdsa_secp256r1_sha256"
    assert allowed(sent[1:])


def test_a_group_that_the_server_asks_for_is_sent_a_key_of(replay):
    asker = Asker(TARGET)
    session, sent = replay("nginx-1.22-session-1.3-retry", asker=asker)
    assert session.group == "secp384r1"
    assert (asker.asked, asker.hellos) == (1, 2)
    assert (session.alpn, session.ticket_lifetime, session.early_data) == ("http/1.1", 300, False)
    assert len(session.chain) == 3
    assert len(sent) == 3
    assert allowed(sent)


def test_a_server_that_wants_a_certificate_is_named_as_such_and_shows_its_own(replay):
    session, sent = replay("gnutls-3.7-session-1.3-request")
    assert session.client_certificate is True
    assert len(session.chain) == 3
    assert session.tickets is None
    assert session_facts(session) == {"tls.client_certificate": True, "tls.ocsp_stapling": False}
    assert allowed(sent)


@pytest.mark.parametrize(
    ("name", "group", "scheme", "requests", "stapled"),
    [
        ("openssl-3.0-session-1.2-gcm", "x25519", "ecdsa_secp256r1_sha256", False, True),
        ("openssl-3.0-session-1.2-rsa", "", "", True, False),
        ("openssl-3.0-session-1.1", "", "", False, False),
        ("openssl-3.0-session-1.0", "x25519", "", False, False),
    ],
)
def test_older_versions_are_finished_for_their_ticket(replay, name, group, scheme, requests, stapled):
    session, sent = replay(name)
    assert session.ticket == Ticket(7200)
    assert (session.tickets, session.early_data, session.finished) == (True, None, True)
    assert (session.group, session.signature_scheme) == (group, scheme)
    assert (session.client_certificate, session.stapled) == (requests, stapled)
    assert allowed(sent)
    assert FINISHING[2].allows(sent[1])


def test_the_facts_of_a_session_are_declared(replay):
    session, _ = replay("openssl-3.0-session-1.3")
    facts = session_facts(session)
    assert facts == {
        "tls.alpn": "h2",
        "tls.tickets": True,
        "tls.ticket_lifetime": 7200,
        "tls.early_data": True,
        "tls.client_certificate": False,
        "tls.ocsp_stapling": True,
    }
    assert set(facts) <= set(tls.FACTS)


@pytest.mark.parametrize("name", RECORDED)
def test_a_conversation_cut_anywhere_ends_in_a_session_or_in_a_peer_error(replay, name):
    whole = (BYTES / f"{name}.bin").read_bytes()
    for size in range(0, len(whole), 23):
        try:
            session, sent = replay(name, said=whole[:size], silent=size % 2 == 0)
        except PeerError:
            continue
        assert session.chain
        assert allowed(sent)


@pytest.mark.parametrize("name", RECORDED)
def test_a_byte_that_is_changed_under_encryption_is_never_believed(replay, name):
    whole = (BYTES / f"{name}.bin").read_bytes()
    session, _ = replay(name)
    for at in range(0, len(whole), 41):
        try:
            changed, _ = replay(name, said=whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :])
        except PeerError:
            continue
        assert changed.chain == session.chain
        assert changed.alpn == session.alpn
        assert changed.ticket in (session.ticket, None)


@pytest.mark.parametrize("answer", [REFUSED_ALPN, FAILED])
@pytest.mark.parametrize("version", [TLS10, TLS12, TLS13], ids=lambda version: version.name)
def test_a_refusal_says_its_alert(recite, answer, version):
    with pytest.raises(Refused) as refusal:
        recite(finish(Asker(TARGET), version), [answer])
    assert refusal.value.alert == answer[-1]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=300), st.sampled_from([TLS10, TLS11, TLS12, TLS13]))
def test_junk_after_a_hello_ends_in_a_peer_error(recite, junk, version):
    hello = message(2, min(version.code, 0x0303).to_bytes(2, "big") + bytes(32) + b"\0\xc0\x13\0" + junk[:40])
    answers = [b"\x16\x03\x03" + vector(2, hello) + junk]
    with pytest.raises(PeerError):
        recite(finish(Asker(TARGET), version), answers)


def test_no_record_of_content_fits_what_may_be_sent():
    """A request of one byte would be 18 bytes or more under encryption; an alert is 19, and stands alone or behind a Finished."""
    for size in range(18, 200):
        sealed = b"\x17\x03\x03" + vector(2, bytes(size))
        assert any(say.allows(sealed) for say in tls.SAYS) is (size == 19)
        assert not any(say.allows(sealed + sealed) for say in tls.SAYS if size != 19)


def test_no_more_than_a_key_exchange_fits_into_one(replay):
    """One byte more or less, or another length said, is another request."""
    for name, at in (("openssl-3.0-session-1.2-rsa", 20), ("openssl-3.0-session-1.2-gcm", 20)):
        _, sent = replay(name)
        assert FINISHING[2].allows(sent[1])
        for wrong in (
            sent[1][:at] + b"G" + sent[1][at:],
            sent[1][:at] + sent[1][at + 1 :],
            sent[1] + b"G",
            sent[1] * 2,
        ):
            assert not any(say.allows(wrong) for say in tls.SAYS)


@pytest.mark.parametrize("parse", [parse_ticket, parse_ticket_13])
@given(body=st.binary(max_size=60))
def test_junk_is_a_ticket_or_a_protocol_error(parse, body):
    try:
        ticket = parse(body)
    except ProtocolError:
        return
    assert ticket is None or 0 <= ticket.lifetime < 2**32


def test_a_ticket_without_one_is_none():
    assert parse_ticket(bytes(6)) is None  # RFC 5077, section 3.3
