"""The table: read again by the csv module and by LibreOffice, and no cell of it a formula."""

import csv
import io
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest

from inventory.model import Claim, Confidence
from inventory.report import Coverage, Report
from scanner.edition import Edition
from scanner.report import csv as report_csv
from scanner.spreadsheet import guarded, row
from tests.golden_files import assert_golden
from tests.riverside import GATEWAY, HOSTILE, LIVED_WITH, METER, REPORT

EMPTY = Report(replace(REPORT.scan, ended=None), (), (), Coverage())
FORMULAS = (
    "=cmd|'/C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", '"=1+1', "'=1+1", ' " =1+1', "“=1+1", "a;=1+1", '";@SUM(A1)',
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "−1+1",  # as a device would write them
)  # fmt: skip


def rendered(report: Report) -> str:
    return "".join(report_csv.render(Edition(report)))


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rendered(report)), strict=True))


def calling_itself(said: str) -> Report:
    """A report of one device that has such a model."""
    device = replace(METER.device, claims=(Claim("model", said, Confidence.LIKELY, "junk"),))
    return replace(REPORT, assessments=(replace(METER, device=device),), fleet=())


def test_the_whole_table_is_as_it_was():
    assert_golden("riverside.csv", rendered(LIVED_WITH))


def test_its_columns_are_the_documented_ones_and_there_is_a_row_for_each_finding_and_each_device_without_any():
    found = rows(REPORT)
    assert list(found[0]) == list(report_csv.COLUMNS)
    findings = [finding.id for assessment in REPORT.ranked for finding in assessment.findings]
    assert [one["finding"] for one in found] == [*findings, "", "", REPORT.fleet[0].id]


def test_a_device_without_findings_is_not_called_healthy_by_silence():
    silent = replace(METER, quarantine=None)
    decoy = replace(GATEWAY, device=replace(GATEWAY.device, untrusted="it opens every port"))
    states = [rows(replace(REPORT, assessments=(one,), fleet=()))[0]["state"] for one in (GATEWAY, silent, decoy)]
    assert states == ["nothing found", "nothing found, but 2 checks could not judge", "not believed"]
    assert [one["state"] for one in rows(REPORT) if one["address"] == "10.77.0.22"] == ["in quarantine"]


def test_what_is_accepted_says_so_with_who_until_when_and_why():
    (one,) = [one for one in rows(LIVED_WITH) if one["check"] == "default-credentials"]
    assert (one["state"], one["accepted_by"], one["accepted_until"]) == ("accepted", "Transport", "2027-03-31")
    assert [one["state"] for one in rows(LIVED_WITH) if one["check"] == "shared-key"] == ["accepted"]


def test_a_finding_of_several_devices_names_them():
    assert rows(REPORT)[-1]["addresses"] == "10.77.0.10 10.77.0.31"


def test_an_empty_scan_is_a_head_alone():
    assert rendered(EMPTY) == ",".join(report_csv.COLUMNS) + "\n"


@pytest.mark.parametrize("said", FORMULAS)
def test_nothing_that_a_device_says_is_a_formula(said):
    (one,) = rows(calling_itself(said))
    plain = one["model"].lstrip(" \"“'")
    assert "'" in one["model"][: len(one["model"]) - len(plain)] or ";'" in one["model"]
    assert not one["model"].startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("said", ["DS-2CD2142FWD-I", "a=b", "1+1", "me@city", "x; y", "Smart - UPS"])
def test_what_is_no_formula_stays_as_it_is(said):
    assert guarded(said) == said


def test_a_cell_with_quotes_commas_and_lines_is_one_cell_on_one_line():
    line = row(('say "hi", then\r\nleave', 1.5, ""))
    assert line == '"say ""hi"", then leave",1.5,\n'
    assert HOSTILE not in line


def test_libreoffice_shows_the_same_cells(tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("soffice is not installed (libreoffice-calc-nogui)")
    hostile = calling_itself('=HYPERLINK("http://192.0.2.1/";"x")')
    report = replace(LIVED_WITH, assessments=(*LIVED_WITH.assessments, *hostile.assessments))
    (tmp_path / "report.csv").write_text(rendered(report), encoding="utf-8")
    # Comma, quotes, UTF-8, from line 1, any type, language of the system, quoted text as it stands: no; numbers that look special: no.
    read_as = "CSV:44,34,76,1,,0,false,false,false"
    place = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, place, "--headless", f"--infilter={read_as}", "--convert-to", "xlsx", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "report.csv")], check=True, capture_output=True, timeout=120)
    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx").worksheets[0]
    assert {cell.data_type for line in sheet.iter_rows() for cell in line} == {"s", "n", "d"}
    assert [[shown(cell.value) for cell in line] for line in sheet.iter_rows()] == [
        [shown(cell) for cell in line] for line in csv.reader(io.StringIO(rendered(report)))
    ]


def shown(value: object) -> str | float:
    """A cell as both have it: a score has no noughts at its end, and a day is a day."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    text = "" if value is None else str(value)
    return float(text) if text.replace(".", "", 1).isdecimal() else text
