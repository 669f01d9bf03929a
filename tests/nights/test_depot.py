"""Devices whose firmware's build is known, scanned end to end: the interval holds the true day of each, and what is said of its firmware is what is true."""

import json
from datetime import date
from typing import Any

import pytest

from checks.intelligence import built_in
from inventory.store import Store
from lab.compare import compare
from lab.fake import Build, Fake, load_depot
from scanner.edition import Edition
from scanner.report.json import render
from scanner.rescoring import rescore
from tests.conftest import city, scan

DEPOT = load_depot()
DEVICES = pytest.mark.parametrize("fake", DEPOT, ids=lambda fake: fake.name)
BEHIND = [fake for fake in DEPOT if fake.build and fake.build.newest]
TODAY = date(2026, 11, 21)
"""The day for which all of it is judged: a year later more has been abandoned, and support has ended of more."""
EXPLOITED = [
    # CISA's catalogue of known exploited vulnerabilities: the day by which each is to be mended; critical where the service it goes through answers.
    ("depot_hwi_2020", "CVE-2021-36260", "2022-01-24", "critical"),
    ("depot_routeros_6_42", "CVE-2018-14847", "2022-06-01", "high"),
    ("depot_fortigate_6_0", "CVE-2022-41328", "2023-04-04", "critical"),
    ("depot_fortigate_6_0", "CVE-2023-27997", "2023-07-04", "critical"),
    ("depot_fortigate_6_0", "CVE-2020-12812", "2022-05-03", "critical"),
]
SEVERITIES = [
    ("depot_bullet_2021", "firmware-behind", "medium"),
    ("depot_recorder_january", "firmware-behind", "low"),
    ("depot_reolink_2022", "firmware-behind", "low"),
    ("depot_routeros_6_42_6", "firmware-behind", "high"),
    ("depot_turret_2021", "firmware-abandoned", "low"),
    ("depot_openwrt_24_10", "firmware-unsupported", "high"),
    ("depot_catalyst_2960", "firmware-unsupported", "high"),
    ("depot_s7_300", "firmware-unsupported", "info"),
    ("depot_axis_2007", "firmware-old", "high"),
    ("depot_junos_2018", "firmware-old", "medium"),
    ("depot_apc_6_4_0", "firmware-unknown", "info"),
]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The depot, scanned once: its truth, the report, and the report as it is judged for that day."""
    folder = tmp_path_factory.mktemp("depot")
    with city("--mode", "loopback", "--only", "depot") as described:
        ended = scan(described, folder, "--level", "login")
    assert ended.returncode in (1, 3), ended.stderr
    with Store.open(folder / "tocsin.db") as store:
        judged = rescore(store.report(None), built_in(), TODAY)
    said = json.loads((folder / "report.json").read_text())
    return {**described, "report": said, "judged": json.loads("".join(render(Edition(judged))))}


def device_of(fake: Fake, report: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [d for d in report["devices"] if d["addresses"][0].rpartition(".")[2] == str(fake.host)]
    return found


def build_of(fake: Fake) -> Build:
    assert fake.build is not None
    return fake.build


def named(name: str) -> Fake:
    return next(fake for fake in DEPOT if fake.name == name)


def findings(name: str, check: str, scanned: dict[str, Any]) -> list[dict[str, Any]]:
    return [finding for finding in device_of(named(name), scanned["judged"])["findings"] if finding["check"] == check]


def test_the_builds_of_forty_devices_are_known_and_every_one_has_its_source():
    assert sum(build_of(fake).day is not None for fake in DEPOT) >= 40
    assert all(build_of(fake).source for fake in DEPOT)


@DEVICES
def test_the_interval_holds_the_day_of_the_build_and_is_never_inverted(fake, scanned):
    built = build_of(fake).day
    for report in (scanned["report"], scanned["judged"]):
        age = device_of(fake, report)["firmware"]
        first = date.fromisoformat(age["not_before"] or "0001-01-01")
        last = date.fromisoformat(age["not_after"] or "9999-12-31")
        assert first <= last
        assert built is None or first <= built <= last


@DEVICES
def test_exactly_the_findings_that_are_right_for_it_are_reported(fake, scanned):
    found = {(f["check"], f["port"], f["transport"]) for f in device_of(fake, scanned["judged"])["findings"]}
    assert found == {(e.check, e.port, e.transport) for e in fake.causes}


@pytest.mark.parametrize("fake", BEHIND, ids=lambda fake: fake.name)
def test_behind_names_the_newest_release_and_how_much_later_that_came(fake, scanned):
    build = build_of(fake)
    (finding,) = findings(fake.name, "firmware-behind", scanned)
    assert f"the newest release known is {build.newest} ({build.newest_on})" in finding["detail"]
    since = build.released or build.day
    assert since is not None
    assert build.newest_on is not None
    days = (build.newest_on - since).days
    tenths = int(days / 365.2425 * 10)
    later = f"{days} days" if days < 365 else f"{tenths // 10}.{tenths % 10} years"
    assert f", {later} later." in finding["detail"]


def test_nothing_is_behind_for_which_no_newer_release_is_known(scanned):
    found = {
        d["addresses"][0]
        for d in scanned["judged"]["devices"]
        for f in d["findings"]
        if f["check"] == "firmware-behind"
    }
    assert {int(address.rpartition(".")[2]) for address in found} == {fake.host for fake in BEHIND}


def test_laggards_are_named_with_exactly_their_members(scanned):
    hosts = {d["id"]: int(d["addresses"][0].rpartition(".")[2]) for d in scanned["judged"]["devices"]}
    laggards = {
        frozenset(hosts[one] for one in fleet["devices"])
        for fleet in scanned["judged"]["fleet"]
        if fleet["check"] == "firmware-laggard"
    }
    newer = {fake.older_than for fake in DEPOT if fake.older_than}
    assert laggards == {frozenset(fake.host for fake in DEPOT if fake.older_than == name) for name in newer}
    assert {3, 1} <= {len(members) for members in laggards}


@pytest.mark.parametrize(("name", "cve", "due", "severity"), EXPLOITED)
def test_a_known_exploited_vulnerability_is_named_with_the_day_by_which_it_is_to_be_mended(
    name, cve, due, severity, scanned
):
    (finding,) = [f for f in findings(name, "firmware-known-exploited", scanned) if f["detail"].startswith(cve)]
    assert f"to be mended by {due}" in finding["detail"]
    assert finding["severity"] == severity


@pytest.mark.parametrize(("name", "check", "severity"), SEVERITIES)
def test_each_kind_of_finding_is_as_grave_as_its_age_makes_it(name, check, severity, scanned):
    assert {finding["severity"] for finding in findings(name, check, scanned)} == {severity}


def test_devices_of_unknown_age_are_counted_in_the_coverage(scanned):
    unknown = {fake.host for fake in DEPOT if "firmware-unknown" in {expected.check for expected in fake.causes}}
    counted = scanned["judged"]["coverage"]["firmware"]
    assert counted["unknown"] == len(unknown) > 0
    assert sum(counted.values()) == len(DEPOT)


def test_the_lab_agrees_with_all_of_the_report(scanned):
    comparison = compare(scanned["judged"], scanned["truth"])
    assert comparison.differences == ()
    assert (comparison.recall, comparison.precision) == (1.0, 1.0)


def test_no_device_was_hurt(scanned):
    assert scanned["harms"] == []
    assert all(log["most_open"] <= 1 for log in scanned["log"].values())
