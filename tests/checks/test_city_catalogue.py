"""The part of the catalogue that was written from the manuals of the vendors a city has."""

import tomllib

import pytest

from checks.credentials import FOLDER, load_catalogue, load_without

VENDORS = (
    *("2N", "BrightSign", "Carrier", "ChargePoint", "CODESYS", "Cradlepoint", "Daktronics", "Econolite"),
    *("Extron", "HID", "Iteris", "KEBA", "Red Lion", "Robustel", "Suprema", "Teltonika", "Unitronics"),
    *("Vertiv", "ZKTeco"),
)
"""Makers of a city's devices that no public list of default accounts covers."""
SOURCES = [
    pytest.param(table["source"], id=f"{path.stem}-{table.get('id', table['vendor'])}-{number}")
    for path in sorted(FOLDER.glob("city-*.toml"))
    for tables in tomllib.loads(path.read_text(encoding="utf-8")).values()
    for number, table in enumerate(tables)
]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendor_that_no_public_list_covers_is_documented_here(vendor):
    known = {entry.vendor for entry in load_catalogue()} | {record.vendor for record in load_without()}
    assert vendor in known


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_names_the_document_and_what_it_says(source):
    assert source.startswith(("manual: ", "ATSPM (Utah DOT, Apache-2.0), ", "CVE-"))
    document, _, said = source.partition(", ")
    assert document.strip() != "manual:"
    assert said.strip()
