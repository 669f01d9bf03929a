import json
import os
import pty
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from inventory.errors import ConfigError, ScopeError, StoreError
from inventory.findings import Outcome
from inventory.model import Severity, Status
from inventory.report import Coverage, Report
from inventory.store import Store
from scanner import cli, stand_in
from scanner.city import City
from scanner.edition import Edition
from scanner.exits import Exit, exit_for
from scanner.options import Options, state_folder
from scanner.output import Outputs, save
from scanner.ranking import ranked
from scanner.report import json as report_json
from tests.riverside import CAMERA, GATEWAY, METER, NOON, RECORDER, REPORT, SCAN, SHARED_KEY

ROOT = Path(__file__).parent.parent
HEAVY = {
    "sqlalchemy",
    "alembic",
    "scapy",
    "asyncssh",
    "nmap",
    "msgspec",
    "rich",
    "textual",
    "cryptography",
    "lxml",
    "httpx2",
    "apprise",
    "zipfile",
    "checks.archive",
    "checks.intelligence",
    "checks.knowledge",
    "scanner.intel.update",
}


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path, monkeypatch):
    """No test reads or writes the operator's own files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("TOCSIN_STORE", "TOCSIN_AUDIT", "TOCSIN_CONFIG", "TOCSIN_INTEL", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def store(tmp_path):
    """Two nights: on the second the camera's default account is gone, and the gateway was not seen."""
    path = tmp_path / "state" / "tocsin" / "inventory.db"
    later = NOON + timedelta(days=1)
    second = replace(SCAN, id="20261121-night", started=later, ended=later)
    others = tuple(outcome for outcome in CAMERA.outcomes if outcome.check != "default-credentials")
    better = replace(
        CAMERA, when=later, outcomes=(*others, Outcome("default-credentials", Status.PASSED, "it refuses"))
    )
    with Store.open(path) as store:
        for scan, found in ((SCAN, REPORT.assessments), (second, (better, replace(METER, when=later)))):
            store.begin(scan, "plan")
            for assessment in found:
                store.save(scan.id, assessment)
            store.finish(scan.id, scan, REPORT.fleet, REPORT.coverage)
    return path


def tocsin(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program as an operator would."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "scanner.cli", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        check=False,
    )


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run it in this process: exit code, standard output, standard error."""
    code = cli.run(arguments)
    said = capfd.readouterr()
    return code, said.out, said.err


def test_help_names_every_command_and_imports_nothing_heavy():
    program = (
        "import sys\nfrom scanner.cli import run\nrun(['--help'])\n"
        "print('imported', *sorted({name.split('.')[0] for name in sys.modules} | set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    )
    helped, _, imported = ended.stdout.rpartition("imported ")
    names = {path.stem.replace("_", "-") for path in (ROOT / "scanner" / "commands").glob("[!_]*.py")}
    assert {line.split()[0] for line in helped.split("Commands:")[1].splitlines() if line.strip()} == names
    assert HEAVY.isdisjoint(imported.split())


GROUPS = [
    (name,)
    for name in cli.tocsin.list_commands(click.Context(cli.tocsin))
    if isinstance(cli.tocsin.get_command(click.Context(cli.tocsin), name), click.Group)
]


@pytest.mark.parametrize("group", [(), *GROUPS])
def test_no_command_s_one_line_is_cut(group):
    helped = CliRunner().invoke(cli.tocsin, [*group, "--help"], terminal_width=80, max_content_width=80).output
    assert [line for line in helped.split("Commands:")[1].splitlines() if line.endswith(("...", "…"))] == []


@pytest.mark.parametrize(
    "name", sorted(path.stem.replace("_", "-") for path in (ROOT / "scanner" / "commands").glob("[!_]*.py"))
)
def test_every_command_has_help(name):
    ended = CliRunner().invoke(cli.tocsin, [name, "--help"])
    assert ended.exit_code == 0
    assert f"tocsin {name}" in ended.output


def test_without_arguments_it_explains_itself_and_exits_as_for_wrong_usage():
    ended = tocsin()
    assert ended.returncode == Exit.USAGE
    assert "Commands:" in ended.stderr
    assert ended.stdout == ""


def test_an_unknown_command_is_wrong_usage():
    ended = tocsin("scna")
    assert (ended.returncode, ended.stdout) == (Exit.USAGE, "")
    assert "No such command 'scna'" in ended.stderr


def test_what_the_operator_can_mend_is_one_sentence_without_a_traceback():
    ended = tocsin("devices")
    assert (ended.returncode, ended.stdout) == (Exit.USAGE, "")
    assert ended.stderr.startswith("tocsin: there is no inventory at ")
    assert ended.stderr.count("\n") == 1


def test_debug_shows_where_an_error_came_from():
    assert "Traceback" in tocsin("--debug", "devices").stderr


@contextmanager
def another_user():
    """A user who may look into no folder of ours; what the commands import has to be imported by now."""
    user = os.geteuid()
    if user == 0:  # file permissions do not bind root
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--store", "kept.db", "devices"), "kept.db"),
        (("--store", "kept.db", "report"), "kept.db"),
        (("--store", "kept.db", "prune"), "kept.db"),
        (("--store", "kept.db", "doctor"), "kept.db"),
        (("report", "-o", "report.html"), "report.html"),
    ],
)
def test_a_folder_of_another_user_is_no_bug_of_ours(capfd, monkeypatch, tmp_path, words, name):
    monkeypatch.chdir("/")
    shut = tmp_path / "shut"
    shut.mkdir()
    named = [str(shut / word) if word == name else word for word in words]
    cli.run(named)
    shut.chmod(0)
    capfd.readouterr()
    with another_user():
        assert cli.run(named) == Exit.USAGE
    shut.chmod(0o700)
    told = capfd.readouterr().err
    assert told.startswith(f"tocsin: {shut}")
    assert told.endswith(": Permission denied for this user; run this as whoever may, or name another place\n")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("x"), 2),
        (StoreError("x"), 2),
        (ScopeError("x"), 4),
        (KeyboardInterrupt(), 130),
        (KeyError("x\x1b[2J"), 70),
    ],
)
def test_an_error_s_kind_is_the_exit_code(capfd, monkeypatch, error, code):
    def fail(_: Options) -> None:
        raise error

    monkeypatch.setattr(Options, "open_store", fail)
    ended, out, err = run(capfd, "devices")
    assert (ended, out) == (code, "")
    assert "Traceback" not in err
    assert "\x1b" not in err


def test_devices_are_listed_by_address(capfd, store):
    code, out, _ = run(capfd, "devices")
    addresses = [line.split()[0] for line in out.splitlines() if line.startswith("10.")]
    assert code == 0
    assert addresses == ["10.77.0.10", "10.77.0.22", "10.77.0.26", "10.77.0.31"]
    assert out.endswith("4 devices\n")


@pytest.mark.parametrize("name", ["10.77.0.26", "MESH1", "serial:"])
def test_a_device_is_shown_whole(capfd, store, name):
    code, out, _ = run(capfd, "show", name)
    assert code == 0
    for said in ("Libelium", "serial:MESH1", "443/tcp", "tls.versions TLSv1.3", "TLS 1.3 alone"):
        assert said in out


def test_why_gives_the_points_and_the_remedies(capfd, store):
    code, out, _ = run(capfd, "why", "10.77.0.31")
    assert code == 0
    assert "1. 80/tcp: Take it off the network until its maker has a fix" in out
    assert "90.0 → 0.0" in out
    assert f"+90.0  {RECORDER.findings[0].id[:8]}  critical  Any password opens the device on 80/tcp" in out
    assert "\x1b" not in out


def test_why_of_a_finding_gives_its_own_path(capfd, store):
    finding = RECORDER.findings[0]
    for text in (finding.id, finding.id[:6].upper()):
        code, out, _ = run(capfd, "why", text)
        assert code == 0
        for said in (
            "10.77.0.31",
            "Any password opens the device (accepts-any-password, ",
            "seen      A random account opened the web interface.",
            "severity  critical by its check; confirmed by what was heard\n",
            "score     0.0 without it, 90.0 critical with it",
            "remedy    Take it off the network until its maker has a fix.",
        ):
            assert said in out
        assert "\x1b" not in out


def test_why_of_a_finding_of_several_devices_names_them(capfd, store):
    code, out, _ = run(capfd, "why", SHARED_KEY.id)
    assert code == 0
    assert "on 2 devices: 10.77.0.10, 10.77.0.31" in out
    assert "→ Make a new key on each device." in out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("10.9.9.9", "no device '10.9.9.9' among the 4 in the inventory"),
        ("0123456789abcdef", "and no finding has an id that begins so"),
        ("", "no device '' among"),
    ],
)
def test_why_of_what_is_not_known_says_so(capfd, store, name, said):
    code, out, err = run(capfd, "why", name)
    assert (code, out) == (Exit.USAGE, "")
    assert said in err


def test_what_fits_a_device_and_a_finding_is_not_guessed(capfd, store):
    serial = RECORDER.findings[0].id[:4]
    claim = replace(GATEWAY.device.claims[3], value=serial)
    twin = replace(GATEWAY, device=replace(GATEWAY.device, identity="serial:twin", claims=(claim,)))
    with Store.open(store) as opened:
        opened.begin(SCAN, "plan")
        opened.save(SCAN.id, twin)
    code, _, err = run(capfd, "why", serial)
    assert code == Exit.USAGE
    assert "names a device and begins the id of a finding" in err


def test_fix_first_says_what_to_do_and_what_it_brings(capfd, store, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    code, out, _ = run(capfd, "fix-first", "--scan", "20261120")
    assert code == 0
    assert re.match(r"4 devices with 4 findings; risk 73\d\.\d, the scores of the devices, a critical one", out)
    assert "Give the account 'admin' of the Hikvision camera" in out
    assert out.endswith(
        "after 4 actions: risk 0.0, 100 % less; critical devices 2 → 0, high or worse 2 → 0\nnothing is left to fix\n"
    )
    assert "\x1b" not in out


def test_fix_first_takes_every_device_as_it_was_seen_last(capfd, store):
    code, out, _ = run(capfd, "fix-first", "--top", "1")
    assert code == 0
    assert re.match(r"4 devices with 3 findings; risk 50\d\.\d,", out)
    assert "2 more actions for the rest" in out


def test_fix_first_gives_json(capfd, store):
    code, out, _ = run(capfd, "fix-first", "--scan", "20261120", "--json")
    told = json.loads(out)
    assert code == 0
    assert out.isascii()
    assert (told["schema"], told["devices"], told["actions_left"]) == ("tocsin-fix-first/1", 4, 0)
    first = told["actions"][0]
    assert first["devices"] == [{"id": "key:9f2c", "address": "10.77.0.31"}]
    assert first["findings"] == [RECORDER.findings[0].id]
    assert first["risk_before"] == told["risk"]
    assert round(first["risk_before"] - first["risk_after"], 1) == 360.0
    assert (first["no_longer_critical"], first["no_longer_high"]) == (1, 1)
    assert [action["rank"] for action in told["actions"]] == [1, 2, 3, 4]


def test_fix_first_looks_at_some_devices_only_if_it_is_told(capfd, store, tmp_path):
    (tmp_path / "tocsin.toml").write_text(
        '[[site]]\nname = "north"\nnetworks = ["10.77.0.0/28"]\ndepartment = "Traffic"\napproved_by = "CISO"\n'
    )
    for chosen in (("--kind", "Camera"), ("--site", "north"), ("--department", "traffic")):
        assert run(capfd, "fix-first", *chosen)[1].startswith("1 device with 2 findings; risk 14")
    code, _, err = run(capfd, "fix-first", "--kind", "pump")
    assert code == Exit.USAGE
    assert "no device has the kind 'pump'; there are: air-sensor, camera" in err


def test_where_nothing_is_wrong_there_is_nothing_to_fix(capfd, tmp_path):
    with Store.open(tmp_path / "state" / "tocsin" / "inventory.db") as store:
        store.begin(SCAN, "plan")
        store.save(SCAN.id, GATEWAY)
    code, out, _ = run(capfd, "fix-first")
    assert code == 0
    assert out.endswith("nothing that was found raises it: there is nothing to fix\n")


def test_an_unknown_device_is_the_operator_s_to_mend(capfd, store):
    assert run(capfd, "show", "10.9.9.9")[0] == Exit.USAGE


def test_the_last_two_scans_are_compared(capfd, store):
    code, out, _ = run(capfd, "diff")
    assert code == 0
    fixed = out.split("Findings: fixed (1)")[1]
    assert "10.77.0.10 80/tcp A documented default account" in fixed
    assert "Devices: not observed (2)" in out
    assert "3 findings are still there" in out


def test_two_named_scans_are_compared(capfd, store):
    code, out, _ = run(capfd, "diff", "20261121", "20261120")
    assert code == 0
    assert out.startswith("from 20261121-night (2026-11-21 12:00) to 20261120-1200-a1b2")
    assert "Devices: new (2)" in out


def test_a_scan_is_compared_with_the_newest_of_at_least_that_long_ago(capfd, store):
    code, out, err = run(capfd, "diff", "--since", "2026-11-20")
    assert (code, err) == (0, "")
    assert " ".join(out.split()).startswith(
        "the newest scan, 20261121-night of 2026-11-21 12:00, against 20261120-1200-a1b2 of 2026-11-20 12:00,"
        " the newest of the same networks that had ended by 2026-11-20 from 20261120-1200-a1b2"
    )
    assert "Findings: fixed (1)" in out


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("2026-11-19", "no scan of 10.77.0.0/24 that asked had ended by 2026-11-19; the oldest is 20261120-1200-a1b2"),
        ("2999-01-01", "--since 2999-01-01 is in the future"),
        ("0d", "--since 0d: the number must be at least 1"),
        ("last week", "--since 'last week' is neither a date (2026-11-14) nor a number of days or weeks (7d, 2w)"),
        ("2026-02-30", "--since '2026-02-30' is neither"),
        ("99999999999d", "--since '99999999999d' is neither"),
    ],
)
def test_a_since_that_leads_nowhere_is_said(capfd, store, since, said):
    code, out, err = run(capfd, "diff", "--since", since)
    assert (code, out) == (Exit.USAGE, "")
    assert said in err


def test_since_and_a_named_scan_do_not_go_together(capfd, store):
    code, _, err = run(capfd, "diff", "--since", "7d", "20261120")
    assert code == Exit.USAGE
    assert "either --since or scans" in err


def test_a_first_scan_has_nothing_to_compare_with(capfd, store):
    code, _, err = run(capfd, "diff", "", "20261120")
    assert code == Exit.USAGE
    assert "no earlier scan" in err


def test_a_report_is_printed(capfd, store):
    code, out, _ = run(capfd, "report", "20261120")
    assert code == 0
    assert "A documented default account opens the device" in out


def test_a_report_is_written_in_the_format_of_each_suffix(capfd, store, tmp_path):
    code, out, _ = run(capfd, "report", "20261120", "-o", "night.json", "-o", "night.txt")
    assert (code, out) == (0, "")
    today = datetime.now().astimezone().date()
    assert (tmp_path / "night.json").read_text() == "".join(report_json.render(Edition(ranked(REPORT, City(today)))))
    assert (tmp_path / "night.txt").read_text().startswith("Tocsin 0.1.0")


@pytest.mark.parametrize("name", ["night.docx", "night", "nowhere/night.json"])
def test_a_file_that_cannot_be_written_is_said_before_anything_is(capfd, store, tmp_path, name):
    before = sorted(tmp_path.iterdir())
    code, _, err = run(capfd, "report", "-o", "fine.json", "-o", name)
    assert code == Exit.USAGE
    assert err
    assert sorted(tmp_path.iterdir()) == before


def test_a_reader_that_goes_away_is_no_error(store):
    command = f'"{sys.executable}" -P -m scanner.cli report 20261120; echo "code $?" >&2'
    shell = subprocess.run(
        ["sh", "-c", f"{{ {command}; }} | true"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert shell.stderr == "code 0\n"


def test_colour_is_for_a_terminal_that_wants_it(store):
    def on_a_terminal(**environment: str) -> bytes:
        ours, theirs = pty.openpty()
        subprocess.run(
            [sys.executable, "-P", "-m", "scanner.cli", "why", "10.77.0.10"],
            stdout=theirs,
            check=True,
            env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"} | environment,
        )
        os.close(theirs)
        with os.fdopen(ours, "rb") as terminal:
            return terminal.read1()

    assert b"\x1b[" in on_a_terminal()
    assert b"\x1b[" not in on_a_terminal(NO_COLOR="1")
    assert "\x1b[" not in tocsin("why", "10.77.0.10").stdout


def test_a_terminal_without_utf_8_gets_signs_of_ascii_and_what_devices_say_as_numbers(store):
    ended = tocsin("why", "10.77.0.10", PYTHONIOENCODING="ascii")
    assert ended.returncode == 0
    assert "-> 0.0" in ended.stdout
    assert "\\u" not in ended.stdout
    told = UnicodeEncodeError("ascii", "\u042f…─│┐→\U0001f4a1", 0, 7, "")
    assert stand_in.for_what_cannot_be_written(told) == ("\\u042f...-|+->\\U0001f4a1", 7)


def test_init_writes_a_configuration_and_does_not_write_over_one(capfd, tmp_path):
    assert run(capfd, "init")[0] == 0
    path = tmp_path / "tocsin.toml"
    assert "approved_by" in path.read_text()
    path.write_text("# mine")
    assert run(capfd, "init")[0] == Exit.USAGE
    assert path.read_text() == "# mine"
    assert run(capfd, "init", "--force")[0] == 0
    assert path.read_text() != "# mine"


def test_doctor_looks_and_exits_clean(capfd):
    code, out, _ = run(capfd, "doctor")
    assert code == 0
    for name in ("Python", "raw sockets", "user namespaces", "nmap", "inventory", "IPv4 networks"):
        assert name in out


def test_a_broken_configuration_is_named_with_its_line(capfd, tmp_path):
    (tmp_path / "tocsin.toml").write_text("[city]\nnmae = 'x'\n")
    code, _, err = run(capfd, "devices")
    assert code == Exit.USAGE
    assert err == "tocsin: tocsin.toml line 2: [city] has no key 'nmae'; did you mean 'name'?\n"


def test_a_warning_about_the_configuration_is_said_once(capfd, tmp_path):
    path = tmp_path / "tocsin.toml"
    path.write_text('[[site]]\nname = "a"\nnetworks = ["10.0.0.0/24"]\nsnmp_community = "river-ro"\n')
    path.chmod(0o644)
    _, _, err = run(capfd, "doctor")
    assert err.count("warning: ") == 1
    assert "river-ro" not in err


def test_the_inventory_s_place_is_that_of_the_option_then_the_environment_then_the_file(capfd, tmp_path, monkeypatch):
    def place(*options: str) -> str:
        return run(capfd, *options, "devices")[2]

    assert f"{tmp_path}/state/tocsin/inventory.db" in place()
    (tmp_path / "other.toml").write_text('store = "kept.db"')
    assert f"{tmp_path}/kept.db" in place("--config", f"{tmp_path}/other.toml")
    monkeypatch.setenv("TOCSIN_STORE", "/tmp/environment.db")
    assert "/tmp/environment.db" in place("--config", f"{tmp_path}/other.toml")
    assert "/tmp/option.db" in place("--store", "/tmp/option.db")


def test_a_relative_state_folder_is_passed_over(monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_folder() == Path.home() / ".local" / "state" / "tocsin"


def test_checks_are_listed_and_explained(capfd):
    code, out, _ = run(capfd, "checks")
    assert code == 0
    assert out.startswith("check")
    code, _, err = run(capfd, "checks", "explain", "no-such-check")
    assert code == Exit.USAGE
    assert "there is no check 'no-such-check'" in err


def test_a_check_is_explained_by_its_manual_page(capfd, monkeypatch):
    from checks.contract import Check
    from inventory.model import Family

    def judge(_):
        yield from ()
        return ""

    clauses = ("CWE-319", "ETSI EN 303 645 v3.1.3: 5.5-1", "ETSI EN 303 645 v3.1.3: 5.5-7")
    made = Check(
        *("one", "A title", Severity.HIGH, Family.PORTS, "Mend it.", judge),
        standards=clauses,
        manual="Why.",
        sources=("RFC 854",),
    )
    monkeypatch.setattr("checks.contract.load_checks", lambda: (made,))
    _, out, _ = run(capfd, "checks", "explain", "one")
    assert out == (
        "one: A title\nports, high, level identify\n\nWhy.\n\nRemedy: Mend it.\nKind of work: segment\nJudged by: RFC 854\n\n"
        "Standards:\n  CWE-319 Cleartext Transmission of Sensitive Information\n  ETSI EN 303 645 v3.1.3: 5.5-1, 5.5-7\n"
        "ETSI EN 303 645 binds manufacturers: cite it towards the vendor, it is no duty of the city.\n"
    )
    assert "A title" in run(capfd, "checks")[1]


def test_an_audit_trail_is_verified(capfd, tmp_path):
    from scanner.audit import Audit

    path = tmp_path / "audit.jsonl"
    with Audit(path) as audit:
        for target in ("10.0.0.1:80/tcp", "10.0.0.2:80/tcp"):
            audit.line(when=NOON, target=target, protocol="http", outcome="answered")
    code, out, _ = run(capfd, "audit", "verify", str(path))
    assert (code, out) == (0, f"{path}: 2 lines, and each follows the one before it\n")
    path.write_text(path.read_text().replace("10.0.0.1", "10.0.0.9"))
    code, out, _ = run(capfd, "--audit", str(path), "audit", "verify")
    assert code == Exit.FINDINGS
    assert f"{path}: line 1 of 2 does not hold" in out


def test_a_new_file_among_the_commands_is_a_new_command(tmp_path, monkeypatch):
    (tmp_path / "ring_bell.py").write_text(
        'import click\n@click.command()\ndef command() -> None:\n    """Ring."""\n    click.echo("ding")\n'
    )
    monkeypatch.setattr("scanner.commands.__path__", [str(tmp_path)])
    ended = CliRunner().invoke(cli.tocsin, ["ring-bell"])
    assert ended.output == "ding\n"
    assert cli.tocsin.list_commands(click.Context(cli.tocsin)) == ["ring-bell"]


def test_an_exit_code_that_a_command_chose_is_the_program_s(tmp_path, monkeypatch):
    (tmp_path / "leave.py").write_text(
        "import click\n@click.command()\n@click.pass_context\ndef command(c: click.Context) -> None:\n    c.exit(3)\n"
    )
    monkeypatch.setattr("scanner.commands.__path__", [str(tmp_path)])
    assert cli.run(["leave"]) == Exit.INCOMPLETE


CLEAN = Report(SCAN, (GATEWAY,), (), Coverage(254, 1, 1, 0))


@pytest.mark.parametrize(
    ("report", "fail_on", "code"),
    [
        (CLEAN, Severity.LOW, Exit.CLEAN),
        (REPORT, Severity.HIGH, Exit.FINDINGS),
        (replace(CLEAN, fleet=REPORT.fleet), Severity.HIGH, Exit.FINDINGS),
        (replace(CLEAN, fleet=REPORT.fleet), Severity.CRITICAL, Exit.CLEAN),
        (replace(CLEAN, assessments=(METER,)), Severity.HIGH, Exit.INCOMPLETE),
        (replace(CLEAN, coverage=Coverage(254, 2, 1, 1)), Severity.HIGH, Exit.INCOMPLETE),
        (replace(CLEAN, scan=replace(SCAN, ended=None)), Severity.HIGH, Exit.INCOMPLETE),
    ],
)
def test_the_exit_code_of_a_report(report, fail_on, code):
    assert exit_for(report, fail_on) is code


def test_a_saved_file_is_whole_or_as_it_was(tmp_path):
    path = tmp_path / "report.json"
    path.write_text("before")
    path.chmod(0o640)
    with pytest.raises(UnicodeEncodeError):
        save(path, "half \udcff")
    assert path.read_text() == "before"
    save(path, "after")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("after", 0o640)
    assert list(tmp_path.iterdir()) == [path]


def test_a_saved_file_follows_a_link_and_is_its_owner_s_alone(tmp_path):
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    save(tmp_path / "link.txt", "text")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").stat().st_mode & 0o777 == 0o600


def test_a_full_device_is_said():
    with pytest.raises(ConfigError, match=r"cannot write /dev/full: No space left"):
        save(Path("/dev/full"), "text")


def test_outputs_are_checked_before_they_are_needed(tmp_path):
    with pytest.raises(ConfigError, match="no report format has the suffix"):
        Outputs([tmp_path / "report.pdf"])


def test_an_interrupt_is_said_and_is_130(tmp_path):
    program = "import sys\nsys.modules['scanner.commands'].__path__[:] = [sys.argv.pop(1)]\nfrom scanner.cli import main\nmain()"
    (tmp_path / "wait.py").write_text(
        "import click, sys\n@click.command()\ndef command() -> None:\n    print('ready', flush=True)\n    sys.stdin.read()\n"
    )
    waiting = subprocess.Popen(
        [sys.executable, "-P", "-c", f"import scanner.commands\n{program}", str(tmp_path), "wait"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "ready\n"
    waiting.send_signal(signal.SIGINT)
    _, err = waiting.communicate()
    assert (waiting.returncode, err.strip()) == (Exit.INTERRUPTED, "tocsin: interrupted")


def test_a_stored_scan_is_judged_anew_and_stays_as_it_was(store):
    before = tocsin("report", "20261120")
    again = tocsin("report", "20261120", "--rescore")
    assert (again.returncode, again.stderr) == (0, "")
    assert "judged anew on " in again.stdout
    assert "judged anew on " not in before.stdout
    assert "firmware-unknown" in again.stdout
    assert tocsin("report", "20261120").stdout == before.stdout


def test_intelligence_that_cannot_be_used_is_refused_by_name(store, tmp_path):
    (tmp_path / "intel.zip").write_bytes(b"PK\x05\x06 no archive")
    ended = tocsin("--intel", str(tmp_path / "intel.zip"), "report", "--rescore")
    assert ended.returncode == Exit.USAGE
    assert f"the intelligence {tmp_path / 'intel.zip'} cannot be used: it is no bundle" in ended.stderr
    ended = tocsin("--intel", str(tmp_path / "none.zip"), "report", "--rescore")
    assert ended.stderr == f"tocsin: cannot read the intelligence {tmp_path / 'none.zip'}: No such file or directory\n"


def test_made_intelligence_that_is_damaged_gives_way_to_what_is_shipped(store, tmp_path):
    (tmp_path / "state" / "tocsin" / "intelligence.zip").write_bytes(b"")
    ended = tocsin("report", "--rescore")
    assert ended.returncode == Exit.CLEAN
    assert ended.stderr.startswith("warning: the intelligence ")
    assert "the shipped one is used instead" in ended.stderr
