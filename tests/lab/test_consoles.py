"""Settings that are changed on a device itself: on its page, in its shell over Telnet, and over SSH."""

import base64
import re

import asyncssh
import pytest

from lab.account import CHANGED, Account
from lab.services.http import Http, Lock, page
from lab.services.ssh import Ssh
from lab.services.telnet import Telnet
from lab.services.web_login import form_login, json_login
from lab.settings import Change, Choice, Password, switch
from tests.lab.test_ssh import QUIET, askpass
from tests.lab.test_web_login import get, log_in, post

ADMIN = Account("admin", "12345")
FORM = "Content-Type: application/x-www-form-urlencoded"
SHELL = Telnet(port=2323, account=ADMIN)
WEB = Http(port=8080, lock=Lock("Camera", ADMIN, ("digest", "basic")), pages=(("/", page("Camera V5.4.5")),))
OPEN = Http(port=8080, pages=(("/", page("Gate")),))
SETTINGS = (
    Password(ADMIN, frozenset()),
    switch("telnet", "Telnet", (2323, "tcp")),
    Choice("firmware", "Firmware", (("V5.4.5", Change()), ("V5.5.0", Change((("V5.4.5", "V5.5.0"),))))),
)


def url(house, path="/config"):
    return f"http://{house.address}:8080{path}"


@pytest.mark.real
async def test_curl_changes_the_password_on_the_page_and_only_the_new_one_opens_it(build, tool):
    house = await build(WEB, settings=SETTINGS)
    said = await tool("curl", "-s", "-u", "admin:12345", "--digest", "-d", "password=kite-plum", url(house))
    assert "Set: password." in said.text
    assert "kite-plum" not in said.text
    assert "Unauthorized" in (await tool("curl", "-s", "-u", "admin:12345", "--digest", url(house))).text
    assert "<td>changed</td>" in (await tool("curl", "-s", "-u", "admin:kite-plum", url(house))).text
    assert house.harms == []
    assert [change["setting"] for change in house.log.changes] == ["password"]


async def test_the_page_shows_each_setting_with_its_value_and_never_a_password(build):
    house = await build(OPEN, settings=SETTINGS)
    shown = (await house.talk(8080, get("/config"))).decode()
    assert "<td>Telnet (telnet)</td><td>on</td><td><select" in shown
    assert "<option selected>V5.4.5</option><option>V5.5.0</option>" in shown
    assert "<td>Password (password)</td><td>factory</td>" in shown
    assert "12345" not in shown


async def test_a_browser_sends_the_whole_form_and_only_what_is_new_is_set(build):
    house = await build(OPEN, settings=SETTINGS)
    said = await house.talk(8080, post("/config", "password=&telnet=off&firmware=V5.4.5", FORM))
    assert b"Set: telnet." in said
    assert [change["setting"] for change in house.log.changes] == ["telnet"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("telnet=perhaps", b"telnet is one of on, off, not &#x27;perhaps&#x27;"),
        ("colour=red", b"no setting &#x27;colour&#x27;; there are: password, telnet, firmware"),
        ("telnet=off&firmware=9", b"firmware is one of V5.4.5, V5.5.0"),
        ("password=+x", b"password has 8 to 64 characters"),
        (f"password={'x' * 65}", b"password has 8 to 64 characters"),
        ("password=Password", b"password would be the first to be guessed"),
        ("password=factory", b"&#x27;factory&#x27; is no password"),
        ("telnet=%3Cscript%3E", b"not &#x27;&lt;script&gt;&#x27;"),
    ],
)
async def test_a_value_that_is_not_to_be_had_sets_nothing_and_is_said(build, body, said):
    house = await build(OPEN, settings=SETTINGS)
    heard = await house.talk(8080, post("/config", body, FORM))
    assert heard.startswith(b"HTTP/1.1 400 ")
    assert said in heard
    assert house.log.changes == []


async def test_what_is_no_form_is_refused(build):
    house = await build(OPEN, settings=SETTINGS)
    heard = await house.talk(8080, post("/config", '{"telnet": "off"}', "Content-Type: application/json"))
    assert heard.startswith(b"HTTP/1.1 415 ")
    assert house.log.changes == []


@pytest.mark.parametrize(
    ("web", "status"),
    [
        (WEB, b"401"),
        (Http(port=8080, pages=(("/rootdesc.xml", page("Description")),)), b"404"),
        (Http(port=8080, redirect="https://{address}"), b"301"),
        (Http(port=8080, applications=form_login("Cabinet", ADMIN)), b"404"),
        (Http(port=8080, applications=json_login(ADMIN)), b"404"),
    ],
)
async def test_a_stranger_sees_no_page_where_the_web_server_has_a_login(build, web, status):
    house = await build(web, settings=SETTINGS)
    for request in (get("/config"), get("/elsewhere")):
        assert (await house.talk(8080, request)).startswith(b"HTTP/1.1 " + status)


async def test_a_browser_is_asked_for_the_staffs_account_where_the_form_is_only_shown(build):
    house = await build(Http(port=8080, pages=(("/", page("Sign", form=True)),)), settings=SETTINGS)
    assert b'WWW-Authenticate: Digest realm="Configuration"' in await house.talk(8080, get("/config"))
    assert (await house.talk(8080, get("/elsewhere"))).startswith(b"HTTP/1.1 404 ")


async def test_a_device_without_settings_has_no_page_for_them(build):
    house = await build(OPEN)
    assert (await house.talk(8080, get("/config"))).startswith(b"HTTP/1.1 404 ")


async def test_the_page_is_behind_the_session_of_a_form(build):
    house = await build(Http(port=8080, applications=form_login("Cabinet", ADMIN)), settings=SETTINGS)
    cookie = "Cookie: " + str(re.findall(rb"session=\w+", await log_in(house, "12345"))[0], "ascii")
    assert b"Set: telnet." in await house.talk(8080, post("/config", "telnet=off", FORM, cookie))
    assert (await house.talk(8080, get("/config"))).startswith(b"HTTP/1.1 404 ")


async def test_the_page_is_behind_the_token_of_a_login_in_json(build):
    house = await build(Http(port=8080, applications=json_login(ADMIN)), settings=SETTINGS)
    said = await house.talk(8080, post("/api/login", '{"username": "admin", "password": "12345"}'))
    token = str(re.findall(rb'"token": "(\w+)', said)[0], "ascii")
    assert b"Set: telnet." in await house.talk(8080, post(f"/config?token={token}", "telnet=off", FORM))


@pytest.mark.parametrize(
    "web",
    [
        Http(port=8080, pages=(("/", page("Sign", form=True)),)),
        Http(port=8080, lock=Lock("Sign", CHANGED), pages=(("/", page("Sign")),)),
    ],
)
async def test_the_towns_staff_may_set_what_nobody_knows_the_password_of_and_sees_nothing_else(build, web):
    house = await build(web, settings=SETTINGS)
    staff = "Authorization: Basic " + base64.b64encode(b"staff:lamp-harbour-31").decode()
    assert b"Set: telnet." in await house.talk(8080, post("/config", "telnet=off", FORM, staff))
    elsewhere = await house.talk(8080, get("/elsewhere", staff))
    assert elsewhere.startswith((b"HTTP/1.1 401 ", b"HTTP/1.1 404 "))


async def test_the_towns_staff_may_not_set_what_has_a_password_that_somebody_knows(build):
    house = await build(WEB, settings=SETTINGS)
    staff = "Authorization: Basic " + base64.b64encode(b"staff:lamp-harbour-31").decode()
    assert (await house.talk(8080, get("/config", staff))).startswith(b"HTTP/1.1 401 ")


async def shell(house, *lines):
    typed = b"".join(line.encode() + b"\r\n" for line in ("admin", "12345", *lines))
    return (await house.talk(2323, typed)).decode("latin-1")


async def test_the_shell_lists_its_words_and_the_settings(build):
    house = await build(SHELL, settings=SETTINGS)
    said = await shell(house, "help", "show", "exit")
    assert "passwd           change the password\r\n" in said
    assert "password  factory\r\ntelnet    on       (one of on, off)\r\n" in said
    assert house.harms == []


async def test_passwd_asks_twice_and_shows_neither(build):
    house = await build(SHELL, settings=SETTINGS)
    said = await shell(house, "passwd", "kite-plum", "kite-plum", "exit")
    assert "New password: \r\nRetype new password: \r\npassword updated\r\n" in said
    assert "kite-plum" not in said
    assert b"Login incorrect" in await house.talk(2323, b"admin\r\n12345\r\n", until=b"incorrect")


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("kite-plum", "kite-plumb", "passwords do not match; the password is unchanged"),
        ("factory", "factory", "'factory' is no password"),
    ],
)
async def test_a_password_that_is_mistyped_is_not_set(build, first, second, told):
    house = await build(SHELL, settings=SETTINGS)
    assert told in await shell(house, "passwd", first, second, "exit")
    assert house.log.changes == []


async def test_set_says_what_it_did_and_what_there_is(build):
    house = await build(SHELL, settings=SETTINGS)
    said = await shell(house, "set firmware V5.5.0", "set firmware 9", "set", "exit")
    assert "firmware is set\r\n" in said
    assert "firmware is one of V5.4.5, V5.5.0, not '9'\r\n" in said
    assert "set what to what? set NAME VALUE\r\n" in said
    assert [change["setting"] for change in house.log.changes] == ["firmware"]
    assert house.harms == []


async def test_a_stranger_that_types_anything_is_harm_and_a_person_that_mistypes_is_none(build):
    house = await build(SHELL, settings=SETTINGS)
    assert "reboot: unknown command; help lists what there is" in await shell(house, "reboot", "exit")
    assert house.harms == ["'reboot' was typed into the session on port 2323"]
    assert "shwo: unknown command" in await shell(house, "help", "shwo", "exit")
    assert len(house.harms) == 1


async def test_a_shell_of_a_device_without_settings_knows_no_word(build):
    house = await build(SHELL)
    await shell(house, "help", "exit")
    assert house.harms == ["'help' was typed into the session on port 2323"]


async def test_telnet_that_is_switched_off_in_its_own_session_says_so_and_is_gone(build):
    house = await build(SHELL, settings=SETTINGS)
    assert "telnet is set\r\n" in await shell(house, "set telnet off", "exit")
    with pytest.raises(OSError, match="Connect call failed"):
        await house.talk(2323)


@pytest.mark.real
async def test_a_real_client_changes_a_setting_over_ssh(build, tool, tmp_path):
    house = await build(Ssh(port=2222, account=ADMIN), settings=SETTINGS)
    typed = b"set firmware V5.5.0\npasswd\nkite-plum\nkite-plum\nexit\n"
    said = await tool("ssh", "-T", *QUIET, f"admin@{house.address}", typed=typed, env=askpass(tmp_path, "12345"))
    assert "firmware is set" in said.text
    assert "password updated" in said.text
    assert (said.code, house.harms) == (0, [])
    assert [change["setting"] for change in house.log.changes] == ["firmware", "password"]


def client(house):
    return asyncssh.connect(house.address, 2222, username="admin", password="12345", known_hosts=None, config=None)


async def test_a_terminal_over_ssh_echoes_what_is_typed_but_the_password(build):
    house = await build(Ssh(port=2222, account=ADMIN), settings=SETTINGS)
    async with client(house) as connection, connection.create_process(term_type="xterm") as process:
        for wait, line in (("# ", "passwd"), ("New password: ", "kite-plum"), ("Retype new password: ", "kite-plum")):
            await process.stdout.readuntil(wait)
            process.stdin.write(f"{line}\n")
        said = await process.stdout.readuntil("# ")
        process.stdin.write("exit\n")
        await process.wait()
    assert said.split() == ["password", "updated", "#"]
    assert house.harms == []


async def test_a_command_over_ssh_is_harm_and_so_is_what_the_shell_does_not_know(build):
    house = await build(Ssh(port=2222, account=ADMIN), settings=SETTINGS)
    async with client(house) as connection:
        await connection.run("show")
        said = await connection.run(input="reboot\nexit\n")
    assert "reboot: unknown command" in str(said.stdout)
    assert house.harms == ["a session over SSH: show", "'reboot' was typed into the session over SSH"]
