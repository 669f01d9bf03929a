import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import vnc

TARGET = Target(Endpoint("192.0.2.1", 5900))
# Recorded from Xtigervnc 1.12.0 (Debian 12) with -SecurityTypes None, over 127.0.0.1.
OPEN = b"RFB 003.008\n\x01\x01"


@pytest.mark.parametrize(
    ("said", "facts", "answer"),
    [
        (OPEN, {"vnc.version": "3.8", "vnc.security_types": ("None",), "vnc.no_authentication": True}, vnc.EIGHTH),
        # RFC 6143, sections 7.1.1 and 7.1.2, and appendix A for version 3.3.
        (
            b"RFB 003.007\n\x03\x02\x10\x13",
            {
                "vnc.version": "3.7",
                "vnc.security_types": ("VNC Authentication", "Tight", "VeNCrypt"),
                "vnc.no_authentication": False,
            },
            vnc.SEVENTH,
        ),
        (
            b"RFB 003.003\n\0\0\0\x02",
            {"vnc.version": "3.3", "vnc.security_types": ("VNC Authentication",), "vnc.no_authentication": False},
            vnc.OLD,
        ),
        (
            b"RFB 003.003\n\0\0\0\x01",
            {"vnc.version": "3.3", "vnc.security_types": ("None",), "vnc.no_authentication": True},
            vnc.OLD,
        ),
        (b"RFB 003.003\n\0\0\0\0\0\0\0\x04busy", {"vnc.version": "3.3", "vnc.refusal": "busy"}, vnc.OLD),
        (
            b"RFB 003.008\n\0\0\0\0\x11Too many failures",
            {"vnc.version": "3.8", "vnc.refusal": "Too many failures"},
            vnc.EIGHTH,
        ),
        (b"RFB 003.008\n\0", {"vnc.version": "3.8"}, vnc.EIGHTH),
        (
            b"RFB 003.889\n\x02\x1e\xf0",
            {
                "vnc.version": "3.889",
                "vnc.security_types": ("Apple Remote Desktop", "type 240"),
                "vnc.no_authentication": False,
            },
            vnc.EIGHTH,
        ),
    ],
)
def test_reads_the_locks_and_chooses_none(recite, said, facts, answer):
    heard, sent = recite(vnc.probe(TARGET), [said])
    assert heard.facts == facts
    assert sent == [answer]
    assert any(say.allows(answer) for say in vnc.SAYS)
    assert heard.evidence == said


@pytest.mark.parametrize("choice", [b"\x01", b"\x02", b"\0"])
def test_no_choice_and_no_password_is_in_its_says(choice):
    assert not any(say.allows(choice) for say in vnc.SAYS)


@pytest.mark.parametrize(
    "said",
    [b"", b"RFB 003.008", b"SSH-2.0-x\r\n\r\n", b"RFB 003.008\n", b"RFB 003.008\n\x02\x01", b"RFB 003.003\n\0\0"],
)
def test_an_answer_that_is_cut_short_is_a_peer_error(recite, said):
    with pytest.raises(PeerError):
        recite(vnc.probe(TARGET), [said])


@pytest.mark.parametrize("said", [b"", OPEN[:12], OPEN[:13], b"RFB 003.003\n\1\0\0\1", b"RFB 03.008\n\x01\x01"])
def test_what_is_no_list_is_a_protocol_error(said):
    with pytest.raises(ProtocolError):
        vnc.parse(said)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=60), st.sampled_from([b"", b"RFB 003.008\n", b"RFB 003.003\n", b"RFB 003.008\n\0"]))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, _ = recite(vnc.probe(TARGET), [start + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(vnc.FACTS)


@given(st.binary(max_size=60), st.sampled_from([b"", b"RFB 003.008\n", b"RFB 003.003\n"]))
def test_any_bytes_end_in_facts_or_in_a_protocol_error(junk, start):
    try:
        heard = vnc.parse(start + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(vnc.FACTS)
