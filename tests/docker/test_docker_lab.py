"""The lab in Docker: built, brought up, scanned from the scanner's container, held against the truth, and taken down; and the same scan elsewhere."""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from lab.compose import service_name
from lab.fake import load_fakes
from tests.conftest import LAB, city, scan
from tests.docker import base
from tests.docker.engine import engine
from tests.docker.lab import Lab, lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]  # an image is built before the first
# Of the outskirts: the pair that shares a key, and devices that speak something else again than the centre.
CHOSEN = (
    "library_nas",
    "library_printer",
    "s7_1200_plc",
    "qnap_nas",
    "water_broker",
    "android_sign",
    "tunnel_hmi",
    "time_server",
)
OUTSKIRTS = tuple(fake.name for fake in load_fakes() if fake.quarter != "centre" and fake.name not in CHOSEN)
# Beside the sixteen of the centre, sixty devices in all: docker-compose 1.29 starts 64 at once at most.
SAMPLE = (*CHOSEN, *OUTSKIRTS[::3][: 60 - 16 - len(CHOSEN)])
NOBODY = "65534:65534"
# What becomes of a connection to TEST-NET-2 (RFC 5737).
OUTWARD = """
import errno, socket
with socket.socket() as asking:
    asking.settimeout(60)
    print(errno.errorcode[asking.connect_ex(("198.51.100.1", 443))])
"""
_TIME = re.compile(r"\d+(\.\d+)? (years|months|days|hours|minutes|seconds)")
_LONG_HEX = re.compile(r"\b[0-9a-f]{16,}\b|\b([0-9a-f]{2}:){5,}[0-9a-f]{2}\b|SHA256:\S+", re.IGNORECASE)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where an engine answers, and what the image is built on there."""
    with engine() as found:
        if "BASE" in found:
            yield found
            return
        folder, name = tmp_path_factory.mktemp("base"), f"tocsin-base-{os.getpid()}"
        base.write(folder / "base.tar", folder / "wheels")
        subprocess.run(["docker", "import", folder / "base.tar", name], env=found, check=True, capture_output=True)
        yield {
            **found,
            "BASE": name,
            "DOCKER_BUILDKIT": "0",
        }  # the classic builder alone takes a base that no registry has
        subprocess.run(["docker", "rmi", "-f", name], env=found, check=True, capture_output=True)


@pytest.fixture(scope="module")
def up(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The centre and the sample, up and healthy."""
    with lab(environment, tmp_path_factory.mktemp("out")) as found:
        centre = [service_name(fake) for fake in load_fakes() if fake.quarter == "centre"]
        started = found.call("up", "-d", *centre, *(name.replace("_", "-") for name in SAMPLE))
        assert started.returncode == 0, started.stderr
        yield found


@pytest.fixture(scope="module")
def scanned(up: Lab) -> dict[str, Any]:
    """The report of the scan that its file describes."""
    done = up.scan()
    assert done.returncode == 1, done.stderr + done.stdout  # there is something high to be found
    assert (up.out / "report.txt").exists(), done.stderr + done.stdout  # Compose too ends with 1, where it fails
    report: dict[str, Any] = json.loads(up.in_scanner("cat", "/out/report.json").stdout)
    return report


def true_of(up: Lab) -> dict[str, Any]:
    """What is true of the city in Docker."""
    only = ",".join(("centre", *SAMPLE))
    told = subprocess.run([*LAB, "truth", "--only", only, "--network", up.network], capture_output=True, check=True)
    truth: dict[str, Any] = json.loads(told.stdout)
    return truth


def test_a_scan_from_the_scanners_container_agrees_with_the_truth_and_hurts_nobody(up, scanned):
    (up.out / "truth.json").write_text(json.dumps(true_of(up)))
    options = ("--truth", "/out/truth.json", "--record", "/records")
    verified = up.in_scanner("tocsin-lab", "verify", "/out/report.json", *options)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "recall 1.000" in verified.stdout
    assert "precision 1.000" in verified.stdout


def test_every_device_is_seen_with_its_own_mac_and_nobody_else_is_there(up, scanned):
    assert {(device["addresses"][0], device["mac"]) for device in scanned["devices"]} == {
        (device["address"], device["mac"]) for device in true_of(up)["devices"]
    }


def test_no_container_may_do_more_than_it_must(up, scanned):
    for found in up.containers():
        name, host = found["Name"], found["HostConfig"]
        assert (found["Config"]["User"], found["State"]["Health"]["Status"]) == (NOBODY, "healthy"), name
        assert (host["ReadonlyRootfs"], host["CapDrop"], host["CapAdd"], host["Privileged"]) == (
            True,
            ["ALL"],
            None,
            False,
        )
        assert "no-new-privileges:true" in host["SecurityOpt"]
        status = up.docker("exec", found["Id"], "cat", "/proc/1/status")
        assert re.findall(r"^Cap(?:Eff|Prm|Bnd|Inh):\t(\w+)$", status, re.MULTILINE) == ["0" * 16] * 4
        assert re.search(r"^Uid:\t65534\t65534\t65534\t65534$", status, re.MULTILINE)
    assert len(up.containers()) == 16 + len(SAMPLE)


def test_the_scanner_may_send_raw_frames_and_nothing_else(up, scanned):
    status = up.in_scanner("/opt/tocsin/bin/python3-raw", "-c", "print(open('/proc/self/status').read())").stdout
    assert re.search(r"^Uid:\t1000\t", status, re.MULTILINE)
    assert re.search(r"^CapEff:\t0000000000002000$", status, re.MULTILINE)  # CAP_NET_RAW, bit 13
    assert re.search(r"^CapBnd:\t0000000000002000$", status, re.MULTILINE)


def test_there_is_no_way_out(up, scanned):
    device = up.docker("ps", "-q", "--filter", f"name={up.project}_modicon-plc|{up.project}-modicon-plc").split()[0]
    said = (up.docker("exec", device, "python3", "-c", OUTWARD), up.in_scanner("python3", "-c", OUTWARD).stdout)
    # Docker before 25 gives a route all the same (moby, pull request 46603), here to an address that nobody has.
    assert {line.strip() for line in said} <= {"ENETUNREACH", "EHOSTUNREACH"}
    assert up.docker("network", "inspect", "-f", "{{.Internal}}", f"{up.project}_city").strip() == "true"


def test_who_may_not_write_the_folder_is_told_so_in_words(up, tmp_path):
    tmp_path.chmod(0o555)
    other = Lab(up.compose, {**up.environment, "OUT": str(tmp_path)}, up.project, up.network, tmp_path)
    done = other.in_scanner()
    assert done.returncode == 2
    assert "The scanner may not write ./out as user 1000" in done.stderr + done.stdout


def findings(report: Mapping[str, Any], truth: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """What was found, without what is different between two cities of the same devices: addresses, keys and times."""
    names = {device["address"]: device["name"] for device in truth["devices"]}
    found: set[tuple[str, ...]] = set()
    for device in report["devices"]:
        for one in device["findings"]:
            said = one["detail"]
            for address, name in sorted(names.items(), reverse=True):
                said = re.sub(rf"\b{re.escape(address)}\b", f"<{name}>", said)
            said = _LONG_HEX.sub("<key>", _TIME.sub("<time>", said))
            where = (one["check"], str(one["port"]), one["transport"], one["severity"], one["title"])
            found.add((names[device["addresses"][0]], *where, said))
    return found


@pytest.mark.parametrize("mode", ["loopback", "namespace"])
def test_the_same_scan_of_the_same_devices_finds_the_same_elsewhere(up, scanned, mode, tmp_path, request):
    if mode == "namespace":
        request.getfixturevalue("namespaces")
    with city("--mode", mode, "--only", ",".join(("centre", *SAMPLE))) as described:
        done = scan(described, tmp_path, "--level", "login")
    report = json.loads((tmp_path / "report.json").read_text())
    assert done.returncode == 1
    assert described["harms"] == []
    here, in_docker = findings(report, described["truth"]), findings(scanned, true_of(up))
    assert (sorted(here - in_docker), sorted(in_docker - here)) == ([], [])


def test_nothing_is_left_when_it_is_taken_down(up, scanned):
    assert up.left() != []
    down = up.call("--profile", "all", "--profile", "scan", "down", "-v", "-t", "5")
    assert down.returncode == 0, down.stderr
    assert up.left() == []
