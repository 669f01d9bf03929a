"""A device that dies while it is asked, on a segment with real ARP: this night, the next, after it has moved, and after a person has released it."""

import json
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TOCSIN
from tests.nights.process import Running
from tests.segment import Namespace, Segment

DYING = str(Path(__file__).with_name("dying.py"))
PUMP, MAC, MOVED = "10.97.0.7", "00:80:f4:00:00:07", "10.97.0.77"
WELL, SILENT = "10.97.0.8", "10.97.0.9"
PORTS = "80,81,8080,8081,9999"
MUTE = """
import socket, sys
servers = [socket.create_server(("", int(port)), backlog=64) for port in sys.argv[1:]]
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def segment() -> Iterator[Segment]:
    try:
        Namespace().close()
    except OSError as error:
        pytest.skip(f"no network namespaces here (needs unshare, iproute2 and permission for user namespaces): {error}")
    segment = Segment("10.97.0.1", 24)
    try:
        yield segment
    finally:
        segment.close()


@pytest.fixture
def pump(segment: Segment) -> Namespace:
    """The device that dies of its first question, and one that is well."""
    host = segment.add_host(PUMP, MAC)
    host.start(sys.executable, DYING, "port11", "1", "80", "8080", "8081")
    segment.add_host(WELL, "00:80:f4:00:00:08").start(sys.executable, DYING, "port12", "1000", "80")
    return host


def command(segment: Segment, folder: Path, *more: str) -> list[str]:
    kept = ["--store", str(folder / "tocsin.db"), "--audit", str(folder / "audit.jsonl")]
    wish = ["--authorised-by", "test", "--pace", "lab", "--ports", PORTS, "-o", str(folder / "report.json")]
    return [*segment.scanner.enter, *TOCSIN, *kept, "scan", *(more or (f"{PUMP}-9", MOVED)), *wish]


def scan(segment: Segment, folder: Path, *more: str) -> dict[str, Any]:
    """Scan, and return the report by address, with the exit code and what was said."""
    done = subprocess.run(command(segment, folder, *more), capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    report |= {"exit": done.returncode, "said": done.stderr, "shown": done.stdout}
    return report | {device["addresses"][0]: device for device in report["devices"]}


def audited(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines()]


def tocsin(segment: Segment, folder: Path, *words: str) -> str:
    kept = ["--store", str(folder / "tocsin.db"), "--audit", str(folder / "audit.jsonl")]
    done = subprocess.run([*TOCSIN, *kept, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def heard(pcap: Path) -> list[tuple[str, str]]:
    """What came to an interface as (what, to which MAC), from a pcap file of Ethernet frames; the device's own frames are left out."""
    data, at, found = pcap.read_bytes(), 24, []
    while at < len(data):
        size = struct.unpack_from("=I", data, at + 8)[0]
        frame = data[at + 16 : at + 16 + size]
        at += 16 + size
        kind = {0x0806: "arp", 0x0800: {6: "tcp", 17: "udp", 1: "icmp"}.get(frame[23], "ip")}.get(
            int.from_bytes(frame[12:14], "big"), "other"
        )
        # What the kernel repeats for the connection of a scan that was killed, an hour if need be, is no question of this one: those begin with a SYN.
        repeated = kind == "tcp" and not frame[14 + 4 * (frame[14] & 0x0F) + 13] & 0x02
        if frame[6:12].hex(":") != MAC and kind != "other" and not repeated:
            found.append((kind, frame[:6].hex(":")))
    return found


def night(segment: Segment, host: Namespace, folder: Path, *more: str) -> tuple[dict[str, Any], list[str]]:
    """A scan, and the kinds of packets that reached the device during it."""
    stop = host.record("port11", folder / "night.pcap")
    report = scan(segment, folder, *more)
    stop()
    return report, [kind for kind, to in heard(folder / "night.pcap") if to in (MAC, "ff:ff:ff:ff:ff:ff")]


def repair(host: Namespace) -> None:
    host.run("ip", "link", "set", "port11", "up")


def test_a_device_that_dies_while_it_is_asked_is_left_alone_until_a_person_releases_it(segment, pump, tmp_path):
    first = scan(segment, tmp_path)
    assert first["exit"] == 3
    device = first[PUMP]
    assert first["quarantined"] == [device["id"]] == [f"mac:{MAC}"]
    assert "fell silent" in device["quarantine"]["reason"]
    assert device["quarantine"]["asked"].startswith("http at")
    assert {outcome["status"] for outcome in device["outcomes"]} == {"unreached"}
    assert {gap["port"] for gap in device["gaps"] if "in quarantine" in gap["reason"]} == {8080, 8081}
    assert f"{PUMP} is left alone from now on" in first["said"]
    assert first["shown"].index("IN QUARANTINE") < first["shown"].index("score")
    assert (first[WELL]["quarantine"], first[WELL]["gaps"]) == (None, [])
    asked = [line for line in audited(tmp_path) if line["target"].startswith(f"{PUMP}:8") and line["connections"]]
    assert [line["outcome"] for line in asked if line["protocol"] == "http"].count("heard") == 1

    repair(pump)
    second, packets = night(segment, pump, tmp_path)
    assert second["exit"] == 3
    assert second["quarantined"] == [f"mac:{MAC}"]
    assert second[PUMP]["services"] == []
    assert {outcome["status"] for outcome in second[PUMP]["outcomes"]} == {"unreached"}
    assert set(packets) == {"arp"}
    assert "quarantined" in tocsin(segment, tmp_path, "diff")

    pump.run("ip", "address", "flush", "dev", "port11")
    pump.run("ip", "address", "add", f"{MOVED}/24", "dev", "port11")
    third, packets = night(segment, pump, tmp_path)
    assert third["quarantined"] == [f"mac:{MAC}"]
    assert third[MOVED]["quarantine"]["scan"] == first["scan"]["id"]
    assert set(packets) == {"arp"}

    assert MAC in tocsin(segment, tmp_path, "quarantine", "list")
    tocsin(segment, tmp_path, "quarantine", "release", MAC, "--because", "the pump was looked at")
    fourth, packets = night(segment, pump, tmp_path)
    assert (fourth["exit"], fourth["quarantined"]) == (0, [])
    assert {service["port"] for service in fourth[MOVED]["services"] if service["protocol"] == "http"} == {
        80,
        8080,
        8081,
    }
    assert "tcp" in packets
    assert [line["rule"] for line in audited(tmp_path) if line["protocol"] == "quarantine"] == [
        "because: the pump was looked at"
    ]


def test_a_quarantine_outlives_the_scan_that_is_killed(segment, pump, tmp_path):
    mute = segment.add_host(SILENT, "00:80:f4:00:00:09")
    mute.start(sys.executable, "-c", MUTE, "80", "81", "8080", "8081")
    with Running(command(segment, tmp_path)) as running:
        running.until("left alone from now on")
        running.send(signal.SIGKILL)
        assert running.end() == -signal.SIGKILL
    repair(pump)
    report, packets = night(segment, pump, tmp_path, "--resume", f"{PUMP}-8")
    assert report["quarantined"] == [f"mac:{MAC}"]
    assert set(packets) == {"arp"}


def test_an_nmap_sweep_and_one_without_raw_sockets_leave_it_alone_too(segment, pump, tmp_path):
    scan(segment, tmp_path)
    repair(pump)
    if shutil.which("nmap") is None:
        pytest.skip("nmap is not installed: apt-get install nmap")
    report, packets = night(segment, pump, tmp_path, f"{PUMP}-8", "--engine", "nmap")
    assert report["quarantined"] == [f"mac:{MAC}"]
    assert packets.count("tcp") <= 1
    assert "udp" not in packets
