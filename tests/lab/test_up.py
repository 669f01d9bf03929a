"""`tocsin-lab up` as its callers use it: a process that prints two lines of JSON."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# `env` is in between because setpriv still has root's privileges while it executes the next program.
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env")
CLI = ("-P", "-m", "lab.cli")
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


@dataclass
class Up:
    """A city that is up, seen from its caller."""

    process: subprocess.Popen[bytes]
    first: dict[str, Any]
    prefix: tuple[str, ...]
    python: str

    @property
    def city(self) -> int:
        """The process id of the city."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def inside(self, *command: str) -> str:
        """What a command prints in the scanner's place."""
        whole = [*self.prefix, *self.first["enter"], *command]
        return subprocess.run(whole, capture_output=True, text=True, check=True, timeout=60, cwd="/").stdout

    def end(self) -> dict[str, Any]:
        """Close its standard input and return its last line."""
        output, _ = self.process.communicate(timeout=60)
        last: dict[str, Any] = json.loads(output.splitlines()[-1])
        return last


def own_network() -> str:
    """A loopback network that no other test run on this machine uses."""
    return f"127.{200 + os.getpid() % 50}.{os.getpid() // 50 % 250}.0/24"


def python_for(prefix: tuple[str, ...]) -> str:
    """An interpreter that the user of `prefix` can run the lab with."""
    environment = path()
    for candidate in (sys.executable, "/usr/bin/python3"):
        trial = [
            *prefix,
            candidate,
            "-P",
            "-c",
            "import sys, lab.up, click, cryptography, asyncssh; sys.exit(sys.version_info < (3, 11))",
        ]
        if (
            shutil.which(candidate)
            and not subprocess.run(trial, env=environment, capture_output=True, check=False, cwd="/").returncode
        ):
            return candidate
    pytest.skip("no Python that user nobody may run has the lab's libraries: install one outside /root")


def path() -> dict[str, str]:
    """An environment in which another interpreter finds the lab and its libraries."""
    libraries = [entry for entry in sys.path if entry.endswith("site-packages")]
    places = os.pathsep.join((str(Path(__file__).parents[2]), *libraries))
    return {**os.environ, "PYTHONPATH": places, "PYTHONDONTWRITEBYTECODE": "1"}


Start = Callable[..., Up]


@pytest.fixture
def notes() -> Iterator[Path]:
    """Where the lab notes what is up; anyone may write there, because some tests are nobody."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.fixture
def start(notes: Path) -> Iterator[Start]:
    """`start("--devices", "5", prefix=NOBODY)` brings a city up and waits for its first line."""
    started = []

    def begin(*arguments: str, prefix: tuple[str, ...] = (), **streams: Any) -> Up:
        if prefix == NOBODY and os.geteuid() != 0:
            pytest.skip("only root can become nobody, and this user is an ordinary one anyway")
        python = python_for(prefix)
        process = subprocess.Popen(
            [*prefix, python, *CLI, "up", *arguments],
            stdin=streams.get("stdin", subprocess.PIPE),
            stdout=subprocess.PIPE,
            env={**path(), "XDG_RUNTIME_DIR": str(notes)},
            cwd="/",
        )
        started.append(process)
        assert process.stdout
        line = process.stdout.readline()
        return Up(process, json.loads(line), prefix, python)

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=60)
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


def gone(*pids: int) -> bool:
    """Whether those processes end; waits for each."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        ended = waiting.poll(30_000)
        os.close(descriptor)
        if not ended:
            return False
    return True


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
    assert last["harms"] == [{"device": "hp_printer", "harm": "a page was printed: a connection to port 9100"}]
    assert last["log"]["axis_camera"]["connections"] == 1
    assert last["log"]["axis_camera"]["most_open"] == 1
    assert json.loads((tmp_path / "log.json").read_text()) == last
    assert up.process.returncode == 0


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
    (notes / "tocsin-lab" / "1").write_text(
        "0"
    )  # a note that was left behind by a process whose number another one has now
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
    assert list(notes.glob("tocsin-lab/*")) == []


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


def test_a_loopback_network_that_is_taken_is_named(start):
    network = own_network()
    start("--devices", "1", "--mode", "loopback", "--network", network)
    arguments = [sys.executable, *CLI, "up", "--devices", "1", "--mode", "loopback", "--network", network]
    second = subprocess.run(arguments, env=path(), input="", capture_output=True, text=True, check=False, timeout=60)
    assert second.returncode == 1
    assert "Address already in use; is another city up?" in second.stderr


def test_serve_is_one_device(tmp_path):
    arguments = [sys.executable, *CLI, "serve", "modicon_plc", "--address", own_network().replace("0/24", "9")]
    said = subprocess.run(arguments, env=path(), input="", capture_output=True, text=True, check=True, timeout=60)
    first, last = (json.loads(line) for line in said.stdout.splitlines())
    assert [device["name"] for device in first["truth"]["devices"]] == ["modicon_plc"]
    assert last["harms"] == []
