"""`--plan` sends nothing and keeps nothing, and a real scan stays within what it says."""

import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import city, scan
from tests.nights.capture import captured

pytestmark = pytest.mark.usefixtures("namespaces")
ALIVE = {"10.77.0.11", "10.77.0.12"}
WISH = ("10.77.0.0/28", "--ports", "80,443,554,49154")
WITHOUT_RAW = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"]


@pytest.fixture(scope="module")
def described():
    with city("--mode", "namespace", "--only", "axis_camera,dahua_camera") as described:
        yield described


def sent(described: dict[str, Any]) -> int:
    """The packets that the scanner's interface has sent, by the kernel's count (/proc/net/dev: the tenth number)."""
    lines = subprocess.run([*described["enter"], "cat", "/proc/net/dev"], capture_output=True, text=True, check=True)
    (line,) = [line for line in lines.stdout.splitlines() if line.strip().startswith(described["interface"] + ":")]
    return int(line.partition(":")[2].split()[9])


def numbers(plan: str) -> dict[str, int]:
    """What the plan counts."""
    bound = re.search(r"at most ([\d,]+) to find who is there, then at most ([\d,]+) to each device alive", plan)
    assert bound is not None
    counted = {"find": bound[1], "each": bound[2]}
    for name in ("addresses", "TCP ports"):
        found = re.search(rf"^{name}: +([\d,]+)", plan, re.MULTILINE)
        assert found is not None
        counted[name] = found[1]
    return {name: int(text.replace(",", "")) for name, text in counted.items()}


def test_a_plan_sends_nothing_and_keeps_nothing(described, tmp_path):
    (tmp_path / "kept").mkdir()
    with captured(described, tmp_path / "all.pcap") as packets:
        for more in ((), ("--resume",), ("--engine", "nmap")):
            planned = scan(described, tmp_path / "kept", *WISH, "--plan", *more)
            assert planned.returncode == 0, planned.stderr
            assert planned.stderr == ""
            assert numbers(planned.stdout)["addresses"] == 14
    assert packets == []
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_plan_counts_ports_and_leaves_out_what_is_denied(described, tmp_path):
    site = '[[site]]\nname = "a"\nnetworks = ["10.77.0.0/27"]\ndeny = ["10.77.0.16/28"]\nnever_touch = [81]\napproved_by = "x"\n'
    (tmp_path / "tocsin.toml").write_text(site)
    where = described | {"enter": [*described["enter"], "env", f"TOCSIN_CONFIG={tmp_path / 'tocsin.toml'}"]}
    planned = scan(where, tmp_path, "10.77.0.0/27", "--plan", "--ports", "80-82,443").stdout
    assert numbers(planned)["addresses"] == 15
    assert numbers(planned)["TCP ports"] == 3
    assert re.search(r"^TCP ports: +3: 80, 82, 443$", planned, re.MULTILINE)


@pytest.mark.parametrize("way", ["raw", "without raw sockets", "nmap"])
def test_a_scan_sends_no_more_than_its_plan_says(described, tmp_path, way):
    prefix = WITHOUT_RAW if way == "without raw sockets" else []
    where = described | {"enter": [*described["enter"], *prefix]}
    wish = (*WISH, "--engine", "nmap" if way == "nmap" else "builtin")
    planned = numbers(scan(where, tmp_path, *wish, "--plan").stdout)
    before = sent(described)
    with captured(described, tmp_path / "all.pcap") as packets:
        ended = scan(where, tmp_path, *wish)
    assert ended.returncode == 1, ended.stderr
    by_address = Counter(packet.to for packet in packets)
    assert {address: by_address[address] for address in ALIVE if by_address[address] > planned["each"]} == {}
    assert sum(by_address.values()) - sum(by_address[address] for address in ALIVE) <= planned["find"]
    assert sent(described) - before <= planned["find"] + planned["each"] * len(ALIVE)
    says_so = [line for line in ended.stderr.splitlines() if "no raw sockets here" in line]
    assert len(says_so) == (way == "without raw sockets")
    assert in_notes(tmp_path) == (way == "without raw sockets")


def in_notes(folder: Path) -> bool:
    return "no raw sockets here" in (folder / "report.json").read_text()
