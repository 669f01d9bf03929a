import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.codecs.certificates import read_certificate
from scanner.codecs.opcua_codec import Description, Reader
from scanner.conversation import Target
from scanner.protocols import opcua

TARGET = Target(Endpoint("127.0.0.1", 48555))
RECORDED = Path(__file__).parents[1] / "bytes" / "opcua" / "asyncua.hex"
LEAF = (RECORDED.parent.parent / "certificates/rsa1024-sha1.der").read_bytes()
ACKNOWLEDGED, OPENED, ENDPOINTS = (bytes.fromhex(line) for line in RECORDED.read_text().split())
# OPC 10000-6, section 7.1.2.5: an error, with Bad_SecurityPolicyRejected and no reason.
REJECTED = bytes.fromhex("45525246 10000000 00005580 ffffffff")


def test_reads_the_endpoints_and_closes_the_channel(recite):
    heard, sent = recite(opcua.probe(TARGET), [ACKNOWLEDGED + OPENED + ENDPOINTS])
    assert heard.facts["opcua.application_name"] == "PLC1"
    assert heard.facts["opcua.product_uri"] == "urn:freeopcua.github.io:python:server"
    assert heard.facts["opcua.application_uri"] == "urn:freeopcua:python:server"
    assert heard.facts["opcua.security"] == ("None/None",)
    assert heard.facts["opcua.tokens"] == ("anonymous", "user name")
    assert heard.facts["opcua.open"] is True
    assert [request[:4] for request in sent] == [b"HELF", b"OPNF", b"MSGF", b"CLOF"]
    assert sent[3][8:16] == OPENED[8:12] + sent[2][12:16]


def test_everything_it_sends_is_in_its_says_and_a_session_is_not(recite):
    _, sent = recite(opcua.probe(TARGET), [ACKNOWLEDGED + OPENED + ENDPOINTS])
    assert all(any(say.allows(request) for say in opcua.SAYS) for request in sent)
    session = sent[2].replace(bytes.fromhex("0100ac01"), bytes.fromhex("0100cd01"))  # CreateSessionRequest is 461
    assert session != sent[2]
    assert not any(say.allows(session) for say in opcua.SAYS)
    assert not any(say.allows(request + b"\0") for say in opcua.SAYS for request in sent)


def test_the_time_is_in_every_request(recite):
    # open62541 1.5 refuses a request without it (0x80230000); a DateTime counts hundreds of nanoseconds since 1601 (OPC 10000-6, section 5.2.2.5).
    _, sent = recite(opcua.probe(TARGET), [ACKNOWLEDGED + OPENED + ENDPOINTS])
    times = [int.from_bytes(request[at : at + 8], "little") for request, at in zip(sent[1:], (85, 30, 30), strict=True)]
    assert all(date_of(time) > "2026" for time in times)


def date_of(time):
    return str(datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=time // 10))


def test_the_name_that_the_operator_used_is_in_the_url(recite):
    named = Target(TARGET.endpoint, name="plc.city.example")
    _, sent = recite(opcua.probe(named), [ACKNOWLEDGED + OPENED + ENDPOINTS])
    assert sent[0].endswith(b"opc.tcp://plc.city.example:48555")


def test_a_refusal_proves_the_protocol(recite):
    for answer in (REJECTED, ACKNOWLEDGED + REJECTED):
        heard, _ = recite(opcua.probe(TARGET), [answer])
        assert heard.facts == {"opcua.error": "0x80550000"}


def test_the_channel_is_closed_after_an_answer_that_is_none():
    broken = ENDPOINTS[:4] + (4).to_bytes(4, "little")
    sent: list[bytes] = []
    with pytest.raises(ProtocolError):
        _collect(opcua.probe(TARGET), ACKNOWLEDGED + OPENED + broken, sent)
    assert sent[-1][:4] == b"CLOF"


def _collect(conversation, answers, sent):
    """Play recorded bytes, and keep what was sent though the conversation fails."""
    from tests.conftest import Recorded
    from tests.holding import hold_with

    peer = Recorded([answers])
    try:
        hold_with(conversation, peer.answer)
    finally:
        sent += peer.sent


@pytest.mark.parametrize("rest", [b"", LEAF, b"\0\0"], ids=["alone", "with its issuer", "with padding"])
def test_the_first_certificate_of_the_chain_gives_every_fact_that_tls_would(rest):
    first = (RECORDED.parent.parent / "certificates/ec256-sha256.der").read_bytes()
    facts = opcua._facts((described(first + rest),))
    assert facts["opcua.certificate_sha256"] == hashlib.sha256(first).hexdigest()
    assert facts["opcua.certificate_curve"] == "secp256r1"
    assert {name for name in facts if "certificate" in name} == {
        f"opcua.certificate_{name.removeprefix('tls.')}" for name in read_certificate(first)
    }
    assert set(facts) <= set(opcua.FACTS)


def test_why_a_certificate_could_not_be_read_is_a_fact():
    facts = opcua._facts((described(LEAF[:-20]),))
    assert facts["opcua.certificate_subject"] == "CN=Dahua camera,O=Dahua,C=CN"
    assert facts["opcua.certificate_error"]


def described(certificate: bytes) -> Description:
    """An endpoint as OPC 10000-4, section 7.14 describes it."""
    return Description(b"opc.tcp://plc:4840", b"urn:plc", b"", b"PLC", 0, b"", (), certificate, 3, b"", (), b"")


def test_a_message_of_several_chunks_is_put_together(recite):
    body = ENDPOINTS[24:]
    head = ENDPOINTS[8:24]
    first = b"MSGC" + (24 + 100).to_bytes(4, "little") + head + body[:100]
    last = b"MSGF" + (24 + len(body) - 100).to_bytes(4, "little") + head + body[100:]
    heard, _ = recite(opcua.probe(TARGET), [ACKNOWLEDGED + OPENED + first + last])
    assert heard.facts["opcua.application_name"] == "PLC1"


@pytest.mark.parametrize("size", range(0, len(ACKNOWLEDGED + OPENED + ENDPOINTS), 5))
def test_an_answer_cut_anywhere_ends_in_a_peer_error(recite, size):
    with pytest.raises(PeerError):
        recite(opcua.probe(TARGET), [(ACKNOWLEDGED + OPENED + ENDPOINTS)[:size]])


@pytest.mark.parametrize("count", ["ffffff7f", "41000000"])
def test_an_array_that_is_too_long_is_a_protocol_error(count):
    with pytest.raises(ProtocolError):
        Reader(bytes.fromhex(count) + bytes(1000)).array(lambda: 0, 64)


@given(st.integers(0, len(ENDPOINTS) - 9), st.binary(min_size=1, max_size=8))
def test_an_answer_with_bytes_changed_ends_in_facts_or_in_protocol_error(at, junk):
    body = ENDPOINTS[8:]
    try:
        heard = opcua.parse(body[:at] + junk + body[at + len(junk) :])
    except ProtocolError:
        return
    assert set(heard.facts) <= set(opcua.FACTS)


@given(st.binary(max_size=300))
def test_junk_ends_in_facts_or_in_protocol_error(junk):
    for read in (opcua.parse, opcua.opened, opcua.chunk_size, lambda data: opcua.parse(ENDPOINTS[8:52] + data)):
        try:
            read(junk)
        except ProtocolError:
            continue
