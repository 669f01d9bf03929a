"""Labs that are killed, ports and networks that are another's: what the next one says, cleans up, and leaves alone."""

import ipaddress
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import lab.taken
from tests.lab.brought_up import CLI, gone, own_network, path

LOOPBACK = ("--devices", "2", "--mode", "loopback")


@pytest.fixture(name="lab")
def lab_command(notes):
    """`lab("status")` runs a command of the lab to its end, with the notes of this test."""

    def run(*arguments, before=()):
        return subprocess.run(
            [*before, sys.executable, *CLI, *arguments],
            env={**path(), "XDG_RUNTIME_DIR": str(notes)},
            input="",
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def processes(notes):
    """The ids of all processes of the one city that is noted: its keeper, the city, and in namespaces the scanner's side."""
    (note,) = (json.loads(file.read_text()) for file in notes.glob("tocsin-lab/city-*.json"))
    return [note["keeper"]["pid"], *(process["pid"] for process in note["others"])]


@pytest.mark.parametrize("mode", ["auto", "loopback"])
def test_the_next_lab_cleans_up_after_one_that_was_killed_whole_and_leaves_all_else(start, notes, lab, mode):
    network = ("--network", own_network()) if mode == "loopback" else ()
    first = start("--devices", "2", "--mode", mode, *network)
    keeper, city, *others = processes(notes)
    folder = notes / "tocsin-lab"
    (folder / "mine.txt").write_text("not the lab's")
    (folder / "city-x.json").write_text("not the lab's")
    for pid in (keeper, city):  # the keeper first: the city may not end in order
        os.kill(pid, signal.SIGSTOP)
    for pid in (keeper, city):
        os.kill(pid, signal.SIGKILL)
    first.process.wait(60)
    assert gone(city, *others)
    assert len(list(folder.glob("city-*[0-9].*"))) == 2  # the note and the socket
    said = lab("up", "--devices", "1", "--mode", mode, *network)
    assert said.returncode == 0
    assert f"cleaned up after the city {first.first['network']} (process {keeper}, since " in said.stderr
    assert sorted(file.name for file in folder.iterdir()) == ["city-x.json", "mine.txt"]


def test_a_city_that_outlived_its_killed_keeper_is_ended_by_the_next_lab(start, notes, lab):
    network = own_network()
    first = start(*LOOPBACK, "--network", network)
    keeper, city = processes(notes)
    os.kill(city, signal.SIGSTOP)
    os.kill(keeper, signal.SIGKILL)
    first.process.wait(60)
    assert lab("status").stdout == "no city is up\n"
    assert lab("up", *LOOPBACK, "--network", network).returncode == 0
    assert gone(city)
    assert list((notes / "tocsin-lab").iterdir()) == []


def test_a_number_that_another_process_has_now_is_not_ended(notes, lab):
    other = subprocess.Popen(["sleep", "600"])
    try:
        folder = notes / "tocsin-lab"
        folder.mkdir(mode=0o700)
        stranger = {"pid": other.pid, "started": 1, "boot": "another"}
        note = {"keeper": stranger, "since": "2026-11-21T20:00:00+00:00", "mode": "loopback", "network": "127.9.0.0/24"}
        (folder / f"city-{other.pid}.json").write_text(json.dumps({**note, "others": [stranger]}))
        assert lab("status").stdout == "no city is up\n"
        assert lab("down").stdout == "ended 0 cities\n"
        assert list(folder.iterdir()) == []
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_two_cities_of_one_user_are_told_apart_and_each_keeps_its_own(start, lab):
    one, other = own_network(), own_network(first=50)
    first = start(*LOOPBACK, "--network", one)
    start("--only", "modicon_plc", "--mode", "loopback", "--network", other)
    told = json.loads(lab("status", "--json").stdout)
    assert [city["devices"] for city in told if city["network"] == first.first["network"]] == [2]
    assert lab("reset").returncode == 1
    assert lab("reset", "--city", other).stdout == "all logs begin anew\n"
    off = lab("off", "modicn_plc", "--city", other)
    assert (off.returncode, off.stderr) == (
        1,
        "Error: no device of this city is called 'modicn_plc'; nearest: modicon_plc\n",
    )
    assert lab("off", "modicon_plc", "--city", other).stdout == "modicon_plc is off\n"
    assert json.loads(lab("truth", "--city", other).stdout)["devices"] == []


def test_a_port_that_is_taken_is_named_with_whoever_has_it(start, lab):
    network = own_network()
    up = start("--devices", "1", "--mode", "loopback", "--network", network)
    said = lab("up", "--devices", "1", "--mode", "loopback", "--network", network)
    assert said.returncode == 1
    assert f"it is taken; the city {network} (process {up.process.pid}, since " in said.stderr
    assert "has it: end it with tocsin-lab down, or choose another network with --network" in said.stderr


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_port_that_a_foreign_process_has_is_named_with_it(lab, kind):
    network = ipaddress.ip_network(own_network())
    device, transport = ("restless_gateway", "udp") if kind == socket.SOCK_DGRAM else ("modicon_plc", "tcp")
    told = json.loads(lab("truth", "--mode", "loopback", "--network", str(network), "--only", device).stdout)
    (one,) = told["devices"]
    port = max(service["port"] for service in one["services"] if service["transport"] == transport)
    with socket.socket(socket.AF_INET, kind) as foreign:
        try:
            foreign.bind((one["address"], port))
        except PermissionError:
            pytest.skip("this user may not bind the port that is to be taken")
        if kind == socket.SOCK_STREAM:
            foreign.listen()
        said = lab("up", "--mode", "loopback", "--network", str(network), "--only", device)
    assert said.returncode == 1
    comm = Path("/proc/self/comm").read_text().strip()
    assert f"process {os.getpid()} ({comm}) has it: end that, or choose another network with --network" in said.stderr


# /proc/net/route of a machine with 10.99.0.0/24 at eth0 and its gateway there, and 172.16.0.0/12 behind that gateway (little-endian numbers).
ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100630A\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0000630A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth0\t000010AC\t0100630A\t0003\t0\t0\t0\t0000F0FF\t0\t0\t0
"""


@pytest.mark.skipif(sys.byteorder == "big", reason="the kernel writes the numbers in the machine's order")
def test_a_network_of_this_machine_is_known_by_its_interface(monkeypatch):
    monkeypatch.setattr(lab.taken, "_lines", lambda name: ROUTES.splitlines()[1:])
    known = {
        network: lab.taken.own_network(ipaddress.IPv4Network(network))
        for network in ("10.99.0.0/24", "10.99.0.128/25", "10.99.0.0/16", "10.98.0.0/24", "172.16.5.0/24")
    }
    assert known == {
        "10.99.0.0/24": "eth0",
        "10.99.0.128/25": "eth0",
        "10.99.0.0/16": "eth0",
        "10.98.0.0/24": "",
        "172.16.5.0/24": "",
    }


@pytest.mark.real
def test_a_network_that_this_machine_has_already_is_warned_of_in_a_line(lab):
    there = 'ip link set lo up && ip link add x type veth peer name y && ip addr add 10.99.0.7/24 dev x && ip link set x up && exec "$@"'
    inside = ("unshare", "-Urn", "sh", "-c", there, "sh")
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine forbids user namespaces altogether")
    said = lab("up", "--devices", "1", "--network", "10.99.0.0/24", before=inside)
    assert said.returncode == 0
    assert "10.99.0.0/24 is a network of this machine too (at x): a scan that is not started inside" in said.stderr


@pytest.mark.real
def test_where_namespaces_are_forbidden_and_asked_for_all_the_same_it_is_said_what_to_do(lab):
    shut = 'echo 0 > /proc/sys/user/max_net_namespaces && echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    inside = ("unshare", "-Urn", "sh", "-c", shut, "sh")
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine forbids user namespaces altogether")
    said = lab("up", "--devices", "1", "--mode", "namespace", before=inside)
    assert said.returncode == 1
    assert "namespaces need root, or a machine that lets ordinary users have them" in said.stderr
    assert said.stderr.count("\n") == 1


def test_a_log_that_could_not_be_written_at_the_end_is_refused_at_the_beginning(lab, tmp_path):
    said = lab("up", *LOOPBACK, "--log", str(tmp_path / "nowhere" / "log.json"))
    assert (said.returncode, "there is no folder" in said.stderr) == (1, True)


@pytest.mark.parametrize("command", ["list", "truth", "status", "up"])
def test_an_output_that_cannot_be_written_is_said_in_a_line(notes, command):
    words = [*LOOPBACK, "--network", own_network()] if command == "up" else []
    with Path("/dev/full").open("w") as full:
        said = subprocess.run(
            [sys.executable, *CLI, command, *words],
            env={**path(), "XDG_RUNTIME_DIR": str(notes)},
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert said.returncode == 1
    assert said.stderr.splitlines()[-1] == "Error: cannot write to standard output: No space left on device"
    assert "Traceback" not in said.stderr
    assert list(notes.glob("tocsin-lab/*")) == []


def test_a_city_comes_up_where_standard_output_is_closed(notes):
    closed = ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, *CLI, "up", *LOOPBACK, "--network", own_network()]
    own = {**path(), "XDG_RUNTIME_DIR": str(notes)}
    said = subprocess.run(closed, env=own, input="", capture_output=True, text=True, check=False, timeout=60)
    assert (said.returncode, said.stderr) == (0, "tocsin-lab: loopback: no ARP and no MAC addresses, as asked\n")


@pytest.mark.real
def test_a_device_in_namespaces_is_off_and_on_again_with_its_mac(start, lab):
    up = start("--only", "econolite_controller,modicon_plc", "--ipv6")
    if up.first["mode"] != "namespace":
        pytest.skip(f"no namespaces here: {up.first['why']}")

    def answers(address):
        asked = ["curl", "-s", "-g", "-m", "20", "--connect-timeout", "2", f"http://{address}/"]
        return subprocess.run([*up.first["enter"], *asked], capture_output=True, check=False).returncode == 0

    device = next(one for one in up.first["truth"]["devices"] if one["name"] == "econolite_controller")
    addresses = device["addresses"]
    shown = [f"[{one}]" if ":" in one else one for one in addresses]
    assert [answers(one) for one in shown] == [True] * len(shown)
    assert lab("off", "econolite_controller").stdout == "econolite_controller is off\n"
    assert [answers(one) for one in shown] == [False] * len(shown)
    assert lab("on", "econolite_controller").stdout == "econolite_controller is on\n"
    assert [answers(one) for one in shown] == [True] * len(shown)
    seen = json.loads(up.inside("ip", "-json", "neigh", "show", addresses[0]))
    assert seen[0]["lladdr"] == device["mac"]
