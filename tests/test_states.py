"""The whole scanner against the devices in each of their states, and before and after what a learner sets on them."""

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lab.compare import compare
from lab.fake import load_fakes
from lab.plan import lay_out, reconfigured
from lab.settings import STATES
from lab.truth import truth
from tests.conftest import city, scan

# Runs where the scanner stands: what a learner types, one line of JSON an answer.
LEARNER = """
import asyncio, json, socket, sys, urllib.parse, urllib.request
import asyncssh

def web(address, values, user="", password=""):
    url = f"http://{address}/config"
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, url, user, password)
    known = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords))
    with known.open(url, urllib.parse.urlencode(values).encode(), timeout=20) as answer:
        return answer.read().decode()

def telnet(address, *lines):
    with socket.create_connection((address, 23), timeout=20) as line:
        line.sendall("".join(f"{one}\\r\\n" for one in lines).encode())
        return b"".join(iter(lambda: line.recv(4096), b"")).decode("latin-1")

async def ssh(address, user, password, *lines):
    async with asyncssh.connect(address, username=user, password=password, known_hosts=None, config=None) as known:
        return str((await known.run(input="".join(f"{one}\\n" for one in lines))).stdout)

at = json.loads(sys.argv[1])
print(json.dumps([
    web(at["uniview_recorder"], {"password": "kite-plum", "https": "only"}, "admin", "123456"),
    telnet(at["hid_controller"], "root", "pass", "passwd", "kite-plum", "kite-plum", "exit"),
    asyncio.run(ssh(at["teltonika_router"], "root", "admin01", "set certificate own", "passwd", "kite-plum", "kite-plum", "exit")),
    web(at["digi_gateway"], {"ftp": "off"}, "root", "dbps"),
    web(at["hwg_sensor"], {"community": "kite-plum"}),
]))
"""
SET = {
    "uniview_recorder": {"password": "kite-plum", "https": "only"},
    "hid_controller": {"password": "kite-plum"},
    "teltonika_router": {"password": "kite-plum", "certificate": "own"},
    "digi_gateway": {"ftp": "off"},
    "hwg_sensor": {"community": "kite-plum"},
}


def brought_into(state: str) -> list[str]:
    """Those that stand otherwise in the city, where tests/test_city.py sees them."""
    return [fake.name for fake in load_fakes() if state in dict(fake.states)]


def seen(*wish: str, learner: bool = False) -> dict[str, Any]:
    """A city, scanned; a learner may come afterwards."""
    with tempfile.TemporaryDirectory() as folder, city(*wish, "--mode", "namespace") as described:
        ended = scan(described, Path(folder), "--level", "login")
        assert ended.returncode in (1, 3), ended.stderr
        report = json.loads((Path(folder) / "report.json").read_text())
        told = _taught(described) if learner else []
    return {**described, "report": report, "told": told}


def _taught(described: dict[str, Any]) -> list[str]:
    """What the devices tell the learner."""
    at = {device["name"]: device["address"] for device in described["truth"]["devices"]}
    command = [*described["enter"], sys.executable, "-P", "-c", LEARNER, json.dumps(at)]
    told: list[str] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return told


def seen_twice() -> tuple[dict[str, Any], dict[str, Any]]:
    """The learner's devices before and after, in two cities: the second is as he left the first."""
    with tempfile.TemporaryDirectory() as kept:
        wish = ("--only", ",".join(SET), "--keep", kept)
        return seen(*wish, learner=True), seen(*wish)


@pytest.fixture(scope="module")
def scanned(namespaces: None) -> dict[str, Any]:
    """A city for each state and one for the learner, two at a time: a scan waits as much as it works."""
    with ThreadPoolExecutor(2) as pool:
        states = {
            state: pool.submit(seen, "--only", ",".join(brought_into(state)), "--state", state) for state in STATES
        }
        learner = pool.submit(seen_twice)
        before, after = learner.result()
        return {"before": before, "after": after, **{state: running.result() for state, running in states.items()}}


def unreached(report: dict[str, Any]) -> list[str]:
    """What the report says of what it could not judge."""
    return [
        f"{device['addresses'][0]} {outcome['check']}: {outcome['reason']}"
        for device in report["devices"]
        for outcome in device["outcomes"]
        if outcome["status"] in ("unreached", "failed")
    ]


def agrees(seen: dict[str, Any], true: dict[str, Any]) -> bool:
    comparison = compare(seen["report"], true)
    assert not comparison.differences, "\n".join((*comparison.differences, *unreached(seen["report"])))
    known = comparison.identity.values()
    return (comparison.recall, comparison.precision) == (1.0, 1.0) and all(stated == right for stated, right in known)


@pytest.mark.parametrize("state", STATES)
def test_a_scan_finds_each_device_in_the_state_in_which_it_is(scanned, state):
    devices = scanned[state]["truth"]["devices"]
    assert [device["state"] for device in devices] == [state] * len(brought_into(state))
    assert agrees(scanned[state], scanned[state]["truth"])


@pytest.mark.parametrize("which", [*STATES, "before", "after"])
def test_no_device_is_hurt_and_only_the_learner_sets_anything(scanned, which):
    seen = scanned[which]
    assert seen["harms"] == []
    set_on = {name for name, log in seen["log"].items() if log["changes"]}
    assert set_on == (set(SET) if which == "before" else set())


def test_the_devices_tell_the_learner_what_was_set(scanned):
    recorder, controller, router, gateway, sensor = scanned["before"]["told"]
    assert "Set: password, https." in recorder
    assert "password updated" in controller
    assert "certificate is set" in router
    assert "Set: ftp." in gateway
    assert "Set: community." in sensor


def test_what_a_learner_has_mended_is_gone_from_the_next_scan_and_the_rest_stays(scanned):
    placed = lay_out("10.77.0.0/24", only=tuple(SET))
    after = tuple(reconfigured(one, SET[one.name]) for one in placed.placed)
    mended = truth(replace(placed, placed=after), macs=True)
    assert agrees(scanned["before"], scanned["before"]["truth"])
    assert agrees(scanned["after"], mended)
    assert scanned["after"]["truth"] == mended
    fewer = [len(seen["truth"]["devices"][0]["findings"]) for seen in (scanned["before"], scanned["after"])]
    assert fewer == [4, 2]
