"""The bridge programs by themselves: what they refuse, how they end, and what they need."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from checks.ports import never_touch
from scanner.guards import NEVER_TOUCH

SCOPE = {"command": "scope", "allow": ["127.0.0.0/24"], "deny": ["127.0.0.9"], "never_touch": [8888]}
SWEEP = {
    "command": "sweep",
    "interface": "lo",
    "address": "127.0.0.1",
    "ranges": ["127.0.0.2"],
    "ports": [80],
    "pace": "lab",
    "packets_per_second": 100,
    "device_packets_per_second": 100,
}


def written(*lines):
    return "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)


def program(name):
    return [sys.executable, "-P", "-m", f"scanner.bridges.{name}"]


def obey(name, *lines):
    done = subprocess.run(program(name), input=written(*lines), capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


REFUSED: list[tuple[object, str]] = [
    ({**SWEEP, "ranges": ["127.0.1.1"]}, "outside the scope: 127.0.1.1"),
    ({**SWEEP, "ranges": ["127.0.0.8-127.0.0.10"]}, "outside the scope: 127.0.0.9"),
    ({**SWEEP, "ports": [80, 9100]}, "port 9100 must never be touched"),
    ({**SWEEP, "ports": [515]}, "port 515 must never be touched"),
    ({**SWEEP, "ports": [8888]}, "port 8888 must never be touched"),
    ({**SWEEP, "ports": [70000]}, "a port that is none"),
    ({**SWEEP, "ranges": ["somewhere"]}, "makes no sense"),
    ({"command": "sweep"}, "makes no sense"),
    ({"command": "reboot"}, "no such command: 'reboot'"),
    (SCOPE, "no such command: 'scope'"),
    ("junk", "not JSON"),
    ("[1]", "not a JSON object"),
]


@pytest.mark.parametrize("bridge", ["l2", "nmap"])
@pytest.mark.parametrize(("command", "says"), REFUSED)
def test_a_bridge_refuses_what_it_may_not_or_cannot_do(bridge, command, says):
    code, events = obey(bridge, SCOPE, command)
    assert code == 1
    assert [event["event"] for event in events] == ["refused"]
    assert says in events[0]["text"]


@pytest.mark.parametrize("bridge", ["l2", "nmap"])
def test_a_bridge_does_nothing_before_it_was_told_the_scope(bridge):
    code, events = obey(bridge, SWEEP)
    assert code == 1
    assert events == [{"event": "refused", "text": "the first command must be scope"}]


def test_the_bridges_know_the_printers_ports_by_themselves():
    assert never_touch() == NEVER_TOUCH


@pytest.mark.parametrize("rate", [0, -1])
def test_a_rate_of_nothing_is_refused(rate):
    assert "makes no sense" in obey("l2", SCOPE, {**SWEEP, "packets_per_second": rate})[1][0]["text"]


def test_ipv6_is_refused_by_the_raw_sweep():
    scope = {**SCOPE, "allow": ["fd00::/120"]}
    assert obey("l2", scope, {**SWEEP, "ranges": ["fd00::1"]})[1] == [{"event": "refused", "text": "IPv6 is not swept"}]


@pytest.mark.parametrize("bridge", ["l2", "nmap"])
def test_a_bridge_ends_when_its_stdin_closes(bridge):
    assert obey(bridge) == (0, [])
    assert obey(bridge, SCOPE) == (0, [])


def test_a_machine_without_nmap_is_told_so():
    code = (
        "import runpy, subprocess\n"
        "def none(*a, **k): raise FileNotFoundError('nmap')\n"
        "subprocess.Popen = none\n"
        "runpy.run_module('scanner.bridges.nmap', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=written(SCOPE, SWEEP), capture_output=True, text=True, check=False
    )
    assert json.loads(done.stdout)["event"] == "missing"


def follow(name, *lines):
    """Give commands, leave stdin open, and read events until the bridge ends by itself."""
    with subprocess.Popen(program(name), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as bridge:
        assert bridge.stdin is not None
        assert bridge.stdout is not None
        bridge.stdin.write(written(*lines))
        bridge.stdin.flush()
        return [json.loads(line) for line in bridge.stdout]


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Puts a program in nmap's place; its -V answers as nmap 7.93 does."""

    def place(body):
        path = tmp_path / "nmap"
        path.write_text(f'#!/bin/sh\n[ "$1" = -V ] && echo "Nmap version 7.93 ( https://nmap.org )" && exit\n{body}\n')
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    return place


def test_nmap_ends_with_its_bridge(stand_in, tmp_path):
    fifo = tmp_path / "pid"
    os.mkfifo(fifo)
    stand_in(f"echo $$ > {fifo}; exec sleep 1000")
    bridge = subprocess.Popen(program("nmap"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert bridge.stdin is not None
    bridge.stdin.write(written(SCOPE, SWEEP))
    bridge.stdin.flush()
    child = int(fifo.read_text())
    bridge.communicate(timeout=60)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_what_nmap_complains_of_is_passed_on(stand_in):
    stand_in("echo 'no route to host' >&2; exit 1")
    assert follow("nmap", SCOPE, SWEEP) == [{"event": "error", "text": "no route to host"}]


def test_what_nmap_is_told_keeps_pace_scope_and_printers(stand_in, tmp_path):
    stand_in(f'printf "%s " "$@" > {tmp_path}/told; cat > {tmp_path}/asked; exit 1')
    follow("nmap", SCOPE, {**SWEEP, "pace": "gentle", "ranges": ["127.0.0.7-127.0.0.8"]})
    told = (tmp_path / "told").read_text()
    assert "-n -sS -T2 " in told or "-n -sT -T2 " in told
    assert "--max-rate 100 --scan-delay 10ms --max-scan-delay 10ms" in told
    assert "--exclude-ports 515,8888,9100-9107 -p 80 --exclude 127.0.0.9/32" in told
    assert (tmp_path / "asked").read_text() == "127.0.0.7\n127.0.0.8"


@pytest.mark.parametrize(("bridge", "stranger"), [("l2", "nmap"), ("nmap", "scapy")])
def test_scapy_and_python_nmap_never_meet_in_one_process(bridge, stranger):
    code = f"import sys, runpy; runpy.run_module('scanner.bridges.{bridge}', run_name='seen'); print({stranger!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_the_core_loads_neither_library():
    code = "import sys, scanner.discover; print({'scapy', 'nmap'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def peak_of_a_sweep(segment, ranges):
    """The most memory, in kB, that the l2 bridge ever held in an ARP sweep of those ranges."""
    bridge = subprocess.Popen(
        [*segment.scanner.enter, *program("l2")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert bridge.stdin is not None
    assert bridge.stdout is not None
    command = {
        **SWEEP,
        "interface": "port10",
        "address": segment.address,
        "ranges": [ranges],
        "packets_per_second": 30_000,
    }
    bridge.stdin.write(written({**SCOPE, "allow": ["10.98.0.0/16"], "deny": []}, command))
    bridge.stdin.flush()
    events = []
    for line in bridge.stdout:
        events.append(json.loads(line))
        if events[-1]["event"] in ("done", "error"):
            break
    status = Path(f"/proc/{bridge.pid}/status").read_text()
    bridge.communicate()
    return int(status.partition("VmHWM:")[2].split()[0]), events


@pytest.mark.real
def test_memory_does_not_grow_with_the_number_of_addresses(wide_segment):
    wide_segment.add_host("10.98.200.7", "00:80:f4:00:00:07", [80])
    small, _ = peak_of_a_sweep(wide_segment, "10.98.0.2-10.98.0.254")
    large, events = peak_of_a_sweep(wide_segment, "10.98.0.2-10.98.255.254")
    assert [event for event in events if event["event"] in ("host", "ports")] == [
        {"event": "host", "host": "10.98.200.7", "mac": "00:80:f4:00:00:07"},
        {"event": "ports", "host": "10.98.200.7", "ports": [80], "refusing": None},
    ]
    assert events[-1]["event"] == "done"
    assert events[-1]["done"] == 65_533
    assert large - small < 8 * 1024


def test_a_bridge_without_the_right_says_so():
    command = [*(["setpriv", "--bounding-set=-net_raw"] if os.geteuid() == 0 else []), *program("l2")]
    done = subprocess.run(command, input=written(SCOPE, SWEEP), capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == {"event": "error", "text": "[Errno 1] Operation not permitted"}
