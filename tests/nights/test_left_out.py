"""A night on which something ends before the scan does: it is incomplete, says so, and can be resumed."""

import json
import os
import signal
from dataclasses import replace
from datetime import datetime

import pytest

from inventory.errors import ScopeError
from inventory.model import Level, Status
from inventory.store import Store
from scanner.audit import Audit
from scanner.config import Settings
from scanner.events import Assessed, Event
from scanner.jobs import Request, build
from scanner.pipeline import Run
from scanner.scope import Grant, Scope
from scanner.wire import Wire
from tests.conftest import LOOPBACK, city, scan, scanning
from tests.nights.process import Running


class Closing(Scope):
    """A scope whose window closes when it is told so."""

    closed = False

    def allow(self, address: str, level: Level, now: datetime) -> Grant:
        if self.closed:
            raise ScopeError("outside the window 01:00-05:00")
        return super().allow(address, level, now)


async def test_when_the_window_closes_what_was_done_is_kept_and_the_rest_is_for_resume(tmp_path):
    with city("--mode", "loopback", "--only", "hp_printer,econolite_controller") as described:
        request = Request(
            targets=(f"{LOOPBACK}.20", f"{LOOPBACK}.29"),
            level=Level.IDENTIFY,
            pace="lab",
            ports="22,80",
            authorised_by="test",
            low_ports_at=described["shift"],
        )
        job = build(request, Settings(), datetime.now().astimezone())
        scope = Closing(job.sweep.scope.grants)
        job = replace(job, sweep=replace(job.sweep, scope=scope), devices_at_once=1)
        seen: list[Event] = []

        def observe(event: Event) -> None:
            seen.append(event)
            scope.closed = scope.closed or isinstance(event, Assessed)

        with Store.open(tmp_path / "kept.db") as store, Audit(tmp_path / "audit.jsonl") as audit:
            wire = Wire(scope, job.sweep.pace, audit, level=Level.IDENTIFY, shift=described["shift"])
            report = await Run(job, wire, store, observe, audit).report()
            assert store.unfinished(job.plan) is not None
    assert report.scan.ended is None
    assert len(report.assessments) == 1
    assert any("outside the window" in note for note in report.scan.notes)
    assert any("--resume" in note for note in report.scan.notes)


@pytest.mark.usefixtures("namespaces")
def test_a_sweep_whose_bridge_was_killed_is_incomplete(tmp_path):
    wish = ("10.77.0.16/28", "--engine", "nmap", "--ports", "80", "--fail-on", "critical")
    with city("--mode", "namespace", "--only", "hp_printer") as described:
        with Running(scanning(described, tmp_path, *wish)) as running:
            running.until("scanning")
            for bridge in running.children():
                signal.pidfd_send_signal(bridge, signal.SIGKILL)
                os.close(bridge)
            assert running.end() == 3, running.said
        assert any("its bridge failed" in line for line in running.said)
        assert any("--resume" in line for line in running.said)
        assert scan(described, tmp_path, *wish, "--resume").returncode == 0


def test_a_udp_port_that_a_site_leaves_alone_is_left_alone(tmp_path):
    site = f'[[site]]\nname = "a"\nnetworks = ["{LOOPBACK}.0/24"]\nnever_touch = [161]\napproved_by = "x"\nlevel = "login"\n'
    (tmp_path / "tocsin.toml").write_text(site)
    with city("--mode", "loopback", "--only", "econolite_controller") as described:
        where = described | {"enter": ["env", f"TOCSIN_CONFIG={tmp_path / 'tocsin.toml'}"]}
        ended = scan(where, tmp_path, f"{LOOPBACK}.20", "--ports", "22,80", "--level", "login", "--fail-on", "critical")
    assert ended.returncode == 3, ended.stderr  # what was left alone was not examined
    assert described["log"]["econolite_controller"]["datagrams"] == 0
    (device,) = json.loads((tmp_path / "report.json").read_text())["devices"]
    (outcome,) = [outcome for outcome in device["outcomes"] if outcome["check"] == "snmp-default-community"]
    assert outcome["status"] == Status.UNREACHED.value
    assert "never touched" in outcome["reason"]


def test_every_sweep_stands_in_the_audit_trail(tmp_path):
    with city("--mode", "loopback", "--only", "hp_printer") as described:
        ended = scan(
            described, tmp_path, f"{LOOPBACK}.29", f"{LOOPBACK}.16/31", "--ports", "80,443", "--fail-on", "critical"
        )
    assert ended.returncode == 0, ended.stderr
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    *begun, done = (line for line in lines if line["protocol"] == "sweep")
    assert begun == lines[:2]
    assert [line["target"] for line in begun] == [f"{LOOPBACK}.29", f"{LOOPBACK}.16/31"]
    assert {line["outcome"] for line in begun} == {"begun"}
    assert done["outcome"].startswith("3 of 3 addresses asked, ")
    assert done["said"] == ["builtin engine, 2 TCP ports"]
    assert all("approved by test" in line["rule"] for line in (*begun, done))
