"""`tocsin devices`, `tocsin findings` and `tocsin show` as an operator types them: filters, forms, sorting, widths."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from inventory.model import Claim, Confidence, Device
from inventory.store import Store
from scanner import cli
from scanner.listing import Cell, Column, lines
from scanner.report import json as report_json
from tests.riverside import CAMERA, METER, REPORT, SCAN

ROOT = Path(__file__).parent.parent
HOSTILE = "=cmd|'/c calc'!A1\x1b[31m[link=x]\u202eREGAL"


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path, monkeypatch):
    """No test reads or writes the operator's own files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("TOCSIN_STORE", "TOCSIN_AUDIT", "TOCSIN_CONFIG", "TOCSIN_INTEL", "COLUMNS", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def store(tmp_path):
    """One night with the four devices of Riverside, and one that calls itself something hostile and has the longest address."""
    path = tmp_path / "state" / "tocsin" / "inventory.db"
    strange = Device(
        "mac:02:00:00:00:00:99",
        ("fd00:77:1234:5678:9abc:def0:1234:5678",),
        claims=(Claim("vendor", HOSTILE, Confidence.CONFIRMED, "test"),),
    )
    with Store.open(path) as store:
        store.begin(SCAN, "plan")
        for assessment in (*REPORT.assessments, replace(METER, device=strange)):
            store.save(SCAN.id, assessment)
        store.finish(SCAN.id, SCAN, REPORT.fleet, REPORT.coverage)
    return path


def run(capfd, *arguments):
    """Run it in this process: exit code, standard output, standard error."""
    code = cli.run(arguments)
    said = capfd.readouterr()
    return code, said.out, said.err


def test_a_filter_chooses_devices_and_their_number_is_said(capfd, store):
    code, out, _ = run(capfd, "devices", "kind:camera", "severity>=high")
    assert (code, out.splitlines()[-1]) == (0, "1 of 5 devices")
    assert "10.77.0.10" in out
    assert run(capfd, "devices", "-kind:camera")[1].splitlines()[-1] == "4 of 5 devices"
    assert run(capfd, "devices", "score>100")[1] == "0 of 5 devices\n"


@pytest.mark.parametrize("key", ["firmware:5", "port:80"])
def test_what_only_the_record_has_can_be_asked_for(capfd, store, key):
    assert "10.77.0.10" in run(capfd, "devices", key)[1]
    assert "10.77.0.10" not in run(capfd, "devices", f"-{key}")[1]


def test_a_word_that_is_no_filter_exits_2_with_what_was_meant(capfd, store):
    code, out, err = run(capfd, "findings", "kind:camera", "sevrity:high")
    assert (code, out) == (2, "")
    assert err == (
        "tocsin: in the filter, word 2 (sevrity:high) at column 13: there is no key 'sevrity'; did you mean 'severity'?\n"
    )


@pytest.mark.parametrize("option", ["--sort", "--columns"])
def test_a_column_that_is_none_is_refused_with_the_nearest(capfd, store, option):
    code, out, err = run(capfd, "devices", f"{option}=scroe")
    assert (code, out) == (2, "")
    assert "there is no column 'scroe'; did you mean 'score'?" in err


def test_findings_come_worst_first_and_name_their_device_and_port(capfd, store):
    code, out, _ = run(capfd, "findings")
    found = [line.split()[1] for line in out.splitlines() if re.match("[0-9a-f]{8} ", line)]
    order = ("critical", "high", "medium", "low", "info")
    assert code == 0
    assert found == sorted(found, key=order.index)
    every = sum(len(assessment.findings) for assessment in (*REPORT.assessments, METER))
    assert len(found) == every
    assert out.splitlines()[-1] == f"{every} findings"
    assert f"{CAMERA.findings[0].id[:8]}  " in out
    assert CAMERA.findings[0].title in run(capfd, "findings", "--columns", "finding", "--no-pager")[1]


@pytest.mark.parametrize("words", ["Administration in clear text", "V5.4.5", "cleartext-admin", "49152/tcp"])
def test_a_word_is_searched_for_in_all_that_a_list_can_show(capfd, store, words):
    assert "10.77.0.10 " in run(capfd, "devices", words)[1]
    assert run(capfd, "devices", words)[1].splitlines()[-1] == "1 of 5 devices"


def test_a_word_of_one_finding_does_not_list_the_others_of_its_device(capfd, store):
    assert run(capfd, "findings", "Administration in clear text")[1].splitlines()[-1].startswith("1 of ")


def test_the_site_of_an_address_is_that_of_the_configuration_in_lists_and_reports(capfd, store, tmp_path):
    settings = tmp_path / "tocsin.toml"
    settings.write_text('[[site]]\nname = "quay"\nnetworks = ["10.77.0.0/28"]\n')
    settings.chmod(0o600)
    devices = json.loads(run(capfd, "report", "--format", "json")[1])["devices"]
    assert {one["addresses"][0] for one in devices if one["context"]["site"] == "quay"} == {"10.77.0.10"}
    assert run(capfd, "devices", "site:quay")[1].splitlines()[-1] == "1 of 5 devices"


def test_a_search_finds_the_title_of_a_finding(capfd, store):
    title = CAMERA.findings[0].title
    assert CAMERA.findings[0].id[:8] in run(capfd, "findings", title.upper())[1]


def test_json_has_the_objects_of_a_report(capfd, store):
    (found,) = json.loads(run(capfd, "devices", "10.77.0.10", "--format", "json")[1])["devices"]
    whole = json.loads(run(capfd, "report", "--format", "json")[1])
    (same,) = [device for device in whole["devices"] if "10.77.0.10" in device["addresses"]]
    assert found == same | {"first_seen": found["first_seen"], "last_seen": found["last_seen"], "scans": 1}
    assert found["first_seen"] == found["last_seen"] == "2026-11-20T12:00:00+00:00"
    assert json.loads(run(capfd, "show", "10.77.0.10", "--format", "json")[1]) == found
    findings = json.loads(run(capfd, "findings", "address:10.77.0.10", "--format", "json")[1])["findings"]
    assert [one["device"] for one in findings] == [same["id"]] * len(same["findings"])
    by_id = {one["id"]: one for one in same["findings"]}
    assert all(by_id[one["id"]].items() <= one.items() for one in findings)
    assert whole["schema"] == report_json.SCHEMA


@pytest.mark.parametrize("command", [("devices",), ("findings",), ("show", "fd00:77:1234:5678:9abc:def0:1234:5678")])
def test_no_cell_of_csv_begins_a_formula_and_nothing_is_hidden(capfd, store, command):
    out = run(capfd, *command, "--format", "csv")[1]
    rows = list(csv.reader(io.StringIO(out)))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t"))]
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert command[0] == "show" or any("=cmd|" in cell for row in rows for cell in row)


def test_a_list_is_sorted_by_a_column_either_way_and_cut(capfd, store):
    def addresses(*wish):
        out = run(capfd, "devices", "--format", "csv", "--columns", "address,score", *wish)[1]
        return [(row["address"], float(row["score"])) for row in csv.DictReader(io.StringIO(out))]

    down = addresses("--sort", "score")
    assert [score for _, score in down] == sorted((score for _, score in down), reverse=True)
    assert [score for _, score in addresses("--sort=-score")] == sorted(score for _, score in down)
    assert addresses("--sort", "score", "--limit", "2") == down[:2]


@pytest.mark.parametrize("columns", ["80", "200"])
@pytest.mark.parametrize(
    "command", [("devices",), ("findings",), ("findings", "--columns", "address,device,finding,check")]
)
def test_no_row_loses_its_address_and_none_is_too_wide(capfd, store, monkeypatch, command, columns):
    monkeypatch.setenv("COLUMNS", columns)
    out = run(capfd, *command)[1]
    assert max(map(cell_len, out.splitlines())) <= int(columns)
    for address in ("10.77.0.10", "10.77.0.31"):
        assert re.search(rf"(^|\s){re.escape(address)}(\s|$)", out, re.MULTILINE), address
    if command == ("devices",):
        assert "fd00:77:1234:5678:9abc:def0:1234:5678" in out
    assert "\x1b" not in out


def colored(**environment):
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR")}
    command = [sys.executable, "-P", "-m", "scanner.cli", "devices"]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=True, env=kept | {"PYTHONPATH": str(ROOT)} | environment
    )
    return "\x1b[" in ended.stdout


def test_colour_goes_into_a_pipe_only_where_it_is_forced(store):
    assert not colored()
    assert colored(FORCE_COLOR="1")
    assert not colored(FORCE_COLOR="1", NO_COLOR="1")


TEXTS = st.text(alphabet=st.sampled_from("ab 界é-\u0301漢"), max_size=30)


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=5), st.integers(40, 120))
@example([["aaaaaa", "aaaaaa", "aaaaaaa漢漢漢漢漢漢漢漢漢"]], 40)  # no word can stay whole
def test_a_table_keeps_every_character_and_its_width(texts, width):
    columns = (Column("one", whole=True), Column("two"), Column("three", unbroken=True))
    rows = [[Cell(text) for text in row] for row in texts]
    made = "".join(lines(columns, rows, width=width, color=False))
    assert max(map(cell_len, made.splitlines())) <= width
    body = made.split("\n", 2)[2]
    for row in texts:
        for character in "".join(row).replace(" ", ""):
            assert character in body
