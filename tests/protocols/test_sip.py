import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.codecs import sip_message
from scanner.conversation import Target
from scanner.protocols import sip, sip_tcp
from tests.datagrams import Datagrams
from tests.holding import hold_with

TARGET = Target(Endpoint("192.0.2.1", 5060, "udp"))
# Recorded from kamailio 5.6.3 (Debian 12) over 127.0.0.1.
KAMAILIO = (
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP tocsin.invalid;branch=z9hG4bK7b550ad44917fe6e;rport=46149;received=127.0.0.1\r\n"
    b"From: <sip:tocsin@tocsin.invalid>;tag=7b550ad44917fe6e\r\n"
    b"To: <sip:127.0.0.1:25060>;tag=5497176f96ac98204aead303f19a0d17.1e1e0000\r\nCall-ID: 7b550ad44917fe6e@tocsin.invalid\r\n"
    b"CSeq: 1 OPTIONS\r\nServer: kamailio (5.6.3 (x86_64/linux))\r\nContent-Length: 0\r\n\r\n"
)
# Written from RFC 3261, sections 11.2, 20.5 (Allow), 20.41 (User-Agent) and 22.1 (a challenge).
PHONE = (
    b"SIP/2.0 401 Unauthorized\r\nUser-Agent: Yealink SIP-T46S 66.85.0.5\r\nAllow: INVITE, ACK\r\nAllow: cancel,\r\n OPTIONS\r\n"
    b'WWW-Authenticate: Digest nonce="1", realm="asterisk"\r\nOrganization: City\x1b[31m\r\n\r\n'
)
TRYING = b"SIP/2.0 100 Trying\r\nContent-Length: 0\r\n\r\n"


def test_reads_what_kamailio_says():
    peer = Datagrams([KAMAILIO])
    heard = hold_with(sip.probe(TARGET), peer.answer)
    assert heard.facts == {
        "sip.status": 200,
        "sip.agent": "kamailio (5.6.3 (x86_64/linux))",
        "sip.server": "kamailio (5.6.3 (x86_64/linux))",
    }
    assert len(peer.sent) == 1


def test_reads_a_phone_that_refuses():
    assert sip.parse(PHONE).facts == {
        "sip.status": 401,
        "sip.agent": "Yealink SIP-T46S 66.85.0.5",
        "sip.user_agent": "Yealink SIP-T46S 66.85.0.5",
        "sip.allow": ("INVITE", "ACK", "CANCEL", "OPTIONS"),
        "sip.auth": "digest",
        "sip.realm": "asterisk",
        "sip.organization": r"City\x1b[31m",
    }


def test_asks_for_options_only_and_stays_with_the_device():
    request = sip_message.options(TARGET, "UDP").decode()
    lines = request.split("\r\n")
    assert lines[0] == "OPTIONS sip:192.0.2.1 SIP/2.0"
    assert "Max-Forwards: 0" in lines
    assert "CSeq: 1 OPTIONS" in lines
    assert lines[-2:] == ["", ""]


@pytest.mark.parametrize(
    "target",
    [TARGET, Target(Endpoint("2001:db8::1", 5061)), Target(Endpoint("192.0.2.1", 5061), name="sip.test", tls=True)],
)
def test_everything_it_sends_is_in_its_says(target):
    assert sip.SAYS[0].allows(sip_message.options(target, "UDP"))
    for transport in ("TCP", "TLS"):
        assert sip_tcp.SAYS[0].allows(sip_message.options(target, transport))


@pytest.mark.parametrize("method", [b"INVITE", b"REGISTER", b"MESSAGE", b"NOTIFY", b"BYE"])
def test_nothing_that_rings_is_in_its_says(method):
    request = sip_message.options(TARGET, "UDP").replace(b"OPTIONS", method)
    assert not any(say.allows(request) for say in (*sip.SAYS, *sip_tcp.SAYS))


def test_a_provisional_answer_is_passed_over():
    assert hold_with(sip.probe(TARGET), Datagrams([TRYING, KAMAILIO]).answer).facts["sip.status"] == 200


def test_a_provisional_answer_alone_is_better_than_none():
    assert hold_with(sip.probe(TARGET), Datagrams([TRYING]).answer).facts == {"sip.status": 100}


def test_reads_the_answer_over_tcp(recite):
    heard, sent = recite(sip_tcp.probe(Target(Endpoint("192.0.2.1", 5060))), [b"\r\n\r\n" + TRYING + KAMAILIO])
    assert heard.facts["sip.server"] == "kamailio (5.6.3 (x86_64/linux))"
    assert sent[0].startswith(b"OPTIONS sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/TCP ")


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SIP/2.0 OK\r\n\r\n", b"OPTIONS sip:x SIP/2.0\r\n\r\n"]
)
def test_what_is_no_answer_is_a_peer_error(recite, said):
    with pytest.raises(PeerError):
        recite(sip_tcp.probe(Target(Endpoint("192.0.2.1", 5060))), [said])
    with pytest.raises(ProtocolError):
        sip.parse(said)


@pytest.mark.parametrize("size", range(len(PHONE)))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_protocol_error(size):
    try:
        heard = sip.parse(PHONE[:size])
    except ProtocolError:
        assert size < PHONE.index(b"\n") + 1
    else:
        assert set(heard.facts) <= set(sip.FACTS)


@given(st.binary(max_size=300), st.sampled_from([b"", b"SIP/2.0 200 OK\r\n", b"SIP/2.0 200 OK\r\nServer: "]))
def test_junk_ends_in_facts_or_in_a_protocol_error(junk, start):
    try:
        heard = sip.parse(start + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(sip.FACTS)
