"""Every state in which a device or a finding can stand, as `tocsin diff` tells it of what three nights left in an inventory: in text and in JSON."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from inventory.diff import DeviceChange, DeviceState, Diff, FindingChange, FindingState, FleetChange, diff
from inventory.findings import Finding, Outcome, renamed
from inventory.model import Claim, Confidence, Device, Severity, Status
from inventory.report import Assessment, Scan
from inventory.store import Store
from scanner.cli import run
from scanner.diff_json import render
from scanner.edition import Edition
from scanner.exits import Exit
from scanner.report import formats
from tests.ports import free_port
from tests.riverside import CAMERA, DEFAULT_ACCOUNT, METER, NOON, OPEN_TELNET, REPORT, SHARED_KEY, SILENCED

SCHEMA = json.loads(
    (Path(__file__).parent.parent / "scanner/report/schema/tocsin-diff-1.schema.json").read_text(encoding="utf-8")
)
OTHERS = tuple(outcome for outcome in CAMERA.outcomes if outcome.check == "tls-old-version")
CLOSED = replace(CAMERA.device, open_ports=CAMERA.device.open_ports[1:])
MOVED = replace(CAMERA.device, addresses=("10.77.0.99",))
STATED = replace(
    CAMERA.device,
    identity="serial:hikvision:42",
    claims=(*CAMERA.device.claims, Claim("serial", "42", Confidence.CONFIRMED, "x")),
)


def camera(*findings: Finding, device: Device = CAMERA.device) -> Assessment:
    """The camera with these findings, whose two checks ran."""
    checks = ("cleartext-administration", "default-credentials")
    outcomes = []
    for check in checks:
        mine = tuple(renamed(f, device.identity) for f in findings if f.check == check)
        outcomes.append(Outcome(check, Status.FOUND if mine else Status.PASSED, "" if mine else "it is well", mine))
    return replace(CAMERA, device=device, outcomes=(*outcomes, *OTHERS))


@dataclass
class Nights:
    """An inventory, a scan a night, whose waivers and configuration lie beside it."""

    folder: Path

    def night(self, day: int, *assessments: Assessment, shared: bool = False, **changes: Any) -> Scan:
        start = NOON + timedelta(days=day)
        ended = replace(REPORT.scan, id=f"night-{day}", started=start, ended=start + timedelta(hours=1), **changes)
        with Store.open(self.folder / "inventory.db") as store:
            store.begin(replace(ended, ended=None), "plan")
            for assessment in assessments:
                store.save(ended.id, replace(assessment, when=start))
            store.finish(ended.id, ended, (SHARED_KEY,) if shared else (), REPORT.coverage)
        return ended

    def diff(self, *words: str) -> int:
        return run(["--store", str(self.folder / "inventory.db"), "diff", *words])


@pytest.fixture
def nights(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "240")
    return Nights(tmp_path)


@pytest.fixture
def told(nights, capfd):
    """What the diff of the newest scan and the one before it says: its text, and its JSON, which follows the schema."""

    def tell(*words: str) -> tuple[str, dict[str, Any]]:
        assert nights.diff(*words) == Exit.CLEAN
        text = capfd.readouterr().out
        assert nights.diff(*words, "--format", "json") == Exit.CLEAN
        record = json.loads(capfd.readouterr().out)
        checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
        jsonschema.Draft202012Validator(SCHEMA, format_checker=checker).validate(record)
        return text, record

    return tell


def of(record: dict[str, Any], finding: Finding = DEFAULT_ACCOUNT) -> tuple[str, str]:
    """The state of a finding, and why."""
    (one,) = (each for each in record["findings"] if each["check"] == finding.check)
    return one["state"], one["reason"]


def devices(record: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["state"], each["addresses"][0]) for each in record["devices"]]


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_new(nights, told):
    nights.night(0, METER)
    nights.night(1, METER, camera(DEFAULT_ACCOUNT))
    text, record = told()
    assert "Findings: new (1)\n   critical  10.77.0.10 80/tcp A documented default account opens the device" in text
    assert "Devices: new (1)\n   10.77.0.10  Hikvision DS-2CD2142FWD-I camera" in text
    assert of(record) == ("new", "")
    assert devices(record) == [("new", "10.77.0.10")]


def test_fixed(nights, told):
    nights.night(0, camera(DEFAULT_ACCOUNT))
    nights.night(1, camera())
    text, record = told()
    assert "Findings: fixed (1)" in text
    assert of(record) == ("fixed", "it is well")


def test_changed(nights, told):
    nights.night(0, camera(OPEN_TELNET))
    nights.night(1, camera(replace(OPEN_TELNET, severity=Severity.CRITICAL), device=CLOSED))
    text, record = told()
    assert "critical  10.77.0.10 23/tcp Administration in clear text (was high)" in text
    assert "Devices: changed (1)" in text
    assert "23/tcp no longer answers" in text
    assert of(record, OPEN_TELNET)[0] == "changed severity"
    (finding,) = record["findings"]
    assert (finding["was"], finding["counted_as"], finding["counts_as"]) == ("high", "high", "critical")
    assert record["devices"][0]["changes"] == ["23/tcp no longer answers"]


def test_what_was_moved_from_another_site_is_no_news_and_what_it_has_since_then_is(nights, told):
    nights.night(0, camera(DEFAULT_ACCOUNT), networks=("10.78.0.0/24",))
    nights.night(1, METER)
    nights.night(2, METER, camera(DEFAULT_ACCOUNT, OPEN_TELNET, device=MOVED))
    text, record = told()
    assert devices(record) == [("seen again", "10.77.0.99")]
    assert "seen last on 2026-11-20\n      moved: 10.77.0.10 → 10.77.0.99" in text
    assert (of(record)[0], of(record, OPEN_TELNET)[0]) == ("seen again", "new")


def test_a_device_of_another_site_that_was_scanned_since_is_new_here(nights, told):
    nights.night(0, METER)
    nights.night(1, METER, camera(DEFAULT_ACCOUNT))
    nights.night(2, camera(DEFAULT_ACCOUNT), networks=("10.78.0.0/24",))
    assert devices(told("night-0", "night-1")[1]) == [("new", "10.77.0.10")]


def test_of_several_sites_the_newest_is_told_and_each_can_be_named(nights, capfd):
    for day in (0, 1):
        nights.night(day * 2, camera(), site="pumps", networks=("10.77.0.0/24",))
        nights.night(day * 2 + 1, METER, site="lamps", networks=("10.78.0.0/24",))
    assert nights.diff() == Exit.CLEAN
    told = capfd.readouterr()
    assert told.out.splitlines()[0].endswith("to night-3 (2026-11-23 12:00 UTC), lamps")
    assert (
        told.err
        == "this is the site that was scanned last; `tocsin diff --site NAME` tells of the others: pumps; `tocsin diff --all-sites` of all together\n"
    )
    assert nights.diff("--site", "pumps") == Exit.CLEAN
    told = capfd.readouterr()
    assert told.out.splitlines()[0].endswith("to night-2 (2026-11-22 12:00 UTC), pumps")
    assert told.err == ""
    report = ["--store", str(nights.folder / "inventory.db"), "report", "--for", "executive"]
    assert run(report) == Exit.CLEAN
    told = capfd.readouterr()
    assert "None of the 2 devices" in told.out
    assert told.err == ""
    assert run([*report, "--site", "pumps"]) == Exit.CLEAN
    assert "Only the site pumps was looked at" in capfd.readouterr().out
    assert nights.diff("--site", "pump") == nights.diff("night-0", "--site", "pumps") == Exit.USAGE
    err = capfd.readouterr().err
    assert "no scan of a site 'pump'; the sites that were scanned: lamps, pumps" in err
    assert "either --site or scans" in err


def test_moved_is_neither_new_nor_gone(nights, told):
    nights.night(0, camera(DEFAULT_ACCOUNT))
    nights.night(1, camera(DEFAULT_ACCOUNT, device=MOVED))
    text, record = told()
    assert "moved: 10.77.0.10 → 10.77.0.99" in text
    assert devices(record) == [("changed", "10.77.0.99")]
    assert of(record) == ("still there", "")


def test_regressed(nights, told):
    nights.night(0, camera(DEFAULT_ACCOUNT))
    nights.night(1, camera())
    nights.night(2, camera(DEFAULT_ACCOUNT))
    text, record = told()
    assert "Findings: regressed (1)" in text
    assert "it was fixed on 2026-11-21: it is well" in text
    assert of(record) == ("regressed", "it was fixed on 2026-11-21: it is well")


def test_regressed_though_the_device_was_off_in_between(nights, told):
    nights.night(0, camera(DEFAULT_ACCOUNT))
    nights.night(1, camera())
    nights.night(2, METER)
    nights.night(3, METER, camera(DEFAULT_ACCOUNT))
    _, record = told()
    assert of(record) == ("regressed", "it was fixed on 2026-11-21: it is well")
    assert devices(record) == [("seen again", "10.77.0.10")]


def test_seen_again(nights, told):
    nights.night(0, camera(DEFAULT_ACCOUNT))
    nights.night(1, METER)
    nights.night(2, METER, camera(DEFAULT_ACCOUNT, OPEN_TELNET, device=MOVED))
    text, record = told()
    assert "Devices: seen again (1)" in text
    assert "seen last on 2026-11-20" in text
    assert "moved: 10.77.0.10 → 10.77.0.99" in text
    assert "Findings: seen again (1)" in text
    assert of(record) == ("seen again", "")
    assert of(record, OPEN_TELNET) == ("new", "")


def test_a_check_that_could_not_run_for_a_night_makes_nothing_new(nights, told):
    unreached = replace(camera(), outcomes=(Outcome("default-credentials", Status.UNREACHED, "it was busy"),))
    nights.night(0, camera(DEFAULT_ACCOUNT))
    nights.night(1, unreached)
    nights.night(2, camera(DEFAULT_ACCOUNT))
    assert of(told()[1]) == ("seen again", "")


def test_not_observed(nights, told):
    nights.night(0, METER, camera(DEFAULT_ACCOUNT))
    nights.night(1, METER)
    text, record = told()
    assert "Findings: not observed (1)" in text
    assert of(record) == ("not observed", "the device was not seen")
    assert devices(record) == [("not observed", "10.77.0.10")]


def test_not_observed_by_a_scan_that_did_not_end(nights, told):
    nights.night(0, METER, camera(DEFAULT_ACCOUNT))
    with Store.open(nights.folder / "inventory.db") as store:
        begun = replace(REPORT.scan, id="night-1", started=NOON + timedelta(days=1), ended=None)
        store.begin(begun, "plan")
        store.save(begun.id, METER)
    text, record = told("night-0", "night-1")
    assert "The newer scan did not end: what it had not reached yet is not observed." in text
    assert of(record) == ("not observed", "the device was not seen: the scan did not end")


@pytest.mark.parametrize(
    "now",
    [{"left_out": ("10.77.0.9-10.77.0.20",)}, {"networks": ("10.77.0.128/25",)}, {"networks": ("10.77.0.22",)}],
)
def test_out_of_scope(nights, told, now):
    nights.night(0, METER, camera(DEFAULT_ACCOUNT))
    nights.night(1, METER, **now)
    text, record = told("night-0", "night-1")
    why = "10.77.0.10 is not among the addresses that the newer scan may ask"
    assert "Findings: out of scope (1)" in text
    assert f"Devices: out of scope (1)\n   10.77.0.10  Hikvision DS-2CD2142FWD-I camera\n      {why}" in text
    assert of(record) == ("out of scope", why)
    assert ("out of scope", "10.77.0.10") in devices(record)


def test_quarantined(nights, told):
    nights.night(0, METER)
    nights.night(1, SILENCED)
    text, record = told()
    assert "Devices: quarantined (1)" in text
    assert devices(record) == [("quarantined", "10.77.0.22")]


def test_accepted_and_no_longer(nights, told):
    waivers = nights.folder / "waivers.toml"
    nights.night(0, camera(DEFAULT_ACCOUNT))
    nights.night(1, camera(DEFAULT_ACCOUNT))
    entry = '[[waiver]]\nfinding = "{}"\nowner = "CISO"\nreason = "it is planned"\nuntil = {}\naccepted = {}\n'
    waivers.write_text(entry.format(DEFAULT_ACCOUNT.id, (datetime.now(UTC) + timedelta(30)).date(), "2026-11-21"))
    assert of(told()[1])[0] == "accepted"
    waivers.write_text(entry.format(DEFAULT_ACCOUNT.id, "2026-11-20", "2026-11-01"))
    text, record = told()
    assert "Findings: no longer accepted (1)" in text
    assert of(record)[0] == "no longer accepted"


def test_a_device_that_states_no_serial_number_any_more_is_met_again_by_its_mac_address(nights, told):
    nights.night(0, camera(DEFAULT_ACCOUNT, OPEN_TELNET, device=STATED))
    nights.night(1, camera(DEFAULT_ACCOUNT))
    text, record = told()
    assert "known by: serial:hikvision:42 → mac:44:19:b6:01:02:03" in text
    assert devices(record) == [("changed", "10.77.0.10")]
    assert of(record) == ("still there", "")
    (mended,) = (each for each in record["findings"] if each["state"] == "fixed")
    assert mended["id"] == renamed(OPEN_TELNET, STATED.identity).id


def test_two_devices_of_one_mac_address_are_not_taken_for_one_another(nights, told):
    other = replace(STATED, identity="serial:hikvision:43", addresses=("10.77.0.11",))
    nights.night(0, camera(DEFAULT_ACCOUNT, device=STATED), camera(device=other))
    nights.night(1, camera(DEFAULT_ACCOUNT))
    assert ("new", "10.77.0.10") in devices(told()[1])


def test_what_several_share_is_regressed_or_seen_again_too(nights, told):
    members = [replace(camera(), device=replace(CAMERA.device, identity=name)) for name in SHARED_KEY.devices]
    members = [replace(m, device=replace(m.device, addresses=(f"10.77.0.{n}",))) for n, m in enumerate(members, 40)]
    nights.night(0, *members, shared=True)
    nights.night(1, members[0])
    nights.night(2, *members, shared=True)
    assert told()[1]["fleet"][0]["state"] == "seen again"
    nights.night(3, *members)
    nights.night(4, *members, shared=True)
    (shared,) = told()[1]["fleet"]
    assert (shared["state"], shared["reason"]) == (
        "regressed",
        "it was fixed on 2026-11-23: every device was examined and none shares it",
    )


def test_what_else_than_the_devices_is_different_is_said(nights, told):
    nights.night(0, METER)
    nights.night(
        1, METER, intel="2026-11-22 sha256:beefbeefbeef", policy="city 12345678", ports="22,80", version="0.2.0"
    )
    text, record = told()
    assert (
        "They were judged by different intelligence: 2026-11-21 sha256:01234567, then 2026-11-22 sha256:beefbeef;"
        in text
    )
    assert [caution.partition(":")[0] for caution in record["cautions"]] == [
        "they were judged by different intelligence",
        "they were judged by different policies",
        "they asked different ports",
        "they were made by different versions of Tocsin",
    ]


def test_every_format_that_tells_of_the_scan_before_knows_every_state():
    devices = tuple(DeviceChange(state, METER.device, (f"it is {state}",)) for state in DeviceState)
    changes = {
        state: FindingChange(state, CAMERA.device, replace(DEFAULT_ACCOUNT, id=f"{number:016}"), "so it is")
        for number, state in enumerate(FindingState)
    }
    gone = (FindingState.FIXED, FindingState.NOT_OBSERVED, FindingState.OUT_OF_SCOPE)
    there = tuple(change.finding for state, change in changes.items() if state not in gone)
    report = replace(REPORT, assessments=(camera(*there),))
    shared = tuple(FleetChange(state, SHARED_KEY) for state in FindingState)
    edition = Edition(report, Diff(REPORT.scan, REPORT.scan, devices, tuple(changes.values()), shared))
    history = [one for one in formats().values() if one.history]
    assert {"md", "sarif"} <= {one.name for one in history}
    for one in history:
        assert "".join(one.render(edition))


def test_nothing_that_a_device_says_reaches_the_terminal_or_breaks_the_json(nights, told):
    siren = replace(DEFAULT_ACCOUNT, title="\x1b]0;owned\x07</script>\u202e")
    nights.night(0, METER)
    nights.night(1, METER, camera(siren))
    text, record = told()
    assert not set("\x1b\x07\u202e") & set(text)
    assert record["findings"][0]["title"] == "\\x1b]0;owned\\x07</script>\\u202e"


def test_the_exit_code_says_whether_something_got_worse(nights):
    nights.night(0, METER)
    nights.night(1, METER, camera(OPEN_TELNET))
    assert nights.diff("--fail-on", "high") == Exit.FINDINGS
    assert nights.diff("--fail-on", "critical") == Exit.CLEAN
    nights.night(2, METER, camera(OPEN_TELNET))
    assert nights.diff("--fail-on", "info") == Exit.CLEAN
    assert nights.diff() == Exit.CLEAN


def test_it_is_written_to_a_file_whole_or_not_at_all(nights, capfd):
    nights.night(0, METER)
    nights.night(1, camera(OPEN_TELNET))
    assert nights.diff("-o", "change.json") == Exit.CLEAN
    assert json.loads(Path("change.json").read_text())["counts"]["findings"] == {"new": 1}
    assert nights.diff("-o", "change.txt") == Exit.USAGE
    assert "a diff is written to a file as .json, which change.txt is not" in capfd.readouterr().err
    assert nights.diff("-o", "nowhere/change.json") == Exit.USAGE
    assert "cannot write" in capfd.readouterr().err


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A webhook and what it was told."""
    got: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=partial(server.serve_forever, 0.01), daemon=True).start()
        yield f"json://127.0.0.1:{server.server_port}", got
        server.shutdown()


def test_who_is_to_be_notified_is_told_of_each_night_s_news_once(nights, hook, capfd):
    pytest.importorskip("apprise", reason="apprise is not installed: pip install 'tocsin[notify]'")
    url, got = hook
    nights.night(0, METER, camera(OPEN_TELNET))
    assert nights.diff("--notify", url) == Exit.CLEAN
    assert "the first scan of its networks" in capfd.readouterr().out
    for day in (1, 2):
        nights.night(day, METER, camera(OPEN_TELNET, DEFAULT_ACCOUNT))
        assert nights.diff("--notify", url) == Exit.CLEAN
    nights.night(3, METER)
    nights.night(4, METER, camera(OPEN_TELNET, DEFAULT_ACCOUNT))
    assert nights.diff("--notify", url) == Exit.CLEAN
    assert [each["title"] for each in got] == [
        "[Tocsin] traffic-north: first look: 1 high on 2 devices",
        "[Tocsin] traffic-north: 1 new critical",
    ]
    assert "10.77.0.10" not in got[1]["message"]


def test_the_city_may_have_its_devices_named_in_notices(nights, hook):
    pytest.importorskip("apprise", reason="apprise is not installed: pip install 'tocsin[notify]'")
    url, got = hook
    Path("tocsin.toml").write_text(
        "[city]\nname = 'Riverside'\n[night]\nnotify_details = true\nnotify_on = 'critical'\n"
    )
    nights.night(0, METER)
    nights.night(1, METER, camera(OPEN_TELNET, DEFAULT_ACCOUNT))
    assert nights.diff("--notify", url) == Exit.CLEAN
    assert got[0]["title"] == "[Tocsin] Riverside/traffic-north: 1 new critical"
    assert "new device: camera Hikvision DS-2CD2142FWD-I at 10.77.0.10 80/tcp" in got[0]["message"]


def test_nobody_is_notified_of_what_an_old_scan_saw(nights, hook, capfd):
    pytest.importorskip("apprise", reason="apprise is not installed: pip install 'tocsin[notify]'")
    url, got = hook
    for day in range(3):
        nights.night(day, METER)
    assert nights.diff("night-0", "night-1", "--notify", url) == Exit.USAGE
    assert "--notify tells of the newest scan: night-2 is newer than night-1" in capfd.readouterr().err
    assert got == []


def test_who_cannot_be_notified_is_said_and_the_diff_is_told_all_the_same(nights, monkeypatch, capfd):
    pytest.importorskip("apprise", reason="apprise is not installed: pip install 'tocsin[notify]'")
    monkeypatch.setattr("scanner.notices.PAUSES", (0.0, 0.0))
    nights.night(0, METER)
    nights.night(1, METER, camera(OPEN_TELNET))
    assert nights.diff("--notify", f"json://user:s3cret@127.0.0.1:{free_port()}") == Exit.INCOMPLETE
    said = capfd.readouterr()
    assert "Findings: new (1)" in said.out
    assert "was not sent, in 3 tries" in said.err
    assert "s3cret" not in said.err


def test_what_devices_said_makes_no_difference(nights):
    nights.night(0, camera(DEFAULT_ACCOUNT), METER, shared=True)
    nights.night(1, camera(OPEN_TELNET, device=replace(MOVED, open_ports=CLOSED.open_ports)))
    with Store.open(nights.folder / "inventory.db") as store:
        whole, bare = ([store.report(f"night-{day}", said=said) for day in (0, 1)] for said in (True, False))
    assert any(one.device.observations for report in whole for one in report.assessments)
    assert not any(one.device.observations for report in bare for one in report.assessments)
    assert list(render(diff(bare[0], bare[1]))) == list(render(diff(whole[0], whole[1])))
