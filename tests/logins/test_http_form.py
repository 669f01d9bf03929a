"""The form that a page itself describes. The pages are written for the tests, after HTML Living Standard 4.10."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from scanner.codecs.html_page import read_page
from scanner.codecs.login_page import LoginForm, is_first_run, leads_out, login_form, way_out
from scanner.logins import http_form
from tests.logins.conftest import ScriptedLine

ACCOUNT = Account("acme", "admin", "pa55&word")
ANONYMOUS = Account("control:anonymous", "", "")
FORM = (
    '<form method="post" action="/login"><input type="hidden" name="csrf" value="3f9a1c"><input type="text" name="name">'
    '<input type="password" name="secret"><input type="checkbox" name="stay"><input type="submit" name="go" value="Log in"></form>'
)
LOGIN = f"<title>Acme gateway</title><p>Welcome</p>{FORM}"
HOME = '<title>Overview</title><p>Doors: 3 locked</p><a href="/logout?t=1">Log out</a>'


def reply(body="", status="200 OK", *headers):
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body.encode())}", "", ""]
    return [b"", "\r\n".join(lines).encode() + body.encode()]


def cookie(value="9f8e7d6c5b"):
    return f"Set-Cookie: session={value}; HttpOnly"


MOVED = reply("", "302 Found", "Location: /home", cookie())


async def ask(wire, account=ACCOUNT):
    return await http_form.attempt(wire, account)


def lines_of(wire):
    return [request.split(b" HTTP/")[0].decode() for request in wire.sent]


async def test_opens_where_the_form_is_gone_and_a_way_out_is_shown(scripted):
    wire = scripted([reply(LOGIN), MOVED, reply(HOME), reply(HOME), reply("bye")])
    answer = await ask(wire)
    assert (answer.verdict, answer.reason) == (Verdict.OPENED, "")
    assert lines_of(wire) == ["GET /", "POST /login", "GET /home", "GET /", "GET /logout?t=1"]
    assert wire.sent[1].endswith(b"\r\n\r\ncsrf=3f9a1c&name=admin&secret=pa55%26word&go=Log+in")
    assert b"Referer: http://192.0.2.1/\r\n" in wire.sent[1]
    assert all(b"Cookie: session=9f8e7d6c5b\r\n" in request for request in wire.sent[2:])
    assert answer.evidence == b"HTTP/1.1 200 OK\n<title>Overview</title>\nafter the login: Log out"


async def test_no_secret_stands_in_the_evidence(scripted):
    echo = "<title>pa55&word pa55%26word 9f8e7d6c5b</title><p>Log out</p>"
    moved = reply("", "302 Found", "Location: /home?s=9f8e7d6c5b", cookie())
    answer = await ask(scripted([reply(LOGIN), moved, reply(echo), reply(echo)]))
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence == b"HTTP/1.1 200 OK\n<title>*** *** ***</title>\nafter the login: Log out"
    assert answer.reason == "it offers no way to end the session, which times out by itself"


async def test_opens_where_a_stranger_is_sent_away_from_what_it_shows(scripted):
    home = "<title>Overview</title>"
    answer = await ask(scripted([reply(LOGIN), MOVED, reply(home), reply(home), reply("", "302 Found", "Location: /")]))
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence.endswith(b"after the login: /home sends a stranger to the login")


@pytest.mark.parametrize(
    "after",
    [
        [reply(LOGIN.replace("Welcome", "Login failed"))],
        [reply(LOGIN)],
        [reply("", "401 Unauthorized")],
        [reply("<p>Wrong password</p>")],
        [reply("", "302 Found", "Location: /?error=1"), reply(LOGIN)],
    ],
    ids=["words", "same", "status", "no form", "redirect"],
)
async def test_is_refused_where_it_asks_again(scripted, after):
    wire = scripted([reply(LOGIN), *after])
    assert (await ask(wire)).verdict is Verdict.REFUSED
    assert wire.connections == []


@pytest.mark.parametrize(
    "after",
    [
        [reply("<p>Welcome!</p>"), reply(LOGIN)],
        [reply("<p>Welcome! Log out</p>"), reply(LOGIN)],
        [reply("<p>Thank you</p>"), reply("<p>Thank you</p>")],
        [MOVED, reply("<p>Home</p>"), reply("<p>Home</p>"), reply("<p>Home</p>")],
        [reply("", "302 Found", "Location: http://192.0.2.99/home")],
        [MOVED, reply("", "302 Found", "Location: /a"), reply("", "302 Found", "Location: /b"), reply(), reply()],
        [MOVED, reply("<p>Home</p>"), reply("", "302 Found", "Location: /signin"), reply(LOGIN)],
        [reply("", "500 Oops")],
        [reply("<p>CSRF token invalid</p>", "403 Forbidden")],
        [reply("<p>Another user is logged in</p>")],
        [],
    ],
    ids=[
        "welcome",
        "way out",
        "no marker",
        "for all",
        "elsewhere",
        "onward",
        "another login",
        "broken",
        "forged",
        "busy",
        "silent",
    ],
)
async def test_what_proves_nothing_has_opened_nothing(scripted, after):
    answer = await ask(scripted([reply(LOGIN), *after]))
    assert answer.verdict is Verdict.UNREACHED
    assert answer.reason


@pytest.mark.parametrize(
    "after",
    [
        reply("", "429 Too Many Requests"),
        reply("", "423 Locked"),
        reply("", "403 Forbidden", "Retry-After: 300"),
        reply(LOGIN.replace("Welcome", "Your account is locked for 5 minutes")),
        reply(LOGIN.replace("Welcome", "Too many failed attempts")),
        reply(LOGIN.replace("Welcome", "Wrong password. Attempts left: 2")),
        reply(LOGIN.replace("Welcome", "Wrong password, 1 attempt remaining")),
        reply("<script>alert('Too many login attempts, try again later')</script>"),
    ],
)
async def test_a_lock_is_left_alone(scripted, after):
    wire = scripted([reply(LOGIN), after])
    assert (await ask(wire)).verdict is Verdict.LOCKED
    assert len(wire.sent) == 2


async def test_a_page_that_always_speaks_of_locks_is_no_lock(scripted):
    page = LOGIN.replace("Welcome", "The account is locked after 5 failures, too many attempts are logged")
    assert (await ask(scripted([reply(page), reply(page)]))).verdict is Verdict.REFUSED


async def test_many_attempts_that_are_left_are_a_refusal(scripted):
    page = LOGIN.replace("Welcome", "Wrong password. Attempts left: 4")
    assert (await ask(scripted([reply(LOGIN), reply(page)]))).verdict is Verdict.REFUSED


async def test_without_an_account_nothing_is_sent(scripted):
    wire = scripted([reply(LOGIN)])
    answer = await ask(wire, ANONYMOUS)
    assert (answer.verdict, lines_of(wire)) == (Verdict.REFUSED, ["GET /"])


async def test_a_start_page_that_leads_to_the_login_is_asked_for_again_itself(scripted):
    moved = reply("", "302 Found", "Location: /login.html")
    wire = scripted([moved, reply(LOGIN), MOVED, reply(HOME), reply(HOME), reply()])
    assert (await ask(wire)).verdict is Verdict.OPENED
    assert lines_of(wire)[4] == "GET /"
    wire = scripted([moved, reply(LOGIN), MOVED, reply(HOME), moved, reply()])
    assert (await ask(wire)).verdict is Verdict.UNREACHED


async def test_pages_that_lead_on_for_ever_end(scripted):
    moved = [reply("", "302 Found", f"Location: /{number}") for number in range(30)]
    wire = scripted([reply(LOGIN), *moved])
    assert (await ask(wire)).verdict is Verdict.UNREACHED
    assert len(wire.sent) <= 12


async def test_its_way_out_never_leads_to_anything_that_is_done(scripted):
    home = HOME.replace("/logout?t=1", "/logout?then=factoryreset")
    wire = scripted([reply(LOGIN), MOVED, reply(home), reply(home)])
    assert (await ask(wire)).verdict is Verdict.OPENED
    assert lines_of(wire)[-1] == "GET /"


UNFIT = {
    "new password": FORM.replace("Log in", "Save") + "<p>Please set a password for the administrator</p>",
    "two passwords": FORM.replace('<input type="checkbox" name="stay">', '<input type="password" name="confirm">'),
    "file": FORM.replace('"checkbox"', '"file"'),
    "textarea": FORM.replace("</form>", "<textarea name='x'></textarea></form>"),
    "select": FORM.replace("</form>", "<select name='x'><option>1</select></form>"),
    "two names": FORM.replace('"checkbox"', '"text"'),
    "captcha": FORM.replace('"checkbox"', '"number"'),
    "get": FORM.replace('"post"', '"get"'),
    "multipart": FORM.replace("<form ", "<form enctype='multipart/form-data' "),
    "script": FORM.replace('type="submit"', 'type="button"'),
    "hashed": FORM + "<script src='/js/md5.js'></script>",
    "two forms": FORM + FORM,
    "elsewhere": FORM.replace("/login", "http://192.0.2.99/login"),
    "other port": FORM.replace("/login", "http://192.0.2.1:8080/login"),
    "wireless": FORM.replace('"secret"', '"wpa_psk"'),
    "no login": FORM.replace("/login", "/save").replace("Log in", "Save"),
    "two buttons": FORM.replace("</form>", '<input type="submit" value="Factory defaults"></form>'),
    "outside": '<input type="password" name="secret"><p>Log in</p>',
}


@pytest.mark.parametrize("body", UNFIT.values(), ids=UNFIT)
async def test_what_is_not_plainly_a_login_is_never_sent(scripted, body):
    wire = scripted([reply(body), reply(HOME), reply(HOME)])
    answer = await ask(wire)
    assert (answer.verdict, lines_of(wire)) == (Verdict.UNREACHED, ["GET /"])
    assert answer.reason


FIRST_RUNS = [
    "<h1>Create administrator account</h1><form method=post><input name=u><input type=password name=p></form>",
    "<p>Set up a password</p><form method=post><input type=password name=p1><input type=password name=p2></form>",
    "<form method=post><input type=password name=newPwd><input type=password name=confirmPwd><input type=submit></form>",
    "<p>Activate the device</p><input type=password id=a><input type=password id=b>",
]


@pytest.mark.parametrize("text", FIRST_RUNS)
def test_a_page_that_asks_for_a_new_password_is_a_first_run_and_no_login(text):
    assert is_first_run(read_page(text))
    assert isinstance(login_form(read_page(text), text), str)


@pytest.mark.parametrize(
    "text",
    [
        LOGIN,
        "<p>no password here: create an account</p>",
        LOGIN + "<form method=post><input type=password name=new><input type=password name=confirm></form>",
        "<form method=post><input type=password name=old><input type=password name=new><input type=password name=again></form>",
    ],
)
def test_a_login_or_a_change_of_password_is_no_first_run(text):
    assert not is_first_run(read_page(text))


def test_a_form_of_a_password_alone_is_filled_in_without_the_name():
    text = '<form method=post><input type=password name=pw value=""><button>Login</button></form>'
    form = login_form(read_page(text), text)
    assert isinstance(form, LoginForm)
    assert form.filled("admin", "x") == (("pw", "x"),)


@given(st.text(st.sampled_from("<>/=\"' abform inputpassword type name method post logout"), max_size=300))
def test_any_page_is_read_to_an_end(text):
    page = read_page(text)
    form = login_form(page, text)
    assert isinstance(form, str | LoginForm)
    assert is_first_run(page) in {True, False}
    assert isinstance(leads_out(page) + way_out(page), str)


@given(st.lists(st.binary(max_size=400), max_size=6), st.sampled_from(["html", "dahua-rpc2+reolink-api+html"]))
async def test_any_answers_end_in_a_verdict_that_opens_nothing(answers, form):
    script = [[b"", answer] for answer in answers]
    wire = ScriptedLine([reply(LOGIN), *script], form=form)
    assert (await ask(wire)).verdict is not Verdict.OPENED


async def test_a_cookie_that_is_none_is_not_kept(scripted):
    home = "<p>Log out</p>"
    headers = [cookie("a" * 3000), "Set-Cookie: x=1\x01; Path=/", "Set-Cookie: y=2; Max-Age=0", "Set-Cookie: z=3"]
    moved = reply("", "302 Found", "Location: /home", *headers)
    wire = scripted([reply(LOGIN), moved, reply(home), reply(home)])
    assert (await ask(wire)).verdict is Verdict.OPENED
    assert b"Cookie: z=3\r\n" in wire.sent[-1]
