"""What `tocsin reach` shows of an inventory: the matrix, one kind, one device, and the files."""

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checks.policy import Policy, Rule
from inventory.model import Device
from scanner.reach_matrix import Cell, by_kind, entries, entry_of, in_words
from scanner.reach_page import as_csv, as_json, matrix, of_device, of_kind
from scanner.terminal import printed
from tests.golden_files import assert_golden
from tests.riverside import HOSTILE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def city(nights, seen):
    """Five controllers, two cameras and something unknown; the guests reach a controller and a camera, the partner was asked of half of them."""
    plcs = [seen(f"mac:00:80:f4:00:00:0{n}", f"10.0.0.{n}", 80, 502, kind="plc") for n in range(1, 5)]
    plcs.append(seen("serial:x:7", "10.0.0.9", 102, kind="plc"))
    cameras = [seen(f"mac:44:19:b6:00:00:0{n}", f"10.0.0.{n}", 80, 554, kind="camera") for n in (12, 20)]
    nights.look("office", "10.0.0.0/24", *plcs, *cameras, seen("address:10.0.0.30", "10.0.0.30", 22), days=2)
    nights.look("partner", "10.0.0.0/29", seen("address:10.0.0.2", "10.0.0.2", 502), days=1)
    nights.look(
        "guest-wifi",
        "10.0.0.0/24",
        seen("serial:x:7", "10.0.0.9", 102, kind="plc"),
        seen("address:10.0.0.12", "10.0.0.12", 80),
    )
    return nights


def text(parts, width=100):
    return printed(*parts, width=width, color=False)


@pytest.mark.parametrize("width", [80, 140])
def test_the_matrix_is_as_it_was(city, width):
    reached = city.reached()
    assert_golden(f"reach-{width}.txt", text(matrix(entries(reached), reached), width))


def test_control_equipment_stands_first_and_the_widest_place_too(city):
    reached = city.reached()
    rows = {kind: [str(cell) for cell in cells] for kind, _, cells in by_kind(entries(reached), reached.vantages)}
    assert [vantage.name for vantage in reached.vantages] == ["guest-wifi", "partner", "office"]
    assert list(rows) == ["plc", "camera", "unidentified"]
    assert rows["plc"] == ["1 of 5, forbidden", "1 of 4, 1 not asked", "5 of 5"]
    assert rows["camera"] == ["1 of 2", "not asked", "2 of 2"]
    assert rows["unidentified"] == ["none of 1", "not asked", "1 of 1"]


def test_a_cell_counts_what_is_forbidden_where_it_is_not_all():
    assert str(Cell(known=12, asked=12, reached=3, forbidden=1)) == "3 of 12, 1 forbidden"
    assert str(Cell(known=12, asked=0, reached=0, forbidden=0)) == "not asked"
    assert str(Cell(known=12, asked=7, reached=0, forbidden=0)) == "none of 7, 5 not asked"


def test_places_that_only_the_policy_or_only_a_scan_names_are_told(nights, seen):
    nights.look("library", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80))
    reached = nights.reached()
    shown = text(matrix(entries(reached), reached), 140)
    assert "no scan of the last 30 days looked from office, partner, guest-wifi, which the policy names" in shown
    assert "the policy knows no vantage library: who may stand there is not said" in shown


def test_the_devices_of_a_kind_are_told_with_their_ports(city):
    reached = city.reached()
    plcs = [entry for entry in entries(reached) if entry.kind == "plc"]
    assert [[in_words(entry, v.name) for v in reached.vantages] for entry in plcs][1::3] == [
        ["not reached", "tcp/502", "tcp/80 tcp/502"],
        ["tcp/102, forbidden", "not asked", "tcp/102"],
    ]
    shown = text(of_kind(plcs, reached))
    assert "10.0.0.9  tcp/102, forbidden" in shown
    assert "recognised by the address alone" in shown


def test_a_device_is_shown_place_by_place(city):
    reached = city.reached()
    record = next(
        a.device for a in city.store.report(city.store.scans()[-1].id).assessments if a.device.address == "10.0.0.2"
    )
    entry = entry_of(record, reached)
    from_partner = Device("address:10.0.0.2", ("10.0.0.2",), open_ports=record.open_ports[1:])
    lines = text(of_device(record, entry, {"partner": [from_partner]}, reached)).splitlines()
    assert lines[:2] == ["10.0.0.2  plc", "mac:00:80:f4:00:00:02"]
    assert (
        "guest-wifi (open): asked on 2026-11-20 02:00 (scan 20261120T0200-guest-wifi-2), and no port answered" in lines
    )
    at = next(n for n, line in enumerate(lines) if line.startswith("partner (controlled): reached on 2026-11-20 02:00"))
    assert lines[at + 1 : at + 3] == [
        "   10.0.0.2:502/tcp",
        "   recognised by its address alone; from there it goes by address:10.0.0.2",
    ]


def test_a_rule_that_names_vantages_forbids_all_others(city):
    class Ruled(Policy):
        def rule_for(self, device: Device) -> Rule | None:
            return (
                Rule(kind="camera", reach=("office",), place="policy.toml line 3")
                if device.fact("kind") == "camera"
                else None
            )

    reached = city.reached(Ruled(name="policy.toml"))
    rows = {kind: [str(cell) for cell in cells] for kind, _, cells in by_kind(entries(reached), reached.vantages)}
    assert rows["camera"] == ["1 of 2, forbidden", "2 of 2", "not asked"]
    assert rows["plc"][0] == "1 of 5"


def test_what_a_device_says_reaches_neither_terminal_nor_file_as_it_is(nights, seen):
    nights.look("office", "10.0.0.0/24", seen(f"serial:-:{HOSTILE}", "10.0.0.1", 80, kind=HOSTILE))
    nights.look("partner", "10.0.0.0/24", seen("=cmd|' /C calc'!A0", "10.0.0.2", 80, kind="=1+1"))
    reached = nights.reached()
    of = entries(reached)
    for shown in (text(matrix(of, reached)), text(of_kind(of, reached)), as_json(of, reached), as_csv(of, reached)):
        assert not set(shown) & {"\x1b", "\x07", "\u202e", "\u200b", "\x9b"}
    rows = list(csv.reader(io.StringIO(as_csv(of, reached))))
    assert ["10.0.0.2", "'=cmd|' /C calc'!A0", "'=1+1"] in [row[:3] for row in rows]


def test_the_files_tell_every_device_and_place(city):
    reached = city.reached()
    document = json.loads(as_json(entries(reached), reached))
    assert document["schema"] == "tocsin-reach/1"
    assert [(v["name"], v["exposure"]) for v in document["vantages"]] == [
        ("guest-wifi", "open"),
        ("partner", "controlled"),
        ("office", "small"),
    ]
    (controller,) = [device for device in document["devices"] if device["id"] == "serial:x:7"]
    assert controller["from"]["guest-wifi"]["state"] == "reached"
    assert controller["from"]["guest-wifi"]["ports"] == ["tcp/102"]
    assert "anyone may stand at guest-wifi" in controller["from"]["guest-wifi"]["forbidden"]
    assert controller["from"]["partner"] == {
        "state": "not asked",
        "ports": [],
        "forbidden": "",
        "by_address": False,
        "scans": [],
    }
    lines = as_csv(entries(reached), reached).splitlines()
    assert len(lines) == 1 + 8 * 3
    assert lines[0] == "address,device,kind,vantage,exposure,state,ports,forbidden"


@pytest.fixture
def program(city, tmp_path):
    """The program over that inventory, moved to today, since it goes by the clock."""
    store = city.store
    shift = datetime.now(UTC) - datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    for scan in store.scans():
        assert scan.ended is not None
        moved = replace(scan, started=scan.started + shift, ended=scan.ended + shift - timedelta(minutes=5))
        store.begin(moved, "plan")
        report = store.report(scan.id)
        store.finish(scan.id, moved, (), report.coverage)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "scanner.cli", "--store", str(tmp_path / "inventory.db"), *words]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "120"}
        return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)

    return run


def test_the_command_draws_the_matrix_and_a_device_and_writes_files(program, tmp_path):
    drawn = program("reach")
    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert drawn.stdout.startswith("From where can what be reached")
    shown = program("reach", "10.0.0.9").stdout
    assert shown.startswith("10.0.0.9  plc\nserial:x:7")
    assert "   10.0.0.9:102/tcp" in shown
    assert program("reach", "-o", "reach.json", "-o", "reach.csv").stdout == ""
    assert json.loads((tmp_path / "reach.json").read_text())["devices"]
    assert (tmp_path / "reach.csv").read_text().startswith("address,")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "plcs"), "no device of the kind 'plcs' was seen lately; did you mean 'plc'?"),
        (("-o", "reach.pdf"), "its suffix must be one of .json, .csv"),
        (("-o", "nowhere/reach.csv"), "nowhere/reach.csv: No such file or directory"),
        (("10.0.0.9", "--kind", "plc"), "DEVICE is shown by itself"),
        (("10.9.9.9",), "no device '10.9.9.9'"),
    ],
)
def test_what_cannot_be_shown_is_said_in_a_sentence(program, words, said):
    ended = program("reach", *words)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_where_nobody_named_a_place_it_is_said_how_to(nights, seen, tmp_path):
    nights.look("", "10.0.0.0/24", seen("mac:1", "10.0.0.1", 80))
    command = [sys.executable, "-P", "-m", "scanner.cli", "--store", str(tmp_path / "inventory.db"), "reach"]
    ended = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "140"},
        cwd=tmp_path,
        check=False,
    )
    assert ended.returncode == 0
    assert "`tocsin scan --vantage NAME`" in ended.stdout
