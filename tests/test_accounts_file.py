"""The operator's own accounts file, through the program: what is wrong with it is said in one sentence, with exit code 2, and never with a password."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from checks.catalogue import catalogue
from checks.contract import Account
from checks.credentials import OWN_LIMIT, read_own
from inventory.model import Device
from scanner.cli import run
from scanner.exits import Exit

SECRET = "Zitronenfalter-7Qz"
ENTRY = '[[entry]]\nid = "door-7"\nprotocol = ["telnet"]\nsource = "ours"\n'


def entry(accounts: str, rest: str = ENTRY) -> str:
    return f"{rest}accounts = [{accounts}]\n"


def account(password: str = SECRET, user: str = "installer") -> str:
    return f'{{ user = "{user}", password = "{password}" }}'


@pytest.fixture
def told(tmp_path, capsys):
    """`told(content)` plans a scan with that accounts file, under all that is said of it; `path` is the file."""

    def tell(content: str | bytes | None, *before: str) -> tuple[int, str]:
        own, config = tmp_path / "own.toml", tmp_path / "tocsin.toml"
        if content is not None:
            own.write_bytes(content.encode() if isinstance(content, str) else content)
            own.chmod(0o600)
        config.write_text(
            '[credentials]\naccounts = "own.toml"\n'
            '[[site]]\nname = "here"\nnetworks = ["127.0.0.1"]\napproved_by = "test"\nlevel = "login"\n'
        )
        code = run([*before, "--config", str(config), "scan", "--plan"])
        captured = capsys.readouterr()
        assert SECRET not in captured.out + captured.err
        return code, captured.err

    return tell


REFUSED = {
    "no source": (entry(account()).replace('source = "ours"\n', ""), ["door-7", "no source"]),
    "no protocol": (entry(account()).replace('protocol = ["telnet"]\n', ""), ["door-7", "no protocol"]),
    "no accounts": (ENTRY, ["door-7", "no accounts"]),
    "no account in the list": (entry(""), ["door-7", "no accounts"]),
    "an empty source": (entry(account()).replace('"ours"', '" "'), ["door-7", "source"]),
    "an unknown key": (entry(account()) + "speed = 5\n", ["door-7", "unknown key 'speed'"]),
    "an unknown key of an account": (
        entry(f'{{ user = "a", password = "{SECRET}", port = "23" }}'),
        ["door-7", "user = text, password = text"],
    ),
    "no password": (entry(f'{{ user = "{SECRET}" }}'), ["door-7", "user = text, password = text"]),
    "a password that is a number": (entry('{ user = "a", password = 12345678 }'), ["door-7", "text"]),
    "an unknown protocol": (entry(account()).replace("telnet", "gopher"), ["door-7", "protocol", "telnet"]),
    "an unknown scheme": (
        entry(f'{{ user = "a", password = "{SECRET}", scheme = "rot13" }}'),
        ["door-7", "scheme", "sha256"],
    ),
    "an entry without an id": (entry(account()).replace('id = "door-7"\n', ""), ["entry '1'", "no id"]),
    "another table": (f'[password]\n"{account().encode().hex()}" = 1\n', ["[[entry]]", "password"]),
    "a key without a table": ('accounts = ["x"]\n', ["[[entry]]", "accounts"]),
    "an empty file": ("", ["[[entry]]", "nothing"]),
    "a NUL in the password": (entry(account(SECRET + "\\u0000")), ["door-7", "printable"]),
    "a line break in the password": (entry(account(SECRET + "\\n")), ["door-7", "printable"]),
    "a tab in the password": (entry(account(SECRET + "\\t")), ["door-7", "printable"]),
    "an escape in the password": (entry(account(SECRET + "\\u001b[2J")), ["door-7", "printable"]),
    "a format character in the password": (entry(account(SECRET + "\\u202e")), ["door-7", "printable"]),
    "a control character in the user": (entry(account(user=SECRET + "\\u0007")), ["door-7", "user", "printable"]),
    "a very long password": (entry(account(SECRET * 60_000)), ["bytes"]),
    "a long password": (entry(account(SECRET * 10)), ["door-7", "128"]),
    "a user of half a megabyte": (entry(account(user="x" * 500_000)), ["door-7", "128"]),
    "a thousand accounts": (
        entry(", ".join(account(f"{SECRET}{number}") for number in range(1000))),
        ["door-7", "1000 accounts"],
    ),
    "neither user nor password": (entry(account("", "")), ["door-7", "without user and password"]),
    "one id twice": (entry(account()) + entry(account("another")), ["'door-7'", "twice"]),
    "one account twice": (
        entry(account()) + entry(account()).replace("door-7", "door-8"),
        ["'door-8'", "'installer'", "'door-7'"],
    ),
    "an account twice in one entry": (entry(f"{account()}, {account()}"), ["'door-7'", "'installer'"]),
    "an open quote on the password's line": (entry(f'{{ user = "a", password = "{SECRET} }}'), ["line 5"]),
    "a bad escape on the password's line": (entry(account(SECRET + "\\q")), ["line 5"]),
    "no comma on the password's line": (entry(f'{{ user = "a" password = "{SECRET}" }}'), ["line 5"]),
    "a password without quotes": (entry(f'{{ user = "a", password = {SECRET} }}'), ["line 5"]),
    "a password twice": (entry(f'{{ user = "a", password = "x", password = "{SECRET}" }}'), ["line 5"]),
    "no regular expression": (
        entry(account()) + 'vendor = "ACME"\nproducts = ["("]\n',
        ["door-7", "regular expression"],
    ),
    "a threshold that is none": (entry(account()) + "lock_threshold = -1\n", ["door-7", "lock_threshold"]),
    "an unknown kind": (entry(account()) + 'kinds = ["toaster"]\n', ["door-7", "toaster"]),
    "not UTF-8": (entry(account(f"{SECRET}ü")).encode("latin-1"), ["line 5", "UTF-8"]),
    "UTF-16": (entry(account()).encode("utf-16"), ["UTF-8"]),
    "more than a megabyte": (entry(account()) + "#" * OWN_LIMIT, ["bytes"]),
    "a file that is no text": (os.urandom(0) + bytes(range(256)) * 8, ["own.toml"]),
}


@pytest.mark.parametrize("wrong", REFUSED)
@pytest.mark.parametrize("before", [(), ("--debug",)])
def test_what_is_wrong_with_it_is_said_in_one_sentence_without_a_password(told, wrong, before):
    content, words = REFUSED[wrong]
    code, said = told(content, *before)
    last = said.splitlines()[-1]
    assert code == Exit.USAGE
    assert last.startswith("tocsin: ")
    assert [word for word in words if word not in last] == []
    assert ("Traceback" in said) == bool(before)
    assert before or said.count("\n") == 1
    assert len(last) < 600


@pytest.mark.parametrize(
    "wrong", sorted(set(REFUSED) - {"one id twice", "one account twice", "an account twice in one entry"})
)
def test_every_complaint_names_the_file(told, wrong):
    assert "own.toml" in told(REFUSED[wrong][0])[1]


@pytest.mark.parametrize("wrong", ["one id twice", "one account twice", "an account twice in one entry"])
def test_a_complaint_about_something_twice_names_the_file(told, wrong):
    assert "own.toml" in told(REFUSED[wrong][0])[1]


def test_a_table_in_an_ids_place_is_not_shown(told):
    code, _ = told(entry(account()).replace('"door-7"', f'{{ password = "{SECRET}" }}'))
    assert code == Exit.USAGE


def test_a_password_in_a_keys_place_is_not_shown(told):
    code, _ = told(f'{entry(account())}"{SECRET}" = "installer"\n')
    assert code == Exit.USAGE


def test_a_pipe_in_its_place_is_not_waited_for(told, tmp_path):
    os.mkfifo(tmp_path / "own.toml")
    code, said = told(None)
    assert (code, "a device or a pipe" in said) == (Exit.USAGE, True)


def test_a_file_that_is_not_there_is_said(told):
    code, said = told(None)
    assert (code, "own.toml: no such file" in said.lower()) == (Exit.USAGE, True)


def test_a_folder_in_its_place_is_said(told, tmp_path):
    (tmp_path / "own.toml").mkdir()
    code, said = told(None)
    assert (code, "is a directory" in said.lower(), "own.toml" in said) == (Exit.USAGE, True, True)


# Root may read everything, but not without these two capabilities: capabilities(7).
AS_ANYBODY = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()


def test_a_file_that_may_not_be_read_is_said(told, tmp_path):
    told(entry(account()))  # which writes the configuration beside it
    (tmp_path / "own.toml").chmod(0)
    planned = subprocess.run(
        [
            *AS_ANYBODY,
            sys.executable,
            "-P",
            "-m",
            "scanner.cli",
            "--config",
            tmp_path / "tocsin.toml",
            "scan",
            "--plan",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (planned.returncode, "permission denied" in planned.stderr.lower()) == (Exit.USAGE, True)


def test_a_device_in_its_place_does_not_keep_us(told, tmp_path):
    (tmp_path / "own.toml").symlink_to("/dev/null")
    code, said = told(None)
    assert (code, "a device or a pipe" in said) == (Exit.USAGE, True)


def test_others_that_may_read_it_are_warned_of(told, tmp_path):
    (tmp_path / "own.toml").write_text(entry(account()))
    (tmp_path / "own.toml").chmod(0o644)
    code, said = told(None)
    assert code == Exit.CLEAN
    assert "warning" in said
    assert f"chmod 600 {tmp_path / 'own.toml'}" in said


def test_a_file_of_ones_own_is_not_warned_of(told):
    assert told(entry(account())) == (Exit.CLEAN, "")


def read(folder: Path, text: str) -> tuple[Account, ...]:
    """The accounts that such a file has for a device of which nothing is known."""
    (folder / "own.toml").write_text(text)
    known = catalogue((), own=read_own(folder / "own.toml"))
    return tuple(
        account for entry in known.documented(Device("address:127.0.0.1", ("127.0.0.1",))) for account in entry.accounts
    )


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("installer", "# not a comment"),
        ("", "only-a-password"),
        ("only-a-user", ""),
        ("Jürgen", "Grüße-тест-密码-🔑"),
        ("in'st", "a'b=c;d,e{f}[g]"),
        ("installer", " blanks at both ends "),
        ("x" * 128, "y" * 128),
    ],
)
def test_a_strange_account_is_read_as_it_stands(tmp_path, user, password):
    (read_back,) = read(tmp_path, entry(account(password, user)))
    assert (read_back.user, read_back.password) == (user, password)


def test_a_file_with_a_byte_order_mark_and_line_ends_of_windows_is_read(tmp_path):
    text = "\ufeff" + entry(account()).replace("\n", "\r\n")
    (read_back,) = read(tmp_path, text)
    assert read_back.password == SECRET


def test_one_password_may_be_that_of_several_users(tmp_path):
    both = read(tmp_path, entry(f"{account()}, {account(user='other')}"))
    assert [one.user for one in both] == ["installer", "other"]


def test_a_password_of_the_catalogue_may_stand_in_it(tmp_path):
    text = entry(account("admin", "admin")) + 'vendor = "Hikvision"\n'
    (tmp_path / "own.toml").write_text(text)
    assert [entry.id for entry in read_own(tmp_path / "own.toml")] == ["door-7"]


def test_no_representation_shows_a_password(tmp_path):
    (tmp_path / "own.toml").write_text(entry(account()))
    own = read_own(tmp_path / "own.toml")
    assert SECRET not in repr(own)
    assert SECRET not in repr(catalogue((), own=own))
    assert SECRET not in repr(own[0].accounts)
