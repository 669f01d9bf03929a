from hypothesis import given
from hypothesis import strategies as st

from inventory.text import excerpt, one_line, visible


def test_controls_bidi_and_zero_width_characters_become_visible():
    assert visible(b"\x1b[2J\x07\x9b\x7f") == "\\x1b[2J\\x07\\x9b\\x7f"
    assert visible("a\u202eb\u200bc\ufeff\ue000") == "a\\u202eb\\u200bc\\ufeff\\ue000"


def test_text_in_any_script_stays_as_it_is():
    assert visible("Straßenlampe 路灯 ÆØÅ\tand a line\n") == "Straßenlampe 路灯 ÆØÅ\tand a line\n"


def test_bytes_that_are_no_utf_8_are_shown_as_bytes():
    assert visible(b"caf\xe9") == "caf\\xe9"


@given(st.binary(max_size=200))
def test_nothing_that_a_terminal_obeys_comes_through(raw):
    text = visible(raw)
    assert all(
        character in "\n\t" or character.isprintable() or character == "\xa0" or character.isspace()
        for character in text
    )
    assert not any(ord(character) < 32 and character not in "\n\t" for character in text)
    assert not any(0x7F <= ord(character) <= 0x9F for character in text)


def test_a_carriage_return_alone_would_overwrite_the_line_and_is_shown():
    assert visible(b"password ok\rpassword wrong\r\n") == "password ok\\x0dpassword wrong\n"


def test_one_line_folds_white_space():
    assert one_line(b" a \r\n\tb ") == "a b"


def test_evidence_that_reads_as_text_is_text_and_the_rest_is_hexadecimal():
    assert excerpt(b"HTTP/1.0 200 OK\r\nServer: x\r\n") == "HTTP/1.0 200 OK\nServer: x\n"
    assert excerpt(bytes.fromhex("16030300590200005503")) == "hex 16 03 03 00 59 02 00 00 55 03"


@given(st.binary(min_size=1, max_size=64))
def test_the_bytes_can_be_had_back_from_hexadecimal_evidence(raw):
    text = excerpt(raw)
    if text.startswith("hex "):
        assert bytes.fromhex(text[4:]) == raw
    else:
        assert text == visible(raw)
