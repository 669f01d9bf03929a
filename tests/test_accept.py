"""`tocsin accept` and `tocsin waivers`, as an operator types them."""

import os
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ConfigError
from inventory.findings import Outcome
from inventory.model import Status
from inventory.store import Store
from inventory.waivers import Trace, Waiver
from scanner import accepting, cli
from scanner.accepting import alone, append, entry, quoted
from scanner.exits import Exit
from tests.riverside import CAMERA, DEFAULT_ACCOUNT, HOSTILE, METER, OPEN_TELNET, REPORT, SCAN, SHARED_KEY

ROOT = Path(__file__).parent.parent
TODAY = datetime.now().astimezone().date()
SOON, LATER, LATEST = (TODAY + timedelta(days=days) for days in (10, 90, 365))
WORD = ("--owner", "Transport", "--reason", "A wall.", "--until", str(LATER))


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """One night a week ago, in an inventory of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("TOCSIN_STORE", "TOCSIN_AUDIT", "TOCSIN_CONFIG", "TOCSIN_INTEL", "TOCSIN_WAIVERS", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "240")
    path = tmp_path / "state" / "tocsin" / "inventory.db"
    night(path, 7, REPORT.assessments)
    return path


def night(path, days_ago, assessments, fleet=REPORT.fleet):
    """A scan so many days before today."""
    when = datetime.now(UTC) - timedelta(days=days_ago)
    scan = replace(SCAN, id=f"night-{days_ago}", started=when, ended=when)
    with Store.open(path) as store:
        store.begin(scan, "plan")
        for assessment in assessments:
            store.save(scan.id, replace(assessment, when=when))
        store.finish(scan.id, scan, fleet, REPORT.coverage)


def run(capfd, *arguments):
    """Exit code, standard output, standard error."""
    code = cli.run(arguments)
    said = capfd.readouterr()
    return code, said.out, said.err


def accept(capfd, finding, *more):
    return run(capfd, "accept", finding, *WORD, *more)


def written(**named):
    """An entry for the camera's Telnet."""
    values = {"owner": '"Transport"', "reason": '"A wall."', "until": LATER} | named
    lines = "\n".join(f"{key} = {value}" for key, value in values.items())
    return f'[[waiver]]\nfinding = "{OPEN_TELNET.id}"\n{lines}\n'


def test_a_finding_is_accepted_by_the_beginning_of_its_id_and_the_score_falls(capfd, tmp_path):
    code, out, err = accept(capfd, DEFAULT_ACCOUNT.id[:6].upper())
    assert (code, err) == (0, "")
    assert "10.77.0.10 Hikvision DS-2CD2142FWD-I camera: critical, 80/tcp A documented default account" in out
    assert f"accepted by Transport until {LATER}: A wall. (waivers.toml line 7)" in out
    assert "score of 10.77.0.10: 93.2 critical → 73.5 high" in out
    text = (tmp_path / "waivers.toml").read_text()
    assert text.startswith("# What the city lives with for a time")
    assert tomllib.loads(text) == {
        "waiver": [
            {
                "finding": DEFAULT_ACCOUNT.id,
                "check": "default-credentials",
                "device": CAMERA.device.identity,
                "severity": "critical",
                "owner": "Transport",
                "reason": "A wall.",
                "accepted": TODAY,
                "until": LATER,
            }
        ]
    }
    assert "73.5" in run(capfd, "devices")[1]
    assert f"accepted by Transport until {LATER}" in run(capfd, "show", "10.77.0.10")[1]
    assert f"accepted by Transport until {LATER}" in run(capfd, "report")[1]


def test_a_fleet_finding_is_accepted(capfd):
    code, out, _ = accept(capfd, SHARED_KEY.id)
    assert code == 0
    assert "several devices together: high, Several devices share one private key" in out
    assert "Together" not in run(capfd, "report")[1]


def test_what_stood_in_the_file_is_not_touched_and_neither_is_its_mode(capfd, tmp_path):
    path = tmp_path / "waivers.toml"
    before = f"\ufeff# ours\r\n\r\n{written()}# the end, with no line feed"
    path.write_bytes(before.encode())
    path.chmod(0o664)
    assert accept(capfd, DEFAULT_ACCOUNT.id)[0] == 0
    assert path.read_bytes().startswith(before.encode() + b"\n\n# 10.77.0.10")
    assert path.stat().st_mode & 0o777 == 0o664
    assert list(tmp_path.glob(".waivers*")) == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("zzzz",), "no finding 'zzzz' among the 5 in the newest records"),
        (("abc",), "'abc' is too little of a finding's id: give at least 4 digits of it"),
        (("",), "no finding '' among the 5"),
        (("10.77.0.22",), "10.77.0.22 is in quarantine, which cannot be accepted: look at the device, then"),
        ((OPEN_TELNET.id, "--until", str(TODAY)), f"is today: name a later day; the latest day is {LATEST}"),
        (
            (OPEN_TELNET.id, "--until", "2020-01-01"),
            f"--until 2020-01-01 is past: name a later day; the latest day is {LATEST}",
        ),
        (
            (OPEN_TELNET.id, "--until", str(LATEST + timedelta(days=1))),
            f"is more than 365 days ahead; the latest day is {LATEST}",
        ),
        (
            (OPEN_TELNET.id, "--until", "soon"),
            f"--until 'soon' is no day such as 2027-03-31; the latest day is {LATEST}",
        ),
        ((OPEN_TELNET.id, "--owner", " \u200b"), "--owner is empty: say who answers for it"),
        ((OPEN_TELNET.id, "--reason", "\n"), "--reason is empty: say why"),
        ((OPEN_TELNET.id, "--reason", "x" * 2001), "--reason has more than 2,000 characters"),
        ((OPEN_TELNET.id, "--owner", "Port\udcff"), "that text is not UTF-8: no file can hold it"),
    ],
)
def test_what_cannot_be_accepted_is_said_and_nothing_is_written(capfd, tmp_path, arguments, complaint):
    code, out, err = accept(capfd, *arguments)
    assert (code, out) == (Exit.USAGE, "")
    assert complaint in err
    assert err.count("\n") == 1
    assert not (tmp_path / "waivers.toml").exists()


@pytest.mark.parametrize("left_out", ["--owner", "--reason", "--until"])
def test_no_part_of_the_word_may_be_left_out(capfd, left_out):
    at = WORD.index(left_out)
    code, _, err = run(capfd, "accept", OPEN_TELNET.id, *WORD[:at], *WORD[at + 2 :])
    assert code == Exit.USAGE
    assert f"Missing option '{left_out}'" in err


def test_the_latest_day_is_allowed(capfd):
    assert accept(capfd, OPEN_TELNET.id, "--until", str(LATEST))[0] == 0


def test_an_id_that_begins_several_names_them(capfd, store):
    twin = replace(OPEN_TELNET, id=DEFAULT_ACCOUNT.id[:4] + "0" * 12)
    night(store, 1, [replace(CAMERA, outcomes=(*CAMERA.outcomes, Outcome("x", Status.FOUND, "", (twin,))))])
    code, _, err = accept(capfd, DEFAULT_ACCOUNT.id[:4])
    assert code == Exit.USAGE
    assert (
        f"begins the id of 2 findings: {twin.id} (cleartext-administration on 10.77.0.10); {DEFAULT_ACCOUNT.id}" in err
    )


def test_what_is_accepted_already_is_refused_with_whose_word_that_is(capfd, tmp_path):
    (tmp_path / "waivers.toml").write_text(
        f'[[waiver]]\ncheck = "{OPEN_TELNET.check}"\nkind = "camera"\nowner = "Port"\nreason = "R"\nuntil = {SOON}\n'
    )
    code, _, err = accept(capfd, OPEN_TELNET.id)
    assert code == Exit.USAGE
    assert f"is accepted already, by Port until {SOON} (waivers.toml line 1)" in err


def test_what_is_over_may_be_accepted_anew(capfd, tmp_path):
    (tmp_path / "waivers.toml").write_text(written(until=TODAY - timedelta(days=1)))
    assert accept(capfd, OPEN_TELNET.id)[0] == 0
    out = run(capfd, "waivers")[1]
    assert "2 waivers: 1 active, 1 expired" in out
    assert "renewed in waivers.toml line 8" in out
    assert "Waivers to look at" not in run(capfd, "report")[1]


def test_a_file_that_is_wrong_is_not_written_to(capfd, tmp_path):
    path = tmp_path / "waivers.toml"
    path.write_text(written(ownr='"x"'))
    code, _, err = accept(capfd, DEFAULT_ACCOUNT.id)
    assert code == Exit.USAGE
    assert err == "tocsin: waivers.toml line 6: [[waiver]] has no key 'ownr'; did you mean 'owner'?\n"
    assert path.read_text() == written(ownr='"x"')


def test_a_file_that_no_entry_can_follow_is_left_as_it_is(tmp_path):
    path = tmp_path / "waivers.toml"
    path.write_text("waiver = []\n")
    with pytest.raises(ConfigError, match="nothing was written"):
        append(path, entry(Waiver("a", "b", LATER, finding="0" * 16), "x"))
    assert path.read_text() == "waiver = []\n"


def test_where_the_waivers_are_is_the_option_s_word_then_the_file_s_then_beside_it(capfd, tmp_path):
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "tocsin.toml").write_text("")
    assert run(capfd, "--config", "city/tocsin.toml", "accept", OPEN_TELNET.id, *WORD)[0] == 0
    assert (tmp_path / "city" / "waivers.toml").exists()
    (tmp_path / "city" / "named.toml").write_text('[waivers]\nfile = "accepted.toml"\n')
    config = ("--config", "city/named.toml")
    assert run(capfd, *config, "accept", OPEN_TELNET.id, *WORD)[0] == 0
    assert (tmp_path / "city" / "accepted.toml").exists()
    assert run(capfd, *config, "--waivers", "mine.toml", "accept", OPEN_TELNET.id, *WORD)[0] == 0
    assert (tmp_path / "mine.toml").exists()


def test_a_file_that_was_named_and_is_not_there_is_warned_of(capfd):
    code, _, err = run(capfd, "--waivers", "nowhere.toml", "devices")
    assert (code, err) == (0, "warning: there is no file nowhere.toml, so nothing is accepted\n")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_a_text_holds_reads_back_the_same_and_hides_nothing(text):
    line = f"text = {quoted(text)}\n"
    assert tomllib.loads(line) == {"text": text}
    assert line.count("\n") == 1
    assert not set(line) & {"\x1b", "\u202e", "\u200b", "\r", "\x00", "\x7f", "\x85", "\u2028"}


@pytest.mark.parametrize(
    "text", [HOSTILE, 'x"\nuntil = 2099-01-01\n[[waiver]]\n#', "'''\n\"\"\"\\", "a\x00\x7f\u2028z"]
)
def test_a_hostile_word_stays_within_its_entry_and_no_terminal_obeys_it(capfd, tmp_path, text):
    code, out, _ = run(capfd, "accept", OPEN_TELNET.id, "--owner", text, "--reason", text, "--until", str(LATER))
    assert code == 0
    (made,) = tomllib.loads((tmp_path / "waivers.toml").read_text())["waiver"]
    assert (made["owner"], made["reason"], made["until"]) == (text.strip(), text.strip(), LATER)
    shown = out + run(capfd, "waivers")[1] + run(capfd, "report")[1] + run(capfd, "waivers", "--json")[1]
    assert not set(shown) & {"\x1b", "\x07", "\u202e", "\u200b", "\x9b", "\x00", "\x7f", "\u2028"}


def test_two_who_accept_at_the_same_time_lose_nothing(tmp_path):
    program = (
        "import sys\nfrom pathlib import Path\nfrom datetime import date\nfrom inventory.waivers import Waiver\n"
        "from scanner.accepting import alone, append, entry\nsys.stdin.readline()\n"
        "for number in range(20):\n"
        "    with alone(Path('waivers.toml')) as path:\n"
        f"        append(path, entry(Waiver(sys.argv[1], 'R', date({LATER:%Y, %-m, %-d}), finding=f'{{number:016x}}'), 'x'))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    two = [
        subprocess.Popen([sys.executable, "-P", "-c", program, owner], stdin=subprocess.PIPE, env=environment)
        for owner in ("a", "b")
    ]
    for each in two:
        assert each.stdin is not None
        each.stdin.write(b"\n")
        each.stdin.flush()
    for each in two:
        each.communicate()
        assert each.returncode == 0
    found = tomllib.loads((tmp_path / "waivers.toml").read_text())["waiver"]
    for owner in ("a", "b"):
        assert [one["finding"] for one in found if one["owner"] == owner] == [f"{number:016x}" for number in range(20)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state", "waivers.toml"]


def test_who_waits_too_long_for_another_writer_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(accepting, "PATIENCE", 0.0)
    path = tmp_path / "waivers.toml"
    with alone(path), pytest.raises(ConfigError, match="another process is writing beside"), alone(path):
        pass


def test_the_waivers_are_explained_one_by_one(capfd, tmp_path):
    gone = f'[[waiver]]\nfinding = "{"0" * 16}"\nowner = "Port"\nreason = "R"\nuntil = {LATER}\n'
    over = f'[[waiver]]\ncheck = "{OPEN_TELNET.check}"\nport = 23\nowner = "Port"\nreason = "R"\nuntil = 2025-01-01\n'
    (tmp_path / "waivers.toml").write_text(written(until=SOON) + gone + over)
    what = "high, 23/tcp Administration in clear text (cleartext-administration 04ec4a72)"
    told_of_telnet = f"10.77.0.10 Hikvision DS-2CD2142FWD-I camera: {what}"
    code, out, _ = run(capfd, "waivers")
    assert code == 0
    assert out.splitlines() == [
        "waivers.toml: 3 waivers: 1 active, 1 unused, 1 expired",
        "",
        f"line 1: finding {OPEN_TELNET.id}",
        f"   active, used by 1 finding; ends soon: in 10 days, on {SOON}",
        f"   Transport: A wall. (until {SOON})",
        f"      accepts: {told_of_telnet}",
        "",
        "line 6: finding 0000000000000000",
        "   unused: no scan in this inventory has ever found it: is the id right?",
        f"   Port: R (until {LATER})",
        "",
        "line 11: check cleartext-administration, port 23",
        "   expired on 2025-01-01: 1 finding it accepted counts again",
        "   Port: R (until 2025-01-01)",
        f"      no longer accepts: {told_of_telnet}",
    ]
    told = run(capfd, "report")[1]
    assert (
        f"waivers.toml line 6 (finding {'0' * 16}; Port): unused: no scan in this inventory has ever found it" in told
    )


def test_without_a_waiver_that_is_said(capfd):
    assert run(capfd, "waivers")[1] == "waivers.toml: no waiver, so nothing is accepted\n"


def test_a_diff_tells_of_what_was_accepted_since_and_of_what_is_back(capfd, tmp_path, store):
    night(store, 1, REPORT.assessments)
    path = tmp_path / "waivers.toml"
    path.write_text(written(accepted=TODAY - timedelta(days=3)))
    _, out, _ = run(capfd, "diff")
    since = out.split("Findings: accepted (1)")[1]
    assert "10.77.0.10 23/tcp Administration in clear text" in since
    assert f"accepted by Transport until {LATER}: A wall." in since
    assert "fixed" not in out
    path.write_text(written(accepted=TODAY - timedelta(days=30)))
    assert "5 findings are still there, 1 of them accepted" in run(capfd, "diff")[1]
    ended = TODAY - timedelta(days=2)
    path.write_text(written(accepted=TODAY - timedelta(days=30), until=ended))
    _, out, _ = run(capfd, "diff")
    back = out.split("Findings: no longer accepted (1)")[1]
    assert "10.77.0.10 23/tcp Administration in clear text" in back
    assert f"Transport had accepted it until {ended} (waivers.toml line 1)" in back


def test_a_finding_that_is_new_and_accepted_is_told_as_both(capfd, tmp_path, store):
    night(store, 1, REPORT.assessments)
    (tmp_path / "waivers.toml").write_text(written())
    with Store.open(store) as opened:
        empty = replace(
            SCAN, id="empty", started=datetime(2026, 1, 1, tzinfo=UTC), ended=datetime(2026, 1, 1, tzinfo=UTC)
        )
        opened.begin(empty, "plan")
        opened.finish(empty.id, empty, (), REPORT.coverage)
    out = run(capfd, "diff", "empty", "night-1")[1]
    assert "found for the first time, and accepted by Transport" in out.split("Findings: accepted (1)")[1]


def test_the_store_knows_where_a_finding_was_seen_last_and_the_newest_of_what_is_wrong_together(store):
    night(store, 2, [METER], fleet=())
    with Store.open(store) as opened:
        assert opened.briefs.findings(opened.devices()) == (SHARED_KEY,)  # of its devices none was seen again
    night(store, 1, REPORT.assessments, fleet=())
    with Store.open(store) as opened:
        assert opened.briefs.findings(opened.devices()) == ()
        assert opened.traces([OPEN_TELNET.id, SHARED_KEY.id, "0" * 16]) == {
            OPEN_TELNET.id: Trace(OPEN_TELNET.check, (CAMERA.device.identity,)),
            SHARED_KEY.id: Trace(SHARED_KEY.check, SHARED_KEY.devices, fleet=True),
        }


def test_a_file_that_is_wrong_is_said_before_a_scan_begins(capfd, tmp_path, store):
    (tmp_path / "waivers.toml").write_text(written(until="2020-01-01", accepted="2020-02-01"))
    before = store.stat().st_mtime_ns
    code, _, err = run(capfd, "scan", "127.0.0.1", "--authorised-by", "test")
    assert (code, store.stat().st_mtime_ns) == (Exit.USAGE, before)
    assert err == "tocsin: waivers.toml line 5: until is 2020-01-01, before it was accepted on 2020-02-01\n"
