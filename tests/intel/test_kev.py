"""CISA's catalogue of known exploited vulnerabilities: literal pieces of the one of 2025-08-25 (github.com/cisagov/kev-data)."""

from datetime import date

import msgspec
import pytest

from checks.knowledge import Exploited
from scanner.intel.source import UnreadableSource
from scanner.intel.sources import kev

D_LINK = {
    "cveID": "CVE-2020-25078",
    "vendorProject": "D-Link",
    "product": "DCS-2530L and DCS-2670L Devices",
    "vulnerabilityName": "D-Link DCS-2530L and DCS-2670L Command Injection Vulnerability",
    "dateAdded": "2025-08-05",
    "shortDescription": "D-Link DCS-2530L and DCS-2670L devices contains an unspecified vulnerability",
    "requiredAction": "Apply mitigations per vendor instructions",
    "dueDate": "2025-08-26",
    "knownRansomwareCampaignUse": "Unknown",
    "notes": "https://supportannouncement.us.dlink.com/announcement/publication.aspx?name=SAP10180",
    "cwes": [],
}
CATALOGUE = {
    "title": "CISA Catalog of Known Exploited Vulnerabilities",
    "catalogVersion": "2025.08.25",
    "dateReleased": "2025-08-25T17:04:19.9796Z",
    "count": 1,
    "vulnerabilities": [D_LINK],
}
CSV = (
    b"cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,"
    b"knownRansomwareCampaignUse,notes,cwes\r\n"
    b'CVE-2020-25078,D-Link,DCS-2530L and DCS-2670L Devices,"D-Link DCS-2530L, DCS-2670L",2025-08-05,an unspecified one,'
    b"Apply mitigations,2025-08-26,Known,,\r\n"
)


def read(catalogue):
    return kev.read([("known_exploited_vulnerabilities.json", msgspec.json.encode(catalogue))])


def refusal(catalogue):
    with pytest.raises(UnreadableSource) as refused:
        read(catalogue)
    return str(refused.value)


def test_a_row_has_its_due_date_and_the_batch_the_day_of_its_release():
    (batch,) = read(CATALOGUE)
    assert (batch.name, batch.table, batch.as_of, batch.count) == ("kev", "exploited", date(2025, 8, 25), 1)
    assert batch.rows == [
        Exploited(
            "CVE-2020-25078",
            "D-Link",
            "DCS-2530L and DCS-2670L Devices",
            "D-Link DCS-2530L and DCS-2670L Command Injection Vulnerability",
            date(2025, 8, 5),
            date(2025, 8, 26),
        )
    ]


def test_the_csv_is_as_of_the_last_day_on_which_something_was_added():
    (batch,) = kev.read([("known_exploited_vulnerabilities.csv", CSV)])
    assert batch.as_of == date(2025, 8, 5)
    assert batch.rows[0].ransomware
    assert batch.rows[0].title == "D-Link DCS-2530L, DCS-2670L"


@pytest.mark.parametrize("field", ["cveID", "dateAdded", "dueDate", "vendorProject", "knownRansomwareCampaignUse"])
def test_a_changed_schema_is_refused_and_the_missing_field_named(field):
    changed = {**CATALOGUE, "vulnerabilities": [{key: value for key, value in D_LINK.items() if key != field}]}
    assert f"`{field}`" in refusal(changed)


def test_a_catalogue_without_its_version_is_still_taken_for_one_and_refused():
    changed = {key: value for key, value in CATALOGUE.items() if key != "catalogVersion"}
    assert kev.recognises("known_exploited_vulnerabilities.json", msgspec.json.encode(changed))
    assert "`catalogVersion`" in refusal(changed)


def test_a_catalogue_that_lost_rows_is_refused():
    assert "says that it holds 1,404 vulnerabilities, and 1 are in it" in refusal({**CATALOGUE, "count": 1404})


@pytest.mark.parametrize("day", ["2025-02-31", "1970-01-01", "2107-12-31", "25.08.2025", ""])
def test_a_due_date_that_cannot_be_is_refused_with_its_vulnerability(day):
    broken = {**CATALOGUE, "vulnerabilities": [{**D_LINK, "dueDate": day}]}
    assert "CVE-2020-25078: dateAdded" in refusal(broken)


def test_a_catalogue_that_was_cut_off_is_refused():
    with pytest.raises(UnreadableSource, match="was cut off"):
        kev.read([("kev.json", msgspec.json.encode(CATALOGUE)[:-40])])


def test_an_empty_catalogue_is_refused():
    assert "lists no vulnerability" in refusal({**CATALOGUE, "count": 0, "vulnerabilities": []})


def test_of_two_catalogues_the_newer_counts():
    older = {**CATALOGUE, "dateReleased": "2024-01-01T00:00:00Z", "count": None}
    (batch,) = kev.read([("a.json", msgspec.json.encode(CATALOGUE)), ("b.json", msgspec.json.encode(older))])
    assert batch.as_of == date(2025, 8, 25)
