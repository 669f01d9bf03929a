"""Sixty devices of a city, and three people's questions in one command each: what to fix tonight, why is this one red, what changed since last week."""

import json
import re
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from inventory.store import Store
from lab.fake import load_fakes
from tests.conftest import city, scan, tocsin

TIMID = ("banning_router", "brittle_plc", "busy_gateway", "locking_server", "reluctant_router", "tarpit_router")
"""Fakes that make a scan wait; other nights are about them."""
SIXTY = [fake.name for fake in load_fakes() if fake.name not in TIMID][:60]
WEEK = timedelta(days=8)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path, dict[str, Any]]:
    """The city scanned once; and a scan of eight days before, made of it: one device less, one of its findings less on another, and one more on a third."""
    folder = tmp_path_factory.mktemp("three")
    with city("--mode", "loopback", "--only", ",".join(SIXTY)) as described:
        assert scan(described, folder, "--level", "login").returncode in (1, 3)
    outside: dict[str, Any] = {**described, "enter": []}
    subprocess.run(tocsin(outside, folder, "report", "-o", str(folder / "ranked.json")), check=True)
    last_week(folder / "tocsin.db")
    return outside, folder, json.loads((folder / "ranked.json").read_text())


def last_week(path: Path) -> None:
    with Store.open(path) as store:
        now = store.report()
        before = now.scan.started - WEEK
        scan = replace(now.scan, id="last-week", started=before, ended=before + timedelta(hours=1))
        _, second, third, *others = now.assessments
        outcome = next(one for one in second.outcomes if one.findings)
        less = [replace(one, findings=()) if one is outcome else one for one in second.outcomes]
        found = replace(outcome.findings[0], id="0123456789abcdef", check="default-credentials", title="Mended since")
        more = [
            replace(one, findings=(found,)) if one.check == "default-credentials" else one for one in third.outcomes
        ]
        store.begin(scan, "last week")
        for one in (replace(second, outcomes=tuple(less)), replace(third, outcomes=tuple(more)), *others):
            store.save(scan.id, replace(one, when=one.when - WEEK))
        store.finish(scan.id, scan, now.fleet, now.coverage)


def asked(night: tuple[dict[str, Any], Path, dict[str, Any]], *words: str) -> str:
    described, folder, _ = night
    ended = subprocess.run(tocsin(described, folder, *words), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_what_do_i_fix_tonight(night):
    devices = night[2]["devices"]
    told = asked(night, "fix-first")
    times = {"critical": 4, "high": 2}
    risk = sum(times.get(device["band"], 1) * round(10 * device["score"]) for device in devices) / 10
    findings = sum(len(device["findings"]) for device in devices)
    assert told.startswith(f"60 devices with {findings} findings; risk {risk:.1f}, the scores of the devices, ")
    ranks = [int(found) for found in re.findall(r"^ ?(\d+)  \S", told, re.MULTILINE)]
    assert ranks == list(range(1, 11))
    after = [float(found) for found in re.findall(r"→ (\d+\.\d)$", told, re.MULTILINE)]
    assert [risk, *after] == sorted([risk, *after], reverse=True)
    modbus = [d for d in devices if any(f["port"] == 502 and f["family"] == "ports" for f in d["findings"])]
    assert len(modbus) > 3
    actions = json.loads(asked(night, "fix-first", "--json"))["actions"]
    (rule,) = [one for one in actions if one["action"].endswith(f" port 502 ({len(modbus)} devices)")]
    assert {one["address"] for one in rule["devices"]} == {d["addresses"][0] for d in modbus}
    assert re.search(rf"after 10 actions: risk {after[-1]:.1f}, \d+ % less; critical devices \d+ → \d+, high", told)
    assert re.search(r"\n\d+ more actions for the rest \(--top\)\n$", told)


def test_why_is_this_one_red(night):
    worst = night[2]["devices"][0]
    told = asked(night, "why", worst["addresses"][0])
    path, _, points = told.partition("\n\n")
    lines = path.splitlines()
    assert len(lines) <= 10
    assert lines[0].startswith(f"{worst['addresses'][0]}  {worst['vendor']} {worst['model']} {worst['kind']}")
    assert lines[1].startswith(f"{worst['score']:.1f} of 100, {worst['band']}; due: ")
    fixes = [line for line in lines if re.match(r" ?\d+\. ", line)]
    assert f" {worst['score']:.1f} → " in fixes[0]
    assert "password of its own" in path
    assert any(line.endswith("→ 0.0") for line in lines)
    first = re.search(r"\+\d+\.\d  ([0-9a-f]{8})  ", points)
    assert first
    assert f" without it, {worst['score']:.1f} {worst['band']} with it" in asked(night, "why", first[1])


def test_what_changed_since_last_week(night):
    scan, devices = night[2]["scan"], night[2]["devices"]
    told = asked(night, "diff", "--since", "7d")
    first = " ".join(told.split())
    assert first.startswith(f"the newest scan, {scan['id']} of ")
    assert ", against last-week of " in first
    for head in ("Findings: new (", "Findings: fixed (1)", "Devices: new (1)"):
        assert head in told
    assert "Mended since" in told.partition("Findings: fixed (1)")[2]
    assert devices[0]["addresses"][0] in told.partition("Devices: new (1)")[2]
