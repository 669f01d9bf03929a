"""What may come between in a night: another night, a signal, a folder or a disk that cannot be written, a site that may not be scanned."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import run
from tests.conftest import city
from tests.nights.listener import listening
from tests.nights.process import Running, integrity
from tests.nights.small_disk import SmallDisk
from tests.nights.town import DEVICES, Town, clock, findings, site

METER = site("meters", ["flowbird_meter"])


@pytest.fixture(scope="module")
def described():
    with city("--mode", "loopback", "--only", ",".join(DEVICES)) as described:
        yield described


def said(running: Running, event: str) -> list[dict[str, Any]]:
    """What it said of an event; every line of it is an object."""
    return [line for line in map(json.loads, running.said) if line["event"] == event]


def test_of_two_nights_one_says_why_not_and_what_a_killed_one_left_is_finished(described, tmp_path):
    town = Town(described, tmp_path)
    with Running(town.command()) as running:
        running.until("scan-started")
        running.send(signal.SIGSTOP)  # it goes on having what it has
        second = town.spend()
        assert (second.code, second.out, second.events) == (2, "", ["refused"])
        assert f"another night (process {running.pid}, since 20" in second.lines[0]["message"]
        running.send(signal.SIGKILL)
        assert running.end() == -signal.SIGKILL
    third = town.spend()
    assert third.code == 0, third.err
    (stale,) = third.of("stale-lock")
    assert f"process {running.pid}, since 20" in stale["message"]
    assert third.of("scan-resumed")
    assert len(findings(town.report("all.json"))) == len(DEVICES)
    assert town.spend().events == ["nothing-due"]


def test_who_reads_the_inventory_while_a_night_scans_takes_nothing_from_it(described, tmp_path):
    town = Town(described, tmp_path)
    with Running(town.command("--log-level", "debug")) as running:
        for _ in DEVICES:
            running.until("device-done")
            town.says("devices", "--no-pager")
        assert running.end() == 0, running.said
    assert integrity(tmp_path / "tocsin.db") == "ok"
    assert f"{len(DEVICES)} devices" in town.says("devices", "--no-pager")
    assert len(findings(town.report("all.json"))) == len(DEVICES)


def test_a_night_goes_on_without_whoever_cannot_be_told_and_tells_the_next_night(
    described, tmp_path, monkeypatch, capfd
):
    pytest.importorskip("apprise", reason="apprise is not installed: pip install 'tocsin[notify]'")
    monkeypatch.setattr("scanner.notices.PAUSES", (0.0, 0.0))
    town = Town(described, tmp_path)
    command = town.command("--notify-on", "info")
    words = command[command.index("--store") :]
    with listening() as heard:
        heard.status = 500
        wish = [*words, "--notify", f"json://{heard.here}/s3cret"]
        assert run(wish) == 0
        said = capfd.readouterr()
        assert len(heard.told) == 6  # the news and the digest, three times each
        heard.status = 200
        assert run([*wish, "--again"]) == 0
    problems = [line["message"] for line in map(json.loads, said.err.splitlines()) if line["event"] == "not-told"]
    assert len(problems) == 2
    assert all("was not sent, in 3 tries: it answered with status 500" in one for one in problems)
    assert "s3cret" not in said.err
    assert "reports in" in said.out
    assert json.loads(heard.told[6])["title"] == json.loads(heard.told[0])["title"]
    assert "not-told" not in capfd.readouterr().err


SLOWLY = ("--pace", "normal", "--log-level", "debug")


@pytest.mark.parametrize(("number", "when"), [(signal.SIGTERM, "asking"), (signal.SIGINT, "scan-started")])
def test_a_signal_ends_the_night_and_the_next_one_goes_on(described, tmp_path, number, when):
    town = Town(described, tmp_path)
    with Running(town.command(*SLOWLY)) as running:
        running.until(when)
        running.send(number)
        assert running.end() == 3, running.said
    assert said(running, "stopped")
    assert not said(running, "reports-written")
    assert (tmp_path / "tocsin.db.night.lock").read_bytes() == b""
    after = town.spend()
    assert after.code == 0, after.err
    assert not after.of("stale-lock")
    assert after.of("scan-resumed")
    assert len(findings(town.report("all.json"))) == len(DEVICES)


def test_a_second_signal_ends_it_at_once(described, tmp_path):
    town = Town(described, tmp_path)
    with Running(town.command(*SLOWLY)) as running:
        running.until("asking")
        running.send(signal.SIGTERM)
        running.until("stopping:")
        running.send(signal.SIGTERM)
        code = running.end()
    assert code == 130, running.said
    assert any("stopping: open devices get 5 seconds; a second time ends at once" in line for line in running.said)
    assert not [line for line in running.said if "Traceback" in line]
    assert integrity(tmp_path / "tocsin.db") == "ok"


def test_a_site_that_fails_is_said_and_the_others_are_scanned(described, tmp_path):
    town = Town(described, tmp_path)
    nobody = site("nobody", ["lighting_gateway"], approved_by="")
    far = '[[site]]\nname = "far"\nnetworks = ["192.0.2.0/24"]\napproved_by = "test"\nvalid_until = 2020-01-01\n'
    town.write(nobody, far, METER)
    ended = town.spend("--log-level", "error")
    assert ended.code == 4
    assert [line["site"] for line in ended.of("site-failed")] == ["nobody", "far"]
    assert "nobody has approved" in ended.lines[0]["message"]
    assert "ended on 2020-01-01" in ended.lines[1]["message"]
    assert "left: nobody (nobody has approved" in ended.out
    assert ended.out.startswith("night: 1 site, 1 device; ")
    assert (town.reports / "latest" / "meters.json").exists()
    only = town.spend("--site", "meters")
    assert (only.code, only.events) == (0, ["nothing-due"])


def test_reports_that_cannot_be_written_are_written_by_the_next_night(described, tmp_path):
    town = Town(described, tmp_path)
    town.write(METER)
    town.reports.write_text("no folder")
    ended = town.spend()
    assert ended.code == 2
    assert "wait for the next night: cannot make the folder for reports" in ended.of("reports-failed")[0]["message"]
    assert ended.of("no-shelf")
    town.reports.unlink()
    after = town.spend()
    assert (after.code, after.of("scan-started")) == (0, [])
    assert "an earlier night left undone" in after.of("left-undone")[0]["message"]
    assert findings(town.report("meters.json"))
    assert [path.name for path in (town.reports / "latest").iterdir()] == ["meters.json"]


def test_a_disk_that_fills_is_said_and_the_next_night_goes_on(described, tmp_path):
    (tmp_path / "small").mkdir()
    disk = SmallDisk(tmp_path / "small", 24)
    try:
        town = Town(described, tmp_path)
        kept = str(tmp_path / "small" / "tocsin.db")
        command = [*disk.enter, *(kept if word.endswith("tocsin.db") else word for word in town.command())]
        with Running(command) as running:
            running.until("device-done")
            disk.fill()
            assert running.end() == 2, running.said
        (failed,) = said(running, "site-failed")
        assert "full" in failed["message"]
        assert not town.reports.exists() or not list(town.reports.glob("*/*"))
        with Running(command) as again:
            assert again.end() == 2
        assert len(again.said) == 1
        assert "No space left" in again.said[0]
        disk.path("filler").unlink()
        assert integrity(disk.path("tocsin.db")) == "ok"
        with Running(command) as last:
            assert last.end() == 0, last.said
        assert said(last, "scan-resumed")[0]["done"] >= 1
        assert len(findings(town.report("all.json"))) == len(DEVICES)
    finally:
        disk.close()


def test_a_dead_man_s_switch_hears_the_beginning_and_the_end_of_a_night_with_work(described, tmp_path):
    town = Town(described, tmp_path)
    with listening() as heard:
        town.write(METER, night=f'heartbeat = "http://{heard.here}/ping/s3cret?key=s3cret"\n')
        first = town.spend()
        assert heard.asked == ["/ping/s3cret/start?key=s3cret", "/ping/s3cret?key=s3cret"]
        town.spend()
        assert len(heard.asked) == 2
        heard.asked.clear()
        town.write(METER, site("nobody", ["hp_printer"], approved_by=""))
        assert town.spend("--heartbeat", f"http://{heard.here}/s3cret").code == 4
        assert heard.asked == ["/s3cret/start", "/s3cret/4"]
        heard.status = 500
        failing = town.spend("--again", "--site", "meters", "--heartbeat", f"http://{heard.here}/s3cret")
    assert first.code == failing.code == 0
    beats = {line["message"] for line in failing.of("heartbeat")}
    assert beats == {"the heartbeat to 127.0.0.1 was not heard: the server answers 500 Internal Server Error"}
    assert "s3cret" not in first.err + first.out + failing.err + failing.out


def test_no_route_is_said_and_nothing_is_sent(tmp_path):
    from tests.segment import Namespace

    if not Path("/proc/self/ns/user").exists():
        pytest.skip("this kernel has no user namespaces")
    alone = Namespace()
    try:
        town = Town({"enter": alone.enter, "shift": 0}, tmp_path)
        town.write('[[site]]\nname = "far"\nnetworks = ["10.99.0.0/24"]\napproved_by = "test"\n')
        ended = town.spend()
    finally:
        alone.close()
    assert ended.code == 3
    assert "no route to 10.99.0.0/24" in ended.of("site-failed")[0]["message"]
    assert not (tmp_path / "audit.jsonl").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--max-duration", "soon"], "--max-duration must be a time such as 3h"),
        (["--site", "metres"], "there is no site 'metres'"),
        (["--heartbeat", "ftp://example.org"], "begins with http:// or https://"),
        (["--to", "somewhere"], "belong to --install"),
    ],
)
def test_a_word_that_cannot_be_followed_is_said_in_one_line(described, tmp_path, words, told):
    town = Town(described, tmp_path)
    town.write(METER)
    with Running(town.command("--log-format", "text", *words), clock(None)) as running:
        assert running.end() == 2
    (line,) = running.said
    assert told in line
