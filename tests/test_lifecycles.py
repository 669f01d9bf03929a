"""What stands in checks/data/lifecycle.toml: every row has its document, and no pattern reaches further than its declaration."""

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import checks
import scanner
from checks.knowledge import Lifecycle
from checks.products import plain, plain_vendor
from tests.called import goes_by

FILE = Path(checks.__file__).parent / "data" / "lifecycle.toml"
FINGERPRINTS = Path(scanner.__file__).parent / "fingerprints"
LAB = Path(__file__).parent.parent / "lab" / "devices"
CHECKED = date(2026, 11, 21)


def rows() -> list[Lifecycle]:
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))["lifecycle"]
    return [Lifecycle(**{**row, "names": tuple(row["names"])}) for row in read]


ROWS = rows()
EACH = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.vendor} {row.names[0]} {row.branch}".strip())


def models() -> set[tuple[str, str]]:
    """Every model that an example of a fingerprint yields, with its vendor; "" where the example names none."""
    found: set[tuple[str, str]] = set()
    for file in sorted(FINGERPRINTS.glob("*.toml")):
        for entry in tomllib.loads(file.read_text(encoding="utf-8")).get("fingerprint", []):
            for example in entry["examples"]:
                if example.get("model"):
                    found.add((example.get("vendor", ""), example["model"]))
    return found


@EACH
def test_a_row_names_its_document_and_the_day_it_was_looked_at(row):
    assert len(row.source) > 20
    assert row.checked == CHECKED
    assert row.names
    assert all(len(plain(name)) >= 3 for name in row.names)


@EACH
def test_the_days_of_a_row_are_plausible(row):
    days = [day for day in (row.end_of_sale, row.end_of_support) if day is not None]
    assert days
    assert all(date(1990, 1, 1) < day < date(2040, 1, 1) for day in days)
    assert days == sorted(days)


@EACH
def test_a_day_that_is_only_a_bound_is_not_after_it_was_looked_at(row):
    if row.note == "on that day at the latest":
        assert row.end_of_support is not None
        assert row.end_of_support <= CHECKED
        assert row.end_of_sale is None


def test_no_name_stands_there_twice():
    named = Counter(
        (plain_vendor(row.vendor), plain(name), name[-1] == "*", row.branch) for row in ROWS for name in row.names
    )
    named_once = {(vendor, text) for vendor, text, _, _ in named}
    assert [key for key, count in named.items() if count > 1] == []
    assert len(named_once) > 100


def test_no_pattern_catches_a_name_of_another_row():
    caught = [
        (pattern, name)
        for row in ROWS
        for pattern in row.names
        if pattern.endswith("*")
        for other in ROWS
        if other is not row and other.vendor == row.vendor
        for name in other.names
        if goes_by((plain(name),), pattern)
    ]
    assert caught == []


def test_the_vendors_are_spelt_as_the_fingerprints_spell_them():
    text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(FINGERPRINTS.glob("*.toml")))
    unknown = {row.vendor for row in ROWS if f'vendor = "{row.vendor}"' not in text}
    assert unknown == set()


CAUGHT = {
    ("", "WS-C2960-24TT-L", "WS-C2960-24TT-L"),
    ("Cisco", "SPA504G", "SPA504G"),
    ("D-Link", "DCS-930L", "DCS-930L"),
    ("D-Link", "DCS-932L", "DCS-932L"),
    ("Siemens", "SIMATIC S7-200", "SIMATIC S7-200"),
    ("Siemens", "SIMATIC S7-300", "SIMATIC S7-300"),
}


def test_the_models_of_the_fingerprints_that_are_caught_have_been_looked_at():
    caught = {
        (vendor, model, name)
        for vendor, model in models()
        for row in ROWS
        if not row.branch and vendor in {"", row.vendor}
        for name in row.names
        if goes_by((plain(model),), name)
    }
    assert caught == CAUGHT
