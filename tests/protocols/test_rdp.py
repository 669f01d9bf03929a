import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import rdp

TARGET = Target(Endpoint("192.0.2.1", 3389))
# Recorded over 127.0.0.1 (Debian 12): xrdp 0.9.21 with security_layer tls and rdp, freerdp-shadow-cli 2.11.7 with /sec:nla and /sec:rdp.
XRDP_TLS = bytes.fromhex("03000013 0ed00000123400 0201080001000000")
XRDP_RDP = bytes.fromhex("03000013 0ed00000123400 0201080000000000")
SHADOW_NLA = bytes.fromhex("03000013 0ed00000000000 0300080005000000")
SHADOW_RDP = bytes.fromhex("03000013 0ed00000000000 0300080002000000")
# [MS-RDPBCGR] 2.2.1.2: a server that knows no negotiation; 2.2.1.2.2: the other failures.
OLD = bytes.fromhex("0300000b 06d00000123400")


def failure(code: int) -> bytes:
    return SHADOW_NLA[:15] + bytes((code, 0, 0, 0))


@pytest.mark.parametrize(
    ("answer", "facts"),
    [
        (XRDP_TLS, {"rdp.answer": "PROTOCOL_SSL", "rdp.security": "TLS", "rdp.nla": False}),
        (XRDP_RDP, {"rdp.answer": "PROTOCOL_RDP", "rdp.security": "RDP", "rdp.nla": False}),
        (SHADOW_NLA, {"rdp.answer": "HYBRID_REQUIRED_BY_SERVER", "rdp.security": "NLA", "rdp.nla": True}),
        (SHADOW_RDP, {"rdp.answer": "SSL_NOT_ALLOWED_BY_SERVER", "rdp.security": "RDP", "rdp.nla": False}),
        (failure(3), {"rdp.answer": "SSL_CERT_NOT_ON_SERVER", "rdp.security": "RDP", "rdp.nla": False}),
        (OLD, {"rdp.answer": "no negotiation", "rdp.security": "RDP", "rdp.nla": False}),
        (failure(1), {"rdp.answer": "SSL_REQUIRED_BY_SERVER"}),
        (failure(4), {"rdp.answer": "INCONSISTENT_FLAGS"}),
        (failure(77), {"rdp.answer": "failure 77"}),
        (XRDP_TLS[:15] + b"\x08\0\0\0", {"rdp.answer": "protocol 8"}),
        (
            failure(6),
            {
                "rdp.answer": "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
                "rdp.security": "client certificate",
                "rdp.nla": False,
            },
        ),
    ],
)
def test_reads_which_security_is_demanded_and_asks_once(recite, answer, facts):
    heard, sent = recite(rdp.probe(TARGET), [answer])
    assert heard.facts == facts
    assert sent == [bytes.fromhex("030000130ee000000000000100080001000000")]
    assert heard.evidence == answer


def test_only_the_connection_request_is_in_its_says():
    (say,) = rdp.SAYS
    assert say.allows(rdp.CONNECT)
    # The next packets of a client: an MCS Connect Initial (2.2.1.3), a TLS ClientHello, and a request with a user's name in a cookie.
    for other in (
        b"\x03\0\x01\x9c\x02\xf0\x80\x7f\x65",
        b"\x16\x03\x01\0\x05",
        b"\x03\0\0\x2c\x27\xe0\0\0\0\0\0Cookie: mstshash=admin\r\n",
    ):
        assert not say.allows(other)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        XRDP_TLS[:3],
        XRDP_TLS[:18],
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x03\0\xff\xff" + bytes(20),
        bytes.fromhex("0300000b 06800000123400"),  # a disconnect request (X.224, 13.5)
        XRDP_TLS[:11] + bytes(8),
        XRDP_TLS[:2] + b"\0\x0f" + XRDP_TLS[4:15],
    ],
)
def test_what_is_cut_short_or_something_else_is_a_peer_error(recite, answer):
    with pytest.raises(PeerError):
        recite(rdp.probe(TARGET), [answer])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.sampled_from([b"", XRDP_TLS[:4], XRDP_TLS[:11], SHADOW_NLA[:12]]), st.binary(max_size=40))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, start, junk):
    try:
        heard, _ = recite(rdp.probe(TARGET), [start + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(rdp.FACTS)


@given(st.binary(max_size=40), st.sampled_from([b"", XRDP_TLS[:11]]))
def test_any_bytes_end_in_facts_or_in_a_protocol_error(junk, start):
    try:
        heard = rdp.parse(start + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(rdp.FACTS)
