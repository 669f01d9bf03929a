"""A bundle is put in force whole or not at all, whatever happens on the way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from checks.archive import Archive, beside
from inventory.errors import ConfigError
from scanner.exits import Exit
from scanner.intel.swap import alone, previous, put
from tests.intel.conftest import bundle
from tests.intel.feeds import catalogue

ROOT = Path(__file__).parent.parent.parent
STEPS = 12
KILLED = """
import os, signal, sys
from pathlib import Path
from checks.archive import Archive
from scanner.intel.swap import put

folder, new, steps = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes(), int(sys.argv[3])
old = (folder / "intelligence.zip").read_bytes()


def until(count):
    left = iter(range(count))
    def stepping(true):
        def step(*given, **named):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return true(*given, **named)
        return step
    for name in ("unlink", "replace", "hardlink_to"):
        setattr(Path, name, stepping(getattr(Path, name)))
    os.fsync = stepping(os.fsync)


for count in range(steps):
    put(folder / "intelligence.zip", old)
    child = os.fork()
    if not child:
        until(count)
        put(folder / "intelligence.zip", new)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    found = Archive.open(folder / "intelligence.zip")
    found.verify()
    print(os.WIFSIGNALED(status), found.packed == old, found.packed == new)
"""


def test_whoever_is_killed_in_the_middle_leaves_the_old_bundle_or_the_new_one(tmp_path):
    target = tmp_path / "intelligence.zip"
    put(target, bundle())
    (tmp_path / "new").write_bytes(bundle(rows=12))
    told = subprocess.run(
        [sys.executable, "-P", "-c", KILLED, str(tmp_path), str(tmp_path / "new"), str(STEPS)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    ).stdout.splitlines()
    assert len(told) == STEPS
    assert set(told) == {"True True False", "True False True"}
    assert told == sorted(told, reverse=True), "from some step on it is the new one"


def test_the_one_before_is_kept_and_its_stated_hash_is_not(tmp_path):
    target = tmp_path / "intelligence.zip"
    first, second, third = bundle(), bundle(rows=11), bundle(rows=12)
    for packed in (first, second, third):
        put(target, packed)
    assert target.read_bytes() == third
    assert previous(target).read_bytes() == second
    assert Archive.open(target).hash == beside(target).read_text().split()[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "intelligence.previous.zip",
        "intelligence.zip",
        "intelligence.zip.sha256",
    ]


def test_a_file_system_without_links_keeps_a_copy(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    target = tmp_path / "intelligence.zip"
    first = bundle()
    put(target, first)
    put(target, bundle(rows=12))
    assert previous(target).read_bytes() == first


def test_what_is_no_bundle_is_never_put_in_force(tmp_path):
    target = tmp_path / "intelligence.zip"
    put(target, bundle())
    before = target.read_bytes()
    with pytest.raises(
        ConfigError, match=r"the new intelligence cannot be used: it is no bundle .*; nothing was changed"
    ):
        put(target, b"PK")
    assert target.read_bytes() == before
    assert not (tmp_path / ".intelligence.zip.new").exists()


def test_a_full_disk_is_said_and_the_old_bundle_stays(in_force, tmp_path):
    (tmp_path / "kev.json").write_bytes(catalogue(2000, Archive.open(in_force).manifest.made))
    before = in_force.read_bytes()
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); "
    program = f"{limited}from scanner.cli import run; sys.exit(run(sys.argv[1:]))"
    ended = subprocess.run(
        [sys.executable, "-P", "-c", program, "intel", "update", "kev=kev.json", "--allow-older"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert ended.returncode == Exit.USAGE
    assert ended.stderr == (
        f"tocsin: cannot write the intelligence {in_force}: File too large; nothing was changed: what was in force still is\n"
    )
    assert in_force.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_said(run, tmp_path, monkeypatch):
    (tmp_path / "kev.json").write_bytes(catalogue(1, Archive(bundle()).manifest.made))
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    code, _, err = run("intel", "update", "kev.json")
    assert (code, err) == (
        Exit.USAGE,
        f"tocsin: cannot make the folder {tmp_path / 'file' / 'tocsin'}: Not a directory\n",
    )


def test_a_link_stays_a_link_and_what_it_means_is_replaced(tmp_path):
    meant, link = tmp_path / "kept" / "city.zip", tmp_path / "intelligence.zip"
    meant.parent.mkdir()
    put(meant, bundle())
    link.symlink_to(meant)
    with alone(link) as path:
        put(path, bundle(rows=12))
    assert link.is_symlink()
    assert Archive.open(link).packed == meant.read_bytes() == bundle(rows=12)
