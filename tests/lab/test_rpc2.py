"""Dahua's web login between the lab's server and our driver: neither has seen the other's source."""

from ipaddress import ip_network

import pytest

from checks.contract import Account, Verdict
from inventory.model import Endpoint, Level
from lab.account import Account as Known
from lab.services.http import Http, page
from lab.services.rpc2 import rpc2
from scanner.audit import Audit
from scanner.logins import http_form
from scanner.pace import PACES
from scanner.scope import Grant, Scope
from scanner.wire import Wire
from tests.real.asking import ask_once

REALM = "Login to 3D0123456789abcd"


@pytest.fixture
async def house(build):
    pages = (("/", page("WEB SERVICE", "Please log in", form=True)),)
    return await build(
        Http(port=8080, pages=pages, applications=rpc2(REALM, Known("admin", "admin"), "IPC-HFW4431R-Z"))
    )


@pytest.fixture
def ask(house, tmp_path):
    with Audit(tmp_path / "audit.jsonl") as audit:
        grant = Grant((ip_network("127.0.0.0/8"),), (), Level.LOGIN, "the test")
        wire = Wire(Scope((grant,)), PACES["lab"], audit, level=Level.LOGIN)

        async def once(user, password):
            endpoint = Endpoint(house.address, 8080)
            return await ask_once(
                wire, http_form, endpoint, Account("test", user, password), path="/", form="dahua-rpc2"
            )

        yield once


async def test_the_default_account_opens_and_its_session_is_given_back(house, ask):
    answer = await ask("admin", "admin")
    assert (answer.verdict, house.harms) == (Verdict.OPENED, [])
    assert house.log.logins == {"admin": 0}
    assert b"only after the login: result, params.type" in answer.evidence


async def test_a_wrong_password_is_refused_and_the_challenge_costs_nothing(house, ask):
    assert (await ask("", "")).verdict is Verdict.REFUSED
    assert house.log.logins == {}
    assert (await ask("admin", "other")).verdict is Verdict.REFUSED
    assert house.log.logins == {"admin": 1}


async def test_a_device_that_says_how_few_attempts_are_left_is_left_alone(ask):
    said = [(await ask("admin", wrong)).verdict for wrong in ("one", "two", "three")]
    assert said == [Verdict.REFUSED, Verdict.REFUSED, Verdict.LOCKED]
