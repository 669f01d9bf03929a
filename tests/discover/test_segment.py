"""The sweep of a real segment: who is found, with which ports, and above all where no packet goes."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

DRIVE = str(Path(__file__).with_name("drive.py"))
ROOT = str(Path(__file__).parents[2])
HOSTS = {
    "10.99.0.5": ("44:19:b6:00:00:05", (22, 80)),
    "10.99.0.6": ("ac:cc:8e:00:00:06", (443,)),
    "10.99.0.7": ("00:80:f4:00:00:07", ()),
    "10.99.0.66": ("00:0a:b0:00:00:66", (80,)),
    "10.99.0.200": ("3c:d9:2b:00:00:c8", (80, 515, 9100)),
}
DENIED = "10.99.0.66"
ORDER = {
    "targets": ["10.99.0.0/24", "10.99.1.0/30"],
    "ports": [22, 80, 443, 502, 515, 8080, 9100, 9107],
    "allow": ["10.99.0.0/24"],
    "deny": [DENIED],
}
FOUND = {
    "10.99.0.5": ("44:19:b6:00:00:05", [22, 80]),
    "10.99.0.6": ("ac:cc:8e:00:00:06", [443]),
    "10.99.0.7": ("00:80:f4:00:00:07", []),
    "10.99.0.200": ("3c:d9:2b:00:00:c8", [80]),
}


@pytest.fixture(scope="module")
def city(segment):
    for address, (mac, ports) in HOSTS.items():
        segment.add_host(address, mac, ports)
    return segment


def drive(place, order, *wrapper):
    lines = place.run(*wrapper, sys.executable, DRIVE, json.dumps(order)).stdout.splitlines()
    return [json.loads(line) for line in lines]


def found(records):
    hosts = [record for record in records if record["kind"] == "Host"]
    return {host["address"]: (host["mac"], [end["port"] for end in host["open_ports"]]) for host in hosts}


def notes(records):
    return [record["text"] for record in records if record["kind"] == "Note"]


@pytest.fixture
def capture(city, tmp_path):
    if not shutil.which("tcpdump"):
        pytest.skip("no tcpdump: apt-get install tcpdump")
    path = tmp_path / "frames.pcap"
    stop = city.scanner.record("port10", path)

    def read():
        stop()
        # On stdin, because tcpdump drops root's rights and may then not open the file.
        told = subprocess.run(
            ["tcpdump", "-nn", "-e", "-r", "-"], input=path.read_bytes(), capture_output=True, check=True
        )
        return told.stdout.decode().splitlines()

    return read


@pytest.mark.real
def test_a_segment_is_swept_whole_and_no_packet_goes_astray(city, capture):
    records = drive(city, ORDER)
    assert found(records) == FOUND
    assert {record["how"] for record in records if record["kind"] == "Host"} == {"arp"}
    assert [text.split(":")[0] for text in notes(records)] == [DENIED, "10.99.1.1-10.99.1.2"]
    sent = [line for line in capture() if re.search(r"who-has|10\.99\.0\.1\.\d+ > ", line)]
    asked = [line for line in sent if "tell 10.99.0.1," in line]
    assert len(set(re.findall(r"who-has (\S+)", "\n".join(asked)))) == 252
    assert not [line for line in sent if re.search(r"\b10\.99\.0\.66\b|10\.99\.1\.", line)]
    assert not [line for line in sent if re.search(r"> 10\.99\.0\.\d+\.(515|91\d\d):", line)]


@pytest.mark.real
def test_answers_are_heard_where_questions_could_go_out_without_an_end(city):
    most = ("packets_per_second", "device_packets_per_second", "device_connections_per_second")
    fast = dict.fromkeys(most, 10_000_000)
    many = [22, 80, 443, *range(20_000, 23_000)]
    assert found(drive(city, {**ORDER, "targets": ["10.99.0.0/24"], "ports": many, "pace": fast})) == FOUND


def test_no_half_open_connection_stays_on_a_device(city, capture):
    drive(city, {**ORDER, "targets": ["10.99.0.5"], "ports": [80]})
    tcp = re.findall(r"Flags \[(\S+)\]", "\n".join(capture()))
    assert tcp == ["S", "S.", "R"]


@pytest.mark.real
def test_a_debuggers_port_is_asked_half_open_and_never_by_connecting(city, capture):
    order = {**ORDER, "targets": ["10.99.0.5"], "ports": [80, 3333]}
    drive(city, order)
    if shutil.which("setpriv"):
        drive(city, order, "setpriv", "--bounding-set=-net_raw")
    sent = re.findall(r"10\.99\.0\.1\.\d+ > 10\.99\.0\.5\.3333: Flags \[(\S+)\]", "\n".join(capture()))
    assert sent == ["S"]


@pytest.mark.real
def test_progress_ends_with_every_address_and_counts_packets(city):
    last = [record for record in drive(city, ORDER) if record["kind"] == "Progress"][-1]
    assert last["done"] == last["addresses"] == 253
    assert last["packets"] >= 2 * 252 - 4


@pytest.mark.real
def test_addresses_to_skip_are_not_asked(city, capture):
    records = drive(city, {**ORDER, "skip": ["10.99.0.5"]})
    assert found(records) == {address: host for address, host in FOUND.items() if address != "10.99.0.5"}
    assert not [line for line in capture() if "10.99.0.5" in re.split(r"[ ,:]", line)]


@pytest.mark.real
def test_nmap_finds_the_same_hosts_and_ports(city, capture):
    if not shutil.which("nmap"):
        pytest.skip("no nmap: apt-get install nmap")
    records = drive(city, {**ORDER, "engine": "nmap"})
    assert found(records) == FOUND
    assert not [
        line for line in capture() if re.search(r"> 10\.99\.0\.(66\.\d+|\d+\.(515|91\d\d)):|who-has 10.99.0.66 ", line)
    ]


@pytest.mark.real
def test_without_raw_sockets_hosts_are_found_by_connecting_and_the_sweep_says_so(city):
    if not shutil.which("setpriv"):
        pytest.skip("no setpriv: apt-get install util-linux")
    records = drive(city, {**ORDER, "targets": ["10.99.0.2-20", "10.99.0.200"]}, "setpriv", "--bounding-set=-net_raw")
    assert found(records) == FOUND
    assert any(text.startswith("no raw sockets here (need root or CAP_NET_RAW)") for text in notes(records))
    assert {record["how"] for record in records if record["kind"] == "Host"} == {"connect"}


@pytest.mark.real
def test_a_connection_that_met_itself_is_no_open_port_of_this_machine(wide_segment):
    # TCP lets a socket connect to its own end (RFC 9293, section 3.5: simultaneous open), once the kernel has picked the very port that is asked.
    wide_segment.run("sysctl", "-qw", "net.ipv4.ip_local_port_range=49152 49152")
    order = {"targets": ["10.98.0.1"], "ports": [80, 49152], "allow": ["10.98.0.0/16"]}
    records = drive(wide_segment, order)
    assert [record for record in records if record["kind"] == "Host"] == []
    assert records[-1]["done"] == 1


@pytest.mark.real
def test_a_scope_that_refuses_everything_ends_the_sweep_before_it_begins(city):
    (refused,) = drive(city, {**ORDER, "targets": [DENIED]})
    assert refused["kind"] == "ScopeError"
    assert f"{DENIED}/32 is denied" in refused["text"]


@pytest.mark.real
def test_a_bridge_that_dies_is_told_and_what_was_left_is_asked_without_it(city):
    order = {**ORDER, "targets": ["10.99.0.2-7"], "pace": {"packets_per_second": 20, "device_packets_per_second": 2}}
    command = [*city.scanner.enter, sys.executable, DRIVE, json.dumps(order)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sweep:
        assert sweep.stdout is not None
        assert next(line for line in sweep.stdout if '"Progress"' in line and json.loads(line)["packets"] > 6)
        bridge = int(Path(f"/proc/{sweep.pid}/task/{sweep.pid}/children").read_text().split()[0])
        os.kill(bridge, signal.SIGKILL)
        records = [json.loads(line) for line in sweep.stdout]
    assert notes(records) == [
        "10.99.0.2-10.99.0.7: the bridge failed (killed by signal 9); what was left is asked by TCP connect"
    ]
    assert found(records) == {address: host for address, host in FOUND.items() if address != "10.99.0.200"}
    assert records[-1]["done"] == records[-1]["addresses"] == 6


@pytest.mark.real
def test_without_scapy_a_segment_is_asked_by_connecting(city, tmp_path):
    (tmp_path / "scapy.py").write_text("raise ModuleNotFoundError('No module named scapy')")
    order = {**ORDER, "targets": ["10.99.0.5"]}
    records = drive(city, order, "env", f"PYTHONPATH={tmp_path}:{os.environ.get('PYTHONPATH', ROOT)}")
    assert "No module named scapy" in notes(records)[0]
    assert found(records) == {"10.99.0.5": FOUND["10.99.0.5"]}


@pytest.mark.real
def test_a_router_does_not_hide_the_hosts_behind_it(city):
    router = city.hosts["10.99.0.7"]
    router.run("ip", "address", "add", "10.97.0.1/32", "dev", "lo")
    city.run("ip", "route", "add", "10.97.0.0/24", "via", "10.99.0.7")
    router.listen(8081)
    order = {"targets": ["10.97.0.0/28"], "ports": [80, 8081], "allow": ["10.97.0.0/24"]}
    records = drive(city, order)
    assert found(records) == {"10.97.0.1": (None, [8081])}
    assert [record["how"] for record in records if record["kind"] == "Host"] == ["icmp"]
