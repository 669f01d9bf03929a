"""`tocsin-lab up` as its callers use it: a process that prints two lines of JSON."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.brought_up import CLI, NOBODY, Start, Up, gone, own_network, path

# Inside the scanner's namespace: connect to a closed port of each address, and print which MAC each frame of each address came from.
LISTEN = """
import json, socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind(("tocsin0", 0))
wire.setblocking(False)
seen = set()
for address in sys.argv[1:]:
    with socket.socket() as asking:
        asking.settimeout(20)
        asking.connect_ex((address, 7))
    try:
        while True:
            frame, (_, _, kind, _, _) = wire.recvfrom(2048)
            at = {b"\\x08\\x00": 26, b"\\x08\\x06": 28}.get(frame[12:14])
            if at and kind != socket.PACKET_OUTGOING:
                what = "arp" if at == 28 else "ip"
                seen.add((what, socket.inet_ntoa(frame[at : at + 4]), frame[6:12].hex(":")))
    except BlockingIOError:
        pass
print(json.dumps(sorted(seen)))
"""
# In a network of its own, so that the usual loopback addresses are free there.
FORBID = 'ip link set lo up && echo 0 > /proc/sys/user/max_net_namespaces && echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'


def in_namespaces(start: Start, *arguments: str, prefix: tuple[str, ...] = ()) -> Up:
    up = start(*arguments, prefix=prefix)
    if up.first["mode"] != "namespace":
        pytest.skip(f"no namespaces here: {up.first['why']}")
    return up


AS_ROOT_AND_AS_A_USER = pytest.mark.parametrize("prefix", [(), NOBODY], ids=["as-this-user", "as-nobody"])


@pytest.mark.real
@AS_ROOT_AND_AS_A_USER
def test_each_device_answers_arp_and_ip_with_its_own_mac_and_no_other(start, prefix):
    up = in_namespaces(start, prefix=prefix)
    devices = {device["address"]: device["mac"] for device in up.first["truth"]["devices"]}
    seen = json.loads(up.inside(up.python, "-c", LISTEN, *devices))
    assert {(address, mac) for what, address, mac in seen if what == "arp"} == set(devices.items())
    assert {(address, mac) for what, address, mac in seen if what == "ip"} == set(devices.items())
    assert len(devices) == 16


@pytest.mark.real
@AS_ROOT_AND_AS_A_USER
def test_there_is_no_way_out_of_the_namespaces(start, prefix):
    up = in_namespaces(start, "--devices", "2", prefix=prefix)
    routes = json.loads(up.inside("ip", "-json", "route"))
    links = json.loads(up.inside("ip", "-json", "link"))
    assert [(route["dst"], "gateway" in route) for route in routes] == [("10.77.0.0/24", False)]
    assert [link["ifname"] for link in links] == ["lo", "tocsin0"]


@pytest.mark.real
def test_an_ordinary_user_enters_by_its_own_user_namespace(start):
    prefix = NOBODY if os.geteuid() == 0 else ()
    up = in_namespaces(start, "--only", "econolite_controller", prefix=prefix)
    assert "unprivileged user namespace" in up.first["why"]
    assert up.first["enter"][1:] == ["--preserve-credentials", "-U", "-n", "-t", str(up.first["scanner_pid"])]
    assert "Econolite Cobalt ATC" in up.inside("curl", "-s", "http://10.77.0.20/")


@pytest.mark.real
@AS_ROOT_AND_AS_A_USER
def test_a_command_that_enters_stands_in_the_network_of_the_city_and_still_finds_the_city(start, notes, prefix):
    up = in_namespaces(start, "--only", "econolite_controller", prefix=prefix)
    script = f"curl -s http://10.77.0.20/; unset XDG_RUNTIME_DIR; {up.python} -P -m lab.cli status; echo $TOCSIN_STORE"
    entering = [*prefix, up.python, *CLI, "enter", "sh", "-c", script]
    environment = {**path(), "XDG_RUNTIME_DIR": str(notes), "XDG_STATE_HOME": str(notes / "state")}
    done = subprocess.run(entering, env=environment, capture_output=True, text=True, check=True, timeout=60, cwd="/")
    assert "Econolite Cobalt ATC" in done.stdout
    assert "10.77.0.0/24  namespace, since" in done.stdout
    assert done.stdout.endswith(f"{notes}/state/tocsin-lab/inventory.db\n")


@pytest.mark.real
def test_two_hundred_and_fifty_devices_come_up_each_with_its_mac(start):
    up = in_namespaces(start, "--devices", "250")
    devices = {device["address"]: device["mac"] for device in up.first["truth"]["devices"]}
    seen = json.loads(up.inside(up.python, "-c", LISTEN, *devices))
    assert {(address, mac) for _, address, mac in seen} == set(devices.items())
    assert len(devices) == 250
    memory = next(line for line in Path(f"/proc/{up.city}/status").read_text().splitlines() if line.startswith("VmHWM"))
    assert int(memory.split()[1]) < 300_000  # kB


@pytest.mark.real
def test_the_last_line_and_the_log_tell_of_every_harm(start, tmp_path):
    up = in_namespaces(start, "--only", "hp_printer,axis_camera", "--log", str(tmp_path / "log.json"))
    up.inside(up.python, "-c", "import socket; socket.create_connection(('10.77.0.29', 9100), 5)")
    up.inside("curl", "-sk", "https://10.77.0.12/")
    last = up.end()
    assert last["harms"] == [{"device": "hp_printer", "harm": "a connection to port 9100, which prints whatever comes"}]
    assert last["log"]["axis_camera"]["connections"] == 1
    assert last["log"]["axis_camera"]["most_open"] == 1
    assert json.loads((tmp_path / "log.json").read_text()) == last
    assert up.process.returncode == 0


def test_a_log_that_cannot_be_written_is_said_after_the_last_line(start):
    up = start(
        "--devices", "1", "--mode", "loopback", "--network", own_network(), "--log", "/dev/full", stderr=subprocess.PIPE
    )
    output, trouble = up.process.communicate(timeout=60)
    assert json.loads(output)["harms"] == []
    assert trouble.decode().splitlines()[1:] == ["Error: cannot write /dev/full: No space left on device"]
    assert up.process.returncode == 1


@pytest.mark.parametrize(("mode", "network"), [("loopback", "10.77.0.0/24"), ("namespace", "127.7.0.0/24")])
def test_a_network_that_does_not_fit_the_mode_is_a_usage_error(mode, network):
    arguments = [sys.executable, *CLI, "up", "--devices", "1", "--mode", mode, "--network", network]
    said = subprocess.run(arguments, env=path(), input="", capture_output=True, text=True, check=False, timeout=60)
    assert said.returncode == 2
    assert f"{network} is no network for the mode {mode}" in said.stderr


@pytest.mark.parametrize("mode", ["auto", "loopback"])
def test_nothing_is_left_after_its_parent_was_killed(start, notes, mode):
    network = ("--network", own_network()) if mode == "loopback" else ()
    up = start("--devices", "3", "--mode", mode, *network)
    processes = [up.city, *([up.first["scanner_pid"]] if up.first["scanner_pid"] else [])]
    up.process.kill()
    assert gone(up.process.pid, *processes)
    assert list(notes.glob("tocsin-lab/*")) == []


@pytest.mark.real
def test_the_parent_says_so_when_the_city_itself_is_killed(start, notes):
    up = in_namespaces(start, "--devices", "3")
    os.kill(up.city, signal.SIGKILL)
    up.process.wait(60)
    assert up.process.returncode == 1
    assert gone(up.first["scanner_pid"])
    assert list(notes.glob("tocsin-lab/*")) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(start, number):
    up = start("--devices", "2", "--mode", "loopback", "--network", own_network())
    up.process.send_signal(number)
    assert up.end()["harms"] == []
    assert up.process.returncode == 0


def test_down_ends_a_city_that_nobody_holds_and_says_how_many(start, notes):
    up = start("--devices", "2", "--mode", "loopback", "--network", own_network(), stdin=subprocess.DEVNULL)
    (notes / "tocsin-lab" / "mine.txt").write_text("not the lab's")
    ended = subprocess.run(
        [sys.executable, *CLI, "down"],
        env={**path(), "XDG_RUNTIME_DIR": str(notes)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ended.stdout == "ended 1 city\n"
    assert up.process.wait(60) == 0
    assert [file.name for file in notes.glob("tocsin-lab/*")] == ["mine.txt"]


@pytest.mark.real
def test_falls_back_to_loopback_where_namespaces_are_forbidden_and_says_why(start):
    forbidden = ("unshare", "-Urn", "sh", "-c", FORBID, "sh")
    if subprocess.run([*forbidden, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine forbids user namespaces altogether")
    wanted = start("--devices", "2", prefix=forbidden).first
    assert wanted["mode"] == "loopback"
    assert wanted["why"].startswith("no ARP and no MAC addresses, because unshare: unshare failed: ")
    assert {device["mac"] for device in wanted["truth"]["devices"]} == {None}


@pytest.mark.real
def test_an_ordinary_user_finds_ports_below_1024_shifted_on_loopback(start):
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 80:
        pytest.skip("this machine lets anyone bind ports below 1024")
    prefix = NOBODY if os.geteuid() == 0 else ()
    network = own_network()
    up = start("--only", "econolite_controller", "--mode", "loopback", "--network", network, prefix=prefix)
    assert up.first["shift"] == 20000
    assert "port+20000" in up.first["why"]
    address = up.first["truth"]["devices"][0]["address"]
    page = subprocess.run(["curl", "-s", f"http://{address}:20080/"], capture_output=True, text=True, check=True)
    assert "Econolite Cobalt ATC" in page.stdout


def test_serve_is_one_device(tmp_path):
    arguments = [sys.executable, *CLI, "serve", "modicon_plc", "--address", own_network().replace("0/24", "9")]
    said = subprocess.run(arguments, env=path(), input="", capture_output=True, text=True, check=True, timeout=60)
    first, last = (json.loads(line) for line in said.stdout.splitlines())
    assert [device["name"] for device in first["truth"]["devices"]] == ["modicon_plc"]
    assert last["harms"] == []
