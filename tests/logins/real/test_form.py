"""The form that a page describes, through the real wire, against PHP's own sessions: as it is delivered, and hardened."""

from collections.abc import Awaitable, Callable, Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from checks.contract import Account, Answer, Verdict
from inventory.model import Endpoint, Level
from scanner.audit import Audit
from scanner.logins import http_form
from scanner.pace import PACES
from scanner.scope import Grant, Scope
from scanner.wire import Wire
from tests.logins.real.form_server import Cabinet, start
from tests.real.asking import ask_once

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
def ask(tmp_path: Path) -> Iterator[Ask]:
    """`await ask(endpoint, user, password)` asks once, through the wire."""
    grant = Grant((ip_network("127.0.0.0/8"),), (), Level.LOGIN, "the test")
    with Audit(tmp_path / "audit.jsonl") as audit:
        wire = Wire(Scope((grant,)), PACES["lab"], audit, level=Level.LOGIN)

        async def once(endpoint: Endpoint, user: str = "", password: str = "") -> Answer:
            account = Account("test", user, password)
            return await ask_once(wire, http_form, endpoint, account, path="/", form="teltonika-rutos+html")

        yield once


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
