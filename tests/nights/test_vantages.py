"""One street of devices scanned from two places with a firewall between them: what each reaches, and what the commands say of it."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checks.policy import Policy, Vantage
from checks.ports import default_ports
from inventory.store import Store
from scanner.reach_matrix import by_kind, entries
from scanner.reaching import Reached
from tests.conftest import LAB, TOCSIN
from tests.segment import Namespace, Segment

pytestmark = pytest.mark.usefixtures("namespaces")
DEVICES = {"modicon_plc": "10.97.0.24", "axis_camera": "10.97.0.12", "hp_printer": "10.97.0.29"}
POLICY = Policy(vantages=(Vantage("guest-wifi", "open"), Vantage("office", "small")), name="policy.toml")


class Town:
    """The guests' network, a router with rules, and behind it the devices, on whose segment the office stands too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Behind a firewall that drops, each silent port is waited for: a few ports are enough here, and all of them are asked.
        spared = [port for port in default_ports() if port not in {21, 80, 502, 49154}]
        (folder / "tocsin.toml").write_text(
            f'[[site]]\nname = "street"\nnetworks = ["10.97.0.0/24"]\napproved_by = "test"\nnever_touch = {spared}\n'
        )
        self.guests = Segment("10.96.0.1", 24)
        self.router = self.guests.add_host("10.96.0.2", "02:00:00:00:96:02")
        self.street = Segment("10.97.0.1", 24, self.router)
        self.router.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        self.guests.run("ip", "route", "add", "10.97.0.0/24", "via", "10.96.0.2")
        for number, (name, address) in enumerate(DEVICES.items()):
            host = self.street.add_host(address, f"00:80:f4:00:97:0{number}")
            host.run("ip", "route", "add", "default", "via", "10.97.0.1")
            host.start(*LAB, "serve", name, "--address", address)
        self.forbid("to", "10.97.0.12")
        for port in ("21", "80"):
            self.forbid("to", "10.97.0.24", "ipproto", "tcp", "dport", port)

    def forbid(self, *what: str) -> None:
        """A rule of the firewall: the guests' packets are dropped."""
        self.router.run("ip", "rule", "add", "from", "10.96.0.0/24", *what, "blackhole")

    def scan(self, place: Namespace, vantage: str, *targets: str) -> None:
        words = ["scan", *targets, "--vantage", vantage, "--authorised-by", "test", "--pace", "lab"]
        ended = self.tocsin(*words, "-o", f"{vantage}.json", "--quiet", enter=place.enter)
        assert ended.returncode in (0, 1, 3), ended.stderr

    def tocsin(self, *words: str, enter: list[str] | None = None) -> subprocess.CompletedProcess[str]:
        kept = ["--store", str(self.folder / "inventory.db"), "--audit", str(self.folder / "audit.jsonl")]
        command = [*(enter or []), *TOCSIN, *kept, *words]
        return subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False)

    def close(self) -> None:
        self.street.close()
        self.guests.close()


@pytest.fixture(scope="module")
def town(namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Scanned from the office, then from the guests' wifi, which asked for two of the three devices."""
    made = Town(tmp_path_factory.mktemp("town"))
    try:
        made.scan(made.router, "office", *DEVICES.values())
        made.scan(made.guests.scanner, "guest-wifi", "10.97.0.24", "10.97.0.12")
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def reached(town):
    with Store.open(town.folder / "inventory.db") as store:
        return Reached.read(store, POLICY, datetime.now(UTC), whole=True)


def test_each_scan_is_kept_under_the_place_that_it_looked_from(town):
    for vantage in ("office", "guest-wifi"):
        assert json.loads((town.folder / f"{vantage}.json").read_text())["scan"]["vantage"] == vantage


def test_the_matrix_is_what_the_firewall_lets_through(reached):
    rows = {kind: [str(cell) for cell in cells] for kind, _, cells in by_kind(entries(reached), reached.vantages)}
    assert [vantage.name for vantage in reached.vantages] == ["guest-wifi", "office"]
    assert rows == {
        "plc": ["1 of 1, forbidden", "1 of 1"],
        "camera": ["none of 1", "1 of 1"],
        "printer": ["not asked", "1 of 1"],
    }


def test_the_controller_is_one_device_from_both_places_and_its_widest_port_is_known(reached):
    (controller,) = [entry.device for entry in entries(reached) if entry.kind == "plc"]
    assert controller.identity == "mac:00:80:f4:00:97:00"
    sights = {v.name: reached.sight(v, controller.identity, controller.addresses) for v in reached.vantages}
    assert (sights["guest-wifi"].ports, sights["guest-wifi"].by_address) == (("tcp/502",), True)
    assert {"tcp/21", "tcp/80", "tcp/502"} <= set(sights["office"].ports)


def test_the_device_is_shown_with_what_answered_each_place(town):
    shown = town.tocsin("reach", "10.97.0.24").stdout
    assert shown.startswith("10.97.0.24  Schneider Electric BMX P34 2020 plc\nmac:00:80:f4:00:97:00\n")
    guests, _, office = shown.partition("office: ")
    assert "10.97.0.24:502/tcp modbus" in guests
    assert "10.97.0.24:80/tcp" not in guests
    assert "10.97.0.24:80/tcp http" in office


def test_a_night_from_elsewhere_is_not_compared_unless_it_is_named(town):
    ended = town.tocsin("diff")
    assert ended.returncode == 2
    assert "there is no earlier scan of 10.97.0.24, 10.97.0.12 from guest-wifi to compare with" in ended.stderr
    with Store.open(town.folder / "inventory.db") as store:
        office = store.scans()[-1].id
    told = town.tocsin("diff", office).stdout
    assert "the older scan looked from office, the newer one from guest-wifi" in told
    assert "Findings: fixed" not in told
    assert "Devices: not observed" not in told
