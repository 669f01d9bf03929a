import importlib.util
import tomllib
from datetime import date
from pathlib import Path

import pytest

import checks
from checks.holes import COMPONENT, holes
from checks.intelligence import of_tables
from checks.ports import known_ports
from checks.vendor_advisories import load_vendor_advisories, read_vendor_advisories

TEXT = (Path(checks.__file__).parent / "data" / "vendor_advisories.toml").read_text(encoding="utf-8")
ENTRIES = tomllib.loads(TEXT)["advisory"]
READS = importlib.util.find_spec("checks.scheme") is not None
CASES = [(f"{entry['id']} {entry['vendor']} {entry['products'][0]}", entry) for entry in ENTRIES]
PROTOCOLS = {path.stem for path in (Path(checks.__file__).parents[1] / "scanner" / "protocols").glob("*.py")}
MODELS = {
    "RouterOS": "cpe:2.3:o:mikrotik:routeros:*",
    "FortiOS": "cpe:2.3:o:fortinet:fortios:*",
    "airOS": "cpe:2.3:o:ui:airos:*",
    "QTS": "cpe:2.3:o:qnap:qts:*",
}


def verdict(make, claim, entry, model, version):
    bundle = of_tables(advisories=list(read_vendor_advisories(text_of(entry))))
    if entry["vendor"] == COMPONENT:
        device = make(said=(claim("component", f"{model} {version}", 80, "http.server"),))
    else:
        name = {"cpe": MODELS[model]} if model in MODELS else {"model": model}
        device = make(claims={"vendor": entry["vendor"], "firmware": version, **name})
    return [hole.sure for hole in holes(device, bundle)]


def text_of(entry):
    """The entry alone, as the list has it."""
    parts = [f"[[advisory]]{part}" for part in TEXT.split("[[advisory]]")[1:]]
    return parts[ENTRIES.index(entry)]


def examples(entry):
    """A device that each product means: those that the entry names, or the products themselves, where they are no patterns."""
    wild = any("x" in product or "X" in product for product in entry["products"])
    return entry["examples"].get("models") or ([] if wild else entry["products"])


@pytest.mark.parametrize(("name", "entry"), CASES, ids=[name for name, _ in CASES])
def test_each_entry_tells_an_affected_version_from_one_that_is_not(make, claim, name, entry):
    affected, free = entry["examples"]["affected"], entry["examples"].get("not_affected")
    models = examples(entry) or entry["products"]
    for model in models:
        said = verdict(make, claim, entry, model, affected)
        assert said == [True] or (not READS and said == [None]), (model, affected)
    if free is not None:
        said = verdict(make, claim, entry, models[0], free)
        assert said == [False] or (not READS and said == [None]), (models[0], free)


def test_every_pattern_has_a_device_that_it_means():
    wild = [entry for entry in ENTRIES if any("xx" in product or "XX" in product for product in entry["products"])]
    assert wild
    assert all(entry["examples"].get("models") for entry in wild)


@pytest.mark.skipif(not READS, reason="versions are only read as dotted numbers here")
def test_a_camera_that_was_tested_and_found_sound_is_not_accused(make, claim):
    """DS-2CD2142FWD-I with V5.5.0 build 170725: documentation of Metasploit's module for CVE-2021-36260."""
    bundle = of_tables(advisories=list(load_vendor_advisories()))
    device = make(claims={"vendor": "Hikvision", "model": "DS-2CD2142FWD-I", "firmware": "V5.5.0 build 170725"})
    assert holes(device, bundle) == ()


def test_every_entry_names_its_source_its_day_and_what_it_is_about():
    rows = load_vendor_advisories()
    assert len(ENTRIES) >= 40
    assert all(row.source and row.cves and row.product and row.affected for row in rows)
    assert all(date(2000, 1, 1) < row.published <= date(2026, 11, 21) for row in rows)
    assert all(cve.startswith("CVE-") for row in rows for cve in row.cves)
    assert all(row.cvss is None or 0 < row.cvss <= 10 for row in rows)
    assert tomllib.loads(TEXT)["checked"] == date(2026, 11, 21)


def test_every_service_is_one_that_a_scan_can_see():
    named = {port.name for port in known_ports()} | PROTOCOLS
    assert {service for row in load_vendor_advisories() for service in row.services} <= named


def test_an_entry_without_a_source_is_refused_by_name():
    text = '[[advisory]]\nid = "CVE-1"\nvendor = "Acme"\nproducts = ["A"]\naffected = ["*"]\ncves = []\npublished = 2020-01-01\nsource = " "\n'
    with pytest.raises(ValueError, match="CVE-1 of Acme has no source"):
        list(read_vendor_advisories(text))
