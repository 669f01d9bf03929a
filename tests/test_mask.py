import base64

from scanner.mask import masked


def test_a_secret_is_hidden_plain_and_in_base64():
    encoded = base64.b64encode(b"admin:12345")
    assert masked(b"you sent 12345 as " + encoded, "12345", "admin:12345") == b"you sent *** as ***"


def test_a_secret_that_holds_another_is_hidden_whole():
    assert masked(b"passpass", "pass", "passpass") == b"***"


def test_an_empty_secret_hides_nothing():
    assert masked(b"login: ", "") == b"login: "


def test_a_secret_is_hidden_in_either_encoding():
    assert masked("Grüße".encode() + b" " + "Grüße".encode("latin-1"), "Grüße") == b"*** ***"
