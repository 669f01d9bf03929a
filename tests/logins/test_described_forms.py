"""Every described form against its own examples: what is sent, and what each answer means."""

import json

import pytest

from checks.contract import Account, Verdict
from checks.forms import EXAMPLE_PASSWORD, EXAMPLE_USER, load_forms
from scanner.logins import http_form

FORMS = load_forms()
EVERY = pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.id)
ACCOUNT = Account("example", EXAMPLE_USER, EXAMPLE_PASSWORD)
ANONYMOUS = Account("control:anonymous", "", "")
GONE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def raw(example):
    head, _, body = example.lstrip("\n").partition("\n\n")
    return "\r\n".join([*head.split("\n"), f"Content-Length: {len(body.encode())}", "", ""]).encode() + body.encode()


def line(scripted, form, *steps):
    names = [name for name in ("page", "challenge") if name in form.examples] + list(steps)
    answers = [raw(form.examples[name]) for name in names] + ([GONE] if form.leave else [])
    return scripted([[b"", answer] for answer in answers], form=form.id)


async def ask(wire, account=ACCOUNT):
    return await http_form.attempt(wire, account)


@EVERY
async def test_opens_with_its_good_answer_and_what_proves_it(scripted, form):
    wire = line(scripted, form, "opened", "proof")
    answer = await ask(wire)
    assert (answer.verdict, wire.connections) == (Verdict.OPENED, [])
    assert EXAMPLE_PASSWORD.encode() not in answer.evidence
    assert b"only after the login" in answer.evidence
    assert bool(answer.reason) == (form.leave is None)


@EVERY
async def test_sends_the_account_once_as_its_maker_does(scripted, form):
    wire = line(scripted, form, "opened", "proof")
    await ask(wire)
    bodies = [request.partition(b"\r\n\r\n")[2] for request in wire.sent]
    assert bodies.count(form.examples["submits"].encode()) == 1
    assert all(b"Tocsin" not in request.partition(b"\r\n")[0] for request in wire.sent)


@EVERY
async def test_is_refused_with_its_bad_answer(scripted, form):
    wire = line(scripted, form, "refused")
    assert (await ask(wire)).verdict is Verdict.REFUSED
    assert len(wire.connections) == bool(form.leave)


@EVERY
async def test_a_good_answer_without_its_proof_has_opened_nothing(scripted, form):
    shown = raw(form.examples.get("stranger", form.examples["refused"]))
    wire = line(scripted, form, "opened")
    wire.connections.insert(-1 if form.leave else len(wire.connections), [b"", shown])
    answer = await ask(wire)
    assert (answer.verdict, wire.connections) == (Verdict.UNREACHED, [])


@pytest.mark.parametrize("form", [form for form in FORMS.values() if form.locked], ids=lambda form: form.id)
async def test_sees_its_lock(scripted, form):
    assert (await ask(line(scripted, form, "locked"))).verdict is Verdict.LOCKED


@EVERY
async def test_offers_nothing_without_an_account(scripted, form):
    shown = [[b"", raw(form.examples["stranger"])]] if "stranger" in form.examples else []
    wire = scripted([[b"", raw(form.examples["page"])], *shown], form=form.id)
    answer = await ask(wire, ANONYMOUS)
    assert answer.verdict is Verdict.REFUSED
    bodies = [request.partition(b"\r\n\r\n")[2] for request in wire.sent]
    assert form.examples["submits"].encode() not in bodies
    assert "challenge" not in form.examples or len(wire.sent) == 1


@pytest.mark.parametrize("form", [form for form in FORMS.values() if form.open_to_strangers], ids=lambda form: form.id)
async def test_a_proof_that_is_shown_to_strangers_is_no_login(scripted, form):
    wire = scripted([[b"", raw(form.examples["page"])], [b"", raw(form.examples["proof"])]], form=form.id)
    assert (await ask(wire, ANONYMOUS)).verdict is Verdict.NO_LOGIN_ASKED


@EVERY
async def test_a_page_that_does_not_show_it_is_left_alone(scripted, form):
    wire = scripted([[b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"]], form=form.id)
    answer = await ask(wire)
    assert (answer.verdict, len(wire.sent)) == (Verdict.UNREACHED, 1)


@EVERY
async def test_a_server_that_says_the_same_to_everything_is_never_opened(scripted, form):
    page = raw(form.examples["page"])
    wire = scripted([[b"", page]] * 9, form=form.id)
    answer = await ask(wire)
    assert answer.verdict in {Verdict.REFUSED, Verdict.UNREACHED}


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n", Verdict.LOCKED),
        (b"HTTP/1.1 423 Locked\r\nContent-Length: 0\r\n\r\n", Verdict.LOCKED),
        (b"HTTP/1.1 503 Unavailable\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n", Verdict.UNREACHED),
        (b"HTTP/1.1 403 Forbidden\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n", Verdict.LOCKED),
        (b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n", Verdict.UNREACHED),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 37\r\n\r\n{"error":"Too many failed attempts."} ', Verdict.LOCKED),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n{"remaining_attempts": 2}', Verdict.LOCKED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", Verdict.UNREACHED),
        (b"", Verdict.UNREACHED),
    ],
)
async def test_knows_a_lock_by_what_any_server_says(scripted, answer, verdict):
    form = FORMS["teltonika-rutos"]
    wire = scripted([[b"", raw(form.examples["page"])], [b"", answer]], form=form.id)
    assert (await ask(wire)).verdict is verdict


async def test_few_attempts_that_are_left_are_left_to_others(scripted):
    form = FORMS["dahua-rpc2"]
    wire = line(scripted, form, "refused")
    wire.connections[2][1] = wire.connections[2][1].replace(b'Times":4', b'Times":2')
    answer = await ask(wire)
    assert (answer.verdict, answer.reason) == (Verdict.LOCKED, "it says how few attempts are left")


async def test_the_first_form_that_the_page_shows_is_filled_in(scripted):
    form = FORMS["openwrt-luci"]
    wire = line(scripted, form, "refused")
    wire.connections.insert(0, [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"])
    wire.form = "teltonika-rutos+openwrt-luci+html"
    assert (await ask(wire)).verdict is Verdict.REFUSED


@pytest.mark.parametrize("half", ["\\ud800", "\\udc80"])
async def test_a_token_that_is_no_text_ends_in_an_answer(scripted, half):
    form = FORMS["teltonika-rutos"]
    opened = form.examples["opened"]
    token = next(t for t in form.tokens if t.step == "answer")
    value = json.loads(opened.partition("\n\n")[2])
    for step in token.what.split("."):
        value = value[step]
    answers = (raw(form.examples["page"]), raw(opened.replace(value, f"{half}abcdefgh")))
    wire = scripted([[b"", said] for said in answers], form=form.id)
    answer = await ask(wire)
    assert (answer.verdict, token.name in answer.reason) == (Verdict.UNREACHED, True)


STILL = b"<html><head><title>RUT240 - Web UI</title></head><body>live</body></html>"


def still(status=b"200 OK", body=STILL):
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


async def test_a_page_that_is_only_to_be_read_asks_for_no_login(scripted):
    wire = scripted([[b"", still()]], form="teltonika-rutos")
    answer = await ask(wire, ANONYMOUS)
    assert answer.verdict is Verdict.NO_LOGIN_ASKED
    assert answer.evidence == b"HTTP/1.1 200 OK\n<title>RUT240 - Web UI</title>"


@pytest.mark.parametrize(
    "page",
    [
        still(b"404 Not Found"),
        still(body=STILL.replace(b"live", b"<script src=app.js></script>")),
        still(body=STILL.replace(b"live", b"<a href=/old/>old pages</a>")),
        still(body=b"live"),
    ],
)
async def test_of_any_other_page_that_is_not_known_nothing_is_known(scripted, page):
    answer = await ask(scripted([[b"", page]], form="teltonika-rutos"), ANONYMOUS)
    assert (answer.verdict, answer.reason) == (
        Verdict.UNREACHED,
        "none of the forms that are known of this maker stands there",
    )
