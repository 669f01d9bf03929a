"""HTTP's two schemes, through the real wire, against the web servers of devices: with the password as documented, changed, and with a limit of requests."""

import pytest

from checks.contract import Account, Verdict
from scanner.logins import http
from tests.logins.real.private_users import OURS
from tests.real import servers
from tests.real.asking import ask_once

pytestmark = pytest.mark.real
PASSWORD = "Right-pa55"
SERVERS = pytest.mark.parametrize(
    "server",
    [
        ("lighttpd", "basic"),
        ("lighttpd", "digest"),
        ("plain_lighttpd", "basic"),
        ("plain_lighttpd", "digest"),
        ("nginx",),
    ],
    ids=" ".join,
)


@pytest.fixture(autouse=True)
def our_servers(monkeypatch):
    for name, server in OURS.items():
        monkeypatch.setitem(servers.SERVERS, name, server)


@pytest.fixture
def ask(wire):
    """`await ask(endpoint, user, password)` asks once."""

    async def once(endpoint, user="admin", password=PASSWORD):
        return await ask_once(wire, http, endpoint, Account("test", user, password))

    return once


async def started(run, server, password):
    realm = ("TD-2708",) if server == ("nginx",) else ()
    return await run.start(*server, "admin", password, *realm)


@SERVERS
async def test_the_documented_password_opens(run, ask, server):
    endpoint = await started(run, server, PASSWORD)
    answer = await ask(endpoint)
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence.startswith(b"HTTP/1.1 200 OK\n<title>")
    assert (await ask(endpoint, "", "")).verdict is Verdict.REFUSED
    assert (await ask(endpoint, "tc01234567", "Q0123456789")).verdict is Verdict.REFUSED


@SERVERS
async def test_a_password_that_was_changed_does_not(run, ask, server):
    endpoint = await started(run, server, "another-one")
    assert (await ask(endpoint)).verdict is Verdict.REFUSED
    assert (await ask(endpoint, "", "")).verdict is Verdict.REFUSED


@pytest.mark.parametrize(("status", "verdict"), [("503", Verdict.UNREACHED), ("429", Verdict.LOCKED)])
async def test_a_limit_of_requests_is_no_refusal(run, ask, status, verdict):
    endpoint = await run.start("limited_nginx", "admin", PASSWORD, status)
    answer = await ask(endpoint)
    assert answer.verdict is verdict
    assert answer.reason
