"""The logins of databases, through the real wire, against real servers: as they are left open by default, and hardened."""

from collections.abc import Awaitable, Callable, Iterator

import pytest

from checks.contract import Answer, Verdict
from scanner.logins import mysql, postgresql, redis
from tests.logins.real.stores_server import Cluster, Stores, open_folder, running

pytestmark = pytest.mark.real
Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture
def stores() -> Iterator[Stores]:
    yield from running()


async def test_redis_with_the_password_of_its_example_opens_by_it_alone(stores, ask):
    endpoint = stores.redis("--requirepass", "foobared")
    assert (await ask(redis, endpoint)).verdict is Verdict.REFUSED
    assert (await ask(redis, endpoint, "tc0123", "Q0123")).verdict is Verdict.REFUSED
    assert (await ask(redis, endpoint, "", "no-such")).verdict is Verdict.REFUSED
    for user in ("", "default"):
        opened = await ask(redis, endpoint, user, "foobared")
        assert opened.verdict is Verdict.OPENED
        assert opened.evidence == b"-NOAUTH Authentication required.\n+OK\n+PONG"


async def test_redis_without_a_password_asks_for_no_login(stores, ask):
    endpoint = stores.redis()
    assert (await ask(redis, endpoint)).verdict is Verdict.NO_LOGIN_ASKED
    assert (await ask(redis, endpoint, "", "foobared")).verdict is Verdict.NO_LOGIN_ASKED


async def test_redis_with_users_of_its_own_opens_to_them_and_to_nobody_else(stores, ask):
    endpoint = stores.redis(*["--user", "default", "off", "--user", "gateway", "on", ">Gw-secret", "+ping", "~*"])
    assert (await ask(redis, endpoint)).verdict is Verdict.REFUSED
    assert (await ask(redis, endpoint, "", "foobared")).verdict is Verdict.REFUSED
    assert (await ask(redis, endpoint, "gateway", "foobared")).verdict is Verdict.REFUSED
    opened = await ask(redis, endpoint, "gateway", "Gw-secret")
    assert opened.verdict is Verdict.OPENED
    assert b"Gw-secret" not in opened.evidence


@pytest.fixture(scope="module", params=["md5", "scram-sha-256"])
def cluster(request) -> Iterator[Cluster]:
    with open_folder() as folder:
        yield Cluster(folder, request.param, tls=True)


@pytest.mark.parametrize("tls", [False, True], ids=["clear", "tls"])
async def test_postgresql_opens_by_the_password_that_is_set_and_no_other(stores, ask, cluster, tls):
    endpoint = stores.postgresql(
        cluster, f"{'hostssl' if tls else 'hostnossl'} all all 127.0.0.1/32 {cluster.data.name}", tls=tls
    )
    assert (await ask(postgresql, endpoint)).verdict is Verdict.REFUSED
    refused = await ask(postgresql, endpoint, "tc0123", "Q0123")
    assert (refused.verdict, refused.evidence[:5]) == (Verdict.REFUSED, b"28P01")
    assert (await ask(postgresql, endpoint, "postgres", "changed")).verdict is Verdict.REFUSED
    opened = await ask(postgresql, endpoint, "postgres", "postgres")
    assert opened.verdict is Verdict.OPENED
    assert opened.evidence.endswith(b", AuthenticationOk, ReadyForQuery")


async def test_postgresql_that_wants_the_password_in_clear_gets_it_in_clear(stores, ask, cluster):
    endpoint = stores.postgresql(cluster, "host all all 127.0.0.1/32 password")
    assert (await ask(postgresql, endpoint)).verdict is Verdict.REFUSED
    assert (await ask(postgresql, endpoint, "postgres", "changed")).verdict is Verdict.REFUSED
    assert (await ask(postgresql, endpoint, "postgres", "postgres")).verdict is Verdict.OPENED


async def test_postgresql_that_trusts_everybody_asks_for_no_login(stores, ask, cluster):
    endpoint = stores.postgresql(cluster, "host all all 127.0.0.1/32 trust")
    for user, password in (("", ""), ("postgres", "postgres"), ("tc0123", "Q0123")):
        assert (await ask(postgresql, endpoint, user, password)).verdict is Verdict.NO_LOGIN_ASKED


@pytest.mark.parametrize("line", ["host all all 127.0.0.1/32 reject", "host all all 192.0.2.1/32 trust"])
async def test_postgresql_that_takes_no_login_from_here_opens_to_nobody(stores, ask, cluster, line):
    endpoint = stores.postgresql(cluster, line)
    assert (await ask(postgresql, endpoint)).verdict is Verdict.REFUSED
    refused = await ask(postgresql, endpoint, "postgres", "postgres")
    assert (refused.verdict, refused.evidence[:5]) == (Verdict.REFUSED, b"28000")


@pytest.mark.parametrize("right", ["", "Right-1"], ids=["empty", "set"])
@pytest.mark.parametrize("tls", [False, True], ids=["clear", "tls"])
async def test_mariadb_opens_by_the_password_that_is_set_and_no_other(stores, ask, right, tls):
    endpoint = stores.mariadb(f"ALTER USER root@localhost IDENTIFIED BY '{right}'", tls=tls)
    assert (await ask(mysql, endpoint)).verdict is Verdict.REFUSED
    refused = await ask(mysql, endpoint, "tc0123", "Q0123")
    assert (refused.verdict, refused.evidence[:4]) == (Verdict.REFUSED, b"1045")
    assert (await ask(mysql, endpoint, "root", "changed")).verdict is Verdict.REFUSED
    opened = await ask(mysql, endpoint, "root", right)
    assert opened.verdict is Verdict.OPENED
    assert opened.evidence.endswith(b" mysql_native_password OK, COM_PING OK")


async def test_mariadb_that_is_hardened_opens_to_no_default(stores, ask):
    statements = (
        "ALTER USER root@localhost IDENTIFIED BY 'Right-1'",
        "CREATE USER guest@localhost IDENTIFIED BY 'guest' ACCOUNT LOCK",
        "CREATE USER system@localhost IDENTIFIED VIA unix_socket",
        "CREATE USER modern@localhost IDENTIFIED VIA ed25519 USING PASSWORD('modern')",
    )
    endpoint = stores.mariadb(*statements, settings=("--plugin-load-add=auth_ed25519",))
    assert (await ask(mysql, endpoint, "root", "")).verdict is Verdict.REFUSED
    assert (await ask(mysql, endpoint, "root", "root")).verdict is Verdict.REFUSED
    assert (await ask(mysql, endpoint, "guest", "guest")).verdict is Verdict.LOCKED
    assert (await ask(mysql, endpoint, "system", "system")).verdict is Verdict.REFUSED
    modern = await ask(mysql, endpoint, "modern", "modern")
    assert (modern.verdict, modern.reason) == (Verdict.UNREACHED, "it asks for client_ed25519, which is not spoken")


async def test_mariadb_shuts_a_user_out_after_too_many_wrong_passwords_and_that_is_heard(stores, ask):
    endpoint = stores.mariadb(
        "CREATE USER city@localhost IDENTIFIED BY 'Right-1'", settings=("--max-password-errors=1",)
    )
    assert (await ask(mysql, endpoint, "city", "city")).verdict is Verdict.REFUSED
    assert (await ask(mysql, endpoint, "city", "Right-1")).verdict is Verdict.LOCKED
