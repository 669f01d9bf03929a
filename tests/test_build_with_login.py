"""What an OPC UA server is, is asked in a session, and so only where the operator grants level login and the server takes anybody."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import cast

import pytest

from inventory.errors import PeerError, ProtocolError, ScopeError, TimedOut
from inventory.model import Endpoint, Facts, Level
from inventory.report import Traffic
from scanner.audit import Audit
from scanner.conversation import Heard, ProtocolModule, Target
from scanner.discover import Host
from scanner.identify import Interview
from scanner.pace import PACES
from scanner.protocols import opcua_build
from scanner.questions import Budget
from scanner.scope import Grant, Scope
from scanner.terms import Terms
from scanner.wire import Wire

ADDRESS = "127.0.0.1"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
WITH_LOGIN = Terms(requested=frozenset(("opcua_build",)))
OPEN: Facts = {"opcua.open": True}
BUILT: Facts = {"opcua_build.date": "2020-03-16T00:00:00Z"}
Answer = Facts | PeerError


class Played:
    """A wire to a device that speaks OPC UA and nothing else."""

    def __init__(self, endpoints: Answer, build: Answer) -> None:
        self.asked: list[str] = []
        self._says = {"opcua": endpoints, "opcua_build": build}

    def sent_to(self, address):
        return Traffic(8 * len(self.asked), len(self.asked))

    @asynccontextmanager
    async def turn(self, address):
        yield

    async def hold(self, protocol, target, *, in_turn=False, most=0):
        answer = self._says.get(protocol.NAME, ProtocolError("something else"))
        if protocol.TRANSPORT == "tcp":
            self.asked.append(protocol.NAME)
        if isinstance(answer, PeerError):
            raise answer
        return Heard(answer)


async def interviewed(terms, endpoints: Answer = OPEN, build: Answer = BUILT):
    played = Played(endpoints, build)
    host = Host(ADDRESS, None, (Endpoint(ADDRESS, 4840),), "connect")
    asked = Interview(cast(Wire, played), host, name="", asking=lambda _: None, now=lambda: NOW, terms=terms)
    return played.asked, await asked.device(600.0)


async def test_at_level_login_an_open_server_is_asked_once():
    asked, device = await interviewed(WITH_LOGIN)
    assert asked == ["opcua", "opcua_build"]
    assert device.fact("opcua_build.date") == "2020-03-16T00:00:00Z"
    assert device.gaps == ()


@pytest.mark.parametrize(
    ("terms", "endpoints"),
    [
        (Terms(), OPEN),
        (WITH_LOGIN, {"opcua.open": False, "opcua.anonymous": True}),
        (WITH_LOGIN, {"opcua.error": "0x80550000"}),
    ],
)
async def test_no_session_is_opened_below_the_level_or_where_strangers_are_not_taken(terms, endpoints):
    assert (await interviewed(terms, endpoints))[0] == ["opcua"]


async def test_a_server_that_answers_no_session_is_a_gap_and_what_it_said_before_stands():
    _, device = await interviewed(WITH_LOGIN, build=TimedOut())
    assert [gap.protocol for gap in device.gaps] == ["opcua_build"]
    assert device.speaking("opcua")


async def test_a_strict_budget_that_is_used_up_leaves_it_out_and_says_so():
    strict = Terms(budget=Budget(packets=12, strict=True), requested=WITH_LOGIN.requested)
    asked, device = await interviewed(strict)
    assert asked == ["opcua"]
    assert any(gap.protocol == "opcua_build" and "used up" in gap.reason for gap in device.gaps)


async def test_the_wire_refuses_it_where_the_scan_may_only_identify(tmp_path: Path):
    grant = Grant((ip_network("127.0.0.0/8"),), (), Level.LOGIN, "the test")
    with Audit(tmp_path / "audit.jsonl") as audit:
        wire = Wire(Scope((grant,)), PACES["lab"], audit, level=Level.IDENTIFY)
        with pytest.raises(ScopeError, match="start it with --level login"):
            await wire.hold(cast(ProtocolModule, opcua_build), Target(Endpoint(ADDRESS, 4840)))
        assert wire.traffic == Traffic()
