"""A community that opens a device names it: what is asked again, what is judged on what, and what is never asked twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from checks.contract import Account, Answer, Login, Verdict, load_checks
from inventory.errors import ScopeError, TimedOut
from inventory.model import Device, Level, Status
from inventory.report import Assessment, Traffic
from inventory.store import Store
from scanner.audit import Audit
from scanner.config import Settings
from scanner.conversation import Heard, LoginModule, ProtocolModule, Target
from scanner.jobs import Request, build
from scanner.memo import Memo
from scanner.pipeline import Run
from scanner.wire import Wire

ADDRESS = "127.66.2.1"
SYSTEM = {
    "snmp.sys_descr": "Cisco IOS Software, IE2000 Software (X), Version 15.2(7)E3, X",
    "snmp.sys_object_id": "1.3.6.1.4.1.9.1.1730",
}
CHASSIS = {
    "entity.serial": "FDO1842U0K1",
    "entity.model": "IE-2000-8TC-G-B",
    "entity.mfg": "Cisco Systems, Inc.",
    "entity.software_rev": "15.2(7)E3",
}


class Played:
    """A wire to a switch that says nothing to strangers and everything to those who say `opens`."""

    traffic = Traffic()

    def __init__(self, opens: frozenset[str]) -> None:
        self.asked: list[tuple[str, str]] = []
        self.logins: list[Account] = []
        self.counted_for: set[tuple[str, ...]] = set()
        self._opens = opens

    def sent_to(self, address: str) -> Traffic:
        return self.traffic

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        yield

    async def hold(self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False, most: int = 0) -> Heard:
        self.asked.append((protocol.NAME, target.community))
        if protocol.NAME == "http":
            return Heard({"http.status": 200})
        if protocol.NAME == "snmp" and not target.community:
            return Heard({"snmp.enterprise": 9, "snmp.engine_boots": 3})
        if protocol.NAME in ("snmp", "entity") and target.community in self._opens:
            return Heard(SYSTEM if protocol.NAME == "snmp" else CHASSIS)
        raise TimedOut

    def remembered(self, question: Login, names: tuple[str, ...]) -> Answer:
        return Answer(Verdict.NOT_TRIED, left=2)

    async def login(self, driver: LoginModule, question: Login, *, names: tuple[str, ...], **_: Any) -> Answer:
        account = question.account
        self.logins.append(account)
        self.counted_for.add(names)
        opened = driver.NAME == "snmp" and (account.password in self._opens or "*" in self._opens)
        return Answer(Verdict.OPENED if opened else Verdict.REFUSED, b"Cisco IOS" if opened else b"")


@pytest.fixture
def port() -> Iterator[int]:
    """A port that is open, for the sweep to find."""
    import socket

    with socket.create_server((ADDRESS, 0)) as server:
        yield int(server.getsockname()[1])


async def scanned(folder: Path, port: int, wire: Played, level: Level = Level.LOGIN) -> Assessment:
    request = Request((ADDRESS,), level=level, pace="lab", ports=str(port), authorised_by="test")
    job = build(request, Settings(), datetime.now().astimezone())
    with Store.open(folder / "tocsin.db", create=True) as store, Audit(folder / "audit.jsonl") as audit:
        report = await Run(job, cast(Wire, wire), store, lambda _: None, audit).report()
    (assessment,) = report.assessments
    return assessment


async def test_a_device_that_a_default_community_opens_is_named_by_what_it_then_says(tmp_path, port):
    wire = Played(frozenset({"public"}))
    assessment = await scanned(tmp_path, port, wire)
    device = assessment.device
    assert (device.fact("model"), device.fact("serial"), device.fact("firmware")) == (
        "IE-2000-8TC-G-B",
        "FDO1842U0K1",
        "15.2(7)E3",
    )
    assert device.identity == "serial:cisco:FDO1842U0K1"
    assert [name for name, community in wire.asked if community == "public"] == ["snmp", "entity"]


async def test_what_snmp_said_before_and_says_now_is_one_observation(tmp_path, port):
    assessment = await scanned(tmp_path, port, Played(frozenset({"public"})))
    (seen,) = assessment.device.speaking("snmp")
    assert seen.facts == {"snmp.enterprise": 9, "snmp.engine_boots": 3, **SYSTEM}


async def test_no_account_is_tried_twice_and_the_cap_counts_under_one_identity(tmp_path, port):
    wire = Played(frozenset({"public"}))
    assessment = await scanned(tmp_path, port, wire)
    tried = [(account.user, account.password) for account in wire.logins]
    assert (
        len(tried) == len(set(tried)) == 2
    )  # the community and its control, though the control's words hang on the identity
    assert len(wire.counted_for) == 1
    assert [finding.check for finding in assessment.findings if finding.check.startswith("snmp")] == [
        "snmp-default-community"
    ]


async def test_the_finding_goes_by_the_new_identity(tmp_path, port):
    from inventory.findings import finding_id

    assessment = await scanned(tmp_path, port, Played(frozenset({"public"})))
    (found,) = [f for f in assessment.findings if f.check == "snmp-default-community"]
    assert found.id == finding_id("snmp-default-community", "serial:cisco:FDO1842U0K1", "udp/161")


async def test_a_device_that_opens_to_nobody_is_asked_once(tmp_path, port):
    wire = Played(frozenset())
    assessment = await scanned(tmp_path, port, wire)
    assert [name for name, _ in wire.asked].count("snmp") == 1
    assert assessment.device.fact("model") is None


async def test_nothing_is_tried_or_asked_again_at_level_identify(tmp_path, port):
    wire = Played(frozenset({"public"}))
    await scanned(tmp_path, port, wire, Level.IDENTIFY)
    assert wire.logins == []
    assert {community for _, community in wire.asked} == {""}


async def test_the_community_is_in_nothing_that_is_kept(tmp_path, port):
    assessment = await scanned(tmp_path, port, Played(frozenset({"private"})))
    kept = repr(assessment).replace("snmp-private", "")
    assert "private" not in kept


def judged(device: Device, later: Device, answers: dict[str, Verdict]) -> tuple[list[Login], dict[str, Status]]:
    """Judge a device before and after it was asked again; what was put, and how each check ended."""
    put: list[Login] = []

    async def ask(question: Login) -> Answer:
        put.append(question)
        return Answer(answers.get(question.account.password, Verdict.REFUSED))

    async def run() -> dict[str, Status]:
        memo = Memo(ask)
        await memo.first(device, load_checks(), Level.LOGIN)
        outcomes = await memo.judge(later, device, load_checks(), Level.LOGIN)
        return {outcome.check: outcome.status for outcome in outcomes}

    return put, asyncio.run(run())


def test_a_maker_with_communities_of_its_own_does_not_hide_the_one_that_opened():
    """APC documents two; judged as an APC, the check would ask for others first and find no room for the one that was proved."""
    from inventory.model import Claim, Confidence

    device = Device("address:192.0.2.1", ("192.0.2.1",))
    claims = (Claim("vendor", "Moxa", Confidence.LIKELY, "test"), Claim("vendor", "APC", Confidence.CONFIRMED, "test"))
    later = replace(device, identity="serial:apc:ZA1234567890", claims=claims)
    put, statuses = judged(device, later, {"public": Verdict.OPENED})
    assert statuses["snmp-default-community"] is Status.FOUND
    assert [question.account.id for question in put] == ["snmp-public", "control:random"]


async def test_a_scope_that_ends_meanwhile_ends_the_examination(tmp_path, port):
    class Closing(Played):
        async def hold(
            self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False, most: int = 0
        ) -> Heard:
            if target.community:
                raise ScopeError("the window has closed")
            return await super().hold(protocol, target, in_turn=in_turn)

    request = Request((ADDRESS,), level=Level.LOGIN, pace="lab", ports=str(port), authorised_by="test")
    job = build(request, Settings(), datetime.now().astimezone())
    wire = Closing(frozenset({"public"}))
    with Store.open(tmp_path / "tocsin.db", create=True) as store, Audit(tmp_path / "audit.jsonl") as audit:
        report = await Run(job, cast(Wire, wire), store, lambda _: None, audit).report()
    assert report.assessments == ()
    assert any("the window has closed" in note for note in report.scan.notes)
