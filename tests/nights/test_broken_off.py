"""Scans that are killed, interrupted once and interrupted twice: what was done is kept, and --resume does the rest."""

import json
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import city, scan, scanning, tocsin
from tests.nights.capture import RST, captured
from tests.nights.process import Running, have_ended, integrity

pytestmark = pytest.mark.usefixtures("namespaces")
QUICK = "hp_printer,flowbird_meter,econolite_controller"  # done in this order, the last after seconds
EVERY = {"10.77.0.20", "10.77.0.22", "10.77.0.29"}
LOGIN = (*sorted(EVERY), "--level", "login", "--fail-on", "critical", "--ports", "22,23,80,443")
LOOK = (*sorted(EVERY), "--fail-on", "critical", "--ports", "80,443")


def listed(described: dict[str, Any], folder: Path) -> set[str]:
    """The addresses that `tocsin devices` lists."""
    ended = subprocess.run(tocsin(described, folder, "devices"), capture_output=True, text=True, check=True)
    return set(re.findall(r"^\d+\.\d+\.\d+\.\d+", ended.stdout, re.MULTILINE))


def verified(described: dict[str, Any], folder: Path) -> int:
    return subprocess.run(tocsin(described, folder, "audit", "verify"), capture_output=True, check=False).returncode


def in_report(folder: Path) -> set[str]:
    return {device["addresses"][0] for device in json.loads((folder / "report.json").read_text())["devices"]}


def test_what_was_reported_before_a_kill_is_kept_and_only_the_rest_is_done_again(tmp_path):
    with city("--mode", "namespace", "--only", QUICK) as described:
        with Running(scanning(described, tmp_path, *LOGIN)) as running:
            running.until_reported(1)
            running.send(signal.SIGKILL)
            assert running.end() == -signal.SIGKILL
            assert running.reported < EVERY
            assert listed(described, tmp_path) >= running.reported
        assert integrity(tmp_path / "tocsin.db") == "ok"
        assert verified(described, tmp_path) == 0
        done = listed(described, tmp_path)
        with captured(described, tmp_path / "resumed.pcap") as packets:
            resumed = scan(described, tmp_path, *LOGIN, "--resume")
        assert resumed.returncode == 0, resumed.stderr
        assert {packet.to for packet in packets} & done == set()
        assert {packet.to for packet in packets} >= EVERY - done
        assert in_report(tmp_path) == EVERY == listed(described, tmp_path)
        assert verified(described, tmp_path) == 0
    assert described["harms"] == []


def test_a_killed_scan_leaves_no_bridge_behind(tmp_path):
    with city("--mode", "namespace", "--only", QUICK) as described:
        with Running(scanning(described, tmp_path, *LOGIN)) as running:
            running.until("scanning")
            bridges = running.children()
            running.send(signal.SIGKILL)
            running.end()
        assert have_ended(bridges)


def test_ctrl_c_lets_open_devices_finish_and_says_how_to_resume(tmp_path):
    with city("--mode", "namespace", "--only", QUICK) as described:
        with (
            captured(described, tmp_path / "interrupted.pcap") as packets,
            Running(scanning(described, tmp_path, *LOGIN)) as running,
        ):
            running.until_reported(1)
            running.send(signal.SIGINT)
            code = running.end()
        assert code == 3, running.said
        assert any("--resume" in line for line in running.said)
        assert listed(described, tmp_path) == running.reported == in_report(tmp_path)
        outcomes = [json.loads(line)["outcome"] for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
        assert not [outcome for outcome in outcomes if "cancelled" in outcome or "failed:" in outcome]
        # The kernel answers a sweep's SYN-ACK with RST, and does so from the sweep's own port, above the ephemeral ones.
        resets = [packet for packet in packets if packet.flags & RST and packet.source_port < 61000]
        assert resets == []
        resumed = scan(described, tmp_path, *LOGIN, "--resume")
        assert resumed.returncode == 0, resumed.stderr
        assert in_report(tmp_path) == EVERY
    assert described["harms"] == []


def test_sigterm_while_hosts_are_being_found_ends_the_bridge(tmp_path):
    with city("--mode", "namespace", "--only", QUICK) as described:
        with Running(scanning(described, tmp_path, *LOOK)) as running:
            running.until("scanning")
            bridges = running.children()
            running.send(signal.SIGTERM)
            assert running.end() == 3, running.said
        assert have_ended(bridges)
        assert any("--resume" in line for line in running.said)
        resumed = scan(described, tmp_path, *LOOK, "--resume")
        assert resumed.returncode == 0, resumed.stderr
        assert in_report(tmp_path) == EVERY


def test_a_second_interrupt_ends_at_once(tmp_path):
    with city("--mode", "namespace", "--only", "hid_controller,hp_printer") as described:
        with Running(scanning(described, tmp_path, *LOGIN)) as running:
            running.until_reported(1)  # the printer; the door controller's logins take eight seconds
            running.send(signal.SIGINT)
            running.until("a second time ends at once")
            running.send(signal.SIGINT)
            assert running.end() == 130, running.said
            assert running.reported == {"10.77.0.29"} == listed(described, tmp_path)
            assert not any("Traceback" in line for line in running.said)
        assert verified(described, tmp_path) == 0
        assert integrity(tmp_path / "tocsin.db") == "ok"
