"""DefectDojo's Generic Findings Import, by the rules of its parser (there is no schema) and as its pages show it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from markdown_it import MarkdownIt

from inventory.findings import Finding
from inventory.model import Endpoint
from scanner.edition import Edition
from scanner.markdown_text import paragraphs
from tests.report.told import CHANGED, EARLIER, EDITIONS, MENDED, UNOBSERVED, parsed
from tests.riverside import CAMERA, DEFAULT_ACCOUNT, GATEWAY, LIVED_WITH, OLD_FIRMWARE, OPEN_TELNET, REPORT, SHARED_KEY

# github.com/DefectDojo/django-DefectDojo: dojo/tools/generic/json_parser.py refuses a file with any other field, and one that lacks a required one; the lengths
# are those of dojo/finding/models.py. `cwes`, `cvssv4` and `known_exploited` are taken by recent releases alone, and refused by the others.
REQUIRED = {"title", "severity", "description"}
ALLOWED = REQUIRED | {
    "date", "cwe", "cve", "cvssv3", "cvssv3_score", "mitigation", "impact", "steps_to_reproduce", "severity_justification", "references", "active", "verified",
    "false_p", "out_of_scope", "risk_accepted", "under_review", "is_mitigated", "thread_id", "mitigated", "numerical_severity", "param", "payload", "line",
    "file_path", "component_name", "component_version", "static_finding", "dynamic_finding", "scanner_confidence", "unique_id_from_tool", "vuln_id_from_tool",
    "sast_source_object", "sast_sink_object", "sast_source_line", "sast_source_file_path", "nb_occurences", "publish_date", "service",
    "planned_remediation_date", "planned_remediation_version", "effort_for_fixing", "tags", "endpoints", "vulnerability_ids", "files",
}  # fmt: skip
LENGTHS = {
    "title": 511,
    "component_name": 500,
    "component_version": 100,
    "unique_id_from_tool": 500,
    "vuln_id_from_tool": 500,
    "cvssv3": 117,
}
MARKDOWN = ("description", "mitigation", "impact", "steps_to_reproduce", "severity_justification", "references")


def findings(edition: Edition) -> dict[str, Any]:
    return {one["unique_id_from_tool"]: one for one in parsed("defectdojo", edition)["findings"]}


@pytest.mark.parametrize("name", EDITIONS)
def test_its_parser_takes_every_finding(name):
    told = parsed("defectdojo", EDITIONS[name])
    assert told.keys() <= {"name", "type", "version", "description", "static_tool", "dynamic_tool", "soc", "findings"}
    for finding in told["findings"]:
        assert finding.keys() >= REQUIRED
        assert finding.keys() <= ALLOWED
        assert finding["severity"] in {"Critical", "High", "Medium", "Low", "Info"}
        assert date.fromisoformat(finding["date"])
        assert all(len(finding.get(field, "")) <= most for field, most in LENGTHS.items())
        assert all(re.fullmatch(r"[\w.-]+", tag) for tag in finding["tags"])
        assert all(re.fullmatch(r"CVE-\d{4}-\d{4,}", cve) for cve in finding.get("vulnerability_ids", []))
        assert not re.search(r"[\n\t]", finding["title"])


@pytest.mark.parametrize("name", EDITIONS)
def test_every_endpoint_is_a_uri_that_a_library_reads(name):
    for finding in findings(EDITIONS[name]).values():
        for endpoint in finding["endpoints"]:
            read = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}")
            assert read.hostname
            assert read.scheme in {"tcp", "udp", ""}
            assert (read.port is None) == (read.scheme == "")


def test_an_address_of_ipv6_stands_in_brackets_and_one_below_ip_is_left_out():
    def told(address: str) -> Any:
        finding = replace(OPEN_TELNET, endpoint=Endpoint(address, 23))
        camera = replace(
            CAMERA,
            outcomes=tuple(
                replace(one, findings=(finding,)) if one.check == finding.check else one for one in CAMERA.outcomes
            ),
        )
        return findings(Edition(replace(REPORT, assessments=(camera,))))[finding.id]["endpoints"]

    assert told("fd00::7") == ["tcp://[fd00::7]:23"]
    assert told("aa:bb:cc:dd:ee:ff") == []


def test_a_finding_is_what_it_is():
    told = findings(EDITIONS["whole"])[OLD_FIRMWARE.id]
    assert (told["severity"], told["vuln_id_from_tool"], told["scanner_confidence"]) == ("High", "firmware-old", 4)
    assert told["vulnerability_ids"] == ["CVE-2017-7921", "CVE-2017-7923"]
    assert told["cvssv3"] == "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"
    assert told["endpoints"] == ["tcp://10.77.0.10:49152"]
    assert told["severity_justification"].startswith("high here: ")
    assert findings(EDITIONS["whole"])[OPEN_TELNET.id]["cwe"] == 319


def test_what_is_accepted_is_an_accepted_risk_and_not_active():
    told = findings(EDITIONS["accepted"])
    for finding in (DEFAULT_ACCOUNT, SHARED_KEY):
        assert (told[finding.id]["active"], told[finding.id]["risk_accepted"]) == (False, True)
    assert told[DEFAULT_ACCOUNT.id]["references"].startswith("Accepted by Transport until 2027-03-31")
    assert (told[OPEN_TELNET.id]["active"], told[OPEN_TELNET.id]["risk_accepted"]) == (True, False)


def test_what_it_is_known_again_by_is_the_same_when_the_device_has_moved_and_time_has_passed():
    def later(finding: Finding) -> Finding:
        place = replace(finding.endpoint, address="10.77.0.99")
        return replace(finding, detail=f"{finding.detail} A day later.", evidence="else", endpoint=place)

    camera = replace(
        CAMERA,
        device=replace(CAMERA.device, addresses=("10.77.0.99",)),
        outcomes=tuple(replace(one, findings=tuple(map(later, one.findings))) for one in CAMERA.outcomes),
        when=CAMERA.when + timedelta(days=1),
    )
    before, after = (
        {
            key: (one["title"], one["description"], one.get("cwe"))
            for key, one in findings(Edition(replace(REPORT, assessments=(device,)))).items()
        }
        for device in (CAMERA, camera)
    )
    assert before == after
    assert len(set(before.values())) == len(before)


def test_what_was_not_observed_stays_in_with_the_reason_and_what_is_fixed_does_not():
    told = findings(CHANGED)
    assert told[UNOBSERVED.id]["active"]
    assert told[UNOBSERVED.id]["steps_to_reproduce"].startswith("Not observed by the scan of 2026-11-20: ")
    assert told[UNOBSERVED.id]["date"] == EARLIER.scan.started.date().isoformat()
    assert MENDED.id not in told


def test_devices_without_a_finding_are_named_in_the_test():
    assert f"{GATEWAY.device.address} Libelium Meshlium" in parsed("defectdojo", EDITIONS["whole"])["description"]


def test_a_scan_that_did_not_end_says_so_first():
    told = parsed("defectdojo", EDITIONS["empty and unfinished"])
    assert told["findings"] == []
    assert told["description"].startswith("The scan did not end")


@pytest.mark.parametrize("text", MARKDOWN)
def test_nothing_that_is_said_becomes_markup(text):
    reader = MarkdownIt().enable("table")
    for finding in findings(EDITIONS["hostile"]).values():
        page = reader.render(finding.get(text, ""))
        assert not re.search(r"<(?!/?(?:p|ul|li|pre|code)>)", page), page


def test_a_list_of_a_manual_page_is_a_list():
    page = MarkdownIt().render(findings(EDITIONS["whole"])[OPEN_TELNET.id]["description"])
    assert page.count("<li>") >= 5


def test_the_findings_of_a_report_are_all_in_it():
    known = {finding.id for assessment in LIVED_WITH.assessments for finding in assessment.findings} | {
        one.id for one in LIVED_WITH.fleet
    }
    assert findings(EDITIONS["accepted"]).keys() == known


def test_a_command_in_a_manual_page_is_code_and_nothing_else_of_it_is_markup():
    page = MarkdownIt().render(paragraphs("Read `tocsin intel update`, *then* <wait>:\n- a_b\n- [c](d)"))
    assert re.findall(r"<\w+", page) == ["<p", "<code", "<ul", "<li", "<li"]
    assert "<code>tocsin intel update</code>, *then* &lt;wait&gt;" in page
