"""SARIF by its published schema, and as GitHub and a viewer read it."""

import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from inventory.diff import diff
from scanner.edition import Edition
from scanner.manual import declared
from tests.report.told import CHANGED, EDITIONS, MENDED, SCHEMAS, UNOBSERVED, parsed
from tests.riverside import CAMERA, DEFAULT_ACCOUNT, LIVED_WITH, OPEN_TELNET, REPORT, SHARED_KEY

VALIDATOR = jsonschema.Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text()))


def run_of(edition: Edition) -> Any:
    (run,) = parsed("sarif", edition)["runs"]
    return run


def results(edition: Edition) -> dict[str, Any]:
    return {one["partialFingerprints"]["tocsinFinding/v1"]: one for one in run_of(edition)["results"]}


@pytest.mark.parametrize("name", EDITIONS)
def test_it_follows_the_published_schema(name):
    assert list(VALIDATOR.iter_errors(parsed("sarif", EDITIONS[name]))) == []


@pytest.mark.parametrize("name", EDITIONS)
def test_every_result_has_what_github_requires(name):
    run = run_of(EDITIONS[name])
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert len(rule["properties"]["tags"]) <= 20
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        for location in result["locations"]:
            place = location["physicalLocation"]
            assert place["region"]["startLine"] == 1
            assert re.fullmatch(
                r"devices/(?:[\w.~-]|%[0-9A-F]{2})+(?:/(?:tcp|udp)/\d+)?", place["artifactLocation"]["uri"]
            )


def test_every_check_is_a_rule_with_its_manual_page_and_the_weaknesses_that_it_is_filed_under():
    rules = {rule["id"]: rule for rule in run_of(EDITIONS["whole"])["tool"]["driver"]["rules"]}
    assert declared().keys() <= rules.keys()
    rule = rules["cleartext-administration"]
    assert rule["name"] == "CleartextAdministration"
    assert "## Why it matters in a city" in rule["help"]["markdown"]
    assert "Turn HTTPS and SSH on" in rule["help"]["text"]
    assert "external/cwe/cwe-319" in rule["properties"]["tags"]
    assert (rule["defaultConfiguration"]["level"], rule["properties"]["security-severity"]) == ("warning", "5.5")


def test_a_finding_that_counts_as_more_than_its_check_is_declared_as_is_of_a_rule_of_that_severity():
    run = run_of(EDITIONS["whole"])
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    (telnet,) = [one for one in run["results"] if one["properties"]["finding"] == OPEN_TELNET.id]
    assert (telnet["ruleId"], telnet["level"]) == ("cleartext-administration/high", "error")
    assert rules[telnet["ruleId"]]["properties"]["security-severity"] == "8.0"


def test_what_is_only_to_be_known_has_no_security_severity():
    rules = {rule["id"]: rule for rule in run_of(EDITIONS["whole"])["tool"]["driver"]["rules"]}
    assert "security-severity" not in rules["firmware-unknown"]["properties"]


def test_a_place_is_the_device_by_its_identity_wherever_it_moves():
    moved = replace(CAMERA, device=replace(CAMERA.device, addresses=("10.77.0.99",)))
    before, after = (
        {
            key: one["locations"][0]["physicalLocation"]["artifactLocation"]
            for key, one in results(Edition(replace(REPORT, assessments=(camera,)))).items()
        }
        for camera in (CAMERA, moved)
    )
    assert before == after
    assert before[OPEN_TELNET.id] == {"uri": "devices/mac-44-19-b6-01-02-03/tcp/23"}


def test_what_is_accepted_is_suppressed_by_the_word_of_its_owner_and_nothing_else_is():
    told = results(EDITIONS["accepted"])
    assert told[DEFAULT_ACCOUNT.id]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "Accepted by Transport until 2027-03-31 (waivers.toml line 6): The vendor's patch is due in March.",
        }
    ]
    assert told[SHARED_KEY.id]["suppressions"][0]["status"] == "accepted"
    assert told[OPEN_TELNET.id]["suppressions"] == []


def test_a_finding_of_the_fleet_is_at_each_of_its_devices():
    shared = results(EDITIONS["whole"])[SHARED_KEY.id]
    places = [one["logicalLocations"][0]["fullyQualifiedName"] for one in shared["locations"]]
    assert tuple(places) == SHARED_KEY.devices


def test_devices_without_findings_are_artifacts_too():
    known = {one["properties"]["identity"] for one in run_of(EDITIONS["whole"])["artifacts"]}
    assert known == {assessment.device.identity for assessment in REPORT.assessments}


def test_a_scan_that_did_not_end_was_not_successful_and_says_so():
    (went,) = run_of(EDITIONS["empty and unfinished"])["invocations"]
    assert not went["executionSuccessful"]
    assert "endTimeUtc" not in went
    assert went["toolExecutionNotifications"][0]["descriptor"]["id"] == "not-ended"


def test_what_could_not_be_examined_is_notified_with_its_reason():
    (went,) = run_of(EDITIONS["whole"])["invocations"]
    said = {
        (one["descriptor"]["id"], one["message"]["text"].partition(": ")[2])
        for one in went["toolExecutionNotifications"]
    }
    assert ("not-examined", "not reached: tls-old-version: tls on 443/tcp: the device did not answer in time") in said
    assert ("check-failed", "not completed: firmware-old: a bug of ours: KeyError") in said
    assert any(kind == "left-alone" for kind, _ in said)


def test_each_result_says_how_it_stands_against_the_scan_before():
    told = results(CHANGED)
    assert told[OPEN_TELNET.id]["baselineState"] == "new"
    assert told[DEFAULT_ACCOUNT.id]["baselineState"] == "updated"
    assert MENDED.id not in told
    assert all("baselineState" in one for one in told.values())


def test_what_is_accepted_as_soon_as_it_is_found_is_new():
    edition = Edition(LIVED_WITH, diff(replace(REPORT, assessments=()), LIVED_WITH))
    assert results(edition)[DEFAULT_ACCOUNT.id]["baselineState"] == "new"


def test_what_was_not_observed_is_open_so_that_nobody_takes_it_for_fixed():
    lost = results(CHANGED)[UNOBSERVED.id]
    assert (lost["kind"], lost["level"], lost["baselineState"]) == ("open", "none", "unchanged")
    assert lost["message"]["text"].startswith("Not observed this time: ")


def test_nothing_that_a_device_says_is_a_placeholder_or_a_link():
    texts = [one["message"]["text"] for one in run_of(EDITIONS["hostile"])["results"]]
    assert texts
    for text in texts:
        assert not re.search(r"(?<!\{)\{\d+\}(?!\})", text)
        assert not re.search(r"(?<!\\)\[[^\]]*(?<!\\)\]\(", text)
