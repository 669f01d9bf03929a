"""`tocsin scan` of devices with several addresses, on a segment with real kernels: what is one device, and what only looks like one."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TOCSIN
from tests.segment import Namespace, Segment

pytestmark = pytest.mark.real
DUAL, TWICE, ROUTER, MUTE = "44:19:b6:00:00:05", "00:80:f4:00:00:06", "00:1e:42:00:00:09", "00:40:8c:00:00:44"
SHARED = [f"10.99.0.{number}" for number in range(21, 26)]
NETWORKS = ["10.99.0.0/24", "fd00:77::/64"]
PORTS = ["--ports", "80,443,8080"]


class Street:
    """A segment, and the scans that were made of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.near = Segment("10.99.0.1", 24)
        self.near.scanner.add_address("fd00:77::1/64", "port10")
        self.far: Segment | None = None

    def tocsin(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the program where the scanner stands."""
        kept = ["--store", str(self.folder / "tocsin.db"), "--audit", str(self.folder / "audit.jsonl")]
        command = [*self.near.scanner.enter, *TOCSIN, *kept, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    def scan(self, *targets: str) -> dict[str, Any]:
        """Scan, and return the report."""
        path = self.folder / "report.json"
        ended = self.tocsin("scan", *targets, "--authorised-by", "test", "--pace", "lab", *PORTS, "-o", str(path))
        assert ended.returncode in (0, 1, 3), ended.stderr
        return dict(json.loads(path.read_text()))

    def host(self, mac: str, *addresses: str) -> Namespace:
        """A host at these addresses."""
        number = len(self.near.hosts)
        host = self.near.add_host("", mac)
        self.near.hosts[str(number)] = self.near.hosts.pop("")
        for address in addresses:
            host.add_address(f"{address}/{64 if ':' in address else 24}")
        return host


def certificate(folder: Path) -> list[str]:
    """One key and certificate, as a maker ships it with every copy of a firmware."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl: apt-get install openssl")
    key, leaf = folder / "key.pem", folder / "leaf.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(leaf)]
    subprocess.run([*made, "-subj", "/CN=localhost", "-days", "90"], check=True, capture_output=True)
    return ["-key", str(key), "-cert", str(leaf)]


@pytest.fixture(scope="module")
def street(namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A camera with IPv4 and IPv6, a controller with two IPv4 addresses, a router that answers ARP for two web servers, five gateways with one key."""
    folder = tmp_path_factory.mktemp("street")
    made = Street(folder)
    try:
        made.host(DUAL, "10.99.0.5", "fd00:77::5").serve_web(80, "Boa/0.94")
        made.host(TWICE, "10.99.0.6", "10.99.0.7").serve_web(80, "Schneider-WEB/2.1")
        router = made.host(ROUTER, "10.99.0.9")
        made.far = Segment("10.99.0.129", 28, router)
        router.run("sysctl", "-qw", "net.ipv4.ip_forward=1", f"net.ipv4.conf.{router.interface}.proxy_arp=1")
        router.run("sysctl", "-qw", f"net.ipv4.neigh.{router.interface}.proxy_delay=0")
        for number, product in ((130, "nginx"), (131, "Boa/0.93")):
            behind = made.far.add_host(f"10.99.0.{number}", f"ac:cc:8e:00:01:{number - 100}")
            behind.run("ip", "route", "add", "default", "via", "10.99.0.129")
            behind.serve_web(80, product)
        shipped = certificate(folder)
        for number, address in enumerate(SHARED):
            gateway = made.host(f"00:0b:ab:00:00:{number:02d}", address)
            gateway.serve(
                ["openssl", "s_server", "-quiet", "-www", "-accept", "443", *shipped], folder / "tls.log", 443
            )
        yield made
    finally:
        if made.far:
            made.far.close()
        made.near.close()


@pytest.fixture(scope="module")
def report(street: Street) -> dict[str, Any]:
    return street.scan(*NETWORKS)


def device(report: dict[str, Any], address: str) -> dict[str, Any]:
    (found,) = [each for each in report["devices"] if address in each["addresses"]]
    return dict(found)


def test_the_ipv4_and_the_ipv6_address_of_one_device_are_one(report):
    camera = device(report, "10.99.0.5")
    assert camera["addresses"] == ["10.99.0.5", "fd00:77::5"]
    assert camera["id"] == f"mac:{DUAL}"
    assert f"10.99.0.5, fd00:77::5 are one device: the MAC address {DUAL} is at" in camera["identity"]["why"][1]
    web = [service["address"] for service in camera["services"] if service["protocol"] == "http"]
    assert web == ["10.99.0.5", "fd00:77::5"]


def test_two_ipv4_addresses_of_one_interface_are_one_device(report):
    assert device(report, "10.99.0.7")["addresses"] == ["10.99.0.6", "10.99.0.7"]


def test_a_device_counts_once_and_every_check_ends_once(report):
    assert report["coverage"]["alive"] == len(report["devices"])
    assert report["coverage"]["alive_addresses"] == len([a for each in report["devices"] for a in each["addresses"]])
    assert report["coverage"]["alive_addresses"] == report["coverage"]["alive"] + 2
    assert report["coverage"]["addresses"] == 254 + 1
    for each in report["devices"]:
        checks = [outcome["check"] for outcome in each["outcomes"]]
        assert len(checks) == len(set(checks))
        assert len({finding["id"] for finding in each["findings"]}) == len(each["findings"])


def test_what_a_router_answers_arp_for_is_not_the_router(report):
    for address in ("10.99.0.9", "10.99.0.130", "10.99.0.131"):
        found = device(report, address)
        assert (found["addresses"], found["mac"]) == ([address], ROUTER)
        assert "a router" in found["identity"]["conflicts"][0]


def test_five_devices_with_one_shipped_key_are_five_and_the_key_is_a_finding(report):
    ids = {device(report, address)["id"] for address in SHARED}
    assert len(ids) == 5
    (shared,) = [finding for finding in report["fleet"] if finding["check"] == "shared-key"]
    assert set(shared["devices"]) == ids
    told = device(report, SHARED[0])["identity"]["conflicts"]
    assert any(line.endswith("kept apart: 5 records share it, so it tells none of them.") for line in told)


def test_a_device_is_shown_by_each_of_its_addresses_with_the_reason(street, report):
    pages = [street.tocsin("show", address).stdout for address in ("10.99.0.5", "fd00:77::5")]
    assert pages[0] == pages[1]
    assert "one device: It answers from a MAC address that its maker was assigned." in pages[0]
    assert "one device: 10.99.0.5, fd00:77::5 are one device" in pages[0]
    apart = " ".join(street.tocsin("show", "10.99.0.130").stdout.split())
    assert f"not one with another: The MAC address {ROUTER} is also at 10.99.0.9" in apart


def test_a_device_that_moved_is_not_a_new_one(street, report):
    moved = street.near.hosts["0"]
    moved.run("ip", "address", "del", "10.99.0.5/24", "dev", moved.interface)
    moved.run("ip", "address", "del", "fd00:77::5/64", "dev", moved.interface)
    moved.add_address("10.99.0.55/24")
    moved.add_address("fd00:77::55/64")
    again = street.scan(*NETWORKS)
    assert device(again, "10.99.0.55")["id"] == device(report, "10.99.0.5")["id"]
    told = street.tocsin("diff").stdout
    assert "moved: 10.99.0.5, fd00:77::5 → 10.99.0.55, fd00:77::55" in told
    assert "Devices: new" not in told
    assert "Devices: not observed" not in told


def test_a_device_that_has_a_link_local_address_only_is_found_and_asked(street):
    mute = street.host(MUTE)
    mute.run("ip", "address", "flush", "dev", mute.interface)
    mute.add_address("fe80::44/64")
    mute.serve_web(80, "Boa/0.94")
    found = device(street.scan("fe80::/64%port10"), "fe80::44%port10")
    assert found["id"] == f"mac:{MUTE}"
    assert [service["protocol"] for service in found["services"]] == ["http"]
    assert street.tocsin("show", "fe80::44%port10").returncode == 0


def test_the_plan_says_that_all_nodes_are_asked_at_once(street):
    plan = street.tocsin("scan", *NETWORKS, "--authorised-by", "test", "--plan").stdout
    assert "fd00:77::/64: one echo to all nodes (ff02::1), then those in scope that answer, as devices" in plan


def test_a_segment_that_is_not_here_is_refused_before_any_packet(street):
    ended = street.tocsin("scan", "fd00:99::/64", "--authorised-by", "test")
    assert ended.returncode == 2
    assert "this is none of them; name addresses, or networks no larger than a /112" in ended.stderr
