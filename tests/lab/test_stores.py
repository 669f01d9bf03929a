"""The databases of the lab, spoken to by their own clients."""

import pytest

from lab.account import Account
from lab.fake import Manners
from lab.services.memcached import Memcached
from lab.services.mongodb import MongoDb
from lab.services.mysql import CACHING, NATIVE, MySql
from lab.services.postgresql import PostgreSql
from lab.services.redis import Redis

PING, QUIT = b"*1\r\n$4\r\nPING\r\n", b"*1\r\n$4\r\nQUIT\r\n"
SET = Account("city", "Se-cret")


async def test_an_open_redis_answers_and_says_its_version(build):
    house = await build(Redis(version="7.0.15"))
    heard = await house.talk(6379, PING + b"*1\r\n$5\r\nHELLO\r\n" + QUIT)
    assert heard.startswith(b"+PONG\r\n*14\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n")
    assert heard.endswith(b"+OK\r\n")
    assert house.harms == []


async def test_a_redis_with_a_password_or_protected_takes_no_ping(build):
    house = await build(Redis(account=Account("default", "x")), Redis(port=6380, protected=True))
    assert await house.talk(6379, PING + QUIT) == b"-NOAUTH Authentication required.\r\n+OK\r\n"
    assert (await house.talk(6380)).startswith(b"-DENIED ")


@pytest.mark.parametrize("command", [b"INFO\r\n", b"*2\r\n$4\r\nKEYS\r\n$1\r\n*\r\n", b"*1\r\n$8\r\nFLUSHALL\r\n"])
async def test_a_redis_command_that_reads_or_writes_is_harm(build, command):
    house = await build(Redis())
    await house.talk(6379, command + QUIT)
    assert len(house.harms) == 1


@pytest.mark.real
async def test_redis_cli_logs_in(build, tool):
    house = await build(Redis(account=SET))
    for password, said in (("Se-cret", "PONG"), ("wrong", "NOAUTH")):
        arguments = ("-h", house.address, "--user", "city", "--pass", password, "--no-auth-warning", "PING")
        assert said in (await tool("redis-cli", *arguments)).text
    assert house.log.logins == {"city": 1}


async def test_memcached_says_its_version_and_anything_else_is_harm(build):
    house = await build(Memcached(version="1.6.18"), Memcached(port=11212, locked=True))
    assert await house.talk(11211, b"version\r\nquit\r\n") == b"VERSION 1.6.18\r\n"
    assert house.harms == []
    await house.talk(11211, b"stats\r\nquit\r\n")
    assert house.harms == ["the memcached command 'stats'"]
    assert await house.talk(11212, b"version\r\n", until=b"\n") == b"CLIENT_ERROR unauthenticated\r\n"


@pytest.mark.parametrize("method", ["password", "md5", "scram-sha-256"])
@pytest.mark.real
async def test_psql_logs_in_and_its_statement_is_harm(build, tool, method):
    house = await build(PostgreSql(account=SET, method=method))
    wish = (f"host={house.address} user=city dbname=postgres sslmode=prefer", "-c", "SELECT 1")
    said = await tool("psql", *wish, env={"PGPASSWORD": "wrong"})
    assert 'password authentication failed for user "city"' in said.text
    await tool("psql", *wish, env={"PGPASSWORD": "Se-cret"})
    assert house.harms == ["a PostgreSQL message of type 'Q' after the login"]
    assert house.log.logins == {"city": 1}


@pytest.mark.real
async def test_psql_is_trusted_as_the_user_that_there_is(build, tool):
    house = await build(PostgreSql(account=SET, method="trust"))
    said = await tool("psql", f"host={house.address} user=nobody dbname=postgres", "-c", "SELECT 1")
    assert 'role "nobody" does not exist' in said.text


async def test_postgresql_refuses_who_names_no_user(build):
    house = await build(PostgreSql())
    # PostgreSQL manual, "Message Formats": SSLRequest, then a StartupMessage of protocol 3.0 without parameters.
    heard = await house.talk(5432, bytes.fromhex("0000000804d2162f 000000090003000000"))
    assert heard.startswith(b"NE")
    assert b"\0C28000\0Mno PostgreSQL user name specified in startup packet\0" in heard


@pytest.mark.parametrize(("plugin", "switch"), [(NATIVE, ""), (CACHING, ""), (CACHING, NATIVE)])
@pytest.mark.real
async def test_the_mariadb_client_logs_in_and_its_statement_is_harm(build, tool, plugin, switch):
    house = await build(MySql(account=SET, plugin=plugin, switch=switch), manners=Manners(failed_logins=2))
    wish = ("--no-defaults", "-h", house.address, "-u", "city", "-e", "SELECT 1")
    said = await tool("mariadb", *wish, "-pwrong")
    assert "ERROR 1045 (28000): Access denied for user 'city'@" in said.text
    await tool("mariadb", *wish, "-pSe-cret")
    assert house.harms == ["the MySQL command 3"]
    assert house.log.logins == {"city": 1}


async def test_a_mongodb_tells_strangers_no_parameter_where_it_is_locked_and_a_list_is_harm(build):
    house = await build(MongoDb(), MongoDb(port=27018, locked=True))
    # Encoded with PyMongo 4.10.1: {getParameter: 1, logLevel: 1, $db: "admin"} as OP_MSG.
    ask = bytes.fromhex(
        "490000000200000000000000dd07000000000000003400000010676574506172616d657465720001000000106c6f674c6576656c0001000000"
        "02246462000600000061646d696e0000"
    )
    assert b"logLevel" in await house.talk(27017, ask, until=b"ok")
    assert b"requires authentication" in await house.talk(27018, ask, until=b"ok")
    assert house.harms == []
    await house.talk(27017, ask.replace(b"getParameter", b"getParametex"), until=b"ok")
    assert house.harms == ["the MongoDB command 'getParametex'"]


@pytest.mark.parametrize("junk", [b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 40, b"\0\0\0\1", b"*9\r\n$-1\r\n", b"\0" * 9])
async def test_every_database_outlives_junk(build, junk):
    house = await build(Redis(), Redis(port=6380, account=SET), PostgreSql(), MySql(), MongoDb())
    for port in (6379, 6380, 5432, 3306, 27017):
        await house.talk(port, junk + b"\r\n" + QUIT, until=b"\n")
    assert house.log.logins == {} or set(house.log.logins.values()) == {1}
