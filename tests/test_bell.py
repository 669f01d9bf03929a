"""The bell at real mail and web servers on this machine: heard once by each, whatever the others do."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from inventory.errors import ConfigError
from inventory.model import Severity
from inventory.news import Happened, News
from inventory.store import Store
from scanner import apprising
from scanner.news import Bulletin, summary
from scanner.notices import PAUSES, Bell
from tests.ports import free_port
from tests.riverside import HOSTILE, NOON, REPORT

pytest.importorskip("apprise", reason="apprise is not installed: pip install 'tocsin[notify]'")

OPEN = News("k1", "s1", Happened.NEW, Severity.CRITICAL, "It is open", NOON, "f1", "10.77.0.10", "80/tcp", "camera")
OLD = News("k2", "s2", Happened.NEW, Severity.HIGH, "It is old", NOON, "f2", "10.77.0.11", "80/tcp", "camera")


@dataclass
class Web:
    """A webhook that answers with these statuses in turn, and with the last of them from then on."""

    statuses: list[int] = field(default_factory=lambda: [200])
    got: list[dict[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    tries: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"json://caller:s3cret@127.0.0.1:{self.port}/hook"

    def answer(self, body: bytes) -> int:
        self.tries += 1
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status == 200:
            self.got.append(json.loads(body))
        return status

    @property
    def titles(self) -> list[str]:
        return [each["title"] for each in self.got]


@pytest.fixture
def web() -> Iterator[Callable[..., Web]]:
    servers = []

    def start(*statuses: int) -> Web:
        made = Web(list(statuses) or [200])

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(made.answer(body))
                self.send_header("Location", made.headers.get("Location", "/"))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=partial(server.serve_forever, 0.01), daemon=True).start()
        servers.append(server)
        made.port = server.server_port
        return made

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "inventory.db") as opened:
        yield opened


@dataclass
class Hung:
    """A bell that waits for nobody: `paused` is for how long it would have, `said` what it complained of."""

    bell: Bell
    paused: list[float]
    said: list[str]

    def ring(self, *news: News, over: tuple[str, ...] = (), site: str = "traffic-north") -> tuple[str, ...]:
        return self.bell.ring(site, Bulletin(news, over))


@pytest.fixture
def hang(store):
    def made(*urls: str, level: Severity = Severity.HIGH, **more: object) -> Hung:
        paused: list[float] = []
        said: list[str] = []
        bell = Bell(store, urls, level, said.append, city="Riverside", pause=paused.append, **more)  # type: ignore[arg-type]  # what a test sets
        return Hung(bell, paused, said)

    return made


def test_news_is_told_once(web, hang):
    hook = web()
    for _ in range(3):
        assert hang(hook.url).ring(OPEN) == ()
    assert hook.titles == ["[Tocsin] Riverside/traffic-north: 1 new critical"]
    assert "It is open (camera, finding f1)" in hook.got[0]["message"]


def test_only_what_is_not_told_yet_is_told(web, hang):
    hook = web()
    hung = hang(hook.url)
    hung.ring(OPEN)
    hung.ring(OPEN, OLD)
    assert hook.titles[1] == "[Tocsin] Riverside/traffic-north: 1 new high"


def test_what_is_below_the_level_does_not_ring(web, hang):
    hook = web()
    hang(hook.url, level=Severity.CRITICAL).ring(OLD)
    assert hook.tries == 0


def test_what_was_fixed_and_comes_back_is_news_again_and_what_was_out_of_sight_is_not(web, hang):
    hook = web()
    hung = hang(hook.url)
    hung.ring(OPEN)
    hung.ring()  # a night in which it was not observed
    hung.ring(OPEN)
    assert len(hook.got) == 1
    hung.ring(over=(OPEN.subject,))
    hung.ring(OPEN)
    assert len(hook.got) == 2


def test_a_server_that_fails_is_asked_three_times_with_growing_pauses(web, hang):
    hook = web(500)
    hung = hang(hook.url)
    (problem,) = hung.ring(OPEN)
    assert problem == (
        f"the notice to json://127.0.0.1:{hook.port} was not sent, in 3 tries: it answered with status 500;"
        " what it was to be told waits for the next time"
    )
    assert hook.tries == 3
    assert hung.paused == list(PAUSES) == sorted(PAUSES)
    assert hung.said == [problem.partition("; what")[0]]


def test_a_server_that_fails_once_is_told_at_the_second_try(web, hang):
    hook = web(500, 200)
    hung = hang(hook.url)
    assert hung.ring(OPEN) == ()
    assert (len(hook.got), hung.paused) == (1, [PAUSES[0]])


def test_who_could_not_be_told_is_told_the_next_night_and_the_others_are_not_told_twice(web, hang):
    steady, broken = web(), web(500, 500, 500, 200)
    assert len(hang(steady.url, broken.url).ring(OPEN)) == 1
    assert hang(steady.url, broken.url).ring(replace(OLD, since=OLD.since.replace(day=21))) == ()
    assert steady.titles[1] == "[Tocsin] Riverside/traffic-north: 1 new high"
    assert broken.titles == ["[Tocsin] Riverside/traffic-north: 1 new critical, 1 new high"]
    assert "It is open (camera, finding f1); seen since 2026-11-20 12:00 UTC" in broken.got[0]["message"]


def test_what_is_over_before_it_could_be_told_is_not_told(web, hang):
    hook = web(500, 500, 500, 200)
    hung = hang(hook.url)
    hung.ring(OPEN, OLD)
    hung.ring(over=(OPEN.subject,))
    assert hook.titles == ["[Tocsin] Riverside/traffic-north: 1 new high"]


def test_an_address_that_is_added_is_not_told_of_earlier_nights(web, hang):
    first, added = web(), web()
    hang(first.url).ring(OPEN)
    hang(first.url, added.url).ring()
    assert added.tries == 0


def test_each_site_is_told_by_itself(web, hang):
    hook = web(500, 500, 500, 200)
    hung = hang(hook.url)
    hung.ring(OPEN, site="pumps")
    hung.ring(OLD, site="lamps")
    assert hook.titles == ["[Tocsin] Riverside/lamps: 1 new high"]
    hung.ring(site="pumps")
    assert hook.titles[1:] == ["[Tocsin] Riverside/pumps: 1 new critical"]


def test_an_address_that_refuses_is_said_and_the_others_are_told(web, hang):
    hook, nobody = web(), f"json://caller:s3cret@127.0.0.1:{free_port()}/t0ken"
    (problem,) = hang(nobody, hook.url).ring(OPEN)
    assert "it could not be reached, or did not accept it" in problem
    assert "s3cret" not in problem
    assert "t0ken" not in problem
    assert len(hook.got) == 1


def test_a_server_that_never_answers_holds_up_no_night(hang):
    with hanging() as port:
        hung = hang(f"json://127.0.0.1:{port}", send=partial(apprising.send, patience=0.1))
        (problem,) = hung.ring(OPEN)
    assert "it did not answer within 0.1 seconds" in problem


@contextmanager
def hanging() -> Iterator[int]:
    """A server that takes a connection and says nothing until it ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_notice_follows_no_redirection(web, hang):
    elsewhere, hook = web(), web(307)
    hook.headers["Location"] = f"http://127.0.0.1:{elsewhere.port}/"
    assert "it answered with status 307" in hang(hook.url).ring(OPEN)[0]
    assert elsewhere.tries == 0


def test_nothing_of_an_address_is_kept_or_logged_that_opens_it(web, hang, store, tmp_path, caplog):
    hook = web(500)
    with caplog.at_level(logging.DEBUG):
        hung = hang(hook.url)
        hung.ring(OPEN)
    store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("inventory.db*"))
    assert b"It is open" in kept
    assert b"s3cret" not in kept
    assert b"/hook" not in kept
    assert "s3cret" not in caplog.text
    assert "s3cret" not in "".join(hung.said)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("slack://TokenA/TokenB/TokenC", "slack://…"),
        ("discord://webhook-id/webhook-token", "discord://…"),
        ("mailtos://user:password@mail.example:465/?to=x@city.example", "mailtos://mail.example:465"),
        ("https://user:password@hooks.example/secret", "https://…"),
        ("json://[::1/secret", "json://…"),
    ],
)
def test_of_an_address_only_what_opens_nothing_is_said(url, said):
    assert apprising.shown(url) == said


@pytest.mark.parametrize("url", ["nosuch://TokenA", "slack://", "json://"])
def test_an_address_that_cannot_be_sent_to_is_refused_before_the_night(hang, url):
    with pytest.raises(ConfigError, match=r"the second address for notices, \w+://…, is none that apprise can send to"):
        hang("json://127.0.0.1", url)


def test_where_apprise_is_missing_that_is_said_before_the_night(hang, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    with pytest.raises(ConfigError, match=r"not installed: pip install 'tocsin\[notify\]'"):
        hang("json://127.0.0.1")
    hang()  # nobody is to be told


def test_an_inventory_that_cannot_be_written_ends_no_night(web, hang, store, tmp_path):
    hook = web()
    hung = hang(hook.url)
    store.close()
    (tmp_path / "inventory.db").write_bytes(b"no database at all" * 100)
    (problem,) = hung.ring(OPEN)
    assert "damaged" in problem
    (problem,) = hung.bell.digest([summary("pumps", REPORT, None)])
    assert "damaged" in problem


def test_a_plug_in_that_stumbles_is_a_problem_and_no_more(hang, monkeypatch):
    from apprise.plugins.custom_json import NotifyJSON

    def stumble(*_: object, **__: object) -> None:
        raise RuntimeError("s3cret")

    monkeypatch.setattr(NotifyJSON, "send", stumble)
    (problem,) = hang("json://127.0.0.1").ring(OPEN)
    assert "s3cret" not in problem


def test_the_digest_is_told_once_a_night(web, hang):
    hook = web()
    told = [summary("pumps", REPORT, None), summary("lamps", REPORT, None, "/var/lib/tocsin/latest")]
    for _ in range(2):
        assert hang(hook.url).bell.digest(told) == ()
    assert hook.titles == ["[Tocsin] Riverside/2 sites: the night: a first look, 4 critical, 6 high"]
    assert "  reports: /var/lib/tocsin/latest" in hook.got[0]["message"]
    assert hang(hook.url).bell.digest([]) == ()
    again = replace(REPORT, scan=replace(REPORT.scan, id="another"))
    assert hang(hook.url).bell.digest([summary("pumps", again, None)]) == ()
    assert len(hook.got) == 2


def test_a_digest_that_could_not_be_sent_is_a_problem(web, hang):
    hook = web(500)
    (problem,) = hang(hook.url).bell.digest([summary("pumps", REPORT, None)])
    assert problem.endswith("in 3 tries: it answered with status 500")


@pytest.fixture
def mail():
    """A mail server, and the messages that it was given."""
    controller = pytest.importorskip("aiosmtpd.controller", reason="aiosmtpd is not installed: pip install aiosmtpd")
    got = []

    class Handler:
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802  # as aiosmtpd calls it
            got.append(envelope)
            return "250 OK"

    made = controller.Controller(Handler(), hostname="127.0.0.1", port=free_port())
    made.start()
    yield made.port, got
    made.stop()


def test_a_mail_arrives_as_plain_text_with_its_title(mail, hang):
    port, got = mail
    url = f"mailto://127.0.0.1:{port}/?from=tocsin@city.example&to=team@city.example&mode=insecure&format=text"
    assert hang(url).ring(OPEN) == ()
    message = message_from_bytes(got[0].content, policy=policy.default)
    assert message["Subject"] == "[Tocsin] Riverside/traffic-north: 1 new critical"
    assert got[0].rcpt_tos == ["team@city.example"]
    body = message.get_body(("plain",))
    assert body is not None
    assert "critical, new: It is open (camera, finding f1)" in body.get_content()


@pytest.mark.parametrize("form", ["text", "html", "markdown"])
def test_no_name_of_a_device_adds_a_header_a_recipient_or_a_link(mail, hang, form):
    port, got = mail
    siren = f"x\r\nBcc: all@evil.example\r\n\r\n<a href='//evil.example'>@all</a> [a](http://evil.example) {HOSTILE}"
    url = f"mailto://127.0.0.1:{port}/?from=tocsin@city.example&to=team@city.example&mode=insecure&format={form}"
    first = replace(OPEN, key="k3", what=Happened.FIRST, title=siren)
    hostile = replace(OPEN, title=siren, name=siren, kind=siren)
    assert hang(url, details=True).ring(hostile, first, site=siren) == ()
    message = message_from_bytes(got[0].content, policy=policy.default)
    assert message["Bcc"] is None
    assert got[0].rcpt_tos == ["team@city.example"]
    assert "\n" not in message["Subject"]
    for part in message.walk():
        if part.get_content_maintype() == "text":
            text = part.get_content()
            assert "evil.example" not in text
            assert "@all" not in text
            assert "<a " not in text
            assert "\x1b" not in text
