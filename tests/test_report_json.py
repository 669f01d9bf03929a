import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from inventory.ages import Clue, FirmwareAge
from inventory.errors import ConfigError
from inventory.model import Confidence, Observation
from inventory.report import Coverage, Report
from inventory.text import visible
from scanner.edition import Edition
from scanner.report import format_for
from scanner.report import json as report_json
from tests.golden_files import assert_golden
from tests.riverside import CAMERA, CAMERA_WEB, LIVED_WITH, NOON, REPORT

FOLDER = Path(report_json.__file__).parent
SCHEMA = json.loads((FOLDER / "schema" / "tocsin-report-1.schema.json").read_text())
EMPTY = Report(replace(REPORT.scan, ended=None), (), (), Coverage())


def rendered(report: Report) -> str:
    return "".join(report_json.render(Edition(report)))


def parsed(report: Report) -> Any:
    return json.loads(rendered(report))


def test_the_whole_report_is_as_it_was():
    assert_golden("riverside.json", rendered(REPORT))


def test_what_is_accepted_and_which_waivers_to_look_at_are_told_as_they_were():
    document = parsed(LIVED_WITH)
    told = {
        "waivers": document["scan"]["waivers"],
        "accepted": [f for device in document["devices"] for f in device["findings"] if f["accepted"]],
        "fleet": document["fleet"],
        "scores": {device["id"]: device["score"] for device in document["devices"]},
    }
    assert_golden("riverside-accepted.json", json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("report", [REPORT, LIVED_WITH, EMPTY], ids=["full", "accepted", "empty and unfinished"])
def test_a_report_follows_the_schema(report):
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    assert list(validator.iter_errors(parsed(report))) == []


def declared(part: Any) -> set[str]:
    """Every key that the schema names, wherever."""
    if not part:
        return set()
    keys = set(part.get("properties", {}))
    for below in (*part.get("properties", {}).values(), *part.get("$defs", {}).values(), part.get("items", {})):
        keys |= declared(below)
    return keys


def written(part: Any) -> set[str]:
    if isinstance(part, dict):
        return {key for key in part if "." not in key}.union(*map(written, part.values()))
    return set().union(*map(written, part)) if isinstance(part, list) else set()


def test_the_schema_names_every_key_that_is_written():
    assert written(parsed(REPORT)) | written(parsed(LIVED_WITH)) == declared(SCHEMA)


@pytest.mark.parametrize("key", ["score", "findings", "firmware"])
def test_the_schema_refuses_a_device_that_lacks_a_key(key):
    document = parsed(REPORT)
    del document["devices"][0][key]
    with pytest.raises(jsonschema.ValidationError, match=f"'{key}' is a required property"):
        jsonschema.validate(document, SCHEMA)


def test_the_schema_lets_keys_be_added():
    document = parsed(REPORT)
    document["devices"][0]["owner"] = "Transport"
    jsonschema.validate(document, SCHEMA)


def test_devices_and_findings_come_worst_first():
    document = parsed(replace(REPORT, assessments=REPORT.assessments[::-1]))
    assert [device["score"] for device in document["devices"]] == [98.8, 90.0, 0.0, 0.0]
    assert [finding["severity"] for finding in document["devices"][0]["findings"]] == ["critical", "high", "medium"]
    assert document == parsed(REPORT)


def test_a_score_that_is_no_number_is_null():
    nameless = replace(CAMERA, score=replace(CAMERA.score, value=math.nan), firmware=FirmwareAge())
    (device,) = parsed(replace(REPORT, assessments=(nameless,)))["devices"]
    assert device["score"] is None
    assert device["firmware"]["not_before"] is None


def test_the_age_of_the_firmware_comes_with_each_clue_and_with_the_age_of_its_code():
    clues = (
        Clue("component", "boa 0.94.13", date(2002, 7, 23), None, Confidence.CONFIRMED, CAMERA_WEB),
        Clue("stated-date", "1970-01-01", date(1970, 1, 1), date(1970, 1, 1), set_aside="a \x1b[2J reason"),
    )
    dated = replace(CAMERA, firmware=FirmwareAge(date(2002, 7, 23), None, Confidence.LIKELY, clues, date(2002, 7, 23)))
    document = parsed(replace(REPORT, assessments=(dated,)))
    jsonschema.validate(document, SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    assert document["devices"][0]["firmware"] == {
        "version": "V5.4.5",
        "date": "2017-01-24",
        "not_before": "2002-07-23",
        "not_after": None,
        "confidence": "likely",
        "code": "2002-07-23",
        "clues": [
            {
                "method": "component",
                "detail": "boa 0.94.13",
                "not_before": "2002-07-23",
                "not_after": None,
                "confidence": "confirmed",
                "endpoint": "10.77.0.10:80/tcp",
                "set_aside": "",
            },
            {
                "method": "stated-date",
                "detail": "1970-01-01",
                "not_before": "1970-01-01",
                "not_after": "1970-01-01",
                "confidence": "inferred",
                "endpoint": None,
                "set_aside": "a \\x1b[2J reason",
            },
        ],
    }


@pytest.mark.parametrize(("key", "value"), [("set_aside", None), ("not_after", "last summer"), ("confidence", "sure")])
def test_the_schema_refuses_a_clue_that_says_it_otherwise(key, value):
    document = parsed(REPORT)
    document["devices"][0]["firmware"]["clues"][0][key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def test_a_recognised_component_is_the_service_s_product():
    services = parsed(REPORT)["devices"][0]["services"]
    web = next(service for service in services if service["port"] == 80)
    assert (web["product"], web["version"]) == ("DVRDVS-Webs", "2.0")
    assert web["facts"]["http.headers"] == ["Server", "WWW-Authenticate"]


def test_an_open_port_that_said_nothing_is_a_service_of_no_protocol():
    services = parsed(REPORT)["devices"][0]["services"]
    assert next(s for s in services if s["port"] == 554) == {
        "address": "10.77.0.10",
        "transport": "tcp",
        "port": 554,
        "protocol": None,
        "product": None,
        "version": None,
        "facts": {},
    }


def test_nothing_hidden_and_nothing_a_terminal_obeys_is_in_it():
    text = rendered(REPORT)
    assert text == visible(text, len(text))
    assert "\\\\x1b]0;owned" in text
    assert all(len(f["evidence"]) <= 512 for device in parsed(REPORT)["devices"] for f in device["findings"])


def test_a_fact_that_is_no_number_of_json_is_null():
    seen = Observation(CAMERA_WEB, "http", {"http.age": math.inf}, b"", NOON)
    odd = replace(CAMERA, device=replace(CAMERA.device, observations=(seen,)))
    services = parsed(replace(REPORT, assessments=(odd,)))["devices"][0]["services"]
    assert next(service["facts"] for service in services if service["protocol"]) == {"http.age": None}


def test_the_suffix_names_the_format():
    assert format_for(Path("night.json")).render is report_json.render
    assert "".join(format_for(Path("night.txt")).render(Edition(REPORT))).startswith("Tocsin")


@pytest.mark.parametrize("suffix", [".docx", ""])
def test_an_unknown_suffix_names_the_known_ones(suffix):
    with pytest.raises(ConfigError, match=r"known: .*\.json.*\.txt"):
        format_for(Path(f"night{suffix}"))
