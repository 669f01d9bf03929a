import base64
import hashlib
import html
import json
import quopri
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.contract import Account, Answer, Verdict
from scanner.conversation import Heard
from scanner.mask import Offered, masked, unsaid

PASSWORD = 'Kanarie<&> "pw"-ü9'
OWN = Account("own", "installer", PASSWORD)
WIDE = "Grüße-Straße"


def test_a_secret_is_hidden_plain_and_in_base64():
    encoded = base64.b64encode(b"admin:12345")
    assert masked(b"you sent 12345 as " + encoded, "12345", "admin:12345") == b"you sent *** as ***"


def test_a_secret_that_holds_another_is_hidden_whole():
    assert masked(b"passpass", "pass", "passpass") == b"***"


def test_an_empty_secret_hides_nothing():
    assert masked(b"login: ", "") == b"login: "


def test_a_secret_is_hidden_in_either_encoding():
    assert masked("Grüße".encode() + b" " + "Grüße".encode("latin-1"), "Grüße") == b"*** ***"


UTF8 = PASSWORD.encode()
WRITINGS = {
    "plain": UTF8,
    "latin-1": PASSWORD.encode("latin-1"),
    "upper case": PASSWORD.upper().encode(),
    "cases exchanged": PASSWORD.swapcase().encode(),
    "base64": base64.b64encode(UTF8),
    "base64 of the pair": base64.b64encode(b"installer:" + UTF8),
    "base64 of a sentence": base64.b64encode(b"he said " + UTF8 + b" twice"),
    "base64 for addresses": base64.urlsafe_b64encode(b"xx" + UTF8 + b"??"),
    "hexadecimal": UTF8.hex().encode(),
    "hexadecimal with colons": UTF8.hex(":").upper().encode(),
    "hexadecimal with blanks": UTF8.hex(" ").encode(),
    "an address": quote(PASSWORD, safe="").encode(),
    "a form": quote_plus(PASSWORD).encode(),
    "an address in an address": quote(quote(PASSWORD, safe=""), safe="").encode(),
    "nothing but percents": "".join(f"%{octet:02X}" for octet in UTF8).encode(),
    "a page": html.escape(PASSWORD).encode(),
    "numbers of a page": "".join(f"&#{ord(c)};" for c in PASSWORD).encode(),
    "hexadecimal numbers of a page": "".join(f"&#x{ord(c):X};" for c in PASSWORD).encode(),
    "JSON": json.dumps(PASSWORD)[1:-1].encode(),
    "nothing but JSON's numbers": "".join(f"\\u{ord(c):04x}" for c in PASSWORD).encode(),
    "octets of C": "".join(f"\\x{octet:02x}" for octet in UTF8).encode(),
    "mail": quopri.encodestring(UTF8, quotetabs=True),
    "UTF-16": PASSWORD.encode("utf-16-le")[:-1],
    "UTF-16, the other way": PASSWORD.encode("utf-16-be")[1:],
    "parted by NULs": b"\0\0".join(UTF8[at : at + 1] for at in range(len(UTF8))),
    "parted by colours": "\x1b[1;31m".join(PASSWORD).encode(),
    "parted by colours, shown": "\\x1b[1;31m".join(PASSWORD).encode(),
    "parted by what nobody sees": "\u200b".join(PASSWORD).encode(),
    "parted by soft hyphens": "\u00ad".join(PASSWORD).encode(),
    "parted by what nobody sees, shown": "\\u200b".join(PASSWORD).encode(),
    **{name: hashlib.new(name, UTF8).hexdigest().encode() for name in ("md5", "sha1", "sha256", "sha512")},
    "MD5 in capitals": hashlib.md5(UTF8).hexdigest().upper().encode(),
    "SHA-1 in base64": base64.b64encode(hashlib.sha1(UTF8).digest()).rstrip(b"="),
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_a_secret_is_hidden_however_it_is_written(writing):
    assert unsaid(b"tried (" + WRITINGS[writing] + b") here", [OWN]) == b"tried (***) here"


@pytest.mark.parametrize("password", ["ab%41cd-efgh", "ab&amp;cd-efgh", "ab\\x41cd-efgh", "ab=41cd-efgh"])
@pytest.mark.parametrize("write", [str, html.escape, quote, lambda text: json.dumps(text)[1:-1]])
def test_a_secret_that_looks_like_a_writing_of_another_is_hidden_all_the_same(password, write):
    assert unsaid(f"tried {write(password)} here".encode(), [Account("own", "", password)]) == b"tried *** here"


@pytest.mark.parametrize(
    "cut", ["K\x1b[1;31ma\x1b[1;31mn\x1b[1;31ma\x1b[1;3", "Kana\\x1b[31mr\\x1", "Kanari&#10", "Kanari%6", "Kanari\\u00"]
)
def test_a_piece_of_a_secret_is_hidden_where_the_text_was_cut_off_within_an_escape(cut):
    assert unsaid(f"last: {cut}".encode(), [OWN]) == b"last: ***"


def test_a_secret_is_hidden_without_the_blanks_that_were_lost():
    assert unsaid(b"tried blanks at ends.", [Account("own", "who", "  blanks  at ends ")]) == b"tried ***."


def test_a_piece_of_a_secret_is_hidden_where_the_text_was_cut_off():
    assert unsaid(b"last: Kanarie<", [OWN]) == b"last: ***"
    assert unsaid(b'"pw"-\xc3\xbc9 was tried', [OWN]) == b"*** was tried"


SHORT = (
    Account("short", "admin", "admin"),
    Account("short", "root", "1234"),
    Account("short", "user", "1"),
    Account("short", "camera7", "camera7"),
    Account("community", "", "calvin"),
)


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 200 OK\n<title>admin console of camera7</title>",
        b"Password: \r\nadmin@camera7:~# ",
        b"serial 99123412, port 41234, release 1.1",
        b"a calvinist",
        b"user 1 of 4",
    ],
)
def test_a_short_or_usual_secret_does_not_turn_other_text_into_stars(text):
    assert unsaid(text, SHORT) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (b"password=admin&x", b"password=***&x"),
        (b'{"adminPassword": "admin", "user": "admin"}', b'{"adminPassword": "***", "user": "admin"}'),
        (b"<password>admin</password>", b"<password>***</password>"),
        (b"bad password admin.", b"bad password ***."),
        (b"tried admin/admin, then root:1234", b"tried ***, then ***"),
        (b"tried 1234 as root", b"tried *** as root"),
        (b"Basic YWRtaW46YWRtaW4=", b"Basic ***"),  # RFC 7617 of admin:admin
        (b"21232f297a57a5a743894a0e4a801fc3", b"***"),  # the MD5 of admin
        (b"community was calvin", b"community was ***"),
        (b"pwd: 1", b"pwd: ***"),
        (b"Calvin was here", b"*** was here"),
    ],
)
def test_a_short_or_usual_secret_is_hidden_where_it_is_told_as_one(text, left):
    assert unsaid(text, SHORT) == left


def test_neither_the_evidence_nor_the_reason_of_an_answer_keeps_a_secret():
    answer = Answer(Verdict.REFUSED, f"not {WIDE}".encode(), f"{WIDE.upper()} is wrong")
    kept = Offered({Account("own", "who", WIDE)}).unanswered(answer)
    assert (kept.evidence, kept.reason) == (b"not ***", "*** is wrong")


LETTERS = st.characters(exclude_characters="*", exclude_categories=["Cs"])


@given(st.binary(max_size=300), st.text(LETTERS, min_size=8, max_size=20))
def test_no_text_keeps_a_long_password(heard, password):
    assert password.encode() not in unsaid(heard + password.encode() + heard, [Account("any", "", password)])


@given(st.binary(max_size=300), st.text(LETTERS, max_size=9), st.text(LETTERS, max_size=9), st.binary(max_size=99))
def test_no_text_is_too_much_for_it(heard, password, user, said):
    kept = Offered({Account("any", user, password)}, said).unanswered(Answer(Verdict.REFUSED, heard))
    assert len(kept.evidence) <= 3 * len(heard)


def test_what_was_said_in_a_passwords_place_is_hidden_where_it_comes_back():
    said = b'Digest response="6629fae49393a05397450978507c4ef1"\0' + bytes(range(20))
    heard = b"no 6629FAE49393A05397450978507C4EF1, 000102030405060708090a0b0c0d0e0f, " + base64.b64encode(
        bytes(range(20))
    )
    heard += b"; serial 00112233445566778899, Streaming/Channels/101"
    kept = Offered(set(), said).unanswered(Answer(Verdict.REFUSED, heard, "AAECAwQFBgcICQoLDA0ODxAREhM="))
    assert kept.evidence == b"no ***, ***, ***; serial 00112233445566778899, Streaming/Channels/101"
    assert kept.reason == "***"


def test_a_devices_own_name_is_heard_again_though_a_login_called_it_by_that():
    engine = "800021f3030090e86b1597"
    offered = Offered()
    offered.note((), b"\x30\x10" + bytes.fromhex(engine) + b"\x04\x00")
    heard = offered.unheard(Heard({"snmp.engine_id": engine, "snmp.sys_descr": f"told {engine}"}, b""))
    assert heard.facts == {"snmp.engine_id": engine, "snmp.sys_descr": "told ***"}
