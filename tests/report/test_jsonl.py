"""JSON lines: of a report by their schema, and of a scan as it goes on."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from inventory.errors import ConfigError
from inventory.report import Coverage, Report
from scanner.city import City
from scanner.edition import Edition
from scanner.events import Assessed, Noted, Started
from scanner.report import format_named, jsonl
from scanner.report import json as report_json
from scanner.streaming import Streaming
from tests.conftest import LOOPBACK, city, scanning
from tests.riverside import CAMERA, GATEWAY, LIVED_WITH, METER, NOON, RECORDER, REPORT

FOLDER = Path(jsonl.__file__).parent / "schema"
SCHEMA, WHOLE = (json.loads((FOLDER / f"tocsin-{name}-1.schema.json").read_text()) for name in ("lines", "report"))
VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA,
    registry=Registry().with_resource(WHOLE["$id"], Resource.from_contents(WHOLE)),
    format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
)
EMPTY = Report(replace(REPORT.scan, ended=None), (), (), Coverage())
BEGUN = replace(REPORT.scan, ended=None)
NOWHERE = City(NOON.date())
QUICK = (f"{LOOPBACK}.12", f"{LOOPBACK}.29", "--ports", "80,443", "--checks", "tls", "--checks", "firmware")


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def rendered(report: Report) -> list[dict[str, Any]]:
    return lines("".join(jsonl.render(Edition(report))))


@pytest.mark.parametrize("report", [REPORT, LIVED_WITH, EMPTY], ids=["full", "accepted", "empty and unfinished"])
def test_every_line_follows_the_schema(report):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for line in rendered(report):
        VALIDATOR.validate(line)


@pytest.mark.parametrize("key", ["type", "score", "findings"])
def test_the_schema_refuses_a_line_that_lacks_a_key(key):
    line = rendered(REPORT)[1]
    del line[key]
    assert not VALIDATOR.is_valid(line)


def test_the_scan_comes_first_then_the_devices_worst_first_then_the_fleet_and_the_coverage_last():
    assert [line["type"] for line in rendered(REPORT)] == ["scan", *["device"] * 4, "fleet", "coverage"]
    assert [line["type"] for line in rendered(EMPTY)] == ["scan", "coverage"]


def test_the_lines_have_what_the_json_report_has():
    first, *devices, fleet, last = rendered(LIVED_WITH)
    whole = json.loads("".join(report_json.render(Edition(LIVED_WITH))))
    assert [{**whole["scan"]} | device for device in devices] == [
        {**whole["scan"]} | device | {"type": "device"} for device in whole["devices"]
    ]
    assert [fleet] == [{**finding, "type": "fleet"} for finding in whole["fleet"]]
    assert {**first, **last}.items() >= {**whole["scan"], **whole["coverage"]}.items()
    assert {key: last[key] for key in ("quarantined", "register", "standards")} == {
        key: whole[key] for key in ("quarantined", "register", "standards")
    }


@contextmanager
def a_pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Standard output as a pipe; the end to read from."""
    out, into = os.pipe()
    with os.fdopen(out, encoding="utf-8") as reader, os.fdopen(into, "w", encoding="utf-8") as writer:
        monkeypatch.setattr("sys.stdout", writer)
        yield reader


def test_a_device_is_told_before_the_next_one_is_judged(monkeypatch):
    with a_pipe(monkeypatch) as reader, Streaming(format_named("jsonl"), BEGUN, NOWHERE) as telling:
        telling(Started(254, 20, "builtin engine"))
        assert json.loads(reader.readline())["type"] == "scan"
        for assessment in (GATEWAY, CAMERA):
            telling(Assessed(assessment))
            telling(Noted("something else"))
            assert json.loads(reader.readline())["id"] == assessment.device.identity


def test_a_reader_that_does_not_read_holds_up_nothing(monkeypatch):
    with a_pipe(monkeypatch) as reader:
        with Streaming(format_named("jsonl"), BEGUN, NOWHERE) as telling:
            for number in range(100):  # far more than a pipe holds
                telling(Assessed(replace(CAMERA, device=replace(CAMERA.device, identity=f"serial:{number}"))))
            found = [json.loads(reader.readline())["id"] for _ in range(100)]
        assert found == [f"serial:{number}" for number in range(100)]


def test_the_end_tells_only_what_was_not_told_and_what_is_one_device_with_another():
    stream = jsonl.Stream(BEGUN)
    told = [stream.device(assessment) for assessment in REPORT.ranked]
    assert len(told) == 4
    joined = replace(RECORDER, device=replace(RECORDER.device, addresses=("10.77.0.31", "10.77.0.22")))
    later = replace(REPORT, assessments=(CAMERA, joined, GATEWAY))
    *left, last = lines("".join(stream.end(later)))
    assert [(line["type"], line["id"]) for line in left] == [
        ("device", RECORDER.device.identity),
        ("fleet", REPORT.fleet[0].id),
    ]
    assert last["replaced"] == [METER.device.identity]
    assert last["ended"] == "2026-11-20T12:01:30+00:00"


def test_what_standard_output_refuses_is_an_error_only_at_the_end(monkeypatch):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr("sys.stdout", full)
        with Streaming(format_named("jsonl"), BEGUN, NOWHERE) as telling:
            telling(Started(254, 20, "builtin engine"))
            telling(Assessed(CAMERA))
        with pytest.raises(ConfigError, match="cannot write to standard output: No space left on device"):
            telling.end(Edition(REPORT))
        monkeypatch.undo()


def test_a_scan_goes_on_without_its_reader_and_is_kept(tmp_path):
    with city("--mode", "loopback", "--only", "axis_camera,hp_printer") as described:
        command = scanning(described, tmp_path, *QUICK, "--format", "jsonl", "--quiet")
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            assert run.stdout is not None
            assert run.stderr is not None
            assert json.loads(run.stdout.readline())["type"] == "scan"
            run.stdout.close()
            said = run.stderr.read().decode()
        report = json.loads((tmp_path / "report.json").read_text())
        again = subprocess.run([*command, "--fresh"], check=False, capture_output=True, stdin=subprocess.DEVNULL)
    assert (run.returncode in (0, 1, 3), said) == (True, "")
    assert report["scan"]["ended"]
    whole = lines(again.stdout.decode())
    for line in whole:
        VALIDATOR.validate(line)
    told = {line["id"]: line for line in whole if line["type"] == "device" and line["id"] not in whole[-1]["replaced"]}
    assert {name: line["score"] for name, line in told.items()} == {d["id"]: d["score"] for d in report["devices"]}
    assert len(told) == 2
