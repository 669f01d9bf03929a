"""The project's and an operator's own TOML: what an entry must say, and what is refused by its name."""

from datetime import date

import pytest

from checks.knowledge import Advisory, Lifecycle
from scanner.intel.source import UnreadableSource
from scanner.intel.sources import own

LIFECYCLE = """
[[lifecycle]]
vendor = "D-Link"
names = ["DCS-930L"]
end_of_support = 2022-03-25
note = "on that day at the latest"
source = "CISA, Known Exploited Vulnerabilities, CVE-2016-11021"
checked = 2026-11-21
"""
ADVISORY = """
[[advisory]]
id = "SSA-431678"
vendor = "Siemens"
product = "SIMATIC S7-1200"
affected = "< V4.4"
cves = ["CVE-2019-10929"]
published = 2020-01-14
cvss = 3.7
services = ["s7"]
source = "Siemens ProductCERT SSA-431678"
"""


def read(text):
    return own.read([("lifecycle.toml", text.encode())])


def refusal(text):
    with pytest.raises(UnreadableSource) as refused:
        read(text)
    return str(refused.value)


def test_a_lifecycle_has_its_source_and_the_day_it_was_checked():
    (batch,) = read(LIFECYCLE)
    source = "CISA, Known Exploited Vulnerabilities, CVE-2016-11021"
    assert batch.rows == [
        Lifecycle(
            "D-Link",
            ("DCS-930L",),
            source,
            date(2026, 11, 21),
            end_of_support=date(2022, 3, 25),
            note="on that day at the latest",
        )
    ]
    assert (batch.table, batch.as_of) == ("lifecycle", date(2026, 11, 21))


def test_an_advisory_may_name_the_services_through_which_it_is_reached():
    advisories = read(LIFECYCLE + ADVISORY)[1]
    assert advisories.table == "advisories"
    assert advisories.rows == [
        Advisory(
            "SSA-431678",
            "Siemens",
            "SIMATIC S7-1200",
            "< V4.4",
            ("CVE-2019-10929",),
            date(2020, 1, 14),
            3.7,
            ("s7",),
            "Siemens ProductCERT SSA-431678",
        )
    ]


@pytest.mark.parametrize(
    ("given", "instead", "why"),
    [
        ('source = "CISA, Known Exploited Vulnerabilities, CVE-2016-11021"', "", "it has no source"),
        (
            'source = "CISA, Known Exploited Vulnerabilities, CVE-2016-11021"',
            'source = " "',
            "it has a source that is no text",
        ),
        ("checked = 2026-11-21", "", "it has no checked"),
        ('names = ["DCS-930L"]', "names = []", "it has no list of texts in names"),
        ('names = ["DCS-930L"]', 'names = ["DCS-930L", 7]', "it has no list of texts in names"),
        (
            "end_of_support = 2022-03-25",
            'end_of_support = "2022-02-31"',
            "it has a end_of_support that is no day: '2022-02-31'",
        ),
        (
            "end_of_support = 2022-03-25",
            "end_of_support = 1970-01-01",
            "it has a end_of_support that is no day: '1970-01-01'",
        ),
        (
            "end_of_support = 2022-03-25",
            "end_of_support = 2107-12-31",
            "it has a end_of_support that is no day: '2107-12-31'",
        ),
        ("end_of_support = 2022-03-25", "end_of_life = 2022-03-25", "it has an unknown field 'end_of_life'"),
        (
            'end_of_support = 2022-03-25\nnote = "on that day at the latest"',
            "",
            "it says nothing: it has no end_of_sale, end_of_support, last_firmware or note",
        ),
    ],
)
def test_an_entry_that_is_wrong_is_refused_by_its_name(given, instead, why):
    assert given in LIFECYCLE
    said = refusal(LIFECYCLE.replace(given, instead))
    assert said.startswith("lifecycle.toml, [[lifecycle]] D-Link ")
    assert why in said


@pytest.mark.parametrize(
    ("given", "instead", "why"),
    [
        ('cves = ["CVE-2019-10929"]', 'cves = ["SSA-431678"]', "it has a CVE id that is none"),
        ("cvss = 3.7", "cvss = 37", "it has a cvss that is no score: '37'"),
        ("cvss = 3.7", "cvss = true", "it has a cvss that is no score: 'True'"),
        ('source = "Siemens ProductCERT SSA-431678"', "", "it has no source"),
    ],
)
def test_an_advisory_that_is_wrong_is_refused_by_its_id(given, instead, why):
    assert given in ADVISORY
    assert refusal(ADVISORY.replace(given, instead)) == f"lifecycle.toml, [[advisory]] SSA-431678: {why}"


@pytest.mark.parametrize("text", ["[lifecycle]\nvendor = 1", "lifecycle = 5", "[[lifecycles]]\n", "x = [[1]]"])
def test_other_tables_are_refused(text):
    assert "the tables are [[lifecycle]] and [[advisory]]" in refusal(text)


@pytest.mark.parametrize("text", ["[[lifecycle]", "x = " + "[" * 5000, "\x00"])
def test_what_is_no_toml_is_refused(text):
    assert "is no TOML" in refusal(text)
