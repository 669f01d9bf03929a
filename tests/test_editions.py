"""An edition: a report with its history, and the same without its moments."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from inventory.errors import ConfigError
from inventory.model import Severity
from inventory.store import Store
from scanner.cli import run
from scanner.config import load_settings
from scanner.edition import Edition, timeless
from scanner.report import formats
from tests.riverside import NOON, REPORT


def kept(path: Path, *days: int) -> None:
    """An inventory with the same scan, so many days later each."""
    with Store.open(path, create=True) as store:
        for day in days:
            scan = replace(
                REPORT.scan,
                id=f"202611{20 + day}T120000Z-0000",
                started=NOON + timedelta(days=day),
                ended=NOON + timedelta(days=day, hours=1),
            )
            store.begin(scan, "plan")
            for assessment in REPORT.assessments:
                store.save(scan.id, assessment)
            store.finish(scan.id, scan, REPORT.fleet, REPORT.coverage)


@pytest.mark.parametrize("name", formats())
def test_two_scans_of_one_state_are_the_same_bytes_without_timestamps(name, tmp_path, capfd):
    kept(tmp_path / "inventory.db", 0, 5)
    store = ["--store", str(tmp_path / "inventory.db"), "report"]
    told = []
    for scan in ("20261120", "20261125"):
        assert run([*store, scan, "--format", name, "--no-timestamps"]) == 0
        told.append(capfd.readouterr().out)
    assert told[0] == told[1] != ""


def test_without_moments_there_is_no_past():
    told = timeless(Edition(REPORT, today=NOON.date()))
    assert (told.change, told.trend, told.today) == (None, (), None)
    assert NOON.isoformat()[:10] not in json.dumps(list(formats()["json"].render(told)))


def test_an_unknown_format_names_the_known_ones(tmp_path, capfd):
    kept(tmp_path / "inventory.db", 0)
    assert run(["--store", str(tmp_path / "inventory.db"), "report", "--format", "docx"]) == 2
    assert "there is no report format 'docx'; known: " in (said := capfd.readouterr().err)
    assert all(name in said for name in formats())


def test_the_help_lists_every_format(capfd):
    assert run(["report", "--help"]) == 0
    shown = capfd.readouterr().out
    assert all(f"{one.name} ({one.suffix})" in shown for one in formats().values())


def test_a_format_that_cannot_be_followed_in_the_configuration_is_named_with_its_line(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    Path("tocsin.toml").write_text('[night]\nformats = ["jsno"]\n')
    assert run(["devices"]) == 2
    assert (
        "tocsin.toml line 2: there is no report format 'jsno', did you mean 'json'?"
        in capfd.readouterr().err.replace("; did", ", did")
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[night]\nmax_duration = 'soon'", "line 2: max_duration must be a time such as '3h', '45m' or '90s'"),
        ("[night]\nnotify = ['password']", "line 2: notify must be an address in quotes that begins with a scheme"),
        ("[night]\nnotify_on = 'awful'", "line 2: notify_on must be one of info, low, medium, high, critical"),
        ("[night]\nnotify_details = 1", "line 2: notify_details must be true or false, not 1"),
        ("[retention]\nhistory = 0", "line 2: history must be a whole number of days from 1"),
        ("[retention]\nevidence = 800", "evidence (800 days) cannot be kept for longer than history (730)"),
    ],
)
def test_what_the_nights_cannot_follow_is_named_with_its_line(text, said, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    Path("tocsin.toml").write_text(text)
    assert run(["devices"]) == 2
    shown = capfd.readouterr().err
    assert said in shown
    assert "password" not in shown


def test_the_mildest_severity_to_tell_of_is_one_like_the_others(tmp_path):
    (tmp_path / "tocsin.toml").write_text("[night]\nnotify_on = 'info'\nnotify_details = true")
    nights = load_settings(tmp_path / "tocsin.toml").nights
    assert (nights.notify_on, nights.notify_details) == (Severity.INFO, True)


def test_a_format_is_chosen_by_the_longest_suffix():
    from scanner.report import format_for

    assert format_for(Path("night.json")).name == "json"
    with pytest.raises(ConfigError):
        format_for(Path(".json"))
