"""The operator's own CSV, as it is written by hand or saved from a spreadsheet."""

from datetime import date

import pytest

from checks.knowledge import Advisory, Lifecycle, Product, Release
from scanner.intel.source import UnreadableSource
from scanner.intel.sources import own_tables

RELEASES = """vendor,model,version,date,source
Acme,GW-200|GW-210,1.4.0,2023-05-02,release notes of GW-200
Acme,GW-200|GW-210,1.3.0,2022-01-10,release notes of GW-200
Acme,GW-300,2.0,,the device of the depot
"""
LIVES = """vendor,family,end_of_sale,end_of_support,last_firmware,source,checked
Acme,GW-100*,2018-12-31,2021-12-31,1.1.9,letter of 2018-03-01,2026-11-20
"""
ADVISORIES = """id,vendor,product,affected,cves,published,cvss,source
ACME-1,Acme,GW-200,< 1.4,CVE-2023-11111|CVE-2023-11112,2023-05-03,8.8,acme.example/advisories
"""


def read(text, name="ours.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    assert own_tables.recognises(name, content[:4096])
    return own_tables.read([(name, content)])[0]


def refusal(text):
    with pytest.raises(UnreadableSource) as refused:
        read(text)
    return str(refused.value)


def test_the_releases_of_a_model_are_one_product_oldest_first():
    batch = read(RELEASES)
    assert (batch.name, batch.table, batch.as_of) == ("operator", "firmware", date(2023, 5, 2))
    assert batch.rows[0] == Product(
        "Acme",
        ("GW-200", "GW-210"),
        (Release("1.3.0", date(2022, 1, 10)), Release("1.4.0", date(2023, 5, 2))),
        "operator: release notes of GW-200",
        date(2023, 5, 2),
    )
    assert batch.rows[1].releases == (Release("2.0"),)


def test_a_lifecycle_names_a_family():
    (life,) = read(LIVES).rows
    assert life == Lifecycle(
        "Acme",
        ("GW-100*",),
        "operator: letter of 2018-03-01",
        date(2026, 11, 20),
        "",
        date(2018, 12, 31),
        date(2021, 12, 31),
        "1.1.9",
    )


def test_an_advisory_names_its_vulnerabilities():
    (row,) = read(ADVISORIES).rows
    assert row == Advisory(
        "ACME-1",
        "Acme",
        "GW-200",
        "< 1.4",
        ("CVE-2023-11111", "CVE-2023-11112"),
        date(2023, 5, 3),
        8.8,
        source="operator: acme.example/advisories",
    )


def test_a_table_that_a_spreadsheet_saved_is_read_too():
    saved = b"\xef\xbb\xbf" + LIVES.replace(",", ";").replace("\n", "\r\n").encode()
    assert read(saved).rows == read(LIVES).rows


@pytest.mark.parametrize(
    ("given", "instead", "why"),
    [
        (",letter of 2018-03-01,", ",,", "ours.csv, line 2 (Acme GW-100*): it has no source"),
        (",2026-11-20", ",", "ours.csv, line 2 (Acme GW-100*): it has no checked"),
        ("2021-12-31", "31.12.2021", "its end_of_support is no day as 2026-11-21: '31.12.2021'"),
        ("2021-12-31", "2021-02-31", "its end_of_support is no day as 2026-11-21: '2021-02-31'"),
        ("2021-12-31", "2107-12-31", "its end_of_support is no day as 2026-11-21: '2107-12-31'"),
        ("2018-12-31", "1970-01-01", "its end_of_sale is no day as 2026-11-21: '1970-01-01'"),
        (
            "2018-12-31,2021-12-31,1.1.9",
            ",,",
            "it has neither an end_of_sale nor an end_of_support nor a last_firmware",
        ),
        ("Acme,GW-100*", f"Acme,{'G' * 300}|GW-100*,x", "has 8 fields where the first line names 7"),
        ("1.1.9", "9" * 10_000, "its last_firmware is longer than 120 characters"),
        ("1.1.9", '"1.1.9', "line 2"),
    ],
)
def test_a_row_that_is_wrong_is_refused_by_its_line(given, instead, why):
    assert given in LIVES
    assert why in refusal(LIVES.replace(given, instead))


@pytest.mark.parametrize(
    ("given", "instead", "why"),
    [
        ("CVE-2023-11112", "CVE-23-1", "it has a CVE id that is none"),
        ("8.8", "high", "its cvss is no score: 'high'"),
        ("8.8", "11", "its cvss is no score: '11'"),
    ],
)
def test_an_advisory_that_is_wrong_is_refused_by_its_line(given, instead, why):
    assert refusal(ADVISORIES.replace(given, instead)) == f"ours.csv, line 2 (Acme GW-200): {why}"


def test_text_of_another_encoding_is_refused_with_what_to_do():
    assert "save it as “CSV UTF-8”" in refusal(RELEASES.encode() + "Müller,x,1,,y\n".encode("latin-1"))
