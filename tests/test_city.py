"""The whole scanner against every fake device: findings exactly as declared, and nobody hurt."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from inventory.model import KINDS
from lab.compare import compare
from lab.fake import Fake, load_fakes
from tests.grounds import faults

FAKES = load_fakes()


@pytest.fixture(scope="module", params=["namespace", "loopback"])
def scanned(request: pytest.FixtureRequest, whole_city: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The whole city in one of its two places."""
    if request.param == "namespace":
        request.getfixturevalue("namespaces")
    return whole_city(request.param)


def device_of(fake: Fake, scanned: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [d for d in scanned["report"]["devices"] if d["addresses"][0].rpartition(".")[2] == str(fake.host)]
    return found


@pytest.mark.parametrize("fake", FAKES, ids=lambda fake: fake.name)
def test_each_fake_causes_exactly_the_findings_that_it_declares(fake, scanned):
    found = {(f["check"], f["port"], f["transport"]) for f in device_of(fake, scanned)["findings"]}
    assert found == {(e.check, e.port, e.transport) for e in fake.causes}


def test_no_service_is_reported_by_two_checks_of_what_is_open(scanned):
    checks = defaultdict(set)
    for device in scanned["report"]["devices"]:
        for found in device["findings"]:
            if found["family"] == "ports":
                checks[device["id"], found["transport"], found["port"]].add(found["check"])
    assert len(checks) > 50
    assert {service: told for service, told in checks.items() if len(told) > 1} == {}


@pytest.mark.parametrize("fake", FAKES, ids=lambda fake: fake.name)
def test_each_finding_names_an_act_a_source_and_clauses_that_are_true(fake, scanned):
    for found in device_of(fake, scanned)["findings"]:
        grounds = (found[name] for name in ("remedy", "standards", "sources", "act"))
        assert faults(found["check"], *grounds) == []


def test_the_report_lists_each_standard_that_it_cites_and_says_whom_it_binds(scanned):
    listed = {framework["name"]: framework["binds"] for framework in scanned["report"]["standards"]}
    assert {"ETSI EN 303 645", "NIST IR 8425", "IEC 62443-4-2"} <= {
        name for name, binds in listed.items() if binds == "manufacturers"
    }


@pytest.mark.parametrize("fake", FAKES, ids=lambda fake: fake.name)
def test_each_fake_is_known_by_what_it_states(fake, scanned):
    device = device_of(fake, scanned)
    known = (device["vendor"], device["model"], device["kind"], device["firmware"]["version"], device["serial"])
    assert known == (fake.vendor, fake.model, fake.kind, fake.firmware, fake.serial)


@pytest.mark.parametrize("fake", FAKES, ids=lambda fake: fake.name)
def test_every_check_has_an_outcome_on_every_fake(fake, scanned):
    outcomes = device_of(fake, scanned)["outcomes"]
    assert {outcome["status"] for outcome in outcomes} <= {"passed", "found", "skipped", "unreached"}
    assert all(outcome["reason"] for outcome in outcomes if outcome["status"] != "found")


def test_the_report_agrees_with_the_truth_of_the_whole_city(scanned):
    comparison = compare(scanned["report"], scanned["truth"])
    assert comparison.differences == ()
    assert (comparison.recall, comparison.precision) == (1.0, 1.0)
    assert all(stated == right > 0 for stated, right in comparison.identity.values())


def test_a_device_of_every_kind_stands_in_the_city():
    assert {fake.kind for fake in FAKES} - {None} == set(KINDS)
    assert len(FAKES) >= 60


def test_no_device_was_hurt(scanned):
    assert scanned["harms"] == []
    assert all(log["most_open"] <= 1 for log in scanned["log"].values())


def test_hosts_are_found_with_their_own_mac_addresses(scanned):
    if scanned["mode"] == "loopback":
        assert {device["mac"] for device in scanned["report"]["devices"]} == {None}
    else:
        assert {device["mac"] for device in scanned["report"]["devices"]} == {fake.mac for fake in FAKES}
