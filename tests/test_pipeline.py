"""A scan of one device over a wire that is played: what its logins may cost, and what may be kept of them."""

import asyncio
import json
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any, cast

import pytest

from checks.contract import Account, Answer, Login, Verdict
from inventory.errors import TimedOut
from inventory.model import Endpoint, Level
from inventory.report import Assessment, Traffic
from inventory.store import Store
from scanner.audit import Audit
from scanner.config import Settings
from scanner.conversation import Heard, LoginModule, ProtocolModule, Target
from scanner.jobs import Request, build
from scanner.mask import Offered
from scanner.pipeline import Run
from scanner.scope import Scope
from scanner.wire import Wire

ADDRESS = "127.66.1.1"
Judge = Callable[[Account], Answer]


class Played:
    """A wire to a LOYTEC controller that asks for an account; `judge` says what comes of each, and `asked` what was tried."""

    traffic = Traffic()
    patience = ()

    def __init__(self, judge: Judge) -> None:
        self.silent = False
        self.asked: list[Account] = []
        self._judge = judge

    def sent_to(self, address: str) -> Traffic:
        return self.traffic

    def turn(self, address: str) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    def connected_in(self, address: str) -> tuple[float, ...]:
        return ()

    async def feel(self, endpoint: Endpoint) -> float | None:
        return None if self.silent else 0.001

    async def hold(self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False, most: int = 0) -> Heard:
        if protocol.NAME != "http":
            raise TimedOut
        return Heard({"http.server": "LOYTEC LINX-151/6.2.4", "http.auth": "basic", "http.status": 401})

    async def login(self, driver: LoginModule, question: Login, *, before: Collection[Account], **_: Any) -> Answer:
        if driver.NAME != "http":
            return Answer(Verdict.UNREACHED, reason="silence")
        self.asked.append(question.account)
        return Offered(set(before)).unanswered(self._judge(question.account))

    def remembered(self, question: Login, names: tuple[str, ...]) -> Answer:
        return Answer(Verdict.NOT_TRIED, left=2)


@pytest.fixture
def port() -> Iterator[int]:
    """A port that is open, for the sweep to find."""
    with socket.create_server((ADDRESS, 0)) as server:
        yield int(server.getsockname()[1])


async def scanned(folder: Path, port: int, wire: Played, deadline: float | None = None) -> Assessment:
    request = Request((ADDRESS,), level=Level.LOGIN, pace="lab", ports=str(port), authorised_by="test")
    job = build(request, Settings(), datetime.now().astimezone())
    job = replace(job, device_deadline=deadline or job.device_deadline)
    with Store.open(folder / "tocsin.db", create=True) as store, Audit(folder / "audit.jsonl") as audit:
        report = await Run(job, cast(Wire, wire), store, lambda _: None, audit).report()
    (assessment,) = report.assessments
    return assessment


async def test_an_address_that_is_denied_is_not_counted_among_those_that_were_asked(tmp_path, port):
    request = Request(("127.66.1.0/29",), pace="lab", ports=str(port), authorised_by="test")
    job = build(request, Settings(), datetime.now().astimezone())
    (grant,) = job.sweep.scope.grants
    scope = Scope((replace(grant, deny=(ip_network("127.66.1.4/31"),)),))
    job = replace(job, sweep=replace(job.sweep, scope=scope))
    wire = Played(lambda _: Answer(Verdict.UNREACHED))
    with Store.open(tmp_path / "tocsin.db", create=True) as store, Audit(tmp_path / "audit.jsonl") as audit:
        report = await Run(job, cast(Wire, wire), store, lambda _: None, audit).report()
    swept = json.loads((tmp_path / "audit.jsonl").read_text().splitlines()[-1])["outcome"]
    assert swept.startswith("4 of 4 addresses asked")
    assert (report.coverage.addresses, report.coverage.alive) == (4, 1)


async def test_what_a_device_repeats_of_another_account_is_not_kept(tmp_path, port):
    def judge(account: Account) -> Answer:
        told = " ".join(f"{one.user}:{one.password}" for one in wire.asked if one is not account)
        if account.id == "loytec":
            return Answer(Verdict.OPENED, f"before you said {told}".encode())
        return Answer(Verdict.REFUSED, reason=f"before you said {told}")

    wire = Played(judge)
    assessment = await scanned(tmp_path, port, wire)
    controls = {account.password for account in wire.asked if account.id.startswith("control:") and account.user}
    (found,) = [finding for finding in assessment.findings if finding.check == "default-credentials"]
    assert "before you said" in found.evidence
    assert controls
    assert not any(control in repr(assessment) for control in controls)


class Told(Played):
    """The same, which tells its serial number to who knows its community; `names` are those under which each login is counted."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge)
        self.names: list[tuple[str, tuple[str, ...]]] = []

    async def hold(self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False, most: int = 0) -> Heard:
        if protocol.NAME == "snmp" and target.community:
            return Heard({"snmp.engine_id": "80001f8803001f8e112233"})
        return await super().hold(protocol, target, in_turn=in_turn, most=most)

    async def login(
        self,
        driver: LoginModule,
        question: Login,
        *,
        before: Collection[Account],
        names: tuple[str, ...] = (),
        **further: Any,
    ) -> Answer:
        self.names.append((driver.NAME, names))
        if question.account.password == "public":
            return Answer(Verdict.OPENED, b"LINX-151")
        return await super().login(driver, question, before=before, **further)


async def test_what_a_community_tells_of_a_device_counts_for_its_logins(tmp_path, port):
    wire = Told(lambda account: Answer(Verdict.REFUSED))
    await scanned(tmp_path, port, wire)
    web = {names for name, names in wire.names if name == "http"}
    assert web == {("engine:80001f8803001f8e112233", f"address:{ADDRESS}")}


async def test_no_login_is_begun_when_the_devices_time_is_used_up(tmp_path, port, monkeypatch):
    loop = asyncio.get_running_loop()
    real, later = loop.time, [0.0]
    monkeypatch.setattr(loop, "time", lambda: real() + later[0])

    def judge(account: Account) -> Answer:
        later[0] = 1000.0
        return Answer(Verdict.REFUSED)

    wire = Played(judge)
    assessment = await scanned(tmp_path, port, wire, deadline=900.0)
    assert len(wire.asked) == 1
    (outcome,) = [outcome for outcome in assessment.outcomes if outcome.check == "default-credentials"]
    assert outcome.status == "unreached"
    assert "the 900 seconds for this device were used up" in outcome.reason


async def test_a_device_that_falls_silent_under_a_login_is_tried_no_more_and_quarantined(tmp_path, port):
    def judge(account: Account) -> Answer:
        wire.silent = True
        return Answer(Verdict.UNREACHED, reason="silence")

    wire = Played(judge)
    assessment = await scanned(tmp_path, port, wire)
    assert len(wire.asked) == 1
    assert assessment.quarantine is not None
    assert assessment.quarantine.asked.startswith("a login by http at")
    assert {outcome.status for outcome in assessment.outcomes} <= {"unreached", "found"}
    with Store.open(tmp_path / "tocsin.db") as store:
        assert store.quarantined() == (assessment.quarantine,)


@pytest.mark.parametrize(("pace", "longest"), [("lab", 130), ("normal", 245), ("gentle", 620)])
def test_a_device_may_keep_the_scan_for_minutes_and_the_slower_the_pace_the_longer(pace, longest):
    request = Request((ADDRESS,), pace=pace, authorised_by="test")
    assert build(request, Settings(), datetime.now().astimezone()).device_deadline == longest
