"""JUnit XML by the schema of Jenkins' xUnit plugin, and as a parser of others reads it."""

import re
import shutil
import subprocess
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import junitparser
import pytest

from inventory.findings import Outcome
from inventory.model import Status
from scanner.edition import Edition
from tests.report.told import EDITIONS, SCHEMAS, rendered
from tests.riverside import CAMERA, DEFAULT_ACCOUNT, LIVED_WITH, OPEN_TELNET, REPORT


def suites(edition: Edition) -> dict[str, Any]:
    return {suite.name: suite for suite in junitparser.JUnitXml.fromstring(rendered("junit", edition).encode())}


def cases(edition: Edition) -> dict[tuple[str, str], Any]:
    return {(case.classname, case.name): case for suite in suites(edition).values() for case in suite}


def kinds(edition: Edition) -> dict[tuple[str, str], str]:
    return {name: case.result[0]._tag if case.result else "passed" for name, case in cases(edition).items()}


@pytest.mark.parametrize("name", EDITIONS)
def test_it_follows_the_schema_of_jenkins(name, tmp_path):
    if shutil.which("xmllint") is None:
        pytest.skip("xmllint is not installed (apt: libxml2-utils)")
    (tmp_path / "report.xml").write_text(rendered("junit", EDITIONS[name]))
    words = ["xmllint", "--nonet", "--noout", "--schema", str(SCHEMAS / "junit-10.xsd"), str(tmp_path / "report.xml")]
    assert subprocess.run(words, capture_output=True, text=True, check=False).stderr.endswith(" validates\n")


@pytest.mark.parametrize("name", EDITIONS)
def test_the_numbers_that_it_states_are_those_of_its_cases(name):
    root = ElementTree.fromstring(rendered("junit", EDITIONS[name]))
    for suite in root.iter("testsuite"):
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[attribute]) == len(list(suite.iter(tag))), (suite.attrib["name"], tag)
        assert int(suite.attrib["tests"]) == len(list(suite.iter("testcase")))
    assert int(root.attrib["tests"]) == len(list(root.iter("testcase")))


def test_each_outcome_is_what_it_is():
    told = kinds(EDITIONS["whole"])
    camera, meter = "tocsin.mac:44:19:b6:01:02:03", "tocsin.mac:00:11:22:33:44:55"
    assert told[camera, "cleartext-administration"] == "failure"
    assert told[camera, "tls-old-version"] == "skipped"
    assert told["tocsin.serial:MESH1", "tls-old-version"] == "passed"
    assert told[meter, "firmware-old"] == "error"
    assert told[meter, "left-alone"] == "error"


def test_what_was_not_reached_is_an_error_with_its_reason_and_never_passed():
    (error,) = cases(EDITIONS["whole"])["tocsin.mac:00:11:22:33:44:55", "tls-old-version"].result
    assert (error.type, error.message) == ("unreached", "unreached: tls on 443/tcp: the device did not answer in time")


def test_a_failure_says_what_where_how_bad_and_what_to_do():
    (failure,) = cases(EDITIONS["whole"])["tocsin.mac:44:19:b6:01:02:03", "cleartext-administration"].result
    assert failure.type == "high"
    assert failure.message.startswith("high: Administration in clear text: Telnet asks for a login")
    assert "at 10.77.0.10:23/tcp" in failure.text
    assert "Fix: Switch Telnet off." in failure.text


def test_what_is_accepted_is_skipped_by_whose_word():
    (skipped,) = cases(EDITIONS["accepted"])["tocsin.mac:44:19:b6:01:02:03", "default-credentials"].result
    assert isinstance(skipped, junitparser.Skipped)
    assert skipped.message.startswith("Accepted by Transport until 2027-03-31 (waivers.toml line 6): ")
    (shared,) = cases(EDITIONS["accepted"])["tocsin.fleet", "shared-key"].result
    assert isinstance(shared, junitparser.Skipped)


def test_a_check_of_which_some_is_accepted_fails_by_the_rest():
    accepted = next(one for one in LIVED_WITH.assessments if one.device == CAMERA.device).accepted[0]
    assert accepted.id == DEFAULT_ACCOUNT.id
    outcome = Outcome("default-credentials", Status.FOUND, "", (accepted, replace(OPEN_TELNET, id="0" * 16)))
    camera = replace(CAMERA, outcomes=(outcome,))
    ((found),) = cases(Edition(replace(REPORT, assessments=(camera,))))[
        "tocsin.mac:44:19:b6:01:02:03", "default-credentials"
    ].result
    assert isinstance(found, junitparser.Failure)
    assert "and 1 more" not in found.message
    assert found.text.index("Administration in clear text") < found.text.index("Accepted by Transport")


def test_a_scan_that_did_not_end_is_an_error():
    assert kinds(EDITIONS["empty and unfinished"]) == {("tocsin.scan", "scan-ended"): "error"}
    assert kinds(EDITIONS["whole"])["tocsin.scan", "scan-ended"] == "passed"


def test_every_device_is_a_suite_with_findings_or_without():
    assert {suite.hostname for suite in suites(EDITIONS["whole"]).values() if suite.hostname} == {
        assessment.device.address for assessment in REPORT.assessments
    }


def test_no_device_begins_a_line():
    telnet = replace(OPEN_TELNET, detail="so\ndone: 0 devices", evidence="login:\ndone: 0 devices")
    camera = replace(CAMERA, outcomes=(Outcome("cleartext-administration", Status.FOUND, "", (telnet,)),))
    told = rendered("junit", Edition(replace(REPORT, assessments=(camera,))))
    assert told.count("done: 0 devices") == 3
    assert not re.search("^done", told, re.MULTILINE)


def test_a_class_has_one_full_stop_because_jenkins_reads_packages_by_them():
    assert all(re.fullmatch(r"tocsin\.[^.]+", place) for place, _ in cases(EDITIONS["hostile"]))
