import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.codecs.telnet_codec import NEGOTIATE, Codec, last_line, plain, prompt

# What inetutils' telnetd 2.4 says first: DO TERMINAL TYPE, TERMINAL SPEED, X DISPLAY, NEW-ENVIRON (RFC 1091, 1079, 1096, 1572).
OPENING = bytes.fromhex("fffd18 fffd20 fffd23 fffd27")
# Busybox 1.35, networking/telnetd.c: DO ECHO, DO NAWS, WILL ECHO, WILL SUPPRESS-GO-AHEAD.
BUSYBOX = bytes.fromhex("fffd01 fffd1f fffb01 fffb03")


def received(*pieces: bytes) -> tuple[bytes, bytes]:
    codec = Codec()
    parts = [codec.receive(piece) for piece in pieces]
    return b"".join(text for text, _ in parts), b"".join(answers for _, answers in parts)


def test_every_unknown_option_is_refused():
    assert received(OPENING) == (b"", bytes.fromhex("fffc18 fffc20 fffc23 fffc27"))


def test_echo_and_suppress_go_ahead_are_theirs_to_have():
    assert received(BUSYBOX)[1] == bytes.fromhex("fffc01 fffc1f fffd01 fffd03")


def test_an_option_that_is_on_is_not_answered_again():
    assert received(bytes.fromhex("fffb01 fffb01 fffd03 fffd03"))[1] == bytes.fromhex("fffd01 fffb03")


def test_an_option_that_is_taken_back_is_confirmed_once():
    assert received(bytes.fromhex("fffb01 fffc01 fffc01 fffb01"))[1] == bytes.fromhex("fffd01 fffe01 fffd01")
    assert received(bytes.fromhex("fffd03 fffe03 fffe03"))[1] == bytes.fromhex("fffb03 fffc03")


def test_commands_and_subnegotiations_are_no_text():
    stream = b"lo\xff\xf1gin\xff\xfa\x18\x01junk\xff\xff\xff\xf0: \xff\xff"
    assert received(stream) == (b"login: \xff", b"")


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_stream_cut_anywhere_is_read_the_same(size):
    stream = OPENING + b"VertX\xff\xfa\x18\x01\xff\xf0 V2000\xff\xff login: " + BUSYBOX
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert received(*pieces) == received(stream)


@given(st.lists(st.one_of(st.binary(max_size=8), st.sampled_from([b"\xff", b"\xff\xfa", b"\xff\xf0", b"\xff\xfd"]))))
def test_whatever_comes_the_answers_are_only_such_as_may_be_sent(pieces):
    _, answers = received(*pieces)
    assert len(answers) <= sum(map(len, pieces))
    assert not answers or NEGOTIATE.allows(answers)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"\r\nVertX V2000 login: ", "login"),
        (b"Daktronics VFC 3000\r\nUsername: ", "login"),
        (b"\r\nUser Name : ", "login"),
        (b"Welcome\r\nUser:", "login"),
        (b"login as (admin): ", "login"),
        (b"Login> ", "login"),
        (b"Account:", "login"),
        (b"Password  : ", "password"),
        (b"admin@10.0.0.1's password: ", "password"),
        (b"User Access Verification\r\n\r\nPassword: ", "password"),
        (b"Enter passcode:", "password"),
        (b"BusyBox v1.19.4\r\n/ # ", "shell"),
        (b"\x1b[0m\x1b[32mroot@cam:~\x1b[0m# ", "shell"),
        (b"# ", "shell"),
        (b"$ ", "shell"),
        (b"APC>", "shell"),
        (b"#> ", "shell"),  # Digi PortServer TS
        (b"[admin@MikroTik] > ", "shell"),
        (b"<HUAWEI>", "shell"),
        (b"-> ", "shell"),
        (b"##########\r\n# Welcome #\r\n##########", "none"),
        (b"##########\r\n# Welcome #", "none"),
        (b"# Welcome to the camera", "none"),
        (b"# \r\n", "none"),
        (b"Please wait #1 > #2 >", "none"),
        (b"HTTP/1.0 400 Bad Request\r\n\r\n<html>", "none"),
        (b"<html>bad</html>", "none"),
        (b"user admin# ", "none"),
        (b"", "none"),
        (b"Last login: Mon Nov  2 10:00:00 2026 from 10.0.0.1\r\n", "none"),
        (b"x" * 500 + b"login:", "none"),
        (b"Welcome\r\nLast login: ", "none"),
        (b"Last failed login:", "none"),
        (b"There were 2 failed attempts since the last successful login", "none"),
        (b"Please call the operator before you login", "none"),
        (b"camera login", "login"),
        (b"\x1b]0;root@cam\x07\x1b[01;32mroot@cam\x1b[0m:~# \x1b[0m", "shell"),
        (b"\x07Password:\x1b[K ", "password"),
    ],
)
def test_what_the_end_of_a_text_asks_for(text, kind):
    assert prompt(text) == kind


@given(st.binary(max_size=200))
def test_any_text_asks_for_one_of_four_things(text):
    assert prompt(text) in {"login", "password", "shell", "none"}
    assert "\n" not in last_line(text)
    assert b"\0" not in plain(text)
