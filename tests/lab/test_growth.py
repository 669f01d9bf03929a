"""A city that is drawn from a seed, as large as one machine bears."""

import json
import subprocess
from collections import Counter

import pytest

from lab.compare import compare
from lab.fake import load_fakes
from lab.growth import SHARES, STATES, drawn
from lab.plan import ALL, Plan, PlanError, choose, lay_out
from lab.truth import truth
from tests.conftest import LAB, city, scan

NETWORK = "10.77.0.0/24"
LIGHT = "air_sensor,hwg_sensor,pump_sensor,river_gauge,street_light_node,swarco_controller,weather_logger"
"""Fakes that are examined in little time; the copies of two have a default account together."""


@pytest.fixture(scope="module")
def large() -> Plan:
    return lay_out(NETWORK, 10_000, seed=7)


def test_ten_thousand_devices_stand_in_one_network_each_with_its_own(large):
    assert str(large.network) == "10.77.0.0/18"
    assert large.scanner == "10.77.0.1"
    assert len({one.address for one in large.placed} - {large.scanner}) == 10_000
    assert len({one.name for one in large.placed}) == 10_000
    assert len({one.fake.mac for one in large.placed}) == 10_000
    serials = [one.fake.serial for one in large.placed if one.fake.serial]
    assert len(set(serials)) == len(serials) > 3000


def test_each_device_has_a_mac_of_its_vendor(large):
    prefixes = {fake.name: fake.mac[:8] for fake in load_fakes()}
    assert {one.fake.mac[:8] == prefixes[one.fake.name] for one in large.placed} == {True}


def test_devices_of_all_kinds_stand_there_and_the_common_ones_are_many(large):
    kinds = Counter(one.fake.kind for one in large.placed)
    assert set(kinds) - {None} == {fake.kind for fake in choose((ALL,))} - {None}  # some states do not tell
    whole = sum(SHARES.get(kind or "", 1) for kind in kinds)
    assert kinds["camera"] == pytest.approx(10_000 * SHARES["camera"] / whole, rel=0.1)
    assert kinds["luminaire"] == pytest.approx(10_000 * SHARES["luminaire"] / whole, rel=0.1)
    assert min(kinds.values()) > 30


def test_every_fake_is_drawn_and_so_is_every_state():
    fakes = choose((ALL,))
    pairs = list(drawn(fakes, 10_000, 7))
    assert {fake.name for fake, _ in pairs} == {fake.name for fake in fakes}
    states = Counter(state for _, state in pairs)
    assert {state: round(count / 10_000, 1) for state, count in states.items()} == {
        state: share / 100 for state, share in STATES.items()
    }


def test_the_same_seed_and_number_give_the_same_city_byte_by_byte_and_another_seed_another():
    command = [*LAB, "truth", "--devices", "400", "--seed"]
    first, again, other = (
        subprocess.run([*command, seed], capture_output=True, check=True, timeout=60).stdout for seed in "778"
    )
    assert first == again
    assert json.loads(first)["devices"] != json.loads(other)["devices"]


def test_only_some_fakes_are_drawn_where_only_they_are_asked_for():
    plan = lay_out(NETWORK, 40, ("apc_ups", "hp_printer"), seed=1)
    assert {one.fake.name for one in plan.placed} == {"apc_ups", "hp_printer"}
    assert len(plan.placed) == 40


def test_a_city_of_copies_shares_what_its_fakes_share():
    real = truth(lay_out(NETWORK, 60, ("hwg_sensor", "library_nas", "backhaul_radio"), seed=1), macs=True)

    def having(name: str, check: str = "") -> list[str]:
        """The addresses of the copies of a fake that cause a finding."""
        copies = [one for one in real["devices"] if one["name"].partition("-")[0] == name]
        return sorted(one["address"] for one in copies if check in {"", *(found["check"] for found in one["findings"])})

    expected = [
        ("fleet-default-account", having("backhaul_radio", "default-credentials")),
        ("fleet-default-account", having("hwg_sensor", "snmp-default-community")),
        ("shared-key", having("library_nas")),  # nobody speaks SSL 2.0 here, so there is no DROWN
    ]
    assert min(len(addresses) for _, addresses in expected) > 1
    assert sorted((group["check"], group["devices"]) for group in real["fleet"]) == sorted(expected)


def test_the_truth_can_go_to_a_file_and_is_the_same_as_the_one_that_is_asked_for(tmp_path):
    there, asked = tmp_path / "there.json", tmp_path / "asked.json"
    wish = ["--devices", "30", "--seed", "5"]
    with city("--mode", "loopback", *wish, "--truth", str(there)) as described:
        assert "truth" not in described
        assert described["truth_file"] == str(there)
    network = ["--network", described["network"], "--mode", "loopback"]
    subprocess.run([*LAB, "truth", *wish, *network, "-o", str(asked)], check=True, timeout=60)
    assert asked.read_bytes() == there.read_bytes()


def test_a_truth_that_cannot_be_written_is_said_in_one_line(tmp_path):
    said = subprocess.run([*LAB, "truth", "-o", str(tmp_path)], capture_output=True, text=True, check=False, timeout=60)
    assert said.returncode == 2
    assert "is a directory" in said.stderr


@pytest.mark.real
def test_a_drawn_city_is_judged_exactly_and_nobody_is_hurt(namespaces, tmp_path):
    with city("--mode", "namespace", "--devices", "260", "--seed", "7", "--only", LIGHT) as described:
        ended = scan(described, tmp_path, "--level", "login")
    assert ended.returncode == 1, ended.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    comparison = compare(report, described["truth"])
    assert comparison.differences == ()
    assert (comparison.recall, comparison.precision) == (1.0, 1.0)
    assert comparison.expected > 300
    assert described["harms"] == []
    assert described["faults"] == []


def test_more_devices_than_a_network_may_hold_are_refused():
    with pytest.raises(PlanError, match="70000 devices are more than a /16 is meant to hold"):
        lay_out(NETWORK, 70_000, seed=7)
