"""The form that a page describes, through the real wire, against PHP's own sessions: as it is delivered, and hardened."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from checks.contract import Answer, Verdict
from scanner.logins import http_form
from tests.logins.real.form_server import Cabinet, start

pytestmark = pytest.mark.real
Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
def cabinet(tmp_path: Path) -> Iterator[Callable[..., Cabinet]]:
    """`cabinet(password, lock)` starts a server that the test ends."""
    running: list[Cabinet] = []

    def begin(password: str, lock: int = 0) -> Cabinet:
        running.append(start(tmp_path, password, lock))
        return running[-1]

    yield begin
    for one in running:
        one.stop()


@pytest.fixture
def ask(ask):
    """The one question, to a form that the page describes."""
    return partial(ask, http_form, path="/", form="teltonika-rutos+html")


async def test_opens_where_the_default_password_is_set_and_leaves_no_session(cabinet, ask, tmp_path):
    server = cabinet("Fact0ry-word")
    assert (await ask(server.endpoint)).verdict is Verdict.REFUSED
    assert (await ask(server.endpoint, "tcstranger", "Q1")).verdict is Verdict.REFUSED
    answer = await ask(server.endpoint, "admin", "Fact0ry-word")
    assert (answer.verdict, answer.reason) == (Verdict.OPENED, "")
    assert answer.evidence == b"HTTP/1.1 200 OK\n<title>Status</title>\nafter the login: Sign out"
    assert [server.noted(what) for what in ("failures", "opened", "closed")] == [1, 1, 1]
    assert "Fact0ry" not in (tmp_path / "audit.jsonl").read_text()


async def test_never_opens_where_the_password_was_changed_and_stops_at_the_lock(cabinet, ask):
    server = cabinet("changed", lock=2)
    assert (await ask(server.endpoint)).verdict is Verdict.REFUSED
    for word in ("admin", "Fact0ry-word"):
        assert (await ask(server.endpoint, "admin", word)).verdict is Verdict.REFUSED
    assert (await ask(server.endpoint, "admin", "changed")).verdict is Verdict.LOCKED
    assert [server.noted(what) for what in ("failures", "opened", "after_lock")] == [2, 0, 1]
