import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import refusals

PHRASES = tomllib.loads(refusals.FILE.read_text(encoding="utf-8"))["phrase"]
SAYS = {
    "locked": refusals.says_locked,
    "later": refusals.says_locked,
    "left": refusals.few_left,
    "busy": refusals.says_busy,
    "refused": refusals.says_refused,
    "new-password": refusals.wants_new_password,
}


def examples(key: str) -> list[tuple[str, str, str]]:
    return [(phrase["means"], phrase["pattern"], said) for phrase in PHRASES for said in phrase.get(key, ())]


@pytest.mark.parametrize(("means", "pattern", "said"), examples("examples"))
def test_every_phrase_is_known_by_its_examples(means, pattern, said):
    assert re.search(pattern, said, re.IGNORECASE)
    assert SAYS[means](said)


@pytest.mark.parametrize(("means", "pattern", "said"), examples("not"))
def test_no_phrase_takes_what_it_must_pass_over(means, pattern, said):
    assert not re.search(pattern, said, re.IGNORECASE)


def test_every_phrase_has_a_source_and_examples():
    for phrase in PHRASES:
        assert set(phrase) - {"not"} == {"means", "language", "pattern", "source", "examples"}
        assert phrase["source"].strip()
        assert phrase["examples"]
        assert phrase["means"] in SAYS


@pytest.mark.parametrize(
    "threat",
    [
        "Your account will be locked after 5 failed attempts.",
        "Accounts are locked after 3 failed logins",
        "If you fail three times, your address is blocked",
        "Das Konto wird nach 3 Versuchen gesperrt",
    ],
)
def test_a_threat_is_no_lock_where_nothing_was_tried(threat):
    assert not refusals.says_locked(threat, threats=False)
    assert refusals.says_locked(threat)


@pytest.mark.parametrize(
    ("said", "lock", "busy"),
    [
        ("530 Account locked.", True, False),
        ("421 Too many login failures, your address is banned", True, False),
        ("<Text>The user is locked out, try again in 30 minutes</Text>", True, False),
        ("Maximum login attempts exceeded", True, False),
        ("Login temporarily disabled", True, False),
        ("Too many security failures", True, False),
        ('{"error":"Account locked","code":7}', True, False),
        # vsftpd, Pure-FTPd, ProFTPD and wu-ftpd, which mean clients and not passwords.
        ("421 There are too many connected users, please try later.", False, True),
        ("421 50 users (the maximum) are already logged in, sorry", False, True),
        ("530 Sorry, the maximum number of clients (2) from your host are already connected.", False, True),
        ("421 Too many connections from your internet address, try again later.", False, True),
        ("Too many users. Please try again later.", False, True),
        ("-ERR max number of clients reached", False, True),
        ("530 Login incorrect.", False, False),
        ("401 Unauthorized", False, False),
        ("404 Block 7 has no clock", False, False),
        ('{"user":"admin","locked":false}', False, False),
    ],
)
def test_a_lock_is_told_from_a_limit_of_clients(said, lock, busy):
    assert (refusals.says_locked(said), refusals.says_busy(said)) == (lock, busy)


@pytest.mark.parametrize(
    "past",
    [
        "Last failed login: Mon Nov  2 from 10.0.0.1",
        "There were 2 failed login attempts since the last successful login.",
    ],
)
def test_a_message_to_whoever_got_in_is_no_refusal(past):
    assert not refusals.says_refused(past)


@pytest.mark.parametrize(
    ("said", "few"),
    [
        ("Wrong password, 2 attempts left", True),
        ("1 try remaining before lockout", True),
        ("Remaining login attempts: 0", True),
        ("密码错误,还剩1次", True),
        ("Wrong password, 4 attempts remaining", False),
        ("Remaining attempts: 5", False),
        ("2 attempts", False),
    ],
)
def test_hardly_any_attempt_left_is_heeded(said, few):
    assert refusals.few_left(said) is few


def test_bytes_without_a_charset_are_read_in_each_that_devices_use():
    assert any(refusals.says_locked(text) for text in refusals.readings("用户已被锁定".encode("gb18030")))
    assert any(refusals.says_locked(text) for text in refusals.readings("Compte verrouillé".encode("latin-1")))
    assert refusals.readings("Compte verrouillé".encode()) == ("Compte verrouillé",)


@given(st.binary(max_size=300))
def test_any_bytes_are_read(junk):
    for text in refusals.readings(junk):
        assert all(isinstance(says(text), bool) for says in (*SAYS.values(), refusals.few_left))


def test_a_long_text_is_searched_in_reasonable_time():
    for text in ("user " * 100_000, "a" * 500_000, "wait " * 50_000 + "\n" * 1000):
        assert not refusals.says_locked(text)
