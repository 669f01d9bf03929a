"""What is said of an unfinished scan that a new one does not go on with."""

from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from inventory.model import Level
from inventory.report import Scan
from inventory.store import Store
from scanner.cli import tocsin
from scanner.left_behind import left_behind, why_left
from tests.riverside import NOON, SCAN

LEFT = replace(SCAN, id="left", ended=None, site="north", networks=("10.77.0.0/24",), level=Level.IDENTIFY)
NEW = replace(LEFT, id="new", started=NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"networks": ("10.77.1.0/24",)}, "question: networks 10.77.0.0/24, now 10.77.1.0/24"),
        ({"networks": ("10.77.0.0/24", "10.78.0.0/24")}, "question: now also networks 10.78.0.0/24"),
        (
            {"networks": tuple(f"10.77.{n}.0/24" for n in range(6))},
            "now also networks 10.77.1.0/24, 10.77.2.0/24, 10.77.3.0/24 and 2 more",
        ),
        ({"networks": ()}, "question: no longer networks 10.77.0.0/24"),
        ({"level": Level.LOGIN}, "another question: level identify, now login"),
        ({"ports": "22,80", "engine": "nmap"}, "ports all, now 22,80; engine builtin, now nmap"),
        ({"vantage": "office"}, "vantage none, now office"),
        ({"version": "9.0.0"}, f"made by Tocsin {SCAN.version}, and this is 9.0.0"),
        ({}, "other ports, checks or questions about TLS"),
    ],
)
def test_it_is_named_with_what_differs(change, why):
    new = replace(NEW, **change)
    assert left_behind(new, (LEFT,)) is LEFT
    told = why_left(new, LEFT)
    assert told.startswith("the unfinished scan left of 2026-")
    assert "(`tocsin report left`) is left as it is and a new one is begun, because it " in told
    assert told.endswith(why)
    assert "\n" not in told


@pytest.mark.parametrize(
    "last",
    [
        replace(LEFT, id="ended", ended=NOON),
        replace(NEW),
        replace(LEFT, site="south"),
        replace(LEFT, site="", networks=("10.99.0.0/24",)),
        replace(LEFT, engine="listen"),
    ],
    ids=["ended", "itself", "another site", "other addresses", "only heard"],
)
def test_what_ended_or_was_elsewhere_is_none(last):
    assert left_behind(NEW, (last,)) is None


def test_only_the_last_scan_of_a_place_counts():
    newer = replace(LEFT, id="newer", ended=NOON, started=NOON)
    assert left_behind(NEW, (newer, LEFT)) is None


@pytest.mark.parametrize("networks", [("10.77.0.5",), ("10.77.0.250-10.77.1.7",), ("cam.example (10.77.0.9)",)])
def test_a_scan_without_a_site_is_known_by_its_addresses(networks):
    nowhere: Scan = replace(NEW, site="", networks=networks)
    assert left_behind(nowhere, (LEFT,)) is LEFT


def test_resume_says_which_scan_it_does_not_go_on_with(tmp_path):
    store = tmp_path / "kept.db"
    with Store.open(store) as kept:
        kept.begin(replace(LEFT, site="", networks=("127.99.0.0/30",)), "another plan")
    before = (
        "--store",
        str(store),
        "--audit",
        str(tmp_path / "audit.jsonl"),
        "--config",
        str(tmp_path / "tocsin.toml"),
    )
    (tmp_path / "tocsin.toml").touch()
    asked = ("scan", "127.99.0.1", "--ports", "1", "--authorised-by", "test", "--pace", "lab", "--resume", "--quiet")
    ended = CliRunner().invoke(tocsin, [*before, *asked])
    assert ended.exit_code == 0, ended.output
    assert ended.stderr.startswith("note: the unfinished scan left of 2026-")
    assert "networks 127.99.0.0/30, now 127.99.0.1; ports all, now 1" in ended.stderr
    again = CliRunner().invoke(tocsin, [*before, *asked])
    assert again.stderr == "note: there is no interrupted scan of this question; this one begins anew\n"
