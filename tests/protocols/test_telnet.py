import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError, TimedOut
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import telnet

TARGET = Target(Endpoint("192.0.2.1", 23))
# HID VertX V2000: the banner of the Linux it runs, behind busybox' negotiation (networking/telnetd.c).
VERTX = bytes.fromhex("fffd01 fffd1f fffb01 fffb03") + b"\r\nVertX V2000 login: "
SHELL = b"\r\n\r\nBusyBox v1.19.4 (2014-07-02) built-in shell (ash)\r\n\r\n/ # "


def test_reads_the_banner_and_sees_the_login(recite):
    heard, sent = recite(telnet.probe(TARGET), [VERTX], silent=True)
    assert heard.facts == {"telnet.banner": "VertX V2000 login:", "telnet.prompt": "login"}
    assert heard.evidence == b"\r\nVertX V2000 login: "
    assert sent == [bytes.fromhex("fffc01 fffc1f fffd01 fffd03")]


def test_a_prompt_that_stays_without_any_login_is_a_shell(recite):
    heard, sent = recite(telnet.probe(TARGET), [SHELL], silent=True)
    assert heard.facts["telnet.prompt"] == "shell"
    assert sent == []


def test_a_prompt_of_a_device_that_hangs_up_is_no_shell(recite):
    heard, _ = recite(telnet.probe(TARGET), [SHELL])
    assert heard.facts["telnet.prompt"] == "none"


def test_a_device_that_never_stops_drawing_prompts_has_no_shell(recite):
    heard, _ = recite(telnet.probe(TARGET), [b"\r\n# " * 20_000], silent=True)
    assert heard.facts["telnet.prompt"] == "none"


def test_bytes_without_end_and_without_lines_are_no_telnet(recite):
    with pytest.raises(ProtocolError):
        recite(telnet.probe(TARGET), [b"A" * 20_000], silent=True)


def test_a_device_that_negotiates_speaks_telnet_whatever_follows(recite):
    heard, _ = recite(telnet.probe(TARGET), [b"\xff\xfb\x01" + b"A" * 20_000], silent=True)
    assert heard.facts["telnet.prompt"] == "none"


def test_a_box_drawn_in_hashes_is_no_shell(recite):
    heard, _ = recite(telnet.probe(TARGET), [b"##########\r\n# Sign 7 #\r\n##########"], silent=True)
    assert heard.facts["telnet.prompt"] == "none"


def test_terminal_control_does_not_reach_the_facts(recite):
    heard, _ = recite(telnet.probe(TARGET), [b"\x1b[2J\x1b]0;owned\x07Router\x9b\r\nlogin: "], silent=True)
    assert heard.facts["telnet.prompt"] == "login"
    assert "\x1b" not in str(heard.facts["telnet.banner"])


def test_everything_it_sends_is_in_its_says(recite):
    _, sent = recite(telnet.probe(TARGET), [VERTX], silent=True)
    assert sent
    assert all(any(say.allows(request) for say in telnet.SAYS) for request in sent)


@pytest.mark.parametrize("keystroke", [b"\r\n", b"root\r\n", b"\xff\xfd\x18", b"\xff\xfa\x18\x00vt100\xff\xf0", b""])
def test_no_keystroke_is_in_its_says(keystroke):
    assert not any(say.allows(keystroke) for say in telnet.SAYS)


def test_silence_is_no_telnet(recite):
    with pytest.raises(TimedOut):
        recite(telnet.probe(TARGET), [b""])


@pytest.mark.parametrize("size", range(3, len(VERTX)))
def test_an_answer_cut_anywhere_gives_facts(recite, size):
    heard, _ = recite(telnet.probe(TARGET), [VERTX[:size]], silent=True)
    assert set(heard.facts) == set(telnet.FACTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixture is a function and keeps nothing
@given(st.binary(min_size=1, max_size=300), st.booleans())
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk, silent):
    try:
        heard, _ = recite(telnet.probe(TARGET), [junk], silent=silent)
    except PeerError:
        return
    assert set(heard.facts) == set(telnet.FACTS)
