"""Vulnrichment: CVE-2024-24091 as CISA publishes it (github.com/cisagov/vulnrichment), shortened, and rows of the table that was made of such records."""

import copy
import json
from datetime import date
from typing import Any

import msgspec
import pytest

from checks.knowledge import Points
from scanner.intel.source import UnreadableSource
from scanner.intel.sources import vulnrichment

WORST = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
RECORD: dict[str, Any] = {
    "dataType": "CVE_RECORD",
    "containers": {
        "adp": [
            {
                "title": "CISA ADP Vulnrichment",
                "metrics": [
                    {
                        "cvssV3_1": {
                            "version": "3.1",
                            "baseScore": 9.8,
                            "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                        }
                    },
                    {
                        "other": {
                            "type": "ssvc",
                            "content": {
                                "id": "CVE-2024-24091",
                                "role": "CISA Coordinator",
                                "options": [
                                    {"Exploitation": "none"},
                                    {"Automatable": "yes"},
                                    {"Technical Impact": "total"},
                                ],
                                "version": "2.0.3",
                                "timestamp": "2024-08-01T18:18:52.220150Z",
                            },
                        }
                    },
                ],
                "affected": [
                    {
                        "cpes": ["cpe:2.3:o:yealink:meeting_server_firmware:*:*:*:*:*:*:*:*"],
                        "vendor": "yealink",
                        "product": "meeting_server_firmware",
                        "versions": [
                            {"status": "affected", "version": "0", "lessThan": "v26.0.0.66", "versionType": "custom"}
                        ],
                        "defaultStatus": "unknown",
                    }
                ],
            }
        ],
        "cna": {
            "affected": [{"vendor": "n/a", "product": "n/a", "versions": [{"status": "affected", "version": "n/a"}]}]
        },
    },
    "cveMetadata": {"cveId": "CVE-2024-24091", "state": "PUBLISHED", "datePublished": "2024-02-08T00:00:00"},
    "dataVersion": "5.1",
}
HEAD = (
    "cve,published,vendor,product,exploitation,automatable,technical_impact,kev_added,cvss,cwe,cpe,has_hw_or_os_cpe\n"
)
TENDA = (
    "CVE-2023-51958,2024-01-10,n/a|tenda,ax1803_firmware|n/a,poc,yes,total,,CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H=9.8,"
    "CWE-787,cpe:2.3:o:tenda:ax1803_firmware:1.0.0.1:*:*:*:*:*:*:*,y\n"
)
D_LINK = "CVE-2024-4965,2024-05-16,D-Link,DAR-7000-40,None,No,Partial,,CVSS:4.0/AV:N/AC:L/AT:N/PR:L=5.3|CVSS:3.1/AV:N/AC:L/PR:L=6.3,CWE-78,,\n"
WINDOWS = (
    "CVE-2023-21674,2023-01-10,Microsoft,Windows 10 Version 1507,active,no,total,2023-01-10,CVSS:3.1/AV:L=8.8,CWE-416,"
    "cpe:2.3:o:microsoft:windows_10_1507:10.0.10240.19685:*:*:*:*:*:x64:*,y\n"
)


def record(name="CVE-2024-24091.json", **changes):
    changed = copy.deepcopy(RECORD)
    changed["containers"]["adp"][0]["affected"][0].update(changes)
    return name, msgspec.json.encode(changed)


def read(*files):
    return {batch.table: batch for batch in vulnrichment.read(files)}


def table(text):
    return read(("vulnrichment_iot_subset.csv", (HEAD + text).encode()))


def test_the_points_and_the_score_of_a_record_are_those_of_cisa():
    points = read(record())["points"]
    assert points.rows == {"CVE-2024-24091": Points("none", "yes", "total", 9.8, WORST)}
    assert points.as_of == date(2024, 2, 8)


def test_the_versions_of_a_record_become_a_range_of_its_product():
    (row,) = read(record())["advisories"].rows
    assert (row.id, row.vendor, row.product, row.affected) == (
        "CVE-2024-24091",
        "yealink",
        "meeting server",
        "<v26.0.0.66",
    )


@pytest.mark.parametrize(
    ("version", "read_as"),
    [
        ({"version": "1.0", "lessThan": "2.5"}, ">=1.0 <2.5"),
        ({"version": "1.0", "lessThanOrEqual": "2.5"}, ">=1.0 <=2.5"),
        ({"version": "unspecified", "lessThan": "2.5"}, "<2.5"),
        ({"version": "0", "lessThan": "*"}, "vers:all/*"),
        ({"version": "3.1", "lessThanOrEqual": "*"}, ">=3.1"),
        ({"version": "*"}, "vers:all/*"),
        ({"version": "2.0.1"}, "2.0.1"),
        ({"version": "n/a"}, ""),
    ],
)
def test_a_version_of_a_record_is_written_as_ranges_are_read(version, read_as):
    (row,) = read(record(versions=[{"status": "affected", **version}]))["advisories"].rows
    assert row.affected == read_as


def test_a_version_that_is_not_affected_affects_nothing():
    versions = [{"status": "unaffected", "version": "3.0"}, {"status": "affected", "version": "2.0"}]
    assert [row.affected for row in read(record(versions=versions))["advisories"].rows] == ["2.0"]


def test_a_row_of_the_table_names_the_exact_version_of_its_cpe_name():
    (row,) = table(TENDA)["advisories"].rows
    assert (row.vendor, row.product, row.affected, row.cvss) == ("Tenda", "ax1803", "1.0.0.1", 9.8)


def test_points_are_read_whatever_their_case_and_of_several_scores_the_highest():
    assert table(D_LINK)["points"].rows["CVE-2024-4965"] == Points("none", "no", "partial", 6.3, "", ("CWE-78",))


def test_a_product_without_a_cpe_name_counts_only_for_makers_of_devices():
    camera = TENDA.replace("tenda", "dlink").replace("ax1803", "dcs-932l")
    assert table(D_LINK)["advisories"].rows == []
    assert [row.product for row in table(D_LINK + camera)["advisories"].rows] == ["dcs-932l", "DAR-7000-40"]


def test_desktops_have_points_and_no_advisory():
    found = table(WINDOWS + TENDA)
    assert {row.vendor for row in found["advisories"].rows} == {"Tenda"}
    assert found["points"].rows["CVE-2023-21674"].exploitation == "active"


def test_a_cpe_name_that_was_cut_off_before_the_end_of_its_version_is_not_read():
    cut = TENDA.replace("1.0.0.1:*:*:*:*:*:*:*", "1.0.0.1:*|cpe:2.3:o:tenda:ax1803_firmware:1.0")
    assert [row.affected for row in table(cut)["advisories"].rows] == ["1.0.0.1"]


def test_points_that_are_none_of_ssvc_are_left_out_and_counted():
    points = table(TENDA + D_LINK.replace(",None,No,", ",perhaps,No,"))["points"]
    assert list(points.rows) == ["CVE-2023-51958"]
    assert points.notes == (
        "1 row was left out: decision points that are none of SSVC's (first: vulnrichment_iot_subset.csv, line 3)",
    )


def test_a_score_or_a_point_of_another_shape_is_none_and_the_rest_of_the_record_is_read():
    broken = copy.deepcopy(RECORD)
    broken["containers"]["adp"][0]["metrics"] = [
        {"cvssV3_1": {"baseScore": "high"}},
        {"other": {"type": "ssvc", "content": "x"}},
    ]
    found = read(("a.json", msgspec.json.encode(broken).replace(b'"x"', b"\x80")), record())
    assert found["points"].rows["CVE-2024-24091"] == Points("none", "yes", "total", 9.8, WORST)
    assert [row.cvss for row in found["advisories"].rows] == [9.8]


def test_a_rejected_record_says_nothing():
    rejected = {**RECORD, "cveMetadata": {**RECORD["cveMetadata"], "cveId": "CVE-2024-1", "state": "REJECTED"}}
    assert list(read(record(), ("b.json", msgspec.json.encode(rejected)))["points"].rows) == ["CVE-2024-24091"]


def test_a_broken_record_among_others_is_left_out_and_counted():
    points = read(record(), ("CVE-2024-2.json", b'{"dataType": "CVE_RECORD"}'))["points"]
    assert "a file that is no CVE record (first: CVE-2024-2.json is not of the known schema" in points.notes[0]


def test_a_folder_in_which_nothing_can_be_read_is_refused():
    with pytest.raises(UnreadableSource, match="missing required field `cve"):
        read(("CVE-2024-2.json", b'{"dataType": "CVE_RECORD"}'))


def test_the_weaknesses_of_a_record_are_its_cwe_ids_and_nothing_else():
    described = [{"cweId": "CWE-78"}, {"cweId": "n/a"}, {"description": "OS Command Injection"}, {"cweId": "CWE-78"}]
    record = {**RECORD, "containers": {**RECORD["containers"], "cna": {"problemTypes": [{"descriptions": described}]}}}
    assert read(("CVE-2024-24091.json", json.dumps(record).encode()))["points"].rows["CVE-2024-24091"].weaknesses == (
        "CWE-78",
    )
    record["containers"]["cna"] = {"problemTypes": "none"}
    assert read(("CVE-2024-24091.json", json.dumps(record).encode()))["points"].rows["CVE-2024-24091"].weaknesses == ()


def test_a_vector_counts_before_a_number_that_is_not_its_base_score():
    """CVE-2021-42756, as Fortinet's record has it: 9.3 is the temporal score."""
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:U/RC:C"
    row = f"CVE-2021-42756,2023-02-16,Fortinet,FortiWeb,none,yes,total,,{vector}=9.3,CWE-121,,y\n"
    assert table(row)["points"].rows["CVE-2021-42756"] == Points("none", "yes", "total", 9.8, vector, ("CWE-121",))
