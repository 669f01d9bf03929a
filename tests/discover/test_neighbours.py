"""IPv6 on a segment with real kernels: all nodes are asked once, those in scope become hosts, and nobody else is touched."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.segment import Segment

DRIVE = str(Path(__file__).with_name("drive.py"))
CAMERA, PLC, DENIED = "44:19:b6:00:00:05", "00:80:f4:00:00:06", "00:0a:b0:00:00:66"
ORDER = {"targets": ["fd00:77::/64"], "ports": [80, 443], "allow": ["fd00:77::/64"], "deny": ["fd00:77::66"]}


@pytest.fixture(scope="module")
def street(segment: Segment) -> Segment:
    segment.scanner.add_address("fd00:77::1/64", "port10")
    for number, mac in ((5, CAMERA), (6, PLC), (66, DENIED)):
        host = segment.add_host("", mac, (80,))
        segment.hosts[str(number)] = segment.hosts.pop("")
        host.add_address(f"fd00:77::{number}/64")
    segment.hosts["6"].add_address("fd00:77::beef:6/64")
    return segment


def drive(place, order, *wrapper):
    lines = place.run(*wrapper, sys.executable, DRIVE, json.dumps(order)).stdout.splitlines()
    return [json.loads(line) for line in lines]


def found(records):
    hosts = [record for record in records if record["kind"] == "Host"]
    return {host["address"]: (host["mac"], [end["port"] for end in host["open_ports"]]) for host in hosts}


@pytest.mark.real
def test_neighbours_in_scope_become_hosts_and_one_packet_asks_all(street, tmp_path):
    if not shutil.which("tcpdump"):
        pytest.skip("no tcpdump: apt-get install tcpdump")
    path = tmp_path / "frames.pcap"
    stop = street.scanner.record("port10", path)
    records = drive(street, ORDER)
    stop()
    hosts = found(records)
    assert hosts.pop("fd00:77::5") == (CAMERA, [80])
    ((address, plc),) = hosts.items()
    assert address in ("fd00:77::6", "fd00:77::beef:6")
    assert plc == (PLC, [80])
    assert {record["how"] for record in records if record["kind"] == "Host"} == {"nd"}
    sighted = {record["address"]: record["mac"] for record in records if record["kind"] == "Sighting"}
    assert sighted["fd00:77::66"] == DENIED
    told = subprocess.run(["tcpdump", "-nn", "-r", "-"], input=path.read_bytes(), capture_output=True, check=True)
    sent = [line for line in told.stdout.decode().splitlines() if re.search(r"IP6 fd00:77::1(\.\d+)? > ", line)]
    assert len([line for line in sent if "echo request" in line]) == 1
    assert len([line for line in sent if "> ff02::1:" in line and "echo request" in line]) == 1
    # Whoever answered was answered by the kernel's own neighbour discovery; the denied one gets no connection and no other packet.
    assert not [line for line in sent if "> fd00:77::66" in line and "neighbor advertisement" not in line]


@pytest.mark.real
def test_link_local_addresses_are_asked_behind_the_interface_that_was_named(street):
    records = drive(street, {**ORDER, "targets": ["fe80::/64%port10"], "allow": ["fe80::/64"]})
    hosts = found(records)
    assert {mac for mac, _ in hosts.values()} == {CAMERA, PLC, DENIED}
    assert all(address.startswith("fe80::") and address.endswith("%port10") for address in hosts)
    assert {tuple(ports) for _, ports in hosts.values()} == {(80,)}


@pytest.mark.real
def test_a_single_address_is_asked_by_connecting_and_its_mac_is_in_the_kernel_s_table(street):
    records = drive(street, {**ORDER, "targets": ["fd00:77::5", "fd00:77::99"]})
    assert found(records) == {"fd00:77::5": (CAMERA, [80])}
    assert not [record for record in records if record["kind"] == "Note"]


@pytest.mark.real
@pytest.mark.parametrize(
    ("target", "words"),
    [("fd00:78::/64", "this is none of them"), ("fd00:77::/48", "this is none of them"), ("fe80::/64", "say which")],
)
def test_a_segment_that_is_not_here_is_refused(street, target, words):
    (refused,) = drive(street, {**ORDER, "targets": [target], "allow": [target]})
    assert refused["kind"] == "ConfigError"
    assert words in refused["text"]


@pytest.mark.real
def test_without_raw_sockets_nobody_is_asked_and_the_scan_says_so(street):
    if not shutil.which("setpriv"):
        pytest.skip("no setpriv: apt-get install util-linux")
    records = drive(street, ORDER, "setpriv", "--bounding-set=-net_raw")
    (note,) = [record for record in records if record["kind"] == "Note"]
    assert note["incomplete"]
    assert "no raw sockets here" in note["text"]
    assert found(records) == {}
