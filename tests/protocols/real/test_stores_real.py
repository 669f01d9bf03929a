from collections.abc import Iterator

import pytest

from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import memcached, mysql, postgresql, redis
from tests.logins.real.stores_server import Cluster, Stores, running

pytestmark = pytest.mark.real
TARGET = Target(Endpoint("127.0.0.1", 1))


@pytest.fixture
def stores() -> Iterator[Stores]:
    yield from running()


def asked(hold, protocol, endpoint):
    heard, peer = hold(protocol.probe(TARGET), endpoint.port)
    assert all(any(say.allows(request) for say in protocol.SAYS) for request in peer.sent)
    assert set(heard.facts) <= set(protocol.FACTS)
    assert peer.connections == 1
    return heard.facts


def test_redis_that_is_open_names_its_version(stores, hold):
    facts = asked(hold, redis, stores.redis())
    assert (facts["redis.answer"], facts["redis.open"]) == ("PONG", True)
    assert str(facts["redis.version"]).count(".") == 2


def test_redis_with_a_password_is_not_open(stores, hold):
    facts = asked(hold, redis, stores.redis("--requirepass", "Right-1"))
    assert facts == {"redis.answer": "NOAUTH", "redis.open": False}


def test_redis_whose_nameless_user_may_nothing_is_not_open(stores, hold):
    facts = asked(hold, redis, stores.redis(*["--user", "default", "on", "nopass", "-@all"]))
    assert facts == {"redis.answer": "NOPERM", "redis.open": False}


def test_memcached_is_open_and_names_its_version(stores, hold):
    facts = asked(hold, memcached, stores.memcached())
    assert facts["memcached.open"] is True
    assert str(facts["memcached.version"]).startswith("1.")


def test_memcached_with_accounts_is_not_open(stores, hold):
    accounts = stores.folder / "accounts"
    accounts.write_text("gateway:Right-1\n")
    accounts.chmod(0o644)
    assert asked(hold, memcached, stores.memcached("-Y", str(accounts))) == {"memcached.open": False}


@pytest.mark.parametrize("tls", [False, True], ids=["clear", "tls"])
def test_postgresql_refuses_who_names_no_user_and_says_so(stores, hold, tls):
    cluster = Cluster(stores.folder, "scram-sha-256", tls=tls)
    facts = asked(hold, postgresql, stores.postgresql(cluster, "host all all 127.0.0.1/32 trust", tls=tls))
    assert facts == {
        "postgresql.tls": tls,
        "postgresql.code": "28000",
        "postgresql.error": "no PostgreSQL user name specified in startup packet",
    }


def test_mariadb_greets_with_its_version(stores, hold):
    facts = asked(hold, mysql, stores.mariadb())
    assert "MariaDB" in str(facts["mysql.version"])
    assert (facts["mysql.plugin"], facts["mysql.tls"]) == ("mysql_native_password", False)


def test_mariadb_that_takes_no_login_from_here_says_so(stores, hold):
    endpoint = stores.mariadb("DELETE FROM mysql.global_priv WHERE Host != '192.0.2.1'", "FLUSH PRIVILEGES")
    assert asked(hold, mysql, endpoint)["mysql.error_code"] == 1130
