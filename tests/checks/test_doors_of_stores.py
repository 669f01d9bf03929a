"""The doors of databases."""

import pytest

from checks.credentials import load_catalogue
from checks.doors import WAYS, doors


def test_a_redis_that_asks_for_a_password_is_a_door_and_an_open_one_is_none(make):
    for answer, shown in (("NOAUTH", 1), ("NOPERM", 1), ("PONG", 0), ("DENIED", 0), ("LOADING", 0)):
        found = doors(make(("redis", 6379, {"redis.answer": answer})))
        assert [(door.protocol, door.endpoint.port) for door in found] == [("redis", 6379)] * shown


def test_a_postgresql_is_a_door_whatever_it_said(make):
    (door,) = doors(make(("postgresql", 5432, {"postgresql.tls": False, "postgresql.code": "28000"})))
    assert str(door) == "PostgreSQL on 5432/tcp"


def test_a_mysql_that_greets_is_a_door_and_one_that_takes_no_login_from_here_is_none(make):
    (door,) = doors(make(("mysql", 3306, {"mysql.version": "8.0.36"})))
    assert str(door) == "MySQL on 3306/tcp"
    assert doors(make(("mysql", 3306, {"mysql.error_code": 1130}))) == ()


@pytest.mark.parametrize(
    ("protocol", "account"),
    [("redis", ("", "foobared")), ("postgresql", ("postgres", "postgres")), ("mysql", ("root", ""))],
)
def test_the_maker_of_a_service_has_an_entry_of_its_own(protocol, account):
    (entry,) = [entry for entry in load_catalogue() if entry.vendor == WAYS[protocol].maker]
    assert entry.protocols == (protocol,)
    assert (entry.accounts[0].user, entry.accounts[0].password) == account
    assert entry.products == ()
