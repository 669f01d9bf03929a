"""OCSF 1.8.0 events, by the published schema."""

import json
from typing import Any

import jsonschema
import pytest

from scanner.edition import Edition
from tests.report.told import CHANGED, EDITIONS, MENDED, SCHEMAS, UNOBSERVED, rendered
from tests.riverside import DEFAULT_ACCOUNT, LIVED_WITH, NOON, OLD_FIRMWARE, OPEN_TELNET, REPORT, SHARED_KEY

PUBLISHED = json.loads((SCHEMAS / "ocsf-1.8.0.json").read_text())
VALIDATORS = {
    int(number): jsonschema.Draft202012Validator({**schema, "$defs": PUBLISHED["$defs"]})
    for number, schema in PUBLISHED["classes"].items()
}


def events(edition: Edition) -> list[Any]:
    return [json.loads(line) for line in rendered("ocsf", edition).splitlines()]


def found(edition: Edition) -> dict[str, Any]:
    return {event["finding_info"]["uid"]: event for event in events(edition) if "finding_info" in event}


@pytest.mark.parametrize("name", EDITIONS)
def test_each_event_follows_the_schema_of_its_class(name):
    for event in events(EDITIONS[name]):
        assert list(VALIDATORS[event["class_uid"]].iter_errors(event)) == []


@pytest.mark.parametrize("name", EDITIONS)
def test_a_type_is_the_class_and_the_activity(name):
    for event in events(EDITIONS[name]):
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
        assert event["category_uid"] == event["class_uid"] // 1000


def test_each_family_is_of_the_class_that_fits_it():
    told = found(EDITIONS["whole"])
    assert told[DEFAULT_ACCOUNT.id]["class_uid"] == 2004
    assert told[OPEN_TELNET.id]["class_uid"] == 2003
    assert told[OLD_FIRMWARE.id]["class_uid"] == 2002
    assert told[SHARED_KEY.id]["class_uid"] == 2003


def test_a_vulnerability_has_its_score_and_only_what_is_published_of_it():
    known, unknown = found(EDITIONS["whole"])[OLD_FIRMWARE.id]["vulnerabilities"]
    assert known["cve"]["cvss"] == [
        {"base_score": 10.0, "version": "3.0", "vector_string": "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}
    ]
    assert known["cve"]["related_cwes"][0]["uid"] == "CWE-287"
    assert known["is_exploit_available"] is True
    assert unknown["cve"] == {"uid": "CVE-2017-7923"}
    assert "is_exploit_available" not in unknown


def test_what_is_accepted_is_suppressed_and_raises_no_alert():
    told = found(EDITIONS["accepted"])
    account = told[DEFAULT_ACCOUNT.id]
    assert (account["status_id"], account["status"], account["is_alert"]) == (3, "Suppressed", False)
    assert account["comment"].startswith("Accepted by Transport until 2027-03-31")
    assert told[SHARED_KEY.id]["status_id"] == 3
    assert told[OPEN_TELNET.id]["status_id"] == 1


def test_severity_is_what_the_finding_counts_as():
    told = found(EDITIONS["whole"])[OLD_FIRMWARE.id]
    assert (told["severity_id"], told["severity"], told["unmapped"]["severity"]) == (4, "High", "medium")


def test_every_device_is_an_event_with_findings_or_without():
    inventory = [event for event in events(EDITIONS["whole"]) if event["class_uid"] == 5001]
    assert {event["device"]["uid"] for event in inventory} == {one.device.identity for one in REPORT.assessments}
    camera = next(event["device"] for event in inventory if event["device"]["uid"] == "mac:44:19:b6:01:02:03")
    assert (camera["type"], camera["ip"], camera["os"]["version"]) == ("IOT", "10.77.0.10", "V5.4.5")


def test_time_is_the_moment_of_the_assessment_in_milliseconds():
    assert found(EDITIONS["whole"])[OPEN_TELNET.id]["time"] == NOON.timestamp() * 1000


def test_what_is_new_is_created_what_was_known_updated_and_what_is_fixed_closed():
    told = found(CHANGED)
    assert told[OPEN_TELNET.id]["activity_id"] == 1
    assert told[OLD_FIRMWARE.id]["activity_id"] == 2
    mended = told[MENDED.id]
    assert (mended["activity_id"], mended["status_id"], mended["type_uid"]) == (3, 4, 200403)


def test_what_was_not_observed_is_no_event():
    assert UNOBSERVED.id not in found(CHANGED)


def test_every_event_has_an_id_of_its_own_that_is_the_same_each_time():
    ids = [event["metadata"]["uid"] for event in events(EDITIONS["accepted"])]
    assert len(set(ids)) == len(ids)
    assert ids == [event["metadata"]["uid"] for event in events(EDITIONS["accepted"])]


def test_the_findings_of_a_report_are_all_in_it():
    known = {finding.id for assessment in LIVED_WITH.assessments for finding in assessment.findings} | {
        one.id for one in LIVED_WITH.fleet
    }
    assert found(EDITIONS["accepted"]).keys() == known
