"""Each entry of vendor_advisories.toml by a version that it affects, and by one that it does not where its source knows one."""

import importlib.util
import tomllib
from datetime import date
from pathlib import Path

import pytest

import checks
from checks.holes import COMPONENT, holes
from checks.intelligence import of_tables
from checks.knowledge import Advisory
from checks.ports import known_ports

ENTRIES = tomllib.loads((Path(checks.__file__).parent / "data" / "vendor_advisories.toml").read_text(encoding="utf-8"))
EXAMPLES = tomllib.loads((Path(__file__).parent / "vendor_versions.toml").read_text(encoding="utf-8"))["example"]
ROWS = [
    Advisory(**{**entry, "cves": tuple(entry["cves"]), "services": tuple(entry.get("services", ()))})
    for entry in ENTRIES["advisory"]
]
BUNDLE = of_tables(advisories=ROWS)
READS = importlib.util.find_spec("checks.scheme") is not None
SYSTEMS = {"RouterOS": "mikrotik:routeros", "FortiOS": "fortinet:fortios", "airOS": "ui:airos", "QTS": "qnap:qts"}
PROTOCOLS = {path.stem for path in (Path(checks.__file__).parents[1] / "scanner" / "protocols").glob("*.py")}


def found(make, claim, example, model, version):
    """What is said of the example's vulnerability on a device of that model and version, and the rows that said it."""
    if example["vendor"] == COMPONENT:
        device = make(said=(claim("component", f"{model} {version}", 80, "http.server"),))
    else:
        name = {"cpe": f"cpe:2.3:o:{SYSTEMS[model]}:*"} if model in SYSTEMS else {"model": model}
        device = make(claims={"vendor": example["vendor"], "firmware": version, **name})
    return [hole for hole in holes(device, BUNDLE) if hole.id == example["id"]]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each['id']} {each['vendor']} {each['models'][0]}")
def test_each_entry_tells_an_affected_version_from_one_that_is_not(make, claim, example):
    for model in example["models"]:
        for which, verdict in (("affected", True), ("possible", None), ("not_affected", False)):
            if which in example:
                said = [hole.sure for hole in found(make, claim, example, model, example[which])]
                assert said == [verdict] or (not READS and said == [None]), (model, example[which])


def test_every_entry_is_tried_by_an_example(make, claim):
    tried = {
        (row.id, row.product)
        for example in EXAMPLES
        for model in example["models"]
        for hole in found(
            make, claim, example, model, example.get("affected") or example.get("possible") or example["not_affected"]
        )
        for row in hole.rows
    }
    assert {(row.id, row.product) for row in ROWS} - tried == set()


@pytest.mark.parametrize("version", ["V5.5.0 build 170725", "V5.4.5 build 170124"])
def test_a_camera_of_a_list_that_is_not_clear_is_possible_and_no_more(make, version):
    """DS-2CD2142FWD-I: found sound with build 170725 by the author of Metasploit's module; older firmware of its kind is not."""
    claims = {"vendor": "Hikvision", "model": "DS-2CD2142FWD-I", "firmware": version}
    assert [hole.sure for hole in holes(make(claims=claims), BUNDLE)] == [None]


def test_every_entry_names_its_source_its_day_and_what_it_is_about():
    assert set(ENTRIES) == {"advisory"}
    assert len(ROWS) >= 40
    assert all(row.source and row.cves and row.product and row.affected for row in ROWS)
    assert all(len(row.product) <= 240 for row in ROWS)
    assert all(date(2000, 1, 1) < row.published <= date(2026, 11, 21) for row in ROWS)
    assert all(cve.startswith("CVE-") for row in ROWS for cve in row.cves)
    assert all(row.cvss is None or 0 < row.cvss <= 10 for row in ROWS)


def test_every_service_is_one_that_a_scan_can_see():
    named = {port.name for port in known_ports()} | PROTOCOLS
    assert {service for row in ROWS for service in row.services} <= named
