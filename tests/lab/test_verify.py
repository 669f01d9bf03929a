"""`tocsin-lab verify`: a report is held against the truth, and the devices are asked what was done to them."""

import asyncio
import copy
import ipaddress
import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lab import running
from lab.cli import main
from lab.control import Desk, answering
from lab.fake import Log
from lab.plan import Plan
from lab.services.http import Http, page
from lab.services.printing import Printing
from lab.truth import truth
from tests.lab.test_truth import perfect

STARTED, DURING, ENDED, AFTER = (f"2026-11-21T2{hour}:00:00+00:00" for hour in range(4))
FIGURES = """\
findings  recall 1.000 (55 of 55), precision 1.000 (55 of 55 reported)
identity  vendor 16 of 16, model 15 of 15, kind 16 of 16, firmware 5 of 5, serial 5 of 5, mac 16 of 16
harm      none, doubts none (16 devices asked)
verdict   passed, against {truth}
"""
QUIET: dict[str, Any] = {
    "connections": 3,
    "harms": [],
    "dead": False,
    "restarts": 0,
    "changes": [],
}


class Files:
    """A perfect report of the centre, its truth and what its devices tell, in files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        report, self.truth = perfect()
        self.report = copy.deepcopy(report)
        self.report["scan"] |= {"started": STARTED, "ended": ENDED}
        self.log: dict[str, dict[str, Any]] = {device["name"]: {**QUIET} for device in self.truth["devices"]}
        self.faults: list[str] = []

    def verify(self, *options: str) -> Result:
        record = {"harms": [], "log": self.log, "faults": self.faults}
        for name, value in (("report", self.report), ("truth", self.truth), ("record", record)):
            (self.folder / f"{name}.json").write_text(json.dumps(value))
        words = [word.replace("{}", str(self.folder)) for word in options]
        return CliRunner().invoke(main, ["verify", f"{self.folder}/report.json", *words])


FROM_FILES = ("--truth", "{}/truth.json", "--record", "{}/record.json")


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return Files(tmp_path)


def test_a_true_report_of_a_scan_that_hurt_nobody_passes(files):
    said = files.verify(*FROM_FILES)
    assert (said.exit_code, said.stdout) == (0, FIGURES.format(truth=f"{files.folder}/truth.json"))


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ({"harms": ["a page was printed"] * 3}, "harm      hp_printer: a page was printed (3 times)"),
        ({"dead": True}, "harm      hp_printer: it is dead, and answers nobody until somebody turns it off and on"),
        ({"restarts": 2}, "harm      hp_printer: it restarted 2 times"),
        (
            {"changes": [{"when": DURING, "client": "10.77.0.1:5", "setting": "password"}]},
            f"doubt     hp_printer: its password was changed by 10.77.0.1:5 at {DURING}, while the scan ran",
        ),
    ],
)
def test_a_true_report_fails_where_a_device_fared_ill(files, what, line):
    files.log["hp_printer"] |= what
    said = files.verify(*FROM_FILES)
    assert (said.exit_code, said.stdout.splitlines()[0]) == (1, line)
    assert "recall 1.000" in said.stdout


def test_a_device_without_a_log_and_a_fault_of_the_lab_are_doubts_that_fail(files):
    del files.log["hp_printer"]
    files.faults = ["hp_printer port 80: Traceback (most recent call last):\n  File\nValueError: 7"]
    said = files.verify(*FROM_FILES)
    assert said.exit_code == 1
    assert said.stdout.splitlines()[:2] == [
        "doubt     hp_printer: no log, so nobody knows what was done to it",
        "doubt     a fault of the lab itself: hp_printer port 80: Traceback (most recent call last): … ValueError: 7",
    ]


@pytest.mark.parametrize("when", ["2026-11-21T19:59:59+00:00", AFTER])
def test_what_was_set_before_or_after_the_scan_is_nothing_against_it(files, when):
    files.log["hp_printer"]["changes"] = [{"when": when, "client": "10.77.0.9:5", "setting": "password"}]
    said = files.verify(*FROM_FILES)
    assert said.exit_code == 0
    assert ("1 settings were changed since the scan" in said.stdout) == (when == AFTER)


def test_a_scan_that_has_no_end_lasts_until_now(files):
    files.report["scan"]["ended"] = None
    files.log["hp_printer"]["changes"] = [{"when": AFTER, "client": "", "setting": "password"}]
    assert "was changed by the lab at" in files.verify(*FROM_FILES).stdout


def test_what_is_wrong_stands_worst_first(files):
    files.log["hp_printer"]["harms"] = ["a page was printed"]
    del files.log["axis_camera"]
    files.report["devices"][0]["findings"].pop()
    files.report["devices"][0]["serial"] = "4711"
    said = files.verify(*FROM_FILES)
    assert [line[:8].rstrip() for line in said.stdout.splitlines()[:4]] == ["harm", "doubt", "report", "report"]
    assert "missing: 10.77.0.10 firmware-old 49152/tcp" in said.stdout.splitlines()[2]
    assert "a device was harmed; it is in doubt whether one was; the report differs from the truth" in said.stdout


def test_a_verdict_without_any_record_is_no_success_unless_that_is_asked_for(files):
    unasked, meant = files.verify("--truth", "{}/truth.json"), files.verify("--truth", "{}/truth.json", "--no-record")
    assert (unasked.exit_code, meant.exit_code) == (1, 0)
    assert "harm      not checked: --truth names a file that holds no record" in unasked.stdout
    assert "harm      not checked: as --no-record asks" in meant.stdout


def test_where_no_city_is_up_the_usual_one_is_meant_and_harm_is_said_to_be_unchecked(files):
    said = files.verify()
    assert said.exit_code == 1
    assert "recall 1.000 (55 of 55)" in said.stdout
    assert "harm      not checked: no city is up whose network holds the report's addresses" in said.stdout


def test_what_up_printed_from_its_first_line_to_its_last_is_truth_and_record(files):
    first = {"mode": "namespace", "truth": files.truth}
    last = {"harms": [], "log": files.log, "faults": []}
    (files.folder / "said.json").write_text(f"{json.dumps(first)}\n{json.dumps(last)}\n")
    assert files.verify("--truth", "{}/said.json").exit_code == 0


def test_a_folder_with_a_record_for_each_device_is_one_record(files):
    (files.folder / "records").mkdir()
    for name, log in files.log.items():
        one = {"harms": [], "log": {name: log}, "faults": []}
        (files.folder / "records" / f"{name}.json").write_text(json.dumps(one))
    wish = ("--truth", "{}/truth.json", "--record", "{}/records")
    assert files.verify(*wish).exit_code == 0
    (files.folder / "records" / "hp_printer.json").unlink()
    assert "hp_printer: no log" in files.verify(*wish).stdout


def test_a_program_reads_the_same_as_json(files):
    files.log["hp_printer"]["harms"] = ["a page was printed"]
    said = json.loads(files.verify(*FROM_FILES, "--json").stdout)
    assert (said["passed"], said["recall"], said["expected"]) == (False, 1.0, 55)
    assert said["identity"]["mac"] == {"stated": 16, "right": 16}
    assert said["harm"]["harms"] == ["hp_printer: a page was printed"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "its schema is None, not 'tocsin-report/1'"),
        ('{"schema": "tocsin-report/2"}', "its schema is 'tocsin-report/2', not 'tocsin-report/1'"),
        ("[]", "is no JSON object: it is a list"),
        ("no JSON", "is no JSON object"),
        ("[" * 100_000, "is no JSON object"),
        ('{"schema": "tocsin-report/1"}', "names no devices"),
        ('{"schema": "tocsin-report/1", "devices": 7}', "names no devices"),
        ('{"schema": "tocsin-report/1", "devices": [{"addresses": ["\\u001b[2J"]}]}', "names no devices"),
        ('{"schema": "tocsin-report/1", "devices": [{"addresses": ["10.77.0.10"]}]}', "is no report of schema"),
        (
            '{"schema": "tocsin-report/1", "devices": [{"addresses": ["10.77.0.10"], "findings": [{"port": 1e999}]}]}',
            "is no report of schema",
        ),
    ],
)
def test_what_is_no_report_is_refused_in_a_sentence(files, text, said):
    path = files.folder / "junk.json"
    path.write_text(text)
    told = CliRunner().invoke(main, ["verify", str(path)])
    assert told.exit_code == 2
    assert said in told.output
    assert "\x1b" not in told.output


def test_a_file_that_is_no_text_or_larger_than_any_report_is_refused(files):
    path = files.folder / "junk.json"
    path.write_bytes(b"\xff\xfe\x00")
    assert "it is not UTF-8" in CliRunner().invoke(main, ["verify", str(path)]).output
    os.truncate(path, 2**31)
    told = CliRunner().invoke(main, ["verify", str(path)])
    assert (told.exit_code, "has 2048 MiB, more than the 1024 that are read" in told.output) == (2, True)


def test_nothing_in_a_report_or_a_record_is_obeyed_by_the_terminal(files):
    files.report["devices"][0]["findings"].append({"check": "\x1b]0;x\x07\u202e", "port": 1, "transport": "\x9b31m"})
    files.log["hp_printer"]["harms"] = ["\x1b[2Jnothing\nharm      none"]
    said = files.verify(*FROM_FILES).stdout
    assert "\\x1b]0;x\\x07\\u202e 1/\\x9b31m" in said
    assert "hp_printer: \\x1b[2Jnothing\\nharm      none" in said
    assert {one for one in said if not one.isprintable()} == {"\n"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--truth", "{}/report.json", "--record", "{}/record.json"), "report.json no truth"),
        (("--record", "{}/report.json"), "is no record of what was done to devices"),
        (("--record", "{}/empty"), "holds no record"),
        (("--record", "{}/record.json", "--no-record"), "opposites"),
        (("--city", "10.77.0.0/24", "--truth", "{}/truth.json"), "choose one"),
        (("--record", "{}/elsewhere.json"), "does not exist"),
    ],
)
def test_a_wrong_wish_is_refused_in_a_sentence(files, options, said):
    (files.folder / "empty").mkdir()
    told = files.verify(*options)
    assert told.exit_code == 2
    assert said in told.output


def test_a_record_of_another_shape_is_refused_in_a_sentence(files):
    files.log["hp_printer"] = {"harms": 7}
    told = files.verify(*FROM_FILES)
    assert (told.exit_code, "these are no records of what was done" in told.output) == (2, True)


def test_a_city_that_is_not_up_is_named_with_those_that_are(files):
    told = files.verify("--city", "10.78.0.0/24")
    assert (told.exit_code, told.stderr) == (1, "Error: no city is up: bring one up with tocsin-lab up\n")


async def test_the_city_that_is_up_is_asked_for_its_truth_and_its_record(build, files):
    house = await build(Http(port=8080, pages=(("/", page("Gate 1")),)), Printing(port=9100))
    (placed,) = house.city.placed
    plan = Plan(ipaddress.IPv4Network(f"{house.address}/24", strict=False), "", (placed,))
    device = truth(plan, macs=False)["devices"][0]
    files.report["devices"] = [{**device, "id": "house", "firmware": None}]

    async def verified():
        return await asyncio.to_thread(files.verify)

    with running.noted() as file:
        note = running.complete(file, (), mode="loopback", network=str(plan.network))
        async with answering(note, Desk(house.city, plan, macs=False)):
            unhurt = await verified()
            await house.talk(8080, b"PUT / HTTP/1.0\r\n\r\n")
            hurt = await verified()
    assert (unhurt.exit_code, hurt.exit_code) == (0, 1)
    assert hurt.stdout.startswith("harm      house: an HTTP PUT to port 8080\n")
    assert f"against {plan.network} (process {os.getpid()}, since " in unhurt.stdout


def test_the_truth_is_written_whole_or_not_at_all(tmp_path):
    file = tmp_path / "truth.json"
    written = CliRunner().invoke(main, ["truth", "--only", "hp_printer", "-o", str(file)])
    assert (written.exit_code, written.stdout) == (0, "")
    assert json.loads(file.read_text())["devices"][0]["name"] == "hp_printer"
    refused = CliRunner().invoke(main, ["truth", "-o", str(tmp_path / "nowhere" / "truth.json")])
    assert (refused.exit_code, "cannot write" in refused.output) == (1, True)
    assert CliRunner().invoke(main, ["truth", "--only", "hp_prnter", "-o", str(file)]).exit_code == 2
    assert [one.name for one in tmp_path.iterdir()] == ["truth.json"]


def test_the_truth_of_a_city_that_is_up_is_not_that_of_other_options(files):
    told = CliRunner().invoke(main, ["truth", "--running", "--devices", "3"])
    assert (told.exit_code, "mean a city that is up" in told.output) == (2, True)


def test_a_log_has_all_that_a_verdict_reads():
    assert {*QUIET} <= {field.name for field in fields(Log)}
