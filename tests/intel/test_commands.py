"""`tocsin intel status`, `export`, `import` and `verify`."""

import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from checks.archive import Archive, beside
from checks.intelligence import built_in
from inventory.errors import ConfigError
from scanner.config import load_settings
from scanner.exits import Exit
from scanner.intel.bundle import pack, parts
from scanner.options import Options
from tests.intel.conftest import IN_FORCE, TODAY, bundle
from tests.intel.feeds import catalogue

ROOT = Path(__file__).parent.parent.parent


def test_status_names_the_bundle_and_how_old_each_part_of_it_is(run, in_force, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = run("intel", "status")
    assert code == Exit.CLEAN
    assert f"intelligence {hashlib.sha256(in_force.read_bytes()).hexdigest()}" in out
    assert f"made 2026-11-21, in {in_force}\n" in out
    lines = {line.split()[0]: line.split() for line in out.splitlines() if line}
    assert lines["exploited"][:6] == ["exploited", "kev", "2026-11-01", "20", "10", "CC0-1.0"]
    assert max(map(len, out.splitlines()[3:])) <= 80
    assert "0 of 3 sources are older than 45 days" in out


def test_status_marks_what_is_old_and_fails_where_a_most_is_set(run, in_force):
    in_force.write_bytes(bundle(released=TODAY - timedelta(days=46)))
    code, out, _ = run("intel", "status")
    assert code == Exit.CLEAN
    assert "46 !" in out
    assert "1 of 3 sources is older than 45 days (marked !): `tocsin intel update`" in out
    assert run("intel", "status", "--max-age", 45)[0] == Exit.INCOMPLETE
    assert run("intel", "status", "--max-age", 46)[0] == Exit.CLEAN


def test_status_takes_the_most_from_the_configuration(run, in_force, tmp_path):
    (tmp_path / "tocsin.toml").write_text("[intel]\nmax_age = 19\n")
    assert run("intel", "status")[0] == Exit.INCOMPLETE


def test_without_an_update_the_shipped_one_is_in_force(run):
    code, out, _ = run("intel", "status")
    assert code == Exit.CLEAN
    assert built_in().hash in out
    assert run("intel", "verify")[0] == Exit.CLEAN


def test_what_is_exported_can_be_imported_elsewhere_and_checked_with_sha256sum(run, in_force, tmp_path, monkeypatch):
    out_of_here = tmp_path / "usb" / "intel.zip"
    out_of_here.parent.mkdir()
    code, out, _ = run("intel", "export", out_of_here)
    assert code == Exit.CLEAN
    digest = hashlib.sha256(out_of_here.read_bytes()).hexdigest()
    assert out == f"{digest}  {out_of_here}\n"
    assert beside(out_of_here).read_text() == f"{digest}  intel.zip\n"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    code, out, _ = run("intel", "import", out_of_here, "--allow-older")
    there = tmp_path / "another" / "tocsin" / "intelligence.zip"
    assert (code, out) == (Exit.CLEAN, f"intelligence {digest}, made 2026-11-21, is in {there}\n")
    assert Options().intelligence().hash == digest


def test_the_program_renews_shows_hands_on_and_verifies(tmp_path):
    (tmp_path / "kev.json").write_bytes(catalogue(1500, datetime.now(UTC).date()))

    def tocsin(*arguments: str) -> str:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-P", "-m", "scanner.cli", "intel", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout

    told = tocsin("update", f"kev=file://{tmp_path}/kev.json", "--allow-older")
    assert "kev (exploited) 1,500 rows" in told
    assert re.search(r"^exploited +kev .* 1,500 ", tocsin("status"), re.MULTILINE)
    tocsin("export", "out.zip")
    subprocess.run(["sha256sum", "--check", "--quiet", "out.zip.sha256"], check=True)
    assert "out.zip is whole: " in tocsin("verify", "out.zip")
    assert "is in " in tocsin("import", "out.zip", "--allow-older")


@pytest.fixture
def given(tmp_path):
    """A file from elsewhere."""

    def given(packed: bytes):
        path = tmp_path / "given.zip"
        path.write_bytes(packed)
        return path

    return given


REFUSED = {
    "made earlier": (
        bundle(made=date(2026, 11, 20), rows=12),
        "it was made on 2026-11-20, and what is in force on 2026-11-21",
    ),
    "an older source": (
        bundle(rows=12, released=IN_FORCE - timedelta(days=1)),
        "its kev (exploited) is of 2026-10-31, and what is in force has that of 2026-11-01",
    ),
    "of a day that has not come": (bundle(made=date(2099, 1, 1)), "it was made on 2099-01-01, a day that has not come"),
}


@pytest.mark.parametrize(("packed", "why"), REFUSED.values(), ids=REFUSED)
def test_an_import_does_not_go_back_unless_the_operator_says_so(run, in_force, given, packed, why):
    path, before = given(packed), in_force.read_bytes()
    code, _, err = run("intel", "import", path)
    assert code == Exit.USAGE
    assert err.startswith(f"tocsin: {path} was not put in force: {why}")
    assert in_force.read_bytes() == before
    assert run("intel", "import", path, "--allow-older")[0] == Exit.CLEAN
    assert in_force.read_bytes() == packed


def test_an_import_that_lacks_a_source_is_said_and_refused(run, in_force, given):
    kept = [one for one in parts(Archive(bundle())).values() if one.origin.name != "epss"]
    code, _, err = run("intel", "import", given(pack(kept, TODAY)))
    assert code == Exit.USAGE
    assert "it has nothing of epss (epss), and what is in force has 1 rows" in err


def test_an_import_that_the_shipped_one_outshines_is_said(run, given, tmp_path):
    code, _, err = run("intel", "import", given(bundle(made=date(2020, 1, 1))), "--allow-older")
    assert code == Exit.CLEAN
    assert "warning: the shipped intelligence is newer and stays in force; --intel " in err


@pytest.mark.parametrize("stated", ["0" * 64, "A" * 64])
def test_an_import_of_another_hash_is_refused(run, in_force, given, stated):
    path, before = given(bundle(rows=12)), in_force.read_bytes()
    code, _, err = run("intel", "import", path, "--sha256", stated)
    assert code == Exit.USAGE
    assert f"not {stated.lower()}" in err
    beside(path).write_text(f"{stated}  given.zip\n")
    code, _, err = run("intel", "import", path)
    assert code == Exit.USAGE
    assert f"and given.zip.sha256 says {stated.lower()}" in err
    assert in_force.read_bytes() == before


def test_a_hash_that_is_none_is_the_operator_s_mistake(run, given):
    code, _, err = run("intel", "import", given(bundle()), "--sha256", "c0ffee")
    assert (code, err) == (Exit.USAGE, "tocsin: --sha256 must be 64 hexadecimal digits, not 'c0ffee'\n")


def test_an_import_of_a_damaged_part_is_refused_though_its_manifest_is_whole(run, in_force, given):
    packed = bytearray(bundle())
    at = packed.index(b"exploited/kev.json") + 60
    packed[at] ^= 0xFF
    before = in_force.read_bytes()
    code, _, err = run("intel", "import", given(bytes(packed)))
    assert code == Exit.USAGE
    assert "its part exploited/kev.json" in err
    assert in_force.read_bytes() == before


def test_verify_reads_the_named_file_or_the_one_in_force(run, in_force, given):
    code, out, _ = run("intel", "verify")
    assert (code, out) == (Exit.CLEAN, f"{in_force} is whole: 3 parts, sha256 {Archive(bundle()).hash}\n")
    code, _, err = run("intel", "verify", given(b"GIF89a"))
    assert code == Exit.USAGE
    assert err.startswith("tocsin: the intelligence ")
    assert "cannot be used: it is no bundle" in err
    assert run("--intel", given(bundle()), "intel", "verify")[0] == Exit.CLEAN


def test_a_pipe_is_no_bundle_and_nobody_waits_for_it(run, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    code, _, err = run("intel", "verify", tmp_path / "pipe")
    assert code == Exit.USAGE
    assert "pipe is no regular file" in err


def test_a_bundle_that_is_not_the_stated_one_is_not_used_and_that_is_said(in_force, capfd):
    beside(in_force).write_text(f"{'0' * 64}  intelligence.zip\n")
    assert Options().intelligence().hash == built_in().hash
    assert "the shipped one is used instead" in capfd.readouterr().err


WRONG = [
    ("[intel.sources]\nkve = 'x'", r"line 2: \[intel.sources\] has no key 'kve'; did you mean 'kev'\?"),
    ("[intel.sources]\nkev = 3", r"line 2: kev must be a list of web addresses and paths"),
    ("[intel.sources]\nkev = ['a', 3]", r"line 2: kev must be a list of web addresses and paths; 3 is none"),
    ("[intel.sources]\nkev = []", r"line 2: kev names no web address and no path"),
    ("[intel.sources]\nkev = ''", r"line 2: \[intel.sources\] needs a kev"),
    ("[intel]\nsources = 'x'", r"line 2: sources must be a table, headed \[intel.sources\]"),
    ("[intel]\nmax_age = -1", r"line 2: max_age must be a whole number of days, not -1"),
    ("[intel]\nmax_age = true", r"line 2: max_age must be a whole number of days, not True"),
    ("[intel]\nmaxage = 3", r"line 2: \[intel\] has no key 'maxage'; did you mean 'max_age'\?"),
]


@pytest.mark.parametrize(("text", "complaint"), WRONG, ids=[text for text, _ in WRONG])
def test_what_is_wrong_in_the_configuration_is_named_with_its_line(tmp_path, text, complaint):
    path = tmp_path / "tocsin.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"tocsin\.toml " + complaint):
        load_settings(path)


def test_the_configuration_names_one_place_or_several(tmp_path):
    path = tmp_path / "tocsin.toml"
    path.write_text(
        "[intel]\nmax_age = 30\n[intel.sources]\nkev = ['https://mirror.example/kev.json', 'feeds/kev.json']\n"
    )
    settings = load_settings(path)
    assert settings.intel_max_age == 30
    assert settings.intel_sources == (
        ("kev", ("https://mirror.example/kev.json", str(tmp_path / "feeds" / "kev.json"))),
    )
    assert json.dumps(settings.intel_sources)
