"""CSAF: ICSA-24-004-01 as CISA publishes it (github.com/cisagov/CSAF), shortened to what counts, and rows of the table that was made of such documents."""

from datetime import date
from typing import Any

import msgspec
import pytest

from checks.knowledge import Advisory
from scanner.intel.source import UnreadableSource
from scanner.intel.sources import csaf

DOCUMENT: dict[str, Any] = {
    "document": {
        "category": "csaf_security_advisory",
        "csaf_version": "2.0",
        "title": "Rockwell Automation FactoryTalk Activation",
        "tracking": {
            "current_release_date": "2024-01-04T07:00:00.000000Z",
            "id": "ICSA-24-004-01",
            "initial_release_date": "2024-01-04T07:00:00.000000Z",
            "status": "final",
            "version": "1",
        },
    },
    "product_tree": {
        "branches": [
            {
                "branches": [
                    {
                        "branches": [
                            {
                                "category": "product_version_range",
                                "name": "<V4.00_Utilizes_Wibu-Systems_CodeMeter_7.60c",
                                "product": {"name": "Factory Talk", "product_id": "CSAFPID-0001"},
                            }
                        ],
                        "category": "product_name",
                        "name": "Factory Talk Activation Manager",
                    }
                ],
                "category": "vendor",
                "name": "Rockwell Automation",
            }
        ]
    },
    "vulnerabilities": [
        {
            "cve": cve,
            "product_status": {"known_affected": ["CSAFPID-0001"]},
            "scores": [{"cvss_v3": {"baseScore": score, "version": "3.1"}, "products": ["CSAFPID-0001"]}],
        }
        for cve, score in (("CVE-2023-38545", 9.8), ("CVE-2023-3935", 7.5))
    ],
}
HEAD = "advisory,initial,current,cve,cwe,cvss3,vendor,product,version,branch_cat\n"
ROWS = (
    "ICSA-17-320-01,2017-11-16,2017-11-16,CVE-2017-16719,CWE-74,CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H,Moxa ,NPort 5130,<= 3.7,x\n"
    "ICSA-17-320-01,2017-11-16,2017-11-16,CVE-2017-16715,CWE-200,CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N, Moxa,NPort 5130,<= 3.7,x\n"
)


def read(*documents):
    return csaf.read([(f"{number}.json", msgspec.json.encode(each)) for number, each in enumerate(documents)])[0]


def table(text):
    return csaf.read([("cisa_csaf_ot_affected.csv", (HEAD + text).encode())])[0]


def test_the_vulnerabilities_of_one_version_stand_in_one_row_with_the_highest_score():
    assert read(DOCUMENT).rows == [
        Advisory(
            "ICSA-24-004-01",
            "Rockwell Automation",
            "Factory Talk Activation Manager",
            "<V4.00_Utilizes_Wibu-Systems_CodeMeter_7.60c",
            ("CVE-2023-38545", "CVE-2023-3935"),
            date(2024, 1, 4),
            9.8,
            source="csaf",
        )
    ]


def test_a_batch_is_as_of_the_last_revision_of_any_document():
    tracking = {**DOCUMENT["document"]["tracking"], "id": "X-1", "current_release_date": "2024-10-24T06:00:00Z"}
    revised = {**DOCUMENT, "document": {**DOCUMENT["document"], "tracking": tracking}}
    assert read(DOCUMENT, revised).as_of == date(2024, 10, 24)


def test_firmware_on_a_device_is_the_versions_of_the_one_and_the_name_of_the_other():
    def branch(category, name, **more):
        return {"category": category, "name": name, **more}

    firmware = branch("product_version_range", "<2.9", product={"product_id": "fw", "name": "fw"})
    device = branch("product_name", "WAGO 750-8202", product={"product_id": "hw", "name": "hw"})
    tree = {
        "branches": [
            branch("vendor", "WAGO", branches=[branch("product_name", "Firmware", branches=[firmware]), device])
        ],
        "relationships": [
            {
                "category": "installed_on",
                "product_reference": "fw",
                "relates_to_product_reference": "hw",
                "full_product_name": {"product_id": "both", "name": "Firmware <2.9 installed on WAGO 750-8202"},
            }
        ],
    }
    flaw = {"cve": "CVE-2024-1234", "product_status": {"known_affected": ["both"]}}
    (row,) = read({**DOCUMENT, "product_tree": tree, "vulnerabilities": [flaw]}).rows
    assert (row.vendor, row.product, row.affected) == ("WAGO", "WAGO 750-8202", "<2.9")


def test_rows_of_the_table_that_differ_in_the_vulnerability_alone_are_one():
    (row,) = table(ROWS).rows
    assert (row.vendor, row.product, row.affected) == ("Moxa", "NPort 5130", "<= 3.7")
    assert (row.cves, row.cvss) == (("CVE-2017-16715", "CVE-2017-16719"), 7.5)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("GeutebrÃ¼ck", "Geutebrück"),
        ("Innokas YhtymÃ¤ Oy", "Innokas Yhtymä Oy"),
        ("Dräger", "Dräger"),
        ("Weidmueller", "Weidmüller"),
    ],
)
def test_a_vendor_whose_name_was_garbled_or_respelt_has_its_name_again(written, meant):
    assert table(ROWS.replace("Moxa ", written).replace(" Moxa", written)).rows[0].vendor == meant


@pytest.mark.parametrize("vendor", ["", "multiple", "multiple open source"])
def test_a_product_of_nobody_is_left_out_and_counted(vendor):
    batch = table(ROWS + f"ICSA-1,2020-01-01,2020-01-01,CVE-2020-0001,,,{vendor},Something,< 2,x\n")
    assert len(batch.rows) == 1
    assert batch.notes == (
        "1 row was left out: an affected product without a vendor or a name (first: cisa_csaf_ot_affected.csv, line 4)",
    )


def test_a_broken_document_among_others_is_left_out_and_counted():
    (batch,) = csaf.read([("a.json", msgspec.json.encode(DOCUMENT)), ("b.json", b'{"document": {"csaf_version"')])
    assert len(batch.rows) == 1
    assert "a document that is none of CSAF 2.0 (first: b.json is no JSON" in batch.notes[0]


def test_a_folder_in_which_nothing_can_be_read_is_refused():
    with pytest.raises(UnreadableSource, match=r"a\.json is not of the known schema: .*`tracking`"):
        csaf.read([("a.json", b'{"document": {"csaf_version": "2.0"}}')])


@pytest.mark.parametrize("depth", [40, 900, 100_000])
def test_a_tree_that_is_nested_too_deeply_is_refused(depth):
    tree = b'{"category":"vendor","name":"x","branches":[' * depth + b"]}" * depth
    text = msgspec.json.encode({**DOCUMENT, "product_tree": {"branches": "HERE"}}).replace(
        b'"HERE"', b"[" + tree + b"]"
    )
    with pytest.raises(UnreadableSource, match="nested too deeply"):
        csaf.read([("deep.json", text)])
