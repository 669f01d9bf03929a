"""What `make` says on a machine that cannot run Tocsin: a sentence, and an exit status that stops what comes after."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOO_OLD = """#!/bin/sh
case "$1" in
-V) echo "Python 3.8.10" ;;
*) exit 1 ;;
esac
"""
WITHOUT_VENV = """#!/bin/sh
case "$2" in
*venv*) exit 1 ;;
*) exec {python} "$@" ;;
esac
"""


@pytest.fixture
def make(tmp_path):
    if shutil.which("make") is None:
        pytest.skip("make is missing: apt-get install make")
    shutil.copy(ROOT / "Makefile", tmp_path)

    def make(target: str, script: str) -> subprocess.CompletedProcess[str]:
        python = tmp_path / "python3"
        python.write_text(script)
        python.chmod(0o755)
        return subprocess.run(
            ["make", target, f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return make


@pytest.mark.parametrize("target", ["demo", "test", "bench"])
def test_a_python_that_is_too_old_is_named_with_what_to_install(make, tmp_path, target):
    ended = make(target, TOO_OLD)
    assert ended.returncode != 0
    assert "Tocsin needs Python 3.11 or newer" in ended.stderr
    assert "is Python 3.8.10" in ended.stderr
    assert "apt-get install python3 python3-venv" in ended.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_python_that_is_missing_is_named(make, tmp_path):
    ended = make("demo", TOO_OLD)
    (tmp_path / "python3").unlink()
    command = ["make", "demo", f"PYTHON={tmp_path / 'python3'}"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "Tocsin needs Python 3.11 or newer" in ended.stderr


def test_a_python_without_venv_is_told_which_package_has_it(make, tmp_path):
    ended = make("demo", WITHOUT_VENV.format(python=sys.executable))
    assert ended.returncode != 0
    assert "Tocsin needs Python's venv module" in ended.stderr
    assert "apt-get install python3-venv" in ended.stderr
    assert not (tmp_path / ".venv").exists()
