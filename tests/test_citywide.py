"""One report over the newest scan of every site: what is in it, what changed since the scans before, how it went, and who gets which of it."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from inventory.coverage import covered
from inventory.diff import DeviceState, FindingState
from inventory.errors import StoreError
from inventory.findings import FleetFinding
from inventory.model import Family, Level, Severity
from inventory.report import Assessment, Report, SiteScan, Traffic
from inventory.store import Store
from scanner.audiences import executive
from scanner.city import City
from scanner.citywide import newest_of_each, put_together
from scanner.cli import run
from scanner.editing import edition
from scanner.edition import Edition, Past, timeless
from scanner.options import Options
from scanner.ranking import ranked
from scanner.trend import added
from tests.audiences.riverbank import CITY, DEPARTMENTS, assessment, report
from tests.riverside import NOON

TOML = """
[city]
name = "Riverside"

[[site]]
name = "Harbour"
networks = ["10.20.0.0/22"]

[[site]]
name = "Hill"
networks = ["10.20.4.0/22"]
"""
DIFF = Path(__file__).parent.parent / "scanner/report/schema/tocsin-diff-1.schema.json"
MUSEUM = '\n[[site]]\nname = "Museum"\nnetworks = ["10.21.0.0/24"]\n'
NETWORKS = {"Harbour": "10.20.0.0/22", "Hill": "10.20.4.0/22", "Woods": "10.20.6.0/24"}
SHARED = FleetFinding(
    "1", "shared-key", Family.TLS, Severity.HIGH, "One private key", "They share a key.", "Renew it.", ("a", "b")
)


def scanned(site: str, day: int, numbers: Sequence[int], **scan: Any) -> Report:
    """A scan of that site, so many days after the first, with those devices."""
    began = NOON + timedelta(days=day, minutes=1 if site == "Hill" else 0)
    made = replace(
        report(range(1)).scan,
        **{
            "id": f"day{day}-{site.lower()}",
            "site": site,
            "networks": (NETWORKS.get(site, "10.20.0.0/16"),),
            "started": began,
            "ended": began + timedelta(hours=1),
            "vantage": "",
            "left_out": (),
            "authorised_by": f"the office of {site}",
            "notes": (f"a word of {site}",),
            "traffic": Traffic(100, 10, 1),
            **scan,
        },
    )
    devices = tuple(replace(assessment(number), when=began) for number in numbers)
    return Report(made, devices, (), covered(devices, 256))


def keep(path: Path, *reports: Report) -> None:
    with Store.open(path, create=True) as store:
        for one in reports:
            store.begin(one.scan, f"plan of {one.scan.site}")
            store.save_lot(one.scan.id, one.assessments)
            store.finish(one.scan.id, one.scan, one.fleet, one.coverage)


def together(*reports: Report, unscanned: Sequence[str] = (), city: City = CITY) -> Report:
    return put_together([ranked(one, city) for one in reports], city, lambda _: "", unscanned)


def numbers_of(found: Report) -> set[str]:
    return {one.device.addresses[0] for one in found.assessments}


@pytest.fixture
def inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two sites that were scanned on two days, in a folder with their tocsin.toml; a device moved from one to the other, and each has a new one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "240")
    (tmp_path / "tocsin.toml").write_text(TOML)
    keep(
        tmp_path / "inventory.db",
        scanned("Harbour", 0, [0, 1, 2, 3, 4]),
        scanned("Hill", 0, [10, 11, 12, 13]),
        scanned("Harbour", 1, [0, 1, 2, 3, 14]),
        scanned("Hill", 1, [10, 11, 12, 4, 15]),
    )
    return tmp_path


def tell(*arguments: str) -> int:
    return run(["--store", "inventory.db", "report", *arguments])


def test_the_newest_scan_of_each_site_is_taken_and_one_that_asked_everything_before_one_that_did_not():
    scans = [
        scanned("Hill", 4, [], ports="22").scan,
        scanned("Harbour", 3, [], ended=None).scan,
        scanned("", 3, []).scan,
        scanned("Harbour", 2, [], engine="listen").scan,
        scanned("Harbour", 1, []).scan,
        scanned("Harbour", 0, []).scan,
    ]
    found, unscanned = newest_of_each(scans, ("Harbour", "Museum", "Hill"))
    assert ([scan.id for scan in found], unscanned) == (["day1-harbour", "day4-hill"], ("Museum",))
    assert [scan.id for scan in newest_of_each(scans, ())[0]] == ["day1-harbour", "day4-hill"]
    with pytest.raises(StoreError, match="no scan is of a site"):
        newest_of_each(scans, ("Museum",))


def test_what_was_asked_and_sent_is_added_up_and_every_scan_is_named():
    whole = together(scanned("Harbour", 0, [0, 1]), scanned("Hill", 2, [4], level=Level.IDENTIFY), unscanned=["Museum"])
    scan = whole.scan
    assert (scan.site, scan.place, scan.level) == ("", "3 sites", Level.IDENTIFY)
    assert (scan.started, scan.ended) == (NOON, NOON + timedelta(days=2, hours=1, minutes=1))
    assert scan.networks == ("10.20.0.0/22", "10.20.4.0/22")
    assert scan.authorised_by == "the office of Harbour, the office of Hill"
    assert scan.traffic == Traffic(200, 20, 2)
    assert scan.notes == ("Harbour: a word of Harbour", "Hill: a word of Hill")
    assert list(map(str, scan.sites)) == [
        "Harbour: scan day0-harbour, 2026-11-20 12:00 to 13:00 UTC",
        "Hill: scan day2-hill, 2026-11-22 12:01 to 13:01 UTC",
        "Museum: no scan of it yet, so nothing of it is in these numbers",
    ]
    assert (whole.coverage.addresses, whole.coverage.alive) == (512, 3)
    assert [one.score.value for one in whole.assessments] == sorted(
        (one.score.value for one in whole.assessments), reverse=True
    )


def test_what_the_scans_have_not_in_common_is_said():
    notes = together(
        scanned("Harbour", 0, [0], intel="2026-11-01 sha256:00", vantage="gastnetz", notes=()),
        scanned("Hill", 0, [4], ports="22", ended=None, notes=()),
    ).scan.notes
    assert notes == (
        "the sites were judged by different intelligence: --rescore judges them all by today's",
        "Harbour: it was looked at from gastnetz",
        "Hill: only these ports were asked: 22",
        "Hill: the scan did not end",
    )


def test_a_part_that_did_not_end_leaves_the_whole_without_an_end():
    assert together(scanned("Harbour", 0, [0]), scanned("Hill", 0, [4], ended=None)).scan.ended is None


def test_a_device_that_moved_counts_once_where_it_was_met_last():
    whole = together(scanned("Harbour", 0, [0, 4]), scanned("Hill", 1, [4]), city=City(NOON.date()))
    assert {one.device.address: one.context.site for one in whole.assessments} == {
        "10.20.0.10": "Harbour",
        "10.20.4.14": "Hill",
    }


def with_key(number: int) -> Assessment:
    one = assessment(number)
    seen = tuple(replace(each, facts={**each.facts, "tls.spki_sha256": "ab" * 32}) for each in one.device.observations)
    return replace(one, device=replace(one.device, observations=seen))


def test_a_key_that_two_sites_share_is_found_though_neither_scan_could():
    ours, theirs = with_key(0), with_key(4)
    harbour = replace(scanned("Harbour", 0, []), assessments=(ours,))
    hill = replace(scanned("Hill", 0, []), assessments=(theirs,))
    found = [each for each in together(harbour, hill).fleet if each.check == "shared-key"]
    assert [each.devices for each in found] == [(ours.device.identity, theirs.device.identity)]


def test_where_what_devices_said_is_deleted_each_scan_has_the_word_on_what_several_have_wrong():
    harbour = replace(scanned("Harbour", 0, [0], evidence_deleted=NOON.date()), fleet=(SHARED,))
    hill = replace(scanned("Hill", 0, [4]), fleet=(replace(SHARED, devices=("b", "c")),))
    assert [each.devices for each in together(harbour, hill).fleet] == [("a", "b", "c")]


def test_what_changed_is_told_over_all_sites_and_a_device_that_moved_is_not_missing(inventory):
    options = Options(store=inventory / "inventory.db")
    with options.open_store() as store:
        parts = [ranked(store.report(name), CITY) for name in ("day1-harbour", "day1-hill")]
    told = edition(put_together(parts, CITY, lambda _: ""), CITY, options, history=True, parts=parts)
    assert told.change is not None
    states = {(change.state, change.device.address) for change in told.change.devices}
    assert {place for state, place in states if state is DeviceState.NEW} == {"10.20.0.24", "10.20.1.25"}
    assert {place for state, place in states if state is DeviceState.NOT_OBSERVED} == {"10.20.6.23"}
    new = {each.device.address for each in told.change.findings if each.state is FindingState.NEW}
    assert new == {"10.20.0.24", "10.20.1.25"}
    assert [dict(past.devices)["critical"] for past in told.trend] == [3, 4]


def test_of_a_site_that_is_scanned_for_the_first_time_nothing_is_new(inventory):
    keep(inventory / "inventory.db", scanned("Woods", 2, [20, 21]))
    options = Options(store=inventory / "inventory.db")
    with options.open_store() as store:
        parts = [ranked(store.report(name), CITY) for name in ("day1-harbour", "day1-hill", "day2-woods")]
    told = edition(put_together(parts, CITY, lambda _: ""), CITY, options, history=True, parts=parts)
    assert told.change is not None
    assert {"10.20.6.30", "10.20.0.31"} < numbers_of(told.report)
    assert {"10.20.6.30", "10.20.0.31"}.isdisjoint(each.device.address for each in told.change.findings)


def past(day: int, critical: int) -> Past:
    return Past(f"day{day}", NOON + timedelta(days=day), (("critical", critical), ("info", 1)), (("critical", 9),))


def test_the_trend_of_several_sites_begins_when_all_were_scanned_and_adds_the_last_scan_of_each():
    points = added([[past(0, 1), past(1, 2), past(4, 3)], [past(1, 10), past(2, 20)]])
    assert [(point.when - NOON).days for point in points] == [1, 2, 4]
    assert [dict(point.devices) for point in points] == [
        {"critical": 12, "info": 2},
        {"critical": 22, "info": 2},
        {"critical": 23, "info": 2},
    ]
    assert [dict(point.findings) for point in points] == [{"critical": 18}] * 3


def test_nothing_is_overdue_since_a_scan_of_another_site(inventory):
    """Harbour was scanned a hundred days before Hill: what Hill has since yesterday is not late."""
    old = [scanned("Harbour", -100, [0]), scanned("Hill", -1, [10])]
    keep(inventory / "old.db", *old, scanned("Harbour", 0, [0]), scanned("Hill", 0, [10]))
    options = Options(store=inventory / "old.db")
    with options.open_store() as store:
        parts = [ranked(store.report(name), CITY) for name in ("day0-harbour", "day0-hill")]
    told = edition(put_together(parts, CITY, lambda _: ""), CITY, options, history=True, parts=parts)
    assert told.change is not None
    assert (told.change.old.started, executive.overdue(told.change, NOON.date())) == (NOON - timedelta(days=100), 0)
    assert "Since the scans of 12 August 2026 to 19 November 2026:" in str(executive.page(told))


def test_without_moments_the_sites_stay_and_their_scans_go():
    whole = together(scanned("Harbour", 0, [0]), scanned("Hill", 0, [4]), unscanned=["Museum"])
    scan = timeless(Edition(whole)).report.scan
    assert scan.sites == (SiteScan("Harbour", "scan"), SiteScan("Hill", "scan"), SiteScan("Museum"))


@pytest.mark.parametrize("name", ["text", "md", "html", "json"])
def test_every_format_for_people_names_the_scans_and_the_sites_without_one(name, inventory, capfd):
    (inventory / "tocsin.toml").write_text(TOML + MUSEUM)
    assert tell("--all-sites", "--format", name) == 0
    said = capfd.readouterr().out
    assert all(word in said for word in ("day1-harbour", "day1-hill", "Museum"))
    assert "day0-harbour" not in said.replace("sites-", "")


def test_on_the_page_every_fact_has_one_place_beside_its_name(inventory, capfd):
    assert tell("--all-sites", "--format", "html") == 0
    about = capfd.readouterr().out.partition('id="about-head"')[2].partition("</dl>")[0]
    assert re.findall("<(dt|dd)", about) == ["dt", "dd"] * (about.count("<dt"))


def test_a_page_for_those_who_are_no_technicians_is_of_all_sites_unless_one_is_asked_for(inventory, capfd):
    assert tell("--for", "executive") == 0
    said = capfd.readouterr().out
    assert "Of the 10 devices that were found" in said
    assert "By site, worst first" in said
    assert "; site " not in said
    assert tell("--for", "executive", "--site", "Hill") == 0
    said = capfd.readouterr().out
    assert "Of the 5 devices that were found" in said
    assert "By site" not in said
    keep(inventory / "inventory.db", scanned("", 3, [0]))
    assert tell("--for", "executive") == 0
    assert "The one device that was found" in capfd.readouterr().out


def test_a_technician_gets_the_newest_scan_and_is_told_of_the_rest(inventory, capfd):
    assert tell("--format", "json") == 0
    said = capfd.readouterr()
    assert json.loads(said.out)["scan"]["id"] == "day1-hill"
    assert said.err.endswith("Harbour; `tocsin report --all-sites` of all together\n")


def test_one_site_alone_is_the_report_of_its_scan(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    keep(tmp_path / "inventory.db", scanned("Harbour", 0, [0]))
    assert tell("--all-sites", "--format", "json") == 0
    scan = json.loads(capfd.readouterr().out)["scan"]
    assert (scan["id"], scan["site"], scan["sites"]) == ("day0-harbour", "Harbour", [])


@pytest.mark.parametrize("more", [["day1"], ["--site", "Hill"]])
def test_all_sites_and_one_of_them_are_not_both_to_be_had(more, inventory, capfd):
    assert tell("--all-sites", *more) == 2
    assert "--all-sites takes the newest scan of every site" in capfd.readouterr().err


def test_a_department_has_its_devices_of_all_sites_and_no_other(inventory, capfd):
    rows = "\n".join(f"10.20.{n % 7}.{10 + n},{DEPARTMENTS[n % 3]}" for n in range(24))
    (inventory / "register.csv").write_text(f"address,department\n{rows}\n")
    (inventory / "tocsin.toml").write_text(TOML + '\n[register]\nfile = "register.csv"\n')
    assert tell("--for", "department", "--department", DEPARTMENTS[0], "--format", "json") == 0
    told = json.loads(capfd.readouterr().out)
    assert {one["addresses"][0] for one in told["devices"]} == {"10.20.0.10", "10.20.3.13", "10.20.5.22", "10.20.1.25"}
    assert {one["site"] for one in told["scan"]["sites"]} == {"Harbour", "Hill"}
    assert DEPARTMENTS[1] not in json.dumps(told)


@pytest.mark.parametrize("name", ["json", "html", "text", "csv"])
def test_under_pseudonyms_no_site_and_no_office_is_named(name, inventory, capfd):
    (inventory / "tocsin.toml").write_text(TOML + MUSEUM)
    assert tell("--all-sites", "--share-safe", "--format", name) == 0
    said = capfd.readouterr().out
    assert [
        word for word in ("Harbour", "Hill", "Museum", "10.20.", "riverbank", "SRL00", "office of") if word in said
    ] == []


def test_all_sites_are_judged_anew_together(inventory, capfd):
    assert tell("--all-sites", "--rescore", "--format", "json") == 0
    notes = json.loads(capfd.readouterr().out)["scan"]["notes"]
    assert [note.partition(":")[0] for note in notes if "judged anew" in note] == ["Harbour", "Hill"]


def diff(*arguments: str) -> int:
    return run(["--store", "inventory.db", "diff", *arguments])


def test_a_diff_over_all_sites_names_the_scans_of_each(inventory, capfd):
    keep(inventory / "inventory.db", scanned("Woods", 2, [20, 21]))
    (inventory / "tocsin.toml").write_text(TOML + MUSEUM + '\n[[site]]\nname = "Woods"\nnetworks = ["10.22.0.0/24"]\n')
    assert diff("--all-sites") == 0
    told = capfd.readouterr().out.splitlines()
    assert told[:4] == [
        "Harbour: from day0-harbour (2026-11-20 12:00) to day1-harbour (2026-11-21 12:00 UTC)",
        "Hill: from day0-hill (2026-11-20 12:01) to day1-hill (2026-11-21 12:01 UTC)",
        "Woods: day2-woods (2026-11-22 12:00 UTC) is its first scan, so nothing of it is told here",
        "Museum: no scan of it yet, so nothing of it is in these numbers",
    ]
    assert diff("--all-sites", "--format", "json", "--fail-on", "high") == 1
    record = json.loads(capfd.readouterr().out)
    jsonschema.validate(record, json.loads(DIFF.read_text()))
    assert [one["scan"] for one in record["old"]["sites"]] == ["day0-harbour", "day0-hill"]
    assert diff("--all-sites", "--share-safe", "--format", "json") == 0
    said = capfd.readouterr().out
    assert [word for word in ("Harbour", "Museum", "10.20.", "SRL00") if word in said] == []


@pytest.mark.parametrize("more", [["day0-hill"], ["--site", "Hill"], ["--since", "1d"], ["--notify", "json://x"]])
def test_a_diff_over_all_sites_is_of_the_newest_scans(more, inventory, capfd):
    assert diff("--all-sites", *more) == 2
    assert "--all-sites compares the newest scan of every site" in capfd.readouterr().err


def test_a_diff_over_sites_that_were_scanned_once_says_so(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    keep(tmp_path / "inventory.db", scanned("Harbour", 0, [0]), scanned("Hill", 0, [10]))
    assert diff("--all-sites") == 2
    assert "no site was scanned twice" in capfd.readouterr().err
