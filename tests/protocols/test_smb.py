import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from inventory.model import Device, Endpoint
from scanner.conversation import Target
from scanner.protocols import smb

TARGET = Target(Endpoint("192.0.2.1", 445))
# Recorded from smbd 4.17.12 (Debian 12) over 127.0.0.1: with `server min protocol = NT1`, and with SMB2 (its security blob, of no interest here, left out).
ONE = bytes.fromhex(
    "ff534d4272000000008803c0000000000000000000000000fffffeff00000000"
    "11000003320001000441000000000100f1670000fdf38000267cff00f779dd010000082a00fcacd960813b2f51"
    "5400490043004b0045005400530000004b0049004f0053004b002d00310032000000"
)
LATER = bytes.fromhex(
    "fe534d4240000000000000000000010001000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000041000100020300006b696f736b2d313200"
    "0000000000000007000000000080000000800000008000e2da9403f779dd01000000000000000080000000000000004a"
)
# [MS-CIFS] 2.2.4.52.2: a server that takes none of the dialects says so with 0xFFFF in the only word.
NONE_OF_THESE = ONE[:32] + bytes.fromhex("01ffff0000")


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(4, "big") + message


def test_a_server_of_version_1_says_its_name_over_one_connection(recite):
    heard, sent = recite(smb.probe(TARGET), [framed(ONE)])
    assert heard.facts == {
        "smb.smb1": True,
        "smb.dialect": "NT LM 0.12",
        "smb.signing": "none",
        "smb.domain": "TICKETS",
        "smb.name": "KIOSK-12",
    }
    assert sent == [
        bytes.fromhex("0000002f ff534d4272000000001801c0000000000000000000000000fffffeff00000000 00 0c00 02")
        + b"NT LM 0.12\0"
    ]
    assert heard.evidence == ONE


@pytest.mark.parametrize("first", [b"", framed(NONE_OF_THESE)])
def test_a_server_that_gave_version_1_up_is_offered_the_later_ones(recite, first):
    heard, sent = recite(smb.probe(TARGET), [first, framed(LATER)])
    assert heard.facts == {"smb.smb1": False, "smb.dialect": "3.0.2", "smb.signing": "offered"}
    assert sent == [smb.NEGOTIATE1, smb.NEGOTIATE2]


def test_a_server_that_answers_in_a_later_version_at_once_is_not_asked_again(recite):
    heard, sent = recite(smb.probe(TARGET), [framed(LATER)])
    assert heard.facts["smb.smb1"] is False
    assert sent == [smb.NEGOTIATE1]


def test_a_refused_dialect_counts_though_the_second_connection_comes_to_nothing(recite):
    heard, _ = recite(smb.probe(TARGET), [framed(NONE_OF_THESE), b""])
    assert heard.facts == {"smb.smb1": False}


def test_who_closes_twice_is_no_file_server(recite):
    with pytest.raises(PeerClosed):
        recite(smb.probe(TARGET), [b"", b""])


def test_who_is_silent_is_asked_once(recite):
    with pytest.raises(TimedOut):
        recite(smb.probe(TARGET), [b""], silent=True)


@pytest.mark.parametrize(
    ("mode", "signing"), [(0x03, "none"), (0x07, "offered"), (0x0F, "required"), (0x0B, "required")]
)
def test_version_1_says_whether_messages_are_signed(mode, signing):
    assert smb.parse(ONE[:35] + bytes((mode,)) + ONE[36:]).facts["smb.signing"] == signing


@pytest.mark.parametrize(("mode", "signing"), [(0, "none"), (1, "offered"), (3, "required"), (2, "required")])
def test_the_later_versions_say_whether_messages_are_signed(mode, signing):
    assert smb.parse(LATER[:66] + bytes((mode,)) + LATER[67:]).facts["smb.signing"] == signing


def test_extended_security_has_no_names_to_be_read():
    extended = ONE[:55] + b"\x80" + ONE[56:]  # the highest bit of the capabilities
    assert set(smb.parse(extended).facts) == {"smb.smb1", "smb.dialect", "smb.signing"}


def test_port_139_wants_a_netbios_session_first(recite):
    heard, sent = recite(smb.probe(Target(Endpoint("192.0.2.1", 139))), [b"\x82\0\0\0" + framed(ONE)])
    assert heard.facts["smb.smb1"] is True
    # RFC 1001, section 14.1: *SMBSERVER, filled with blanks; the caller's name ends in 00.
    called = b"\x20CKFDENECFDEFFCFGEFFCCACACACACACA\0"
    assert sent[0].startswith(b"\x81\0\0\x44" + called)
    assert len(sent[0]) == 4 + 0x44


def test_a_refused_netbios_session_is_a_protocol_error(recite):
    with pytest.raises(ProtocolError):
        recite(smb.probe(Target(Endpoint("192.0.2.1", 139))), [b"\x83\0\0\1\x82"])


@pytest.mark.parametrize(("ports", "asked"), [((139,), [139]), ((139, 445), []), ((445,), []), ((), [])])
def test_port_139_is_asked_only_where_445_is_closed(ports, asked):
    device = Device("serial:1", ("192.0.2.1",), open_ports=tuple(Endpoint("192.0.2.1", port) for port in ports))
    assert [target.endpoint.port for target in smb.invited(device)] == asked


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\0\0\0\x2f" + b"\xffSMB\x73" + smb.NEGOTIATE1[9:],  # SESSION_SETUP_ANDX
        b"\0\0\0\x6c" + smb.NEGOTIATE2[4:16] + b"\x01\0" + smb.NEGOTIATE2[18:],  # SESSION_SETUP
        smb.NEGOTIATE1 + smb.NEGOTIATE1,
        smb.NEGOTIATE1.replace(b"NT LM 0.12", b"LANMAN2.1\0"),
    ],
)
def test_nothing_but_negotiations_is_in_its_says(request_bytes):
    assert not any(say.allows(request_bytes) for say in smb.SAYS)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        ONE[:31],
        ONE[:36],
        ONE[:60],
        LATER[:63],
        LATER[:128],
        b"\xffSMB\x73" + ONE[5:],
        LATER[:8] + b"\1" + LATER[9:],
        b"HTTP/1.1" * 20,
    ],
)
def test_what_is_cut_short_or_something_else_is_a_protocol_error(message):
    with pytest.raises(ProtocolError):
        smb.parse(message)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.sampled_from([b"", ONE[:32], ONE[:40], LATER[:64], LATER]), st.binary(max_size=80), st.booleans())
def test_junk_ends_in_facts_or_in_a_peer_error(recite, start, junk, whole):
    answer = framed(start + junk) if whole else start + junk
    try:
        heard, _ = recite(smb.probe(TARGET), [answer, answer])
    except PeerError:
        return
    assert set(heard.facts) <= set(smb.FACTS)
