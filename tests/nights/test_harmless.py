"""What leaves the machine during a scan, seen on the cable, and what the devices say was done to them."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.conftest import city, scan
from tests.nights.capture import captured

PRINTING = {515, *range(9100, 9108)}
SCOPE = """
[[site]]
name = "east"
networks = ["10.77.0.8/29", "10.77.0.16/28"]
deny = ["10.77.0.10", "10.77.0.21", "10.77.0.24/31"]
approved_by = "test"
level = "login"
"""
TARGETS = ("10.77.0.8/29", "10.77.0.16/28")
ALLOWED = {f"10.77.0.{host}" for host in (9, *range(11, 15), *range(17, 21), 22, 23, *range(26, 31))}
FOUND = {"10.77.0.13", "10.77.0.20", "10.77.0.29"}
UNTOUCHED = (
    "hikvision_camera",
    "daktronics_sign",
    "modicon_plc",
    "loytec_controller",
    "open_recorder",
)  # the last is outside, the rest denied
DEVICES = ",".join(("uniview_recorder", "econolite_controller", "hp_printer", *UNTOUCHED))


@pytest.fixture(scope="module", params=["builtin", "nmap"])
def night(request: pytest.FixtureRequest, namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One scan at level login of a part of a segment: all that left the scanner's machine, and all that the devices saw."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "tocsin.toml").write_text(SCOPE)
    with city("--mode", "namespace", "--only", DEVICES) as described:
        described["enter"] = [*described["enter"], "env", f"TOCSIN_CONFIG={folder / 'tocsin.toml'}"]
        with captured(described, folder / "all.pcap") as packets:
            wish = (*TARGETS, "--level", "login", "--engine", request.param)
            described["ended"] = scan(described, folder, *wish)
    described["packets"] = packets
    described["report"] = json.loads((folder / "report.json").read_text())
    described["audit"] = [json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines()]
    return described


def test_the_allowed_devices_are_found_and_no_others(night):
    assert night["ended"].returncode == 1, night["ended"].stderr
    found = {address for device in night["report"]["devices"] for address in device["addresses"]}
    assert found == FOUND


def test_no_packet_leaves_the_scope_or_goes_to_a_denied_address(night):
    assert len(night["packets"]) > 100
    assert {packet.to for packet in night["packets"]} <= ALLOWED


def test_nothing_but_arp_icmp_tcp_and_udp_is_sent(night):
    assert {packet.protocol for packet in night["packets"]} <= {"arp", "icmp", "tcp", "udp"}


def test_no_packet_goes_to_a_port_that_prints(night):
    assert {packet.port for packet in night["packets"]} & PRINTING == set()


def test_no_device_was_harmed_or_had_two_connections(night):
    assert night["harms"] == []
    assert max(log["most_open"] for log in night["log"].values()) == 1


def test_devices_out_of_reach_saw_nothing(night):
    assert [night["log"][name]["connections"] for name in UNTOUCHED] == [0] * len(UNTOUCHED)


def test_no_account_was_tried_more_than_twice_on_a_device(night):
    failed = [count for log in night["log"].values() for count in log["logins"].values()]
    assert failed
    assert max(failed) <= 2
    tried = Counter(
        (line["target"].split(":")[0], line["account"])
        for line in night["audit"]
        if line.get("account") and not line["outcome"].startswith("not tried")
    )
    named = {key: count for key, count in tried.items() if not key[1].startswith("no name")}
    assert named
    assert max(named.values()) <= 2, named


def test_every_address_of_the_audit_trail_was_allowed(night):
    hosts = {line["target"].rpartition(":")[0] for line in night["audit"] if line["protocol"] != "sweep"}
    assert hosts
    assert hosts <= ALLOWED
